//! Nothing that is sealed stands anywhere in clear: not in a database, a log
//! of it, a name of a file, a backup, an export or an error.
#![allow(clippy::unwrap_used, clippy::panic)]

mod work;

use std::collections::HashSet;

use assay_base::{Entropy, SystemEntropy};
use assay_seal::data_key::DataKey;
use assay_seal::tag::TagKey;
use assay_seal::wrap::{MasterKey, wrap};
use assay_store::backup::backup;
use assay_store::conformance::sample::*;
use assay_store::event::{BlobId, EventId};
use assay_store::export::export;
use assay_store::row::{Row, Tag};
use assay_store::sqlite::Sqlite;
use assay_store::store::Store as _;
use proptest::prelude::*;
use work::{files, holds};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8) })]

    #[test]
    fn no_canary_is_anywhere(canaries in prop::collection::vec("[a-z]{12,40}", 1..6), again in 0usize..3) {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("store");
        let store = Sqlite::open(&dir).unwrap();
        let master = MasterKey::generate();
        let tags = TagKey::of(&master);
        let mut kept = Vec::new();
        for (number, canary) in (1u64..).zip(&canaries) {
            let key = DataKey::draw(&mut SystemEntropy);
            store.put_wrap(key.id(), "instance", &wrap(&key, &master.recipient()).unwrap()).unwrap();
            let blob = BlobId::draw(&mut SystemEntropy);
            store.put_blob(blob, &key.seal(&blob.to_bytes(), canary.repeat(50).as_bytes(), &mut SystemEntropy)).unwrap();
            let mut event = event(number, 1);
            event.envelope.id = EventId::draw(&mut SystemEntropy);
            event.envelope.key = key.id();
            event.payload = key.seal(&event.envelope.id.to_bytes(), canary.as_bytes(), &mut SystemEntropy);
            event.commitment = SystemEntropy.thirty_two();
            let mut row = finding(number);
            row.blob = Some(blob);
            row.target = Tag(tags.tag("target", canary.as_bytes()));
            row.bundle = Tag(tags.tag("bundle", canary.as_bytes()));
            row.claim = Tag(tags.tag("claim", canary.as_bytes()));
            let _ = keep_both(&store, &[event.clone()], &[Row::Finding(row)]);
            kept.push((event, key.id(), blob, canary));
        }
        for (event, key, ..) in kept.iter().take(again) {
            // An error repeats nothing of what it refuses.
            let error = try_keep(&store, std::slice::from_ref(event), &[]).unwrap_err().to_string();
            prop_assert!(canaries.iter().all(|canary| !error.contains(canary.as_str())));
            store.shred(*key).unwrap();
        }
        let mut text = Vec::new();
        export(&store, &mut text).unwrap();
        backup(&store, &root.path().join("backup")).unwrap();
        let mut all = files(root.path());
        all.push(("the export".into(), text));
        let secret = master.to_text();
        let secret = secret.lines().last().unwrap();
        for (name, bytes) in &all {
            for canary in &canaries {
                prop_assert!(!holds(bytes, canary.as_bytes()), "{} is in {}", canary, name);
                prop_assert!(!name.contains(canary.as_str()));
            }
            prop_assert!(!holds(bytes, secret.as_bytes()), "the master key is in {}", name);
        }
        // The search finds what is there: an id stands in clear, in a database and in a file's name.
        let id = kept[0].0.envelope.id.to_bytes();
        prop_assert!(all.iter().any(|(_, bytes)| holds(bytes, &id)));
        prop_assert!(all.iter().any(|(name, _)| name.contains(&kept[0].2.to_string())));
        // And with the master key, all that was not shredded opens.
        for (place, (event, key, blob, canary)) in kept.iter().enumerate() {
            let wrapped = store.wrap(*key, "instance").unwrap();
            prop_assert_eq!(wrapped.is_none(), place < again);
            let Some(wrapped) = wrapped else { continue };
            let key = master.unwrap(&wrapped).unwrap();
            let opened = key.open(&event.envelope.id.to_bytes(), &event.payload).unwrap();
            prop_assert_eq!(opened.as_slice(), canary.as_bytes());
            let opened = key.open(&blob.to_bytes(), &store.blob(*blob).unwrap().unwrap()).unwrap();
            prop_assert!(opened.as_slice() == canary.repeat(50).as_bytes());
        }
    }
}

/// Shredding leaves no wrap on any page, in whatever order wraps come and go and SQLite moves them.
#[test]
fn what_is_shredded_stands_nowhere() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("store");
    let mut options = assay_store::sqlite::Options::default();
    options.durable = false;
    let store = Sqlite::open_with(&dir, &options).unwrap();
    let mut order: Vec<u64> = (0..400).collect();
    let mut entropy = Repeatable(5);
    for id in &order {
        store.put_wrap(key(*id), "instance", &work::wrap_of(*id)).unwrap();
        if id % 3 == 0 {
            // A second recipient, and a wrap that was replaced by a longer one.
            store.put_wrap(key(*id), "member", &work::wrap_of(*id + 10_000)).unwrap();
            let mut longer = work::wrap_of(*id + 20_000);
            longer.extend_from_slice(&work::wrap_of(*id + 30_000));
            store.put_wrap(key(*id), "instance", &longer).unwrap();
        }
    }
    for place in (1..order.len()).rev() {
        let mut bytes = [0; 8];
        entropy.fill(&mut bytes);
        order.swap(place, (u64::from_le_bytes(bytes) % (place as u64 + 1)) as usize);
    }
    let (gone, left) = order.split_at(300);
    for id in gone {
        store.shred(key(*id)).unwrap();
    }
    // Every sixteen bytes of every file.
    let all: HashSet<Vec<u8>> =
        files(&dir).iter().flat_map(|(_, bytes)| bytes.windows(16).map(<[u8]>::to_vec)).collect();
    let stands = |wrap: &[u8]| wrap.chunks_exact(16).any(|part| all.contains(part));
    for id in gone {
        for wrap in [*id, *id + 10_000, *id + 20_000, *id + 30_000].map(work::wrap_of) {
            assert!(!stands(&wrap), "of {id}");
        }
    }
    for id in left {
        let replaced = id % 3 == 0;
        assert_eq!(stands(&work::wrap_of(*id)), !replaced, "of {id}, which was not shredded");
        assert_eq!(stands(&work::wrap_of(*id + 10_000)), replaced);
        assert_eq!(stands(&work::wrap_of(*id + 30_000)), replaced);
    }
}
