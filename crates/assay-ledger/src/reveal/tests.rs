#![allow(clippy::unwrap_used, clippy::panic)]

use assay_base::Entropy;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::commitment::commit;

struct Counter(u8);

impl Entropy for Counter {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(37).wrapping_add(11);
            *byte = self.0;
        }
    }
}

fn fields(values: &[Value]) -> Vec<Field> {
    values.iter().enumerate().map(|(n, value)| Field::new(&format!("field-{n}"), value).unwrap()).collect()
}

fn five() -> Vec<Field> {
    fields(&[json!("high"), json!(null), json!({"b": [1, true], "a": "x"}), json!(42), json!("2026-11-21T00:00:00Z")])
}

#[test]
fn a_reveal_is_read_as_it_was_written() {
    let fields = five();
    let (commitment, salts) = commit(&fields, &mut Counter(1)).unwrap();
    let reveal = Reveal::new("ledger.example/one", 17, &fields, &salts, |field| field.name() != "field-2").unwrap();
    let json = reveal.to_json().unwrap();
    assert_eq!(Reveal::parse(json.as_bytes()).unwrap(), reveal);
    assert_eq!(reveal.commitment(), commitment);
    assert_eq!(reveal.opened().count(), 4);
    assert!(!json.contains("field-2"), "a withheld field shows not even its name");
    insta::assert_snapshot!(json);
}

