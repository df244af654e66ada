//! The evidence pack of an application: what the applicant states, what the
//! record asks, and the digests of the files that bear it out.
//!
//! An inventory says where somebody is open. So a pack names files by their
//! digest, size and role and holds none of them: whoever has to check gets the
//! file from the applicant, and sees that it is the one.

use std::fmt::Write as _;

use assay_base::{Answer, Instant};
use serde::{Deserialize, Serialize};

use super::applicant::{Applicant, ApplicantKind, Fact};
use super::fit::Fit;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A list of what is installed.
    Inventory,
    /// The JSON of a scan.
    Scan,
    /// The JSON of a plan.
    Plan,
    /// Anything else.
    Other,
}

impl Role {
    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Scan => "scan",
            Self::Plan => "plan",
            Self::Other => "document",
        }
    }
}

/// A file that bears something out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Attached {
    /// What it is.
    pub role: Role,
    /// What it is called, without its folder.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// What it says in numbers, for a scan and a plan: `things`, `affected`, ...
    pub counts: Vec<(String, u64)>,
}

/// The pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct EvidencePack {
    /// `assay.grant-evidence/1`.
    pub schema: &'static str,
    /// When it was made.
    pub made: Instant,
    /// The applicant's name.
    pub applicant: String,
    /// Its kind, as stated.
    pub kind: Option<ApplicantKind>,
    /// Who states the facts, and when.
    pub stated_by: String,
    /// The facts, as stated.
    pub facts: Vec<(String, Fact)>,
    /// The programme with its conditions, its source and what is still open.
    pub programme: Fit,
    /// The files.
    pub files: Vec<Attached>,
}

impl EvidencePack {
    /// Puts it together.
    pub fn make(applicant: &Applicant, programme: Fit, mut files: Vec<Attached>, now: Instant) -> Self {
        files.sort_by(|a, b| (a.role, &a.name, &a.sha256).cmp(&(b.role, &b.name, &b.sha256)));
        Self {
            schema: "assay.grant-evidence/1",
            made: now,
            applicant: applicant.name.clone(),
            kind: applicant.kind,
            stated_by: format!("{} on {}", applicant.stated_by, applicant.stated),
            facts: applicant.facts.iter().map(|(name, fact)| (name.clone(), fact.clone())).collect(),
            programme,
            files,
        }
    }

    /// The pack as a text for people.
    pub fn text(&self) -> String {
        let mut out = format!("Evidence of {} for {}\n\n", self.applicant, self.programme.name);
        if self.programme.example {
            out.push_str("THE PROGRAMME IS MADE UP, to show how such a pack looks.\n\n");
        }
        let _ = writeln!(out, "Made {}. Facts stated by {}.", self.made, self.stated_by);
        let _ = writeln!(
            out,
            "Programme: {}, {} ({}, read on {}, entered by {}).",
            self.programme.name,
            self.programme.agency,
            self.programme.source,
            self.programme.read_on,
            self.programme.entered_by
        );
        let _ = writeln!(out, "Outcome: {}. {}\n", self.programme.outcome.words(), self.programme.why);
        out.push_str("Conditions\n");
        for met in &self.programme.conditions {
            let word = match met.met {
                Answer::Yes => "met",
                Answer::No => "not met",
                Answer::Unknown => "open",
            };
            let _ = writeln!(out, "  {word}: {}. {}", met.condition.trim_end_matches('.'), met.why);
        }
        if !self.programme.ask.is_empty() {
            out.push_str("\nStill to be asked\n");
            for question in &self.programme.ask {
                let _ = writeln!(out, "  the {}: {}", question.of, question.question);
            }
        }
        out.push_str("\nFacts, as the applicant states them\n");
        for (name, fact) in &self.facts {
            let _ = writeln!(out, "  {name}: {fact}");
        }
        out.push_str("\nFiles (not in this pack; ask the applicant, and compare the digest)\n");
        for file in &self.files {
            let _ =
                writeln!(out, "  {}: {}, {} bytes, SHA-256 {}", file.role.words(), file.name, file.bytes, file.sha256);
            if !file.counts.is_empty() {
                let counts: Vec<String> = file.counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
                let _ = writeln!(out, "    {}", counts.join(", "));
            }
        }
        if self.files.is_empty() {
            out.push_str("  none\n");
        }
        out
    }
}
