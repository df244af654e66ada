//! What participants of a case do.

use assay_base::Instant;
use assay_case::Embargoed;
use assay_case::caller::Role;
use assay_case::case::{Case, CaseCloseReason, Channel, Command, Duty, Invitation, ReadInTier, VendorAnswer};
use assay_case::ids::{CaseId, FixId, ProposalId};
use assay_case::text::Line;
use clap::{Args, ValueEnum};

use super::show;
use crate::cli::Common;
use crate::desk::{self, As};
use crate::failure::Failure;

/// Ask a person to take part; nothing of the case goes out before consent
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay case invite cas_… --person 'Vera Lang' --role vendor --as 'Ana Ruiz'
  assay case invite cas_… --person 'Ivo Petrov' --role verifier --duty test --until 2026-12-01T00:00:00Z")]
pub struct InviteArgs {
    /// The case
    pub case: CaseId,
    /// The person's name
    #[arg(long, value_name = "NAME")]
    pub person: String,
    /// In which role: coordinator, finder, verifier or vendor
    #[arg(long, value_name = "ROLE", value_parser = role)]
    pub role: Role,
    /// What the person is to do: analyse, test or stage
    #[arg(long, value_name = "DUTY", value_parser = duty, default_value = "analyse")]
    pub duty: Duty,
    /// Until when; otherwise until the case is published or closed
    #[arg(long, value_name = "INSTANT")]
    pub until: Option<Instant>,
    #[command(flatten)]
    pub by: As,
}

/// Accept the embargo, for oneself: only then is one read in
#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// The case
    pub case: CaseId,
    #[command(flatten)]
    pub by: As,
}

/// Decline the embargo, or take one's consent back
#[derive(Debug, Args)]
pub struct DeclineArgs {
    /// The case
    pub case: CaseId,
    #[command(flatten)]
    pub by: As,
}

/// Propose another end; it takes every signatory's agreement
#[derive(Debug, Args)]
pub struct ProposeArgs {
    /// The case
    pub case: CaseId,
    /// The exact instant, such as 2026-12-07T17:00:00Z
    #[arg(long, value_name = "INSTANT")]
    pub until: Instant,
    #[command(flatten)]
    pub by: As,
}

/// Agree to a proposed end
#[derive(Debug, Args)]
#[command(after_help = "\
`assay case show` names the open proposal.

Examples:
  assay case agree cas_… prp_… --as 'Vera Lang'")]
pub struct AgreeArgs {
    /// The case
    pub case: CaseId,
    /// The proposal
    pub proposal: ProposalId,
    #[command(flatten)]
    pub by: As,
}

/// Turn a proposed end down
#[derive(Debug, Args)]
pub struct RejectArgs {
    /// The case
    pub case: CaseId,
    /// The proposal
    pub proposal: ProposalId,
    #[command(flatten)]
    pub by: As,
}

/// Record what the world knows: public awareness or a public exploit ends the embargo at once
#[derive(Debug, Args)]
#[command(after_help = "\
A staged advisory must then be staged again with the true date, and approved again by two persons.

Examples:
  assay case saw cas_… public --source 'a post on a public list' --as 'Ana Ruiz'
  assay case saw cas_… attack --source 'a report of a victim'")]
pub struct SawArgs {
    /// The case
    pub case: CaseId,
    /// What was seen
    #[arg(value_enum)]
    pub what: Sight,
    /// Where it was seen
    #[arg(long, value_name = "WHERE")]
    pub source: String,
    #[command(flatten)]
    pub by: As,
}

/// What was seen.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Sight {
    /// The public knows
    Public,
    /// An exploit is public
    Exploit,
    /// Attacks were seen
    Attack,
}

/// Record how far a vendor is
#[derive(Debug, Args)]
pub struct VendorArgs {
    /// The case
    pub case: CaseId,
    /// The step
    #[arg(value_enum)]
    pub step: Step,
    /// The vendor that was notified, by the member's name
    #[arg(long, value_name = "MEMBER", required_if_eq("step", "notified"))]
    pub member: Option<String>,
    /// The fix that is ready
    #[arg(long, value_name = "FIX", required_if_eq("step", "fix-ready"))]
    pub fix: Option<FixId>,
    #[command(flatten)]
    pub by: As,
}

/// A vendor's step.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Step {
    /// The clearinghouse has told him
    Notified,
    /// He has read it
    Acknowledged,
    /// His fix is ready
    FixReady,
    /// His fix is deployed
    Deployed,
}

/// Close a case, never while its embargo runs; if it is not published, its findings are verified again
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay case close cas_… --reason handed-over --as 'Ana Ruiz'
  assay case close cas_… --reason published")]
pub struct CloseArgs {
    /// The case
    pub case: CaseId,
    /// Why: published, not-a-vulnerability, handed-over or empty
    #[arg(long, value_name = "REASON", value_parser = close_reason)]
    pub reason: CaseCloseReason,
    #[command(flatten)]
    pub by: As,
}

fn role(text: &str) -> Result<Role, String> {
    Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| "no such role".to_owned())
}

