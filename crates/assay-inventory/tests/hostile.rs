//! Bytes from strangers: every reader gives a value or an error with a place,
//! within its bounds, and never more than was there.
#![allow(clippy::unwrap_used, clippy::panic)]

use assay_inventory::component::{Component, Format, What};
use assay_inventory::pom_parent::Parent;
use assay_inventory::{Options, ReadError, detect, limits, read, read_pom};
use proptest::prelude::*;

const CARGO: &str = "version = 4

[[package]]
name = \"a\"
version = \"1.0.0\"
dependencies = [
 \"b 1.0\",
]

[[package]]
name = \"b\"
version = \"1.0.0\"
source = \"git+https://example.com/b?rev=1#2\"
checksum = \"00\"
";
const PACKAGE: &str = r#"{"name":"x","lockfileVersion":3,"packages":{"":{"name":"x","version":"1.0.0"},
"node_modules/a":{"version":"1.0.0","resolved":"git+ssh://git@example.com/a.git#1","dev":true,"dependencies":{"b":"^1"}},
"node_modules/a/node_modules/@s/b":{"name":"c","version":"2.0.0"},"node_modules/l":{"link":true}}}"#;
const PACKAGE_1: &str = r#"{"lockfileVersion":1,"dependencies":{"a":{"version":"npm:z@1.0.0","dependencies":
{"b":{"version":"git+https://example.com/b#1"}}},"c":{"version":"1.0.0","dev":true}}}"#;
const JSON: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"pump","version":"2"}},
"components":[{"type":"library","name":"a","version":"1","purl":"pkg:npm/%40s/a@1","components":[{"type":"file","name":"f"}]},
{"type":"application","name":"b","cpe":"cpe:2.3:a:v\\:x:b_c:1.0:*:*:*:*:*:*:*","supplier":{"name":"V"}}],"services":[{"name":"s"}]}"#;
const XML: &str = r#"<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"><metadata><component type="device">
<name>p&amp;q &#65;</name></component></metadata><components><component type="library"><supplier><name>S</name></supplier><name>a</name>
<version>1</version><purl>pkg:deb/debian/a@1?distro=debian-12</purl><components><component type="file"><name><![CDATA[f]]></name></component>
</components></component></components><services><service><name>n</name></service></services></bom>"#;
const DPKG: &str = "Package: a\nStatus: install ok installed\nVersion: 1:1.0-1+b1\nSource: s (1.0-1)\nDescription: x\n more\n\n\
Package: b\nStatus: deinstall ok config-files\nVersion: 2\n";
const LIST: &str =
    "vendor;product;version;place;patched by;internet facing\n\"A \"\"x\"\"\";\"B\nC\";1;;us;yes\nD;E;;ward;D;no\n";

const SPDX: &str = r#"{"spdxVersion":"SPDX-2.3","packages":[{"name":"a","versionInfo":"1","supplier":"Organization: A (b)",
"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/a@1"}]},{"name":"b"}],"relationships":[]}"#;
const SPDX_3: &str = r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","specVersion":"3.0.1"},
{"type":"software_Package","spdxId":"x","name":"a","software_packageUrl":"pkg:npm/a@1"}]}"#;
const SPDX_TAGS: &str = "SPDXVersion: SPDX-2.2\nPackageName: a\nPackageVersion: 1\nPackageComment: <text>x\ny</text>\n\
ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1\nFileName: b\n";
const SPDX_YAML: &str = "spdxVersion: \"SPDX-2.3\"\npackages:\n- name: \"a\"\n  versionInfo: '1'\n  externalRefs:\n  - referenceType: purl\n    \
referenceLocator: pkg:npm/a@1\n- name: b\n  comment: >-\n    x: y\n";
const SPDX_XML: &str = "<Document><SPDXID>x</SPDXID><spdxVersion>SPDX-2.3</spdxVersion><packages><name>a</name><externalRefs><referenceType>purl\
</referenceType><referenceLocator>pkg:npm/a@1</referenceLocator></externalRefs></packages></Document>";
const PNPM: &str = "lockfileVersion: '9.0'\npackages:\n  '@s/a@1.0.0':\n    resolution: {integrity: x, tarball: \"y\"}\n  b@2.0.0(c@1):\n    dev: true\n";
const YARN: &str =
    "# yarn lockfile v1\n\n\"a@^1\", b@^2:\n  version \"1.0.0\"\n  resolved \"git+https://example.com/a#0\"\n";
