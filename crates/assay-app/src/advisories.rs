//! Advisories: composed from a case, staged, approved by two persons with their
//! own keys. What they sign is every byte that will go out.

use std::collections::{BTreeMap, BTreeSet};

use assay_advisory::record::{
    AdvisoryId, Affected, Build, Credit, Discovery, Draft, Embargo, EndReason, Fix, FoundBy, Happening, Moment,
    Publisher, Record, Reference, Remedy, Role, Runs, Severity, Tally, Tooling, Verification,
};
use assay_base::{Entropy as _, Instant, PersonId, SystemEntropy};
use assay_bundle::digest::Sha256;
use assay_case::case::{self, Case, Channel, Command, ExitReason};
use assay_case::finding::Finding;
use assay_case::ids::CaseId;
use assay_repo::Candidate;
use assay_seal::{Envelope, SigningKey, TrustedKeys};
use serde::{Deserialize, Serialize};

use crate::attachment::Name;
use crate::bundled;
use crate::local::Local;
use crate::lock::Turn;
use crate::refusal::Refusal;
use crate::who::Who;

/// Advisory numbers have five digits: enough for a year, and all of one length.
const LEAST: u32 = 10_000;
/// One more than the greatest.
const MOST: u32 = 100_000;
/// How often a number is drawn before it is given up: a year would have to be all but full.
const DRAWS: u32 = 1_000;

/// What a person writes of an advisory. The rest follows from the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// One line: what is wrong with what.
    pub title: String,
    /// A few sentences for people who decide whether it concerns them.
    pub summary: String,
    /// The whole story.
    pub details: String,
    /// What is affected; the target itself comes first.
    pub affected: Vec<Affected>,
    /// Other ids of the same flaw.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Weaknesses.
    #[serde(default)]
    pub weaknesses: Vec<String>,
    /// How bad it is: a CVSS vector.
    #[serde(default)]
    pub cvss: Option<String>,
    /// Where to read more.
    #[serde(default)]
    pub references: Vec<Reference>,
    /// What an operator does.
    pub remedies: Vec<Remedy>,
}

/// A staged advisory.
#[derive(Debug, Clone)]
pub struct Staged {
    /// The record.
    pub record: Record,
    /// The digest of what approvers sign.
    pub candidate: Sha256,
    /// The case now.
    pub case: Case,
}

impl Local {
    /// Composes the advisory of a case and stages it. Approvals of an earlier one are void.
    ///
    /// # Errors
    ///
    /// The text does not hold together, or the rules refuse.
    pub fn stage_advisory(&self, who: &Who, id: CaseId, text: &Text) -> Result<Staged, Refusal> {
        let shown = self.case(who, id)?;
        if !shown.allowed.contains(&case::Action::StageAdvisory) {
            return Err(assay_case::Refusal::of(assay_case::Code::NoRight).into());
        }
        let record = self.compose(&shown.case, text, shown.now)?;
        let candidate = self.candidate(record.clone())?;
        let digest = bundled::digest(candidate.payload());
        let bytes = record.to_bytes().map_err(|error| Refusal::broken(error.to_string()))?;
        self.attach(&Name::record(digest), &bytes)?;
        let case = self.act_on_case(who, id, Command::StageAdvisory { record: digest })?;
        Ok(Staged { record, candidate: digest, case })
    }

    /// Signs the staged advisory with a person's own key. The key must be the one that this person registered.
    ///
    /// # Errors
    ///
    /// The key is somebody else's, or the rules refuse.
    pub fn approve_advisory(&self, who: &Who, id: CaseId, key: &SigningKey) -> Result<Case, Refusal> {
        let person = self.caller(Some(who))?.natural().map_err(Refusal::from)?;
        let registered = self.approver_key(person)?.ok_or_else(|| {
            Refusal::call("no-approver-key", format!("`{}` has registered no key for approving", who.person))
                .help("register the public half: `assay admin approver NAME --key FILE`")
        })?;
        if registered.id() != key.verifying_key().id() {
            return Err(Refusal::call("other-key", format!("this is not the key that `{}` registered", who.person)));
        }
        let digest = self.staged_digest(&self.case(who, id)?.case)?;
        let candidate = self.candidate(self.staged_record(digest)?)?;
        self.attach(&Name::approval(digest, person), &candidate.sign(key).to_json())?;
        self.act_on_case(who, id, Command::ApproveAdvisory { record: digest, channel: Channel::Cli })
    }

    /// The staged record of a case, for those who are read in.
    ///
    /// # Errors
    ///
    /// Nothing is staged.
    pub fn staged(&self, who: &Who, id: CaseId) -> Result<Record, Refusal> {
        self.staged_record(self.staged_digest(&self.case(who, id)?.case)?)
    }

    pub(crate) fn staged_digest(&self, case: &Case) -> Result<Sha256, Refusal> {
        Ok(case.draft.as_ref().ok_or(assay_case::Refusal::of(assay_case::Code::NoDraft))?.record)
    }

