#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const NAME: &str = "ledger.example/one";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

fn known(seed: u8) -> VerifierKey {
    VerifierKey::new(NAME, key(seed).verifying_key()).unwrap()
}

#[test]
fn a_signed_text_is_given_back_to_whoever_knows_the_key() {
    let note = sign("one\n\ntwo\n", NAME, &key(1)).unwrap();
    let read = Note::parse(note.as_bytes()).unwrap();
    assert_eq!(read.verify(&[known(2), known(1)]), Ok("one\n\ntwo\n"));
    // The same name with another key has another hash: unknown, not wrong.
    assert_eq!(read.verify(&[known(2)]), Err(NoteError::Unknown(NAME.to_owned())));
    assert_eq!(read.verify(&[]), Err(NoteError::Unknown(NAME.to_owned())));
}

/// The example in the specification of signed notes: only its form can be tried, its key is not published.
#[test]
fn the_note_in_the_specification_is_read() {
    let note = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\n\u{e8} subito sera.\n\n\u{2014} \
                quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0\
                MxcXxj99ihAQwaqP3ZekRwNtIc=\n";
    let read = Note::parse(note.as_bytes()).unwrap();
    assert!(read.text.ends_with("subito sera.\n"));
    assert_eq!(read.signatures.len(), 1);
    assert_eq!(read.signatures[0].hash, [0x36, 0x7b, 0xa0, 0x4b]);
}

#[test]
fn signatures_of_others_are_passed_over_and_a_wrong_one_is_not() {
    let mut note = sign("text\n", NAME, &key(1)).unwrap();
    note += "\u{2014} witness.example AAAAAAAA\n";
    assert_eq!(Note::parse(note.as_bytes()).unwrap().verify(&[known(1)]), Ok("text\n"));

    let other = sign("other\n", NAME, &key(1)).unwrap();
    let signature = other.lines().last().unwrap();
    let swapped = format!("text\n\n{signature}\n");
    assert_eq!(Note::parse(swapped.as_bytes()).unwrap().verify(&[known(1)]), Err(NoteError::Wrong(NAME.to_owned())));
    assert_eq!(Note::parse(format!("{note}{signature}\n").as_bytes()), Err(NoteError::Twice(NAME.to_owned())));
}

#[test]
fn what_is_no_note_is_refused() {
    let note = sign("text\n", NAME, &key(1)).unwrap();
    let cases: [(String, NoteError); 9] = [
        (String::new(), NoteError::Unsigned),
        ("text\n".to_owned(), NoteError::Unsigned),
        ("text\n\n".to_owned(), NoteError::Unsigned),
        (note.trim_end().to_owned(), NoteError::Unsigned),
        (note.replace('\u{2014}', "-"), NoteError::SignatureLine(1)),
        (format!("{note}\u{2014} a b\n"), NoteError::SignatureLine(2)),
        (format!("{note}\u{2014} a+b AAAAAAAA\n"), NoteError::SignatureLine(2)),
        (note.replace("text", "te\txt"), NoteError::NotText),
        (" ".repeat(MAX_NOTE_BYTES + 1), NoteError::TooLarge),
    ];
    for (text, error) in cases {
        assert_eq!(Note::parse(text.as_bytes()), Err(error), "{text:.60}");
    }
    let mut many = note;
    for n in 0..MAX_SIGNATURES {
        many += &format!("\u{2014} witness{n}.example AAAAAAAA\n");
    }
    assert_eq!(Note::parse(many.as_bytes()), Err(NoteError::TooManySignatures));
    assert_eq!(Note::parse(b"\xff\n\n\xe2\x80\x94 a AAAAAAAA\n"), Err(NoteError::NotText));
}

#[test]
fn texts_and_names_that_would_read_otherwise_are_not_signed() {
    for text in ["", "no newline", "tab\there\n", "\r\n"] {
        assert_eq!(sign(text, NAME, &key(1)), Err(NoteError::Text), "{text:?}");
    }
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb", &"a".repeat(257)] {
        assert_eq!(sign("text\n", name, &key(1)), Err(NoteError::Name), "{name:?}");
    }
}

#[test]
fn a_verifier_key_is_read_only_as_it_is_written() {
    let text = known(1).to_string();
    assert_eq!(text.parse(), Ok(known(1)));
    assert_eq!(
        text.replace("one", "two").parse::<VerifierKey>(),
        Err(NoteError::KeyHash("ledger.example/two".to_owned()))
    );
    assert!(text.to_uppercase().parse::<VerifierKey>().is_err());
    for bad in ["", "a", "a+b", "a+00000000+", "a+00000000+AAAA", &format!("{text} "), &format!("{text}\n")] {
        assert!(bad.parse::<VerifierKey>().is_err(), "{bad:?}");
    }
    // A key of small order, for which anyone can sign.
    let weak = STANDARD.encode([[1].as_slice(), &[0; 32]].concat());
    assert_eq!(format!("a+00000000+{weak}").parse::<VerifierKey>(), Err(NoteError::NotAKey));
}

proptest! {
    #[test]
    fn any_change_of_a_note_is_noticed(at in 0usize..400, bit in 0u8..8) {
        let note = sign("ledger.example/one\n42\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n", NAME, &key(1)).unwrap();
        let mut bytes = note.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        let read = Note::parse(&bytes).and_then(|note| note.verify(&[known(1)]).map(str::to_owned));
        prop_assert!(read.is_err());
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), tail in "(\n\n(\u{2014} [a-z]{1,3} [A-Za-z0-9+/]{8}\n){1,3})?") {
        let mut all = bytes;
        all.extend_from_slice(tail.as_bytes());
        if let Ok(note) = Note::parse(&all) {
            prop_assert!(note.verify(&[known(1)]).is_err());
        }
        let _ = String::from_utf8_lossy(&all).parse::<VerifierKey>();
    }
}
