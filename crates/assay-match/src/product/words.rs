//! Versions in a publisher's words: `< V2.1`, `>= 1.1 | <= 1.3.2`, `All versions`,
//! `vers:all/*`, `9.13 | 9.19`, `2.3.6 and below`, `14.1.x`.
//!
//! What is understood becomes the items that CVE records have, so that one
//! place decides. Everything else is not read: `NMC2 <= 6.9.6`, `Rev J-M`,
//! `< april 1 2018`, `<=B13 without patch` say something, and not to a program.

use assay_advisory::feed::cve::{Status, Version};
use assay_inventory::version::product::compare;

use super::bound::{is_everything, is_nothing};

/// Most versions of one text.
const MOST: usize = 64;

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Words {
    /// Every version.
    All,
    /// These.
    Versions(Vec<Version>),
    /// It says something that is not understood, or nothing.
    Unread,
}

/// Reads a text; all that it names has this status.
pub(super) fn read(written: &str, status: Status) -> Words {
    let text = plain(written);
    if is_everything(&text) || matches!(text.as_str(), "all version" | "every version") {
        return Words::All;
    }
    if is_nothing(&text) {
        return Words::Unread;
    }
    let text = symbols(without_notes(&text).trim());
    let items = if text.contains(['<', '>']) { ranges(&text, status) } else { listed(&text, status) };
    match items {
        Some(items) if !items.is_empty() && items.len() <= MOST => Words::Versions(items),
        _ => Words::Unread,
    }
}

/// Without what is said in parentheses of all versions before them: `<= 2.01 (end-of-life Nov 2017)`.
fn without_notes(text: &str) -> &str {
    let note = |inside: &str| {
        ["end-of-life", "end of life", "eol ", "integrated into"].iter().any(|lead| inside.starts_with(lead))
    };
    match text.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((before, inside)) if note(inside) => before,
        _ => text,
    }
}

/// Lower case, single spaces, and without what names the scheme or says *versions*.
fn plain(written: &str) -> String {
    let spaced = written.replace(['_', '\u{a0}'], " ").to_lowercase();
    let mut text = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((_, constraints)) = text.strip_prefix("vers:").and_then(|rest| rest.split_once('/')) {
        text = constraints.trim().to_owned();
    }
    for lead in
        ["all versions", "all firmware versions", "firmware versions", "versions", "version", "firmware version"]
    {
        let rest = text.strip_prefix(lead).map(str::trim_start);
        if let Some(rest) = rest.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || "<>=v".contains(c))) {
            text = rest.to_owned();
        }
    }
    for lead in ["product id/reorder number ", "reorder number ", "model number ", "part number "] {
        text = text.strip_prefix(lead).unwrap_or(&text).to_owned();
    }
    for lead in ["all versions prior to ", "versions prior to ", "prior to ", "all versions before ", "before "] {
        if let Some(rest) = text.strip_prefix(lead) {
            text = format!("< {rest}");
        }
    }
    text
}

/// Words that stand for a sign.
fn symbols(text: &str) -> String {
    for (tail, sign) in [
        (" and prior", "<="),
        (" and earlier", "<="),
        (" or earlier", "<="),
        (" and below", "<="),
        (" and older", "<="),
        (" or lower", "<="),
        (" and later", ">="),
        (" or later", ">="),
        (" and newer", ">="),
        (" and higher", ">="),
    ] {
        let before = text.strip_suffix(" versions").unwrap_or(text).strip_suffix(tail);
        if let Some(before) = before.filter(|before| !before.contains(['<', '>', '|', ','])) {
            return format!("{sign} {before}");
        }
    }
    if let Some((from, through)) = text.split_once(" to ")
        && !text.contains(['<', '>', '|', ','])
    {
        return format!(">= {} <= {through}", from.strip_prefix("from ").unwrap_or(from));
    }
    if let Some((from, through)) = text.split_once(" - ")
        && is_version(from)
        && is_version(through)
    {
        return format!(">= {from} <= {through}");
    }
    // `V175-V189`, where the letter says that both are versions.
    if let Some((from, through)) = text.split_once('-')
        && [from, through]
            .iter()
            .all(|end| end.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|c| c.is_ascii_digit())))
    {
        return format!(">= {from} <= {through}");
    }
    text.replace("=<", "<=").replace("=>", ">=").replace('\u{2264}', "<=").replace('\u{2265}', ">=")
}

