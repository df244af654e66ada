//! Events, rows and calls to test with.

pub use assay_base::Repeatable;
use assay_base::{Actor, Entropy as _, Instant, MemberId, PersonId};
use assay_case::ids::{CaseId, FindingId, LeaseId};
use assay_review::ids::ModelId;
use assay_seal::data_key::DataKeyId;

use crate::event::{BlobId, Envelope, EventId, NewEvent, StoredEvent, StreamId};
use crate::row::{CaseRow, EngagementRow, FindingRow, LeaseRow, MemberRow, PersonRow, Row, Tag};
use crate::store::{Batch, Committed, Store, StoreError, View};

/// Sixteen bytes that a number decides.
#[must_use]
pub fn sixteen(number: u64) -> [u8; 16] {
    Repeatable(number).sixteen()
}

/// A tag that a number decides.
#[must_use]
pub fn tag(number: u64) -> Tag {
    Tag(Repeatable(number).thirty_two())
}

/// So many seconds after a certain instant.
#[must_use]
pub fn at(seconds: i64) -> Instant {
    Instant::from_micros(1_900_000_000_000_000 + seconds * 1_000_000)
}

/// A stream that a number decides.
#[must_use]
pub fn stream(number: u64) -> StreamId {
    StreamId(FindingId::from_bytes(sixteen(number)).to_string())
}

/// An event at this place of this stream, at `at(0)`.
#[must_use]
pub fn event(of: u64, place: u64) -> NewEvent {
    let mut entropy = Repeatable(of.wrapping_mul(1_000_003).wrapping_add(place));
    let envelope = Envelope {
        id: EventId::draw(&mut entropy),
        stream: stream(of),
        place,
        kind: "finding.submitted".into(),
        version: 1,
        at: at(0),
        actor: Actor::Person { member: MemberId::draw(&mut entropy), person: PersonId::draw(&mut entropy) },
        key: DataKeyId::draw(&mut entropy),
    };
    let mut payload = vec![0; 100];
    entropy.fill(&mut payload);
    NewEvent { envelope, payload, commitment: entropy.thirty_two() }
}

/// The same event at another instant.
#[must_use]
pub fn event_at(of: u64, place: u64, when: Instant) -> NewEvent {
    let mut event = event(of, place);
    event.envelope.at = when;
    event
}

/// What is kept of an event.
#[must_use]
pub fn kept(number: u64, event: &NewEvent) -> StoredEvent {
    StoredEvent {
        number,
        envelope: event.envelope.clone(),
        payload: event.payload.clone(),
        commitment: event.commitment,
        leaf: None,
    }
}

/// A member.
#[must_use]
pub fn member(number: u64, name: &str) -> MemberRow {
    MemberRow { id: MemberId::from_bytes(sixteen(number)), name: name.into() }
}

/// A person.
#[must_use]
pub fn person(number: u64, name: &str) -> PersonRow {
    PersonRow {
        id: PersonId::from_bytes(sixteen(number)),
        member: MemberId::from_bytes(sixteen(1)),
        name: name.into(),
        roles: vec!["finder".into(), "triager".into()],
        left: false,
    }
}

/// An active lease of target 1 by `static`, until `at(100)`.
#[must_use]
pub fn lease(number: u64) -> LeaseRow {
    LeaseRow {
        id: LeaseId::from_bytes(sixteen(number)),
        target: tag(1),
        method: "static".into(),
        member: MemberId::from_bytes(sixteen(1)),
        token: number,
        expires: at(100),
        state: "active".into(),
    }
}

/// A finding, received `number` seconds after the beginning.
#[must_use]
pub fn finding(number: u64) -> FindingRow {
    let mut entropy = Repeatable(number);
    FindingRow {
        id: FindingId::from_bytes(sixteen(number)),
        member: MemberId::from_bytes(sixteen(1)),
        person: PersonId::from_bytes(sixteen(2)),
        state: "received".into(),
        terminal: false,
        received: at(number as i64),
        changed: at(number as i64),
        bundle: Tag(entropy.thirty_two()),
        claim: Tag(entropy.thirty_two()),
        target: tag(1),
        case: None,
        blob: None,
    }
}

/// A case, opened `number` seconds after the beginning.
#[must_use]
pub fn case(number: u64) -> CaseRow {
    CaseRow {
        id: CaseId::from_bytes(sixteen(number)),
        word: "private".into(),
        embargo: "none".into(),
        embargo_ends: None,
        ready: false,
        opened: at(number as i64),
        published: None,
        advisory: None,
        closed: false,
    }
}

/// An engagement, opened `number` seconds after the beginning.
#[must_use]
pub fn engagement(number: u64) -> EngagementRow {
    EngagementRow {
        id: ModelId::from_bytes(sixteen(number)),
        developer: "ab".repeat(32),
        family: tag(7),
        state: "open".into(),
        opened: at(number as i64),
        window_ends: None,
    }
}

/// A data key's id that a number decides.
#[must_use]
pub fn key(number: u64) -> DataKeyId {
    DataKeyId::from_bytes(sixteen(number))
}

/// A blob's id that a number decides.
#[must_use]
pub fn blob(number: u64) -> BlobId {
    BlobId::from_bytes(sixteen(number))
}

/// Keeps a batch.
///
/// # Errors
/// As the store says.
pub fn try_keep(store: &dyn Store, events: &[NewEvent], rows: &[Row]) -> Result<Committed, StoreError> {
    let batch = Batch { events: events.to_vec(), rows: rows.to_vec() };
    store.write(&mut |_| Ok(Some(batch.clone()))).map(|committed| committed.expect("a batch was decided on"))
}

/// Keeps a batch, which must succeed.
#[must_use]
pub fn keep_both(store: &dyn Store, events: &[NewEvent], rows: &[Row]) -> Committed {
    try_keep(store, events, rows).expect("the batch is kept")
}

/// Keeps events, which must succeed.
pub fn keep(store: &dyn Store, events: &[NewEvent]) {
    let _ = keep_both(store, events, &[]);
}

/// Keeps rows, which must succeed.
pub fn put(store: &dyn Store, rows: &[Row]) {
    let _ = keep_both(store, &[], rows);
}

/// What a look at the store gives.
pub fn see<T>(store: &dyn Store, mut look: impl FnMut(&dyn View) -> Result<T, StoreError>) -> T {
    let mut seen = None;
    store
        .read(&mut |view| {
            seen = Some(look(view)?);
            Ok(())
        })
        .expect("the store can be read");
    seen.expect("the look was taken")
}

/// Whether the batch was refused because it does not follow on what is kept.
#[must_use]
pub fn out_of_order<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::OutOfOrder(_)))
}

/// Whether it was refused because of its size.
#[must_use]
pub fn too_large<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::TooLarge { .. }))
}

/// Texts that trip over encodings, orders and quotes.
pub const ODD_TEXTS: [&str; 12] = [
    "a",
    "A",
    "ä",
    "a\u{308}",
    "Ω",
    "日本語",
    "\u{202e}right to left",
    "nul\0inside",
    "'; DROP TABLE event; --",
    "\"%_\\",
    "🏥🏥",
    "\u{10ffff}\n\t ",
];
