//! The plans of many sites, or of an agency's components, in one table
//! (`assay.rollup/1`): what is due where, what is late, what waits and by
//! whose reason (R108).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use assay_base::{Answer, Instant};
use serde::Serialize;

use crate::card::{Card, CardKind};
use crate::plan::Plan;
use crate::render::cell;
use crate::text::{NAME, plain};

/// Most advisories that the table names.
const ADVISORIES: usize = 100;

/// All sites together.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RollUp {
    /// `assay.rollup/1`.
    pub schema: &'static str,
    /// Who made it.
    pub operator: String,
    /// When.
    pub made: Instant,
    /// The sites, in the order of their file.
    pub sites: Vec<SiteRow>,
    /// The sums over all that were planned.
    pub total: SiteCounts,
    /// The advisories that stand at most sites.
    pub advisories: Vec<AdvisoryRow>,
    /// What waits by decision, with its reason.
    pub deferrals: Vec<DeferralRow>,
}

/// One site.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SiteRow {
    /// Its id.
    pub id: String,
    /// Its name; empty if it gave no leave to be named here.
    pub name: String,
    /// Whether it was planned; else why not.
    pub state: String,
    /// Whether a date binds there: `binding`, `adopted`, `reference` or `unknown`; empty if it was not planned.
    pub basis: String,
    /// Its figures.
    pub counts: SiteCounts,
    /// The next date there; none if there is none.
    pub next: Option<Instant>,
    /// The card of that date.
    pub first: String,
}

/// Figures of a site, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SiteCounts {
    /// Things in its lists.
    pub components: usize,
    /// Updates with a date.
    pub updates: usize,
    /// Those that close something in KEV.
    pub exploited: usize,
    /// Those within three days, for certain.
    pub within_three_days: usize,
    /// Those whose date has passed for certain.
    pub overdue: usize,
    /// Those that a month does not hold.
    pub beyond: usize,
    /// Updates that wait by decision.
    pub deferred: usize,
    /// Things to find out.
    pub find_out: usize,
    /// Earlier cards that this scan verified as done.
    pub verified: usize,
}

/// One advisory over all sites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AdvisoryRow {
    /// Its name.
    pub advisory: String,
    /// At how many sites an update closes it.
    pub sites: usize,
    /// Whether it is in KEV.
    pub kev: bool,
}

/// A deferral, with its justification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DeferralRow {
    /// The site's id.
    pub site: String,
    /// The card.
    pub card: String,
    /// What it is about.
    pub title: String,
    /// What it closes.
    pub closes: String,
    /// When it is due.
    pub due: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Why.
    pub why: String,
    /// What stands in for the update.
    pub control: String,
    /// When it is looked at again.
    pub review: String,
}

impl RollUp {
    /// An empty one.
    pub fn new(operator: &str, made: Instant) -> Self {
        Self {
            schema: "assay.rollup/1",
            operator: plain(operator, NAME),
            made,
            sites: Vec::new(),
            total: SiteCounts::default(),
            advisories: Vec::new(),
            deferrals: Vec::new(),
        }
    }

