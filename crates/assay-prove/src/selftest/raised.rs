//! Self-test of `exception`: what a program of the runner's own raises, in each
//! declared interpreter with the arm's own build on its path, must be seen.

use assay_bundle::verdict::Outcome;
use assay_sandbox::Stdin;

use super::act::CELL;
use crate::execute::{Built, Executor};
use crate::hook;
use crate::layout::HOOK;
use crate::oracle;

/// Why nothing would tell of an exception.
pub(crate) const NO_INTERPRETER: &str = "`toolchain.needs` names no interpreter that has a hook: python3, node or java";

/// Whether one of these tools has a hook.
pub(crate) fn has_interpreter(needs: &[String]) -> bool {
    hook::SELF_TESTS.iter().any(|(tool, _)| needs.iter().any(|need| need == tool))
}

pub(super) fn exception(executor: &Executor<'_>, arm: &Built) -> Result<(), String> {
    let (Some(out), needs) = (arm.outs.values().next(), &executor.manifest.toolchain) else {
        return Err("nothing was built".into());
    };
    let mut tested = 0;
    for (tool, program) in hook::SELF_TESTS.iter().filter(|(tool, _)| needs.iter().any(|need| need == tool)) {
        let judges = oracle::for_class(hook::SELF_TEST_CLASS, *tool == "java");
        let test = Executor { oracle: &*judges, ..*executor };
        let argv = vec![(*tool).to_owned(), format!("{HOOK}/{program}")];
        let single = test.single(arm, out, argv, Stdin::Empty)?;
        let judgement = test.judge(CELL, &single, out, None)?;
        if judgement.outcome != Outcome::Fired {
            let words = String::from_utf8_lossy(&single.finished.stderr);
            let last = words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            return Err(format!(
                "an exception that a fixture raised in `{tool}` was not judged as it must be: {}{}",
                judgement.saw,
                if last.is_empty() {
                    String::new()
                } else {
                    format!(" (it said `{}`)", last.chars().filter(|c| !c.is_control()).take(120).collect::<String>())
                }
            ));
        }
        tested += 1;
    }
    if tested == 0 {
        return Err(NO_INTERPRETER.into());
    }
    Ok(())
}
