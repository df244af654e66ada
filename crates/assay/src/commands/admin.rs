//! `assay admin`: making a clearinghouse, its people, its backups.

use std::fs;
use std::path::PathBuf;

use assay_app::home::{Home, Instance};
use assay_app::local::Local;
use assay_base::Instant;
use assay_case::caller::{Role, Roles};
use assay_seal::{SigningKey, VerifyingKey};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::Common;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::place;
use crate::report::grid::Grid;
use crate::report::plain;
use crate::whole_file::WholeFile;

mod keep;

/// Make a clearinghouse, let people in, keep its data
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  assay admin init --name 'County Clearinghouse' --namespace https://vuln.county.example --contact 'desk@county.example'
  assay admin member 'County IT' --person 'Ana Ruiz' --role coordinator --role verifier
  assay admin approver 'Ana Ruiz' --key ana.key.pub
  assay admin backup /media/stick/assay")]
pub enum AdminCommand {
    Init(InitArgs),
    Member(MemberArgs),
    Person(PersonArgs),
    Members(MembersArgs),
    Approver(ApproverArgs),
    Trust(TrustArgs),
    Key(KeyArgs),
    Leave(LeaveArgs),
    Rebuild(keep::RebuildArgs),
    Backup(keep::BackupArgs),
    Restore(keep::RestoreArgs),
    Export(keep::ExportArgs),
    Import(keep::ImportArgs),
}

/// Make a clearinghouse in $ASSAY_HOME, with fresh keys
#[derive(Debug, Args)]
pub struct InitArgs {
    /// What people call it
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// The https address under which its release folder will be served
    #[arg(long, value_name = "URL")]
    pub namespace: String,
    /// How people reach it, in words
    #[arg(long, value_name = "TEXT")]
    pub contact: String,
    /// How advisory numbers begin
    #[arg(long, value_name = "LETTERS", default_value = "ASSAY")]
    pub prefix: String,
}

/// Let a member in, with its first person
#[derive(Debug, Args)]
pub struct MemberArgs {
    /// The member's name
    pub member: String,
    /// Its first person's own name; role accounts do not exist
    #[arg(long, value_name = "NAME")]
    pub person: String,
    /// What the person does: coordinator, finder, verifier, vendor, operator or developer; may be given again
    #[arg(long = "role", value_name = "ROLE", value_parser = role, required = true)]
    pub roles: Vec<Role>,
}

/// Add a person to a member
#[derive(Debug, Args)]
pub struct PersonArgs {
    /// The person's own name
    pub person: String,
    /// Of which member
    #[arg(long, value_name = "NAME")]
    pub member: String,
    /// What the person does; may be given again
    #[arg(long = "role", value_name = "ROLE", value_parser = role, required = true)]
    pub roles: Vec<Role>,
    #[command(flatten)]
    pub by: As,
}

/// Let a person leave: they may do nothing any more, and what they approved and is not out counts no more
#[derive(Debug, Args)]
pub struct LeaveArgs {
    /// The person
    pub person: String,
    #[command(flatten)]
    pub by: As,
}

/// List members and persons
#[derive(Debug, Args)]
pub struct MembersArgs {}

/// Register the public key with which a person approves advisories
#[derive(Debug, Args)]
pub struct ApproverArgs {
    /// The person
    pub person: String,
    /// The public half of their Ed25519 key, in PEM
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

/// Write the trust file that members are given by hand: whose signatures to believe
#[derive(Debug, Args)]
pub struct TrustArgs {
    /// Where to
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Make an Ed25519 key for a person: FILE, and its public half beside it
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// Where the secret half goes; FILE.pub is the public one
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// A role by its word.
fn role(text: &str) -> Result<Role, String> {
    Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
        let words: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("roles are {}", words.join(", "))
    })
}

/// Runs one of them.
pub fn run(call: &AdminCommand, common: &Common) -> Result<u8, Failure> {
    match call {
        AdminCommand::Init(call) => init(call, common),
        AdminCommand::Member(call) => member(call, common),
        AdminCommand::Person(call) => person(call, common),
        AdminCommand::Members(_) => members(common),
        AdminCommand::Approver(call) => approver(call, common),
        AdminCommand::Trust(call) => trust(call, common),
        AdminCommand::Key(call) => key(call, common),
        AdminCommand::Leave(call) => leave(call, common),
        AdminCommand::Rebuild(call) => keep::rebuild(call, common),
        AdminCommand::Backup(call) => keep::backup(call, common),
        AdminCommand::Restore(call) => keep::restore(call, common),
        AdminCommand::Export(call) => keep::export(call, common),
        AdminCommand::Import(call) => keep::import(call, common),
    }
}

