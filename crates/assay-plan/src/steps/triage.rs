//! The forensic look before a patch: connections and processes first, which
//! end with the cable; then isolate, then the rest of what vanishes at a
//! restart, then patch (R30).
//!
//! Where the directive does not bind this is advice, and patching never waits
//! for it.

use assay_clock::{Basis, Due};
use assay_inventory::component::What;

use super::Instructions;
use crate::card::Step;
use crate::due::CardDue;
use crate::effort::Effort;
use crate::group::Group;
use crate::request::Request;

/// What to do before the update of the same thing.
pub(crate) fn instructions(group: &Group<'_>, basis: Basis, request: &Request<'_>) -> (Vec<Step>, Instructions) {
    let hours = request.directive.triage();
    let first = match basis {
        Basis::Binding => Step::say(format!(
            "{} asks for this before patching. To patch first, record an override: who, when, and why (in the file of reports).",
            request.directive.short()
        )),
        _ => Step::say(
            "This is advice and blocks nothing: if one of the two cannot be done in time, update. A device that serves people is not unplugged without those who use it.",
        ),
    };
    let product = matches!(group.component.what, What::Product { .. });
    let mut steps = vec![Step::say(
        "Two minutes, before anything is unplugged: keep what is connected and what runs, for both change when the network is gone. Write the wall clock and the machine's clock on paper; the rest goes to a fresh USB stick. Only if you see files being encrypted or data leaving, isolate at once.",
    )];
    steps.push(linux_first());
    if product {
        steps.push(windows_first());
        steps.push(Step::say("An appliance without a command line: a photograph of its sessions page."));
    }
    steps.push(Step::say(
        "Then isolate, do not switch off: pull the network cable or move it to a closed network. What is in memory dies with the power. Ask clinical or operating staff first if it serves people.",
    ));
    steps.push(linux_rest());
    if product {
        steps.push(windows_rest());
        steps.push(Step::say("An appliance: its support bundle or diagnostic export, a photograph of its list of administrators, and its logs."));
    }
    steps.push(Step::say(format!(
        "Within {} hours of starting: write down which machines of this kind you have, and which of them strangers can reach.",
        hours.scope_hours
    )));
    steps.push(Step::say("Look for what nobody can explain: new administrators, connections to addresses that nobody knows, tasks and files newer than the last change that you know of."));
    steps.push(Step::say(format!("Within {} hours: the capture is kept where the machine cannot change it. Then the update of this thing begins (the next card).", hours.evidence_hours)));
    steps.push(Step::say(format!("Within {} hours: decide, and write down, whether there was a compromise: yes, no, or not known. If yes or not known, call your incident contact; CISA takes reports at cisa.gov/report.", hours.decision_hours)));
    let instructions = Instructions {
        steps,
        effort: "Ten minutes a machine to keep what is there, as a rule of thumb. To look at it takes longer, and can come after the update.".to_owned(),
        class: Effort::Ask,
        reboot: "No, and none before the capture: it would erase what is looked for.".to_owned(),
        undo: vec![Step::say("Put the cable back. Nothing was changed.")],
        check: vec![Step::say("The stick can be read on another machine, and paper and stick are locked away. A scan cannot verify this card: tick it by hand.")],
    };
    (vec![first], instructions)
}

/// The clock of the look: hours from the start of the directive's clock, or from now if those are over.
pub(crate) fn due(mut due: CardDue, clock: &Due, request: &Request<'_>) -> CardDue {
    let hours = request.directive.triage();
    let after =
        |start: assay_base::Instant, hours: u16| start.plus(std::time::Duration::from_secs(u64::from(hours) * 3600));
    let over = after(clock.start, hours.decision_hours) <= request.now;
    let start = if over { request.now } else { clock.start };
    let [scope, evidence, decision] =
        [hours.scope_hours, hours.evidence_hours, hours.decision_hours].map(|hours| after(start, hours));
    let words = |instant| request.zone.words(instant);
    due.words = format!(
        "{}{}: know the machines by {}, keep the evidence by {}, decide by {}.",
        if over {
            "The hours counted from the start of the clock are over; counted from this plan, as a "
        } else {
            "As a "
        },
        due.word,
        words(scope),
        words(evidence),
        words(decision)
    );
    due.short = "before the update".to_owned();
    due.earliest = Some(evidence);
    due.latest = Some(decision);
    due.aim = Some(evidence);
    due
}

fn linux_first() -> Step {
    Step::run("Linux, with the stick at /mnt:", "sudo sh -c 'date; ss -tunap; ps auxwwf; who -a' > /mnt/first.txt 2>&1")
}

fn linux_rest() -> Step {
    Step::run(
        "Then the rest of what vanishes at a restart. Linux:",
        "sudo sh -c 'date; crontab -l; systemctl list-timers --all; last -n 50' > /mnt/rest.txt 2>&1",
    )
}

fn windows_first() -> Step {
    Step::run(
        "Windows, as administrator, with the stick at E:",
        "cmd /c \"date /t & time /t & netstat -anob & tasklist /v & query user\" > E:\\first.txt 2>&1",
    )
}

fn windows_rest() -> Step {
    Step::run(
        "The rest on Windows:",
        "cmd /c \"date /t & time /t & schtasks /query /v & net localgroup administrators\" > E:\\rest.txt 2>&1",
    )
}
