//! Members and persons: who is here, in which roles, and whose key approves.

use assay_base::{MemberId, PersonId};
use assay_case::aggregate::Aggregate as _;
use assay_case::caller::{Caller, Roles};
use assay_case::member::{Command, Member, NewPersonName, State};
use assay_ledger::VerifierKey;
use assay_repo::Trust;
use assay_seal::VerifyingKey;
use assay_store::event::StreamId;
use assay_store::row::{MemberRow, PersonRow};

use crate::bundled;
use crate::local::Local;
use crate::lock::Turn;
use crate::refusal::Refusal;
use crate::who::Who;

impl Local {
    /// A member joins with its first person. The installation itself lets the first members in.
    ///
    /// # Errors
    ///
    /// A name is taken, or the rules refuse.
    pub fn join(&self, who: Option<&Who>, member: &str, person: &str, roles: Roles) -> Result<Member, Refusal> {
        let name = bundled::line(member)?;
        let first = NewPersonName { name: bundled::line(person)?, roles };
        self.begin(|unit| {
            let caller = match who {
                Some(who) => who.caller(unit.view)?,
                None => Caller::CLOCK,
            };
            if unit.view.member_named(member.trim())?.is_some() {
                return Err(Refusal::call("name-taken", format!("there is a member `{}` already", member.trim())));
            }
            free(unit.view.person_named(person.trim())?.is_some(), person)?;
            let command = Command::Join { name: name.clone(), first: first.clone() };
            let events = State::default().decide(&caller, command, &mut unit.ctx())?;
            let state = unit.stage::<State>(&events, caller.actor)?.state;
            state.get().cloned().ok_or_else(|| Refusal::broken("a member without a state"))
        })
    }

    /// Adds a person to a member.
    ///
    /// # Errors
    ///
    /// There is no such member, the name is taken, or the rules refuse.
    pub fn add_person(&self, who: &Who, member: &str, person: &str, roles: Roles) -> Result<Member, Refusal> {
        let new = NewPersonName { name: bundled::line(person)?, roles };
        self.decide(|unit| {
            let caller = who.caller(unit.view)?;
            let row = unit.view.member_named(member.trim())?.ok_or_else(|| Refusal::not_found("member"))?;
            free(unit.view.person_named(person.trim())?.is_some(), person)?;
            let state = unit.existing::<State>(&stream(row.id))?.state;
            let events = state.decide(&caller, Command::AddPerson(new.clone()), &mut unit.ctx())?;
            let state = unit.stage::<State>(&events, caller.actor)?.state;
            state.get().cloned().ok_or_else(|| Refusal::broken("a member without a state"))
        })
    }

    /// A person leaves. What they approved and is not out counts no more.
    ///
    /// # Errors
    ///
    /// There is no such person, or the rules refuse.
    pub fn remove_person(&self, who: &Who, person: &str) -> Result<Member, Refusal> {
        self.decide(|unit| {
            let caller = who.caller(unit.view)?;
            let row = unit.view.person_named(person.trim())?.ok_or_else(|| Refusal::not_found("person"))?;
            let state = unit.existing::<State>(&stream(row.member))?.state;
            let events = state.decide(&caller, Command::RemovePerson { person: row.id }, &mut unit.ctx())?;
            let state = unit.stage::<State>(&events, caller.actor)?.state;
            state.get().cloned().ok_or_else(|| Refusal::broken("a member without a state"))
        })
    }

    /// All members and persons.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn members(&self) -> Result<(Vec<MemberRow>, Vec<PersonRow>), Refusal> {
        self.look(|view| Ok((view.members()?, view.persons()?)))
    }

    /// Registers the public half of the key with which a person approves advisories.
    ///
    /// This alone lets nobody publish: members accept only the keys of the trust file that they were given.
    ///
    /// # Errors
    ///
    /// There is no such person, or he registered another key before.
    pub fn register_approver(&self, person: &str, key: VerifyingKey) -> Result<PersonRow, Refusal> {
        let _turn = self.home.turn(Turn::Approver)?;
        let persons = self.look(|view| Ok(view.persons()?))?;
        let row = persons
            .iter()
            .find(|row| row.name == person.trim() && !row.left)
            .ok_or_else(|| Refusal::not_found("person"))?;
        // INVARIANT 17: one key is one hand, whoever holds it; and a key that lies on this machine is nobody's hand.
        let own = [&self.keys.index, &self.keys.ledger, &self.keys.runner];
        if own.iter().any(|own| own.verifying_key().id() == key.id()) {
            return Err(Refusal::call("own-key", "this is a key of the clearinghouse itself")
                .help("each person makes a key of their own: `assay admin key FILE`"));
        }
        for other in persons.iter().filter(|other| other.id != row.id) {
            if self.approver_key(other.id)?.is_some_and(|known| known.id() == key.id()) {
                return Err(Refusal::call("key-taken", format!("`{}` registered this key", other.name)).help(
                    "two who share a key are one: each person makes a key of their own, `assay admin key FILE`",
                ));
            }
        }
        if let Some(known) = self.approver_key(row.id)?
            && known.id() != key.id()
        {
            return Err(Refusal::call(
                "approver-known",
                format!("`{person}` registered the key {} before", known.id()),
            )
            .help("a changed key needs a new trust file for every member: replace it on purpose, by a new person"));
        }
        self.store.set_setting(&setting(row.id), &key.to_pem())?;
        Ok(row.clone())
    }

    /// The key with which a person approves.
    pub(crate) fn approver_key(&self, person: PersonId) -> Result<Option<VerifyingKey>, Refusal> {
        match self.store.setting(&setting(person))? {
            None => Ok(None),
            Some(pem) => VerifyingKey::from_pem(&pem)
                .map(Some)
                .map_err(|error| Refusal::broken(format!("an approver's key cannot be read: {error}"))),
        }
    }

    /// What members are given out of band: whom to believe.
    ///
    /// # Errors
    ///
    /// Fewer than two persons have registered a key.
    pub fn trust(&self) -> Result<Trust, Refusal> {
        let mut approvers = Vec::new();
        for person in self.look(|view| Ok(view.persons()?))? {
            approvers.extend(self.approver_key(person.id)?);
        }
        let threshold = assay_repo::LEAST_THRESHOLD;
        Trust::new(vec![self.keys.index.verifying_key()], approvers, threshold, Some(self.ledger_key()?.to_string()))
            .map_err(|error| {
                Refusal::call("no-trust", format!("there is no trust file yet: {error}"))
                    .help("two persons register a key each: `assay admin approver NAME --key FILE`")
            })
    }

    /// The ledger's verifier key.
    ///
    /// # Errors
    ///
    /// The instance's origin cannot name a key.
    pub fn ledger_key(&self) -> Result<VerifierKey, Refusal> {
        VerifierKey::new(&self.home.instance.origin, self.keys.ledger.verifying_key())
            .map_err(|error| Refusal::broken(format!("the ledger's key: {error}")))
    }
}

fn free(taken: bool, person: &str) -> Result<(), Refusal> {
    if taken {
        return Err(Refusal::call("name-taken", format!("there is a person `{}` already", person.trim()))
            .help("persons are told apart by name: add a middle name or a place"));
    }
    Ok(())
}

fn stream(id: MemberId) -> StreamId {
    StreamId(id.to_string())
}

fn setting(person: PersonId) -> String {
    format!("approver/{person}")
}
