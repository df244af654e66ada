//! Why a use case did not do what was asked: a stable code, what happened, and
//! what to do now.
//!
//! What a caller may not see does not exist: the same words answer for a thing
//! that is not there and for one that is somebody else's.

use assay_store::store::StoreError;

/// A use case did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Whose fault it is.
    pub fault: Fault,
    /// Stable word.
    pub code: String,
    /// What happened, as a clause.
    pub message: String,
    /// What to do now.
    pub help: Option<String>,
}

/// Whose fault a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The call is wrong, or the rules do not allow it.
    Call,
    /// Too much at once: nothing was kept, try again.
    Busy,
    /// The disk or the store failed.
    Own,
}

impl Refusal {
    /// The call is wrong, or the rules do not allow it.
    pub fn call(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { fault: Fault::Call, code: code.into(), message: message.into(), help: None }
    }

    /// The disk, the store or a key failed.
    pub fn broken(message: impl Into<String>) -> Self {
        Self { fault: Fault::Own, code: "broken".into(), message: message.into(), help: None }
    }

    /// No such thing, or none that this caller may see.
    pub fn not_found(what: &str) -> Self {
        Self::call("not-found", format!("there is no such {what}"))
    }

    /// The same with what to do now.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::Busy { seconds } => Self {
                fault: Fault::Busy,
                code: "busy".into(),
                message,
                help: Some(format!("try again in {seconds} s")),
            },
            _ => Self::broken(message),
        }
    }
}