const BERRY: &str = "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n? b@npm:2\n:\n  version: 2.0.0\n";
const POETRY: &str = "[[package]]\nname = \"a\"\nversion = '1.0'\npython-versions = \">=3\"\nfiles = [\n {file = \"b\"}, # c\n]\n[package.source]\ntype = \"git\"\n";
const PIPFILE: &str =
    r#"{"_meta":{"pipfile-spec":6},"default":{"a":{"version":"==1.0"}},"develop":{"b":{"path":"."}}}"#;
const REQUIREMENTS: &str = "a[x]==1.0 \\\n  --hash=sha256:0 ; python_version < '3'\nb==2\n";
const GO_MOD: &str =
    "module m\ngo 1.20\nrequire (\n\ta v1.0.0 // indirect\n)\nreplace a => b v2.0.0\nexclude c v1.0.0\n";
const GO_SUM: &str = "a v1.0.0 h1:x=\na v1.0.0/go.mod h1:y=\n";
const POM: &str = "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><properties><v>1${w}</v></properties><dependencies><dependency><groupId>g</groupId>\
<artifactId>a</artifactId><version>${v}</version></dependency></dependencies></project>";
const GRADLE: &str = "# This is a Gradle generated file\ng:a:1.0=testRuntime\nempty=\n";
const GEMS: &str =
    "GEM\n  remote: https://example.com/\n  specs:\n    a (1.0-java)\n      b (~> 1)\n\nDEPENDENCIES\n  a\n";
const COMPOSER: &str =
    r#"{"content-hash":"0","packages":[{"name":"v/a","version":"1","dist":{"type":"path"}}],"packages-dev":[]}"#;
const NUGET: &str = r#"{"version":1,"dependencies":{"net8.0":{"A":{"resolved":"1.0.0","contentHash":"x"}}}}"#;
const PROPS: &str = "<Project><PropertyGroup><V>1</V></PropertyGroup><ItemGroup><PackageVersion Include=\"A\" Version=\"$(V)\"/></ItemGroup></Project>";
const MIX: &str = "%{\n  \"a\": {:hex, :a, \"1.0.0\", \"x\", [:mix], [{:b, \"~> 1\", []}], \"hexpm\", \"y\"},\n}\n";
const PUBSPEC: &str = "packages:\n  a:\n    dependency: transitive\n    description:\n      name: a\n    source: hosted\n    version: \"1.0.0\"\n";
const APK: &str = "C:Q1x=\nP:a\nV:1-r0\no:b\n\n";
const RPM: &str = "a-1.0-1.el9.x86_64\nb 1:2.0-1.el9 noarch c-2.0-1.el9.src.rpm\n";

const BUN: &str = "{ // of Bun\n \"lockfileVersion\": 1, \"packages\": {\n  \"a\": [\"a@1.0.0\", \"\", {}, \"sha512-x\"],\n  /* s */ \"@s/b\": [\"@s/b@2.0.0\", ],\n\
\"g\": [\"g@github:o/g#1\", {}],\n \"w\": [\"w@workspace:p/w\"],\n },\n}\n";
const CONAN: &str = r#"{"version":"0.5","requires":["zlib/1.2.13#97d5%1692","openssl/3.1.0@me/stable"],"build_requires":[],"python_requires":[]}"#;
const CONAN_1: &str = r#"{"graph_lock":{"nodes":{"0":{"options":""},"1":{"ref":"zlib/1.2.11#0"}}},"version":"0.4"}"#;
const WINGET: &str = r#"{"$schema":"https://aka.ms/winget-packages.schema.2.0.json","Sources":[{"Packages":[
{"PackageIdentifier":"Mozilla.Firefox.ESR","Version":"115.9.0"},{"PackageIdentifier":"7zip.7zip"}]}]}"#;

