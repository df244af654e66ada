//! How many of the inputs without the flaw get to the changed code in the patched
//! build. What is compared on the others says nothing of the change, however alike
//! it comes out: they are no control.

use assay_bundle::manifest::ArmName;
use serde::{Deserialize, Serialize};

use super::feed::Feed;
use super::laid::{Laid, lay};
use super::level::Level;
use super::trial::together;
use crate::evidence::Reach;
use crate::reach::{self, Given};
use crate::session::Session;

/// Inputs of the bundle and of the caller that are looked at.
const GIVEN: usize = 24;
/// Others that both builds handle, which are looked at where none of those gets there.
const OTHERS: usize = 12;

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reached {
    /// Inputs that were looked at.
    pub asked: usize,
    /// Of these, get to a function that the patch changed.
    pub reached: usize,
    /// Of these, nobody can tell: such a build cannot be looked at, or the change lies outside of functions.
    pub untold: usize,
}

impl Reached {
    /// Whether every one that was looked at is known to pass by the change.
    #[must_use]
    pub fn none(&self) -> bool {
        self.reached == 0 && self.untold == 0
    }

    /// Whether a level can stand on it.
    pub(super) fn allows(&self, level: Option<Level>) -> bool {
        (level < Some(Level::L4) || !self.none())
            && self.reached.checked_add(self.untold).is_some_and(|told| told <= self.asked)
    }

    fn count(&mut self, reach: Reach) {
        self.asked += 1;
        self.reached += usize::from(reach == Reach::Reached);
        self.untold += usize::from(reach == Reach::Unknown);
    }
}

/// Runs some of the inputs that were given, and if need be some of the others, and looks where they go.
pub(super) fn ask(session: &Session<'_>, given: &[Feed], others: &[Feed]) -> Reached {
    let mut seen = Reached::default();
    let executor = session.executor();
    let folder = session.work().folder("reached").ok();
    let prepared = |arm| session.source(arm);
    let watch = match (prepared(ArmName::Vulnerable), prepared(ArmName::Fixed), session.built(ArmName::Fixed)) {
        (Some(vulnerable), Some(fixed), Some(built)) => {
            reach::watch(&executor, vulnerable, fixed, built).zip(built.outs.values().next().map(|out| (built, out)))
        }
        _ => None,
    };
    let (Some((watch, (built, out))), Some(folder)) = (watch, folder) else {
        let asked = given.len().min(GIVEN);
        return Reached { asked, reached: 0, untold: asked };
    };
    let one = |feed: &&Feed| match lay(&executor, built, out, feed, &folder) {
        Ok(Laid { argv, stdin, extra, away }) => {
            let reach = watch.ask(Given { argv, stdin, extra });
            drop(away);
            reach
        }
        Err(_) => Reach::Unknown,
    };
    for (feeds, most) in [(given, GIVEN), (others, OTHERS)] {
        if seen.reached > 0 {
            break;
        }
        let some: Vec<&Feed> = feeds.iter().step_by(feeds.len().div_ceil(most).max(1)).collect();
        together(&some, one).into_iter().for_each(|reach| seen.count(reach));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_to_pass_by_holds_l4_down() {
        let seen = |reaches: &[Reach]| {
            let mut seen = Reached::default();
            reaches.iter().for_each(|reach| seen.count(*reach));
            seen
        };
        for (reaches, l4) in [
            (&[Reach::NotReached, Reach::NotReached][..], false),
            (&[Reach::NotReached, Reach::Reached], true),
            (&[Reach::NotReached, Reach::Unknown], true),
            (&[], false),
        ] {
            assert_eq!(seen(reaches).allows(Some(Level::L4)), l4, "{reaches:?}");
            assert!(seen(reaches).allows(Some(Level::L3)), "{reaches:?}");
        }
        let more = Reached { asked: 1, reached: 1, untold: usize::MAX };
        assert!(!more.allows(None), "more than were asked");
    }
}
