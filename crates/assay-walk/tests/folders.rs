//! What is found in folders and on a machine, what is passed over, and what
//! leads nowhere.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod support;

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use assay_inventory::component::{Format, Inventory, What};
use assay_walk::{Options, Walked, folder, machine};
use support::{dpkg, headers, lock, sqlite, write};

fn walk(root: &Path) -> Walked {
    folder(root, &Options::default()).unwrap_or_else(|e| panic!("{e}"))
}

/// The inventories by their paths below the root, with how much they list.
fn found(root: &Path, walked: &Walked) -> Vec<(String, Format, usize)> {
    let below =
        |inventory: &Inventory| inventory.name.strip_prefix(&format!("{}/", root.display())).unwrap().to_owned();
    walked.inventories.iter().map(|i| (below(i), i.format, i.components.len())).collect()
}

fn passed(walked: &Walked) -> Vec<String> {
    walked.passed.iter().map(|one| format!("{} {}", one.times, one.what)).collect()
}

#[test]
fn a_project_and_a_system_in_one_tree() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    write(root, "app/Cargo.toml", "");
    write(root, "app/Cargo.lock", lock("a", "1.0.0"));
    write(root, "app/target/package/Cargo.lock", lock("b", "1.0.0"));
    write(root, "target/Cargo.lock", lock("c", "1.0.0"));
    write(root, "web/package-lock.json", r#"{"lockfileVersion":3,"packages":{"node_modules/d":{"version":"1.0.0"}}}"#);
    write(root, "web/node_modules/d/yarn.lock", "# yarn lockfile v1\n");
    write(root, "go/go.mod", "module m\ngo 1.22\nrequire e v1.0.0\n");
    write(root, "go/go.sum", "e v1.0.0 h1:x=\nf v0.9.0 h1:y=\n");
    write(root, "old/go.mod", "module m\ngo 1.12\n");
    write(root, "old/go.sum", "e v1.0.0 h1:x=\n");
    write(root, "lists/anything.json", r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[]}"#);
    write(root, "lists/settings.json", r#"{"a":1}"#);
    write(root, "lists/devices.csv", "vendor,product,version\nAcme,Pump,1\n");
    write(root, "lists/numbers.csv", "1,2,3\n");
    write(root, "disk/etc/os-release", "ID=debian\nVERSION_ID=12\n");
    write(root, "disk/var/lib/dpkg/status", dpkg("g", "1.0-1"));
    write(root, "disk/var/lib/rpm/rpmdb.sqlite", sqlite(&headers(), support::TABLE));
    write(root, "small/usr/lib/os-release", "ID=debian\nVERSION_ID=11\n");
    write(root, "small/var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 11.1\n");
    write(root, "small/var/lib/dpkg/status.d/tz", "Package: tzdata\nVersion: 2024a-0\n");
    write(root, "small/var/lib/dpkg/status.d/tz.md5sums", "0  x\n");
    write(root, "bad/poetry.lock", "what is this\n");
    let walked = walk(root);
    assert_eq!(
        found(root, &walked),
        [
            ("app/Cargo.lock".to_owned(), Format::CargoLock, 1),
            ("disk/var/lib/dpkg/status".to_owned(), Format::DpkgStatus, 1),
            ("disk/var/lib/rpm/rpmdb.sqlite".to_owned(), Format::RpmDatabase, 2),
            ("go/go.mod".to_owned(), Format::GoMod, 1),
            ("lists/anything.json".to_owned(), Format::CycloneDx, 0),
            ("lists/devices.csv".to_owned(), Format::ProductList, 1),
            ("old/go.mod".to_owned(), Format::GoMod, 0),
            ("old/go.sum".to_owned(), Format::GoSum, 1),
            ("small/var/lib/dpkg/status.d".to_owned(), Format::DpkgStatus, 2),
            ("target/Cargo.lock".to_owned(), Format::CargoLock, 1),
            ("web/package-lock.json".to_owned(), Format::PackageLock, 1),
        ]
    );
    assert_eq!(
        passed(&walked),
        [
            "1 folders named node_modules",
            "1 folders named target",
            "1 go.sum files, because the go.mod beside each says what is built",
        ]
    );
    assert_eq!(walked.refused.len(), 1);
    assert!(walked.refused[0].path.ends_with("bad/poetry.lock") && walked.refused[0].why.starts_with("line 1: "));
    let of = |end: &str| walked.inventories.iter().find(|i| i.name.ends_with(end)).unwrap();
    let ecosystem = |i: &Inventory| match &i.components[0].what {
        What::Package { ecosystem, .. } => ecosystem.to_string(),
        What::Product { .. } => panic!("{i:?}"),
    };
    assert_eq!(ecosystem(of("dpkg/status")), "Debian:12");
    assert_eq!(ecosystem(of("status.d")), "Debian:11");
    assert_eq!(of("status.d").components[1].at, "tz");
    // The same again gives the same: threads decide nothing.
    assert_eq!(walk(root), walked);
}

#[test]
fn links_pipes_and_depth_lead_nowhere() {
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "Cargo.lock", lock("outside", "1.0.0"));
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    symlink(outside.path(), at.join("out")).unwrap();
    symlink(outside.path().join("Cargo.lock"), at.join("Cargo.lock")).unwrap();
    symlink(at, at.join("loop")).unwrap();
    assert!(Command::new("mkfifo").arg(at.join("yarn.lock")).status().unwrap().success());
    let mut deep = at.to_owned();
    for _ in 0..80 {
        deep = deep.join("d");
    }
    std::fs::create_dir_all(&deep).unwrap();
    write(&deep, "Cargo.lock", lock("deep", "1.0.0"));
    let walked = walk(at);
    assert!(walked.inventories.is_empty() && walked.refused.is_empty(), "{walked:?}");
    assert_eq!(passed(&walked), ["1 folders deeper than any real one", "1 symbolic links to inventories"]);
    // The root itself may be a link: its name was given.
    let link = outside.path().join("link");
    symlink(at, &link).unwrap();
    assert_eq!(walk(&link).seen, walked.seen);
    assert!(folder(&at.join("missing"), &Options::default()).unwrap_err().to_string().contains("cannot be read"));
    assert!(folder(&outside.path().join("Cargo.lock"), &Options::default()).is_err());
}

