//! What reads events only, and knows nothing of how they were decided.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use assay_base::{Actor, Instant, PersonId};
use assay_bundle::digest::Sha256;
use assay_case::Recorded;
use assay_case::case::{Channel, ExitReason, Happened};
use assay_case::ids::{CaseId, ProposalId};

pub const NOTICE: Duration = Duration::from_secs(86_400);

/// What the witness holds of one case.
#[derive(Default, Clone, Debug)]
pub struct Witness {
    pub end: Option<Instant>,
    /// What was promised to those of a case that was taken in, until all of both agree on something else.
    pub promised: Option<Instant>,
    pub bound: BTreeSet<PersonId>,
    pub proposal: Option<(ProposalId, Instant, BTreeSet<PersonId>)>,
    pub record: Option<Sha256>,
    pub approved: BTreeMap<PersonId, Actor>,
    pub published: bool,
    /// Set by an observation or a break in the same decision.
    pub public: bool,
    pub exits: usize,
    pub extended: usize,
    pub shortened: usize,
}

impl Witness {
    /// What was signed named another end than the one that is.
    fn unsigned(&mut self) {
        self.approved.clear();
        self.record = None;
    }

    pub fn see(&mut self, event: &Recorded<CaseId, Happened>) {
        let person = event.by.person();
        let natural = matches!(event.by, Actor::Person { .. });
        match &event.what {
            Happened::Opened(opening) => {
                assert!(natural, "an agent or the clock opened a case");
                self.end = opening.embargo.as_ref().map(|clock| clock.end);
                assert!(self.end.is_none_or(|end| end > event.at));
                self.bound.extend(person);
            }
            Happened::Invited(_) => assert!(natural, "an agent or the clock read somebody in"),
            Happened::EmbargoAccepted { channel, .. } => {
                assert!(natural && *channel != Channel::Email);
                self.bound.extend(person);
            }
            Happened::EmbargoDeclined { .. } => {
                assert!(natural);
                let person = person.unwrap();
                self.bound.remove(&person);
                self.approved.remove(&person);
                if let Some((_, _, agreed)) = &mut self.proposal {
                    agreed.remove(&person);
                }
            }
            Happened::ReadInLapsed { person } => drop(self.bound.remove(person)),
            Happened::EndProposed { proposal, end, channel } => {
                assert!(natural && *channel != Channel::Email && self.bound.contains(&person.unwrap()));
                self.proposal = Some((*proposal, *end, person.into_iter().collect()));
            }
            Happened::EndAgreed { proposal, channel } => {
                assert!(natural && *channel != Channel::Email && self.bound.contains(&person.unwrap()));
                let (open, _, agreed) = self.proposal.as_mut().unwrap();
                assert_eq!(open, proposal);
                agreed.extend(person);
            }
            Happened::EndRejected { .. } => self.proposal = None,
            Happened::EndSet { proposal, end, signatories, before } => {
                let (open, proposed, agreed) = self.proposal.take().unwrap();
                assert_eq!((open, proposed), (*proposal, *end));
                assert_eq!(*before, self.end);
                assert_eq!(*signatories, self.bound, "the event names every signatory");
                assert!(self.bound.is_subset(&agreed), "an end was set without {:?}", &self.bound - &agreed);
                assert!(*end > event.at);
                match self.end {
                    Some(before) if *end < before => {
                        assert!(agreed.len() >= 2, "one person shortened an embargo alone");
                        self.shortened += 1;
                    }
                    Some(_) => self.extended += 1,
                    None => {}
                }
                self.end = Some(*end);
                self.promised = None;
                self.unsigned();
            }
            Happened::PolicyRecorded { shortened, .. } => {
                assert!(natural);
                if let Some(clock) = shortened {
                    let before = self.end.expect("only an embargo in force is shortened");
                    assert!(clock.end < before && clock.end >= event.at.plus(NOTICE));
                    self.end = Some(clock.end);
                    self.promised = None;
                    self.shortened += 1;
                    self.unsigned();
                }
            }
            Happened::Observed { what, .. } => {
                assert!(natural, "an agent or the clock asserted something of the world");
                self.public |= matches!(what.as_str(), "public-aware" | "exploit-public");
            }
            Happened::BreakReported { .. } => assert!(natural),
            Happened::EmbargoExited { reason, end } => {
                assert_eq!(Some(*end), self.end);
                assert!(!event.by.is_agent(), "an agent ended an embargo");
                match reason {
                    ExitReason::EndReached => assert!(event.at >= *end, "ended {} before {end}", event.at),
                    _ => {
                        assert!(self.public && natural, "ended by {reason} without anything public");
                        self.unsigned();
                    }
                }
                self.end = None;
                // At its own instant it keeps every promise that it took over, or it never was the same.
                self.promised = self.promised.filter(|_| *reason == ExitReason::EndReached);
                self.bound.clear();
                self.proposal = None;
                self.exits += 1;
            }
            Happened::AdvisoryStaged { record, .. } => {
                self.record = Some(*record);
                self.approved.clear();
            }
            Happened::AdvisoryApproved { record, channel, .. } => {
                assert!(natural && *channel != Channel::Email, "approved by an agent, the clock or an e-mail");
                assert_eq!(Some(*record), self.record);
                self.approved.insert(person.unwrap(), event.by);
            }
            Happened::Published { record, .. } => {
                assert!(!event.by.is_agent(), "an agent published");
                assert!(self.end.is_none(), "published at {} under an embargo until {:?}", event.at, self.end);
                let broken = self.promised.filter(|end| *end > event.at);
                assert!(broken.is_none(), "published a case that was taken in before its end {broken:?}");
                assert!(!self.published, "published twice");
                assert_eq!(Some(*record), self.record, "another record was approved");
                assert!(self.approved.len() >= 2, "published with {} approvals", self.approved.len());
                self.published = true;
            }
            Happened::Absorbed(part) => {
                self.bound.extend(
                    part.participants.iter().filter(|(_, who)| who.pec.as_str() == "signatory").map(|(p, _)| *p),
                );
            }
            _ => {}
        }
    }
}
