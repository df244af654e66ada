//! Chapter 5: a case with an embargo that everybody agreed to, a patch that is
//! refuted and one that holds, an advisory that two persons sign.

use std::time::Duration;

use assay_app::advisories::Text;
use assay_app::cases::Opening;
use assay_app::who::Who;
use assay_base::Instant;
use assay_case::caller::Role;
use assay_case::case::{Channel, Command, Duty, Invitation, ReadInTier};
use assay_case::embargo::Policies;
use assay_case::ids::CaseId;
use assay_prove::cross::Crossed;
use serde_json::json;

use super::house::{ANA, BEN, House, VERA};
use super::reports::Reports;
use super::teller::Teller;
use crate::examples;
use crate::failure::Failure;
use crate::runner::Runner;

/// How long the embargo lasts from the moment that everybody agreed on its end.
const LEFT: Duration = Duration::from_secs(3);

/// What a person writes of the advisory.
const ADVISORY: &str = r#"
title = "tlv: heap overflow when a name has a control character"
summary = "A crafted frame makes tlv 0.3.1 and earlier write behind a heap buffer."
details = "tlv_printable reserves three characters for a byte that it writes as four. One control character in a device name or a site label is one byte too many."
weaknesses = ["CWE-787"]
cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
[[affected]]
product = { purl = "pkg:generic/tlv", name = "tlv", vendor = "tlv project" }
ranges = [{ introduced = "0.1.0", until = { fixed = "0.3.2" } }]
[[remedies]]
kind = "vendor-fix"
details = "Install tlv 0.3.2 or later, as your vendor or distribution ships it."
"#;

/// The case when it only waits for its instant.
pub struct Waiting {
    /// The case.
    pub case: CaseId,
    /// When its embargo ends.
    pub end: Instant,
}

/// Tells it.
pub fn tell(house: &House, runner: &Runner, reports: &Reports, teller: &mut Teller) -> Result<Waiting, Failure> {
    teller.chapter("A case, an embargo, and two patches");
    let (ana, ben, vera) = (Who::person(ANA), Who::person(BEN), Who::person(VERA));
    let local = &house.local;
    let opening = Opening {
        findings: vec![reports.first],
        title: "Heap overflow in tlv_printable".into(),
        policies: Policies::default(),
        embargo: true,
    };
    let case = local.open_case(&ana, &opening)?;
    let clock = case.embargo.as_ref().and_then(|embargo| embargo.governing.clone());
    teller.said(
        &format!(
            "{ANA} opens a case. No project policy and no list binds, so the embargo would end at {}, by {}.",
            clock.as_ref().map_or_else(String::new, |clock| clock.end.to_string()),
            clock.as_ref().map_or_else(String::new, |clock| clock.source.clone())
        ),
        json!({ "case": case.id, "embargo": clock }),
    );
    let before = local.case(&vera, case.id);
    teller.expect(before.is_err(), "the maintainer sees nothing before she is asked and agrees");
    invite(house, case.id, BEN, Role::Coordinator)?;
    invite(house, case.id, VERA, Role::Vendor)?;
    for who in [&ben, &vera] {
        local.act_on_case(who, case.id, Command::AcceptEmbargo { channel: Channel::Cli })?;
    }
    teller.did(&format!(
        "{BEN} and {VERA}, the maintainer, are asked in. Only when they accept the embargo may they read anything."
    ));

    let patch = |example: &str| -> Result<Vec<u8>, Failure> {
        let bundle = examples::load(example).ok_or_else(|| Failure::own("demo", "an example is gone"))?;
        let file = bundle.files.into_iter().find(|file| file.path.as_str() == "fix.patch");
        file.map(|file| file.content).ok_or_else(|| Failure::own("demo", "an example has no patch"))
    };
    let narrow = local.try_fix(&ana, case.id, &patch("one-input-patch")?, runner)?;
    let fires = narrow.tried.iter().filter(|one| one.outcome == Crossed::StillFires).count();
    teller.said(
        "A first patch refuses control characters in device names. The first finder's input is silent with it; the second \
         finder's still fires. It is refuted, and would have shipped with a green test.",
        json!({ "tried": narrow.tried.len(), "still-fires": fires, "attached": narrow.attached.is_some() }),
    );
    teller.expect(narrow.attached.is_none() && fires == 1, "the narrow patch is refuted by exactly one input");
    let whole = local.try_fix(&ana, case.id, &patch("heap-overflow")?, runner)?;
    let verified =
        whole.attached.as_ref().and_then(|case| case.fixes.values().next()).map(|fix| fix.verified().to_string());
    teller.expect(verified.is_some(), "the second patch holds");
    teller.said(
        &format!(
            "The second patch silences both inputs while the program lives: it is {}.",
            verified.as_deref().unwrap_or("not verified")
        ),
        json!({ "verified": verified }),
    );

    let end = local.now().plus(LEFT);
    let proposed = local.act_on_case(&ana, case.id, Command::ProposeEnd { end, channel: Channel::Cli })?;
    if let Some(proposal) = proposed.proposal.as_ref().map(|open| open.id) {
        for who in [&ben, &vera] {
            local.act_on_case(who, case.id, Command::AgreeEnd { proposal, channel: Channel::Cli })?;
        }
    }
    let agreed = local.case(&ana, case.id)?.case.end_in_force();
    teller.expect(agreed == Some(end), "all signatories agreed on the new end");
    teller.said(&format!("With a fix in hand all three agree on an exact end: {end}."), json!({ "end": end }));

    let text: Text = toml::from_str(ADVISORY).map_err(|error| Failure::own("demo", error.to_string()))?;
    let staged = local.stage_advisory(&ana, case.id, &text)?;
    local.approve_advisory(&ana, case.id, &house.ana)?;
    let alone = local.do_due()?;
    local.approve_advisory(&ben, case.id, &house.ben)?;
    let early = local.do_due()?;
    teller.said(
        &format!(
            "{ANA} stages {}, and she and {BEN} each sign every byte of it with a key of their own: no single person can \
             publish. Asked to publish now, the clearinghouse does nothing: the instant has not come.",
            staged.record.id
        ),
        json!({ "advisory": staged.record.id.to_string(), "record": staged.candidate }),
    );
    let quiet = alone.published.is_empty() && early.published.is_empty() && !house.local.home().release().exists();
    teller.expect(quiet || house.local.now() >= end, "nothing is published before the instant");
    teller.next("Nobody does anything. The embargo ends by itself.");
    Ok(Waiting { case: case.id, end })
}

fn invite(house: &House, case: CaseId, name: &str, role: Role) -> Result<(), Failure> {
    let (_, persons) = house.local.members()?;
    let find = |name: &str| {
        persons.iter().find(|person| person.name == name).ok_or_else(|| Failure::own("demo", format!("{name} is gone")))
    };
    let (guest, sponsor) = (find(name)?, find(ANA)?);
    let invitation = Invitation {
        person: guest.id,
        member: guest.member,
        role,
        sponsor: sponsor.id,
        duty: Duty::Analyse,
        tier: ReadInTier::T1,
        expires: None,
    };
    house.local.act_on_case(&Who::person(ANA), case, Command::Invite(Box::new(invitation)))?;
    Ok(())
}
