//! Normalising a name: lower case, plain letters, no punctuation, no legal form.

use std::fmt;

use super::written::{spared, variants, with_vendor_in_model};
use super::{Product, alias};

/// A name as words to compare by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Name {
    /// The words, lower case, without punctuation.
    pub words: Vec<String>,
    /// Numbers at the end that tell editions apart: `2019`, `r2`, `sp1`.
    pub edition: Vec<String>,
    /// Abbreviations and part numbers that stood in parentheses: `(EPMM)`, `(6ES7511-1AK00-0AB0)`.
    pub short: Vec<String>,
    /// Words and edition without what tells no product apart: `simatic s7 1200 cpu family` is `s7 1200`.
    pub core: Vec<String>,
}

impl Name {
    /// Whether nothing is left of it.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.edition.is_empty()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, word) in self.words.iter().chain(&self.edition).enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            f.write_str(word)?;
        }
        Ok(())
    }
}

/// Ends of a company's name that say nothing of who it is.
const LEGAL: [&str; 24] = [
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "ltd",
    "limited",
    "llc",
    "llp",
    "lp",
    "plc",
    "gmbh",
    "ag",
    "kg",
    "se",
    "sa",
    "sas",
    "srl",
    "spa",
    "bv",
    "nv",
    "ab",
    "oy",
];

/// A name's words: lower case, diacritics folded, `&` as `and`, `+` as `plus`,
/// everything else that is no letter or digit a gap. A trademark sign is dropped.
pub fn normalise(written: &str) -> Name {
    let mut name = Name::default();
    let mut outside = String::new();
    let mut inside = String::new();
    let mut depth = 0_usize;
    // A name is at most a few words; what is longer was refused by the reader.
    for c in written.chars().take(crate::limits::NAME) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    let words = words(&inside);
                    match words.as_slice() {
                        [short] => name.short.push(short.clone()),
                        _ if is_part_number(inside.trim()) => name.short.push(words.concat()),
                        _ => {}
                    }
                    inside.clear();
                    outside.push(' ');
                }
            }
            c if depth > 0 => inside.push(c),
            c => outside.push(c),
        }
    }
    name.words = words(&outside);
    if name.words.is_empty() {
        // All of it stood in parentheses, or after one that was never closed.
        name.words = words(&inside);
    }
    while name.words.len() > 1 && name.words.last().is_some_and(|w| is_edition(w)) {
        name.edition.extend(name.words.pop());
    }
    name.edition.reverse();
    name.core = core(&name);
    name
}

/// One run of letters, digits and dashes, with a digit in it, as long as vendors make them.
fn is_part_number(text: &str) -> bool {
    (6..40).contains(&text.len())
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
        && text.bytes().any(|c| c.is_ascii_digit())
}

/// The words that tell the product apart; all of them if none does.
fn core(name: &Name) -> Vec<String> {
    let digits = |word: &String| word.bytes().any(|c| c.is_ascii_digit());
    let all = || name.words.iter().chain(&name.edition);
    // `CPU 1214C`, `M340 series B`: what counts models stands before them.
    let counts = |word: &String| {
        matches!(
            word.as_str(),
            "cpu" | "model" | "models" | "series" | "plc" | "version" | "pro" | "professional" | "enterprise"
        )
    };
    let before_a_number = |at: usize| all().nth(at + 1).is_some_and(digits);
    let kept = all().enumerate().filter(|(at, word)| !(*at > 0 && counts(word) && before_a_number(*at)));
    let mut words: Vec<String> = kept.map(|(_, word)| word.clone()).collect();
    // A `software controller` is another thing than a controller's software.
    let is_soft =
        |words: &[String]| matches!(words, [.., soft, plc] if soft == "software" && plc.starts_with("controller"));
    let joins = |word: &str| matches!(word, "running" | "with" | "using");
    let says_nothing = |word: &String| alias::is_neutral(word) || joins(word);
    while words.len() > 1 && words.last().is_some_and(says_nothing) && !is_soft(&words) {
        words.pop();
    }
    if words.len() > 1 && words.first().is_some_and(|word| alias::is_brand(word)) {
        words.remove(0);
    }
    words
}

