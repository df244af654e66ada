//! Misspellings: a bounded distance between two names.

/// Longest name that is compared: quadratic work on longer ones serves nobody.
const LONGEST: usize = 64;

/// Whether two different names may be one name misspelt: at most one letter
/// wrong, missing, added or swapped with its neighbour in names of 5 letters or
/// more, two in names of 9 or more. Digits must agree: `SMA100` and `SMA1000`
/// are two devices.
pub fn misspelt(a: &str, b: &str) -> bool {
    misspelt_behind(a, b, 0)
}

/// The same of two names that have so many more letters in common than these, behind them.
pub(super) fn misspelt_behind(a: &str, b: &str, common: usize) -> bool {
    let (long, short) = (a.chars().count(), b.chars().count());
    let (long, short) = (long.max(short) + common, long.min(short) + common);
    let allowed = match short {
        0..5 => return false,
        5..9 => 1,
        _ => 2,
    };
    if long - short > allowed || long > LONGEST || a == b || !digits(a).eq(digits(b)) {
        return false;
    }
    distance(a, b) <= allowed
}

fn digits(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(char::is_ascii_digit)
}

/// Damerau-Levenshtein in its restricted form (a letter is moved once), of names of at most [`LONGEST`] letters.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = apart(a, b);
    let mut before = [0_u8; LONGEST + 1];
    let mut last = [0_u8; LONGEST + 1];
    for (cell, n) in last.iter_mut().zip(0..) {
        *cell = n;
    }
    let at = |row: &[u8; LONGEST + 1], n: usize| row.get(n).copied().unwrap_or(LONGEST as u8);
    let mut above = None;
    for (x, i) in a.chars().zip(1..) {
        let mut row = [i; LONGEST + 1];
        let mut left = None;
        for (j, y) in b.chars().enumerate() {
            let mut best = (at(&last, j) + u8::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if above == Some(y) && left == Some(x) {
                best = best.min(at(&before, j.saturating_sub(1)) + 1);
            }
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = best;
            }
            left = Some(y);
        }
        above = Some(x);
        before = last;
        last = row;
    }
    usize::from(at(&last, b.chars().count()))
}

/// Two texts without what both begin with and both end with: no edit is needed there.
fn apart<'a>(a: &'a str, b: &'a str) -> (&'a str, &'a str) {
    let begin: usize = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum();
    let (a, b) = (a.get(begin..).unwrap_or_default(), b.get(begin..).unwrap_or_default());
    let end: usize = a.chars().rev().zip(b.chars().rev()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum();
    (a.get(..a.len() - end).unwrap_or_default(), b.get(..b.len() - end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, without a table.
    fn plain(a: &[char], b: &[char]) -> usize {
        let (Some((x, a1)), Some((y, b1))) = (a.split_last(), b.split_last()) else { return a.len().max(b.len()) };
        let mut best = (plain(a1, b1) + usize::from(x != y)).min(plain(a1, b) + 1).min(plain(a, b1) + 1);
        if let (Some((v, a2)), Some((w, b2))) = (a1.split_last(), b1.split_last())
            && x == w
            && v == y
        {
            best = best.min(plain(a2, b2) + 1);
        }
        best
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_table_is_the_definition(a in "[abcé]{0,6}", b in "[abcé]{0,6}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(distance(&a, &b), plain(&chars(&a), &chars(&b)));
        }

        #[test]
        fn letters_in_common_need_not_stand_there(a in "[a-c1é]{0,9}", b in "[a-c1é]{0,9}") {
            prop_assert_eq!(misspelt_behind(&a, &b, 5), misspelt(&format!("{a}....."), &format!("{b}.....")));
        }

        #[test]
        fn long_names_are_left(a in "[a-c1é]{0,80}", b in "[a-c1é]{0,80}") {
            prop_assert_eq!(misspelt(&a, &b), misspelt(&b, &a));
        }
    }
}
