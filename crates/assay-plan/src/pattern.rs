//! A pattern for names: letters count whatever their case, `*` stands for
//! anything. No other character is special, and matching takes time linear
//! in the text for each `*`.

/// Longest pattern, in characters.
const LONGEST: usize = 200;
/// Most stars.
const STARS: usize = 8;

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<String>);

impl Pattern {
    /// Reads one; none if it is empty, too long, or has too many stars.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = (1..=LONGEST).contains(&text.chars().count()) && text.matches('*').count() <= STARS;
        fits.then(|| Self(text.to_lowercase().split('*').map(str::to_owned).collect()))
    }

    /// Whether a text is one of those that it stands for.
    pub(crate) fn is(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        let (first, rest) = match self.0.as_slice() {
            [] => return false,
            [only] => return text == *only,
            [first, rest @ ..] => (first, rest),
        };
        let Some(mut left) = text.strip_prefix(first.as_str()) else { return false };
        let Some((last, middle)) = rest.split_last() else { return false };
        // The leftmost place of each piece leaves most for those after it.
        for piece in middle {
            let Some(at) = left.find(piece.as_str()) else { return false };
            left = left.get(at + piece.len()..).unwrap_or_default();
        }
        left.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn is(pattern: &str, text: &str) -> bool {
        Pattern::read(pattern).unwrap().is(text)
    }

    #[test]
    fn stars_stand_for_anything_and_nothing_else_does() {
        for (pattern, text) in [
            ("DMZ", "dmz"),
            ("ward *", "Ward 2"),
            ("*pump*", "Infusion pumps"),
            ("*", ""),
            ("a*b*c", "aXbbYc"),
            ("a*a", "aa"),
        ] {
            assert!(is(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("DMZ", "DMZ 2"), ("ward?", "ward2"), ("a*a", "a"), ("a*b*c", "acb"), (".*", "x")] {
            assert!(!is(pattern, text), "{pattern} {text}");
        }
        assert!(Pattern::read("").is_none() && Pattern::read("*********").is_none());
    }

    proptest! {
        #[test]
        fn what_a_pattern_was_made_from_it_stands_for(parts in prop::collection::vec("[a-z]{0,6}", 1..6), fill in "[a-z0-9 .]{0,7}[a-z]") {
            let pattern = format!("x{}", parts.join("*"));
            let text = format!("x{}", parts.join(&fill));
            prop_assert!(is(&pattern, &text), "{} {}", pattern, text);
        }
    }
}
