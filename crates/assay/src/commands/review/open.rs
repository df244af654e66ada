//! `assay review open`, `ask`, `safeguard`.

use std::path::PathBuf;

use assay_base::Instant;
use assay_review::{Command, Coverage, CoverageAnswer, FamilyId, ModelId, Party, PublicKey, Safeguard, Text};
use clap::Args;

use super::{Signer, begin, digest, now, person, public_key, send};
use crate::cli::Common;
use crate::desk;
use crate::failure::Failure;
use crate::key;

/// Open an engagement for a model under a random handle (the developer's key)
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// The developer, by the member's name
    #[arg(long, value_name = "MEMBER")]
    pub developer: String,
    /// The reviewing organisation, by the member's name
    #[arg(long, value_name = "MEMBER")]
    pub organisation: String,
    /// The organisation's public key, in PEM
    #[arg(long, value_name = "FILE")]
    pub organisation_key: PathBuf,
    /// The criteria by which persons are chosen; only its digest is recorded
    #[arg(long, value_name = "FILE")]
    pub criteria: PathBuf,
    /// The family of models; checkpoints and re-openings of one family share thirty days. Drawn if it is new
    #[arg(long, value_name = "FAMILY")]
    pub family: Option<FamilyId>,
    /// A salted note of the model's name, if the developer wants to be able to show later which model it was
    #[arg(long, value_name = "FILE")]
    pub sealed_name: Option<PathBuf>,
    #[command(flatten)]
    pub signer: Signer,
}

/// Ask whether the model is covered (the developer's key); the answer has no effect on anything
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The engagement
    pub engagement: ModelId,
    /// The facts put forward; only their digest is recorded
    #[arg(long, value_name = "FILE")]
    pub facts: PathBuf,
    #[command(flatten)]
    pub signer: Signer,
}

/// Hand on the answer of a named person to the question (the organisation's key); it has no effect on anything
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// The engagement
    pub engagement: ModelId,
    /// covered, not-covered or undetermined
    #[arg(value_parser = coverage_word)]
    pub coverage: Coverage,
    /// Who decided, by name; whoever brings the answer by default
    #[arg(long, value_name = "NAME")]
    pub decided_by: Option<String>,
    /// When; now by default
    #[arg(long, value_name = "INSTANT")]
    pub decided_at: Option<Instant>,
    /// The record of the decision; only its digest is recorded
    #[arg(long, value_name = "FILE")]
    pub record: PathBuf,
    /// On what basis, in the decider's words
    #[arg(long, value_name = "TEXT")]
    pub basis: String,
    #[command(flatten)]
    pub signer: Signer,
}

/// Sign the text of one of the five safeguards (the developer's key, and the organisation's)
#[derive(Debug, Args)]
pub struct SafeguardArgs {
    /// The engagement
    pub engagement: ModelId,
    /// confidentiality, cybersecurity, insider-risk, ip-and-use or nondisclosure
    #[arg(value_parser = safeguard_word)]
    pub safeguard: Safeguard,
    /// Its text; only its digest is recorded
    #[arg(long, value_name = "FILE")]
    pub text: PathBuf,
    #[command(flatten)]
    pub signer: Signer,
}

fn coverage_word(text: &str) -> Result<Coverage, String> {
    let known = Coverage::ALL.iter().copied().find(|one| one.as_str() == text);
    known.ok_or_else(|| "the answers are covered, not-covered and undetermined".to_owned())
}

fn safeguard_word(text: &str) -> Result<Safeguard, String> {
    Safeguard::ALL.iter().copied().find(|one| one.as_str() == text).ok_or_else(|| {
        let words: Vec<_> = Safeguard::ALL.iter().map(|one| one.as_str()).collect();
        format!("the five are {}", words.join(", "))
    })
}

/// Opens.
pub fn open(call: &OpenArgs, common: &Common) -> Result<u8, Failure> {
    let (members, _) = desk::open()?.members()?;
    let member = |name: &str| {
        members.iter().find(|member| member.name == name).map(|member| member.id).ok_or_else(|| {
            Failure::call("no-such-member", format!("`{name}` is no member here"))
                .help("`assay admin members` lists them")
        })
    };
    let own = PublicKey::from(key::signing_key(Some(&call.signer.key))?.verifying_key());
    let command = Command::Open {
        developer: Party { member: member(&call.developer)?, key: own },
        organisation: Party { member: member(&call.organisation)?, key: public_key(&call.organisation_key)? },
        criteria: digest(&call.criteria)?,
        sealed_name: call.sealed_name.as_deref().map(digest).transpose()?,
    };
    begin(&call.signer, call.family, command, common)
}

/// Asks.
pub fn ask(call: &AskArgs, common: &Common) -> Result<u8, Failure> {
    send(&call.signer, call.engagement, Command::AskIfCovered { facts: digest(&call.facts)? }, common)
}

/// Signs.
pub fn safeguard(call: &SafeguardArgs, common: &Common) -> Result<u8, Failure> {
    let command = Command::SignSafeguard { safeguard: call.safeguard, text: digest(&call.text)? };
    send(&call.signer, call.engagement, command, common)
}

/// Answers.
pub fn answer(call: &AnswerArgs, common: &Common) -> Result<u8, Failure> {
    let name = match &call.decided_by {
        Some(name) => name.clone(),
        None => call.signer.by.who()?.person,
    };
    let answer = CoverageAnswer {
        coverage: call.coverage,
        decided_by: person(&desk::open()?, &name)?,
        decided_at: call.decided_at.unwrap_or_else(now),
        record: digest(&call.record)?,
        basis: Text::new(&*call.basis).map_err(|error| Failure::call("text", error.to_string()))?,
    };
    send(&call.signer, call.engagement, Command::Answer { answer }, common)
}
