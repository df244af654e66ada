//! What must hold of every word the runner says, whatever a bundle made it repeat.

use libtest_mimic::Failed;

use super::bench::Bench;
use super::hold;
use super::run::Answer;

/// The words of a hostile program that finds itself outside a sandbox.
const OUTSIDE: &str = "not confined";

/// Checks one answer.
pub fn check(bench: &Bench, answer: &Answer) -> Result<(), Failed> {
    hold(answer.exit.is_some(), format!("a signal ended the runner\n{}", answer.words()))?;
    for (name, bytes) in [("stdout", &answer.stdout), ("stderr", &answer.stderr)] {
        let text = std::str::from_utf8(bytes).map_err(|error| format!("{name} is not UTF-8: {error}"))?;
        if let Some(bad) = text.chars().find(|c| acts_on_a_terminal(*c)) {
            let around: String = text.chars().skip_while(|c| *c != bad).take(80).collect();
            return Err(format!("{name} holds {bad:?}: {around:?}").into());
        }
        hold(!text.contains("panicked at"), format!("the runner panicked\n{}", answer.words()))?;
        hold(!text.contains(&bench.secret), format!("{name} holds the host's secret\n{}", answer.words()))?;
        hold(!text.contains(OUTSIDE), format!("a program ran outside the sandbox\n{}", answer.words()))?;
    }
    Ok(())
}

/// Control characters but the end of a line, and what changes the direction or the look of the text around it.
fn acts_on_a_terminal(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
