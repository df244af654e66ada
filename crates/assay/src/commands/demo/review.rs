//! Chapter 8: a developer volunteers a model; the window opens, is used once,
//! and ends by itself.

use std::time::Duration;

use assay_app::review::Reviewed;
use assay_app::who::Who;
use assay_base::{Answer, Entropy as _, Instant, SystemEntropy};
use assay_bundle::digest::Sha256;
use assay_review::key::Holder;
use assay_review::{
    Agreement, Anchor, Command, Coverage, Fact, Facts, FamilyId, GrantId, ModelId, Party, PublicKey, Purpose,
    Safeguard, Statement, Text,
};
use assay_seal::SigningKey;
use serde_json::json;

use super::house::{self, DEV, EVE, House};
use super::teller::Teller;
use crate::failure::Failure;

/// How long the demo's window stays open: the developer's anchor is that near.
const OPEN: Duration = Duration::from_secs(2);

fn failed(error: impl ToString) -> Failure {
    Failure::own("demo", error.to_string())
}

/// One engagement, seen from the tools of those who sign.
struct Room<'a> {
    house: &'a House,
    family: FamilyId,
    engagement: ModelId,
}

impl Room<'_> {
    /// Signs a command with the next number of this key, and brings it.
    fn send(&self, who: &str, key: &SigningKey, command: Command) -> Result<Reviewed, Failure> {
        let who = Who::person(who);
        let state = self.house.local.engagement(&who, self.engagement)?;
        let public = PublicKey::from(key.verifying_key());
        let sequence = state.engagements.get(&self.engagement).map_or(1, |engagement| engagement.next_sequence(public));
        let statement = Statement {
            clearinghouse: self.house.local.home().instance.origin.clone(),
            family: self.family,
            engagement: self.engagement,
            sequence,
            made_at: self.house.local.now(),
            command,
        };
        let envelope = statement.sign(key).map_err(failed)?;
        Ok(self.house.local.review(&who, &envelope)?)
    }
}

