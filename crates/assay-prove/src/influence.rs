//! How a claimant steers code that he did not write: by the command, by the
//! build's options, by packages that are another's or his own.
//!
//! A harness of the project is worth its assurance only if the project's code
//! decides what happens. So each way of steering is closed until shown
//! harmless; what is not on a list here counts as the claimant's hand.

use std::str::FromStr as _;

use assay_bundle::manifest::{ArmName, Build, Manifest, Recipe, Source};
use packageurl::PackageUrl;

/// Macros that choose between behaviours a project knows. Any other could put
/// code or sizes of the claimant's into every file.
const MACROS: &[&str] =
    &["NDEBUG", "_GNU_SOURCE", "_DEFAULT_SOURCE", "_POSIX_C_SOURCE", "_XOPEN_SOURCE", "HAVE_CONFIG_H"];

/// CMake's own variables that choose no program and name no file.
const CMAKE: &[&str] = &[
    "CMAKE_BUILD_TYPE",
    "CMAKE_BUILD_RPATH",
    "CMAKE_INSTALL_RPATH",
    "CMAKE_C_STANDARD",
    "CMAKE_CXX_STANDARD",
    "CMAKE_POSITION_INDEPENDENT_CODE",
];

/// Tools that make code out of a grammar or a configuration of the project's.
const GENERATORS: &[&str] = &[
    "aclocal",
    "autoconf",
    "autoheader",
    "automake",
    "autoreconf",
    "libtoolize",
    "bison",
    "byacc",
    "yacc",
    "flex",
    "lex",
    "gperf",
    "lemon",
    "ragel",
    "re2c",
];

/// Their options that name no file.
const GENERATOR_OPTIONS: &[&str] =
    &["-d", "-f", "-i", "-l", "-o", "-t", "-v", "-y", "-fi", "-fvi", "--force", "--install"];

/// Interpreters that run a script of the project when that is their first argument.
const INTERPRETERS: &[&str] = &["python3", "node"];

/// Each way in which this manifest steers, for people.
#[must_use]
pub fn of(manifest: &Manifest) -> Vec<String> {
    let mut ways = Vec::new();
    ways.extend(command(&manifest.harness.run));
    if let Some(build) = &manifest.build {
        ways.extend(options(build));
    }
    let arms = [ArmName::Vulnerable, ArmName::Fixed];
    let own_deps = arms.iter().filter_map(|name| manifest.arms.get(*name)).any(|arm| !arm.deps.is_empty());
    if own_deps || !manifest.deps.packages.is_empty() || manifest.deps.lock.is_some() {
        ways.push("the packages that the target is run with are of the claimant's choosing".to_owned());
    }
    ways.extend(another_package(manifest));
    ways
}

/// The command must begin with a program that the recipe made of the fetched source.
fn command(run: &[String]) -> Option<String> {
    let words: Vec<&str> = run.iter().map(String::as_str).collect();
    let words = match words.as_slice() {
        // How a program finds a library of its own build.
        ["env", path, rest @ ..] if path.strip_prefix("LD_LIBRARY_PATH=").is_some_and(all_built) => rest,
        all => all,
    };
    let project = match words {
        [program, script, ..] if INTERPRETERS.contains(program) => {
            let unpacked = ["$OUT/site/", "$OUT/node_modules/"].iter().any(|folder| script.starts_with(folder));
            unpacked && built(script)
        }
        [program, ..] => built(program),
        [] => false,
    };
    (!project).then(|| "the command does not begin with a program that is built from the fetched source".to_owned())
}

fn all_built(paths: &str) -> bool {
    paths.split(':').all(|path| path == "$OUT" || built(path))
}

/// A path of the recipe's making, and not of the runner's own things beside it.
fn built(path: &str) -> bool {
    let inside = path.strip_prefix("$OUT/");
    inside.is_some_and(|inside| inside.split('/').all(|part| !part.starts_with('.') && !part.contains('$')))
}

