//! More than a thousand ways to change a release folder. None gets by.
//!
//! The first half changes bytes, as a mirror or a stick could. The second half
//! holds the index key and signs what it likes: it still cannot publish.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assay_repo::{APPROVAL_TYPE, Refusal, Source, SyncError, VerifyError, verify_folder};
use assay_seal::Envelope;
use serde_json::{Value, json};
use support::*;

type Content = BTreeMap<String, Vec<u8>>;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// A release of two advisories, the same before the second one, and a mirror of each.
struct World {
    home: tempfile::TempDir,
    older: Content,
    newest: Content,
}

impl World {
    fn new() -> Self {
        let home = temporary();
        let folder = home.path().join("release");
        publisher(&folder).publish(&next(&[1]), now()).unwrap();
        let older = content(&folder);
        Self::mirror(home.path(), &folder, "behind");
        publisher(&folder).publish(&next(&[2]), now()).unwrap();
        let newest = content(&folder);
        Self { home, older, newest }
    }

    fn mirror(home: &Path, folder: &Path, name: &str) {
        client(&home.join(name)).sync(&Source::Folder(folder.to_owned()), now()).unwrap();
    }

    /// Whether everyone refuses this folder: the verifier, a client without a mirror, and a client with an older one,
    /// which both keep what they have.
    fn refused(&self, what: &str, changed: &Content) -> Refusal {
        let folder = self.home.path().join("changed");
        put(&folder, changed);
        self.refused_there(what, &folder)
    }

    fn refused_there(&self, what: &str, folder: &Path) -> Refusal {
        let refusal = match verify_folder(folder, &trust(), now()) {
            Err(VerifyError::Refused(refusal)) => refusal,
            other => panic!("{what}: the verifier says {other:?}"),
        };
        let source = Source::Folder(folder.to_owned());
        let fresh = self.home.path().join("fresh");
        match client(&fresh).sync(&source, now()) {
            Err(SyncError::Refused(_)) => assert!(!fresh.exists(), "{what}: a new client kept something"),
            // A client never sees a file that the index does not name; what it took is right.
            Ok(_) if matches!(refusal, Refusal::Unlisted { .. }) => {
                verify_folder(&fresh, &trust(), now()).unwrap();
                fs::remove_dir_all(&fresh).unwrap();
            }
            other => panic!("{what}: a new client says {other:?}"),
        }
        let behind = self.home.path().join("behind");
        let before = content(&behind);
        match client(&behind).sync(&source, now()) {
            Err(SyncError::Refused(_)) => assert!(content(&behind) == before, "{what}: the mirror was changed"),
            // It had the changed file already and never asked for it, or the index that it had already.
            Ok(_) => {
                let mut after = content(&behind);
                after.remove(".assay-sync.json");
                let right = after == self.newest || after == self.older;
                assert!(right, "{what}: the mirror is not what was signed");
                put(&behind, &before);
            }
            Err(other) => panic!("{what}: the client says {other:?}"),
        }
        refusal
    }
}

#[test]
fn folders_changed_at_random() {
    let world = World::new();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let paths: Vec<String> = world.newest.keys().cloned().collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..rounds(1_000) {
        let mut changed = world.newest.clone();
        let path = dice.pick(&paths).clone();
        let bytes = changed.get_mut(&path).unwrap();
        let (kind, what) = match round % 8 {
            0..=3 => {
                let place = dice.below(bytes.len());
                bytes[place] ^= 1 << dice.below(8);
                ("flipped", format!("bit of byte {place} of {path}"))
            }
            4 => {
                bytes.truncate(dice.below(bytes.len()));
                ("cut", format!("{path} at {}", bytes.len()))
            }
            5 => {
                let place = dice.below(bytes.len() + 1);
                bytes.insert(place, *dice.pick(b" \n0}\0"));
                ("added to", format!("{path} at {place}"))
            }
            6 => {
                let other = loop {
                    let other = dice.pick(&paths);
                    if world.newest[other] != world.newest[&path] {
                        break other.clone();
                    }
                };
                let (a, b) = (changed[&path].clone(), changed[&other].clone());
                changed.insert(path.clone(), b);
                changed.insert(other.clone(), a);
                ("swapped", format!("{path} and {other}"))
            }
            _ => {
                changed.remove(&path);
                ("deleted", path)
            }
        };
        world.refused(&format!("{kind} {what}"), &changed);
        *seen.entry(kind).or_default() += 1;
    }
    println!("refused: {seen:?}");
    assert_eq!(seen.len(), 5, "each kind was tried");
}

