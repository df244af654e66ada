//! What one item of a CVE record gives for one version: a version, a range, or
//! a constraint written as text.

use std::cmp::Ordering;

use assay_advisory::feed::cve::{Status, Version};
use assay_inventory::version::product::{compare, in_branch, is_rounded};

use super::bound::{Limit, constraint, is_everything, is_nothing};
use crate::facts::cut;

/// What one item gives for the version.
pub(super) enum Item {
    /// It speaks of the version; the first version behind it, if it names one.
    Holds { status: Status, bounded: bool, why: String, fixed: Option<String> },
    /// It does not speak of it.
    Outside { bounded: bool },
    /// Whether it does cannot be told.
    Unknown(String),
}

/// Whether a range begins before every version.
pub(super) fn is_open(item: &Version) -> bool {
    let from = item.version.trim();
    item.less_than.is_some() && (is_nothing(from) || is_everything(from) || from == "0")
}

/// The first fixed version that an item names.
pub(super) fn fix(item: &Version) -> Option<&str> {
    if item.status != Status::Affected {
        return None;
    }
    let change =
        item.changes.iter().find(|change| change.status == Status::Unaffected).map(|change| change.at.as_str());
    change.or(item.less_than.as_deref()).map(str::trim).filter(|bound| !is_nothing(bound) && !is_everything(bound))
}

/// Whether an item has an end: a bound behind it, or a single version.
pub(super) fn end(item: &Version) -> bool {
    let bound =
        |bound: &Option<String>| bound.as_deref().is_some_and(|bound| !is_everything(bound) && !is_nothing(bound));
    if item.less_than.is_some() || item.less_than_or_equal.is_some() {
        return bound(&item.less_than) || bound(&item.less_than_or_equal);
    }
    constraint(&item.version).is_some_and(|limits| {
        limits.iter().any(|limit| matches!(limit, Limit::Before(_) | Limit::Through(_) | Limit::Exactly(_)))
    })
}

pub(super) fn look(item: &Version, version: Option<&str>) -> Item {
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
    match item.version_type.to_ascii_lowercase().as_str() {
        "" | "custom" | "semver" | "maven" | "python" | "rpm" | "generic" => {}
        "git" => return Item::Unknown("names commits, which no version can be compared with".to_owned()),
        // Citrix counts patches within a version (`13.1`, before `51.15`): compared as versions, any answer could come out.
        other => return Item::Unknown(format!("orders its versions by `{}`, which is not known here", cut(other, 40))),
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
    // `FortiOS 6.0.0 to 6.0.4` is for people to read.
    if compare(from, from).is_err() {
        return Item::Unknown(format!("writes `{}`, which cannot be compared", cut(from, 60)));
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
    let mut open_start = is_nothing(from) || is_everything(from) || from == "0";
    if let Some(below) = item.less_than.as_deref().map(str::trim) {
        match compare(from, below) {
            // Chrome's authority writes the fixed version at both ends for *everything before it*.
            Ok(Ordering::Equal) => open_start = true,
            Ok(Ordering::Greater) => {
                return Item::Unknown(format!("has a range from {from} before {below}, which is none"));
            }
            _ => {}
        }
    }
    if !open_start {
        match compare(version, from) {
            Ok(Ordering::Less) => return outside,
            Ok(_) => {}
            // `13.1-49.13` against `13.1`: a range that begins at a branch begins before whatever is in it.
            Err(_) if in_branch(version, from) => {}
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
            Err(error) => {
                return Item::Unknown(format!(
                    "affects versions before {below}, and {}",
                    doubt(version, below, &error)
                ));
            }
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
            Err(error) => {
                return Item::Unknown(format!(
                    "affects versions through {through}, and {}",
                    doubt(version, through, &error)
                ));
            }
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

/// Why two versions could not be compared.
fn doubt(version: &str, bound: &str, error: &dyn std::fmt::Display) -> String {
    if is_rounded(version, bound) {
        return format!("{version} may be what a spreadsheet made of {version}0");
    }
    error.to_string()
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