#[test]
fn a_second_reading_of_a_reveal_is_refused() {
    let fields = five();
    let (_, salts) = commit(&fields, &mut Counter(1)).unwrap();
    let json = Reveal::new("l", 0, &fields, &salts, |field| field.name() != "field-1").unwrap().to_json().unwrap();
    assert!(Reveal::parse(json.as_bytes()).is_ok());
    for (from, to, why) in [
        (r#"{"a":"x","b":[1,true]}"#, r#"{"a":"y","a":"x","b":[1,true]}"#, "a key twice"),
        (r#"{"a":"x","b":[1,true]}"#, r#"{"a": "x","b":[1,true]}"#, "a space"),
        (r#"{"a":"x","b":[1,true]}"#, r#"{"b":[1,true],"a":"x"}"#, "another order"),
        (r#""value": 42"#, r#""value": 42.0"#, "another spelling of a number"),
        (r#""value": 42"#, r#""value": 4.2e1"#, "another spelling of a number"),
        (r#""high""#, r#""hi\u0067h""#, "another spelling of a letter"),
        (r#""index": 0"#, r#""index": 0, "index": 0"#, "the index twice"),
        (r#""index": 0"#, r#""index": 0, "note": 1"#, "a key of its own"),
        (r#""index": 0"#, r#""index": -1"#, "no index"),
        (r#""index": 0"#, r#""index": 0.0"#, "no index"),
        ("reveal/1", "reveal/2", "another version"),
        ("field-0", "Field-0", "no name"),
        ("field-0", "field-2", "a name twice"),
        (r#""withheld""#, r#""name": "x", "withheld""#, "opened and withheld"),
        (r#""withheld""#, r#""salt""#, "a salt alone"),
    ] {
        let other = json.replacen(from, to, 1);
        assert_ne!(other, json, "{why}");
        assert!(Reveal::parse(other.as_bytes()).is_err(), "{why}: {other}");
    }
    assert!(matches!(Reveal::parse(&vec![b' '; MAX_REVEAL_BYTES + 1]), Err(RevealError::TooLarge)));
    let deep = format!("{}{}", "[".repeat(4000), "]".repeat(4000));
    assert!(Reveal::parse(json.replacen("42", &deep, 1).as_bytes()).is_err());
    let many = json.replace("\"fields\": [", &format!("\"fields\": [{}", "{},".repeat(100)));
    assert!(matches!(Reveal::parse(many.as_bytes()), Err(RevealError::Field(FieldError::Count(105)))));
}

#[test]
fn what_cannot_be_committed_to_is_refused_by_name() {
    let twice = [Field::new("a", &json!(1)).unwrap(), Field::new("a", &json!(2)).unwrap()];
    assert_eq!(commit(&twice, &mut Counter(0)), Err(FieldError::Twice("a".to_owned())));
    assert_eq!(commit(&[], &mut Counter(0)), Err(FieldError::Count(0)));
    assert_eq!(commit(&fields(&vec![json!(0); 65]), &mut Counter(0)), Err(FieldError::Count(65)));
    assert!(commit(&fields(&vec![json!(0); 64]), &mut Counter(0)).is_ok());
    for name in ["", "A", "a b", "\u{e9}", &"a".repeat(65)] {
        assert!(matches!(Field::new(name, &json!(0)), Err(FieldError::Name(_))), "{name}");
    }
    assert!(matches!(Field::new("a", &json!(1u64 << 60)), Err(FieldError::Value { .. })));
    let long = json!("x".repeat(MAX_VALUE_BYTES - 1));
    assert!(matches!(Field::new("a", &long), Err(FieldError::TooLong { bytes, .. }) if bytes == MAX_VALUE_BYTES + 1));
}

/// A guesser who knows every likely value and the name, but not the salt, learns nothing from the
/// hash of a withheld field: the same value never has the same hash, and no hash is that of a value alone.
#[test]
fn the_hash_of_a_withheld_field_cannot_be_tried_out() {
    let field = [Field::new("severity", &json!("high")).unwrap()];
    let mut entropy = Counter(9);
    let seen: std::collections::BTreeSet<Hash> = (0..100)
        .map(|_| {
            let (_, salts) = commit(&field, &mut entropy).unwrap();
            field[0].hash(&salts[0])
        })
        .collect();
    assert!(seen.len() > 2, "the counter has a short cycle, and still the hashes differ");
    for guess in ["critical", "high", "medium", "low"] {
        let guess = Field::new("severity", &json!(guess)).unwrap();
        assert!(!seen.contains(&guess.hash(&Salt([0; 32]))));
    }
    assert_eq!(format!("{:?}", Salt([7; 32])), "Salt(..)");
}

proptest! {
    #[test]
    fn any_subset_verifies_and_any_change_fails(
        values in prop::collection::vec(prop_oneof![any::<i32>().prop_map(Value::from), "[a-z]{0,8}".prop_map(Value::from), any::<bool>().prop_map(Value::from)], 1..12),
        subset in any::<u64>(),
        seed in any::<u8>(),
        at in any::<prop::sample::Index>(),
        bit in 0usize..256,
    ) {
        let fields = fields(&values);
        let (commitment, salts) = commit(&fields, &mut Counter(seed)).unwrap();
        let open = |field: &Field| {
            let n: u64 = field.name()[6..].parse().unwrap();
            subset >> n & 1 == 1
        };
        let reveal = Reveal::new("ledger.example/one", 3, &fields, &salts, open).unwrap();
        prop_assert_eq!(reveal.commitment(), commitment);
        let read = Reveal::parse(reveal.to_json().unwrap().as_bytes()).unwrap();
        prop_assert_eq!(read.commitment(), commitment);

        let mut other = reveal.clone();
        let place = at.index(fields.len());
        match &mut other.parts[place] {
            Part::Withheld(hash) => hash.0[bit / 8] ^= 1 << (bit % 8),
            Part::Opened(_, salt) => salt.0[bit / 8] ^= 1 << (bit % 8),
        }
        prop_assert_ne!(other.commitment(), commitment);

        let mut other = reveal.clone();
        let salt = salts[place].clone();
        other.parts[place] = Part::Opened(Field::new(fields[place].name(), &json!("another value")).unwrap(), salt.clone());
        prop_assert_ne!(other.commitment(), commitment);
        other.parts[place] = Part::Opened(Field::new("another-name", &values[place]).unwrap(), salt);
        prop_assert_ne!(other.commitment(), commitment);

        if fields.len() > 1 {
            let mut other = reveal.clone();
            other.parts.rotate_left(1);
            prop_assert_ne!(other.commitment(), commitment);
            other.parts.pop();
            prop_assert_ne!(other.commitment(), commitment);
        }
        let mut other = reveal;
        other.parts.push(Part::Withheld(Hash([0; 32])));
        prop_assert_ne!(other.commitment(), commitment);
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\{\"(schema|fields|index)\":[\\[\\]{}\",:a-z0-9]{0,40}") {
        let _ = Reveal::parse(&bytes);
        let _ = Reveal::parse(text.as_bytes());
    }
}