#[test]
fn what_a_mirror_can_do() {
    let world = World::new();
    let mut codes = Vec::new();
    let mut refuse = |what: &str, changed: &Content| {
        codes.push(format!("{:16} {what}", world.refused(what, changed).code()));
    };
    // An older index over newer files.
    let mut changed = world.newest.clone();
    changed.insert("index.json".into(), world.older["index.json"].clone());
    refuse("an older index", &changed);
    // Files that nobody signed.
    for path in ["evil.txt", "osv/x_ASSAY-2026-0003.json", "advisories/ASSAY-2026-0001/poc.bin", "a/b/c/d/e", ".hidden"]
    {
        let mut changed = world.newest.clone();
        changed.insert(path.into(), b"x".to_vec());
        refuse(&format!("added {path}"), &changed);
    }
    // An advisory under another name, and with another's files.
    let rename = |from: &str, to: &str| -> Content {
        world.newest.iter().map(|(path, bytes)| (path.replace(from, to), bytes.clone())).collect()
    };
    refuse("renamed an advisory", &rename("ASSAY-2026-0001", "ASSAY-2026-0003"));
    let mut mixed = world.newest.clone();
    for (path, bytes) in &world.newest {
        if path.contains("2026-0001") {
            mixed.insert(path.replace("2026-0001", "2026-0002"), bytes.clone());
        }
    }
    refuse("one advisory's files for another's", &mixed);
    // Signatures of others.
    let mut changed = world.newest.clone();
    let payload = payload(&world.newest["index.json"]);
    changed.insert("index.json".into(), signed(&payload, STRANGER));
    refuse("index signed by a stranger", &changed);
    changed.insert("index.json".into(), signed(&payload, APPROVERS[0]));
    refuse("index signed by an approver", &changed);
    for (what, text) in [
        ("no index", ""),
        (
            "index without signatures",
            r#"{"payloadType":"application/vnd.assay.index+json","payload":"e30=","signatures":[]}"#,
        ),
    ] {
        changed.insert("index.json".into(), text.into());
        refuse(what, &changed);
    }
    changed.insert("index.json".into(), vec![b'['; 9 << 20]);
    refuse("endless index", &changed);
    insta::assert_snapshot!(codes.join("\n"));
}

#[test]
fn links_and_odd_files() {
    let world = World::new();
    let folder = world.home.path().join("changed");
    let outside = world.home.path().join("outside");
    fs::write(&outside, &world.newest["osv/x_ASSAY-2026-0001.json"]).unwrap();
    // A link to the very bytes: whoever controls where it leads could change them later.
    put(&folder, &world.newest);
    let path = folder.join("osv/x_ASSAY-2026-0001.json");
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&outside, &path).unwrap();
    assert!(matches!(world.refused_there("a link for a file", &folder), Refusal::NotAFile { .. }));
    put(&folder, &world.newest);
    fs::remove_file(folder.join("index.json")).unwrap();
    fs::create_dir(folder.join("index.json")).unwrap();
    assert!(matches!(world.refused_there("a folder for the index", &folder), Refusal::NotAFile { .. }));
    put(&folder, &world.newest);
    fs::rename(folder.join("advisories"), world.home.path().join("moved")).unwrap();
    std::os::unix::fs::symlink(world.home.path().join("moved"), folder.join("advisories")).unwrap();
    assert!(matches!(verify_folder(&folder, &trust(), now()), Err(VerifyError::Refused(Refusal::NotAFile { .. }))));
}

