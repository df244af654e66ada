//! What to do if it cannot be patched: first class, with an end (R52).

use assay_base::Answer;
use assay_clock::Term;
use assay_inventory::component::What;

use crate::card::{Recheck, Step};
use crate::group::Group;
use crate::request::Request;

/// After how many days a mitigation is looked at again, if the shortest term is longer or has no days.
const LONGEST: u16 = 30;

/// What stands in for the update, and when that is over.
pub(crate) fn instead(
    group: &Group<'_>,
    earliest: Term,
    exposed: Answer,
    request: &Request<'_>,
) -> (Vec<Step>, Recheck) {
    let mut steps = Vec::new();
    match (&group.component.what, exposed) {
        (What::Product { .. }, Answer::Yes) => {
            steps.push(Step::say("Take it off the internet now: at the firewall, refuse every connection from outside to it. Where somebody has to reach it, through a VPN with a second factor, and from named addresses alone."));
        }
        (What::Product { .. }, Answer::Unknown) => {
            steps.push(Step::say("See at the firewall whether anything outside can open a connection to it, and refuse all that nobody can name a reason for."));
        }
        (What::Product { .. }, Answer::No) => {
            steps.push(Step::say("Keep it apart: allow connections to it only from the machines that need it, by name, and none from where people read mail or browse."));
        }
        (What::Package { .. }, Answer::Yes | Answer::Unknown) => {
            steps.push(Step::say(
                "Limit who reaches the service that uses it: behind a sign-in or a VPN, from named addresses alone.",
            ));
        }
        (What::Package { .. }, Answer::No) => {
            steps.push(Step::say("Limit who reaches the service that uses it to the machines that need it."));
        }
    }
    steps.push(Step::say("See in the advisory whether the vendor names a workaround or a setting, and apply that one; a workaround of other people is theirs to explain."));
    let days = earliest.days().unwrap_or(LONGEST).clamp(1, LONGEST);
    let at = request.zone.end_of(request.zone.day_of(request.zone.days_later(request.now, days)));
    let words = request.zone.day_words(at);
    steps.push(Step::say(format!("Write down who decided it, why, what stands in for the update, and look at it again by {words}. After that day it counts as open again.")));
    (steps, Recheck { at, words })
}
