//! Why a command ended without its answer: what happened, to what, what now.

use std::borrow::Cow;

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
    pub code: Cow<'static, str>,
    /// What happened, as a clause without a final dot.
    pub message: String,
    /// What to do now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Failure {
    /// Assay itself failed.
    pub fn own(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { exit: OWN, code: code.into(), message: message.into(), help: None }
    }

    /// The call is wrong, or what it names.
    pub fn call(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { exit: CALL, code: code.into(), message: message.into(), help: None }
    }

    /// The same with what to do now.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Too much at once: nothing was kept, and the same call may be made again.
const BUSY: u8 = 3;

impl From<assay_app::refusal::Refusal> for Failure {
    fn from(refusal: assay_app::refusal::Refusal) -> Self {
        use assay_app::refusal::Fault;
        let exit = match refusal.fault {
            Fault::Call => CALL,
            Fault::Busy => BUSY,
            Fault::Own => OWN,
        };
        Self { exit, code: refusal.code.into(), message: refusal.message, help: refusal.help }
    }
}
