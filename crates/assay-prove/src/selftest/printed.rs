//! Self-tests of the oracles that read output: what a fixture prints on the
//! declared channel must be seen, and on the other one must not.

use assay_bundle::manifest::Channel;
use assay_bundle::verdict::Outcome;

use super::act::{Act, CELL, perform};
use crate::execute::{Built, Executor};
use crate::oracle;

/// Why a comparison by this normalisation would say nothing.
pub(crate) const LEVELS_ALL: &str =
    "the declared normalisation makes answers equal that have nothing in common, so silence says nothing";

/// `output`: a line that was drawn for this test, looked for by an oracle of the declared kind. The declared
/// pattern itself cannot be tested, since nothing is known that matches it.
pub(super) fn output(executor: &Executor<'_>, arm: &Built, channel: Channel) -> Result<(), String> {
    let mut random = [0_u8; 8];
    getrandom::fill(&mut random).map_err(|error| format!("no random numbers: {error}"))?;
    let line = format!("self-test {}", hex::encode(random));
    let looks = oracle::for_line(channel, &line).map_err(|error| error.to_string())?;
    let test = Executor { oracle: &*looks, ..*executor };
    let other = match channel {
        Channel::Stdout => Channel::Stderr,
        Channel::Stderr => Channel::Stdout,
    };
    for (channel, wanted) in [(channel, Outcome::Fired), (other, Outcome::Silent)] {
        let single = perform(&test, arm, &Act::print(channel, &format!("before\n{line}\nafter\n")))?;
        let judgement = test.judge(CELL, &single, arm_out(arm)?, None)?;
        if judgement.outcome != wanted {
            return Err(format!(
                "a line that a fixture printed on {} was not judged as it must be: {}",
                name(channel),
                judgement.saw
            ));
        }
    }
    Ok(())
}

/// `differential`: two answers that have nothing in common must differ after the declared normalisation, and
/// the same answer twice must not.
pub(super) fn differential(executor: &Executor<'_>, arm: &Built, channel: Channel) -> Result<(), String> {
    let digest = |text: &str| {
        let single = perform(executor, arm, &Act::print(channel, text))?;
        executor.compared(CELL, &single).ok_or_else(|| "a fixture's output could not be compared".to_owned())
    };
    let [first, second] = oracle::UNLIKE;
    let one = digest(first)?;
    if one == digest(second)? {
        return Err(LEVELS_ALL.into());
    }
    if digest(first)? != one {
        return Err("the same answer of a fixture was not read the same twice".into());
    }
    Ok(())
}

fn arm_out(arm: &Built) -> Result<&std::path::Path, String> {
    arm.outs.values().next().map(std::path::PathBuf::as_path).ok_or_else(|| "nothing was built".into())
}

fn name(channel: Channel) -> &'static str {
    match channel {
        Channel::Stdout => "stdout",
        Channel::Stderr => "stderr",
    }
}
