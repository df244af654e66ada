//! What a thing must say of itself to be kept as a stream of sealed events.

use assay_base::{Actor, Instant};
use assay_store::event::StreamId;
use assay_store::row::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::vault::Vault;

/// A named value that goes into the ledger under a salt of its own.
pub type Field = (String, serde_json::Value);

/// An aggregate of any rule crate, as the store keeps it.
pub trait Kept: Default + Clone {
    /// Its events.
    type Event: Serialize + DeserializeOwned + Clone;
    /// What people call one: `finding`. Said when there is none.
    const NOUN: &'static str;

    /// Whose event this is.
    fn stream(event: &Self::Event) -> StreamId;
    /// What happened: `finding.submitted`.
    fn kind(event: &Self::Event) -> String;
    /// Version of the event's form.
    fn version(event: &Self::Event) -> u16;
    /// When it was decided.
    fn at(event: &Self::Event) -> Instant;
    /// Who caused it; none where a key did, whose holder the face knows.
    fn actor(event: &Self::Event) -> Option<Actor>;
    /// Which of its values the ledger commits to, besides those of every event.
    fn fields(event: &Self::Event) -> Vec<Field>;

    /// Takes an event in; never fails.
    fn apply(&mut self, event: &Self::Event);
    /// Its rows, made of the state alone, so that a rebuild gives the same.
    fn rows(&self, vault: &Vault) -> Vec<Row>;
}
