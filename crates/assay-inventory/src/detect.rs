//! Which format a file is in: by what stands in it, then by its name.

use crate::format::Format;
use crate::installed::rpm_list;
use crate::product_list;
use crate::read::ReadError;

/// How much of a file is looked at.
const LOOK: usize = 64 * 1024;

pub(crate) fn detect(name: &str, bytes: &[u8]) -> Result<Format, ReadError> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let not_read = |what, instead| Err(ReadError::NotRead { name: name.to_owned(), what, instead });
    let first = bytes.get(..LOOK).unwrap_or(bytes);
    if first.starts_with(b"PK\x03\x04") || first.starts_with(b"\xd0\xcf\x11\xe0") {
        return not_read("a spreadsheet's own file or an archive", "save the list as CSV, or unpack the archive");
    }
    if first.starts_with(b"SQLite format 3\0") {
        return Ok(Format::RpmDatabase);
    }
    let text = product_list::decode(first);
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if let Some(format) = bill_of_materials(start) {
        return Ok(format);
    }
    if let Some(format) = by_name(&base) {
        return Ok(format);
    }
    if let Some(format) = by_content(start) {
        return Ok(format);
    }
    match base.as_str() {
        "bun.lockb" => {
            return not_read(
                "Bun's old lockfile",
                "let Bun write a bun.lock (`bun install --save-text-lockfile`), and read that",
            );
        }
        "package.json" => return not_read("package.json, which says what is asked for", "read its lockfile"),
        "cargo.toml" | "pyproject.toml" | "gemfile" | "composer.json" | "pubspec.yaml" => {
            return not_read("a file that says what is asked for, not what is used", "read its lockfile");
        }
        _ => {}
    }
    // The reader's own errors say more about a table than an unknown format would.
    if base.ends_with(".csv") || base.ends_with(".tsv") || product_list::looks_like_one(first) {
        return Ok(Format::ProductList);
    }
    Err(ReadError::UnknownFormat { name: name.to_owned() })
}

/// CycloneDX and SPDX are known by what stands in them, under whatever name.
fn bill_of_materials(start: &str) -> Option<Format> {
    let has = |word: &str| start.contains(word);
    let line = |word: &str| start.starts_with(word) || start.contains(&format!("\n{word}"));
    match start.bytes().next()? {
        b'{' if has("\"CycloneDX\"") => Some(Format::CycloneDx),
        b'{' if has("\"spdxVersion\"") || has("\"SPDXID\"") || has("spdx.org/rdf/3") => Some(Format::Spdx),
        b'<' if has("cyclonedx.org/schema/bom") => Some(Format::CycloneDx),
        b'<' if has("spdx.org/rdf/") || (has("<Document") && has("<SPDXID>")) => Some(Format::Spdx),
        b'{' | b'<' => None,
        _ if line("SPDXVersion:") || line("spdxVersion:") || line("SPDXID:") => Some(Format::Spdx),
        _ => None,
    }
}

/// The formats that have a name of their own.
pub(crate) fn by_name(base: &str) -> Option<Format> {
    let ends = |end: &str| base.ends_with(end);
    Some(match base {
        "cargo.lock" => Format::CargoLock,
        "pnpm-lock.yaml" | "pnpm-lock.yml" | "shrinkwrap.yaml" => Format::PnpmLock,
        "yarn.lock" => Format::YarnLock,
        "bun.lock" => Format::BunLock,
        "conan.lock" => Format::ConanLock,
        "poetry.lock" | "uv.lock" | "pdm.lock" | "pylock.toml" => Format::PythonLock,
        "pipfile.lock" => Format::PipfileLock,
        "go.mod" => Format::GoMod,
        "go.sum" => Format::GoSum,
        "pom.xml" => Format::Pom,
        "gradle.lockfile" | "buildscript-gradle.lockfile" => Format::GradleLock,
        "gemfile.lock" | "gems.locked" => Format::GemfileLock,
        "composer.lock" => Format::ComposerLock,
        "packages.lock.json" => Format::NugetLock,
        "directory.packages.props" | "packages.config" => Format::NugetProject,
        "mix.lock" => Format::MixLock,
        "pubspec.lock" => Format::PubspecLock,
        "npm-shrinkwrap.json" => Format::PackageLock,
        "bom.json" | "bom.xml" => Format::CycloneDx,
        _ if ends("package-lock.json") => Format::PackageLock,
        _ if ends(".csproj") || ends(".fsproj") || ends(".vbproj") => Format::NugetProject,
        _ if ends(".cdx.json") || ends(".cdx.xml") => Format::CycloneDx,
        _ if ends(".spdx") || ends(".spdx.json") || ends(".spdx.yaml") || ends(".spdx.yml") => Format::Spdx,
        _ if ends(".spdx.xml") || ends(".spdx3.json") || ends(".spdx.rdf") => Format::Spdx,
        _ if is_requirements(base) => Format::Requirements,
        _ => return None,
    })
}