/// The newest release with its index changed and signed again by the real index key.
fn reindexed(world: &World, change: impl FnOnce(&mut Value)) -> Content {
    let mut changed = world.newest.clone();
    let mut payload = payload(&world.newest["index.json"]);
    change(&mut payload);
    changed.insert("index.json".into(), signed(&payload, INDEX));
    changed
}

/// The newest release with the first advisory's record signed anew by these keys, and the index after it.
fn resigned(world: &World, change: impl Fn(&mut Value), signers: &[u8]) -> Content {
    let path = "advisories/ASSAY-2026-0001/record.dsse.json";
    let trusted = APPROVERS.iter().map(|number| key(*number).verifying_key()).collect();
    let verified = Envelope::parse(&world.newest[path]).unwrap().verify(APPROVAL_TYPE, &trusted).unwrap();
    let mut approval: Value = serde_json::from_slice(verified.payload()).unwrap();
    change(&mut approval);
    let bytes = assay_bundle::jcs::canonical(&approval).unwrap();
    let mut envelope = Envelope::sign(APPROVAL_TYPE, &bytes, &key(signers[0]));
    signers[1..].iter().for_each(|signer| envelope.add_signature(&key(*signer)));
    replaced(world, path, envelope.to_json())
}

/// The newest release with one file replaced, and an index that lists it so.
fn replaced(world: &World, path: &str, bytes: Vec<u8>) -> Content {
    let mut changed = world.newest.clone();
    changed.insert(path.into(), bytes);
    let mut payload = payload(&world.newest["index.json"]);
    relist(&mut payload, &changed);
    changed.insert("index.json".into(), signed(&payload, INDEX));
    changed
}