/// Single versions: `9.13 | 9.19 | 12.1`, `14.1.x`.
fn listed(text: &str, status: Status) -> Option<Vec<Version>> {
    text.split('|').flat_map(|part| part.split(',')).map(|part| one(part.trim(), status)).collect()
}

/// A version, or all of a branch; none if it is neither.
fn one(text: &str, status: Status) -> Option<Version> {
    let text = bare(text);
    if let Some((from, behind)) = branch(text) {
        return Some(item(&from, Some(&behind), status, true));
    }
    // `1766-L32BWA` stands where a version should, and says which model, not which version of it.
    let number = text.bytes().take_while(u8::is_ascii_digit).count() >= 4;
    let is_model = text.len() >= 7
        && !text.contains(['.', ' '])
        && text.bytes().any(|c| c.is_ascii_alphabetic())
        && (number || text.len() >= 10);
    // `R16A`, `MX-V5.4.9.4`: they are equal to themselves, and cannot be ordered.
    let is_code = text.len() <= 24
        && !text.contains(' ')
        && text.bytes().any(|c| c.is_ascii_digit())
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || b".-()".contains(&c));
    (!is_model && (is_version(text) || is_code)).then(|| item(text, None, status, false))
}

/// The bounds of a range, in pairs as they are written.
fn ranges(text: &str, status: Status) -> Option<Vec<Version>> {
    let start = text.find(['<', '>', '='])?;
    let (head, mut rest) = text.split_at(start);
    let mut items = Vec::new();
    // `NMC2 <= 6.9.6` speaks of something that has a version, and is none.
    let is_list = head.trim_end().ends_with(['|', ',']);
    let head = separated(head);
    if !head.is_empty() {
        is_list.then_some(())?;
        items = listed(head, status)?;
    }
    let mut lower: Option<(&str, String)> = None;
    while !rest.is_empty() {
        let sign = ["<=", ">=", "<", ">", "="].into_iter().find(|sign| rest.starts_with(sign))?;
        rest = rest.get(sign.len()..)?;
        let end = rest.find(['<', '>', '=']).unwrap_or(rest.len());
        let (bound, after) = rest.split_at(end);
        rest = after;
        let (bound, others) = split_list(separated(bound));
        let bounds = several(bare(bound));
        for bound in bounds {
            match sign {
                ">=" | ">" => {
                    if let Some((sign, from)) = lower.take() {
                        items.push(from_on(sign, &from, status));
                    }
                    let from = branch(bound).map_or_else(|| bound.to_owned(), |(from, _)| from);
                    is_version(&from).then_some(())?;
                    lower = Some((sign, from));
                }
                "<" | "<=" => items.push(until(lower.take(), sign, bound, status)?),
                _ => items.push(one(bound, status)?),
            }
        }
        for other in others {
            items.push(one(other.trim(), status)?);
        }
    }
    if let Some((sign, from)) = lower {
        items.push(from_on(sign, &from, status));
    }
    Some(items)
}

/// A range that ends.
fn until(lower: Option<(&str, String)>, sign: &str, bound: &str, status: Status) -> Option<Version> {
    // Through 7.x may be through the last of 7 that there was, so the branch is the bound, and what lies in it is not told.
    let behind = sign == "<";
    let bound = branch(bound).map_or_else(|| bound.to_owned(), |(line, _)| line);
    is_version(&bound).then_some(())?;
    Some(match lower {
        Some((">", from)) => constrained(&format!("> {from}, {} {bound}", if behind { "<" } else { "<=" }), status),
        lower => item(lower.as_ref().map_or("0", |(_, from)| from), Some(&bound), status, behind),
    })
}

