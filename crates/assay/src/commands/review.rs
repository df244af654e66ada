//! `assay review`: the voluntary review of a frontier model, seen from those
//! who sign.

use std::path::PathBuf;

use assay_app::local::Local;
use assay_app::review::Reviewed;
use assay_base::{Instant, PersonId, SystemEntropy};
use assay_review::{By, Command, Event, FamilyId, ModelId, NOTICE, PublicKey, State, Statement};
use assay_seal::SigningKey;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::Common;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::key;
use crate::report::plain;

mod grant;
mod open;
mod show;
mod window;
#[cfg(test)]
mod words_tests;

/// The voluntary review of a frontier model: each step is a command that its party signs
///
/// Taking part is voluntary, and nothing recorded here is a condition for developing, publishing or distributing a
/// model. Only the developer's key opens, widens or ends anything. A window ends at its instant whatever happens.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  assay review open --key dev.key --developer 'Model developer' --organisation 'Evaluation institute' \\
      --organisation-key institute.pub --criteria criteria.txt --as 'Dana Osei'
  assay review safeguard mdl_… confidentiality --text confidentiality.txt --key dev.key
  assay review window mdl_… --anchor release-to-other-trusted-partners --planned 2026-12-01T00:00:00Z --source 'plan of 2 Nov'
  assay review use mdl_… --grant gra_… --purpose cyber-capability --request request.json --key eve.key
  assay review withdraw mdl_… --key dev.key")]
pub enum ReviewCommand {
    Open(open::OpenArgs),
    Ask(open::AskArgs),
    Answer(open::AnswerArgs),
    Safeguard(open::SafeguardArgs),
    Grant(Box<grant::GrantArgs>),
    Agreement(grant::AgreementArgs),
    Countersign(grant::CountersignArgs),
    Decline(grant::DeclineArgs),
    Quota(grant::QuotaArgs),
    EndGrant(grant::EndGrantArgs),
    Window(window::WindowArgs),
    MoveAnchor(window::MoveAnchorArgs),
    Shrink(window::ShrinkArgs),
    /// Stop all use for a time (the developer's key); the window's end stays where it is
    Pause(window::PlainArgs),
    /// Let use go on after a pause (the developer's key)
    Resume(window::PlainArgs),
    /// End the window now, and with it all grants (the developer's key)
    EndWindow(window::PlainArgs),
    Pass(grant::PassArgs),
    Use(grant::UseArgs),
    /// Say that the review has run its course (the developer's key); not while a window is open
    Finish(window::PlainArgs),
    /// Withdraw at any time and without a reason (the developer's key); all grants end at once
    Withdraw(window::PlainArgs),
    Residuals(window::ResidualsArgs),
    Certify(window::CertifyArgs),
    /// Close the engagement when nothing is left with the organisation (the developer's key)
    CloseOut(window::PlainArgs),
    Show(show::ShowArgs),
    List(show::ListArgs),
    Audit(show::AuditArgs),
}

/// Who signs, and who brings it.
#[derive(Debug, Args)]
pub struct Signer {
    /// The Ed25519 key that signs, in PEM
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    #[command(flatten)]
    pub by: As,
}

/// Runs one of them.
pub fn run(call: &ReviewCommand, common: &Common) -> Result<u8, Failure> {
    match call {
        ReviewCommand::Open(call) => open::open(call, common),
        ReviewCommand::Ask(call) => open::ask(call, common),
        ReviewCommand::Answer(call) => open::answer(call, common),
        ReviewCommand::Safeguard(call) => open::safeguard(call, common),
        ReviewCommand::Grant(call) => grant::grant(call, common),
        ReviewCommand::Agreement(call) => grant::agreement(call, common),
        ReviewCommand::Countersign(call) => grant::countersign(call, common),
        ReviewCommand::Decline(call) => grant::decline(call, common),
        ReviewCommand::Quota(call) => grant::quota(call, common),
        ReviewCommand::EndGrant(call) => grant::end(call, common),
        ReviewCommand::Window(call) => window::open(call, common),
        ReviewCommand::MoveAnchor(call) => window::move_anchor(call, common),
        ReviewCommand::Shrink(call) => window::shrink(call, common),
        ReviewCommand::Pause(call) => window::plain(call, Command::Pause, common),
        ReviewCommand::Resume(call) => window::plain(call, Command::Resume, common),
        ReviewCommand::EndWindow(call) => window::plain(call, Command::EndWindow, common),
        ReviewCommand::Pass(call) => grant::pass(call, common),
        ReviewCommand::Use(call) => grant::use_once(call, common),
        ReviewCommand::Finish(call) => window::plain(call, Command::Finish, common),
        ReviewCommand::Withdraw(call) => window::plain(call, Command::Withdraw, common),
        ReviewCommand::Residuals(call) => window::residuals(call, common),
        ReviewCommand::Certify(call) => window::certify(call, common),
        ReviewCommand::CloseOut(call) => window::plain(call, Command::CloseOut, common),
        ReviewCommand::Show(call) => show::show(call, common),
        ReviewCommand::List(call) => show::list(call, common),
        ReviewCommand::Audit(call) => show::audit(call, common),
    }
}

/// Signs a command, brings it, and tells what happened.
fn send(signer: &Signer, engagement: ModelId, command: Command, common: &Common) -> Result<u8, Failure> {
    let done = bring(signer, engagement, command)?;
    told(&done, &[], common);
    Ok(0)
}

