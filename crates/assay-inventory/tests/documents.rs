//! What each document says of its components, entry by entry.
#![allow(clippy::unwrap_used, clippy::panic)]

use assay_inventory::component::{Component, Inventory, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::{Options, cpe, read};
use proptest::prelude::*;

fn parse(name: &str, text: &str) -> Inventory {
    read(name, text.as_bytes(), &Options::default()).unwrap()
}

/// `npm a 1.0.0 @ node_modules/a`, `product Acme / Pump 2 @ components[0]`.
fn line(component: &Component) -> String {
    let version = component.version.as_deref().unwrap_or("?");
    match &component.what {
        What::Package { ecosystem, name, .. } => format!("{ecosystem} {name} {version} @ {}", component.at),
        What::Product { vendor, product } => format!("product {vendor} / {product} {version} @ {}", component.at),
    }
}

fn lines(inventory: &Inventory) -> Vec<String> {
    inventory.components.iter().map(line).collect()
}

fn skipped(inventory: &Inventory) -> Vec<String> {
    inventory.skipped.iter().map(|s| format!("{}: {}", s.at, s.why)).collect()
}

#[test]
fn package_lock_3() {
    let inventory = parse(
        "package-lock.json",
        r#"{"name":"app","lockfileVersion":3,"packages":{
        "":{"name":"app","version":"1.0.0","dependencies":{"a":"^1"}},
        "packages/own":{"name":"@app/own","version":"0.1.0"},
        "packages/nameless":{},
        "node_modules/@app/own":{"resolved":"packages/own","link":true},
        "node_modules/a":{"version":"1.2.3","resolved":"https://mirror.example/a/-/a-1.2.3.tgz","dev":true},
        "node_modules/a/node_modules/@s/B":{"version":"2.0.0","inBundle":true,"dependencies":{"c":"1"}},
        "node_modules/alias":{"name":"real","version":"3.0.0"},
        "node_modules/g":{"version":"4.0.0","resolved":"git+ssh://git@example.com/x/g.git#0123"},
        "node_modules/f":{"version":"5.0.0","resolved":"file:../f"},
        "node_modules/odd":{"version":7,"dev":"yes","dependencies":[]},
        "node_modules/":{"version":"1.0.0"}}}"#,
    );
    assert_eq!(
        lines(&inventory),
        [
            "path app 1.0.0 @ the project itself",
            "path @app/own 0.1.0 @ packages/own",
            "path packages/nameless ? @ packages/nameless",
            "npm a 1.2.3 @ node_modules/a (for development)",
            "npm @s/b 2.0.0 @ node_modules/a/node_modules/@s/B",
            "npm real 3.0.0 @ node_modules/alias",
            "git g 4.0.0 @ node_modules/g",
            "path f 5.0.0 @ node_modules/f",
            "npm odd ? @ node_modules/odd",
        ]
    );
    assert_eq!(
        skipped(&inventory),
        [
            "node_modules/: the folder names no package",
            "git+ssh://git@example.com/x/g.git: listed, but not matched: g 4.0.0 came from a git repository, and the \
             public registry's advisories speak of other packages",
        ]
    );
}

