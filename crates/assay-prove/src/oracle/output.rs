//! A line of output.
//!
//! **Proves** that the program printed a line that matches, and ended by
//! itself. For flaws without a crash: a wrong answer, a polluted object.
//!
//! **Assurance**: `claimant` unless the harness is the project's, for whoever
//! writes the harness writes the line. **Cheats**: a harness that prints the
//! line for the trigger alone; only a reader of the harness, or a harness of the
//! project, tells.

use assay_bundle::manifest::Channel;
use assay_bundle::verdict::Outcome;

use super::end::end_words;
use super::line::LineRegex;
use super::plan::{Plan, RunOptions};
use super::runtime::{self, Reporting};
use super::seen::{Judgement, Seen};
use super::{Oracle, Unsupported};

pub(super) struct Output {
    channel: Channel,
    regex: LineRegex,
}

impl Output {
    pub fn new(channel: Channel, regex: &str) -> Result<Self, Unsupported> {
        Ok(Self { channel, regex: LineRegex::new(regex)? })
    }
}

impl Oracle for Output {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        RunOptions { env: runtime::env(plan, Reporting::Stderr), ..RunOptions::default() }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        if let Some(judgement) = seen.cut_short_or_crashed() {
            return judgement;
        }
        let (name, output) = match self.channel {
            Channel::Stdout => ("stdout", &seen.finished.stdout),
            Channel::Stderr => ("stderr", &seen.finished.stderr),
        };
        let end = end_words(&seen.finished.end);
        match self.regex.find(output) {
            Some(line) => Judgement::fired("output", format!("{name} has the line `{line}`; {end}")),
            None => Judgement::of(Outcome::Silent, format!("no line of {name} matches; {end}")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use assay_sandbox::End;

    use super::super::testing::Scene;
    use super::*;

    fn outcome(end: End, stdout: &[u8]) -> Outcome {
        let oracle = Output::new(Channel::Stdout, "^resolved=27$").unwrap();
        let mut scene = Scene::of(end);
        scene.finished.stdout = stdout.to_vec();
        scene.finished.stderr = b"resolved=27\n".to_vec();
        oracle.judge(&scene.seen()).outcome
    }

    #[test]
    fn fires_on_one_whole_line_of_the_declared_channel() {
        assert_eq!(outcome(End::Exited(0), b"a\nresolved=27\nb\n"), Outcome::Fired);
        assert_eq!(outcome(End::Exited(5), b"resolved=27\r\n"), Outcome::Fired);
        assert_eq!(outcome(End::Exited(0), b"not resolved=27\n"), Outcome::Silent);
        assert_eq!(outcome(End::Exited(0), b""), Outcome::Silent, "stderr is another channel");
        assert_eq!(outcome(End::Exited(0), b"\xff\xfe\nresolved=27"), Outcome::Fired);
    }

    #[test]
    fn half_a_run_says_nothing() {
        assert_eq!(outcome(End::OutputLimit, b"resolved=27\n"), Outcome::Limit);
        assert_eq!(outcome(End::CpuLimit, b""), Outcome::Limit);
        assert_eq!(outcome(End::Signaled(11), b"resolved=27\n"), Outcome::OtherCrash);
    }

    #[test]
    fn a_regex_bomb_is_refused() {
        assert!(Output::new(Channel::Stdout, "(((a{1000}){1000}){1000})").is_err());
        assert!(Output::new(Channel::Stdout, "(").is_err());
    }
}
