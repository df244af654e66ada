//! What the codes of a case's vector say, in words, and with which command
//! each thing that one may do is done.

use assay_case::caller::Role;
use assay_case::case::em::Em;
use assay_case::case::pec::Pec;
use assay_case::case::pxa::Pxa;
use assay_case::case::rm::Rm;
use assay_case::case::vfd::Vfd;
use assay_case::case::{APPROVALS, Action, Case};

/// Where the embargo stands.
pub fn em(em: Em) -> &'static str {
    match em {
        Em::None => "no embargo",
        Em::Proposed => "an embargo is proposed, none binds yet",
        Em::Active => "the embargo is in force",
        Em::Revise => "the embargo is in force, another end is proposed",
        Em::Exited => "the embargo is over",
    }
}

/// What the world knows.
pub fn pxa(pxa: Pxa) -> String {
    let flags = [
        (pxa.public(), "known in public", "not known in public"),
        (pxa.exploit(), "an exploit is public", "no public exploit"),
        (pxa.attacks(), "attacks were seen", "no attacks seen"),
    ];
    flags.map(|(is, yes, no)| if is { yes } else { no }).join(", ")
}

/// Where a person stands with the embargo.
pub fn pec(pec: Pec) -> &'static str {
    match pec {
        Pec::NoEmbargo => "no embargo binds them",
        Pec::Invited => "asked, and has not answered",
        Pec::Signatory => "bound by the embargo",
        Pec::Lapsed => "the consent no longer stands",
        Pec::Declined => "said no, or took the consent back",
    }
}

/// Where a person stands with the report.
pub fn rm(rm: Rm) -> &'static str {
    match rm {
        Rm::Start => "has not received it",
        Rm::Received => "has it, and has not judged it",
        Rm::Invalid => "holds it for wrong, for now",
        Rm::Valid => "holds it for right",
        Rm::Deferred => "right, but not now",
        Rm::Accepted => "works on it",
        Rm::Closed => "is done with it",
    }
}

/// How far a vendor is.
pub fn vfd(vfd: Vfd) -> &'static str {
    match vfd {
        Vfd::Unaware => "does not know",
        Vfd::Aware => "knows, has no fix yet",
        Vfd::Ready => "has a fix, not deployed yet",
        Vfd::Deployed => "the fix is deployed",
    }
}

/// How far the staged advisory is from going out; none if nothing is staged.
pub fn approvals(case: &Case) -> Option<String> {
    let draft = case.draft.as_ref()?;
    let given = draft.approvals.len().min(APPROVALS);
    let coordinator = draft.approvals.values().any(|role| *role == Role::Coordinator);
    let count = format!("{given} of {APPROVALS} approvals");
    Some(if draft.outdated {
        format!(
            "its date is not true any more, and its approvals are void: stage it again with `assay case stage {} --text \
             FILE`",
            case.id
        )
    } else if case.is_approved() {
        match case.end_in_force() {
            Some(end) => format!("{count}: it goes out at {end} by `assay publish`"),
            None => format!("{count}: it goes out with the next `assay publish`"),
        }
    } else if given == 0 {
        format!("{count}; two persons have to sign, a coordinator among the two")
    } else if given < APPROVALS {
        format!("{count}; one more person has to sign, a coordinator among the two")
    } else if coordinator {
        count
    } else {
        format!("{count}, and no coordinator among them: a coordinator has to sign")
    })
}

/// The command that does this; none for what no command does.
pub fn command(action: Action) -> Option<&'static str> {
    Some(match action {
        Action::AddFinding => "case add",
        Action::Invite => "case invite",
        Action::AcceptEmbargo => "case accept",
        Action::DeclineEmbargo => "case decline",
        Action::ProposeEnd => "case propose",
        Action::AgreeEnd => "case agree",
        Action::RejectEnd => "case reject",
        Action::RecordPublicAwareness | Action::RecordPublicExploit | Action::RecordAttack => "case saw",
        Action::NotifyVendor | Action::AnswerAsVendor | Action::RecordFixReady | Action::RecordFixDeployed => {
            "case vendor"
        }
        Action::AttachFix => "case fix",
        Action::StageAdvisory => "case stage",
        Action::ApproveAdvisory => "case approve",
        Action::ExitEmbargo | Action::Publish => "publish",
        Action::Close => "case close",
        Action::Open
        | Action::RemoveFinding
        | Action::LapseReadIn
        | Action::MoveRm
        | Action::RecordPolicy
        | Action::ReportBreak
        | Action::MergeInto
        | Action::Absorb
        | Action::Split
        | Action::Release => return None,
    })
}

/// The commands for these, each once.
pub fn commands(allowed: &[Action]) -> Vec<&'static str> {
    let mut commands = Vec::new();
    for word in allowed.iter().copied().filter_map(command) {
        if !commands.contains(&word) {
            commands.push(word);
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use assay_case::case::table::Machine as _;
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    /// Nobody is told of a command that is not there.
    #[test]
    fn every_command_that_is_named_is_there() {
        let told: Vec<&str> = Action::ALL.iter().copied().filter_map(command).collect();
        assert!(told.len() > 15);
        for words in told {
            let mut at = Cli::command();
            for word in words.split(' ') {
                at = at.find_subcommand(word).unwrap_or_else(|| panic!("no `assay {words}`")).clone();
            }
        }
        assert_eq!(commands(&[Action::RecordAttack, Action::MoveRm, Action::RecordPublicExploit]), ["case saw"]);
    }

    #[test]
    fn codes_have_words() {
        assert_eq!(pxa(Pxa::A), "not known in public, no public exploit, attacks were seen");
        let mut seen: Vec<&str> = Vec::new();
        seen.extend(Em::STATES.iter().map(|state| em(*state)));
        seen.extend(Pec::STATES.iter().map(|state| pec(*state)));
        seen.extend(Rm::STATES.iter().map(|state| rm(*state)));
        seen.extend(Vfd::STATES.iter().map(|state| vfd(*state)));
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), all, "two codes have the same words");
    }
}
