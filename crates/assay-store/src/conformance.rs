//! What every store must do, as one suite for all of them.
//!
//! A backend's tests call [`suite`] with a way to make an empty store. SQLite
//! runs it, the reference store in memory runs it, and whatever comes later
//! (PostgreSQL, R105) runs the same cases.
//!
//! The cases are tests that live in a library, so they assert.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod blobs;
mod cases;
mod events;
mod findings;
mod keys;
mod leases;
mod outbox;
mod people;
mod races;
mod rebuild;
mod refusals;
pub mod sample;
mod settings;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::store::Store;

/// Makes a new, empty store.
pub type Make<'m> = dyn Fn() -> Box<dyn Store> + 'm;

/// One thing that every store must do.
#[derive(Clone, Copy)]
pub struct Case {
    /// What it must do, as a sentence with underscores.
    pub name: &'static str,
    /// Panics if the store does not.
    pub run: fn(&Make<'_>),
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Lists the cases of a file.
macro_rules! every {
    ($($name:ident),+ $(,)?) => {
        pub(super) const CASES: &[super::Case] = &[$(super::Case { name: stringify!($name), run: $name }),+];
    };
}
use every;

/// Every case.
#[must_use]
pub fn cases() -> Vec<Case> {
    [
        events::CASES,
        refusals::CASES,
        people::CASES,
        leases::CASES,
        findings::CASES,
        cases::CASES,
        rebuild::CASES,
        outbox::CASES,
        keys::CASES,
        blobs::CASES,
        settings::CASES,
        races::CASES,
    ]
    .concat()
}

/// Runs every case, each on a store of its own.
///
/// # Panics
/// If any of them fails; the message names all that did.
pub fn suite(make: &Make<'_>) {
    let failed: Vec<&str> = cases()
        .iter()
        .filter(|case| catch_unwind(AssertUnwindSafe(|| (case.run)(make))).is_err())
        .map(|case| case.name)
        .collect();
    assert!(failed.is_empty(), "{} of {} cases failed: {failed:?}", failed.len(), cases().len());
}
