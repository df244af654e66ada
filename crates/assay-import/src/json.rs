//! JSON of strangers: bounded in size, depth and number of values, and with no
//! key twice, since readers disagree about which of the two counts.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::ImportError;
use crate::text;

/// Bytes of one JSON file.
pub(crate) const MAX_BYTES: usize = 32 << 20;
/// Values in one JSON file: bounds memory, since `[[],[],` costs three bytes each.
const MAX_VALUES: usize = 2_000_000;
/// Objects and arrays inside each other.
const MAX_DEPTH: usize = 64;

/// Whether the bytes can only be a JSON object.
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    without_mark(bytes).iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// Some tools begin their files with a byte-order mark.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Reads one JSON value.
pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Value, ImportError> {
    if bytes.len() > MAX_BYTES {
        let what = format!("`{}`", text::line(name, 200));
        return Err(ImportError::TooLarge { what, there: bytes.len(), most: MAX_BYTES });
    }
    let left = Cell::new(MAX_VALUES);
    let mut reader = serde_json::Deserializer::from_slice(without_mark(bytes));
    Bounded { left: &left, depth: 0 }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value)).map_err(
        // serde_json's words may repeat the text they stumbled over.
        |error| ImportError::NotJson { name: text::line(name, 200), why: text::line(&error.to_string(), 300) },
    )
}

#[derive(Clone, Copy)]
struct Bounded<'a> {
    left: &'a Cell<usize>,
    depth: usize,
}

impl Bounded<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format!("it is nested more than {MAX_DEPTH} levels deep")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1);
        let left = left.ok_or_else(|| D::Error::custom(format!("it has more than {MAX_VALUES} values")))?;
        self.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut out = Vec::new();
        while let Some(value) = list.next_element_seed(inner)? {
            out.push(value);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut out = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(inner)?;
            if out.insert(key, value).is_some() {
                return Err(A::Error::custom("a key stands twice in one object"));
            }
        }
        Ok(Value::Object(out))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn plain_json_is_read_with_or_without_a_mark() {
        let value = serde_json::json!({ "a": [1, -2, 1.5, true, null, "x"], "b": {} });
        let bytes = serde_json::to_vec(&value).unwrap();
        assert_eq!(parse("a", &bytes).unwrap(), value);
        assert_eq!(parse("a", &[b"\xef\xbb\xbf", bytes.as_slice()].concat()).unwrap(), value);
        assert!(looks_like(b"\xef\xbb\xbf {") && !looks_like(b"[1]") && !looks_like(b""));
    }

    #[test]
    fn deep_wide_double_and_cut_json_is_refused() {
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let wide = format!("[{}0]", "0,".repeat(MAX_VALUES));
        for (text, why) in [
            (deep.as_str(), "levels deep"),
            (&wide, "values"),
            (r#"{"a":1,"a":2}"#, "twice"),
            (r#"{"a":1"#, "EOF"),
            (r#"{} {}"#, "trailing"),
            ("", "EOF"),
        ] {
            let error = parse("a", text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

        #[test]
        fn noise_never_panics(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let _ = parse("noise", &bytes);
        }
    }
}