const VALID: [(Format, &str, usize); 35] = [
    (Format::BunLock, BUN, 4),
    (Format::ConanLock, CONAN, 2),
    (Format::ConanLock, CONAN_1, 1),
    (Format::WingetExport, WINGET, 2),
    (Format::CargoLock, CARGO, 2),
    (Format::PackageLock, PACKAGE, 3),
    (Format::PackageLock, PACKAGE_1, 3),
    (Format::CycloneDx, JSON, 3),
    (Format::CycloneDx, XML, 2),
    (Format::DpkgStatus, DPKG, 1),
    (Format::ProductList, LIST, 2),
    (Format::Spdx, SPDX, 2),
    (Format::Spdx, SPDX_3, 1),
    (Format::Spdx, SPDX_TAGS, 1),
    (Format::Spdx, SPDX_YAML, 2),
    (Format::Spdx, SPDX_XML, 1),
    (Format::PnpmLock, PNPM, 2),
    (Format::YarnLock, YARN, 1),
    (Format::YarnLock, BERRY, 2),
    (Format::PythonLock, POETRY, 1),
    (Format::PipfileLock, PIPFILE, 2),
    (Format::GoMod, GO_MOD, 1),
    (Format::GoSum, GO_SUM, 1),
    (Format::Pom, POM, 1),
    (Format::GradleLock, GRADLE, 1),
    (Format::GemfileLock, GEMS, 1),
    (Format::ComposerLock, COMPOSER, 1),
    (Format::NugetLock, NUGET, 1),
    (Format::NugetProject, PROPS, 1),
    (Format::MixLock, MIX, 1),
    (Format::PubspecLock, PUBSPEC, 1),
    (Format::ApkInstalled, APK, 1),
    (Format::RpmList, RPM, 2),
    (Format::Requirements, "a==1\nb[c]==2\n", 2),
    (Format::Requirements, REQUIREMENTS, 2),
];

fn texts(component: &Component) -> Vec<&str> {
    let mut texts = match &component.what {
        What::Package { name, .. } => vec![name.as_str()],
        What::Product { vendor, product } => vec![vendor.as_str(), product.as_str()],
    };
    texts.push(&component.site.place);
    texts.extend(component.version.as_deref());
    texts
}

/// One line that can be shown, and is not endless.
fn is_place(at: &str) -> bool {
    !at.is_empty() && at.len() <= limits::NAME && !at.chars().any(char::is_control)
}

/// Reads bytes as a format, and checks what must hold whatever they are.
fn check(format: Format, bytes: &[u8]) {
    let options = Options { format: Some(format), ..Options::default() };
    match read("a file", bytes, &options) {
        Ok(inventory) => {
            assert!(inventory.components.len() + inventory.skipped.len() <= bytes.len() + 1);
            for component in &inventory.components {
                assert!(is_place(&component.at), "{component:?}");
                for text in texts(component) {
                    assert!(text.len() <= limits::NAME);
                }
                assert!(!component.version.as_ref().is_some_and(|v| v.trim().is_empty()), "{component:?}");
                match &component.what {
                    What::Package { name, .. } => assert!(!name.is_empty(), "{component:?}"),
                    What::Product { product, .. } => assert!(!product.trim().is_empty(), "{component:?}"),
                }
            }
            for skipped in &inventory.skipped {
                assert!(is_place(&skipped.at) && is_place(&skipped.why), "{skipped:?}");
            }
        }
        Err(e) => {
            let shown = e.to_string();
            assert!(shown.starts_with("a file: ") && shown.len() < 4 * limits::NAME, "{shown}");
            assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
        }
    }
}

fn all(bytes: &[u8]) {
    for (format, ..) in VALID {
        check(format, bytes);
    }
    if let Ok(format) = detect("a file", bytes) {
        check(format, bytes);
    }
}

