//! Sealed blobs.

use super::sample::*;
use super::{Make, every};
use crate::limits;

every![
    a_blob_is_given_back_byte_for_byte,
    an_unknown_blob_is_none,
    the_same_blob_again_is_kept_already,
    other_bytes_under_the_same_id_are_refused,
    a_dropped_blob_is_gone,
    blobs_are_listed_in_order_and_in_pages,
    a_blob_that_is_too_large_is_refused,
];

fn a_blob_is_given_back_byte_for_byte(make: &Make<'_>) {
    let store = make();
    let blobs = [Vec::new(), vec![0], (0..=255).collect(), vec![0x5a; (5 << 20) + 1]];
    for (number, bytes) in (1..).zip(&blobs) {
        store.put_blob(blob(number), bytes).unwrap();
    }
    for (number, bytes) in (1..).zip(&blobs) {
        assert!(store.blob(blob(number)).unwrap().as_ref() == Some(bytes), "blob {number}");
    }
}

fn an_unknown_blob_is_none(make: &Make<'_>) {
    let store = make();
    assert_eq!(store.blob(blob(1)).unwrap(), None);
    store.drop_blob(blob(1)).unwrap();
}

fn the_same_blob_again_is_kept_already(make: &Make<'_>) {
    let store = make();
    for _ in 0..3 {
        store.put_blob(blob(1), b"same").unwrap();
    }
    assert_eq!(store.blobs(None, 10).unwrap(), [blob(1)]);
}

fn other_bytes_under_the_same_id_are_refused(make: &Make<'_>) {
    let store = make();
    store.put_blob(blob(1), b"first").unwrap();
    for other in [b"other".as_slice(), b"", b"first and more", b"firs"] {
        assert!(out_of_order(&store.put_blob(blob(1), other)));
    }
    assert_eq!(store.blob(blob(1)).unwrap().as_deref(), Some(b"first".as_slice()));
}

fn a_dropped_blob_is_gone(make: &Make<'_>) {
    let store = make();
    store.put_blob(blob(1), b"one").unwrap();
    store.put_blob(blob(2), b"two").unwrap();
    store.drop_blob(blob(1)).unwrap();
    store.drop_blob(blob(1)).unwrap();
    assert_eq!(store.blob(blob(1)).unwrap(), None);
    assert_eq!(store.blob(blob(2)).unwrap().as_deref(), Some(b"two".as_slice()));
    store.put_blob(blob(1), b"another").unwrap();
    assert_eq!(store.blob(blob(1)).unwrap().as_deref(), Some(b"another".as_slice()));
}

fn blobs_are_listed_in_order_and_in_pages(make: &Make<'_>) {
    let store = make();
    let mut expected: Vec<_> = (1..=25).map(blob).collect();
    for id in &expected {
        store.put_blob(*id, b"x").unwrap();
    }
    expected.sort();
    for size in [1, 7, 25, 100] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store.blobs(after, size).unwrap();
            assert!(page.len() <= size);
            let Some(last) = page.last() else { break };
            after = Some(*last);
            seen.extend(page);
        }
        assert_eq!(seen, expected, "pages of {size}");
    }
    assert!(store.blobs(None, 0).unwrap().is_empty());
}

fn a_blob_that_is_too_large_is_refused(make: &Make<'_>) {
    let store = make();
    assert!(too_large(&store.put_blob(blob(1), &vec![0; limits::BLOB + 1])));
    assert!(store.blobs(None, 10).unwrap().is_empty());
}
