//! What recognises the flaw.

use serde::Serialize;

/// Read or write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// A read.
    Read,
    /// A write.
    Write,
}

/// Which stack of a sanitizer report must lie in the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stack {
    /// Where the bad access happened.
    Access,
    /// Where the memory was freed.
    Freed,
    /// Where the memory was allocated.
    Allocated,
}

/// What recognises the flaw.
#[derive(Debug, Clone, PartialEq)]
pub enum Oracle {
    /// A sanitizer report of one of these types, whose first target frame matches.
    Sanitizer {
        /// The sanitizer's own words: `heap-buffer-overflow`, `SEGV`, ...; empty allows any.
        types: Vec<String>,
        /// Only this kind of access.
        access: Option<Access>,
        /// Which stack must lie in the target.
        stack: Stack,
        /// The first frame inside the target.
        frame: Option<String>,
    },
    /// Memory that the target allocated is lost at the end.
    Leak {
        /// The first frame inside the target.
        frame: Option<String>,
    },
    /// The process ends by one of these signals.
    Signal {
        /// Names as in signal(7): `SIGSEGV`.
        signals: Vec<String>,
    },
    /// CPU time reaches `harness.limits.cpu`.
    Cpu,
    /// CPU time grows faster than a power of the input's size.
    Growth {
        /// Fires at this fitted exponent or above (default 1.7).
        exponent: f64,
        /// The fixed arm is silent at this exponent or below (default 1.3) ...
        control: f64,
        /// ... or when it needs this many times less CPU at the largest size (default 100).
        ratio: f64,
    },
    /// The run's memory reaches `harness.limits.memory`, as a control group counts it.
    Memory,
    /// A file outside the allowed set appears or changes.
    CanaryWrite {
        /// Relative to `$SCRATCH`, or starting with `$CANARY`; without one, any unexpected change fires.
        path: Option<String>,
        /// Paths that may change.
        allowed: Vec<String>,
    },
    /// The secret drawn for this run leaves by an output or a file of the scratch folder.
    CanaryRead,
    /// Exactly one of stdout and stderr matches.
    Output {
        /// The channel.
        channel: Channel,
        /// A regex that some line matches.
        regex: String,
    },
    /// Normalised outputs differ: of the two versions, or of the target and another implementation.
    Differential(Differential),
    /// An uncaught exception of the language.
    Exception {
        /// Class names; at least one.
        types: Vec<String>,
        /// The first frame inside the target.
        frame: Option<String>,
    },
    /// The fixed version refuses to compile the trigger (a later version runs it).
    BuildRefusal,
}

impl Oracle {
    /// The word of the manifest.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sanitizer { .. } => "sanitizer",
            Self::Leak { .. } => "leak",
            Self::Signal { .. } => "signal",
            Self::Cpu => "cpu",
            Self::Growth { .. } => "growth",
            Self::Memory => "memory",
            Self::CanaryWrite { .. } => "canary-write",
            Self::CanaryRead => "canary-read",
            Self::Output { .. } => "output",
            Self::Differential(_) => "differential",
            Self::Exception { .. } => "exception",
            Self::BuildRefusal => "build-refusal",
        }
    }
}

/// What is compared, and how it is made comparable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differential {
    /// The output that is compared; stdout by default.
    pub channel: Channel,
    /// Whether the exit status is compared too (default true).
    pub exit: bool,
    /// What is done to the output first.
    pub normalise: Vec<Normalise>,
    /// Regexes whose matches are taken out of each line first of all.
    pub remove: Vec<String>,
    /// The command of another implementation, run on the same input in the same arm; without one, the
    /// fixed version is what the vulnerable one is held against.
    pub against: Option<Vec<String>>,
}

/// One way to make outputs comparable. Whatever their order in the manifest, they are done in this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalise {
    /// White space at the ends of lines and lines without anything else go.
    Trim,
    /// Letters become small ones.
    LowerCase,
    /// Lines are sorted.
    SortLines,
}

/// An output channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Standard output.
    #[default]
    Stdout,
    /// Standard error.
    Stderr,
}