/// A name without the version line at its end, and the line: `WinCC V7.4` is WinCC, and speaks of its versions 7.4.
/// (`V8` alone is a product, and `Windows 8.1` is an edition.)
fn line(written: &str) -> (&str, Option<String>) {
    let text = written.trim();
    let Some((before, last)) = text.rsplit_once(' ') else { return (written, None) };
    let (marked, number) = match last.strip_prefix(['v', 'V']) {
        Some(number) => (true, number),
        None => (false, last),
    };
    let branch = number.strip_suffix(".x").or_else(|| number.strip_suffix(".X"));
    let plain = branch.unwrap_or(number);
    let is_number = plain.split('.').all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()));
    let says = branch.is_some() || (marked && (plain.contains('.') || plain.len() > 1));
    if is_number && says && plain.len() < 24 && before.chars().any(char::is_alphabetic) {
        (before, Some(plain.to_owned()))
    } else {
        (written, None)
    }
}

/// A number, or a number with a release word before it: `2019`, `r2`, `sp1`. (`v8` is a product.)
fn is_edition(word: &str) -> bool {
    let number = ["r", "sp"].iter().find_map(|p| word.strip_prefix(p)).unwrap_or(word);
    !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit())
}

fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let is_number = |word: &str| word.len() >= 3 && !is_year(word) && word.bytes().all(|c| c.is_ascii_digit());
    // Three digits or more, and nothing behind them.
    let follows = |at: usize| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        end >= 3 && !rest.get(end..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
    };
    for (at, c) in text.char_indices() {
        match c {
            '\u{2122}' | '\u{ae}' | '\u{a9}' | '\'' | '\u{2019}' => {}
            c if c.is_alphanumeric() => fold(c, &mut word),
            // `750-8207` is one number.
            '-' if is_number(&word) && follows(at) => {}
            c => {
                if !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
                match c {
                    '&' => out.push("and".to_owned()),
                    '+' => out.push("plus".to_owned()),
                    _ => {}
                }
            }
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    for word in &mut out {
        // As people shorten them: `Control SW`, `w/ WiFi`, `Digi Intl`.
        let long = match word.as_str() {
            "sw" => "software",
            "fw" => "firmware",
            "w" => "with",
            "intl" => "international",
            _ => continue,
        };
        long.clone_into(word);
    }
    out
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && (word.starts_with("19") || word.starts_with("20"))
}

/// Letters that are one letter with a mark, as people type them without it.
fn fold(c: char, word: &mut String) {
    let plain = match c {
        'à'..='å' | 'À'..='Å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' | 'Æ' => "ae",
        'ç' | 'Ç' | 'ć' | 'č' | 'Č' => "c",
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'ę' | 'ě' => "e",
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' => "i",
        'ñ' | 'Ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' | 'ō' | 'ő' => "o",
        'ù'..='ü' | 'Ù'..='Ü' | 'ū' | 'ű' | 'ů' => "u",
        'ý' | 'ÿ' => "y",
        'ß' => "ss",
        'š' | 'Š' | 'ś' => "s",
        'ž' | 'Ž' | 'ź' | 'ż' => "z",
        'ł' | 'Ł' => "l",
        _ => {
            word.extend(c.to_lowercase());
            return;
        }
    };
    word.push_str(plain);
}

/// A vendor's name without its legal form.
fn vendor(written: &str) -> Name {
    // `Motorola / Vigilant`: a house and what it bought.
    let (first, others) = written.split_once('/').unwrap_or((written, ""));
    let mut name = normalise(if first.trim().is_empty() { written } else { first });
    // `Acoustic Technology, Inc. (ATI Systems)`
    let inside =
        first.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inside, _)| words(inside).join(" "));
    name.short.extend(inside.filter(|inside| inside.contains(' ')));
    name.short.extend(others.split('/').map(|other| words(other).join(" ")).filter(|other| !other.is_empty()));
    let mut words = std::mem::take(&mut name.words);
    words.append(&mut name.edition);
    // `GmbH & Co. KG`: what joins two legal forms goes with them.
    let form = |word: &String| LEGAL.contains(&word.as_str()) || word == "and";
    while words.len() > 1 && words.last().is_some_and(form) {
        words.pop();
    }
    if words.len() > 1 && words.first().is_some_and(|w| w == "the") {
        words.remove(0);
    }
    name.words = words;
    name
}

