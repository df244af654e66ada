//! What CVE records say of a product's version.
//!
//! The schema: an item is a version or a range that begins at one; `changes`
//! switch the status within it; the default status holds for everything else,
//! and is *unknown* if not given. Two things go beyond it, because most
//! authors leave the default out: outside of every range *that has an end* is
//! not affected; and an author whose range has no end does not override one
//! whose range has. Whatever cannot be ordered is *cannot tell*.

use std::cmp::Ordering;

use assay_advisory::feed::cve::{Affected, Status, Version};
use assay_inventory::version::product::{compare, in_branch};

use super::bound::{Limit, constraint, is_everything, is_nothing};
use crate::exposure::Touch;
use crate::range::Ruling;

/// What one author says of the product.
pub(super) struct Asked<'a> {
    pub author: &'a str,
    pub affected: Vec<&'a Affected>,
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

/// What one item gives for the version.
enum Item {
    /// It speaks of the version; the first version behind it, if it names one.
    Holds { status: Status, bounded: bool, why: String, fixed: Option<String> },
    /// It does not speak of it.
    Outside { bounded: bool },
    /// Whether it does cannot be told.
    Unknown(String),
}

/// Brings the authors together.
pub(super) fn rule(asked: &[Asked<'_>], version: Option<&str>) -> Ruling {
    let version = version.map(str::trim).filter(|version| !is_nothing(version));
    let said: Vec<(&str, Said)> = asked.iter().map(|one| (one.author, say(one, version))).collect();
    let cannot = |why: String, fixed: Vec<String>| Ruling { touch: Touch::CannotTell, why, fixed };
    let decided: Vec<&(&str, Said)> =
        said.iter().filter(|(_, said)| said.bounded && said.touch != Touch::CannotTell).collect();
    if let Some((author, first)) = decided.first().map(|(author, said)| (*author, said)) {
        if let Some((other, _)) = decided.iter().find(|(_, said)| said.touch != first.touch) {
            let why = format!("is told differently by {} and {}", name(author), name(other));
            return cannot(why, first.fixed.clone());
        }
        return Ruling {
            touch: first.touch,
            why: format!("{} ({})", first.why, name(author)),
            fixed: first.fixed.clone(),
        };
    }
    // One with an end that could not be ordered stands against one without an end.
    let open = said.iter().find(|(_, said)| said.touch == Touch::CannotTell && said.bounded);
    if let Some((author, said)) = open {
        return cannot(format!("{} ({})", said.why, name(author)), said.fixed.clone());
    }
    match said.iter().find(|(_, said)| said.touch == Touch::Affected).or(said.first()) {
        Some((author, said)) => {
            Ruling { touch: said.touch, why: format!("{} ({})", said.why, name(author)), fixed: said.fixed.clone() }
        }
        None => cannot("names no versions".to_owned(), Vec::new()),
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
    let (mut unaffected, mut unknown) = (false, None);
    let mut outside_an_end = false;
    for item in items() {
        match look(item, version) {
            Item::Holds { status: Status::Affected, bounded, why, fixed } => {
                let better = affected.as_ref().is_none_or(|(was, _, _)| !*was && bounded);
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
            Some(version) if defaults().any(|status| status == Status::Affected) => Said {
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

/// The first fixed version that an item names.
fn fix(item: &Version) -> Option<&str> {
    if item.status != Status::Affected {
        return None;
    }
    let change =
        item.changes.iter().find(|change| change.status == Status::Unaffected).map(|change| change.at.as_str());
    change.or(item.less_than.as_deref()).map(str::trim).filter(|bound| !is_nothing(bound) && !is_everything(bound))
}

/// Whether an item has an end: a bound behind it, or a single version.
fn end(item: &Version) -> bool {
    let bound =
        |bound: &Option<String>| bound.as_deref().is_some_and(|bound| !is_everything(bound) && !is_nothing(bound));
    if item.less_than.is_some() || item.less_than_or_equal.is_some() {
        return bound(&item.less_than) || bound(&item.less_than_or_equal);
    }
    constraint(&item.version).is_some_and(|limits| {
        limits.iter().any(|limit| matches!(limit, Limit::Before(_) | Limit::Through(_) | Limit::Exactly(_)))
    })
}

fn look(item: &Version, version: Option<&str>) -> Item {
    let from = item.version.trim();
    let is_range = item.less_than.is_some() || item.less_than_or_equal.is_some();
    if !is_range && is_everything(from) {
        let why = "calls every version affected".to_owned();
        return Item::Holds { status: item.status, bounded: item.status == Status::Unaffected, why, fixed: None };
    }
    if !is_range && is_nothing(from) {
        return Item::Unknown("names no version".to_owned());
    }
    let Some(version) = version else {
        return Item::Unknown("names versions, and the inventory gives none".to_owned());
    };
    if item.version_type == "git" {
        return Item::Unknown("names commits, which no version can be compared with".to_owned());
    }
    if is_range {
        return range(item, from, version);
    }
    if let Some(limits) = constraint(from) {
        return constrained(item, &limits, version);
    }
    if from.eq_ignore_ascii_case(version) || compare(version, from) == Ok(Ordering::Equal) {
        let why = format!("lists {version}");
        return Item::Holds { status: item.status, bounded: true, why, fixed: None };
    }
    // 17.3 may stand for all of its branch, and an installed 17.3 for any of it.
    if in_branch(version, from) || in_branch(from, version) {
        return Item::Unknown(format!("lists {from}, which may or may not mean {version}"));
    }
    Item::Outside { bounded: false }
}

fn range(item: &Version, from: &str, version: &str) -> Item {
    let bounded = end(item);
    let outside = Item::Outside { bounded };
    let open_start = is_nothing(from) || is_everything(from) || from == "0";
    if !open_start {
        match compare(version, from) {
            Ok(Ordering::Less) => return outside,
            Ok(_) => {}
            Err(error) => return Item::Unknown(format!("affects versions from {from}, and {error}")),
        }
    }
    let given = |bound: &Option<String>| {
        bound.as_deref().map(str::trim).filter(|bound| !is_nothing(bound) && !is_everything(bound)).map(str::to_owned)
    };
    let (below, through) = (given(&item.less_than), given(&item.less_than_or_equal));
    if let Some(below) = &below {
        match compare(version, below) {
            Ok(Ordering::Less) => {}
            Ok(_) => return outside,
            Err(error) => return Item::Unknown(format!("affects versions before {below}, and {error}")),
        }
    }
    if let Some(through) = &through {
        // *Through 17.3* may mean the last of that branch.
        if in_branch(version, through) {
            return Item::Unknown(format!(
                "affects versions through {through}, which may or may not include {version}"
            ));
        }
        match compare(version, through) {
            Ok(Ordering::Greater) => return outside,
            Ok(_) => {}
            Err(error) => return Item::Unknown(format!("affects versions through {through}, and {error}")),
        }
    }
    let status = match changed(item, version) {
        Ok(status) => status,
        Err(why) => return Item::Unknown(why),
    };
    let start = if open_start { "affects versions".to_owned() } else { format!("affects versions from {from}") };
    let why = match (&below, &through) {
        (Some(below), _) => format!("{start} before {below}, and {version} is one"),
        (None, Some(through)) => format!("{start} through {through}, and {version} is one"),
        (None, None) => format!("{start} without an end, and {version} is one"),
    };
    Item::Holds { status, bounded, why, fixed: fix(item).map(str::to_owned) }
}

/// The status after the changes up to this version.
fn changed(item: &Version, version: &str) -> Result<Status, String> {
    let mut last: Option<(&str, Status)> = None;
    for change in &item.changes {
        let at = change.at.trim();
        match compare(version, at) {
            Ok(Ordering::Less) => {}
            Ok(_) => {
                // The latest change that lies before the version, in whatever order they are written.
                let later = match last {
                    Some((was, _)) => compare(at, was).map_err(|error| error.to_string())? != Ordering::Less,
                    None => true,
                };
                if later {
                    last = Some((at, change.status));
                }
            }
            Err(error) => return Err(format!("changes at {at}, and {error}")),
        }
    }
    Ok(last.map_or(item.status, |(_, status)| status))
}

fn constrained(item: &Version, limits: &[Limit<'_>], version: &str) -> Item {
    let bounded = end(item);
    for limit in limits {
        let (Limit::Before(at) | Limit::Through(at) | Limit::After(at) | Limit::From(at) | Limit::Exactly(at)) = limit;
        if matches!(limit, Limit::Through(_)) && in_branch(version, at) {
            return Item::Unknown(format!("affects versions through {at}, which may or may not include {version}"));
        }
        let order = match compare(version, at) {
            Ok(order) => order,
            Err(error) => return Item::Unknown(format!("affects versions {}, and {error}", item.version.trim())),
        };
        let holds = match limit {
            Limit::Before(_) => order.is_lt(),
            Limit::Through(_) => order.is_le(),
            Limit::After(_) => order.is_gt(),
            Limit::From(_) => order.is_ge(),
            Limit::Exactly(_) => order.is_eq(),
        };
        if !holds {
            return Item::Outside { bounded };
        }
    }
    let fixed = limits.iter().find_map(|limit| match limit {
        Limit::Before(at) => Some((*at).to_owned()),
        _ => None,
    });
    let why = format!("affects versions {}, and {version} is one", item.version.trim());
    Item::Holds { status: item.status, bounded, why, fixed }
}
