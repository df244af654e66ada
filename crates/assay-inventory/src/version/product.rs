//! The order of vendors' product versions: dotted numbers with suffixes, and
//! nothing that only the vendor could know.
//!
//! There is no standard, so this errs to *cannot tell*. The two versions have
//! roles: people write `7.4` for "some 7.4", a vendor's bound is exact.

use std::cmp::Ordering;

use super::Unordered;
use crate::limits;

const RULES: &str = "a vendor's product versions (numbers with dots)";

#[derive(Debug, Clone, Copy)]
enum Token<'a> {
    /// Digits, and whether a letter touches them from behind (`20H2`).
    Number(&'a str, bool),
    Word(&'a str),
    /// What stands between, other than a dot: `-`, ` `, `_`, `+`.
    Gap,
}

impl PartialEq for Token<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a, touched), Self::Number(b, also)) => a == b && touched == also,
            (Self::Word(a), Self::Word(b)) => a.eq_ignore_ascii_case(b),
            (Self::Gap, Self::Gap) => true,
            _ => false,
        }
    }
}

/// The order of an installed version against a bound that a vendor published.
///
/// # Errors
///
/// If either is more than numbers, words and separators; if the first
/// difference is not between two numbers of the same shape; if the installed
/// version is shorter than the bound (`7.4` against `7.4.3`: which 7.4 it is
/// was not written down); if a leading zero makes two readings; if one counts
/// years and the other does not.
pub fn compare(installed: &str, bound: &str) -> Result<Ordering, Unordered> {
    let unordered = || Unordered::VendorKnows(installed.chars().take(80).collect(), bound.chars().take(80).collect());
    let mine = tokens(installed)?;
    let theirs = tokens(bound)?;
    if is_year(&mine) != is_year(&theirs) {
        return Err(unordered());
    }
    let mut order = Ordering::Equal;
    let mut at = 0;
    while order == Ordering::Equal {
        match (mine.get(at), theirs.get(at)) {
            (Some(Token::Number(a, touched)), Some(Token::Number(b, also))) => {
                if touched != also {
                    return Err(unordered());
                }
                order = number(a, b).ok_or_else(unordered)?;
            }
            (Some(a), Some(b)) if a == b => {}
            (Some(_), Some(_)) => return Err(unordered()),
            (None, None) => return Ok(Ordering::Equal),
            // 17.3.1 is newer than 17.3; 17.3-h1 or 17.3 SP1 may be either.
            (Some(_), None) => return longer(mine.get(at..)).ok_or_else(unordered),
            (None, Some(_)) => {
                return match longer(theirs.get(at..)) {
                    Some(Ordering::Equal) => Ok(Ordering::Equal),
                    _ => Err(unordered()),
                };
            }
        }
        at += 1;
    }
    Ok(order)
}

/// Whether a bound may stand for a whole branch that the installed version lies
/// in: `17.3` and `17.3.1`. At an inclusive bound (*through 17.3*) the answer
/// is then *cannot tell*, because vendors write the branch for its last version.
pub fn in_branch(installed: &str, bound: &str) -> bool {
    match (tokens(installed), tokens(bound)) {
        (Ok(mine), Ok(theirs)) => mine.len() > theirs.len() && mine.starts_with(&theirs),
        _ => false,
    }
}

/// What the numbers beyond the other version's end say.
fn longer(rest: Option<&[Token<'_>]>) -> Option<Ordering> {
    let mut order = Ordering::Equal;
    for token in rest.unwrap_or_default() {
        match token {
            Token::Number(digits, false) if digits.bytes().all(|d| d == b'0') => {}
            Token::Number(_, false) => order = Ordering::Greater,
            // 17.3.1-h2 is newer than 17.3 whatever follows.
            _ if order == Ordering::Greater => return Some(order),
            _ => return None,
        }
    }
    Some(order)
}

/// Two numbers; none if a leading zero allows another reading (1.05 and 1.4).
fn number(a: &str, b: &str) -> Option<Ordering> {
    let padded = |digits: &str| digits.len() > 1 && digits.starts_with('0');
    if (padded(a) || padded(b)) && a.len() != b.len() {
        return None;
    }
    Some(a.len().cmp(&b.len()).then_with(|| a.cmp(b)))
}

/// Whether the first number is a year: 2016 and 10.0 are two ways to count.
fn is_year(tokens: &[Token<'_>]) -> bool {
    matches!(tokens.first(), Some(Token::Number(digits, _)) if digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20")))
}

fn tokens(written: &str) -> Result<Vec<Token<'_>>, Unordered> {
    let not = || Unordered::not(written, RULES);
    let text = written.trim();
    if text.len() > limits::VERSION {
        return Err(not());
    }
    let text = text.strip_prefix(['v', 'V']).map_or(text, str::trim_start);
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(not());
    }
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let run = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
        let taken = match c {
            '0'..='9' => run(|c| c.is_ascii_digit()),
            'a'..='z' | 'A'..='Z' => run(|c| c.is_ascii_alphabetic()),
            // Two separators in a row, or one at the end, is no version that is understood here.
            '.' | '-' | '_' | '+' | ' ' if rest.as_bytes().get(1).is_some_and(u8::is_ascii_alphanumeric) => 1,
            _ => return Err(not()),
        };
        let (piece, after) = rest.split_at(taken);
        match c {
            '0'..='9' => out.push(Token::Number(piece, after.starts_with(|c: char| c.is_ascii_alphabetic()))),
            '.' => {}
            '-' | '_' | '+' | ' ' => out.push(Token::Gap),
            _ => out.push(Token::Word(piece)),
        }
        rest = after;
    }
    Ok(out)
}
