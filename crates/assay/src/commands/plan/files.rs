//! Reads the files of a call of `assay plan`.

use std::collections::BTreeSet;
use std::path::Path;

use assay_advisory::feed::kev;
use assay_base::Instant;
use assay_clock::shelf::Pack;
use assay_clock::{Directive, Kind, Organisation, Policy, Zone};
use assay_match::index::Feed;
use assay_plan::assets::{self, Assets};
use assay_plan::previous::{self, Previous};
use assay_plan::uptake::{self, Reports};
use assay_plan::vendors::VendorHistory;

use crate::failure::Failure;
use crate::pack_file::{self, Origin};
use crate::scan_input::{self, Sources, open};

/// Longest KEV list that is read, in bytes.
const KEV: usize = 64 << 20;
/// Longest list of proven records, in bytes.
const PROVEN: usize = 4 << 20;

/// A kind by its word, or a file.
pub fn organisation(text: &str) -> Result<Organisation, Failure> {
    match text.parse::<Kind>() {
        Ok(kind) => Ok(Organisation::of(kind)),
        Err(bad) if !Path::new(text).exists() => {
            Err(Failure::call("bad-organisation", format!("{bad}; and no file has that name")))
        }
        Err(_) => {
            let file = read(Path::new(text), assay_clock::pack::LARGEST)?;
            Organisation::read(&file).map_err(|error| {
                Failure::call("bad-organisation", format!("`{text}`: {error}")).help("docs/plan.md shows such a file")
            })
        }
    }
}

/// The zone that is named, else the organisation's, else this machine's.
pub fn zone(named: Option<&str>, organisation: &Organisation) -> Result<Zone, Failure> {
    let read = |name: &str| Zone::named(name).map_err(|error| Failure::call("bad-zone", error.to_string()));
    match named.or(organisation.zone.as_deref()) {
        Some(name) => read(name),
        // A machine whose zone has no name in the database counts in UTC, and the plan names the zone of every date.
        None => Ok(jiff::tz::TimeZone::system()
            .iana_name()
            .and_then(|name| Zone::named(name).ok())
            .unwrap_or_else(Zone::utc)),
    }
}

/// The JSON of an earlier plan.
pub fn earlier(path: &Path, now: Instant) -> Result<Previous, Failure> {
    let bytes = open::whole(path, previous::LARGEST)?;
    Previous::read(&bytes, now).map_err(|error| Failure::call("bad-previous", format!("`{}`: {error}", path.display())))
}

/// What people report.
pub fn reports(path: &Path) -> Result<Reports, Failure> {
    Reports::read(&read(path, uptake::LARGEST)?).map_err(|error| {
        Failure::call("bad-reports", format!("`{}`: {error}", path.display())).help("docs/plan.md shows such a file")
    })
}

/// What is known of things beside their lists.
pub fn assets(path: &Path) -> Result<Assets, Failure> {
    Assets::read(&read(path, assets::MOST)?).map_err(|error| {
        Failure::call("bad-assets", format!("`{}`: {error}", path.display())).help("docs/plan.md shows such a file")
    })
}

/// The directive that gives the terms, with who vouches for it.
pub fn directive(named: &str, keys: &[std::path::PathBuf]) -> Result<(Directive, Origin), Failure> {
    match pack_file::load(named, keys)? {
        (Pack::Directive(directive), origin) => Ok((*directive, origin)),
        (other, _) => Err(Failure::call(
            "bad-pack",
            format!(
                "`{named}` is a {}, and a directive is needed that dates the work on things",
                other.kind().as_str()
            ),
        )
        .help("a policy is given with --policy; notices that a duty asks for are made with `assay directive notice`")),
    }
}

/// The organisation's own terms, with who vouches for them.
pub fn policy(named: &str, keys: &[std::path::PathBuf]) -> Result<(Policy, Origin), Failure> {
    match pack_file::load(named, keys)? {
        (Pack::Policy(policy), origin) => Ok((policy, origin)),
        (other, _) => {
            Err(Failure::call("bad-pack", format!("`{named}` is a {}, and no policy", other.kind().as_str()))
                .help("docs/plan.md shows a policy"))
        }
    }
}

/// How often each vendor stands in the KEV list at hand; none if the list does not say when it is of.
pub fn vendors(path: &Path) -> Result<Option<VendorHistory>, Failure> {
    let list = kev::read(&open::whole(path, KEV)?)
        .map_err(|error| Failure::call("unreadable", format!("`{}`: {error}", path.display())))?;
    let day = list.released.get(..10).and_then(|day| day.parse().ok());
    Ok(day.map(|day| VendorHistory::new(day, list.entries.iter().map(|entry| entry.vendor.as_str()))))
}

/// The same from the index that the call rests on; none if it rests on none, or on one without KEV.
pub fn vendors_of(call: &Sources) -> Result<Option<VendorHistory>, Failure> {
    let Some(index) = scan_input::index_of(call)? else { return Ok(None) };
    let listed = index.kev_entries().map_err(|error| scan_input::database::failure(&error))?;
    let of_kev = index.meta().sources.iter().filter(|source| source.feed == Feed::Kev);
    let day = of_kev.filter_map(|source| source.newest.as_deref()?.get(..10)?.parse().ok()).max();
    Ok(day.map(|day| VendorHistory::new(day, listed.iter().map(|entry| entry.vendor.as_str()))))
}

/// The ids of records that were reproduced, one a line; what follows `#` is a remark.
pub fn proven(path: &Path) -> Result<BTreeSet<String>, Failure> {
    let text = read(path, PROVEN)?;
    let ids = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    ids.filter(|id| !id.is_empty())
        .map(|id| {
            let plain = id.len() <= 120 && id.bytes().all(|byte| byte.is_ascii_graphic());
            plain.then(|| id.to_owned()).ok_or_else(|| {
                Failure::call("bad-proven", format!("`{}` holds a line that is no id of a record", path.display()))
                    .help("write one id a line, such as CVE-2026-1234 or GHSA-xxxx-xxxx-xxxx")
            })
        })
        .collect()
}

/// A text file.
pub fn read(path: &Path, most: usize) -> Result<String, Failure> {
    String::from_utf8(open::whole(path, most)?)
        .map_err(|_| Failure::call("not-text", format!("`{}` is no UTF-8 text", path.display())))
}
