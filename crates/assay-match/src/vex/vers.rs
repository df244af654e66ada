//! `vers:` ranges, as far as a statement uses them: `vers:npm/>=1.0.0|<2.0.0`.
//! <https://github.com/package-url/vers-spec>
//!
//! What cannot be read or ordered contains nothing: the statement then says
//! nothing about the version, and silences nothing.

use std::cmp::Ordering;

use assay_advisory::vex::percent_decoded;
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::version::Key;

/// Most constraints of a range; beyond, it is not read.
const MOST: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Whether a version lies in a range, by the ecosystem's order.
pub(super) fn contains(ecosystem: &Ecosystem, range: &str, own: Option<&str>) -> bool {
    if !is_in_order_of(ecosystem, range) {
        return false;
    }
    let (Some(own), Some(constraints)) = (own, read(range)) else { return is_all(range) };
    let Ok(own) = Key::parse(ecosystem, own) else { return is_all(range) };
    let mut keyed: Vec<(Sign, Key)> = Vec::new();
    for (sign, version) in constraints {
        let Ok(key) = Key::parse(ecosystem, &version) else { return false };
        keyed.push((sign, key));
    }
    inside(keyed, &own).unwrap_or(false)
}

/// Whether a range's scheme is the ecosystem's, and so its order: `vers:pypi/<2` says nothing of a package of npm.
fn is_in_order_of(ecosystem: &Ecosystem, range: &str) -> bool {
    let scheme = range.strip_prefix("vers:").and_then(|rest| rest.split_once('/')).map_or("", |(scheme, _)| scheme);
    let own: &[&str] = match ecosystem {
        Ecosystem::Cargo => &["cargo", "semver"],
        Ecosystem::Npm => &["npm", "semver"],
        Ecosystem::PyPi => &["pypi"],
        Ecosystem::Go => &["golang", "semver"],
        Ecosystem::Maven(_) => &["maven"],
        Ecosystem::RubyGems => &["gem"],
        Ecosystem::NuGet => &["nuget"],
        Ecosystem::Packagist(_) => &["composer"],
        Ecosystem::Hex => &["hex", "semver"],
        Ecosystem::Debian(_) | Ecosystem::Ubuntu(_) => &["deb"],
        Ecosystem::Rpm(..) => &["rpm"],
        Ecosystem::Apk(..) => &["apk", "alpine"],
        // Of the others no scheme is registered; their own name is one.
        _ => return !scheme.is_empty(),
    };
    own.iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Whether a range is a list of single versions that has this one, letter for letter.
pub(super) fn lists(range: &str, own: Option<&str>) -> bool {
    let (Some(own), Some(constraints)) = (own, read(range)) else { return is_all(range) };
    constraints.iter().any(|(sign, version)| *sign == Sign::Equal && version.eq_ignore_ascii_case(own.trim()))
}

/// `vers:npm/*`.
pub(super) fn is_all(range: &str) -> bool {
    constraints_of(range).is_some_and(|list| list.trim() == "*")
}

fn constraints_of(range: &str) -> Option<&str> {
    range.strip_prefix("vers:")?.split_once('/').map(|(_, list)| list)
}

/// The constraints; none if it is not such a range, or all versions.
fn read(range: &str) -> Option<Vec<(Sign, String)>> {
    let list = constraints_of(range)?;
    let mut constraints = Vec::new();
    for part in list.split('|').map(str::trim).filter(|part| !part.is_empty()) {
        if part == "*" || constraints.len() >= MOST {
            return None;
        }
        let (sign, version) = [
            (">=", Sign::GreaterOrEqual),
            ("<=", Sign::LessOrEqual),
            ("!=", Sign::NotEqual),
            (">", Sign::Greater),
            ("<", Sign::Less),
            ("=", Sign::Equal),
        ]
        .iter()
        .find_map(|(text, sign)| part.strip_prefix(text).map(|rest| (*sign, rest)))
        .unwrap_or((Sign::Equal, part));
        let version = version.trim();
        if version.is_empty() {
            return None;
        }
        constraints.push((sign, percent_decoded(version)?));
    }
    (!constraints.is_empty()).then_some(constraints)
}

/// The specification's algorithm: single versions first, then the bounds in order, pair by pair. None if two keys have
/// no order.
fn inside(constraints: Vec<(Sign, Key)>, own: &Key) -> Option<bool> {
    let mut bounds = Vec::new();
    for (sign, key) in constraints {
        let order = own.compare(&key).ok()?;
        match (sign, order) {
            (Sign::NotEqual, Ordering::Equal) => return Some(false),
            (Sign::Equal | Sign::LessOrEqual | Sign::GreaterOrEqual, Ordering::Equal) => return Some(true),
            (Sign::Equal | Sign::NotEqual, _) => {}
            _ => bounds.push((sign, key, order)),
        }
    }
    bounds.sort_by(|a, b| a.1.compare(&b.1).unwrap_or(Ordering::Equal));
    let less = |sign: Sign| matches!(sign, Sign::Less | Sign::LessOrEqual);
    for (place, (sign, _, order)) in bounds.iter().enumerate() {
        let below = *order == Ordering::Less;
        let above = *order == Ordering::Greater;
        if less(*sign) {
            // An upper bound holds from the lower bound before it, or from the beginning.
            let opened = place.checked_sub(1).and_then(|before| bounds.get(before));
            let from = match opened {
                None => true,
                Some((before, _, order)) => !less(*before) && *order == Ordering::Greater,
            };
            if below && from {
                return Some(true);
            }
        } else if above && place + 1 == bounds.len() {
            return Some(true);
        }
    }
    Some(false)
}