fn duty(text: &str) -> Result<Duty, String> {
    Duty::ALL.iter().copied().find(|duty| duty.as_str() == text).ok_or_else(|| "analyse, test or stage".to_owned())
}

fn close_reason(text: &str) -> Result<CaseCloseReason, String> {
    CaseCloseReason::ALL
        .iter()
        .copied()
        .find(|reason| reason.as_str() == text)
        .ok_or_else(|| "published, not-a-vulnerability, handed-over or empty".to_owned())
}

fn act_on(by: &As, case: CaseId, command: Command) -> Result<Case, Failure> {
    Ok(desk::open()?.act_on_case(&by.who()?, case, command)?)
}

fn act(by: &As, case: CaseId, command: Command, what: &str, common: &Common) -> Result<u8, Failure> {
    let case = act_on(by, case, command)?;
    show::after(&case, what, common);
    Ok(0)
}

/// Invites.
pub fn invite(call: &InviteArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.by.who()?;
    let local = desk::open()?;
    let (_, persons) = local.members()?;
    let find = |name: &str| {
        persons.iter().find(|person| person.name == name && !person.left).ok_or_else(|| {
            Failure::call("no-such-person", format!("`{name}` is nobody here")).help("`assay admin members` lists them")
        })
    };
    let (guest, sponsor) = (find(&call.person)?, find(&who.person)?);
    let invitation = Invitation {
        person: guest.id,
        member: guest.member,
        role: call.role,
        sponsor: sponsor.id,
        duty: call.duty,
        // Who is read in sees the whole case: there are no slices of it yet.
        tier: ReadInTier::T1,
        expires: call.until,
    };
    let case = local.act_on_case(&who, call.case, Command::Invite(Box::new(invitation)))?;
    show::after(&case, "Invited to", common);
    Ok(0)
}

/// Accepts.
pub fn accept(call: &AcceptArgs, common: &Common) -> Result<u8, Failure> {
    act(&call.by, call.case, Command::AcceptEmbargo { channel: Channel::Cli }, "Accepted the embargo of", common)
}

/// Declines.
pub fn decline(call: &DeclineArgs, common: &Common) -> Result<u8, Failure> {
    let case = act_on(&call.by, call.case, Command::DeclineEmbargo { channel: Channel::Cli })?;
    show::left(&case, "Declined the embargo of", "assay case list", common);
    Ok(0)
}

/// Proposes.
pub fn propose(call: &ProposeArgs, common: &Common) -> Result<u8, Failure> {
    let command = Command::ProposeEnd { end: call.until, channel: Channel::Cli };
    act(&call.by, call.case, command, "Proposed an end for", common)
}

/// Agrees.
pub fn agree(call: &AgreeArgs, common: &Common) -> Result<u8, Failure> {
    let command = Command::AgreeEnd { proposal: call.proposal, channel: Channel::Cli };
    act(&call.by, call.case, command, "Agreed to an end for", common)
}

/// Turns down.
pub fn reject(call: &RejectArgs, common: &Common) -> Result<u8, Failure> {
    let command = Command::RejectEnd { proposal: call.proposal, channel: Channel::Cli };
    act(&call.by, call.case, command, "Turned down an end for", common)
}

/// Records a sighting.
pub fn saw(call: &SawArgs, common: &Common) -> Result<u8, Failure> {
    let line = Line::new(&call.source).map_err(|error| Failure::call("text", error.to_string()))?;
    let source = Embargoed::new(line);
    let command = match call.what {
        Sight::Public => Command::RecordPublicAwareness { source },
        Sight::Exploit => Command::RecordPublicExploit { source },
        Sight::Attack => Command::RecordAttack { source },
    };
    act(&call.by, call.case, command, "Recorded for", common)
}

/// Records a vendor's step.
pub fn vendor(call: &VendorArgs, common: &Common) -> Result<u8, Failure> {
    let channel = Channel::Cli;
    let command = match (call.step, &call.member, call.fix) {
        (Step::Notified, Some(name), _) => {
            let (members, _) = desk::open()?.members()?;
            let member = members.iter().find(|member| &member.name == name);
            let member =
                member.ok_or_else(|| Failure::call("no-such-member", format!("`{name}` is no member here")))?;
            Command::NotifyVendor { vendor: member.id }
        }
        (Step::FixReady, _, Some(fix)) => Command::RecordFixReady { fix, channel },
        (Step::Deployed, ..) => Command::RecordFixDeployed { channel },
        // clap asks for the member and the fix where they are needed.
        _ => Command::AnswerAsVendor { answer: VendorAnswer::Acknowledge, channel },
    };
    act(&call.by, call.case, command, "Recorded for", common)
}

/// Closes.
pub fn close(call: &CloseArgs, common: &Common) -> Result<u8, Failure> {
    let case = act_on(&call.by, call.case, Command::Close { reason: call.reason })?;
    let next = match call.reason {
        CaseCloseReason::Published => "assay status --state published",
        // Its findings are verified again, and wait for another case or an end of their own.
        _ => "assay status --state verified",
    };
    show::left(&case, "Closed", next, common);
    Ok(0)
}
