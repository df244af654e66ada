//! `assay review grant`, `countersign`, `decline`, `end-grant`, `use`.

use std::fs;
use std::path::PathBuf;

use assay_base::SystemEntropy;
use assay_bundle::digest::Sha256;
use assay_review::key::Holder;
use assay_review::{Agreement, Command, Facts, GrantId, ModelId, Purpose, Text};
use clap::Args;

use super::{Signer, digest, public_key, send};
use crate::cli::Common;
use crate::desk;
use crate::failure::Failure;
use crate::output;

/// Sign an agreement over one person's access (the developer's key)
#[derive(Debug, Args)]
#[command(after_help = "\
The facts are TOML: the tables competitor, foreign_entity, location and nationality, each with answer (yes, no or unknown),
decided_by (a person's id), decided_at (an instant) and record (sha256:…). Only `no` leads to a grant; unknown does not.")]
pub struct GrantArgs {
    /// The engagement
    pub engagement: ModelId,
    /// The person, by name
    #[arg(long, value_name = "NAME")]
    pub person: String,
    /// The public key that only this person holds, in PEM
    #[arg(long, value_name = "FILE")]
    pub person_key: PathBuf,
    /// What the access may be used for; may be given again
    #[arg(long = "purpose", value_name = "PURPOSE", required = true)]
    pub purposes: Vec<String>,
    /// What is known about the person and the organisation
    #[arg(long, value_name = "FILE")]
    pub facts: PathBuf,
    /// For how many uses it is good
    #[arg(long, value_name = "N")]
    pub uses: u32,
    #[command(flatten)]
    pub signer: Signer,
}

/// Sign the same agreement (the organisation's key); only then is there a grant
#[derive(Debug, Args)]
pub struct CountersignArgs {
    /// The engagement
    pub engagement: ModelId,
    /// The grant
    pub grant: GrantId,
    /// The digest that the developer signed
    #[arg(long, value_name = "sha256:…")]
    pub agreement: Sha256,
    #[command(flatten)]
    pub signer: Signer,
}

/// Do not take up a grant, or give it back (the organisation's key)
#[derive(Debug, Args)]
pub struct DeclineArgs {
    /// The engagement
    pub engagement: ModelId,
    /// The grant
    pub grant: GrantId,
    /// Why
    #[arg(long, value_name = "SENTENCE")]
    pub because: String,
    #[command(flatten)]
    pub signer: Signer,
}

/// End one grant (the developer's key)
#[derive(Debug, Args)]
pub struct EndGrantArgs {
    /// The engagement
    pub engagement: ModelId,
    /// The grant
    pub grant: GrantId,
    #[command(flatten)]
    pub signer: Signer,
}

/// Record one use of the model (the person's own key)
#[derive(Debug, Args)]
pub struct UseArgs {
    /// The engagement
    pub engagement: ModelId,
    /// Under which grant
    #[arg(long, value_name = "GRANT")]
    pub grant: GrantId,
    /// What for
    #[arg(long, value_name = "PURPOSE")]
    pub purpose: String,
    /// The request; only its digest is recorded
    #[arg(long, value_name = "FILE")]
    pub request: PathBuf,
    #[command(flatten)]
    pub signer: Signer,
}

fn purpose(text: &str) -> Result<Purpose, Failure> {
    Purpose::new(text).map_err(|error| Failure::call("purpose", error.to_string()))
}

/// Signs the developer's side.
pub fn grant(call: &GrantArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.signer.by.who()?;
    let local = desk::open()?;
    let state = local.engagement(&who, call.engagement)?;
    let engagement = state
        .engagements
        .get(&call.engagement)
        .ok_or_else(|| Failure::call("not-found", "there is no such engagement"))?;
    let (_, persons) = local.members()?;
    let person = persons.iter().find(|person| person.name == call.person && !person.left).ok_or_else(|| {
        Failure::call("no-such-person", format!("`{}` is nobody here", call.person))
            .help("`assay admin members` lists them")
    })?;
    let wrong = |error: String| Failure::call("facts", format!("`{}`: {error}", call.facts.display()));
    let text = fs::read_to_string(&call.facts).map_err(|error| wrong(error.to_string()))?;
    let facts: Facts = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let agreement = Agreement {
        grant: GrantId::draw(&mut SystemEntropy),
        engagement: call.engagement,
        organisation: engagement.organisation.member,
        holder: Holder { person: person.id, key: public_key(&call.person_key)? },
        purposes: call.purposes.iter().map(|text| purpose(text)).collect::<Result<_, _>>()?,
        facts,
        criteria: engagement.criteria,
    };
    let digest = agreement.digest().map_err(|error| Failure::own("agreement", error.to_string()))?;
    output::say(&format!("grant {}\nagreement {digest}", agreement.grant));
    send(&call.signer, call.engagement, Command::Grant { agreement, uses: call.uses }, common)
}

/// Signs the organisation's side.
pub fn countersign(call: &CountersignArgs, common: &Common) -> Result<u8, Failure> {
    let command = Command::CountersignGrant { grant: call.grant, agreement: call.agreement };
    send(&call.signer, call.engagement, command, common)
}

/// Declines.
pub fn decline(call: &DeclineArgs, common: &Common) -> Result<u8, Failure> {
    let reason = Text::new(&*call.because).map_err(|error| Failure::call("text", error.to_string()))?;
    send(&call.signer, call.engagement, Command::DeclineGrant { grant: call.grant, reason }, common)
}

/// Ends.
pub fn end(call: &EndGrantArgs, common: &Common) -> Result<u8, Failure> {
    send(&call.signer, call.engagement, Command::EndGrant { grant: call.grant }, common)
}

/// Uses.
pub fn use_once(call: &UseArgs, common: &Common) -> Result<u8, Failure> {
    let command = Command::Use { grant: call.grant, purpose: purpose(&call.purpose)?, request: digest(&call.request)? };
    send(&call.signer, call.engagement, command, common)
}
