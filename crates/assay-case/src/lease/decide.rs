//! Who gets a lease, and how it ends.

use std::time::Duration;

use assay_base::Instant;

use super::happened::Happened;
use super::state::{Lease, State};
use super::{Action, Command};
use crate::aggregate::{Aggregate, Ctx, EventOf, record};
use crate::caller::{Caller, Role};
use crate::ids::LeaseId;
use crate::refusal::{Code, Refusal};

/// Shortest lease.
pub const TTL_SHORTEST: Duration = Duration::from_secs(60);
/// Longest lease, and longest renewal from now.
pub const TTL_LONGEST: Duration = Duration::from_secs(30 * 86_400);

impl Aggregate for State {
    type Id = LeaseId;
    type Command = Command;
    type Happened = Happened;
    type Action = Action;

    const ACTIONS: &'static [Action] = &[Action::Claim, Action::Renew, Action::Release, Action::Expire, Action::Cancel];

    fn id(&self) -> Option<LeaseId> {
        self.get().map(|lease| lease.id)
    }

    fn apply(&mut self, event: &EventOf<Self>) {
        self.take_in(event);
    }

    fn permit(&self, caller: &Caller, action: Action, now: Instant) -> Result<(), Refusal> {
        let Some(lease) = self.get() else {
            if action != Action::Claim {
                return Err(Code::NotThere.into());
            }
            caller.person()?;
            if caller.has(Role::Finder) || caller.has(Role::Coordinator) {
                return Ok(());
            }
            return Err(Refusal::about(Code::NoRight, "it takes a finder or a coordinator"));
        };
        let over = || Err(Refusal::about(Code::LeaseOver, lease.phase_at(now).as_str()));
        match action {
            Action::Claim => Err(Code::AlreadyThere.into()),
            Action::Renew | Action::Release => {
                // Colleagues may take over a scan; strangers may not.
                if caller.member()? != lease.member {
                    return Err(Code::NotHolder.into());
                }
                if lease.is_active(now) { Ok(()) } else { over() }
            }
            Action::Expire => {
                if lease.phase != super::Phase::Active {
                    return over();
                }
                if lease.is_active(now) { Err(Code::NotYetOver.into()) } else { Ok(()) }
            }
            Action::Cancel => {
                if !caller.is_clock() && !caller.has(Role::Coordinator) && !caller.has(Role::Vendor) {
                    return Err(Refusal::about(Code::NoRight, "it takes a vendor or a coordinator"));
                }
                if lease.is_active(now) { Ok(()) } else { over() }
            }
        }
    }

    fn decide(&self, caller: &Caller, command: Command, ctx: &mut Ctx<'_>) -> Result<Vec<EventOf<Self>>, Refusal> {
        self.permit(caller, command.action(), ctx.now)?;
        let (id, what) = match self.get() {
            None => {
                let claimed = claim(command, ctx.now)?;
                (LeaseId::draw(ctx.entropy), claimed)
            }
            Some(lease) => (lease.id, go_on(lease, command, ctx.now)?),
        };
        Ok(record(id, caller, ctx.now, vec![what]))
    }
}

fn until(now: Instant, ttl: Duration) -> Result<Instant, Refusal> {
    if ttl < TTL_SHORTEST || ttl > TTL_LONGEST {
        return Err(Refusal::about(Code::TtlBounds, format!("{} seconds", ttl.as_secs())));
    }
    Ok(now.plus(ttl))
}

fn claim(command: Command, now: Instant) -> Result<Happened, Refusal> {
    let Command::Claim { target, method, ttl, view } = command else {
        return Err(Code::NotThere.into());
    };
    let expires = until(now, ttl)?;
    if view.opted_out {
        return Err(Code::OptedOut.into());
    }
    // The refusal says that it is taken, and not by whom, which part, or until when (R2).
    if view.overlaps(target.open(), method, now) {
        return Err(Code::Taken.into());
    }
    let token = view.last_token.checked_add(1).ok_or(Code::TokenOrder)?;
    Ok(Happened::Claimed { target, method, token, expires })
}

fn go_on(lease: &Lease, command: Command, now: Instant) -> Result<Happened, Refusal> {
    let own = |token: u64| if token == lease.token { Ok(()) } else { Err(Refusal::of(Code::TokenOld)) };
    match command {
        Command::Claim { .. } => Err(Code::AlreadyThere.into()),
        Command::Renew { token, ttl } => {
            own(token)?;
            Ok(Happened::Renewed { expires: until(now, ttl)? })
        }
        Command::Release { token, covered } => {
            own(token)?;
            Ok(Happened::Released { covered })
        }
        Command::Expire => Ok(Happened::Expired),
        Command::Cancel { opt_out, target } => {
            if !target.open().overlaps(lease.target.open()) {
                return Err(Code::NotAsked.into());
            }
            Ok(Happened::Cancelled { opt_out })
        }
    }
}