/// `requirements.txt`, `requirements-dev.txt`, `dev-requirements.txt`, `constraints.txt`.
fn is_requirements(base: &str) -> bool {
    let stem = base.strip_suffix(".txt").unwrap_or_default();
    let word = |word: &str| stem.starts_with(word) || stem.ends_with(word);
    word("requirements") || word("constraints")
}

/// The formats that can be told under a strange name.
fn by_content(start: &str) -> Option<Format> {
    let has = |word: &str| start.contains(word);
    let line = |word: &str| start.lines().any(|line| line.starts_with(word));
    if start.starts_with('{') {
        return if has("winget-packages.schema") || (has("\"PackageIdentifier\"") && has("\"Sources\"")) {
            Some(Format::WingetExport)
        } else if has("\"graph_lock\"") || (has("\"build_requires\"") && has("\"requires\"")) {
            Some(Format::ConanLock)
        } else if has("\"lockfileVersion\"") {
            Some(Format::PackageLock)
        } else if has("\"content-hash\"") && has("\"packages\"") {
            Some(Format::ComposerLock)
        } else if has("\"_meta\"") && has("\"pipfile-spec\"") {
            Some(Format::PipfileLock)
        } else {
            (has("\"contentHash\"") && has("\"resolved\"")).then_some(Format::NugetLock)
        };
    }
    if start.starts_with('<') {
        return if has("maven.apache.org/POM") || has("<modelVersion>4.") {
            Some(Format::Pom)
        } else {
            let of_net = has("<PackageReference") || has("<PackageVersion") || has("<packages>");
            of_net.then_some(Format::NugetProject)
        };
    }
    if line("[[package]]") || line("[[packages]]") {
        let python = ["python-versions", "requires-python", "requires_python", "content_hash", "source = { registry"];
        let is_python = line("[[packages]]") || python.iter().any(|word| has(word));
        return Some(if is_python { Format::PythonLock } else { Format::CargoLock });
    }
    if start.starts_with("Package:") && has("\nStatus:") {
        return Some(Format::DpkgStatus);
    }
    if (start.starts_with("C:Q") || start.starts_with("P:")) && line("V:") {
        return Some(Format::ApkInstalled);
    }
    if has("# yarn lockfile v1") || line("__metadata:") {
        return Some(Format::YarnLock);
    }
    if line("lockfileVersion:") || line("shrinkwrapVersion:") {
        return Some(Format::PnpmLock);
    }
    if has("This is a Gradle generated file") {
        return Some(Format::GradleLock);
    }
    if (line("GEM") || line("PATH") || line("GIT")) && line("  specs:") {
        return Some(Format::GemfileLock);
    }
    if start.starts_with("%{") && has("{:") {
        return Some(Format::MixLock);
    }
    if line("packages:") && (line("    dependency:") || line("sdks:")) {
        return Some(Format::PubspecLock);
    }
    if line("module ") && (line("require") || line("go ")) {
        return Some(Format::GoMod);
    }
    by_lines(start)
}

/// Lists without any head: each of the first lines is an entry.
fn by_lines(start: &str) -> Option<Format> {
    let lines = || start.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).take(8);
    lines().next()?;
    if lines().all(|line| line.contains(" h1:") && line.split_whitespace().count() == 3) {
        return Some(Format::GoSum);
    }
    if lines().all(rpm_list::is_one) {
        return Some(Format::RpmList);
    }
    let pinned = |line: &str| {
        let name = line.split("==").next().unwrap_or_default();
        line.contains("==")
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.[],".contains(c))
    };
    lines().all(pinned).then_some(Format::Requirements)
}
