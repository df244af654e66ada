//! Cases: consent, embargo, breaks, vendors, advisories, merging.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod advisory;
mod end;
mod join;
mod people;
#[path = "../support/mod.rs"]
mod support;
mod vendor;

use assay_base::Instant;
use assay_case::Caller;
use assay_case::case::pec::Pec;
use assay_case::case::{Channel, Command, em::Em};
use support::id_of;
use support::stage::CasePlay;

pub const LINK: Channel = Channel::SignedLink;

pub fn em(play: &CasePlay) -> Em {
    play.state.get().unwrap().em
}

pub fn end(play: &CasePlay) -> Option<Instant> {
    play.state.get().unwrap().end_in_force()
}

pub fn pec(play: &CasePlay, who: &Caller) -> Pec {
    play.state.get().unwrap().participant(id_of(who)).unwrap().pec
}

pub fn propose(end: Instant) -> Command {
    Command::ProposeEnd { end, channel: LINK }
}

pub fn agree(play: &CasePlay, channel: Channel) -> Command {
    Command::AgreeEnd { proposal: play.state.get().unwrap().proposal.as_ref().unwrap().id, channel }
}
