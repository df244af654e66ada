//! `assay plan --sites`: one run for many sites, a folder for each, and the
//! table for whoever runs it.
//!
//! The records are read once, for the lists of all sites. Then each site's own
//! lists are held against them, and nothing of another site is at hand when its
//! pages are written.

use std::collections::{HashMap, HashSet};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use assay_base::Instant;
use assay_clock::{Organisation, Zone};
use assay_inventory::component::Inventory;
use assay_match::scan::Keep;
use assay_plan::render;
use assay_plan::rollup::RollUp;
use assay_plan::sites::{self, Right, Site, Sites};

use super::kept::Kept;
use super::making::Making;
use super::{NOTHING, PlanArgs, WORK, files, written};
use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::report::plain;
use crate::scan_input::{Records, Scanned, inventories};
use crate::whole_file::WholeFile;

/// The table says where all of them are open.
const MODE: u32 = 0o600;

/// Plans for all sites of a file.
pub fn run(call: &PlanArgs, file: &Path, into: &Path, common: &Common) -> Result<u8, Failure> {
    let now = call.now.unwrap_or_else(Instant::now);
    let sites = Sites::read(&files::read(file, sites::LARGEST)?).map_err(|error| {
        Failure::call("bad-sites", format!("`{}`: {error}", file.display())).help("docs/plan.md shows such a file")
    })?;
    let below = file.parent().unwrap_or(Path::new("."));
    let zone = files::zone(None, &Organisation::of(assay_clock::Kind::Unknown))?;
    let mut terms = Making::plain(Organisation::of(assay_clock::Kind::Unknown), zone.clone(), now)?;
    terms.terms(call)?;

    // What a site's files lack shows before the long reading, with the site's id. Nothing of it is kept: three hundred
    // sites' histories and plans are read again one after the other.
    let mut owner: HashMap<String, usize> = HashMap::new();
    let mut sources = call.sources.clone();
    sources.paths.clear();
    for (at, site) in sites.sites.iter().enumerate() {
        if site.may_plan(zone.day_of(now)).is_err() {
            continue;
        }
        making(site, below, &sites.operator, &terms, call)
            .map_err(|failure| Failure { message: format!("site `{}`: {}", site.id, failure.message), ..failure })?;
        Kept::open(&into.join(&site.id), now)?;
        for list in &site.lists {
            let path = below.join(list);
            if owner.insert(path.display().to_string(), at).is_some() {
                let message = format!("`{}` is a list of two sites, or of one twice", path.display());
                return Err(Failure::call("named-twice", message).help("each site's lists are its own"));
            }
            sources.paths.push(path);
        }
    }
    let mut rollup = RollUp::new(&sites.operator, now);
    let inventories = match sources.paths.is_empty() {
        true => Vec::new(),
        false => inventories::read(&sources.paths, sources.machine.as_deref(), sources.os_release.as_deref())?.0,
    };
    let records = match inventories.is_empty() {
        true => None,
        false => Some(Records::read(&sources, &inventories)?),
    };
    let mut matching = records.as_ref().map(Records::matching);
    let mut parts = parted(inventories, &owner, sites.sites.len()).into_iter();
    for site in &sites.sites {
        let part = parts.next().unwrap_or_default();
        let may = site.may_plan(zone.day_of(now));
        let (Ok(()), Some(matching), false) = (&may, &mut matching, part.is_empty()) else {
            let why = may.err().map_or("it has no lists", |why| why.words());
            let name = if site.allows(Right::Name) { site.name.as_str() } else { "" };
            rollup.pass_over(&site.id, name, why);
            continue;
        };
        let mut kept = Kept::open(&into.join(&site.id), now)?;
        let making = Making { previous: kept.previous.take(), ..making(site, below, &sites.operator, &terms, call)? };
        let plan = making.plan(own(matching.scan(part, Vec::new(), Keep::All)?)).with_history(&mut kept.history);
        kept.keep(&plan)?;
        written::folder(&plan, &into.join(&site.id))?;
        rollup.add(&site.id, site.allows(Right::Name), &plan);
    }
    finish(&rollup.finish(), into, &zone, common)
}

