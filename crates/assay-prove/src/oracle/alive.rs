//! Signs of life: what every benign run must show in every arm.

use assay_bundle::manifest::Alive;
use assay_sandbox::{End, Finished};

use super::Unsupported;
use super::line::LineRegex;

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

    /// Whether this run showed all of them. One that a signal or a limit ended did not.
    #[must_use]
    pub fn shown_by(&self, finished: &Finished) -> bool {
        let matches =
            |regex: &Option<LineRegex>, output: &[u8]| regex.as_ref().is_none_or(|regex| regex.find(output).is_some());
        finished.end == End::Exited(self.exit)
            && matches(&self.stdout, &finished.stdout)
            && matches(&self.stderr, &finished.stderr)
    }
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
        assert!(!signs.shown_by(&run));
        run.stdout = b"hello\nparsed=1\n".to_vec();
        assert!(signs.shown_by(&run));
        run.stdout = b"hello parsed=1\n".to_vec();
        assert!(!signs.shown_by(&run), "the anchors are a line's");
        run.stdout = b"parsed=1".to_vec();
        run.end = End::Exited(1);
        assert!(!signs.shown_by(&run));
        run.end = End::Signaled(6);
        assert!(!signs.shown_by(&run));
    }
}