    /// Takes in a site that was planned. One that may not be named is counted under its id.
    pub fn add(&mut self, id: &str, named: bool, plan: &Plan) {
        let updates = || plan.cards.iter().filter(|card| is_update(card));
        let overdue = |card: &&Card| card.due.latest.is_some_and(|latest| latest <= plan.made);
        let red = |card: &&Card| !card.rank.tier.open && card.rank.tier.earliest.days().is_some_and(|days| days <= 3);
        let counts = SiteCounts {
            components: plan.counts.components,
            updates: updates().count(),
            exploited: updates().filter(|card| card.rank.kev == Answer::Yes).count(),
            within_three_days: updates().filter(red).count(),
            overdue: updates().filter(overdue).count(),
            beyond: plan.schedule.beyond,
            deferred: plan.deferred.iter().filter(|card| is_update(card)).count(),
            find_out: plan.find_out.len(),
            verified: plan.counts.verified,
        };
        self.total.add(counts);
        let next = updates().filter_map(|card| Some((card.due.aim?, card))).min_by_key(|(aim, _)| *aim);
        self.sites.push(SiteRow {
            id: id.to_owned(),
            name: if named { plan.organisation.clone() } else { String::new() },
            state: "planned".to_owned(),
            basis: plan.directive.basis.as_str().to_owned(),
            counts,
            next: next.map(|(aim, _)| aim),
            first: next.map(|(_, card)| card.title.clone()).unwrap_or_default(),
        });
        let mut here: BTreeMap<&str, bool> = BTreeMap::new();
        for closed in plan.cards.iter().filter(|card| is_update(card)).flat_map(|card| &card.closes) {
            *here.entry(&closed.name).or_default() |= closed.kev.is_some();
        }
        for (advisory, kev) in here {
            match self.advisories.binary_search_by(|row| row.advisory.as_str().cmp(advisory)) {
                Ok(at) => {
                    if let Some(row) = self.advisories.get_mut(at) {
                        row.sites += 1;
                        row.kev |= kev;
                    }
                }
                Err(at) => self.advisories.insert(at, AdvisoryRow { advisory: advisory.to_owned(), sites: 1, kev }),
            }
        }
        for card in plan.deferred.iter().filter(|card| is_update(card)) {
            let Some(report) = &card.reported else { continue };
            let closes: Vec<&str> = card.closes.iter().map(|closed| closed.name.as_str()).collect();
            self.deferrals.push(DeferralRow {
                site: id.to_owned(),
                card: card.id.clone(),
                title: card.title.clone(),
                closes: closes.join(" "),
                due: card.due.short.clone(),
                by: report.by.clone(),
                at: report.at,
                why: report.why.clone(),
                control: report.control.clone(),
                review: report.review.clone().unwrap_or_default(),
            });
        }
    }

    /// Takes in a site that was not planned, with the reason.
    pub fn pass_over(&mut self, id: &str, name: &str, why: &str) {
        self.sites.push(SiteRow {
            id: id.to_owned(),
            name: plain(name, NAME),
            state: format!("not planned: {why}"),
            basis: String::new(),
            counts: SiteCounts::default(),
            next: None,
            first: String::new(),
        });
    }

    /// Puts the advisories that stand at most sites first, and leaves out the rest.
    pub fn finish(mut self) -> Self {
        self.advisories
            .sort_by(|a, b| (b.sites, b.kev).cmp(&(a.sites, a.kev)).then_with(|| a.advisory.cmp(&b.advisory)));
        self.advisories.truncate(ADVISORIES);
        self
    }

    /// A line for each site, for a spreadsheet.
    pub fn csv(&self) -> String {
        let mut out = String::from(
            "site,name,state,basis,components,updates,exploited,within_three_days,overdue,beyond_month,deferred,find_out,verified,next,first\r\n",
        );
        for site in &self.sites {
            let counts = site.counts;
            let numbers = [
                counts.components,
                counts.updates,
                counts.exploited,
                counts.within_three_days,
                counts.overdue,
                counts.beyond,
                counts.deferred,
                counts.find_out,
                counts.verified,
            ];
            let next = site.next.map(|next| next.to_string()).unwrap_or_default();
            let mut cells: Vec<String> = [&site.id, &site.name, &site.state, &site.basis].map(|text| cell(text)).into();
            cells.extend(numbers.iter().map(ToString::to_string));
            cells.extend([cell(&next), cell(&site.first)]);
            let _ = write!(out, "{}\r\n", cells.join(","));
        }
        out
    }

    /// The register of deferrals of all sites.
    pub fn deferrals_csv(&self) -> String {
        let mut out = String::from("site,card,title,closes,due,decided_by,decided_at,why,control,review\r\n");
        for row in &self.deferrals {
            let at = row.at.to_string();
            let cells = [
                &row.site,
                &row.card,
                &row.title,
                &row.closes,
                &row.due,
                &row.by,
                &at,
                &row.why,
                &row.control,
                &row.review,
            ];
            let _ = write!(out, "{}\r\n", cells.map(|text| cell(text)).join(","));
        }
        out
    }
}

impl SiteCounts {
    fn add(&mut self, other: Self) {
        self.components += other.components;
        self.updates += other.updates;
        self.exploited += other.exploited;
        self.within_three_days += other.within_three_days;
        self.overdue += other.overdue;
        self.beyond += other.beyond;
        self.deferred += other.deferred;
        self.find_out += other.find_out;
        self.verified += other.verified;
    }
}

fn is_update(card: &Card) -> bool {
    matches!(card.kind, CardKind::Update | CardKind::Ticket)
}
