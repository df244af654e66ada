//! What CVE records say of a product's version.
//!
//! The schema: an item is a version or a range that begins at one; `changes`
//! switch the status within it; the default status holds for everything else,
//! and is *unknown* if not given. Real records need more judgement than that:
//!
//! - Most authors leave the default out. Outside of every range *that has an
//!   end* is therefore not affected; outside of single versions is not told.
//! - A default of *affected* beside nothing but affected versions says nothing.
//! - An author whose range has no end does not override one whose range has;
//!   alone, it decides only if it is the numbering authority.
//! - Two authors with ends that differ in their answer leave it open.
//! - Whatever cannot be ordered is *cannot tell* (invariant 11).

use std::cmp::Ordering;

use assay_advisory::feed::cve::{Affected, Status, Version};
use assay_inventory::version::product::compare;

use super::bound::is_nothing;
use super::item::{Item, end, fix, is_open, look};
use crate::exposure::Touch;
use crate::range::Ruling;

/// What one author says of the product.
pub(super) struct Asked<'a> {
    pub author: &'a str,
    /// Whether it is the numbering authority.
    pub authority: bool,
    pub affected: Vec<&'a Affected>,
    /// Something that it says of the product's versions and that is not understood.
    pub unread: Option<String>,
    /// The installed version, if its words have to be taken apart for the names that this author uses: `ALEOS 4.12` of
    /// something that runs ALEOS.
    pub version: Option<String>,
}

/// What one author's items give.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    touch: Touch,
    /// Whether the range that decided has an end; always true for not affected.
    bounded: bool,
    why: String,
    fixed: Vec<String>,
}

/// Brings the authors together.
pub(super) fn rule<'a>(asked: impl Iterator<Item = &'a Asked<'a>>, version: Option<&str>) -> Ruling {
    let version = version.map(str::trim).filter(|version| !is_nothing(version));
    let said: Vec<(&Asked<'_>, Said)> = asked.map(|one| (one, say(one, one.version.as_deref().or(version)))).collect();
    let ruling = |touch: Touch, of: &Asked<'_>, said: &Said| Ruling {
        touch,
        why: format!("{} ({})", said.why, name(of.author)),
        fixed: said.fixed.clone(),
    };
    let decided = || said.iter().filter(|(_, said)| said.bounded && said.touch != Touch::CannotTell);
    if let Some((of, first)) = decided().next() {
        return match decided().find(|(_, said)| said.touch != first.touch) {
            Some((other, _)) => Ruling {
                touch: Touch::CannotTell,
                why: format!("is told differently by {} and {}", name(of.author), name(other.author)),
                fixed: first.fixed.clone(),
            },
            None => ruling(first.touch, of, first),
        };
    }
    // One with an end that could not be compared stands against all without an end.
    if let Some((of, open)) = said.iter().find(|(_, said)| said.bounded) {
        return ruling(Touch::CannotTell, of, open);
    }
    match said.iter().find(|(_, said)| said.touch == Touch::Affected) {
        Some((of, endless)) if of.authority => return ruling(Touch::Affected, of, endless),
        Some((of, endless)) => {
            let why = format!("{}, which only its vendor could say of every version to come", endless.why);
            return ruling(Touch::CannotTell, of, &Said { why, ..endless.clone() });
        }
        None => {}
    }
    match said.first() {
        Some((of, first)) => ruling(Touch::CannotTell, of, first),
        None => Ruling { touch: Touch::CannotTell, why: "names no versions".to_owned(), fixed: Vec::new() },
    }
}

fn name(author: &str) -> &str {
    if author.is_empty() { "its author" } else { author }
}