/// Tells it.
pub fn tell(house: &House, teller: &mut Teller) -> Result<(), Failure> {
    teller.chapter("A frontier model is reviewed, because its developer wants it");
    let local = &house.local;
    let (developer, organisation, holder) = (house::key()?, house::key()?, house::key()?);
    let party = |member, key: &SigningKey| Party { member, key: PublicKey::from(key.verifying_key()) };
    let mut entropy = SystemEntropy;
    let family = FamilyId::draw(&mut entropy);
    let criteria = Sha256::of(b"criteria by which persons are chosen");
    let opening = Statement::opening(
        local.home().instance.origin.clone(),
        family,
        local.now(),
        Command::Open {
            developer: party(house.developer, &developer),
            organisation: party(house.reviewer, &organisation),
            criteria,
            sealed_name: Some(Sha256::of(&entropy.thirty_two())),
        },
        &mut entropy,
    );
    let opened = local.review(&Who::person(DEV), &opening.sign(&developer).map_err(failed)?)?;
    let room = Room { house, family, engagement: opened.engagement };
    teller.said(
        &format!(
            "{DEV} opens an engagement with the developer's key, for a model under a random handle: {}.",
            room.engagement
        ),
        json!({ "engagement": room.engagement }),
    );
    let asked = room.send(DEV, &developer, Command::AskIfCovered { facts: Sha256::of(b"facts put forward") })?;
    let answer = asked.state.engagements.get(&room.engagement).map(|engagement| engagement.coverage.coverage());
    teller.said(
        "She asks whether it is covered. Nobody has answered, and silence is not an answer: undetermined. It changes nothing.",
        json!({ "covered": answer.map(Coverage::as_str) }),
    );
    teller.expect(answer == Some(Coverage::Undetermined), "silence is undetermined");

    let source = Text::new("the developer's plan").map_err(failed)?;
    let open = || Command::OpenWindow {
        anchor: Anchor::ReleaseToOtherTrustedPartners { planned: local.now().plus(OPEN), source: source.clone() },
    };
    let unsigned = room.send(DEV, &developer, open());
    teller.expect(unsigned.is_err(), "no window opens without the five safeguards");
    for safeguard in Safeguard::ALL {
        let text = Sha256::of(safeguard.as_str().as_bytes());
        room.send(DEV, &developer, Command::SignSafeguard { safeguard: *safeguard, text })?;
        room.send(EVE, &organisation, Command::SignSafeguard { safeguard: *safeguard, text })?;
    }
    let grant = grant(&room, &developer, &organisation, &holder, criteria)?;
    teller.did(&format!(
        "Both sides sign five safeguards, without which no window opens, and one agreement for one person, {EVE}, without \
         which nobody gets in."
    ));
    let window = room.send(DEV, &developer, open())?;
    let ends = window.state.open_window(local.now()).map(|(_, window)| window.ends_at);
    let request = Sha256::of(b"one request");
    let used = room.send(EVE, &holder, Command::Use { grant, purpose: purpose()?, request });
    teller.said(
        &format!(
            "The window opens and ends at {}: the developer's own date, which is earlier than thirty days. {EVE} uses the \
             model once.",
            ends.map_or_else(String::new, |end| end.to_string())
        ),
        json!({ "ends": ends, "used": used.is_ok() }),
    );
    teller.expect(used.is_ok() && ends.is_some(), "the window was open and was used once");
    let other = room.send(EVE, &organisation, open());
    teller.expect(other.is_err(), "no other key opens or lengthens anything");
    wait_for(local.now(), ends);
    let late = room.send(EVE, &holder, Command::Use { grant, purpose: purpose()?, request });
    let done = local.do_due()?;
    teller.said(
        "The instant comes, and access is over; nobody had to do anything, and a second use is refused. Every step is in \
         the ledger. Nothing here can say whether a model may be released: there is no word for it in the program.",
        json!({ "late-use": late.as_ref().err().map(|failure| failure.code.to_string()), "ended": done.windows }),
    );
    teller.expect(late.is_err() && done.windows.contains(&room.engagement), "access ended by itself");
    teller
        .next("The reviewers write down what is left with them, destroy it, and the developer closes the engagement.");
    Ok(())
}

fn wait_for(now: Instant, end: Option<Instant>) {
    if let Some(end) = end {
        std::thread::sleep(end.since(now) + Duration::from_millis(50));
    }
}

fn purpose() -> Result<Purpose, Failure> {
    Purpose::new("cyber-capability").map_err(failed)
}

/// One agreement, signed by both sides.
fn grant(
    room: &Room<'_>,
    developer: &SigningKey,
    organisation: &SigningKey,
    holder: &SigningKey,
    criteria: Sha256,
) -> Result<GrantId, Failure> {
    let (_, persons) = room.house.local.members()?;
    let find = |name: &str| persons.iter().find(|person| person.name == name).map(|person| person.id);
    let (Some(eve), Some(dev)) = (find(EVE), find(DEV)) else { return Err(failed("a person is gone")) };
    let fact = Fact {
        answer: Answer::No,
        decided_by: dev,
        decided_at: room.house.local.now(),
        record: Sha256::of(b"the record of who decided"),
    };
    let id = GrantId::draw(&mut SystemEntropy);
    let agreement = Agreement {
        grant: id,
        engagement: room.engagement,
        organisation: room.house.reviewer,
        holder: Holder { person: eve, key: PublicKey::from(holder.verifying_key()) },
        purposes: vec![purpose()?],
        facts: Facts { competitor: fact, foreign_entity: fact, location: fact, nationality: fact },
        criteria,
    };
    let digest = agreement.digest().map_err(failed)?;
    room.send(DEV, developer, Command::Grant { agreement, uses: 10 })?;
    room.send(EVE, organisation, Command::CountersignGrant { grant: id, agreement: digest })?;
    Ok(id)
}
