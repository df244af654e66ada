//! The triggers in another dress: their longest parts made of other kinds of
//! characters, or beginning with one. A check that only values of the trigger's
//! kind pass (letters, words with a dash) leaves all others as they were.

use super::dictionary::longest;
use super::feed::Feed;

/// Triggers whose parts are dressed.
const TRIGGERS: usize = 3;
/// Parts of each.
const PARTS: usize = 2;
/// Bytes below which a part is no value.
const SHORTEST: usize = 6;
/// One of each kind: a digit, capital, small letter, mark, blank, and what is no ASCII.
const KINDS: [u8; 9] = *b"7Qx_-. %\xc3";

/// Other dresses of the triggers' longest values, those that change most first.
pub(super) fn dressed(triggers: &[Feed]) -> Vec<Feed> {
    let mut found = Vec::new();
    for kind in KINDS {
        for trigger in triggers.iter().take(TRIGGERS) {
            for (index, content) in trigger.parts().iter().enumerate() {
                for (from, to) in values(content) {
                    for changed in [from..to, from..from + 1] {
                        let mut other = content.clone();
                        other.get_mut(changed).into_iter().flatten().for_each(|byte| *byte = kind);
                        if other != *content {
                            found.extend(trigger.with_part(index, other));
                        }
                    }
                }
            }
        }
    }
    found
}

/// The longest stretches without a blank, a bracket or a sign that parts names from values.
pub(super) fn values(content: &[u8]) -> Vec<(usize, usize)> {
    let parts = |byte: &u8| byte.is_ascii_whitespace() || b"=:;,\"'()<>[]{}&\0".contains(byte);
    let mut found = Vec::new();
    let mut from = 0;
    for stretch in content.split(parts) {
        if stretch.len() >= SHORTEST {
            found.push((from, from + stretch.len()));
        }
        from += stretch.len() + 1;
    }
    longest(found, PARTS)
}

#[cfg(test)]
mod tests {
    use super::super::feed::in_file as feed;
    use super::*;

    #[test]
    fn values_change_their_kind_and_keep_their_length() {
        let trigger = feed(b"add=12\nname=a-long-name\n");
        let found = dressed(std::slice::from_ref(&trigger));
        assert!(found.contains(&feed(b"add=12\nname=77777777777\n")));
        assert!(found.contains(&feed(b"add=12\nname=7-long-name\n")));
        assert!(found.iter().all(|other| other.len() == trigger.len() && *other != trigger));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn no_input_breaks_it(content in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80)) {
            let found = dressed(&[feed(&content)]);
            proptest::prop_assert!(found.len() <= KINDS.len() * PARTS * 2);
        }
    }
}