fn say(asked: &Asked<'_>, version: Option<&str>) -> Said {
    let items = || asked.affected.iter().flat_map(|affected| &affected.versions);
    let fixes: Vec<String> = {
        let mut fixes: Vec<String> = items().filter_map(fix).map(str::to_owned).collect();
        fixes.sort();
        fixes.dedup();
        fixes.truncate(8);
        fixes
    };
    let has_end = items().any(|item| item.status == Status::Affected && end(item));
    let cannot = |why: String| Said { touch: Touch::CannotTell, bounded: has_end, why, fixed: fixes.clone() };
    let defaults = || asked.affected.iter().map(|affected| affected.default_status);

    let mut affected: Option<(bool, String, Option<String>)> = None;
    let (mut unaffected, mut unknown) = (false, asked.unread.clone());
    let (mut outside_an_end, mut all_open) = (false, true);
    for item in items() {
        match look(item, version) {
            Item::Holds { status: Status::Affected, bounded, why, fixed } => {
                all_open &= is_open(item);
                // Of several ends, the one in this version's own branch is its fix.
                let own = version.zip(fixed.as_deref()).is_some_and(|(version, fix)| branch(version) == branch(fix));
                let better = affected.as_ref().is_none_or(|(was, _, _)| (!*was && bounded) || own);
                if better {
                    affected = Some((bounded, why, fixed));
                }
            }
            Item::Holds { status: Status::Unaffected, .. } => unaffected = true,
            Item::Holds { status: Status::Unknown, .. } => {
                unknown.get_or_insert_with(|| "says that it does not know of this version".to_owned());
            }
            Item::Outside { bounded } => outside_an_end |= bounded && item.status == Status::Affected,
            // A version that may or may not be one of the unaffected changes nothing for the worse.
            Item::Unknown(_)
                if item.status == Status::Unaffected && defaults().all(|status| status == Status::Unaffected) => {}
            Item::Unknown(why) => {
                unknown.get_or_insert(why);
            }
        }
    }
    match (affected, unaffected) {
        (Some(_), true) => cannot("calls this version affected and not affected".to_owned()),
        (Some((true, ..)), false) if all_open && ends_in_its_branch(items(), version) => {
            cannot("has an end in this version's own branch, and a later one in another".to_owned())
        }
        (Some((bounded, why, fixed)), false) => {
            Said { touch: Touch::Affected, bounded, why, fixed: fixed.map_or(fixes, |fix| vec![fix]) }
        }
        (None, _) if unknown.is_some() => cannot(unknown.unwrap_or_default()),
        (None, true) => Said {
            touch: Touch::NotAffected,
            bounded: true,
            why: format!("lists {} as not affected", version.unwrap_or("all versions")),
            fixed: Vec::new(),
        },
        (None, false) => match version {
            None => cannot("names versions, and the inventory gives none".to_owned()),
            // More than one product agreed: the worst default counts.
            Some(version) if asked.affected.iter().any(|affected| affects_the_rest(affected)) => Said {
                touch: Touch::Affected,
                bounded: false,
                why: format!("calls every version affected that it does not list, and {version} is one"),
                fixed: fixes,
            },
            Some(version) if outside_an_end || defaults().all(|status| status == Status::Unaffected) => Said {
                touch: Touch::NotAffected,
                bounded: true,
                why: format!("has {version} outside of all its affected versions"),
                fixed: Vec::new(),
            },
            Some(version) => cannot(format!("lists single versions, says nothing of others, and {version} is another")),
        },
    }
}

/// Whether the default means what it says: everything is affected but what is listed as not affected. Beside affected
/// versions only, it is a slip: they would not need to be listed.
fn affects_the_rest(affected: &Affected) -> bool {
    let spares = |item: &Version| {
        item.status == Status::Unaffected || item.changes.iter().any(|change| change.status == Status::Unaffected)
    };
    affected.default_status == Status::Affected
        && (affected.versions.is_empty() || affected.versions.iter().any(spares))
}

/// Whether several ranges without a beginning end in several branches, and this version lies behind the end in its own:
/// before 115.16.1 and before 128.3.1 are two fixes, and 115.17 has one of them, whatever 128 says.
fn ends_in_its_branch<'a>(items: impl Iterator<Item = &'a Version>, version: Option<&str>) -> bool {
    let Some(version) = version else { return false };
    let mut behind_own = false;
    for end in items.filter(|item| item.status == Status::Affected && is_open(item)).filter_map(fix) {
        if branch(end) == branch(version) {
            match compare(version, end) {
                Ok(Ordering::Less) => return false,
                _ => behind_own = true,
            }
        }
    }
    behind_own
}

/// The number that a version begins with.
fn branch(version: &str) -> &str {
    let text = version.trim().trim_start_matches(['v', 'V']);
    text.find(|c: char| !c.is_ascii_digit()).and_then(|end| text.get(..end)).unwrap_or(text)
}
