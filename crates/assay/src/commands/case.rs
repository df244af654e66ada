//! `assay case`: the coordination of one root cause.

use clap::Subcommand;

use crate::cli::Common;
use crate::failure::Failure;

mod act;
mod fix;
mod notices;
mod open;
mod severity;
mod show;
mod words;

/// Coordinate a case: open it, read people in, agree on an embargo, try fixes, stage and approve the advisory
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  assay case open fnd_… --title 'Heap overflow in tlv' --days 30 --as 'Ana Ruiz'
  assay case invite cas_… --person 'Vera Lang' --role vendor
  assay case fix cas_… --patch fix.patch
  assay case stage cas_… --text advisory.toml
  assay case approve cas_… --key ana.key")]
pub enum CaseCommand {
    Open(open::OpenArgs),
    Show(show::ShowArgs),
    List(show::ListArgs),
    Add(open::AddArgs),
    Invite(act::InviteArgs),
    Accept(act::AcceptArgs),
    Decline(act::DeclineArgs),
    Propose(act::ProposeArgs),
    Agree(act::AgreeArgs),
    Reject(act::RejectArgs),
    Saw(act::SawArgs),
    Vendor(act::VendorArgs),
    Fix(fix::FixArgs),
    Stage(fix::StageArgs),
    Draft(fix::DraftArgs),
    Approve(fix::ApproveArgs),
    Close(act::CloseArgs),
    Notices(Box<notices::NoticesArgs>),
}

/// Runs one of them.
pub fn run(call: &CaseCommand, common: &Common) -> Result<u8, Failure> {
    match call {
        CaseCommand::Open(call) => open::open(call, common),
        CaseCommand::Show(call) => show::show(call, common),
        CaseCommand::List(call) => show::list(call, common),
        CaseCommand::Add(call) => open::add(call, common),
        CaseCommand::Invite(call) => act::invite(call, common),
        CaseCommand::Accept(call) => act::accept(call, common),
        CaseCommand::Decline(call) => act::decline(call, common),
        CaseCommand::Propose(call) => act::propose(call, common),
        CaseCommand::Agree(call) => act::agree(call, common),
        CaseCommand::Reject(call) => act::reject(call, common),
        CaseCommand::Saw(call) => act::saw(call, common),
        CaseCommand::Vendor(call) => act::vendor(call, common),
        CaseCommand::Fix(call) => fix::fix(call, common),
        CaseCommand::Stage(call) => fix::stage(call, common),
        CaseCommand::Draft(call) => fix::draft(call, common),
        CaseCommand::Approve(call) => fix::approve(call, common),
        CaseCommand::Close(call) => act::close(call, common),
        CaseCommand::Notices(call) => notices::run(call, common),
    }
}
