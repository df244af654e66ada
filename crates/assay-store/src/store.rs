//! The store as a trait: what use cases need, and what an implementation
//! promises. SQLite is the first; PostgreSQL comes through the same suite
//! ([`crate::conformance`]).

use std::collections::BTreeMap;

use assay_base::{Instant, MemberId, PersonId};
use assay_case::ids::{CaseId, FindingId, LeaseId};
use assay_review::ids::ModelId;
use assay_seal::data_key::DataKeyId;

use crate::event::{BlobId, NewEvent, StoredEvent, StreamId};
use crate::row::{CaseRow, EngagementRow, FindingRow, LeaseRow, MemberRow, PersonRow, Row, Tag};

/// What one decision changes: all of it or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Events, in order. Their commitments are queued in the outbox in the same transaction.
    pub events: Vec<NewEvent>,
    /// Rows of the views that these events change.
    pub rows: Vec<Row>,
}

/// What a commit gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// The numbers of the appended events.
    pub numbers: Vec<u64>,
}

/// A page of a list: rows after a key, and the key to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, at most as many as were asked for.
    pub rows: Vec<T>,
    /// Give this back as `after` for the next page; none at the end.
    pub next: Option<String>,
}

/// Which findings a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingFilter {
    /// Only in this state.
    pub state: Option<String>,
    /// Only of this member.
    pub member: Option<MemberId>,
    /// Only of this case.
    pub case: Option<CaseId>,
    /// Only with this bundle.
    pub bundle: Option<Tag>,
    /// Only with this claim.
    pub claim: Option<Tag>,
    /// Only of this target.
    pub target: Option<Tag>,
}

/// An outbox row: a commitment that the ledger does not hold yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// The event's number.
    pub number: u64,
    /// What is to be written.
    pub commitment: [u8; 32],
}

/// What goes wrong with keeping. The caller's own refusals are not among them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk or the database failed; nothing of the batch is kept.
    #[error("{what}: {error}")]
    Broken {
        /// What was attempted.
        what: &'static str,
        /// What the system said.
        error: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The batch does not follow on what is kept: a defect of the caller.
    #[error("the batch does not follow on what is kept: {0}")]
    OutOfOrder(String),
    /// What is kept cannot be read back.
    #[error("the store holds what cannot be read: {0}")]
    Corrupt(String),
    /// The store was made by a newer program.
    #[error("the store has form {found}, and this program knows {known}: use the newer program")]
    TooNew {
        /// Its form.
        found: u32,
        /// The newest known.
        known: u32,
    },
    /// More than a store takes at once (see [`crate::limits`]); nothing was kept.
    #[error("{what} of {size} is more than the {limit} that a store takes")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How much, in the unit of the limit.
        size: u64,
        /// How much is taken.
        limit: u64,
    },
    /// The key of a page is none that this store gave.
    #[error("this is no key of a page; begin again without one")]
    NotAPage,
    /// A backup, a restored store or an import begins in an empty place; nothing was written.
    #[error("{0} is not empty; nothing was written")]
    NotEmpty(String),
    /// Saturated: nothing was kept; try again (R16).
    #[error("too much is waiting to be written; nothing was kept, try again in {seconds} s")]
    Busy {
        /// When to try again.
        seconds: u32,
    },
}

