//! Ids: a prefix that says of what, and 128 random bits.
//!
//! Nothing sequential or time-bearing leaves the house: an id must not tell a
//! reader how many findings there were before it, or when it came in. Each
//! kind is a type of its own, made with [`id_type!`](crate::id_type), so that
//! two of them never mix.

/// Where randomness comes from: the system at the edge, a seeded generator in a test.
pub trait Entropy {
    /// Fills `bytes` with bits that nobody can guess.
    fn fill(&mut self, bytes: &mut [u8]);

    /// Sixteen of them, as an id takes.
    fn sixteen(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        bytes
    }

    /// Thirty-two of them, as a salt or a key takes.
    fn thirty_two(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    ///
    /// The system has no randomness: nothing that is secret could be made then.
    #[allow(clippy::expect_used)]
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives randomness");
    }
}

/// A text is no id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {kind}; one begins with `{prefix}_` and has 26 more letters and digits")]
pub struct BadId {
    /// What was read, cut to 64 characters.
    pub text: String,
    /// What it should have been, as people call it.
    pub kind: &'static str,
    /// How ids of this kind begin.
    pub prefix: &'static str,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Twenty-six characters of Crockford's alphabet, in lower case.
#[doc(hidden)]
pub fn encode(bytes: [u8; 16]) -> String {
    let mut value = u128::from_be_bytes(bytes);
    let mut out = [0u8; 26];
    for place in out.iter_mut().rev() {
        *place = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    out.iter().map(|byte| char::from(*byte)).collect()
}

#[doc(hidden)]
pub fn decode(text: &str) -> Option<[u8; 16]> {
    if text.len() != 26 {
        return None;
    }
    let mut value: u128 = 0;
    for (place, byte) in text.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)? as u128;
        // Twenty-six digits of five bits are two bits more than there are.
        if place == 0 && digit > 7 {
            return None;
        }
        value = (value << 5) | digit;
    }
    Some(value.to_be_bytes())
}

/// Declares an id type: `id_type!(/// Doc. FindingId, "fnd", "finding id");`
#[macro_export]
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// How its written form begins.
            pub const PREFIX: &'static str = $prefix;

            /// A new one.
            pub fn draw(entropy: &mut dyn $crate::Entropy) -> Self {
                Self(entropy.sixteen())
            }

            /// From its 128 bits.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Its 128 bits.
            pub fn to_bytes(self) -> [u8; 16] {
                self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}_{}", $prefix, $crate::id::encode(self.0))
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::BadId;

            fn from_str(text: &str) -> Result<Self, $crate::BadId> {
                text.strip_prefix(concat!($prefix, "_")).and_then($crate::id::decode).map(Self).ok_or_else(|| {
                    $crate::BadId { text: text.chars().take(64).collect(), kind: $kind, prefix: $prefix }
                })
            }
        }

        $crate::serde_as_text!($name);
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    id_type!(
        /// A test's own.
        ThingId, "thg", "thing id"
    );

    #[test]
    fn another_kind_is_refused() {
        let id = ThingId::from_bytes([7; 16]);
        let other = id.to_string().replace("thg_", "fnd_");
        assert_eq!(
            other.parse::<ThingId>().unwrap_err().to_string(),
            format!("`{other}` is no thing id; one begins with `thg_` and has 26 more letters and digits")
        );
    }

    #[test]
    fn a_drawn_id_is_the_entropy_under_its_prefix() {
        struct Sevens;
        impl crate::Entropy for Sevens {
            fn fill(&mut self, bytes: &mut [u8]) {
                bytes.fill(7);
            }
        }
        let id = ThingId::draw(&mut Sevens);
        assert_eq!(id.to_bytes(), [7; 16]);
        assert!(id.to_string().starts_with(&format!("{}_", ThingId::PREFIX)));
    }

    proptest! {
        #[test]
        fn text_and_back(bytes in any::<[u8; 16]>()) {
            let id = ThingId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().len(), 30);
            prop_assert_eq!(id.to_string().parse::<ThingId>().unwrap(), id);
        }

        #[test]
        fn one_text_an_id(text in "thg_[0-9a-z]{26}") {
            if let Ok(id) = text.parse::<ThingId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = text.parse::<ThingId>();
        }
    }
}