/// Signs a command with the next number of this key, and brings it.
fn bring(signer: &Signer, engagement: ModelId, command: Command) -> Result<Reviewed, Failure> {
    let key = key::signing_key(Some(&signer.key))?;
    let who = signer.by.who()?;
    let local = desk::open()?;
    let state = local.engagement(&who, engagement)?;
    let family = state.family.ok_or_else(|| Failure::call("not-found", "there is no such engagement"))?;
    let public = PublicKey::from(key.verifying_key());
    let sequence = state.engagements.get(&engagement).map_or(1, |known| known.next_sequence(public));
    let clearinghouse = local.home().instance.origin.clone();
    let statement = Statement { clearinghouse, family, engagement, sequence, made_at: local.now(), command };
    Ok(local.review(&who, &signed(&statement, &key)?)?)
}

/// The same for the command that begins an engagement, under a handle drawn here.
fn begin(signer: &Signer, family: Option<FamilyId>, command: Command, common: &Common) -> Result<u8, Failure> {
    let key = key::signing_key(Some(&signer.key))?;
    let who = signer.by.who()?;
    let local = desk::open()?;
    let mut entropy = SystemEntropy;
    let family = family.unwrap_or_else(|| FamilyId::draw(&mut entropy));
    let clearinghouse = local.home().instance.origin.clone();
    let statement = Statement::opening(clearinghouse, family, local.now(), command, &mut entropy);
    let done = local.review(&who, &signed(&statement, &key)?)?;
    told(&done, &[], common);
    Ok(0)
}

fn signed(statement: &Statement, key: &SigningKey) -> Result<Vec<u8>, Failure> {
    statement
        .sign(key)
        .map_err(|error| Failure::own("no-envelope", format!("the command could not be signed: {error}")))
}

/// Tells what was accepted. `parts` are what only this command has, by name.
fn told(done: &Reviewed, parts: &[(&str, String)], common: &Common) {
    let mut text = String::new();
    for event in &done.events {
        text.push_str(&format!("{}\n", plain::line(&event.sentence(), 500)));
    }
    let engagement = done.state.engagements.get(&done.engagement);
    let stage = engagement.map_or("unknown", |engagement| engagement.stage.as_str());
    text.push_str(&format!("\n  engagement  {}\n  stage       {stage}\n", done.engagement));
    if let Some(family) = done.state.family {
        text.push_str(&format!("  family      {family}\n"));
    }
    if let Some(window) = engagement.and_then(|engagement| engagement.window.as_ref()) {
        text.push_str(&format!("  window      ends at {}\n", window.ends_at));
    }
    let mut json = shown(done.engagement, &done.state, &done.events);
    for (name, part) in parts {
        text.push_str(&format!("  {name:<12}{}\n", plain::line(part, 4_096)));
        json[*name] = part.as_str().into();
    }
    text.push_str(&format!("\n{NOTICE}\nNext: assay review show {}\n", done.engagement));
    tell(common, &text, &json);
}

/// An engagement, for programs.
fn shown(id: ModelId, state: &State, events: &[Event]) -> Value {
    let engagement = state.engagements.get(&id);
    json!({
        "engagement": id,
        "family": state.family,
        "stage": engagement.map(|engagement| engagement.stage.as_str()),
        "covered": engagement.map(|engagement| engagement.coverage.coverage().as_str()),
        "safeguards": engagement.map(|engagement| &engagement.safeguards),
        "window": engagement.and_then(|engagement| engagement.window.as_ref()),
        "residuals": engagement.and_then(|engagement| engagement.residuals.as_ref()),
        "grants": engagement.map(|engagement| &engagement.grants),
        "events": events.iter().map(|event| json!({ "at": event.at, "kind": event.kind(), "by": side(event),
            "sentence": event.sentence() })).collect::<Vec<_>>(),
        "notice": NOTICE,
    })
}

/// In what part somebody did it.
fn side(event: &Event) -> &'static str {
    match &event.by {
        By::Clock => "clock",
        By::Key { side, .. } => side.as_str(),
    }
}

/// A file's digest: texts, facts and requests stay with those whose they are.
fn digest(path: &std::path::Path) -> Result<assay_bundle::digest::Sha256, Failure> {
    const MAX_BYTES: u64 = 64 << 20;
    let failed = |error: String| Failure::call("file", format!("`{}` cannot be read: {error}", path.display()));
    let meta = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return Err(failed(format!("it is no plain file of at most {MAX_BYTES} bytes")));
    }
    std::fs::read(path).map(|bytes| assay_bundle::digest::Sha256::of(&bytes)).map_err(|error| failed(error.to_string()))
}

/// A person of the house, by name.
fn person(local: &Local, name: &str) -> Result<PersonId, Failure> {
    let (_, persons) = local.members()?;
    let person = persons.iter().find(|person| person.name == name && !person.left);
    person.map(|person| person.id).ok_or_else(|| {
        Failure::call("no-such-person", format!("`{name}` is nobody here")).help("`assay admin members` lists them")
    })
}

/// A public key of a file.
fn public_key(path: &std::path::Path) -> Result<PublicKey, Failure> {
    let failed = |error: String| Failure::call("no-key", format!("the key `{}`: {error}", path.display()));
    let pem = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let key = assay_seal::VerifyingKey::from_pem(&pem).map_err(|error| {
        failed(error.to_string()).help("name the public half, which `assay admin key` writes beside the secret one")
    })?;
    Ok(PublicKey::from(key))
}

/// An instant for which something is shown.
fn now() -> Instant {
    Instant::now()
}
