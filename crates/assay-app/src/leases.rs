//! Leases: claiming a target so that nobody scans it twice.

use std::time::Duration;

use assay_case::Embargoed;
use assay_case::aggregate::Aggregate as _;
use assay_case::ids::LeaseId;
use assay_case::lease::{Availability, Command, Coverage, Lease, Method, State, View};
use assay_case::target::Target;
use assay_store::event::StreamId;

use crate::bundled;
use crate::local::Local;
use crate::refusal::Refusal;
use crate::unit::Unit;
use crate::who::Who;

impl Local {
    /// What a claimant learns before claiming: taken, free, or covered up to where. Nothing else (R2).
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn availability(&self, who: &Who, target: &Target, method: Method) -> Result<Availability, Refusal> {
        self.decide(|unit| {
            who.caller(unit.view)?;
            Ok(self.around(unit, target, method)?.availability(target, method, unit.now))
        })
    }

    /// Claims a target. Of two who race, exactly one gets it.
    ///
    /// # Errors
    ///
    /// It is taken, or the rules refuse.
    pub fn claim(&self, who: &Who, target: &Target, method: Method, ttl: Duration) -> Result<Lease, Refusal> {
        self.begin(|unit| {
            let caller = who.caller(unit.view)?;
            let view = self.around(unit, target, method)?;
            let command = Command::Claim { target: Embargoed::new(target.clone()), method, ttl, view };
            let events = State::default().decide(&caller, command, &mut unit.ctx())?;
            let state = unit.stage::<State>(&events, caller.actor)?.state;
            state.get().cloned().ok_or_else(|| Refusal::broken("a lease without a state"))
        })
    }

    /// Prolongs a lease from now on.
    ///
    /// # Errors
    ///
    /// It is over, the token is old, or it is somebody else's.
    pub fn renew(&self, who: &Who, id: LeaseId, token: u64, ttl: Duration) -> Result<Lease, Refusal> {
        self.act_on_lease(who, id, Command::Renew { token, ttl })
    }

    /// Gives a lease back, with what was covered.
    ///
    /// # Errors
    ///
    /// As [`renew`](Self::renew).
    pub fn release(&self, who: &Who, id: LeaseId, token: u64, covered: Option<&str>) -> Result<Lease, Refusal> {
        let covered = covered.map(bundled::line).transpose()?.map(|at| Coverage { at });
        self.act_on_lease(who, id, Command::Release { token, covered })
    }

    fn act_on_lease(&self, who: &Who, id: LeaseId, command: Command) -> Result<Lease, Refusal> {
        self.decide(|unit| {
            let caller = who.caller(unit.view)?;
            // Whose lease it is shows in the refusal of the rules; whether there is one, does not.
            let own = unit.view.lease(id)?.filter(|row| Some(row.member) == caller.actor.member());
            if own.is_none() {
                return Err(Refusal::not_found("lease"));
            }
            let state = unit.existing::<State>(&stream(id))?.state;
            let events = state.decide(&caller, command.clone(), &mut unit.ctx())?;
            let state = unit.stage::<State>(&events, caller.actor)?.state;
            state.get().cloned().ok_or_else(|| Refusal::broken("a lease without a state"))
        })
    }

    /// What the store knows around a target.
    fn around(&self, unit: &Unit<'_>, target: &Target, method: Method) -> Result<View, Refusal> {
        let project = self.vault.tag("project", target.whole.project());
        let mut view = View { last_token: unit.view.last_token(project, &method.to_string())?, ..View::default() };
        for row in unit.view.active_leases(project)? {
            let state = unit.existing::<State>(&stream(row.id))?.state;
            view.active.extend(state.get().map(Lease::standing));
        }
        Ok(view)
    }
}

/// The stream of a lease.
pub(crate) fn stream(id: LeaseId) -> StreamId {
    StreamId(id.to_string())
}
