//! How much a store takes: everything that comes in is bounded, so that no
//! caller can fill memory or a transaction without end.

/// Events in one batch.
pub const EVENTS: usize = 1_000;
/// Rows of views in one batch.
pub const ROWS: usize = 10_000;
/// Bytes of one sealed payload.
pub const PAYLOAD: usize = 16 << 20;
/// Bytes of one sealed blob.
pub const BLOB: usize = 512 << 20;
/// Bytes of one wrap.
pub const WRAP: usize = 16 << 10;
/// Bytes of a short text: a kind, a state, a stream, a recipient, the name of a setting.
pub const WORD: usize = 256;
/// Bytes of a name: of a member, a person, an advisory.
pub const NAME: usize = 1_024;
/// Roles of one person.
pub const ROLES: usize = 64;
/// Bytes of a setting's value.
pub const SETTING: usize = 64 << 10;
/// Events in one stream.
pub const STREAM: u64 = 1_000_000;
/// Rows in one answer, however many are asked for.
pub const ANSWER: usize = 10_000;
/// Bytes of payloads in one answer of [`events_after`](crate::store::View::events_after); one event always fits.
pub const ANSWER_BYTES: usize = 64 << 20;
