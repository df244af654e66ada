//! Two cases, so that they can be merged, and who acts on them.

use assay_base::Instant;
use assay_case::case::Command;
use assay_case::{Aggregate, Caller, Role};

use crate::support::stage::CasePlay;
use crate::support::{agent_of, coordinator, finder, other_finder, person, second_coordinator, vendor, verifier};
use crate::witness::Witness;

pub fn cast() -> Vec<Caller> {
    let persons = [coordinator(), second_coordinator(), finder(), other_finder(), vendor(), verifier()];
    let agents = [agent_of(&coordinator()), agent_of(&vendor())];
    // Somebody with every role who takes no part.
    let stranger = person(9, 91, &Role::ALL);
    persons.into_iter().chain(agents).chain([stranger, Caller::CLOCK]).collect()
}

pub struct Pair {
    pub plays: [CasePlay; 2],
    pub witnesses: [Witness; 2],
}

impl Pair {
    /// Tells the witness what is new.
    pub fn tell(&mut self, which: usize, before: usize) {
        for event in &self.plays[which].history[before..] {
            self.witnesses[which].see(event);
        }
    }

    pub fn act(&mut self, which: usize, caller: &Caller, command: Command, now: Instant) -> bool {
        let before = self.plays[which].history.len();
        self.witnesses[which].public = false;
        let done = self.plays[which].act(caller, command, now).is_ok();
        self.tell(which, before);
        done
    }

    /// Merges or splits the two in one transaction, as a use case would: both decisions or none.
    pub fn join(&mut self, caller: &Caller, now: Instant) -> bool {
        let [goes, stays] = [&self.plays[0], &self.plays[1]];
        let id = goes.state.id().unwrap();
        let commands = if goes.state.get().unwrap().merged_into.is_some() {
            let Ok(release) = stays.state.release_of(id) else { return false };
            [Command::Split { release }, Command::Release { case: id }]
        } else {
            let (Ok(into), Ok(part)) = (stays.state.as_part(), goes.state.as_part()) else { return false };
            [Command::MergeInto { into }, Command::Absorb { part }]
        };
        let (mut goes, mut stays) = (goes.clone(), stays.clone());
        let before = [goes.history.len(), stays.history.len()];
        let [first, second] = commands;
        if goes.act(caller, first, now).is_err() || stays.act(caller, second, now).is_err() {
            return false;
        }
        self.plays = [goes, stays];
        self.tell(0, before[0]);
        self.tell(1, before[1]);
        let merged = self.plays[0].state.get().unwrap().merged_into.is_some();
        self.witnesses[1].promised = self.witnesses[0].end.filter(|_| merged);
        // Who came with a case that goes again is bound there only.
        if !merged {
            self.witnesses[1].bound = self.plays[1].state.get().unwrap().signatories();
        }
        true
    }
}
