//! How catalogues write names: with clauses, with the vendor's letters in the
//! model, with several models in one word.

use super::alias;
use super::name::Name;

/// A name without what it says of itself behind a comma, and what it leaves out: `LOGIQ, not including LOGIQ 100 Pro`.
pub(super) fn spared(written: &str) -> (&str, Option<&str>) {
    let lower = written.to_ascii_lowercase();
    for clause in [", not including ", " not including ", ", excluding ", " except for "] {
        if let Some(at) = lower.find(clause) {
            let (before, behind) = (written.get(..at), written.get(at + clause.len()..));
            return (before.unwrap_or(written), behind.filter(|behind| !behind.trim().is_empty()));
        }
    }
    match lower.find(", as used in ").and_then(|at| written.get(..at)) {
        Some(before) => (before, None),
        None => (written, None),
    }
}

/// `SEL751` for `SEL-751` of SEL: the vendor's letters belong to the model, and without them a number is left.
pub(super) fn with_vendor_in_model(written: &str, vendor: &Name) -> Option<String> {
    let (first, rest) = written.trim().split_once('-')?;
    let is_model = rest.starts_with(|c: char| c.is_ascii_digit()) && (2..=4).contains(&first.len());
    let lower = first.to_ascii_lowercase();
    let house = alias::house(vendor).map(str::to_owned).unwrap_or_else(|| vendor.to_string());
    let is_vendor = vendor.words.first() == Some(&lower)
        || vendor.short.contains(&lower)
        || alias::names_of(&house).any(|name| name == lower);
    (is_model && is_vendor).then(|| format!("{first}{rest}"))
}

/// The models that a slash counts up: `LTS 8/16/32` is LTS 8, LTS 16 and LTS 32, and `SEL787-2/-3/-4` are three.
pub(super) fn variants(written: &str) -> Vec<String> {
    let digits = |part: &str| part.bytes().any(|c| c.is_ascii_digit());
    let words: Vec<&str> = written.split(' ').collect();
    let Some(at) = words.iter().position(|word| word.contains('/') && word.split('/').all(digits)) else {
        return Vec::new();
    };
    let parts: Vec<&str> = words.get(at).into_iter().flat_map(|word| word.split('/')).take(12).collect();
    let stem = parts.first().and_then(|first| first.rsplit_once('-')).map_or("", |(stem, _)| stem);
    let with = |part: &str| {
        let part = if part.starts_with('-') { format!("{stem}{part}") } else { part.to_owned() };
        let all = words.iter().enumerate().map(|(n, word)| if n == at { part.as_str() } else { word });
        all.collect::<Vec<_>>().join(" ")
    };
    parts.iter().map(|part| with(part)).collect()
}