#[test]
fn package_lock_1_and_2() {
    let dependencies = r#""dependencies":{
        "a":{"version":"1.0.0","bundled":true,"requires":{"b":"1"},"dependencies":{"b":{"version":"2.0.0","dev":true}}},
        "alias":{"version":"npm:@s/real@3.0.0"},
        "g":{"version":"github:x/g#0123","from":"github:x/g"},
        "t":{"version":"https://example.com/t.tgz"},
        "f":{"version":"file:f"}}"#;
    let one = parse("package-lock.json", &format!(r#"{{"lockfileVersion":1,"requires":true,{dependencies}}}"#));
    assert_eq!(
        lines(&one),
        [
            "npm a 1.0.0 @ a",
            "npm b 2.0.0 @ a > b (for development)",
            "npm @s/real 3.0.0 @ alias",
            "git g ? @ g",
            "npm t ? @ t",
            "path f ? @ f",
        ]
    );
    assert_eq!(one.skipped.len(), 1);
    // Version 2 says everything twice; the folders are the truth.
    let two = parse(
        "package-lock.json",
        &format!(r#"{{"lockfileVersion":2,"packages":{{"node_modules/a":{{"version":"1.0.0"}}}},{dependencies}}}"#),
    );
    assert_eq!(lines(&two), ["npm a 1.0.0 @ node_modules/a"]);
    let none = parse("package-lock.json", r#"{"lockfileVersion":3}"#);
    assert!(none.components.is_empty());
    let error = read("package-lock.json", b"{}", &Options::default()).unwrap_err().to_string();
    assert!(error.contains("is it a package-lock.json?"), "{error}");
    let error = read("package-lock.json", br#"{"lockfileVersion":3,"packages""#, &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "package-lock.json: line 1 column 31: the file ends too early; is it whole?");
}

const JSON: &str = r#"{"$schema":"x","bomFormat":"CycloneDX","specVersion":"1.6",
"metadata":{"tools":{"components":[{"type":"application","name":"scanner"}]},
 "component":{"type":"device","manufacturer":{"name":"Acme"},"name":"Pump","version":"2"}},
"components":[
 {"type":"operating-system","name":"debian","version":"12"},
 {"type":"library","name":"x","version":"9","purl":"pkg:deb/debian/libc6@2.36?upstream=glibc","cpe":"cpe:2.3:a:gnu:glibc:2.36:*:*:*:*:*:*:*"},
 {"type":"library","name":"openssl","purl":"pkg:generic/openssl@3.0.1","cpe":"cpe:2.3:a:openssl:openssl:3.0.1:*:*:*:*:*:*:*"},
 {"type":"library","name":"thing","purl":"pkg:generic/thing@1"},
 {"type":"application","publisher":"P","group":"g","name":"app","components":[{"type":"library","name":"in","purl":"pkg:npm/in@1"}]},
 {"type":"firmware","cpe":"cpe:/o:acme:pump_os:2.1","name":"n"},
 {"type":"library","group":"g","name":"bad","purl":"pkg:npm"},
 {"type":"file","name":"/usr/bin/x"},{"type":"library"}],
"services":[{"name":"s"}],"pedigree":{"ancestors":[{"type":"library","name":"old"}]}}"#;

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.6">
 <c:metadata><c:tools><c:components><c:component type="application"><c:name>scanner</c:name></c:component></c:components></c:tools>
  <c:component type="device"><c:manufacturer><c:name>Acme</c:name></c:manufacturer><c:name>Pump</c:name><c:version>2</c:version></c:component></c:metadata>
 <c:components>
  <c:component type="operating-system"><c:name>debian</c:name><c:version>12</c:version></c:component>
  <c:component type="library"><c:name>x</c:name><c:version>9</c:version><c:cpe>cpe:2.3:a:gnu:glibc:2.36:*:*:*:*:*:*:*</c:cpe><c:purl>pkg:deb/debian/libc6@2.36?upstream=glibc</c:purl></c:component>
  <c:component type="library"><c:name>openssl</c:name><c:cpe>cpe:2.3:a:openssl:openssl:3.0.1:*:*:*:*:*:*:*</c:cpe><c:purl>pkg:generic/openssl@3.0.1</c:purl></c:component>
  <c:component type="library"><c:name>thing</c:name><c:purl>pkg:generic/thing@1</c:purl></c:component>
  <c:component type="application"><c:publisher>P</c:publisher><c:group>g</c:group><c:name>app</c:name>
   <c:pedigree><c:ancestors><c:component type="library"><c:name>old</c:name></c:component></c:ancestors></c:pedigree>
   <c:components><c:component type="library"><c:name>in</c:name><c:purl>pkg:npm/in@1</c:purl></c:component></c:components></c:component>
  <c:component type="firmware"><c:name>n</c:name><c:cpe>cpe:/o:acme:pump_os:2.1</c:cpe></c:component>
  <c:component type="library"><c:group>g</c:group><c:name>bad</c:name><c:purl>pkg:npm</c:purl></c:component>
  <c:component type="file"><c:name>/usr/bin/x</c:name></c:component><c:component type="library"/>
 </c:components>
 <c:services><c:service><c:name>s</c:name></c:service></c:services>
</c:bom>"#;

#[test]
fn cyclonedx_in_both_forms() {
    let (json, xml) = (parse("bom.json", JSON), parse("bom.xml", XML));
    let mut expected = vec![
        "product Acme / Pump 2 @ metadata.component",
        "product  / debian 12 @ components[0]",
        // The release stands elsewhere in the document, the source in the package URL.
        "Debian:12 libc6 2.36 @ components[1]",
        "product openssl / openssl 3.0.1 @ components[2]",
        "generic thing 1 @ components[3]",
        "npm in 1 @ components[4].components[0]",
        "product P / app ? @ components[4]",
        "product acme / pump os 2.1 @ components[5]",
        "product g / bad ? @ components[6]",
    ];
    expected.sort_unstable();
    for inventory in [&json, &xml] {
        let mut found = lines(inventory);
        found.sort();
        assert_eq!(found, expected);
        let skipped = skipped(inventory);
        assert_eq!(skipped.len(), 3, "{skipped:?}");
        assert!(skipped[0].starts_with("components[6]: its package URL cannot be read (`pkg:npm`"), "{skipped:?}");
        assert_eq!(skipped[1], "components[8]: the component has no name");
        assert!(skipped[2].starts_with("components: 1 files without"), "{skipped:?}");
        let libc =
            inventory.components.iter().find(|c| c.purl.as_deref().is_some_and(|p| p.contains("libc6"))).unwrap();
        let What::Package { source: Some(source), .. } = &libc.what else { panic!("{libc:?}") };
        assert_eq!(source.name, "glibc");
    }
}

#[test]
fn versions_of_cyclonedx() {
    let with = |version: &str| JSON.replace("\"1.6\"", &format!("\"{version}\""));
    let newer = parse("bom.json", &with("1.9"));
    assert!(skipped(&newer)[0].contains("newer than what is known here (1.7)"));
    for wrong in ["2.0", "", "1.x", "one"] {
        let error = read("bom.json", with(wrong).as_bytes(), &Options::default()).unwrap_err().to_string();
        assert!(error.contains("is no version of CycloneDX 1"), "{error}");
    }
    let other = JSON.replace("\"CycloneDX\"", "\"Other\"");
    let error = read("bom.json", other.as_bytes(), &Options::default()).unwrap_err().to_string();
    assert!(error.contains("bomFormat"), "{error}");
}

#[test]
fn cpe_names() {
    let named = cpe::read(r"cpe:2.3:o:palo_alto\:x:pan-os:10.1.14:h6:*:*:*:*:*:*").unwrap();
    assert_eq!((named.part, named.vendor.as_str(), named.product.as_str()), ('o', "palo alto:x", "pan-os"));
    assert_eq!((named.version.as_deref(), named.update.as_deref()), (Some("10.1.14"), Some("h6")));
    let uri = cpe::read("cpe:/a:f5:big-ip%2bx:-").unwrap();
    assert_eq!((uri.product.as_str(), uri.version), ("big-ip+x", None));
    for wrong in
        ["", "cpe:2.3:a:v", "cpe:2.3:a:*:p:1", "cpe:2.3:x:v:p:1", "cpe:/a:v:%zz", "cpe:/a:v:%ff", r"cpe:2.3:a:v:\"]
    {
        assert_eq!(cpe::read(wrong), None, "{wrong}");
    }
}

#[test]
fn ecosystems() {
    for name in [
        "npm",
        "PyPI",
        "Go",
        "Debian",
        "Debian:12",
        "Debian:",
        "Maven",
        "Ubuntu:22.04:LTS",
        concat!("crates", ".", "io"),
    ] {
        assert_eq!(Ecosystem::from_osv(name).to_string(), name);
    }
    assert_eq!(Ecosystem::from_osv("Debian:12"), Ecosystem::Debian(Some("12".to_owned())));
    assert_eq!(Ecosystem::PyPi.normalise("Zope.Interface__x"), "zope-interface-x");
    assert_eq!(Ecosystem::Go.normalise("github.com/BurntSushi/toml"), "github.com/burntsushi/toml");
    assert_eq!(Ecosystem::Cargo.normalise("Inflector"), "Inflector");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn normalised_names_stay(name in "[A-Za-z0-9._@/-]{0,24}") {
        for ecosystem in [Ecosystem::PyPi, Ecosystem::Npm, Ecosystem::Go, Ecosystem::Cargo, Ecosystem::Debian(None)] {
            let once = ecosystem.normalise(&name).into_owned();
            let twice = ecosystem.normalise(&once).into_owned();
            prop_assert_eq!(twice, once);
        }
        let hyphens = name.replace(['.', '_'], "-");
        let plain = Ecosystem::PyPi.normalise(&name).into_owned();
        prop_assert!(!plain.contains(['.', '_']) && !plain.contains("--") && !plain.bytes().any(|c| c.is_ascii_uppercase()));
        let other = Ecosystem::PyPi.normalise(&hyphens).into_owned();
        prop_assert_eq!(other, plain);
    }
}