/// Splits a catalogue's list of products: by commas, `and`, `or` and slashes between words.
fn members(written: &str) -> impl Iterator<Item = &str> {
    written.split([',', ';']).flat_map(|piece| piece.split(" and ")).flat_map(|piece| piece.split(" or ")).map(
        |piece| {
            let piece = piece.trim();
            piece.strip_prefix("and ").or_else(|| piece.strip_prefix("or ")).unwrap_or(piece)
        },
    )
}

pub(super) fn product(vendor_written: &str, product_written: &str) -> Product {
    // Catalogues have hard and narrow spaces in their names.
    let product_written: String =
        product_written.chars().take(crate::limits::NAME).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let (product_written, excluded) = spared(&product_written);
    let (product_written, line) = line(product_written);
    let mut vendor = vendor(vendor_written);
    let written = with_vendor_in_model(product_written, &vendor);
    let product_written = written.as_deref().unwrap_or(product_written);
    let mut names = vec![normalise(product_written)];
    names.extend(variants(product_written).iter().map(|variant| normalise(variant)));
    let mut excluded: Vec<Name> = excluded.map(normalise).into_iter().collect();
    let members: Vec<&str> = members(product_written).filter(|m| !m.is_empty()).take(32).collect();
    // `Windows Server 2022, 23H2 Edition` is one product, not two.
    let says_more = |member: &&str| {
        member.starts_with(|c: char| c.is_ascii_digit()) || member.to_ascii_lowercase().contains(" edition")
    };
    if members.len() > 1 && !members.iter().skip(1).any(says_more) {
        names.extend(
            members.into_iter().map(|one| normalise(with_vendor_in_model(one, &vendor).as_deref().unwrap_or(one))),
        );
    }
    if vendor.words.is_empty()
        && let Some(first) = names.first()
        && let Some(known) = alias::vendor_in(&first.words)
    {
        vendor = Name { words: first.words.iter().take(known).cloned().collect(), ..Name::default() };
    }
    let house = alias::house(&vendor);
    for name in names.iter_mut().chain(&mut excluded) {
        strip(name, &vendor, house);
    }
    // `AXIS A1001` of Axis Communications is `A1001` too.
    if let [first, _, ..] = vendor.words.as_slice()
        && first.len() >= 4
        && !alias::is_generic(std::slice::from_ref(first))
    {
        let begins =
            |name: &&Name| name.words.len() > 1 && name.words.first() == Some(first) && name.words != vendor.words;
        let mut without: Vec<Name> = names.iter().filter(begins).cloned().collect();
        for name in &mut without {
            name.words.remove(0);
            name.core = core(name);
        }
        names.extend(without);
    }
    names.retain(|name| !name.is_empty());
    names.dedup();
    let any = names.first().is_none_or(|name| alias::is_any(&name.words));
    let text = vendor.to_string();
    let joined = text.replace(' ', "");
    Product { vendor, text, joined, house, names, excluded, any, line }
}

/// Drops the vendor's name from the beginning of a product's: `Cisco IOS` of Cisco.
pub(super) fn strip(name: &mut Name, vendor: &Name, house: Option<&'static str>) {
    let before = name.words.len();
    drop_first(name, vendor.words.iter().map(String::as_str));
    vendor.short.iter().for_each(|short| drop_first(name, std::iter::once(short.as_str())));
    // And the names under which its house sold it before: `VMware Tools` of Broadcom.
    let whole = vendor.to_string();
    alias::names_of(house.unwrap_or(&whole)).for_each(|other| drop_first(name, other.split(' ')));
    if name.words.len() < before {
        name.core = core(name);
    }
}

/// Drops words from the beginning of a name, where all of them stand there and others follow.
fn drop_first<'a>(name: &mut Name, words: impl Iterator<Item = &'a str>) {
    let mut count = 0;
    for word in words {
        if name.words.get(count).is_none_or(|mine| mine != word) {
            return;
        }
        count += 1;
    }
    if name.words.len() > count {
        name.words.drain(..count);
    }
}
