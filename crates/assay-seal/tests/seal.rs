//! Keys and envelopes: published vectors, and everything that must be refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_seal::{Envelope, EnvelopeError, KeyError, KeyId, SigningKey, TrustedKeys, VerifyingKey, pae};
use proptest::prelude::*;

const TYPE: &str = "application/vnd.in-toto+json";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

fn trust(keys: &[&SigningKey]) -> TrustedKeys {
    keys.iter().map(|key| key.verifying_key()).collect()
}

fn open(json: &[u8], keys: &[&SigningKey]) -> Result<Vec<u8>, EnvelopeError> {
    let verified = Envelope::parse(json)?.verify(TYPE, &trust(keys))?;
    Ok(verified.payload().to_vec())
}

#[test]
fn pae_of_the_specification() {
    assert_eq!(
        pae("http://example.com/HelloWorld", b"hello world"),
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    );
    assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
}

#[test]
fn keys_of_rfc_8410_are_read() {
    let private = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        -----END PRIVATE KEY-----\n";
    let public = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PUBLIC KEY-----\n";
    let key = SigningKey::from_pem(private).unwrap();
    assert_eq!(key.verifying_key(), VerifyingKey::from_pem(public).unwrap());
    assert_eq!(key.to_pem().as_str(), private);
    assert_eq!(key.verifying_key().to_pem(), public);
}

#[test]
fn signature_of_rfc_8032() {
    // Section 7.1, test 1: the key; its name is the digest of its 32 bytes.
    let seed = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49,
        0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];
    let public = SigningKey::from_seed(&seed).verifying_key();
    assert_eq!(public.to_bytes()[..4], [0xd7, 0x5a, 0x98, 0x01]);
    assert_eq!(public.id().to_string(), "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9");
}

#[test]
fn what_is_not_a_key_is_refused_without_repeating_it() {
    for text in ["", "secret", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"] {
        let error = SigningKey::from_pem(text).unwrap_err();
        assert_eq!(error, KeyError::NotPrivate);
        assert!(!error.to_string().contains("secret"));
    }
    let pem = key(1).to_pem();
    assert_eq!(SigningKey::from_pem(&format!("{}{}", *pem, *key(2).to_pem())).unwrap_err(), KeyError::NotPrivate);
    assert_eq!(VerifyingKey::from_pem(&pem).unwrap_err(), KeyError::NotPublic);
    // The neutral point: any signature of zeros would hold.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    assert_eq!(VerifyingKey::from_bytes(&neutral).unwrap_err(), KeyError::Weak);
}

#[test]
fn secrets_are_not_shown() {
    let key = key(7);
    let shown = format!("{key:?}");
    assert_eq!(shown, format!("SigningKey({})", key.verifying_key().id()));
    assert!(!shown.contains("0707"));
    assert!(key.to_pem().contains("BwcHBwcH"));
}

#[test]
fn new_keys_differ() {
    let first = SigningKey::generate().unwrap();
    let second = SigningKey::generate().unwrap();
    assert_ne!(first.verifying_key().id(), second.verifying_key().id());
}

#[test]
fn what_was_signed_comes_out() {
    let sealed = Envelope::sign(TYPE, b"{}", &key(1)).to_json();
    assert_eq!(open(&sealed, &[&key(1), &key(2)]).unwrap(), b"{}");
    assert!(matches!(open(&sealed, &[&key(2)]), Err(EnvelopeError::NotTrusted(_))));
    assert!(matches!(open(&sealed, &[]), Err(EnvelopeError::NotTrusted(_))));
    let other = Envelope::sign("text/plain", b"{}", &key(1)).to_json();
    assert!(matches!(open(&other, &[&key(1)]), Err(EnvelopeError::OtherType { .. })));
}

#[test]
fn several_sign_and_each_counts_once() {
    let mut envelope = Envelope::sign(TYPE, b"{}", &key(1));
    envelope.add_signature(&key(2));
    envelope.add_signature(&key(1));
    assert_eq!(envelope.claimed_signers().count(), 2);
    let json = String::from_utf8(envelope.to_json()).unwrap();
    let first = json.split_once("[{").unwrap().1.split_once("},").unwrap().0;
    let twice = json.replace("\"signatures\":[{", &format!("\"signatures\":[{{{first}}},{{"));
    let envelope = Envelope::parse(twice.as_bytes()).unwrap();
    assert_eq!(envelope.claimed_signers().count(), 3);
    let verified = envelope.clone().verify(TYPE, &trust(&[&key(1), &key(3)])).unwrap();
    assert_eq!(verified.signers(), [key(1).verifying_key().id()]);
    let verified = envelope.verify(TYPE, &trust(&[&key(1), &key(2)])).unwrap();
    assert_eq!(verified.signers().len(), 2);
}

