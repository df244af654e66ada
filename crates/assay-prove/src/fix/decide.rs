//! From what was found out to the level: a pure function.
//!
//! Invariant: a level is never higher than its evidence. What was not run, what
//! gave too little to count, and what a guard holds down is not shown, and the
//! level stops below it. Missing tests are the one gap that may be stepped over,
//! and then they are said wherever the level is.

use assay_bundle::verdict::{Controls, Verdict};
use serde::Serialize;

use super::guard::Touch;
use super::level::Level;
use super::moved::Moved;
use super::neighbourhood::Neighbourhood;
use super::own_tests::Tested;
use super::reached::Reached;
use super::unwatched::{MIN_STOPPED, Seen, Unwatched};
use crate::evidence::ArmState;
use crate::verdict::Ruling;

/// Variants, run in both builds, below which L3 is not given.
pub const MIN_VARIANTS: usize = 300;
/// Variants that must have fired without the patch.
pub const MIN_FIRED: usize = 10;
/// Lengths that those must have had.
pub const MIN_LENGTHS: usize = 2;
/// Inputs that both builds must handle, for the feature to be seen alive.
pub const MIN_CLEAN: usize = 20;
/// Inputs that must be compared for L4.
pub const MIN_COMPARED: usize = 50;
/// Different outputs among them, or comparing says nothing.
pub const MIN_OUTPUTS: usize = 3;

/// What became of one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It holds.
    Held,
    /// It was tried, and it does not hold.
    Failed,
    /// Nothing speaks against it, and too little for it.
    NotShown,
    /// The target's tests are not there, or say nothing.
    Untested,
    /// Not tried.
    NotRun,
}

/// One level, and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The level.
    pub level: Level,
    /// What became of it.
    pub state: State,
    /// One sentence.
    pub says: String,
}

/// How far a patch was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The highest level with all below it held, missing tests stepped over. None: not even L0.
    pub level: Option<Level>,
    /// The same without stepping over anything: what a publication may say.
    pub unbroken: Option<Level>,
    /// Whether the target's own tests say nothing.
    pub untested: bool,
    /// All levels.
    pub steps: Vec<Step>,
}

/// Everything that the level is a function of.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The patched build.
    pub patched: &'a ArmState,
    /// What the proof says with the patch as its fix.
    pub ruling: &'a Ruling,
    /// What the target's own tests say; none if they were not asked for want of L1.
    pub tested: Option<&'a Tested>,
    /// What was seen around the inputs, or why nothing was.
    pub around: Result<&'a Neighbourhood, &'a str>,
    /// What the patched program does without the sanitizer.
    pub unwatched: &'a Unwatched,
    /// What it does where folders have other names; none if it was not asked.
    pub moved: Option<&'a Moved>,
    /// How many inputs without the flaw get to the changed code; none if it was not asked, for want of L3.
    pub reached: Option<&'a Reached>,
    /// What the patch touches.
    pub touches: &'a [Touch],
    /// Who merged it, as somebody says.
    pub merged: Option<&'a str>,
}

/// The level.
#[must_use]
pub fn decide(facts: &Facts<'_>) -> Standing {
    let mut steps = vec![applies(facts), kills(facts), tested(facts), variants(facts), behaviour(facts), merged(facts)];
    for step in &mut steps {
        let held_down = facts.touches.iter().find(|touch| touch.cap.is_some_and(|cap| cap < step.level));
        if let (State::Held, Some(touch)) = (step.state, held_down) {
            step.state = State::NotShown;
            step.says = format!("{}; yet the patch touches {}: {}", step.says, touch.kind.as_str(), touch.kind.why());
        }
    }
    let height = |over: &dyn Fn(State) -> bool| {
        let held = steps.iter().take_while(|step| step.state == State::Held || over(step.state));
        held.filter(|step| step.state == State::Held).last().map(|step| step.level)
    };
    Standing {
        level: height(&|state| state == State::Untested),
        unbroken: height(&|_| false),
        untested: steps.iter().any(|step| step.state == State::Untested),
        steps,
    }
}

fn step(level: Level, state: State, says: impl Into<String>) -> Step {
    Step { level, state, says: says.into() }
}

fn applies(facts: &Facts<'_>) -> Step {
    let first = |text: &str| text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
    match facts.patched {
        ArmState::Built | ArmState::OracleBroken(_) => {
            step(Level::L0, State::Held, "the patch applies without fuzz, and the target builds with it")
        }
        ArmState::BuildFailed(why) => {
            step(Level::L0, State::Failed, format!("it does not apply or does not build: {}", first(why)))
        }
        ArmState::Unavailable(why) => step(Level::L0, State::NotRun, why.clone()),
    }
}

