//! Wraps of data keys, and shredding.

use super::sample::*;
use super::{Make, every};
use crate::limits;

every![
    a_wrap_is_given_back_to_its_recipient,
    a_new_wrap_replaces_the_old_one,
    recipients_come_in_order,
    a_dropped_wrap_is_gone_and_the_others_are_not,
    dropping_what_is_not_there_is_nothing,
    a_dropped_recipient_can_be_read_in_again,
    a_shredded_key_has_no_wraps,
    a_shredded_key_gets_no_new_ones,
    shredding_twice_is_shredding_once,
    a_key_without_wraps_can_be_shredded,
    shredding_touches_no_other_key,
    keys_are_listed_in_order_and_in_pages,
    any_text_is_a_recipient_and_any_bytes_a_wrap,
    a_wrap_that_is_too_large_is_refused,
];

fn a_wrap_is_given_back_to_its_recipient(make: &Make<'_>) {
    let store = make();
    store.put_wrap(key(1), "instance", b"one").unwrap();
    assert_eq!(store.wrap(key(1), "instance").unwrap().as_deref(), Some(b"one".as_slice()));
    assert_eq!(store.wrap(key(1), "Instance").unwrap(), None);
    assert_eq!(store.wrap(key(2), "instance").unwrap(), None);
    assert!(!store.is_shredded(key(1)).unwrap());
}

fn a_new_wrap_replaces_the_old_one(make: &Make<'_>) {
    let store = make();
    for wrap in [b"one".as_slice(), b"two", b"a longer one than before", b"x", b"x"] {
        store.put_wrap(key(1), "instance", wrap).unwrap();
        assert_eq!(store.wrap(key(1), "instance").unwrap().as_deref(), Some(wrap));
    }
    assert_eq!(store.recipients(key(1)).unwrap(), ["instance"]);
}

fn recipients_come_in_order(make: &Make<'_>) {
    let store = make();
    for recipient in ["mbr_c", "instance", "mbr_a", "mbr_b"] {
        store.put_wrap(key(1), recipient, recipient.as_bytes()).unwrap();
    }
    assert_eq!(store.recipients(key(1)).unwrap(), ["instance", "mbr_a", "mbr_b", "mbr_c"]);
    assert!(store.recipients(key(2)).unwrap().is_empty());
}

fn a_dropped_wrap_is_gone_and_the_others_are_not(make: &Make<'_>) {
    let store = make();
    store.put_wrap(key(1), "a", b"for a").unwrap();
    store.put_wrap(key(1), "b", b"for b").unwrap();
    store.drop_wrap(key(1), "a").unwrap();
    assert_eq!(store.wrap(key(1), "a").unwrap(), None);
    assert_eq!(store.wrap(key(1), "b").unwrap().as_deref(), Some(b"for b".as_slice()));
    assert_eq!(store.recipients(key(1)).unwrap(), ["b"]);
    assert!(!store.is_shredded(key(1)).unwrap());
}

fn dropping_what_is_not_there_is_nothing(make: &Make<'_>) {
    let store = make();
    store.drop_wrap(key(1), "a").unwrap();
    store.put_wrap(key(1), "b", b"for b").unwrap();
    store.drop_wrap(key(1), "a").unwrap();
    assert_eq!(store.recipients(key(1)).unwrap(), ["b"]);
}

fn a_dropped_recipient_can_be_read_in_again(make: &Make<'_>) {
    let store = make();
    for round in 0..3u8 {
        store.put_wrap(key(1), "a", &[round]).unwrap();
        assert_eq!(store.wrap(key(1), "a").unwrap(), Some(vec![round]));
        store.drop_wrap(key(1), "a").unwrap();
    }
    assert!(store.keys(None, 10).unwrap().is_empty());
}

fn a_shredded_key_has_no_wraps(make: &Make<'_>) {
    let store = make();
    store.put_wrap(key(1), "a", b"for a").unwrap();
    store.put_wrap(key(1), "b", b"for b").unwrap();
    store.shred(key(1)).unwrap();
    assert!(store.is_shredded(key(1)).unwrap());
    assert_eq!(store.wrap(key(1), "a").unwrap(), None);
    assert!(store.recipients(key(1)).unwrap().is_empty());
}