#[test]
fn a_machine_by_its_root() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    let error = machine(at, &Options::default()).unwrap_err().to_string();
    assert!(error.contains("no list of dpkg, apk or rpm"), "{error}");
    write(at, "usr/lib/os-release", "ID=alpine\nVERSION_ID=3.20.1\n");
    write(at, "usr/lib/apk/db/installed", "P:musl\nV:1.2.5-r0\n");
    symlink("usr/lib", at.join("lib")).unwrap();
    let walked = machine(at, &Options::default()).unwrap();
    assert_eq!(walked.inventories.len(), 1, "one list under two names is one list");
    let What::Package { ecosystem, .. } = &walked.inventories[0].components[0].what else { panic!() };
    assert_eq!(ecosystem.to_string(), "Alpine:v3.20");
}

#[test]
fn this_machine() {
    let Ok(run) = Command::new("dpkg-query").args(["-W", "-f", "${Status}\n"]).output() else {
        eprintln!("skipped: this is no Debian");
        return;
    };
    let expected = String::from_utf8_lossy(&run.stdout).lines().filter(|l| l.ends_with(" installed")).count();
    let walked = machine(Path::new("/"), &Options::default()).unwrap();
    let listed: usize = walked.inventories.iter().map(|i| i.components.len()).sum();
    eprintln!("this machine: {listed} packages, dpkg-query says {expected}");
    assert_eq!(listed, expected);
}

/// A project of one artifact with a parent, and what stands in it.
fn pom(artifact: &str, parent: &str, inner: &str) -> String {
    format!(
        "<project>{parent}<groupId>g</groupId><artifactId>{artifact}</artifactId><version>1</version>{inner}</project>"
    )
}

fn parent(artifact: &str, place: &str) -> String {
    format!("<parent><groupId>g</groupId><artifactId>{artifact}</artifactId><version>1</version>{place}</parent>")
}

fn ask(artifact: &str, version: &str) -> String {
    format!("<dependency><groupId>x</groupId><artifactId>{artifact}</artifactId>{version}</dependency>")
}

fn manage(inner: &str) -> String {
    format!("<dependencyManagement><dependencies>{inner}</dependencies></dependencyManagement>")
}