fn kills(facts: &Facts<'_>) -> Step {
    let ruling = facts.ruling;
    if let Some(Moved::Asked { trigger: Some(how), .. }) = facts.moved {
        let why = format!(
            "the patch behaves in the runner's folders alone; where they have other names, the program fails on a trigger: \
             {how}"
        );
        return step(Level::L1, State::Failed, why);
    }
    match (ruling.verdict, ruling.controls, facts.unwatched) {
        (_, _, Unwatched::Asked(Seen { trigger: Some(how), .. })) => step(
            Level::L1,
            State::Failed,
            format!(
                "the patch behaves under the sanitizer alone; built without it, the program fails on a trigger: {how}"
            ),
        ),
        (Verdict::Reproduced, Some(Controls::BenignFixed), _) => step(
            Level::L1,
            State::Held,
            "every trigger fires without the patch and is silent with it, and the target is alive on every benign input",
        ),
        (Verdict::ControlFailed, ..) => step(Level::L1, State::Failed, ruling.sentence.clone()),
        (Verdict::ControlDead, ..) => step(Level::L1, State::Failed, ruling.sentence.clone()),
        (Verdict::NotRun, ..) => step(Level::L1, State::NotRun, ruling.sentence.clone()),
        (Verdict::Inconclusive, ..) => {
            step(Level::L1, State::NotShown, format!("the runs decide nothing: {}", ruling.sentence))
        }
        _ => step(
            Level::L1,
            State::NotShown,
            format!("without the patch the flaw does not show as it must: {}", ruling.sentence),
        ),
    }
}

fn tested(facts: &Facts<'_>) -> Step {
    match facts.tested {
        None => step(Level::L2, State::NotRun, "not run: there is no L1"),
        Some(Tested::NoWorse(count)) => step(
            Level::L2,
            State::Held,
            format!("the target's own tests are no worse with the patch: {count} compared"),
        ),
        Some(Tested::Worse(why)) => step(Level::L2, State::Failed, why.clone()),
        Some(Tested::Untested(why)) => step(Level::L2, State::Untested, why.clone()),
    }
}

fn variants(facts: &Facts<'_>) -> Step {
    let around = match facts.around {
        Ok(around) => around,
        Err(why) => return step(Level::L3, State::NotRun, why),
    };
    let not_shown = |says: String| step(Level::L3, State::NotShown, says);
    let Neighbourhood { variants, fired, .. } = *around;
    if let Some(found) = around.against.kept.first() {
        let count = around.against.count;
        return step(
            Level::L3,
            State::Failed,
            format!(
                "{count} of {variants} variants speak against the patch; the first: {} without it, {} with it",
                found.without, found.with
            ),
        );
    }
    if around.elsewhere.count > 0 {
        let kinds: Vec<&str> = around.elsewhere_as.iter().take(3).map(String::as_str).collect();
        return not_shown(format!(
            "{} variants crash the target with the patch in another way than the oracle waits for, or do not end ({}): \
             another flaw that was there before, or the rest of this one",
            around.elsewhere.count,
            kinds.join("; ")
        ));
    }
    if variants < MIN_VARIANTS {
        let why = around.stopped.as_deref().unwrap_or("no more were asked for");
        return not_shown(format!("only {variants} variants were run, and {MIN_VARIANTS} are needed: {why}"));
    }
    if fired < MIN_FIRED {
        return not_shown(format!(
            "only {fired} of {variants} variants fired without the patch, and {MIN_FIRED} are needed: a neighbourhood \
             that does not fire shows nothing"
        ));
    }
    if around.lengths.len() < MIN_LENGTHS {
        return not_shown(
            "all variants that fired have the same length, so one that looks at it could silence them".into(),
        );
    }
    if around.nothing * 10 > variants {
        return not_shown(format!("{} of {variants} variants gave no evidence", around.nothing));
    }
    let (near, far) = (around.of_triggers, around.of_benign);
    if near.clean + far.clean < MIN_CLEAN {
        return not_shown(format!(
            "only {} inputs are handled without the flaw, and {MIN_CLEAN} are needed to see that the feature is left",
            near.clean + far.clean
        ));
    }
    if far.refused > 0 || near.refused * 10 > near.clean {
        return not_shown(format!(
            "{} of {} inputs that the target handles without the patch are refused with it: it may filter its input, or \
             take the feature away",
            near.refused + far.refused,
            near.clean + far.clean
        ));
    }
    for handled in [near, far] {
        if handled.changed * 10 > handled.clean {
            return not_shown(format!(
                "{} of {} inputs that the target handles without the patch are handled otherwise with it: the feature \
                 itself may be changed",
                handled.changed, handled.clean
            ));
        }
    }
    if around.named_changed > 0 {
        return not_shown(format!(
            "{} harmless inputs with words or numbers that the patch brings come out otherwise with it: it may change what \
             it names, besides the flaw",
            around.named_changed
        ));
    }
    if let Some(Moved::Asked { against: Some(how), .. }) = facts.moved {
        let why = format!("where folders have other names than the runner's, the patched program fails: {how}");
        return step(Level::L3, State::Failed, why);
    }
    if let Some(Moved::Asked { differs: Some(what), .. }) = facts.moved {
        return not_shown(format!(
            "where folders have other names than the runner's, the patched program does something else: {what}; it may tell \
             whose machine it is on"
        ));
    }
    if let Some(Moved::Broken(why)) = facts.moved {
        return not_shown(format!(
            "whether the patch knows the runner's folders was asked and not answered, so one that behaves there alone \
             would not show: {why}"
        ));
    }
    let held =
        format!("{fired} of {variants} variants fire without the patch, and none of the {variants} does with it");
    let held_down = facts.touches.iter().any(|touch| touch.cap.is_some_and(|cap| cap < Level::L3));
    match unwatched(facts.unwatched, held_down) {
        Ok(also) => step(Level::L3, State::Held, format!("{held}{also}")),
        Err((state, why)) => step(Level::L3, state, why),
    }
}

