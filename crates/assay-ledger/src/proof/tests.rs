#![allow(clippy::unwrap_used)]

use assay_seal::SigningKey;
use proptest::prelude::*;

use super::*;
use crate::hash::node_hash;

const ORIGIN: &str = "ledger.example/one";

fn key() -> VerifierKey {
    VerifierKey::new(ORIGIN, SigningKey::from_seed(&[5; 32]).verifying_key()).unwrap()
}

fn commitment(n: u8) -> Commitment {
    Commitment([n; 32])
}

/// The proof of entry 2 of 3, which has one hash.
fn proof() -> Proof {
    let left = node_hash(commitment(0).leaf(), commitment(1).leaf());
    let root = node_hash(left, commitment(2).leaf());
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 3, root };
    Proof::new(2, vec![left], checkpoint.sign(&SigningKey::from_seed(&[5; 32])).unwrap())
}

#[test]
fn a_proof_file_is_read_as_it_was_written_and_holds_for_its_entry_only() {
    let text = proof().to_string();
    let read = Proof::parse(text.as_bytes()).unwrap();
    assert_eq!(read, proof());
    assert_eq!(read.check(commitment(2), &key()).map(|checkpoint| checkpoint.size), Ok(3));
    assert_eq!(read.check(commitment(1), &key()), Err(ProofError::NotProved(NotProved::Root { size: 3 })));
    let other = VerifierKey::new(ORIGIN, SigningKey::from_seed(&[6; 32]).verifying_key()).unwrap();
    assert!(matches!(read.check(commitment(2), &other), Err(ProofError::Checkpoint(_))));
    insta::assert_snapshot!(text);
}

#[test]
fn extra_data_is_kept_and_not_believed() {
    let text = proof().to_string().replacen("index", "extra aGVsbG8=\nindex", 1);
    let read = Proof::parse(text.as_bytes()).unwrap();
    assert_eq!(read.to_string(), text);
    assert!(read.check(commitment(2), &key()).is_ok());
}

#[test]
fn other_forms_are_refused_with_their_line() {
    let text = proof().to_string();
    let hash = Hash([0; 32]);
    for (from, to, line) in [
        ("@v1", "@v2", 1),
        ("index 2", "Index 2", 2),
        ("index 2", "index 02", 2),
        ("index 2", "index +2", 2),
        ("index 2", "extra !\nindex 2", 2),
        ("index 2", "extra aGVsbG8\nindex 2", 2),
        ("index 2", "index 2\nno hash", 3),
        ("index 2", &format!("index 2\n{}", format!("{hash}\n").repeat(65)), 67),
        ("index 2", "extra aGVsbG8=\nextra aGVsbG8=\nindex 2", 3),
    ] {
        let other = text.replacen(from, to, 1);
        assert_eq!(Proof::parse(other.as_bytes()), Err(ProofError::Line(line)), "{other:.120}");
    }
    assert_eq!(Proof::parse(b""), Err(ProofError::Line(1)));
    assert_eq!(Proof::parse(format!("{VERSION}\nindex 2\n").as_bytes()), Err(ProofError::Line(3)));
    assert_eq!(Proof::parse(&vec![b'a'; MAX_PROOF_BYTES + 1]), Err(ProofError::TooLarge));
}

proptest! {
    #[test]
    fn any_change_of_a_proof_file_is_noticed(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = proof().to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let read = Proof::parse(&bytes).and_then(|proof| proof.check(commitment(2), &key()));
        prop_assert!(read.is_err());
    }

    #[test]
    fn no_bytes_make_the_parser_panic(tail in "(extra [a-zA-Z=]{0,8}\n)?index [0-9]{1,20}\n([A-E]{43}=\n){0,3}\n?.{0,40}") {
        if let Ok(proof) = Proof::parse(format!("{VERSION}\n{tail}").as_bytes()) {
            prop_assert!(proof.check(commitment(2), &key()).is_err());
        }
    }
}