#[test]
fn what_a_thief_of_the_index_key_can_do() {
    let world = World::new();
    let mut said = Vec::new();
    let mut refuse = |what: &str, changed: &Content| {
        let refusal = world.refused(what, changed).to_string();
        // Where in the JSON is no part of what is tested.
        let refusal = refusal.split(" at line ").next().unwrap_or_default().to_owned();
        said.push(format!("{what}: {refusal}"));
    };
    let record = "advisories/ASSAY-2026-0001/record.dsse.json";
    let same = |_: &mut Value| {};

    // Approvals.
    refuse("one approver", &resigned(&world, same, &[11]));
    refuse("one approver and the index key", &resigned(&world, same, &[11, INDEX]));
    refuse("one approver and a stranger", &resigned(&world, same, &[11, STRANGER]));
    refuse("strangers", &resigned(&world, same, &[STRANGER, 67, 68]));
    let text = String::from_utf8(resigned(&world, same, &[11])[record].clone()).unwrap();
    let (head, tail) = text.split_once("\"signatures\":[").unwrap();
    let one = tail.strip_suffix("]}").unwrap();
    let twice = format!("{head}\"signatures\":[{one},{one}]}}");
    refuse("one signature written twice", &replaced(&world, record, twice.into_bytes()));
    let more = |approval: &mut Value| approval["more"] = 1.into();
    refuse("an approval with a key more", &resigned(&world, more, &[11, 12]));
    let other = |approval: &mut Value| approval["schema"] = "assay.approval/2".into();
    refuse("an approval of another form", &resigned(&world, other, &[11, 12]));
    let padded = text.replacen('{', "{ ", 1);
    refuse("an envelope with a blank", &replaced(&world, record, padded.into_bytes()));

    // Files that approvers did not see.
    for name in ["osv.json", "assay-2026-0001.json", "openvex.json", "fix.patch", "fix.statement.dsse.json"] {
        let path = format!("advisories/ASSAY-2026-0001/{name}");
        let mut bytes = world.newest[&path].clone();
        bytes.push(b'\n');
        let mut changed = world.newest.clone();
        changed.insert(path, bytes.clone());
        if name == "osv.json" {
            changed.insert("osv/x_ASSAY-2026-0001.json".into(), bytes);
        }
        let mut payload = payload(&world.newest["index.json"]);
        relist(&mut payload, &changed);
        changed.insert("index.json".into(), signed(&payload, INDEX));
        refuse(&format!("another {name}"), &changed);
    }
    let copy = replaced(&world, "osv/x_ASSAY-2026-0001.json", world.newest["osv/x_ASSAY-2026-0002.json"].clone());
    refuse("another OSV copy", &copy);
    let mut mixed = world.newest.clone();
    for (path, bytes) in &world.newest {
        if path.contains("2026-0002") {
            mixed.insert(path.replace("2026-0002", "2026-0001"), bytes.clone());
        }
    }
    let mut listed = payload(&world.newest["index.json"]);
    relist(&mut listed, &mixed);
    mixed.insert("index.json".into(), signed(&listed, INDEX));
    refuse("another advisory under this id", &mixed);

    // The index.
    let index = |what: &str, change: &dyn Fn(&mut Value)| (what.to_owned(), reindexed(&world, |value| change(value)));
    let many = [
        index("expired", &|index| {
            index["instant"] = "2026-11-20T17:00:00.000000Z".into();
            index["expires"] = "2026-11-21T17:00:00.000000Z".into();
        }),
        index("from the future", &|index| {
            index["instant"] = "2026-11-23T17:00:00.000000Z".into();
            index["expires"] = "2026-11-29T17:00:00.000000Z".into();
        }),
        index("ends before it begins", &|index| index["expires"] = index["instant"].clone()),
        index("version 0", &|index| index["version"] = 0.into()),
        index("version 1 with a previous one", &|index| index["version"] = 1.into()),
        index("another schema", &|index| index["schema"] = "assay.index/2".into()),
        index("a key more", &|index| index["more"] = 1.into()),
        index("a path that climbs", &|index| index["entries"][0]["files"][0]["path"] = "../../outside".into()),
        index("an absolute path", &|index| index["entries"][0]["files"][0]["path"] = "/etc/passwd".into()),
        index("another advisory's path", &|index| {
            index["entries"][0]["files"][0]["path"] = index["entries"][1]["files"][0]["path"].clone();
        }),
        index("a file twice", &|index| {
            let first = index["entries"][0]["files"][0].clone();
            index["entries"][0]["files"].as_array_mut().unwrap().insert(0, first);
        }),
        index("a file less", &|index| drop(index["entries"][0]["files"].as_array_mut().unwrap().remove(0))),
        index("an entry twice", &|index| {
            let first = index["entries"][0].clone();
            index["entries"].as_array_mut().unwrap().insert(0, first);
        }),
        index("entries in another order", &|index| index["entries"].as_array_mut().unwrap().reverse()),
        index("another instant of publication", &|index| {
            index["entries"][0]["published"] = "2026-11-20T17:00:00.000001Z".into();
        }),
        index("published after it was signed", &|index| {
            index["entries"][0]["published"] = "2026-11-21T17:00:00.000001Z".into();
        }),
        index("a size of nothing", &|index| index["entries"][0]["files"][0]["size"] = 0.into()),
        index("a giant size", &|index| index["entries"][0]["files"][0]["size"] = json!(9_007_199_254_740_991_u64)),
        index("an id that is none", &|index| index["entries"][0]["id"] = "../../x".into()),
        index("a file beside that climbs", &|index| {
            index["beside"] = json!([{ "path": "ledger/../../x", "sha256": index["previous"], "size": 1 }]);
        }),
        index("a file beside that is none", &|index| {
            index["beside"] = json!([{ "path": "osv/x.json", "sha256": index["previous"], "size": 1 }]);
        }),
        index("a file beside that is not there", &|index| {
            index["beside"] = json!([{ "path": "ledger/checkpoint", "sha256": index["previous"], "size": 1 }]);
        }),
        index("an entry less", &|index| drop(index["entries"].as_array_mut().unwrap().remove(0))),
    ];
    for (what, changed) in &many {
        refuse(what, changed);
    }
    let home = world.home.path().display().to_string();
    insta::assert_snapshot!(said.join("\n").replace(&home, "HOME"));
}
