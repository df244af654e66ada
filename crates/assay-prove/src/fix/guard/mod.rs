//! What a patch touches that makes its silence say less.
//!
//! A fix is judged by what the patched build does. A patch can see to that in
//! other ways than by mending: it can speak to the sanitizer, catch the signal,
//! leave early, look at where it runs, change the tests that judge it. Each such
//! touch is listed, and holds the level down to what still means something. A
//! guard never says that a patch is wrong, only what a person has to look at.
//!
//! Guards over the text work on whole lines and do not strip comments behind
//! code: what looks like a comment to a simple reader need not be one.

mod content;
mod languages;
mod lines;
mod paths;
mod room;
mod shape;
mod words;

use serde::Serialize;

pub use content::Literal;
pub use paths::{is_test, tests_of};

use super::level::Level;
use crate::patch::FileView;

/// What a patch touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The target's own tests.
    Tests,
    /// How the target is built.
    Build,
    /// The harness.
    Harness,
    /// What a sanitizer or fuzzer is told.
    Instrumentation,
    /// Signal handlers, jumps, hooks at the end.
    Handlers,
    /// Limits and timers of the process.
    Limits,
    /// Where and by whom it is run.
    Environment,
    /// Other processes and threads.
    Processes,
    /// System calls and machine code past the library.
    Machine,
    /// Leaving at once.
    Exits,
    /// Catching whatever comes.
    CatchesAll,
    /// Waiting; asking the clock or chance.
    Sleeps,
    /// Memory where no sanitizer looks.
    Memory,
    /// Where memory lies: addresses as numbers.
    Addresses,
    /// The meaning of names and code: macros, conditions at build time, attributes.
    Meaning,
    /// Code that can never run, or runs always.
    DeadCode,
    /// Taking away more than it brings.
    Removal,
    /// Freeing less than before, or holding more at the end.
    Leak,
    /// Comparing the input with words out of the trigger.
    InputFilter,
    /// Looking at files and the network.
    Files,
    /// Keeping something from one call to the next.
    State,
    /// New things that the built program asks of the system.
    Imports,
    /// Functions of the built program that are gone or have shrunk.
    Functions,
}

