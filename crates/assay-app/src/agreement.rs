//! How finders' severities agree with the advisories that went out, for each
//! source of reports (R32).
//!
//! Only what is published is compared: until then its assessment may change,
//! and nobody learns of it. A case counts once for a source, so that ten
//! reports of one flaw are one opinion. CVSS 3 and CVSS 4 score differently:
//! across them nothing is compared.

mod tally;

use std::collections::BTreeMap;

use assay_base::Instant;
use assay_case::caller::{Caller, Role};
use assay_case::case::Case;
use assay_case::finding::{Finding, FoundBy, Tooling};
use serde::Serialize;

use crate::cases::every_case;
use crate::local::Local;
use crate::refusal::Refusal;
use crate::severities::is_of;
use crate::who::Who;

use tally::{Compared, compare};
pub use tally::{LEAST, NotCompared, Reading, Source};

/// What reports are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The member whose report it is.
    Member,
    /// The person who submitted it.
    Person,
    /// Whether a person, a model or both found it, as the report says.
    FoundBy,
    /// The model that it names; one whose tooling is confidential is not named.
    Model,
}

/// The agreement of every source.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Agreement {
    /// What reports are told apart by.
    pub by: By,
    /// Published cases that count here.
    pub cases: usize,
    /// Each source, by its name.
    pub sources: Vec<Source>,
}

impl Local {
    /// How the severities of reports agree with the advisories that went out, as far as this caller may know both: the
    /// reports of his own member, and those of published cases that he may read, or coordinated until they were closed.
    ///
    /// # Errors
    ///
    /// There is no such person, or the store cannot be read.
    pub fn agreement(&self, who: &Who, by: By) -> Result<Agreement, Refusal> {
        let caller = self.caller(Some(who))?;
        let names = Names::of(self)?;
        let duplicates = self.duplicates()?;
        let mut cases = 0;
        let mut found: BTreeMap<String, Vec<Compared>> = BTreeMap::new();
        for row in self.look(every_case)?.into_iter().filter(|row| row.published.is_some()) {
            let (state, now) = match self.case_state(row.id, self.now()) {
                Ok(state) => state,
                Err(refusal) if refusal.code == "shredded" => continue,
                Err(refusal) => return Err(refusal),
            };
            let Some((case, out)) = state.get().and_then(|case| Some((case, case.published.as_ref()?))) else {
                continue;
            };
            let reads = reads(case, &caller, now);
            let mut reports = self.own_reports(case)?;
            reports.extend(duplicates.iter().filter(|finding| is_of(finding, case)).cloned());
            reports.retain(|finding| reads || caller.actor.member() == Some(finding.member));
            if reports.is_empty() {
                continue;
            }
            cases += 1;
            reports.sort_by_key(|finding| (finding.received, finding.id));
            let assessed = self.assessed(out.record)?;
            let mut once: BTreeMap<String, Compared> = BTreeMap::new();
            for finding in &reports {
                let source = names.source(finding, by);
                // The first report of a source that can be compared is its opinion of the case.
                if once.get(&source).is_none_or(|before| before.is_err()) {
                    let pair = compare(&self.stated(finding)?, assessed.as_ref());
                    once.entry(source).and_modify(|before| *before = before.or(pair)).or_insert(pair);
                }
            }
            for (source, pair) in once {
                found.entry(source).or_default().push(pair);
            }
        }
        let sources = found.into_iter().map(|(name, pairs)| Source::of(name, &pairs)).collect();
        Ok(Agreement { by, cases, sources })
    }
}

/// Whether this caller may know what the reports of a published case say: he is read in, or he coordinated it and was
/// read in until it was closed. Closing ends everybody's read-in; it is no reason to forget how findings were rated.
fn reads(case: &Case, caller: &Caller, now: Instant) -> bool {
    let Some(person) = caller.actor.person() else { return false };
    let coordinated = || {
        caller.has(Role::Coordinator)
            && case.participant(person).is_some_and(|who| who.role == Role::Coordinator && who.read_until_closed(now))
    };
    case.sees(person, now).is_some() || coordinated()
}

/// Who sources are.
struct Names {
    members: BTreeMap<assay_base::MemberId, String>,
    persons: BTreeMap<assay_base::PersonId, String>,
}

impl Names {
    fn of(local: &Local) -> Result<Self, Refusal> {
        let (members, persons) = local.members()?;
        Ok(Self {
            members: members.into_iter().map(|row| (row.id, row.name)).collect(),
            persons: persons.into_iter().map(|row| (row.id, row.name)).collect(),
        })
    }

    fn source(&self, finding: &Finding, by: By) -> String {
        let said = &finding.provenance;
        match by {
            By::Member => self.members.get(&finding.member).cloned().unwrap_or_else(|| finding.member.to_string()),
            By::Person => {
                self.persons.get(&finding.submitter).cloned().unwrap_or_else(|| finding.submitter.to_string())
            }
            By::FoundBy => match said.found_by {
                FoundBy::Human => "human".to_owned(),
                FoundBy::AiAssisted => "ai-assisted".to_owned(),
                FoundBy::Ai => "ai".to_owned(),
            },
            By::Model => match (said.tooling, &said.model) {
                (_, None) => "no model named".to_owned(),
                (Tooling::Confidential, Some(_)) => "a model kept confidential".to_owned(),
                (Tooling::Public, Some(model)) => model.open().to_string(),
            },
        }
    }
}
