//! Everything that a plan is made from, beside what was scanned.

use std::collections::BTreeSet;

use assay_base::{Answer, Instant};
use assay_clock::{Directive, Duty, Organisation, Zone};
use assay_inventory::component::{Component, What};
use assay_match::index::{Feed, Source};
use assay_plan::assets::Assets;
use assay_plan::previous::Previous;
use assay_plan::uptake::Reports;
use assay_plan::vendors::VendorHistory;
use assay_plan::{Plan, Request};
use jiff::civil::Date;

use super::{PlanArgs, files};
use crate::failure::Failure;
use crate::pack_file::Origin;
use crate::report::scan_fresh::{self, Freshness};
use crate::scan_input::Scanned;

/// What holds for a plan.
#[derive(Debug, Clone)]
pub struct Making {
    pub directive: Directive,
    pub organisation: Organisation,
    pub zone: Zone,
    pub now: Instant,
    pub previous: Option<Previous>,
    pub reports: Option<Reports>,
    pub assets: Option<Assets>,
    pub vendors: Option<VendorHistory>,
    pub proven: BTreeSet<String>,
    pub capacity: Option<u16>,
    /// What to tell beside the cards: by whose word a directive stands.
    pub notes: Vec<String>,
}

impl Making {
    /// By BOD 26-04 alone.
    pub fn plain(organisation: Organisation, zone: Zone, now: Instant) -> Result<Self, Failure> {
        let directive = Directive::bod_26_04().map_err(|error| {
            Failure::own("no-directive", format!("the directive as shipped cannot be used: {error}"))
        })?;
        Ok(Self {
            directive,
            organisation,
            zone,
            now,
            previous: None,
            reports: None,
            assets: None,
            vendors: None,
            proven: BTreeSet::new(),
            capacity: None,
            notes: Vec::new(),
        })
    }

    /// As the call says.
    pub fn of_call(call: &PlanArgs, now: Instant) -> Result<Self, Failure> {
        let organisation = files::organisation(&call.organisation)?;
        let zone = files::zone(call.zone.as_deref(), &organisation)?;
        let mut making = Self::plain(organisation, zone, now)?;
        making.terms(call)?;
        making.capacity = call.capacity;
        making.assets = call.assets.as_deref().map(files::assets).transpose()?;
        making.reports = call.reports.as_deref().map(files::reports).transpose()?;
        Ok(making)
    }

    /// The directive, the policy and what else holds for every plan of a call.
    pub fn terms(&mut self, call: &PlanArgs) -> Result<(), Failure> {
        let (mut directive, origin) = files::directive(&call.directive, &call.pack_key)?;
        if origin != Origin::Shipped {
            self.notes.push(format!("The terms of {} are from a file: {}.", directive.short(), origin.words()));
        }
        if let Some(superseded) = directive.superseded() {
            self.notes.push(format!(
                "{} is not in force any more: {} took its place on {}.",
                directive.short(),
                superseded.by,
                assay_clock::zone::day_words(superseded.on)
            ));
        }
        if let Some(named) = &call.policy {
            let (policy, origin) = files::policy(named, &call.pack_key)?;
            self.notes.push(format!(
                "Your policy {} (version {}) shortens terms where it asks for less time, and never lengthens one; {}.",
                policy.name,
                policy.version,
                origin.words()
            ));
            directive = directive.under(policy);
        }
        self.directive = directive;
        self.vendors = match &call.sources.kev {
            Some(path) => files::vendors(path)?,
            None => files::vendors_of(&call.sources)?,
        };
        self.proven = call.proven.as_deref().map(files::proven).transpose()?.unwrap_or_default();
        Ok(())
    }