impl Kind {
    /// One word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::Build => "build",
            Self::Harness => "harness",
            Self::Instrumentation => "instrumentation",
            Self::Handlers => "handlers",
            Self::Limits => "limits",
            Self::Environment => "environment",
            Self::Processes => "processes",
            Self::Machine => "machine",
            Self::Exits => "exits",
            Self::CatchesAll => "catches-all",
            Self::Sleeps => "sleeps",
            Self::Memory => "memory",
            Self::Addresses => "addresses",
            Self::Meaning => "meaning",
            Self::DeadCode => "dead-code",
            Self::Removal => "removal",
            Self::Leak => "leak",
            Self::InputFilter => "input-filter",
            Self::Files => "files",
            Self::State => "state",
            Self::Imports => "imports",
            Self::Functions => "functions",
        }
    }

    /// Why it matters, as a sentence.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::Tests => "tests that the patch changes do not judge it; they were run as they were without it",
            Self::Build => "it changes how the target is built, so the two builds differ by more than the code",
            Self::Harness => "it changes the harness, so nothing is said about the target",
            Self::Instrumentation => "it speaks to the sanitizer or the fuzzer, so its silence says nothing",
            Self::Handlers => "it handles signals or ends, so its silence may be the handler's",
            Self::Limits => "it sets limits or timers of the process, so its end may be theirs",
            Self::Environment => "it looks at where it is run, so it may behave for the runner only",
            Self::Processes => "it starts processes or threads, where the oracle may not look",
            Self::Machine => "it goes past the library to the system or the machine, where no guard can look",
            Self::Exits => "it ends the program; a program that ends is silent, and takes its user with it",
            Self::CatchesAll => "it catches whatever comes, the flaw or anything else",
            Self::Sleeps => "it waits, or asks the clock or chance, which hides work and differs from run to run",
            Self::Memory => "it takes memory where a sanitizer does not look",
            Self::Addresses => "it looks at where memory lies, which is elsewhere under a sanitizer",
            Self::Meaning => "it changes what other code means, or whether it is compiled",
            Self::DeadCode => "it makes code that can never run, or a condition that always holds",
            Self::Removal => "it takes away far more than it brings: perhaps the feature and not the flaw",
            Self::Leak => "it frees less than before, or keeps more: memory that is never freed is never used after it",
            Self::InputFilter => {
                "it compares with words out of the trigger, and no variant without them showed the flaw"
            }
            Self::Files => "it looks at files or the network, where it can see whose machine it is on",
            Self::State => {
                "it keeps something from one call to the next, so that it may behave for the first ones only"
            }
            Self::Imports => "the built program asks new things of the system",
            Self::Functions => "functions of the built program are gone, or little is left of them",
        }
    }

    /// The highest level that a patch with such a touch gets.
    #[must_use]
    pub fn cap(self) -> Level {
        match self {
            // The silence of L1 itself may not be the patch's.
            Self::Instrumentation
            | Self::Harness
            | Self::Handlers
            | Self::Limits
            | Self::Environment
            | Self::Processes
            | Self::Machine => Level::L0,
            // The tests of L2 may not be those of the target, or the work is elsewhere.
            Self::Tests | Self::Sleeps => Level::L1,
            Self::Build
            | Self::Exits
            | Self::CatchesAll
            | Self::Memory
            | Self::Addresses
            | Self::Meaning
            | Self::DeadCode
            | Self::Removal
            | Self::Leak
            | Self::InputFilter
            | Self::Files
            | Self::State
            | Self::Imports
            | Self::Functions => Level::L2,
        }
    }
}

/// One touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touch {
    /// What.
    pub kind: Kind,
    /// Where: a file, or a file and the line as the patch has it.
    pub place: String,
    /// The highest level that it leaves; none where it is only told.
    pub cap: Option<Level>,
}

impl Touch {
    pub(super) fn new(kind: Kind, place: impl Into<String>) -> Self {
        Self { kind, place: place.into(), cap: Some(kind.cap()) }
    }

    /// Told only.
    pub(super) fn told(kind: Kind, place: impl Into<String>) -> Self {
        Self { kind, place: place.into(), cap: None }
    }
}

/// A file and a line, cut.
fn at(file: &FileView, line: &str) -> String {
    format!("{}: {}", shown(file), line.trim().chars().take(120).collect::<String>())
}

fn shown(file: &FileView) -> String {
    let name = file.new.as_deref().or(file.old.as_deref());
    name.map(|name| name.to_string_lossy().chars().take(200).collect()).unwrap_or_default()
}

/// All touches that the text shows. `harness` are the harness's files and `tests` the tests' command.
#[must_use]
pub fn read(files: &[FileView], harness: &[String], tests: &[String]) -> Vec<Touch> {
    let mut touches = Vec::new();
    for file in files {
        touches.extend(paths::touches(file, harness, tests));
        // What only tests do is not what the target does.
        if file.names().all(|name| is_test(name, tests)) {
            continue;
        }
        touches.extend(words::touches(file));
        touches.extend(shape::touches(file));
    }
    touches
}

/// Numbers of a line, decimal and hexadecimal.
#[must_use]
pub fn numbers(line: &str) -> Vec<u64> {
    content::numbers(line)
}

/// Words of the patch that come out of a trigger.
#[must_use]
pub fn literals(files: &[FileView], triggers: &[Vec<u8>], benign: &[Vec<u8>]) -> Vec<Literal> {
    files.iter().flat_map(|file| content::literals(file, triggers, benign)).collect()
}

#[cfg(test)]
#[path = "../guard_tests.rs"]
mod tests;