fn options(build: &Build) -> Vec<String> {
    let mut ways = Vec::new();
    for flag in &build.flags {
        if let Some(define) = flag.strip_prefix("-D") {
            let name = define.split('=').next().unwrap_or_default();
            let number = define.split_once('=').is_none_or(|(_, value)| value.bytes().all(|b| b.is_ascii_digit()));
            if !(MACROS.contains(&name) && number) {
                ways.push(format!("the macro `{name}` is defined by the claimant"));
            }
        }
        if let Some(folder) = flag.strip_prefix("-I")
            && folder != "src"
            && !folder.starts_with("src/")
        {
            ways.push(format!("headers are read from the bundle's own folder `{folder}`"));
        }
    }
    for argument in &build.configure {
        if !configures(&build.recipe, argument) {
            ways.push(format!("`{argument}` is given to the project's build"));
        }
    }
    for generator in &build.generate {
        if !generates(generator) {
            ways.push(format!("the build runs `{}`", generator.join(" ")));
        }
    }
    ways
}

/// Chooses among what the project offers, by a plain word.
fn configures(recipe: &Recipe, argument: &str) -> bool {
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let word = |value: &str| plain(value) || value == "$OUT" || built(value);
    let (name, value) = argument.split_once('=').unwrap_or((argument, ""));
    match recipe {
        Recipe::Autotools => {
            let kinds = ["--enable-", "--disable-", "--with-", "--without-"];
            let feature = kinds.iter().find_map(|kind| name.strip_prefix(kind));
            feature.is_some_and(|feature| plain(&feature.replace('-', "_"))) && word(value)
        }
        Recipe::Cmake | Recipe::Meson => {
            let Some(option) = name.strip_prefix("-D") else { return false };
            let option = option.split(':').next().unwrap_or_default();
            let steers = option.starts_with("CMAKE") && !CMAKE.contains(&option)
                || option.ends_with("_args")
                || option.starts_with("pkg_config");
            !steers && plain(&option.replace('-', "_")) && word(value)
        }
        _ => false,
    }
}

/// A known generator, on files of the source only.
fn generates(argv: &[String]) -> bool {
    let Some((program, arguments)) = argv.split_first() else { return false };
    let source = |path: &str| {
        let inside = ["src/", "$SRC/"].iter().find_map(|folder| path.strip_prefix(folder));
        matches!(path, "src" | "$SRC") || inside.is_some_and(|inside| inside.split('/').all(|part| part != ".."))
    };
    let named = |argument: &str| {
        let (name, value) = argument.split_once('=').unwrap_or_default();
        ["--defines", "--output", "--header"].contains(&name) && source(value)
    };
    GENERATORS.contains(&program.as_str())
        && arguments.iter().all(|a| GENERATOR_OPTIONS.contains(&a.as_str()) || source(a) || named(a))
}

/// A package that is not the target, such as one of the claimant's own making, vouches for nothing.
fn another_package(manifest: &Manifest) -> Option<String> {
    let arms = [ArmName::Vulnerable, ArmName::Fixed];
    // The vulnerable arm's own package comes first, or else the one that it is made from.
    let packages: Vec<&str> = arms
        .iter()
        .filter_map(|name| match &manifest.arms.get(*name)?.source {
            Source::Package { package, .. } => Some(package.as_str()),
            _ => None,
        })
        .collect();
    let target = identity(&manifest.target.purl);
    let is_target = |package: &str| target.is_some() && identity(package) == target;
    // A version of its own would make the claim about another; the fixed arm's differs by nature.
    let flawed = packages.first().filter(|_| !matches!(&manifest.arms.vulnerable.source, Source::Path { .. }));
    let other = packages.iter().find(|package| !is_target(package));
    let other = other.or_else(|| flawed.filter(|package| version(package) != version(&manifest.target.purl)))?;
    Some(format!("the source is the package `{other}`, and the target is `{}`", manifest.target.purl))
}

/// Type, namespace and name.
fn identity(purl: &str) -> Option<(String, String, String)> {
    let purl = PackageUrl::from_str(purl).ok()?;
    Some((purl.ty().to_owned(), purl.namespace().unwrap_or_default().to_owned(), purl.name().to_owned()))
}

fn version(purl: &str) -> Option<String> {
    PackageUrl::from_str(purl).ok()?.version().map(str::to_owned)
}

#[cfg(test)]
#[path = "influence_tests.rs"]
mod tests;
