#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

fn secret() -> Secret {
    let mut random = [0_u8; 32];
    for (byte, value) in random.iter_mut().zip(b"no two of these are alike, 1234567890".iter()) {
        *byte = value.wrapping_mul(37);
    }
    Secret::of(random)
}

fn each(secret: &Secret, one: impl Fn(u8) -> String) -> Vec<u8> {
    secret.text().bytes().map(one).collect::<String>().into_bytes()
}

#[test]
fn every_form_is_found() {
    let secret = secret();
    let text = secret.text();
    let backwards: String = text.chars().rev().collect();
    let lines: String = text.chars().flat_map(|digit| [digit, '\n']).collect();
    let wide: Vec<u8> = text.bytes().flat_map(|byte| [byte, 0]).collect();
    for (bytes, form) in [
        (text.as_bytes().to_vec(), Form::Text),
        (text.to_uppercase().into_bytes(), Form::Text),
        (backwards.into_bytes(), Form::Text),
        (lines.into_bytes(), Form::Text),
        (wide, Form::Text),
        (format!("key={}!", &text[7..23]).into_bytes(), Form::Text),
        (each(&secret, |byte| format!("{byte:02x}")), Form::Hexadecimal),
        (each(&secret, |byte| format!("%{byte:02X}")), Form::Hexadecimal),
        (each(&secret, |byte| format!("0x{byte:02x}, ")), Form::Hexadecimal),
        (each(&secret, |byte| format!("\\x{byte:02x}")), Form::Hexadecimal),
        (each(&secret, |byte| format!("{byte} ")), Form::Decimal),
        (each(&secret, |byte| format!("&#{byte};")), Form::Decimal),
        (each(&secret, |byte| format!("\\{byte:03o} ")), Form::Octal),
        (STANDARD.encode(text).into_bytes(), Form::Base64),
        (URL_SAFE_NO_PAD.encode(format!("x{text}")).into_bytes(), Form::Base64),
        (STANDARD.encode(format!("xy{text}")).into_bytes(), Form::Base64),
        (format!("a word {}", STANDARD.encode(text)).into_bytes(), Form::Base64),
        (STANDARD.encode(text).chars().flat_map(|c| [c, '\n']).collect::<String>().into_bytes(), Form::Base64),
    ] {
        assert_eq!(secret.find(&bytes), Some(form), "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn what_is_not_the_secret_is_not_found() {
    let secret = secret();
    let other = Secret::of([7; 32]);
    assert_eq!(secret.find(other.text().as_bytes()), None);
    assert_eq!(secret.find(&secret.text().as_bytes()[..15]), None, "too little to be told from chance");
    assert_eq!(secret.find(b""), None);
    let with_words: String =
        secret.text().as_bytes().chunks(8).map(|c| format!("{} word ", String::from_utf8_lossy(c))).collect();
    assert_eq!(secret.find(with_words.as_bytes()), None, "a bound that the documentation names");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn it_is_found_wherever_it_stands(random: [u8; 32], before in proptest::collection::vec(any::<u8>(), 0..64),
                                      after in proptest::collection::vec(any::<u8>(), 0..16), from in 0_usize..48) {
        let secret = Secret::of(random);
        let piece = &secret.text().as_bytes()[from..from + 16];
        let bytes = [&before[..], b" ", piece, &after[..]].concat();
        prop_assert!(secret.find(&bytes).is_some());
        let whole = STANDARD.encode([&before[..], secret.text().as_bytes(), &after[..]].concat());
        prop_assert!(secret.find(whole.as_bytes()).is_some());
    }

    #[test]
    fn other_bytes_hold_no_secret(random: [u8; 32], bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        prop_assert_eq!(Secret::of(random).find(&bytes), None);
    }
}
