//! Text that must not leave by accident (invariant 5).
//!
//! [`Embargoed`] has no `Display` and no `Serialize`, and its `Debug` prints
//! one constant word: a log line, an error, a metric or a JSON answer cannot
//! carry it unless somebody writes [`Embargoed::open`]. Event payloads, which
//! are sealed before they are kept, name `payload` field by field.

use std::fmt;

/// What `Debug` prints.
const WORD: &str = "«embargoed»";

/// A value that is opened on purpose only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Embargoed<T>(T);

impl<T> Embargoed<T> {
    /// Wraps it.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Whoever writes this has checked that the reader is read in,
    /// or that the embargo is over.
    pub fn open(&self) -> &T {
        &self.0
    }

    /// The value itself, under the same duty as [`open`](Self::open).
    pub fn into_open(self) -> T {
        self.0
    }
}

impl<T> From<T> for Embargoed<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Embargoed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WORD)
    }
}

/// For `#[serde(with)]` on a field of an event's payload, and nowhere else.
pub(crate) mod payload {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Embargoed;

    pub fn serialize<T: Serialize, S: Serializer>(value: &Embargoed<T>, serializer: S) -> Result<S::Ok, S::Error> {
        value.open().serialize(serializer)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Embargoed<T>, D::Error> {
        T::deserialize(deserializer).map(Embargoed::new)
    }

    /// The same for a field that may be absent.
    pub mod optional {
        use super::{Deserialize, Deserializer, Embargoed, Serialize, Serializer};

        pub fn serialize<T: Serialize, S: Serializer>(
            value: &Option<Embargoed<T>>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            value.as_ref().map(Embargoed::open).serialize(serializer)
        }

        pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Embargoed<T>>, D::Error> {
            Ok(Option::<T>::deserialize(deserializer)?.map(Embargoed::new))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_one_word_whatever_is_inside() {
        let secret = Embargoed::new("CANARY-7731".to_owned());
        assert_eq!(format!("{secret:?} {:#?}", Some(&secret)), format!("{WORD} Some(\n    {WORD},\n)"));
        assert_eq!(secret.open(), "CANARY-7731");
    }
}