fn init(call: &InitArgs, common: &Common) -> Result<u8, Failure> {
    let instance = Instance::new(&call.name, &call.namespace, &call.contact, &call.prefix)?;
    let home = Home::create(&place::home()?, instance)?;
    let local = Local::open(home, Box::new(Instant::now))?;
    let key = local.ledger_key()?.to_string();
    let root = local.home().root().display().to_string();
    let text = format!(
        "Made the clearinghouse `{}` in {}\n\n  ledger   {key}\n  keys     {}\n\n\
         The keys are in no backup. Copy them to a safe place now: without master.key nothing can be opened again.\n\
         Next: assay admin member NAME --person NAME --role coordinator\n",
        plain::line(&call.name, 100),
        plain::line(&root, 500),
        plain::line(&local.home().keys_folder().display().to_string(), 500),
    );
    tell(common, &text, &json!({ "home": root, "name": call.name, "ledger": key }));
    Ok(0)
}

fn member(call: &MemberArgs, common: &Common) -> Result<u8, Failure> {
    let roles: Roles = call.roles.iter().copied().collect();
    let member = desk::open()?.join(None, &call.member, &call.person, roles)?;
    let text = format!(
        "{} joined, as {}\n{} is its first person\nNext: assay admin person NAME --member {:?} --role ROLE\n",
        plain::line(&call.member, 200),
        member.id,
        plain::line(&call.person, 200),
        call.member
    );
    tell(common, &text, &json!({ "member": member.id, "persons": member.persons.keys().collect::<Vec<_>>() }));
    Ok(0)
}

fn person(call: &PersonArgs, common: &Common) -> Result<u8, Failure> {
    let roles: Roles = call.roles.iter().copied().collect();
    let member = desk::open()?.add_person(&call.by.who()?, &call.member, &call.person, roles)?;
    let text = format!("{} is of {} now\n", plain::line(&call.person, 200), plain::line(&call.member, 200));
    tell(common, &text, &json!({ "member": member.id, "person": call.person }));
    Ok(0)
}

fn leave(call: &LeaveArgs, common: &Common) -> Result<u8, Failure> {
    let member = desk::open()?.remove_person(&call.by.who()?, &call.person)?;
    let text = format!("{} has left\n", plain::line(&call.person, 200));
    tell(common, &text, &json!({ "member": member.id, "person": call.person }));
    Ok(0)
}

fn members(common: &Common) -> Result<u8, Failure> {
    let (members, persons) = desk::open()?.members()?;
    let mut grid = Grid::default();
    for member in &members {
        for person in persons.iter().filter(|person| person.member == member.id) {
            let left = if person.left { "left" } else { "" };
            grid.row([
                plain::line(&member.name, 60),
                plain::line(&person.name, 60),
                person.roles.join(", "),
                left.to_owned(),
            ]);
        }
    }
    let text = if members.is_empty() { "There are no members yet.\n".to_owned() } else { grid.render("") };
    tell(common, &text, &json!({ "members": members, "persons": persons }));
    Ok(0)
}

fn approver(call: &ApproverArgs, common: &Common) -> Result<u8, Failure> {
    let failed = |error: String| Failure::call("no-key", format!("the key `{}`: {error}", call.key.display()));
    let pem = fs::read_to_string(&call.key).map_err(|error| failed(error.to_string()))?;
    let key = VerifyingKey::from_pem(&pem).map_err(|error| {
        failed(error.to_string()).help("name the public half: a file that begins with BEGIN PUBLIC KEY")
    })?;
    let row = desk::open()?.register_approver(&call.person, key)?;
    let text = format!(
        "{} approves with the key {}\nNext: assay admin trust FILE, once two persons have a key\n",
        plain::line(&row.name, 200),
        key.id()
    );
    tell(common, &text, &json!({ "person": row.id, "key": key.id().to_string() }));
    Ok(0)
}

fn trust(call: &TrustArgs, common: &Common) -> Result<u8, Failure> {
    let trust = desk::open()?.trust()?;
    WholeFile::begin(&call.file)?.finish(&trust.to_json(), 0o644)?;
    let text = format!(
        "Wrote {}\nGive it to members by hand, never with a release: it says whom to believe.\n",
        plain::path(&call.file)
    );
    tell(common, &text, &json!({ "file": call.file.display().to_string(), "threshold": trust.threshold() }));
    Ok(0)
}

fn key(call: &KeyArgs, common: &Common) -> Result<u8, Failure> {
    let public = call.file.with_added_extension("pub");
    for file in [&call.file, &public] {
        if file.exists() {
            return Err(Failure::call("exists", format!("`{}` is there already", file.display()))
                .help("name another file: a key that is written over is lost"));
        }
    }
    let key =
        SigningKey::generate().map_err(|error| Failure::own("no-key", format!("no key could be made: {error}")))?;
    WholeFile::begin(&call.file)?.finish(key.to_pem().as_bytes(), 0o600)?;
    WholeFile::begin(&public)?.finish(key.verifying_key().to_pem().as_bytes(), 0o644)?;
    let id = key.verifying_key().id();
    let text = format!(
        "Made the key {id}\n\n  secret   {}\n  public   {}\n\nKeep the secret half to yourself; give the public one away.\n",
        plain::path(&call.file),
        plain::path(&public)
    );
    tell(common, &text, &json!({ "key": id.to_string(), "public": public.display().to_string() }));
    Ok(0)
}