    pub(crate) fn staged_record(&self, digest: Sha256) -> Result<Record, Refusal> {
        let bytes = self.attached("the staged advisory", &Name::record(digest))?;
        Record::parse(&bytes).map_err(|error| Refusal::broken(format!("the staged advisory: {error}")))
    }

    /// Everything that goes out with a record.
    pub(crate) fn candidate(&self, record: Record) -> Result<Candidate, Refusal> {
        let patch = match &record.fix {
            Some(fix) => Some(self.attached("the patch", &Name::patch(fix.patch))?),
            None => None,
        };
        let verified = record.fix.as_ref().and_then(|fix| fix.verification.as_ref());
        let statement = match verified {
            Some(verification) => Some(self.attached("the statement", &Name::statement(verification.statement))?),
            None => None,
        };
        Candidate::new(record, patch, statement)
            .map_err(|error| Refusal::broken(format!("the advisory cannot go out as it is: {error}")))
    }

    /// The envelope with every approver's signature.
    pub(crate) fn approvals(&self, case: &Case, digest: Sha256) -> Result<Envelope, Refusal> {
        let failed = |error: &dyn ToString| Refusal::broken(format!("an approval: {}", error.to_string()));
        let mut whole: Option<serde_json::Value> = None;
        for person in case.draft.iter().flat_map(|draft| draft.approvals.keys()) {
            let bytes = self.attached("an approval", &Name::approval(digest, *person))?;
            let one: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| failed(&error))?;
            whole = Some(match whole {
                None => one,
                Some(mut whole) => {
                    // All of them are over the same bytes: only the signatures are added.
                    let more = one.get("signatures").and_then(|list| list.as_array()).cloned().unwrap_or_default();
                    if let Some(list) = whole.get_mut("signatures").and_then(|list| list.as_array_mut()) {
                        list.extend(more);
                    }
                    whole
                }
            });
        }
        let whole = whole.ok_or(assay_case::Refusal::of(assay_case::Code::NotApproved))?;
        Envelope::parse(whole.to_string().as_bytes()).map_err(|error| failed(&error))
    }

    fn compose(&self, case: &Case, text: &Text, now: Instant) -> Result<Record, Refusal> {
        let findings = self.findings_of(case)?;
        let first = findings.first().ok_or_else(|| Refusal::call("no-findings", "the case has no findings"))?;
        let published = case.end_in_force().unwrap_or(now).max(now);
        let severity = text
            .cvss
            .as_deref()
            .map(Severity::from_vector)
            .transpose()
            .map_err(|fault| Refusal::call("cvss", format!("the CVSS vector: {fault}")))?;
        let draft = Draft {
            id: self.number(case, now)?,
            title: text.title.clone(),
            summary: text.summary.clone(),
            details: text.details.clone(),
            affected: text.affected.clone(),
            aliases: text.aliases.clone(),
            weaknesses: text.weaknesses.clone(),
            severity,
            credits: credits(&findings),
            timeline: timeline(case, &findings, published),
            references: text.references.clone(),
            fix: self.fix(case)?,
            remedies: text.remedies.clone(),
            embargo: case.embargo.as_ref().map(|embargo| Embargo {
                ended: embargo.end.min(published),
                reason: match embargo.exited {
                    None | Some(ExitReason::EndReached) => EndReason::Agreed,
                    Some(ExitReason::PublicAware | ExitReason::Broken) => EndReason::PublicAwareness,
                    Some(ExitReason::ExploitPublic) => EndReason::PublicExploit,
                },
            }),
            discovery: discovery(first, &self.home.instance.name),
            publisher: Publisher {
                name: self.home.instance.name.clone(),
                namespace: self.home.instance.namespace.clone(),
                contact: self.home.instance.contact.clone(),
            },
            published,
        };
        Record::new(draft)
            .map_err(|faults| Refusal::call("advisory", format!("the advisory does not hold together: {faults}")))
    }

    /// The number of the case's advisory: the one that it was staged with before, else one drawn at random. Approvers
    /// sign it, so it is there before it is published; numbers in a row would then tell the world, by their gaps, how
    /// many embargoed advisories there are.
    fn number(&self, case: &Case, now: Instant) -> Result<AdvisoryId, Refusal> {
        let year = u16::try_from(now.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).year())
            .map_err(|error| Refusal::broken(format!("the clock: {error}")))?;
        if let Some(draft) = &case.draft
            && let Ok(staged) = self.staged_record(draft.record)
            && staged.id.as_str().starts_with(&format!("{}-{year}-", self.home.instance.prefix))
        {
            return Ok(staged.id.clone());
        }
        // Two who stage at once take two numbers; publication looks once more that no number goes out twice.
        let _turn = self.home.turn(Turn::Number)?;
        for _ in 0..DRAWS {
            let [a, b, c, d, ..] = SystemEntropy.sixteen();
            let number = LEAST + u32::from_le_bytes([a, b, c, d]) % (MOST - LEAST);
            // By its tag: whoever holds the store without the master key learns no number of an embargoed advisory.
            let tag = self.vault.tag("advisory-number", &format!("{year}-{number}"));
            let name = format!("advisory/{}", hex::encode(tag.0));
            if self.store.setting(&name)?.is_none() {
                self.store.set_setting(&name, "taken")?;
                return AdvisoryId::new(&self.home.instance.prefix, year, number)
                    .map_err(|error| Refusal::broken(error.to_string()));
            }
        }
        Err(Refusal::broken("no free advisory number was found"))
    }

    fn fix(&self, case: &Case) -> Result<Option<Fix>, Refusal> {
        if case.fixes.is_empty() {
            return Ok(None);
        }
        let fix = whole_fix(case).ok_or_else(|| {
            Refusal::call("fix-partial", "no attached patch was tried on every finding of the case")
                .help("try it on all of them: `assay case fix CASE --patch FILE`")
        })?;
        let envelope = self.attached("the statement", &Name::statement(fix.statement))?;
        let key = self.keys.runner.verifying_key();
        let attested = assay_prove::attest::verify(&envelope, &TrustedKeys::from_iter([key]))
            .map_err(|error| Refusal::broken(format!("the statement of the fix: {error}")))?;
        let builds = attested.statement.subjects().iter().filter_map(|subject| {
            let name = subject.name.strip_prefix("artifact/")?;
            Some(Build {
                name: name.to_owned(),
                sha256: format!("sha256:{}", subject.digest.get("sha256")?).parse().ok()?,
            })
        });
        Ok(Some(Fix {
            patch: fix.patch,
            verification: Some(Verification {
                level: fix.level,
                runner: key.id().to_string(),
                builds: builds.collect(),
                runs: Runs {
                    without: Tally { fired: fix.counts.trigger_fired, total: fix.counts.trigger_total },
                    with: Tally { fired: fix.counts.control_fired, total: fix.counts.control_total },
                },
                statement: fix.statement,
            }),
        }))
    }
}

