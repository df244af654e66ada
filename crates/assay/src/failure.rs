//! Why a command ended without its answer: what happened, to what, what now.

use serde::Serialize;

/// Assay itself failed: the disk, the cache, a key.
const OWN: u8 = 1;
/// The call or the bundle is wrong.
const CALL: u8 = 2;

/// Ends a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Exit code.
    #[serde(skip)]
    pub exit: u8,
    /// Stable word.
    pub code: &'static str,
    /// What happened, as a clause without a final dot.
    pub message: String,
    /// What to do now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Failure {
    /// Assay itself failed.
    pub fn own(code: &'static str, message: impl Into<String>) -> Self {
        Self { exit: OWN, code, message: message.into(), help: None }
    }

    /// The call is wrong, or what it names.
    pub fn call(code: &'static str, message: impl Into<String>) -> Self {
        Self { exit: CALL, code, message: message.into(), help: None }
    }

    /// The same with what to do now.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
