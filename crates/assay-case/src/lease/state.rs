//! A lease as its events leave it.

use assay_base::{Instant, MemberId, PersonId};

use super::Method;
use super::happened::{Coverage, Happened};
use super::view::Standing;
use crate::aggregate::Recorded;
use crate::case::table::words;
use crate::embargoed::Embargoed;
use crate::ids::LeaseId;
use crate::refusal::{Code, Refusal};
use crate::target::Target;

words! {
    /// Where a lease is.
    Phase {
        /// It runs, unless its time is over.
        Active = "active",
        /// It was given back.
        Released = "released",
        /// Its time ran out, and that is recorded.
        Expired = "expired",
        /// A maintainer opted out.
        Cancelled = "cancelled",
    }
}

/// A lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Its id.
    pub id: LeaseId,
    /// What is claimed.
    pub target: Embargoed<Target>,
    /// By which method.
    pub method: Method,
    /// For which member.
    pub member: MemberId,
    /// By whom.
    pub person: PersonId,
    /// The fencing token.
    pub token: u64,
    /// Since when.
    pub since: Instant,
    /// When it ends unless it is renewed.
    pub expires: Instant,
    /// Where it is.
    pub phase: Phase,
    /// What was covered.
    pub covered: Option<Coverage>,
}

impl Lease {
    /// Whether it holds the target at this instant, whatever was recorded of its end.
    pub fn is_active(&self, now: Instant) -> bool {
        self.phase == Phase::Active && now < self.expires
    }

    /// Where it is at this instant.
    pub fn phase_at(&self, now: Instant) -> Phase {
        if self.phase == Phase::Active && now >= self.expires { Phase::Expired } else { self.phase }
    }

    /// Passes if a scanner with this token may act on the target: the lease
    /// runs, and the token is its own. What a predecessor holds is older.
    ///
    /// # Errors
    /// If the lease is over or the token is another one.
    pub fn fence(&self, token: u64, now: Instant) -> Result<(), Refusal> {
        if !self.is_active(now) {
            return Err(Refusal::about(Code::LeaseOver, self.phase_at(now).as_str()));
        }
        if token != self.token {
            return Err(Code::TokenOld.into());
        }
        Ok(())
    }

    /// The lease as others have to respect it.
    pub fn standing(&self) -> Standing {
        Standing { lease: self.id, target: self.target.open().clone(), method: self.method, expires: self.expires }
    }
}

/// A lease, once it was claimed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(pub(super) Option<Box<Lease>>);

impl State {
    /// The lease, once it was claimed.
    pub fn get(&self) -> Option<&Lease> {
        self.0.as_deref()
    }

    pub(super) fn take_in(&mut self, event: &Recorded<LeaseId, Happened>) {
        let Some(lease) = self.0.as_deref_mut() else {
            if let Happened::Claimed { target, method, token, expires } = &event.what
                && let (Some(member), Some(person)) = (event.by.member(), event.by.person())
            {
                self.0 = Some(Box::new(Lease {
                    id: event.stream,
                    target: target.clone(),
                    method: *method,
                    member,
                    person,
                    token: *token,
                    since: event.at,
                    expires: *expires,
                    phase: Phase::Active,
                    covered: None,
                }));
            }
            return;
        };
        if lease.id != event.stream || lease.phase != Phase::Active {
            return;
        }
        match &event.what {
            Happened::Claimed { .. } => {}
            Happened::Renewed { expires } => lease.expires = *expires,
            Happened::Released { covered } => {
                lease.phase = Phase::Released;
                lease.covered = covered.clone();
            }
            Happened::Expired => lease.phase = Phase::Expired,
            Happened::Cancelled { .. } => lease.phase = Phase::Cancelled,
        }
    }
}
