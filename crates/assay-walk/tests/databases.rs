//! rpm's three databases, whole, damaged and hostile.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use assay_inventory::component::What;
use assay_walk::{Options, WalkError, Walked, machine};
use proptest::prelude::*;
use support::{TABLE, bdb, header, headers, ndb, sqlite, write};

/// Reads a database as a machine's.
fn read(bytes: &[u8], place: &str) -> Result<Walked, WalkError> {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "etc/os-release", "ID=rocky\nVERSION_ID=9.4\n");
    write(root.path(), place, bytes);
    machine(root.path(), &Options::default())
}

fn refused(bytes: &[u8], place: &str) -> String {
    let walked = read(bytes, place).unwrap();
    assert!(walked.inventories.is_empty(), "{walked:?}");
    walked.refused[0].why.clone()
}

#[test]
fn all_three_say_the_same() {
    let long: String = "x".repeat(700);
    let mut of = headers();
    // Longer than one page of Berkeley DB's.
    of.push(header("long", "1", "1", None, &format!("{long}-1-1.src.rpm")));
    let databases = [
        ("var/lib/rpm/rpmdb.sqlite", sqlite(&of, TABLE)),
        ("usr/lib/sysimage/rpm/Packages.db", ndb(&of)),
        ("var/lib/rpm/Packages", bdb(&of)),
    ];
    for (place, bytes) in databases {
        let walked = read(&bytes, place).unwrap();
        let inventory = &walked.inventories[0];
        let lines: Vec<String> = inventory
            .components
            .iter()
            .map(|c| match &c.what {
                What::Package { ecosystem, name, source } => {
                    let source = source.as_ref().map_or_else(String::new, |s| s.name.clone());
                    format!("{ecosystem} {name} {} {source}", c.version.as_deref().unwrap())
                }
                What::Product { .. } => panic!("{c:?}"),
            })
            .collect();
        assert_eq!(
            lines,
            [
                "Rocky Linux:9 bash 5.1.8-9.el9 ".to_owned(),
                "Rocky Linux:9 bind-libs 32:9.16.23-18.el9 bind".to_owned(),
                format!("Rocky Linux:9 long 1-1 {long}"),
            ],
            "{place}"
        );
        assert_eq!(inventory.skipped.len(), 1, "{place}: the damaged header is said");
    }
}

#[test]
fn hostile_databases() {
    let view = "CREATE TABLE t (blob); CREATE VIEW Packages AS WITH RECURSIVE n(i) AS \
                (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS hnum, zeroblob(1000) AS blob FROM n";
    assert!(refused(&sqlite(&[], view), "var/lib/rpm/rpmdb.sqlite").contains("no plain table"));
    assert!(refused(&sqlite(&[], "CREATE TABLE t (x)"), "var/lib/rpm/rpmdb.sqlite").contains("no table `Packages`"));
    let cut = sqlite(&headers(), TABLE);
    assert!(refused(&cut[..200], "var/lib/rpm/rpmdb.sqlite").contains("rpm -qa"));
    assert!(refused(b"what is this", "var/lib/rpm/Packages").contains("no database of rpm"));
    // A value whose pages form a circle.
    let mut circle = bdb(&[vec![0; 2000]]);
    let first = 2 * 512;
    circle[first + 16..first + 20].copy_from_slice(&2_u32.to_le_bytes());
    let length = 2 * 512 - 12 + 8;
    circle[length..length + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(refused(&circle, "var/lib/rpm/Packages").contains("circle"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated(which in 0..3_usize, edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in any::<prop::sample::Index>()) {
        let (place, mut bytes) = match which {
            0 => ("var/lib/rpm/rpmdb.sqlite", sqlite(&headers(), TABLE)),
            1 => ("usr/lib/sysimage/rpm/Packages.db", ndb(&headers())),
            _ => ("var/lib/rpm/Packages", bdb(&headers())),
        };
        for (at, value) in edits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if cut.index(4) == 0 {
            bytes.truncate(cut.index(bytes.len()));
        }
        // Read or refused; nothing panics, and nothing is listed that is not there.
        let walked = read(&bytes, place).unwrap();
        let listed: usize = walked.inventories.iter().map(|i| i.components.len() + i.skipped.len()).sum();
        prop_assert!(listed <= bytes.len() / 16);
    }
}