/// A consistent view: everything that is committed, and, inside a write, what this transaction did before.
pub trait View {
    /// The events of a stream, in order.
    fn stream(&self, stream: &StreamId) -> Result<Vec<StoredEvent>, StoreError>;
    /// Events after a number, in order, at most `limit`.
    fn events_after(&self, number: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError>;
    /// The number of the last event; 0 in an empty store.
    fn last_number(&self) -> Result<u64, StoreError>;
    /// The latest instant of any event: stored time never runs backwards.
    fn last_instant(&self) -> Result<Option<Instant>, StoreError>;

    /// A member by id.
    fn member(&self, id: MemberId) -> Result<Option<MemberRow>, StoreError>;
    /// A member by name.
    fn member_named(&self, name: &str) -> Result<Option<MemberRow>, StoreError>;
    /// All members, by name.
    fn members(&self) -> Result<Vec<MemberRow>, StoreError>;
    /// A person by id.
    fn person(&self, id: PersonId) -> Result<Option<PersonRow>, StoreError>;
    /// A person by name.
    fn person_named(&self, name: &str) -> Result<Option<PersonRow>, StoreError>;
    /// All persons, by name.
    fn persons(&self) -> Result<Vec<PersonRow>, StoreError>;

    /// A lease.
    fn lease(&self, id: LeaseId) -> Result<Option<LeaseRow>, StoreError>;
    /// Active leases of a target, of every method.
    fn active_leases(&self, target: Tag) -> Result<Vec<LeaseRow>, StoreError>;
    /// Active leases whose end has come, `expires <= now`. The earliest end first.
    fn leases_due(&self, now: Instant, limit: usize) -> Result<Vec<LeaseRow>, StoreError>;
    /// The highest fencing token that a target and method ever had; 0 if none.
    fn last_token(&self, target: Tag, method: &str) -> Result<u64, StoreError>;

    /// A finding.
    fn finding(&self, id: FindingId) -> Result<Option<FindingRow>, StoreError>;
    /// Findings, oldest first.
    fn findings(
        &self,
        filter: &FindingFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<FindingRow>, StoreError>;
    /// How many findings are in each state. Their sum is how many were received (invariant 6).
    fn tally(&self) -> Result<BTreeMap<String, u64>, StoreError>;

    /// A case.
    fn case(&self, id: CaseId) -> Result<Option<CaseRow>, StoreError>;
    /// Cases, oldest first.
    fn cases(&self, after: Option<&str>, limit: usize) -> Result<Page<CaseRow>, StoreError>;
    /// Cases under an embargo (`active` or `revise`) whose end has come: `embargo_ends <= now`. The earliest end first.
    fn embargoes_due(&self, now: Instant, limit: usize) -> Result<Vec<CaseRow>, StoreError>;
    /// Cases that are ready, not under an embargo (`active` or `revise`), not closed and not published, oldest first.
    fn publications_due(&self, limit: usize) -> Result<Vec<CaseRow>, StoreError>;
    /// Published cases, in the order of publication.
    fn published(&self) -> Result<Vec<CaseRow>, StoreError>;

    /// An engagement.
    fn engagement(&self, id: ModelId) -> Result<Option<EngagementRow>, StoreError>;
    /// All engagements, oldest first.
    fn engagements(&self) -> Result<Vec<EngagementRow>, StoreError>;
    /// Engagements whose open window has come to its end: `window_ends <= now`. The earliest end first.
    fn windows_due(&self, now: Instant, limit: usize) -> Result<Vec<EngagementRow>, StoreError>;

    /// Commitments that the ledger does not hold yet, in the order of their events.
    fn outbox(&self, limit: usize) -> Result<Vec<Pending>, StoreError>;
    /// The highest leaf index that was confirmed; none before the first.
    fn last_leaf(&self) -> Result<Option<u64>, StoreError>;
    /// Every row of every view, in a fixed order: for comparing a rebuild with what is live.
    fn all_rows(&self) -> Result<Vec<Row>, StoreError>;
}

/// What a caller decides under the writer's lock: a batch, or nothing (it keeps its reason itself).
pub type Decision<'a> = dyn FnMut(&dyn View) -> Result<Option<Batch>, StoreError> + 'a;

/// A store. All of it may be called from many threads.
///
/// An implementation promises: one writer at a time sees all that was written
/// before it; when [`write`](Store::write) returns, the batch is on disk and
/// survives a power cut (invariant 25); a batch is kept whole or not at all.
/// It must never write a payload, a wrap or a blob's content anywhere but
/// where it keeps it: not into a log, not into an error.
pub trait Store: Send + Sync {
    /// Decides under the writer's lock and keeps the result durably. None if the caller decided on nothing.
    ///
    /// `decide` may be called again if the database asks for it; it must have no other effect.
    fn write(&self, decide: &mut Decision<'_>) -> Result<Option<Committed>, StoreError>;
    /// Reads one consistent state.
    fn read(&self, look: &mut (dyn FnMut(&dyn View) -> Result<(), StoreError> + '_)) -> Result<(), StoreError>;

    /// Keeps a wrap of a data key for a recipient (`instance`, or a member's id), durably, beside the events.
    fn put_wrap(&self, key: DataKeyId, recipient: &str, wrap: &[u8]) -> Result<(), StoreError>;
    /// The wrap of a data key for a recipient.
    fn wrap(&self, key: DataKeyId, recipient: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Who holds wraps of a key.
    fn recipients(&self, key: DataKeyId) -> Result<Vec<String>, StoreError>;
    /// Takes one recipient's wrap away. What was read stays read.
    fn drop_wrap(&self, key: DataKeyId, recipient: &str) -> Result<(), StoreError>;
    /// Deletes every wrap of a key, overwriting them: what it sealed cannot be opened again.
    fn shred(&self, key: DataKeyId) -> Result<(), StoreError>;
    /// Whether a key was shredded.
    fn is_shredded(&self, key: DataKeyId) -> Result<bool, StoreError>;

    /// Keeps sealed bytes, durably, under an id that says nothing of them.
    fn put_blob(&self, id: BlobId, sealed: &[u8]) -> Result<(), StoreError>;
    /// The sealed bytes.
    fn blob(&self, id: BlobId) -> Result<Option<Vec<u8>>, StoreError>;
    /// Deletes them.
    fn drop_blob(&self, id: BlobId) -> Result<(), StoreError>;

    /// Records that the ledger holds these events' commitments, at these leaves.
    fn confirm(&self, leaves: &[(u64, u64)]) -> Result<(), StoreError>;

    /// Puts these rows in the place of all views, in one transaction.
    fn replace_rows(&self, rows: &mut dyn Iterator<Item = Row>) -> Result<(), StoreError>;

    /// Every key that has wraps or was shredded, in the order of their ids, after one of them: for export.
    fn keys(&self, after: Option<DataKeyId>, limit: usize) -> Result<Vec<DataKeyId>, StoreError>;
    /// Every blob that is kept, in the order of their ids, after one of them: for export, and for finding orphans.
    fn blobs(&self, after: Option<BlobId>, limit: usize) -> Result<Vec<BlobId>, StoreError>;
    /// Every setting: for export.
    fn settings(&self) -> Result<BTreeMap<String, String>, StoreError>;

    /// A small fact of the instance that is no event: its origin, the ledger's cadence.
    fn setting(&self, name: &str) -> Result<Option<String>, StoreError>;
    /// Sets it.
    fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError>;
}