/// The patch that holds for every finding of the case, by its weakest result: what is said of it is true of each
/// (invariant 8).
fn whole_fix(case: &Case) -> Option<&case::Fix> {
    let of = |patch| case.fixes.values().filter(move |fix| fix.patch == patch);
    let holds = |patch| case.all_findings().all(|finding| of(patch).any(|fix| fix.finding == finding));
    let patches: BTreeSet<Sha256> = case.fixes.values().map(|fix| fix.patch).collect();
    let weakest = |patch| of(patch).min_by_key(|fix| (fix.level, fix.counts.total()));
    patches.into_iter().filter(|patch| holds(*patch)).filter_map(weakest).max_by_key(|fix| (fix.level, fix.patch))
}

/// Every finder who wants to be named, in the order in which the reports came.
fn credits(findings: &[Finding]) -> Vec<Credit> {
    let mut seen: BTreeMap<PersonId, ()> = BTreeMap::new();
    findings
        .iter()
        .filter(|finding| seen.insert(finding.submitter, ()).is_none())
        .filter_map(|finding| {
            let name = finding.provenance.credit.as_ref()?.open().to_string();
            Some(Credit { name, organization: None, role: Role::Finder, recorded: Some(finding.received) })
        })
        .collect()
}

fn timeline(case: &Case, findings: &[Finding], published: Instant) -> Vec<Moment> {
    let mut moments: Vec<Moment> =
        findings.iter().map(|finding| Moment { at: finding.received, what: Happening::Received }).collect();
    moments.push(Moment { at: case.opened, what: Happening::Reproduced });
    if let Some(embargo) = &case.embargo {
        moments.push(Moment { at: embargo.end.min(published), what: Happening::EmbargoEnded });
    }
    moments.push(Moment { at: published, what: Happening::Published });
    moments.retain(|moment| moment.at <= published);
    moments.sort_by_key(|moment| moment.at);
    moments
}

fn discovery(finding: &Finding, operator: &str) -> Discovery {
    let said = &finding.provenance;
    Discovery {
        found_by: match said.found_by {
            assay_case::finding::FoundBy::Human => FoundBy::Human,
            assay_case::finding::FoundBy::AiAssisted => FoundBy::AiAssisted,
            assay_case::finding::FoundBy::Ai => FoundBy::Ai,
        },
        tooling: match said.tooling {
            assay_case::finding::Tooling::Public => Tooling::Public,
            assay_case::finding::Tooling::Confidential => Tooling::Confidential,
        },
        // A finder whose tooling is confidential has not agreed to its name going out.
        model: said
            .model
            .as_ref()
            .filter(|_| said.tooling == assay_case::finding::Tooling::Public)
            .map(|model| model.open().to_string()),
        harness: None,
        operator: said.credit.as_ref().map_or_else(|| operator.to_owned(), |name| name.open().to_string()),
    }
}