    /// The plan of what was scanned.
    pub fn plan(&self, mut scanned: Scanned) -> Plan {
        let mut notes = self.notes.clone();
        if let Some(assets) = &self.assets {
            notes.extend(assets.apply(&mut scanned.inventories, &mut scanned.exposures));
        }
        notes.extend(duties(&self.organisation, &scanned));
        notes.extend(records(&scanned, self.now));
        let mut request = Request::new(&self.directive, &self.organisation, self.now, self.zone.clone());
        request.inventories = &scanned.inventories;
        request.exposures = &scanned.exposures;
        request.suppressed = &scanned.suppressed;
        request.kev_as_of = kev_as_of(&scanned.sources);
        request.previous = self.previous.as_ref();
        request.reports = self.reports.as_ref();
        request.assets = self.assets.as_ref();
        request.vendors = self.vendors.as_ref();
        request.proven = &self.proven;
        request.capacity = self.capacity.or(self.organisation.capacity);
        request.notes = &notes;
        Plan::make(&request)
    }
}

/// The day of the newest KEV list; none if none was given, or none says when it was released.
fn kev_as_of(sources: &[Source]) -> Option<Date> {
    let days = sources.iter().filter(|source| source.feed == Feed::Kev).filter_map(|source| source.newest.as_deref());
    days.filter_map(|newest| newest.get(..10)?.parse().ok()).max()
}

/// A manufacturer may owe a notice of what is exploited: who makes a product has to know that from somewhere.
fn duties(organisation: &Organisation, scanned: &Scanned) -> Option<String> {
    let exploited = scanned.exposures.iter().any(|exposure| exposure.advisory.kev.is_some());
    if organisation.manufacturer != Answer::Yes || !exploited {
        return None;
    }
    let duty = Duty::cra_article_14().ok()?;
    Some(format!(
        "{}. Some of what is listed here is known to be exploited. Where that is a part of a product of yours, see what \
         is to be told by when: `assay directive notice {}`.",
        duty.basis_words(organisation),
        duty.id
    ))
}

/// How old the feeds are, in one sentence: a line for each would hide the cards. The plan itself says how old KEV is,
/// and what follows from that; and OSV's records name packages, so where none are listed their age changes nothing.
fn stale(scanned: &Scanned, now: Instant) -> Option<String> {
    let package = |component: &Component| matches!(component.what, What::Package { .. });
    let packages = scanned.inventories.iter().any(|inventory| inventory.components.iter().any(package));
    let mut feeds: Vec<(&str, Vec<Freshness>)> = Vec::new();
    for source in &scanned.sources {
        let fresh = Freshness::of(source, now);
        if source.feed == Feed::Kev || (source.feed == Feed::Osv && !packages) || !fresh.is_stale() {
            continue;
        }
        let name = scan_fresh::feed(source.feed);
        match feeds.iter_mut().find(|(known, _)| *known == name) {
            Some((_, ages)) => ages.push(fresh),
            None => feeds.push((name, vec![fresh])),
        }
    }
    let told: Vec<String> = feeds
        .iter()
        .map(|(name, ages)| {
            let days = ages.iter().filter_map(|age| if let Freshness::Days(days) = age { Some(*days) } else { None });
            match (days.clone().min(), days.max(), ages.first()) {
                (Some(least), Some(most), _) if least != most => format!("{name} {least} to {most} days old"),
                (Some(days), ..) => format!("{name} {}", Freshness::Days(days).words()),
                (None, _, Some(age)) => format!("{name} {}", age.words()),
                (None, _, None) => (*name).to_owned(),
            }
        })
        .collect();
    (!told.is_empty()).then(|| {
        format!("Some records are old: {}. Fetch newer ones. Nothing written since is in this plan.", told.join(", "))
    })
}

/// What a reader has to know of the records: their age, and what no date is given for.
fn records(scanned: &Scanned, now: Instant) -> Vec<String> {
    let mut notes: Vec<String> = stale(scanned, now).into_iter().collect();
    let unnamed = scanned.tally().unnamed;
    if unnamed > 0 {
        notes.push(format!(
            "No record at hand names {unnamed} of the things. That is not the same as not affected: nobody has said anything."
        ));
    }
    if !scanned.notices.is_empty() {
        notes.push(format!(
            "Beside the cards, {} of a thing that is unmaintained or unsound: see `assay scan`. No directive dates that.",
            if scanned.notices.len() == 1 { "1 record tells".to_owned() } else { format!("{} records tell", scanned.notices.len()) }
        ));
    }
    notes
}