/// A range without an end.
fn from_on(sign: &str, from: &str, status: Status) -> Version {
    if sign == ">" { constrained(&format!("> {from}"), status) } else { item(from, Some("*"), status, true) }
}

fn item(version: &str, end: Option<&str>, status: Status, behind: bool) -> Version {
    let end = end.map(tidy);
    let (before, through) = if behind { (end, None) } else { (None, end) };
    Version {
        version: tidy(version),
        status,
        version_type: String::new(),
        less_than: before,
        less_than_or_equal: through,
        changes: Vec::new(),
    }
}

/// A version as people read it again: without the `v`, and the usual words in their usual letters.
fn tidy(version: &str) -> String {
    let number = version.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let mut text = number.unwrap_or(version).to_owned();
    for (plain, usual) in [(" sp", " SP"), (" hf", " HF"), (" upd", " Upd")] {
        text = text.replace(plain, usual);
    }
    text
}

fn constrained(text: &str, status: Status) -> Version {
    item(text, None, status, true)
}

/// Without what stands between two bounds.
fn separated(text: &str) -> &str {
    let text = text.trim().trim_end_matches(['|', ',', ';']).trim();
    let text = text.strip_suffix(" and").or_else(|| text.strip_suffix(" to")).unwrap_or(text);
    text.strip_suffix("-  but not including").unwrap_or(text).trim_matches([' ', '|', ','])
}

/// A bound, and single versions that are listed behind it.
fn split_list(text: &str) -> (&str, impl Iterator<Item = &str>) {
    let mut parts = text.split('|');
    (parts.next().unwrap_or_default().trim(), parts)
}

/// One bound, or one for each branch: `v36.011 v35.013 v34.014`.
fn several(bound: &str) -> Vec<&str> {
    let parts: Vec<&str> = bound.split(' ').collect();
    let each = |part: &&str| part.starts_with('v') && part.contains('.') && is_version(part);
    if parts.len() > 1 && parts.iter().all(each) { parts } else { vec![bound] }
}

/// Whether this is one version: a number that can be ordered, and behind it nothing but what vendors count releases by.
fn is_version(text: &str) -> bool {
    let counts = |word: &str| {
        let word = word.trim_start_matches(|c: char| c.is_ascii_digit());
        matches!(
            word,
            "" | "a"
                | "b"
                | "c"
                | "d"
                | "e"
                | "sp"
                | "hf"
                | "p"
                | "u"
                | "upd"
                | "update"
                | "patch"
                | "build"
                | "release"
        )
    };
    let letters = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    text.len() <= 40 && compare(text, text).is_ok() && text.split(' ').skip(1).all(|word| counts(&letters(word)))
}

/// Without parentheses around all of it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(text).trim()
}

/// Where a branch begins and what comes behind it: `14.1.x` is 14.1 before 14.2.
fn branch(text: &str) -> Option<(String, String)> {
    let mut line = text.strip_prefix('v').unwrap_or(text);
    line.strip_suffix(".x").or_else(|| line.strip_suffix(".*"))?;
    while let Some(rest) = line.strip_suffix(".x").or_else(|| line.strip_suffix(".*")) {
        line = rest;
    }
    let mut parts: Vec<u64> = line.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    *parts.last_mut()? += 1;
    Some((line.to_owned(), parts.iter().map(u64::to_string).collect::<Vec<_>>().join(".")))
}

/// The version that a remedy says to update to: `Update to V3.3 or later version`; none if it says it otherwise.
pub(super) fn fix(details: &str) -> Option<String> {
    let text = plain(details.lines().next()?);
    let rest = ["update to ", "upgrade to ", "update firmware to ", "upgrade firmware to "]
        .iter()
        .find_map(|lead| text.strip_prefix(lead))?;
    let rest = rest.strip_prefix("version ").unwrap_or(rest);
    let end = [" or later", " or newer", " or higher", " and later", " or any later", " - download"];
    let end = end.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    let version = rest.get(..end)?.trim().trim_end_matches('.');
    is_version(version).then(|| tidy(version))
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