fn a_shredded_key_gets_no_new_ones(make: &Make<'_>) {
    let store = make();
    store.put_wrap(key(1), "a", b"for a").unwrap();
    store.shred(key(1)).unwrap();
    assert!(out_of_order(&store.put_wrap(key(1), "a", b"again")));
    assert!(out_of_order(&store.put_wrap(key(1), "c", b"another")));
    assert!(store.recipients(key(1)).unwrap().is_empty());
}

fn shredding_twice_is_shredding_once(make: &Make<'_>) {
    let store = make();
    store.put_wrap(key(1), "a", b"for a").unwrap();
    store.shred(key(1)).unwrap();
    store.shred(key(1)).unwrap();
    assert_eq!(store.keys(None, 10).unwrap(), [key(1)]);
}

fn a_key_without_wraps_can_be_shredded(make: &Make<'_>) {
    let store = make();
    store.shred(key(1)).unwrap();
    assert!(store.is_shredded(key(1)).unwrap());
    assert!(out_of_order(&store.put_wrap(key(1), "a", b"late")));
}

fn shredding_touches_no_other_key(make: &Make<'_>) {
    let store = make();
    for number in 1..=20 {
        store.put_wrap(key(number), "a", &[number as u8; 200]).unwrap();
    }
    for number in (1..=20).step_by(2) {
        store.shred(key(number)).unwrap();
    }
    for number in 1..=20 {
        let expected = (number % 2 == 0).then(|| vec![number as u8; 200]);
        assert_eq!(store.wrap(key(number), "a").unwrap(), expected);
        assert_eq!(store.is_shredded(key(number)).unwrap(), number % 2 == 1);
    }
}

fn keys_are_listed_in_order_and_in_pages(make: &Make<'_>) {
    let store = make();
    for number in 1..=9 {
        store.put_wrap(key(number), "a", b"a").unwrap();
        store.put_wrap(key(number), "b", b"b").unwrap();
    }
    store.shred(key(3)).unwrap();
    store.shred(key(77)).unwrap();
    store.drop_wrap(key(4), "a").unwrap();
    store.drop_wrap(key(4), "b").unwrap();
    let mut expected: Vec<_> = (1..=9).filter(|number| *number != 4).chain([77]).map(key).collect();
    expected.sort();
    for size in [1, 4, 100] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store.keys(after, size).unwrap();
            assert!(page.len() <= size);
            let Some(last) = page.last() else { break };
            after = Some(*last);
            seen.extend(page);
        }
        assert_eq!(seen, expected, "pages of {size}");
    }
    assert!(store.keys(None, 0).unwrap().is_empty());
}

fn any_text_is_a_recipient_and_any_bytes_a_wrap(make: &Make<'_>) {
    let store = make();
    for text in ODD_TEXTS {
        store.put_wrap(key(1), text, text.as_bytes()).unwrap();
    }
    store.put_wrap(key(2), "", b"").unwrap();
    for text in ODD_TEXTS {
        assert_eq!(store.wrap(key(1), text).unwrap().as_deref(), Some(text.as_bytes()));
    }
    let mut sorted = ODD_TEXTS;
    sorted.sort_unstable();
    assert_eq!(store.recipients(key(1)).unwrap(), sorted);
    assert_eq!(store.wrap(key(2), "").unwrap(), Some(Vec::new()));
}

fn a_wrap_that_is_too_large_is_refused(make: &Make<'_>) {
    let store = make();
    assert!(too_large(&store.put_wrap(key(1), "a", &vec![0; limits::WRAP + 1])));
    assert!(too_large(&store.put_wrap(key(1), &"a".repeat(limits::WORD + 1), b"")));
    assert!(store.keys(None, 10).unwrap().is_empty());
    store.put_wrap(key(1), &"a".repeat(limits::WORD), &vec![0; limits::WRAP]).unwrap();
}