#[test]
fn a_pom_has_its_versions_from_parents_in_the_same_tree() {
    let root = tempfile::tempdir().unwrap();
    let top = tempfile::tempdir().unwrap();
    let (root, out) = (root.path(), top.path());
    let v = |version: &str| format!("<version>{version}</version>");
    let asked = format!("<dependencies>{}{}{}</dependencies>", ask("one", ""), ask("two", ""), ask("none", ""));
    let pins = manage(&(ask("one", &v("${one}")) + &ask("two", &v("2.0"))));
    let shared = format!("<dependencies>{}</dependencies>", ask("all", &v("${all}")));
    let properties = "<properties><one>1.0</one><all>5.0</all></properties>";
    write(root, "pom.xml", pom("top", "", &format!("{properties}{pins}{shared}")));
    write(root, "mid/pom.xml", pom("mid", &parent("top", ""), &manage(&ask("two", &v("2.5")))));
    let own = format!("<properties><all>5.1</all></properties>{asked}");
    write(root, "mid/app/pom.xml", pom("app", &parent("mid", "<relativePath>..</relativePath>"), &own));
    // Not the one that is named; not near by its own word; out of the tree; through a link; its own grandparent.
    write(root, "other/pom.xml", pom("other", &parent("mid", ""), &asked));
    write(root, "far/pom.xml", pom("far", &parent("top", "<relativePath/>"), &asked));
    write(out, "pom.xml", pom("top", "", &pins));
    write(root, "out/pom.xml", pom("out", &parent("top", "<relativePath>../../pom.xml</relativePath>"), &asked));
    symlink(out, root.join("link")).unwrap();
    write(root, "by/pom.xml", pom("by", &parent("top", "<relativePath>../link/pom.xml</relativePath>"), &asked));
    write(root, "a/pom.xml", pom("a", &parent("b", "<relativePath>../b</relativePath>"), &asked));
    write(root, "b/pom.xml", pom("b", &parent("a", "<relativePath>../a</relativePath>"), &pins));

    let walked = walk(root);
    let list = |path: &str| {
        let name = root.join(path).display().to_string();
        let inventory = walked.inventories.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{path}"));
        let mut all: Vec<String> = inventory
            .components
            .iter()
            .map(|one| {
                let What::Package { name, .. } = &one.what else { panic!("{one:?}") };
                format!("{name} {}", one.version.as_deref().unwrap_or("?"))
            })
            .collect();
        all.sort();
        (all, inventory.components.iter().find(|one| one.version.is_none()).map(|one| one.at.clone()))
    };
    let (all, why) = list("mid/app/pom.xml");
    assert_eq!(all, ["x:all 5.1", "x:none ?", "x:one 1.0", "x:two 2.5"]);
    assert!(why.unwrap().contains("neither it nor a parent sets its version"));
    for path in ["other/pom.xml", "far/pom.xml", "out/pom.xml", "by/pom.xml"] {
        let (all, why) = list(path);
        assert_eq!(all, ["x:none ?", "x:one ?", "x:two ?"], "{path}");
        assert!(why.unwrap().contains("its version is set by the parent or an imported list"), "{path}");
    }
    assert_eq!(list("a/pom.xml").0, ["x:none ?", "x:one ?", "x:two 2.0"], "`one` is set nowhere, and the circle ends");
}

#[test]
fn a_tower_of_parents_is_climbed_a_few_levels_only() {
    let root = tempfile::tempdir().unwrap();
    let pins = manage(&ask("one", "<version>1.0</version>"));
    let asked = format!("<dependencies>{}</dependencies>", ask("one", ""));
    for level in 0..100 {
        let above = parent(&format!("p{}", level + 1), &format!("<relativePath>../p{}</relativePath>", level + 1));
        // Twenty levels up is more than is climbed, ten are not.
        let inner = if level == 20 { &pins } else { &asked };
        write(root.path(), &format!("p{level}/pom.xml"), pom(&format!("p{level}"), &above, inner));
    }
    // Its own parent.
    write(root.path(), "self/pom.xml", pom("self", &parent("self", "<relativePath>pom.xml</relativePath>"), &asked));
    let walked = walk(root.path());
    let version = |name: &str| {
        let name = root.path().join(name).join("pom.xml").display().to_string();
        let found = walked.inventories.iter().find(|one| one.name == name).unwrap();
        found.components.iter().find_map(|one| one.version.clone())
    };
    assert_eq!(version("p0"), None);
    assert_eq!(version("p10").as_deref(), Some("1.0"));
    assert_eq!(version("self"), None);
    assert_eq!(walked.inventories.len(), 101);
}
