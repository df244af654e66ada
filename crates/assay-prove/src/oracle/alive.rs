//! Signs of life: what every benign run must show in every arm.

use assay_bundle::manifest::Alive;
use assay_sandbox::{End, Finished};

use super::Unsupported;
use super::end::end_words;
use super::line::{LineRegex, shown};

/// A compiled [`Alive`].
#[derive(Debug, Clone)]
pub struct SignsOfLife {
    exit: i32,
    stdout: Option<LineRegex>,
    stderr: Option<LineRegex>,
}

impl SignsOfLife {
    /// Compiles what the manifest asks for.
    ///
    /// # Errors
    /// If a regex cannot be used.
    pub fn new(alive: &Alive) -> Result<Self, Unsupported> {
        let compile = |regex: &Option<String>| regex.as_deref().map(LineRegex::new).transpose();
        Ok(Self { exit: alive.exit, stdout: compile(&alive.stdout)?, stderr: compile(&alive.stderr)? })
    }

    /// What this run lacks of them, in words; `None` if it showed all. One that a
    /// signal or a limit ended did not.
    #[must_use]
    pub fn missing_in(&self, finished: &Finished) -> Option<String> {
        if finished.end != End::Exited(self.exit) {
            let ended = format!("it ended by {} and not by exit {}", end_words(&finished.end), self.exit);
            return Some(match (line(&finished.stderr, true), line(&finished.stdout, true)) {
                (Some(last), _) => format!("{ended}, after `{last}` on stderr"),
                (None, Some(last)) => format!("{ended}, after `{last}` on stdout"),
                (None, None) => ended,
            });
        }
        let outputs = [("stdout", &self.stdout, &finished.stdout), ("stderr", &self.stderr, &finished.stderr)];
        outputs.into_iter().find_map(|(name, regex, output)| {
            if regex.as_ref().is_none_or(|regex| regex.find(output).is_some()) {
                return None;
            }
            Some(match line(output, false) {
                Some(first) => format!("no line of {name} matches `harness.alive`; the first is `{first}`"),
                None => format!("no line of {name} matches `harness.alive`; there is none"),
            })
        })
    }
}

/// The last line of its errors, or else of its output, for a sentence; nothing if it was silent.
#[must_use]
pub fn last_words(finished: &Finished) -> String {
    let last = line(&finished.stderr, true).or_else(|| line(&finished.stdout, true));
    last.map(|last| format!(", after `{last}`")).unwrap_or_default()
}

/// The first line that is not blank; or the last, and rather the last that speaks of an error.
fn line(output: &[u8], last: bool) -> Option<String> {
    let mut lines = output.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let speaks = |line: &&[u8]| line.to_ascii_lowercase().windows(5).any(|word| word == b"error");
    let line = if last { lines.clone().rfind(speaks).or_else(|| lines.next_back()) } else { lines.next() };
    line.map(|line| shown(String::from_utf8_lossy(line).trim()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::testing::finished;
    use super::*;

    #[test]
    fn life_is_an_exit_and_a_line() {
        let signs = SignsOfLife::new(&Alive { exit: 0, stdout: Some("^parsed=1$".to_owned()), stderr: None }).unwrap();
        let mut run = finished(End::Exited(0));
        assert_eq!(signs.missing_in(&run).unwrap(), "no line of stdout matches `harness.alive`; there is none");
        run.stdout = b"hello\nparsed=1\n".to_vec();
        assert_eq!(signs.missing_in(&run), None);
        run.stdout = b"hello parsed=1\n".to_vec();
        assert_eq!(
            signs.missing_in(&run).unwrap(),
            "no line of stdout matches `harness.alive`; the first is `hello parsed=1`",
            "the anchors are a line's"
        );
        run.stdout = b"parsed=1".to_vec();
        run.end = End::Exited(1);
        run.stderr = b"one\nImportError: no module\n\nNode.js v20\n".to_vec();
        assert_eq!(
            signs.missing_in(&run).unwrap(),
            "it ended by exit 1 and not by exit 0, after `ImportError: no module` on stderr"
        );
        run.end = End::Signaled(6);
        assert!(signs.missing_in(&run).is_some());
    }
}
