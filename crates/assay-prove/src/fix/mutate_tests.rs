#![allow(clippy::unwrap_used)]
use std::path::Path;

use proptest::prelude::*;

use super::super::feed::in_file as bytes;
use super::*;

fn some(seed: u64, parent: &Feed, other: &Feed, count: usize) -> Vec<(Feed, Way)> {
    let dictionary = Dictionary::new(&[parent.bytes(), other.bytes()], Path::new("/nonexistent"), &[]);
    let mut mutator = Mutator::new(seed, dictionary);
    (0..count).filter_map(|_| mutator.variant(parent, other)).collect()
}

#[test]
fn the_seed_decides() {
    let (a, b) = (bytes(b"name=AAAAAAAA;len=300\n"), bytes(b"name=x;len=1\n"));
    assert_eq!(some(7, &a, &b, 100), some(7, &a, &b, 100));
    assert_ne!(some(7, &a, &b, 100), some(8, &a, &b, 100));
}

#[test]
fn every_way_is_taken_and_lengths_differ() {
    let made = some(1, &bytes(b"name=AAAAAAAA;len=300\n"), &bytes(b"name=x;len=1\n"), 600);
    for way in WAYS {
        assert!(made.iter().any(|(_, made)| *made == way), "{way:?}");
    }
    let lengths: std::collections::BTreeSet<usize> = made.iter().map(|(feed, _)| feed.len()).collect();
    assert!(lengths.len() > 30, "{lengths:?}");
    assert!(lengths.iter().any(|len| *len > 1_000), "none grew far");
}

#[test]
fn arguments_keep_their_number() {
    let (a, b) = (Feed::Args(vec!["-n".into(), "/1A".into()]), Feed::Args(vec!["-n".into(), "/10".into()]));
    for (feed, _) in some(3, &a, &b, 300) {
        assert!(matches!(&feed, Feed::Args(arguments) if arguments.len() == 2 && !arguments.concat().contains('\0')));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn no_input_breaks_it(
        content in proptest::collection::vec(any::<u8>(), 0..80),
        other in proptest::collection::vec(any::<u8>(), 0..80),
        seed in any::<u64>(),
    ) {
        let parent = bytes(&content);
        for (feed, _) in some(seed, &parent, &bytes(&other), 60) {
            prop_assert!(feed.len() <= MAX_LEN);
            prop_assert_ne!(&feed, &parent);
        }
        let arguments = Feed::Args(vec![String::from_utf8_lossy(&content).into_owned(), String::new()]);
        for (feed, _) in some(seed, &arguments, &Feed::Args(Vec::new()), 20) {
            prop_assert!(matches!(feed, Feed::Args(list) if list.len() == 2));
        }
    }
}