/// What the runs without the sanitizer add to L3, or why they take it away.
fn unwatched(unwatched: &Unwatched, held_down: bool) -> Result<String, (State, String)> {
    let seen = match unwatched {
        Unwatched::NotNeeded => return Ok(String::new()),
        Unwatched::Unasked(why) => {
            let why = format!(
                "the patched program could not be run without the sanitizer, so one that behaves for the sanitizer alone \
                 would not show: {why}"
            );
            return Err((State::NotShown, why));
        }
        Unwatched::Asked(seen) => seen,
    };
    let Seen { inputs, stopped, .. } = *seen;
    if let Some(how) = &seen.against {
        let why = format!("the patch behaves under the sanitizer alone; built without it, the program fails: {how}");
        return Err((State::Failed, why));
    }
    // What the patch touches holds the level down, so the variants were not run once more: that is the reason to tell.
    if !seen.sampled && held_down {
        return Ok(String::new());
    }
    if seen.can_stop && stopped < MIN_STOPPED {
        let why = format!(
            "built without the sanitizer, the unpatched program is stopped on {stopped} of {inputs} inputs that fire, and \
             {MIN_STOPPED} are needed: nothing else would show a patch that behaves for the sanitizer alone"
        );
        return Err((State::NotShown, why));
    }
    if let Some(what) = &seen.differs {
        let why = format!(
            "built without the sanitizer, the patched program does something else on inputs that fire: {what}; it may tell \
             who is looking"
        );
        return Err((State::NotShown, why));
    }
    Ok(if seen.can_stop {
        format!(
            "; built without the sanitizer, the unpatched program is stopped on {stopped} of {inputs} of them, and the \
             patched one on none"
        )
    } else {
        format!("; built without the sanitizer, the patched program does the same on {inputs} of them")
    })
}

fn behaviour(facts: &Facts<'_>) -> Step {
    let around = match facts.around {
        Ok(around) => around,
        Err(why) => return step(Level::L4, State::NotRun, why),
    };
    let compared = around.of_triggers.clean + around.of_benign.clean + around.of_named.clean;
    let differ = around.refused.count + around.changed.count;
    if differ > 0 {
        return step(
            Level::L4,
            State::Failed,
            format!("{differ} of {compared} inputs without the flaw are handled otherwise with the patch"),
        );
    }
    if compared < MIN_COMPARED {
        return step(
            Level::L4,
            State::NotShown,
            format!("only {compared} inputs could be compared, and {MIN_COMPARED} are needed; give more with --corpus"),
        );
    }
    if around.outputs < MIN_OUTPUTS {
        return step(
            Level::L4,
            State::NotShown,
            format!(
                "{compared} inputs gave {} different outputs: a harness that shows so little cannot show a difference",
                around.outputs
            ),
        );
    }
    let passing = match facts.reached {
        Some(seen) if seen.none() => {
            let why = format!(
                "none of {} inputs without the flaw that were looked at gets to the changed code: that they come out the \
                 same says nothing of it. If there are some that do, give them with --corpus",
                seen.asked
            );
            return step(Level::L4, State::NotShown, why);
        }
        Some(Reached { reached: 0, .. }) => {
            "; whether any of them gets to the changed code cannot be told in such a build".to_owned()
        }
        Some(Reached { asked, reached, .. }) => {
            format!("; {reached} of {asked} that were looked at get to the changed code")
        }
        None => String::new(),
    };
    step(
        Level::L4,
        State::Held,
        format!(
            "{compared} inputs without the flaw gave the same exit status, output and files with the patch as without, \
             {} different ones{passing}",
            around.outputs
        ),
    )
}

fn merged(facts: &Facts<'_>) -> Step {
    match facts.merged {
        Some(commit) => step(Level::L5, State::Held, format!("merged as {commit}: recorded as said, not run")),
        None => step(Level::L5, State::NotRun, "nobody said that it was merged (--merged-as COMMIT)"),
    }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