/// What holds for one site's plan.
fn making(site: &Site, below: &Path, operator: &str, terms: &Making, call: &PlanArgs) -> Result<Making, Failure> {
    let path = |name: &str| below.join(name);
    let named = match site.organisation.parse::<assay_clock::Kind>() {
        Ok(_) => site.organisation.clone(),
        Err(_) => path(&site.organisation).display().to_string(),
    };
    let mut organisation = files::organisation(&named)?;
    organisation.name.clone_from(&site.name);
    let mut making = Making {
        zone: files::zone(site.zone.as_deref(), &organisation)?,
        capacity: site.capacity,
        organisation,
        assets: site.assets.as_deref().map(|name| files::assets(&path(name))).transpose()?,
        reports: match &site.reports {
            Some(name) if site.allows(Right::Reports) => Some(files::reports(&path(name))?),
            _ => None,
        },
        ..terms.clone()
    };
    if let Some(name) = &site.policy {
        let (policy, _) = files::policy(&path(name).display().to_string(), &call.pack_key)?;
        making.directive = making.directive.under(policy);
    }
    making.notes.push(format!(
        "Made by {} for {}, by leave of {} since {}; the leave can be taken back at any time.",
        plain::line(operator, 80),
        plain::line(&site.name, 80),
        plain::line(&site.delegation.by, 80),
        site.delegation.from
    ));
    Ok(making)
}

/// The inventories of each site. None is in two parts: each list has one owner.
fn parted(inventories: Vec<Inventory>, owner: &HashMap<String, usize>, sites: usize) -> Vec<Vec<Inventory>> {
    let mut parts = vec![Vec::new(); sites];
    for inventory in inventories {
        let at = owner.get(&inventory.name).copied().unwrap_or(usize::MAX);
        if let Some(part) = parts.get_mut(at) {
            part.push(inventory);
        }
    }
    parts
}

/// What goes into a site's plan of what was scanned. A VEX document may be about another site's things, and no plan reads
/// these lists.
fn own(mut scanned: Scanned) -> Scanned {
    scanned.unnamed.clear();
    scanned.told.clear();
    scanned.listened.clear();
    scanned
}

fn finish(rollup: &RollUp, into: &Path, zone: &Zone, common: &Common) -> Result<u8, Failure> {
    DirBuilder::new().recursive(true).mode(0o700).create(into).map_err(|error| {
        Failure::own("cannot-write", format!("the folder `{}` cannot be made: {error}", into.display()))
    })?;
    let json = serde_json::to_vec_pretty(rollup)
        .map_err(|error| Failure::own("not-json", format!("the summary cannot be written: {error}")))?;
    let files: [(&str, Vec<u8>); 4] = [
        ("summary.html", render::rollup(rollup, zone).into_bytes()),
        ("summary.csv", rollup.csv().into_bytes()),
        ("summary.json", json),
        ("deferrals.csv", rollup.deferrals_csv().into_bytes()),
    ];
    for (name, content) in files {
        WholeFile::begin(&into.join(name))?.finish(&content, MODE)?;
    }
    match common.format {
        Format::Json => output::json(rollup),
        Format::Text => output::answer(&text(rollup, zone)),
    }
    let all: HashSet<PathBuf> =
        ["summary.html", "summary.csv", "summary.json", "deferrals.csv"].iter().map(|name| into.join(name)).collect();
    let mut names: Vec<String> = all.iter().map(|path| plain::path(path)).collect();
    names.sort();
    output::say(&format!("written: {}, and a folder for each site", names.join(", ")));
    Ok(if rollup.total.updates > 0 { WORK } else { NOTHING })
}

/// A line for each site, and the sums.
fn text(rollup: &RollUp, zone: &Zone) -> String {
    let total = rollup.total;
    let planned = rollup.sites.iter().filter(|site| !site.basis.is_empty()).count();
    let mut out = format!(
        "{planned} of {} sites planned by {}, {}\nUpdates with a date: {}. Known to be exploited: {}. Overdue: {}. Waiting by decision: {}. To find out: {}.\n\n",
        rollup.sites.len(),
        rollup.operator,
        zone.words(rollup.made),
        total.updates,
        total.exploited,
        total.overdue,
        total.deferred,
        total.find_out
    );
    for site in &rollup.sites {
        let name = if site.name.is_empty() { site.id.clone() } else { format!("{} ({})", site.name, site.id) };
        let counts = site.counts;
        out.push_str(&match (site.basis.is_empty(), site.next) {
            (true, _) => format!("  {name}: {}\n", site.state),
            (false, None) => format!("  {name}: no date; {} to find out\n", counts.find_out),
            (false, Some(next)) => format!(
                "  {name}: {} {}, {} exploited, {} overdue; next on {}: {}\n",
                counts.updates,
                if counts.updates == 1 { "update" } else { "updates" },
                counts.exploited,
                counts.overdue,
                zone.short_day_words(next),
                site.first
            ),
        });
    }
    out
}
