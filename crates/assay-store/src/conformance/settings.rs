//! Small facts of the instance.

use super::sample::*;
use super::{Make, every};
use crate::limits;

every![a_setting_is_kept, a_setting_is_replaced, settings_are_any_text, a_setting_that_is_too_large_is_refused];

fn a_setting_is_kept(make: &Make<'_>) {
    let store = make();
    store.set_setting("ledger.origin", "example.org/ledger").unwrap();
    assert_eq!(store.setting("ledger.origin").unwrap().as_deref(), Some("example.org/ledger"));
    assert_eq!(store.setting("ledger").unwrap(), None);
}

fn a_setting_is_replaced(make: &Make<'_>) {
    let store = make();
    for value in ["one", "", "two"] {
        store.set_setting("name", value).unwrap();
        assert_eq!(store.setting("name").unwrap().as_deref(), Some(value));
    }
    assert_eq!(store.settings().unwrap().len(), 1);
}

fn settings_are_any_text(make: &Make<'_>) {
    let store = make();
    for text in ODD_TEXTS {
        store.set_setting(text, text).unwrap();
    }
    let expected = ODD_TEXTS.iter().map(|text| (text.to_string(), text.to_string())).collect();
    assert_eq!(store.settings().unwrap(), expected);
}

fn a_setting_that_is_too_large_is_refused(make: &Make<'_>) {
    let store = make();
    assert!(too_large(&store.set_setting(&"n".repeat(limits::WORD + 1), "")));
    assert!(too_large(&store.set_setting("n", &"v".repeat(limits::SETTING + 1))));
    assert!(store.settings().unwrap().is_empty());
    store.set_setting(&"n".repeat(limits::WORD), &"v".repeat(limits::SETTING)).unwrap();
}