#[test]
fn the_seeds_are_valid() {
    for (format, text, n) in VALID {
        // These are known by their names alone.
        let name = match text {
            REQUIREMENTS => "requirements.txt",
            BUN => "bun.lock",
            _ => "a file",
        };
        assert_eq!(detect(name, text.as_bytes()), Ok(format), "{text}");
        let inventory = read(name, text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(inventory.components.len(), n, "{inventory:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        all(&bytes);
    }

    #[test]
    fn any_text(text in "[\\[\\]{}<>\"':,;=/ a-zA-Z0-9\n\t&.-]{0,300}") {
        all(text.as_bytes());
    }

    #[test]
    fn mutated(
        which in 0..VALID.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..5_u8), 1..6),
    ) {
        let (format, text, _) = VALID[which];
        let mut bytes = text.as_bytes().to_vec();
        for (at, value, kind) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = value,
                1 => bytes.truncate(at),
                2 => {
                    bytes.remove(at);
                }
                3 => bytes.insert(at, value),
                _ => {
                    let tail = bytes[at..].to_vec();
                    bytes.extend(tail);
                }
            }
        }
        check(format, &bytes);
        all(&bytes);
    }

    #[test]
    fn os_release_and_names(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,80}", other in ".{0,80}") {
        let _ = assay_inventory::dpkg_status::distribution(&bytes);
        let _ = assay_inventory::cpe::read(&text);
        let _ = assay_inventory::cpe::read(&format!("cpe:2.3:a:{text}"));
        let _ = assay_inventory::cpe::read(&format!("cpe:/{text}"));
        if let Ok(package) = assay_inventory::purl::read(&format!("pkg:{text}")) {
            prop_assert!(!package.name.is_empty());
        }
        let a = assay_inventory::product::Product::new(&text, &other);
        let b = assay_inventory::product::Product::new(&other, &text);
        prop_assert_eq!(
            assay_inventory::product::agree(&a, &b).is_some(),
            assay_inventory::product::agree(&b, &a).is_some()
        );
    }

    #[test]
    fn purls_that_nearly_are(text in "(deb|npm|pypi|golang|maven|rpm|apk|generic)(/[@%A-Za-z0-9.~+-]{0,8}){1,3}(@[0-9a-z%:.+~-]{0,8})?(\\?(distro|arch|upstream)=[a-z0-9.@%-]{0,12})?(#[a-z/.]{0,6})?") {
        if let Ok(package) = assay_inventory::purl::read(&format!("pkg:{text}")) {
            prop_assert!(!package.name.is_empty());
            prop_assert!(package.version != Some(String::new()));
        }
    }
}

/// A pom.xml, often cut or with a part that does not belong.
fn pom() -> impl Strategy<Value = String> {
    let value =
        || prop::sample::select(vec!["", "1", "2", "${a}", "${b}", "${project.version}", "[1]", "${", "LATEST"]);
    let ask = move || {
        (prop::sample::select(vec!["x", "y", "${a}", "<"]), value(), prop::sample::select(vec!["", "import", "test"]))
            .prop_map(|(name, version, scope)| {
                format!(
                    "<dependency><groupId>g</groupId><artifactId>{name}</artifactId><version>{version}</version>\
                     <scope>{scope}</scope></dependency>"
                )
            })
    };
    let asks = move || prop::collection::vec(ask(), 0..4).prop_map(|all| all.concat());
    (value(), value(), asks(), asks(), asks(), any::<bool>(), prop::option::weighted(0.1, 0..400_usize)).prop_map(
        |(a, b, managed, asked, profile, has_parent, cut)| {
            let parent = if has_parent { "<parent><artifactId>p</artifactId></parent>" } else { "" };
            let mut text = format!(
                "<project>{parent}<version>3</version><properties><a>{a}</a><b>{b}</b></properties><dependencyManagement>\
                 <dependencies>{managed}</dependencies></dependencyManagement><dependencies>{asked}</dependencies>\
                 <profiles><profile><dependencies>{profile}</dependencies></profile></profiles></project>"
            );
            text.truncate(cut.unwrap_or(text.len()));
            text
        },
    )
}

proptest! {
    /// Parents tell versions that were not known; they change none, and take nothing away.
    #[test]
    fn poms_with_any_parents(child in pom(), above in prop::collection::vec(pom(), 0..4)) {
        let above: Vec<_> = above.iter().filter_map(|text| Parent::read(text.as_bytes())).map(std::sync::Arc::new).collect();
        let alone = read("pom.xml", child.as_bytes(), &Options::default());
        let joined = read_pom("pom.xml", child.as_bytes(), &above);
        prop_assert_eq!(alone.is_ok(), joined.is_ok());
        let (Ok(alone), Ok(joined)) = (alone, joined) else { return Ok(()) };
        for one in alone.components.iter().filter(|one| one.version.is_some() && !one.at.contains("for modules")) {
            prop_assert!(
                joined.components.iter().any(|other| (&other.what, &other.version) == (&one.what, &one.version)),
                "{one:?} is not in {:?}", joined.components
            );
        }
        let is_open = |one: &Component| one.version.as_deref().is_some_and(|version| version.contains('$'));
        prop_assert!(!joined.components.iter().any(is_open), "a property is left: {:?}", joined.components);
    }
}

