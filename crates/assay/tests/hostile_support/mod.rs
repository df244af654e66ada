//! What the hostile bundles are run with.

mod archive;
mod base;
mod bench;
mod run;
mod shown;

pub mod folders;
pub mod host;
pub mod killed;
pub mod listener;
pub mod manifests;
pub mod packed;
pub mod project;
pub mod second;
pub mod sources;
pub mod stored;
pub mod tools;
pub mod user;

pub use base::Bundle;
pub use bench::Bench;
pub use run::{Answer, prove, run};

use libtest_mimic::{Failed, Trial};

/// A test with a bench of its own.
pub fn trial(
    bench: &Bench,
    name: impl Into<String>,
    test: impl FnOnce(&Bench) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let bench = bench.clone();
    Trial::test(name, move || test(&bench))
}

/// Fails the test with a sentence unless it holds.
pub fn hold(holds: bool, otherwise: impl Into<String>) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(otherwise.into().into()) }
}
