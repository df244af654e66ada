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
    /// Digits, and whether a letter touches them from behind (`20h2`).
    Number(&'a str, bool),
    /// A letter alone behind a number: `2.3a`. It tells patches of 2.3 apart.
    Letter(u8),
    /// A word that vendors count releases of one version by.
    Release(Kind),
    Word(&'a str),
    /// What stands between, other than a dot: `-`, ` `, `_`, `+`.
    Gap,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Update,
    ServicePack,
    HotFix,
    Patch,
    Build,
}

impl PartialEq for Token<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a, touched), Self::Number(b, also)) => a == b && touched == also,
            (Self::Letter(a), Self::Letter(b)) => a == b,
            (Self::Release(a), Self::Release(b)) => a == b,
            (Self::Word(a), Self::Word(b)) => a == b,
            (Self::Gap, Self::Gap) => true,
            _ => false,
        }
    }
}

/// The order of an installed version against a bound that a vendor published.
///
/// A word for *version* before it (`v`, `R`, `FW`, `firmware`) changes nothing. `U3`, `Upd 3` and `Update 3` are one,
/// and so are `SP1` and `Service Pack 1`; what they count comes after the version that they are for.
///
/// # Errors
///
/// If either is more than numbers, words and separators; if the first
/// difference is not between two numbers of the same shape, or two letters; if
/// the installed version is shorter than the bound (`7.4` against `7.4.3`:
/// which 7.4 it is was not written down); if a leading zero makes two readings,
/// or a zero that a spreadsheet may have cut ([`is_rounded`]); if one counts
/// years and the other does not; if the installed one looks like a model.
pub fn compare(installed: &str, bound: &str) -> Result<Ordering, Unordered> {
    let unordered = || Unordered::VendorKnows(installed.chars().take(80).collect(), bound.chars().take(80).collect());
    let (mine, theirs) = (prepared(installed)?, prepared(bound)?);
    let mine = tokens(&mine, installed)?;
    let theirs = tokens(&theirs, bound)?;
    if is_year(&mine) != is_year(&theirs) || is_model(&mine, &theirs) || is_model(&theirs, &mine) {
        return Err(unordered());
    }
    if two_readings(installed, &mine, &theirs) || two_readings(bound, &theirs, &mine) {
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
            (Some(Token::Letter(a)), Some(Token::Letter(b))) => order = a.cmp(b),
            (Some(a), Some(b)) if a == b => {}
            (Some(_), Some(_)) => return Err(unordered()),
            (None, None) => return Ok(Ordering::Equal),
            // 17.3.1 is newer than 17.3, and so is 17.3 SP1; 17.3-h1 may be either.
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
    let (Ok(mine), Ok(theirs)) = (prepared(installed), prepared(bound)) else { return false };
    match (tokens(&mine, installed), tokens(&theirs, bound)) {
        (Ok(mine), Ok(theirs)) => mine.len() > theirs.len() && mine.starts_with(&theirs),
        _ => false,
    }
}

/// Whether a spreadsheet may have cut the zero that decides: `4.1` is what it makes of 4.10, and only one of the two
/// is older than 4.9.1.
pub fn is_rounded(installed: &str, bound: &str) -> bool {
    let (Ok(mine), Ok(theirs)) = (prepared(installed), prepared(bound)) else { return false };
    match (tokens(&mine, installed), tokens(&theirs, bound)) {
        (Ok(mine), Ok(theirs)) => two_readings(installed, &mine, &theirs),
        _ => false,
    }
}

/// A number with one dot is what a spreadsheet rounds, and a bound of two digits behind the dot shows that the vendor
/// counts beyond nine. With a letter before it, it was text.
fn two_readings(written: &str, mine: &[Token<'_>], theirs: &[Token<'_>]) -> bool {
    let [Token::Number(a, false), Token::Number(b, false)] = mine else { return false };
    let [Token::Number(x, _), Token::Number(y, _), ..] = theirs else { return false };
    let digits = written.trim().starts_with(|c: char| c.is_ascii_digit());
    if !digits || a != x || y.len() < 2 || b.len() >= y.len() || b.ends_with('0') || b.starts_with('0') {
        return false;
    }
    let padded = format!("{b:0<width$}", width = y.len());
    number(b, y) != number(&padded, y)
}

/// What the numbers beyond the other version's end say.
fn longer(rest: Option<&[Token<'_>]>) -> Option<Ordering> {
    let mut order = Ordering::Equal;
    for token in rest.unwrap_or_default() {
        match token {
            Token::Number(digits, false) if digits.bytes().all(|d| d == b'0') => {}
            Token::Number(_, false) | Token::Release(_) => order = Ordering::Greater,
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

/// Whether this looks like a model beside that version: `8015` beside 9.33, `750-852` beside 11. A version has dots.
fn is_model(this: &[Token<'_>], that: &[Token<'_>]) -> bool {
    let (Some(Token::Number(a, _)), Some(Token::Number(b, _))) = (this.first(), that.first()) else { return false };
    match this.get(1) {
        Some(Token::Number(..)) => false,
        Some(Token::Gap) if !matches!(that.get(1), Some(Token::Gap)) => a.len() >= 3 && a.len() > b.len(),
        _ => a.len() >= b.len() + 2,
    }
}

/// Lower case, one space for each gap, and without a word for *version* before it.
fn prepared(written: &str) -> Result<String, Unordered> {
    let text = written.trim();
    if text.len() > limits::VERSION {
        return Err(Unordered::not(written, RULES));
    }
    let mut text = text.to_ascii_lowercase().replace('_', " ").replace("service pack", "sp");
    for prefix in ["firmware", "software", "release", "revision", "version", "ver", "rel", "rev", "fw", "sw", "r", "v"]
    {
        if let Some(rest) = text.strip_prefix(prefix) {
            let rest = rest.trim_start_matches([' ', '.', ':']);
            if rest.starts_with(|c: char| c.is_ascii_digit() || c == 'v') {
                text = rest.to_owned();
            }
        }
    }
    Ok(counted(&text).unwrap_or(text))
}

/// `02.07.07(10)` as `02.07.07.10`: what is counted in parentheses at the end comes after everything before them. Between
/// other parts (`15.2(7)E3`) it does not.
fn counted(text: &str) -> Option<String> {
    let (before, number) = text.strip_suffix(')')?.rsplit_once('(')?;
    let plain =
        before.bytes().all(|c| c.is_ascii_digit() || c == b'.') && before.ends_with(|c: char| c.is_ascii_digit());
    let is_number = !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit());
    (plain && is_number).then(|| format!("{before}.{number}"))
}

/// Letters that a vendor's numbers begin with: `U61`, `BT06`. Two versions have an order if they are the same.
fn series(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic())?;
    let (letters, rest) = text.split_at_checked(end)?;
    let counts = release(letters).is_some() && letters != "u";
    ((1..=3).contains(&letters.len()) && rest.starts_with(|c: char| c.is_ascii_digit()) && !counts)
        .then_some((letters, rest))
}

fn tokens<'a>(text: &'a str, written: &str) -> Result<Vec<Token<'a>>, Unordered> {
    let not = || Unordered::not(written, RULES);
    let mut out = Vec::new();
    let mut rest = text;
    if let Some((letters, numbers)) = series(text) {
        out.push(Token::Word(letters));
        rest = numbers;
    } else if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(not());
    }
    while let Some(c) = rest.chars().next() {
        let run = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
        let taken = match c {
            '0'..='9' => run(|c| c.is_ascii_digit()),
            'a'..='z' => run(|c| c.is_ascii_alphabetic()),
            // Two separators in a row, or one at the end, is no version that is understood here.
            '.' | '-' | '+' | ' ' if rest.as_bytes().get(1).is_some_and(u8::is_ascii_alphanumeric) => 1,
            _ => return Err(not()),
        };
        let (piece, after) = rest.split_at(taken);
        rest = after;
        match c {
            '0'..='9' => out.push(Token::Number(piece, touches(after))),
            '.' => {}
            '-' | '+' | ' ' => out.push(Token::Gap),
            _ => {
                let behind = after.strip_prefix(['.', ' ', '-']).unwrap_or(after);
                match release(piece).filter(|_| behind.starts_with(|c: char| c.is_ascii_digit())) {
                    Some(kind) => {
                        if matches!(out.last(), Some(Token::Gap)) {
                            out.pop();
                        }
                        out.push(Token::Release(kind));
                        rest = behind;
                    }
                    None => match (out.last(), piece.as_bytes()) {
                        (Some(Token::Number(_, false)), [letter]) => out.push(Token::Letter(*letter)),
                        _ => out.push(Token::Word(piece)),
                    },
                }
            }
        }
    }
    Ok(out)
}

/// Whether what stands behind a number belongs to its shape: letters with a number behind them (`20h2`), or a word.
fn touches(after: &str) -> bool {
    let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
    let (word, behind) = after.split_at(end);
    let counted = behind.starts_with(|c: char| c.is_ascii_digit());
    match word.len() {
        0 => false,
        1 if !counted => false,
        _ => release(word).is_none() || !counted,
    }
}

fn release(word: &str) -> Option<Kind> {
    Some(match word {
        "u" | "up" | "upd" | "update" => Kind::Update,
        "sp" => Kind::ServicePack,
        "hf" | "hotfix" => Kind::HotFix,
        "p" | "patch" => Kind::Patch,
        "build" | "release" | "rel" => Kind::Build,
        _ => return None,
    })
}
