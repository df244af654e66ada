//! What finders said of a flaw's severity, beside what its advisory says (R32).
//!
//! Nothing is kept for it: the finder's vector stands in the bundle, the
//! assessed one in the staged or published record. Neither takes the place of
//! the other.

use assay_advisory::record::{Record, Severity};
use assay_bundle::digest::Sha256;
use assay_case::caller::Caller;
use assay_case::case::Case;
use assay_case::finding::{Finding, Word};
use assay_case::ids::{CaseId, FindingId};
use assay_store::store::FindingFilter;

use crate::attachment::Name;
use crate::bundled;
use crate::findings::every;
use crate::local::Local;
use crate::refusal::{Fault, Refusal};
use crate::who::Who;

/// What a report says of its flaw's severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stated {
    /// A CVSS base vector, with the score that follows from it.
    Rated(Severity),
    /// Nothing.
    Nothing,
    /// Something of which no base score follows, and why.
    Unreadable(String),
    /// It cannot be told any more: the bundle was shredded.
    Gone,
}

/// One report of a case.
#[derive(Debug, Clone)]
pub struct Reported {
    /// The report.
    pub finding: FindingId,
    /// What it says.
    pub stated: Stated,
}

/// What was said of a case's severity.
#[derive(Debug, Clone)]
pub struct Severities {
    /// By its reports, duplicates included, in the order in which they came. One that was shredded is not among them.
    pub reported: Vec<Reported>,
    /// By the advisory that is out, else by the one that is staged; none without an advisory, or if it states none.
    pub assessed: Option<Severity>,
}

impl Local {
    /// What was said of a case's severity, for those who may read the case.
    ///
    /// # Errors
    ///
    /// There is no such case that this caller may see, or the store cannot be read.
    pub fn severities(&self, who: &Who, id: CaseId) -> Result<Severities, Refusal> {
        let case = self.case(who, id)?.case;
        let digest = case.published.as_ref().map(|out| out.record).or(case.draft.as_ref().map(|draft| draft.record));
        let assessed = digest.map(|digest| self.assessed(digest)).transpose()?.flatten();
        let mut findings = self.own_reports(&case)?;
        findings.extend(self.duplicates()?.into_iter().filter(|finding| is_of(finding, &case)));
        findings.sort_by_key(|finding| (finding.received, finding.id));
        let report = |finding: &Finding| Ok(Reported { finding: finding.id, stated: self.stated(finding)? });
        Ok(Severities { reported: findings.iter().map(report).collect::<Result<_, Refusal>>()?, assessed })
    }

    /// The severity of a staged or published record; none if it states none, or was shredded.
    pub(crate) fn assessed(&self, record: Sha256) -> Result<Option<Severity>, Refusal> {
        let Some(bytes) = self.attachment(&Name::record(record))? else { return Ok(None) };
        let record = Record::parse(&bytes)
            .map_err(|error| Refusal::broken(format!("a kept advisory cannot be read: {error}")))?;
        Ok(record.severity.clone())
    }

    /// What the bundle of a finding says.
    pub(crate) fn stated(&self, finding: &Finding) -> Result<Stated, Refusal> {
        let Some(packed) = self.attachment(&Name::bundle(finding.member, finding.bundle_id))? else {
            return Ok(Stated::Gone);
        };
        let manifest = match bundled::unpack(&packed) {
            Ok((_, manifest)) => manifest,
            // A partial report: what it would say when it is whole is not known.
            Err(refusal) if refusal.fault == Fault::Call => return Ok(Stated::Unreadable(refusal.message)),
            Err(refusal) => return Err(refusal),
        };
        Ok(match manifest.severity.as_deref().map(Severity::from_vector) {
            None => Stated::Nothing,
            Some(Ok(severity)) => Stated::Rated(severity),
            Some(Err(fault)) => Stated::Unreadable(fault.to_string()),
        })
    }

    /// The findings of a case that were not shredded.
    pub(crate) fn own_reports(&self, case: &Case) -> Result<Vec<Finding>, Refusal> {
        case.all_findings().filter_map(|id| self.unless_shredded(id).transpose()).collect()
    }

    /// Every duplicate that was not shredded.
    pub(crate) fn duplicates(&self) -> Result<Vec<Finding>, Refusal> {
        let filter = FindingFilter { state: Some(Word::Duplicate.as_str().to_owned()), ..FindingFilter::default() };
        let rows = self.look(|view| every(view, &filter))?;
        rows.into_iter().filter_map(|row| self.unless_shredded(row.id).transpose()).collect()
    }

    fn unless_shredded(&self, id: FindingId) -> Result<Option<Finding>, Refusal> {
        match self.finding_as(&Caller::CLOCK, id) {
            Ok(finding) => Ok(Some(finding)),
            Err(refusal) if refusal.code == "shredded" => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}

/// Whether this duplicate is one of a finding of that case.
pub(crate) fn is_of(duplicate: &Finding, case: &Case) -> bool {
    duplicate.duplicate.as_ref().is_some_and(|overlay| case.all_findings().any(|id| id == overlay.of))
}
