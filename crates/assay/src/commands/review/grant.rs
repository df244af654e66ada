//! `assay review grant`, `agreement`, `countersign`, `decline`, `quota`, `end-grant`, `pass`, `use`.

use std::fs;
use std::path::PathBuf;

use assay_base::SystemEntropy;
use assay_bundle::digest::Sha256;
use assay_review::key::Holder;
use assay_review::{Agreement, Command, Facts, Grant, GrantId, ModelId, NOTICE, Purpose, State, Text};
use clap::Args;
use serde_json::json;

use super::{Signer, bring, digest, person, public_key, send, told};
use crate::cli::Common;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::report::plain;
use crate::whole_file::WholeFile;

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

/// Show the agreement of a grant and its digest, for whoever is to sign it
#[derive(Debug, Args)]
pub struct AgreementArgs {
    /// The engagement
    pub engagement: ModelId,
    /// The grant
    pub grant: GrantId,
    #[command(flatten)]
    pub by: As,
}

/// Set for how many uses a grant is good, in all (the developer's key)
#[derive(Debug, Args)]
pub struct QuotaArgs {
    /// The engagement
    pub engagement: ModelId,
    /// The grant
    pub grant: GrantId,
    /// For how many uses, those that were made counted in
    #[arg(long, value_name = "N")]
    pub uses: u32,
    #[command(flatten)]
    pub signer: Signer,
}

/// Take a pass for some minutes (the person's own key); it ends with the window, whoever can be reached then
#[derive(Debug, Args)]
pub struct PassArgs {
    /// The engagement
    pub engagement: ModelId,
    /// Under which grant
    #[arg(long, value_name = "GRANT")]
    pub grant: GrantId,
    /// Where the signed pass is written
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
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
    let person = person(&local, &call.person)?;
    let wrong = |error: String| Failure::call("facts", format!("`{}`: {error}", call.facts.display()));
    let text = fs::read_to_string(&call.facts).map_err(|error| wrong(error.to_string()))?;
    let facts: Facts = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let agreement = Agreement {
        grant: GrantId::draw(&mut SystemEntropy),
        engagement: call.engagement,
        organisation: engagement.organisation.member,
        holder: Holder { person, key: public_key(&call.person_key)? },
        purposes: call.purposes.iter().map(|text| purpose(text)).collect::<Result<_, _>>()?,
        facts,
        criteria: engagement.criteria,
    };
    let digest = agreement.digest().map_err(|error| Failure::own("agreement", error.to_string()))?;
    let grant = agreement.grant;
    let done = bring(&call.signer, call.engagement, Command::Grant { agreement, uses: call.uses })?;
    let parts = [("grant", grant.to_string()), ("agreement", digest.to_string())];
    told(&done, &parts, common);
    Ok(0)
}

/// Shows what is to be signed, as it was signed by the developer.
pub fn agreement(call: &AgreementArgs, common: &Common) -> Result<u8, Failure> {
    let local = desk::open()?;
    let state = local.engagement(&call.by.who()?, call.engagement)?;
    let grant = known(&state, call.engagement, call.grant)?;
    let agreement = &grant.agreement;
    // What both sign is computed here from what is shown: a digest that was told could be another agreement's.
    let digest = agreement.digest().map_err(|error| Failure::own("agreement", error.to_string()))?;
    let (_, persons) = local.members()?;
    let name = |id| {
        let person = persons.iter().find(|person| person.id == id);
        person.map_or_else(|| id.to_string(), |person| plain::line(&person.name, 200))
    };
    let mut text = format!(
        "grant         {}\nagreement     {digest}\nstage         {}\norganisation  {}\nperson        {} ({})\nkey           {}\n",
        agreement.grant,
        grant.state,
        agreement.organisation,
        name(agreement.holder.person),
        agreement.holder.person,
        agreement.holder.key.id(),
    );
    for purpose in &agreement.purposes {
        text.push_str(&format!("purpose       {}\n", plain::line(purpose.as_str(), 200)));
    }
    for (question, fact) in agreement.facts.all() {
        let answer = fact.answer.as_str();
        text.push_str(&format!(
            "{question:<14}{answer}, says {} at {}, on {}\n",
            name(fact.decided_by),
            fact.decided_at,
            fact.record
        ));
    }
    text.push_str(&format!("criteria      {}\nuses          {}\n", agreement.criteria, grant.quota));
    text.push_str(&format!(
        "\n{NOTICE}\nNext: assay review countersign {} {} --agreement {digest} --key FILE\n",
        call.engagement, call.grant
    ));
    let json = json!({ "grant": agreement.grant, "agreement": digest, "stage": grant.state, "signed": agreement,
        "uses": grant.quota, "notice": NOTICE });
    tell(common, &text, &json);
    Ok(0)
}

/// Raises or lowers, whichever it is now.
pub fn quota(call: &QuotaArgs, common: &Common) -> Result<u8, Failure> {
    let state = desk::open()?.engagement(&call.signer.by.who()?, call.engagement)?;
    let grant = known(&state, call.engagement, call.grant)?;
    let command = if call.uses > grant.quota {
        Command::RaiseQuota { grant: call.grant, uses: call.uses }
    } else {
        Command::LowerQuota { grant: call.grant, uses: call.uses }
    };
    send(&call.signer, call.engagement, command, common)
}

/// Takes a pass.
pub fn pass(call: &PassArgs, common: &Common) -> Result<u8, Failure> {
    // The file first: a pass that is recorded and then cannot be written would have to be explained.
    let file = WholeFile::begin(&call.out)?;
    let done = bring(&call.signer, call.engagement, Command::TakePass { grant: call.grant })?;
    let pass = done.pass.as_deref().ok_or_else(|| Failure::own("no-pass", "the command was taken and gave no pass"))?;
    file.finish(pass, 0o600)?;
    told(&done, &[("pass", call.out.display().to_string())], common);
    Ok(0)
}

fn known(state: &State, engagement: ModelId, grant: GrantId) -> Result<&Grant, Failure> {
    let here = state.engagements.get(&engagement);
    here.and_then(|here| here.grants.get(&grant)).ok_or_else(|| {
        Failure::call("no-grant", format!("{grant} is no grant of this engagement"))
            .help("`assay review show` names them")
    })
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