#[test]
fn an_empty_name_or_version_is_none() {
    let empty = CARGO.replace("name = \"a\"", "name = \" \"").replacen("version = \"1.0.0\"", "version = \"\"", 2);
    let inventory = read("Cargo.lock", empty.as_bytes(), &Options::default()).unwrap();
    assert_eq!(inventory.skipped[0].why, "its name is empty");
    assert_eq!((inventory.components.len(), &inventory.components[0].version), (1, &None));
}

#[test]
fn keys_become_places() {
    let key = format!("\\u001b[2J{}", "k".repeat(5000));
    for document in [
        PACKAGE_1.replace("\"c\"", "\"\""),
        PACKAGE_1.replace("\"c\"", &format!("\"{key}\"")),
        PACKAGE.replace("node_modules/a\"", &format!("{key}/node_modules/a\"")),
    ] {
        check(Format::PackageLock, document.as_bytes());
    }
}

#[test]
fn depth_is_bounded() {
    let brackets = "[".repeat(200_000);
    all(brackets.as_bytes());
    let nested = format!(
        "{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",{}",
        "\"components\":[{\"name\":\"a\",".repeat(50_000)
    );
    all(nested.as_bytes());
    let nested = format!("{{\"lockfileVersion\":1,{}", "\"dependencies\":{\"a\":{".repeat(50_000));
    all(nested.as_bytes());
    let opening = "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">";
    let nested = format!("{opening}{}", "<components><component><name>a</name>".repeat(50_000));
    let options = Options { format: Some(Format::CycloneDx), ..Options::default() };
    let error = read("deep", nested.as_bytes(), &options).unwrap_err();
    assert!(matches!(error, ReadError::TooMuch { .. }), "{error}");
    let nested = format!("[[package]]\nname = {}", "[".repeat(50_000));
    all(nested.as_bytes());
}

#[test]
fn length_is_bounded() {
    let long = "x".repeat(10_000);
    for document in [
        CARGO.replace("\"a\"", &format!("\"{long}\"")),
        PACKAGE.replace("node_modules/a\"", &format!("node_modules/{long}\"")),
        JSON.replace("\"pump\"", &format!("\"{long}\"")),
        DPKG.replace("Package: a", &format!("Package: {long}")),
        LIST.replace("ward", &long),
    ] {
        let inventory = read("long", document.as_bytes(), &Options::default()).unwrap();
        assert!(inventory.skipped.iter().any(|s| s.why.contains("too long")), "{inventory:?}");
        check(inventory.format, document.as_bytes());
    }
    let error = read("big", &vec![b' '; limits::FILE + 1], &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "big: the file has 67108865 bytes (the limit is 67108864)");
}

#[test]
fn entries_are_counted_before_they_are_kept() {
    let entries = "\"a\":{},".repeat(limits::COMPONENTS + 1);
    let text = format!("{{\"lockfileVersion\":1,\"dependencies\":{{{entries}\"b\":{{}}}}}}");
    let refused = read("package-lock.json", text.as_bytes(), &Options::default());
    assert!(matches!(refused, Err(ReadError::TooMuch { .. })), "{refused:?}");
}

#[test]
fn entities_and_doctypes_are_not_expanded() {
    let options = Options { format: Some(Format::CycloneDx), ..Options::default() };
    let bomb = XML.replace("<bom", "<!DOCTYPE bom [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><bom");
    let error = read("bomb", bomb.as_bytes(), &options).unwrap_err().to_string();
    assert!(error.contains("document type declaration"), "{error}");
    let own = XML.replace("&amp;", "&secret;");
    let error = read("own", own.as_bytes(), &options).unwrap_err().to_string();
    assert!(error.contains("entity of its own"), "{error}");
}

#[test]
fn skipped_entries_are_counted_beyond_the_bound() {
    let rows = "only one cell\n".repeat(limits::SKIPPED + 7);
    let text = format!("vendor,product,version\n{rows}");
    let inventory = read("rows.csv", text.as_bytes(), &Options::default()).unwrap();
    assert_eq!(inventory.skipped.len(), limits::SKIPPED + 1);
    assert_eq!(inventory.skipped.last().unwrap().why, "7 more entries could not be read");
}