#[test]
fn a_signature_under_another_name_is_broken() {
    let ids = [key(1), key(2)].map(|key| key.verifying_key().id().to_string());
    let json = String::from_utf8(Envelope::sign(TYPE, b"{}", &key(1)).to_json()).unwrap();
    let renamed = json.replace(&ids[0], &ids[1]);
    assert!(matches!(open(renamed.as_bytes(), &[&key(1), &key(2)]), Err(EnvelopeError::Broken(_))));
}

#[test]
fn malformed_envelopes_are_refused() {
    let vast = vec![b' '; 9 << 20];
    assert!(matches!(Envelope::parse(&vast), Err(EnvelopeError::TooLarge(_))));
    let id = key(1).verifying_key().id();
    let sig = "A".repeat(86) + "==";
    for json in [
        String::new(),
        "{}".to_owned(),
        "[".repeat(100_000),
        format!(r#"{{"payloadType":"{TYPE}","payload":"e30=","signatures":[]}}"#),
        format!(r#"{{"payloadType":"","payload":"e30=","signatures":[{{"keyid":"{id}","sig":"{sig}"}}]}}"#),
        format!(r#"{{"payloadType":"{TYPE}","payload":"e30","signatures":[{{"keyid":"{id}","sig":"{sig}"}}]}}"#),
        format!(r#"{{"payloadType":"{TYPE}","payload":"e30=","signatures":[{{"keyid":"","sig":"{sig}"}}]}}"#),
        format!(r#"{{"payloadType":"{TYPE}","payload":"e30=","signatures":[{{"keyid":"{id}","sig":"AAAA"}}]}}"#),
        format!(
            r#"{{"payload":"e30=","payloadType":"{TYPE}","payload":"e31=","signatures":[{{"keyid":"{id}","sig":"{sig}"}}]}}"#
        ),
    ] {
        let error = Envelope::parse(json.as_bytes()).unwrap_err();
        assert!(matches!(error, EnvelopeError::Malformed(_)), "{json}: {error}");
    }
}

#[test]
fn key_ids_have_one_spelling() {
    let id = key(1).verifying_key().id();
    assert_eq!(id.to_string().parse::<KeyId>().unwrap(), id);
    assert!(id.to_string().to_uppercase().parse::<KeyId>().is_err());
    assert!("".parse::<KeyId>().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_changed_byte_is_refused(
        payload in proptest::collection::vec(any::<u8>(), 0..300),
        at in any::<prop::sample::Index>(),
        change in 1u8..=255,
    ) {
        let sealed = Envelope::sign(TYPE, &payload, &key(1)).to_json();
        prop_assert_eq!(open(&sealed, &[&key(1)]).unwrap(), payload);
        let mut changed = sealed.clone();
        changed[at.index(sealed.len())] ^= change;
        prop_assert!(open(&changed, &[&key(1)]).is_err());
    }

    #[test]
    fn type_and_payload_do_not_run_into_each_other(
        a in "[ -~]{0,20}", b in "[ -~]{0,20}", c in "[ -~]{0,20}", d in "[ -~]{0,20}",
    ) {
        if (&a, &b) != (&c, &d) {
            prop_assert_ne!(pae(&a, b.as_bytes()), pae(&c, d.as_bytes()));
        }
    }

    #[test]
    fn hostile_text_never_panics(text in any::<String>()) {
        let _ = Envelope::parse(text.as_bytes());
        let _ = SigningKey::from_pem(&text);
        let _ = text.parse::<KeyId>();
    }

    #[test]
    fn keys_come_back_from_pem(seed in any::<[u8; 32]>()) {
        let key = SigningKey::from_seed(&seed);
        let back = SigningKey::from_pem(&key.to_pem()).unwrap();
        prop_assert_eq!(back.verifying_key(), key.verifying_key());
        let public = VerifyingKey::from_pem(&key.verifying_key().to_pem()).unwrap();
        prop_assert_eq!(public, key.verifying_key());
    }
}
