//! Keeping: events, their views, sealed payloads, wraps of keys, and blobs.
//!
//! The store never sees a key or a plaintext of a payload. It keeps exact
//! bytes, in an order that it alone decides, and answers questions from views
//! that hold no text that could be embargoed: ids, states, instants, and tags
//! (keyed hashes) for equality.

pub mod backup;
pub mod conformance;
mod draft;
pub mod event;
pub mod export;
mod hex;
pub mod limits;
pub mod row;
pub mod sqlite;
pub mod store;
