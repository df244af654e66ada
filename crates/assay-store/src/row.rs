//! Rows of the views. They are functions of the events, and can be dropped
//! and made anew. None holds text that could be embargoed: a target, a title
//! or a signature appears as a [`Tag`] only.

use assay_base::{Instant, MemberId, PersonId};
use assay_case::ids::{CaseId, FindingId, LeaseId};
use assay_review::ids::ModelId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::event::BlobId;
use crate::hex;

/// A keyed hash: equal for equal texts within this instance, and nothing else to anybody without the key.
///
/// Written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub [u8; 32]);

impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        hex::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        hex::deserialize(deserializer).map(Self)
    }
}

impl std::fmt::Debug for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "tag {:02x}{:02x}…", self.0[0], self.0[1])
    }
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberRow {
    /// Its id.
    pub id: MemberId,
    /// Its name, unique.
    pub name: String,
}

/// A person of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonRow {
    /// The person's id.
    pub id: PersonId,
    /// Of which member.
    pub member: MemberId,
    /// The name by which the person is called, unique in the instance.
    pub name: String,
    /// The roles, as the rules name them.
    pub roles: Vec<String>,
    /// Whether the person has left.
    pub left: bool,
}

/// A lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseRow {
    /// Its id.
    pub id: LeaseId,
    /// The target without its sub-path.
    pub target: Tag,
    /// The method class's word.
    pub method: String,
    /// Who holds it.
    pub member: MemberId,
    /// The fencing token: grows with every lease of the same target and method.
    pub token: u64,
    /// When it ends unless it is renewed.
    pub expires: Instant,
    /// `active`, `released`, `expired` or `cancelled`.
    pub state: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingRow {
    /// Its id.
    pub id: FindingId,
    /// Who submitted it.
    pub member: MemberId,
    /// And which person.
    pub person: PersonId,
    /// The state's word.
    pub state: String,
    /// Whether that state is an end.
    pub terminal: bool,
    /// When it was received.
    pub received: Instant,
    /// When it last changed.
    pub changed: Instant,
    /// The bundle's identity.
    pub bundle: Tag,
    /// The claim's identity.
    pub claim: Tag,
    /// The target.
    pub target: Tag,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// Its sealed bundle.
    pub blob: Option<BlobId>,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseRow {
    /// Its id.
    pub id: CaseId,
    /// The word for people that its vector gives.
    pub word: String,
    /// The embargo's word: `none`, `proposed`, `active`, `revise`, `exited`.
    pub embargo: String,
    /// When an active embargo ends.
    pub embargo_ends: Option<Instant>,
    /// Whether an advisory is staged and has been signed by enough persons.
    pub ready: bool,
    /// When it was opened.
    pub opened: Instant,
    /// When it was published.
    pub published: Option<Instant>,
    /// The advisory's number, given at publication.
    pub advisory: Option<String>,
    /// Whether nothing more can happen.
    pub closed: bool,
}

/// An engagement of the review room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngagementRow {
    /// Its id: the random handle of the model under review.
    pub id: ModelId,
    /// The developer's key id, as hexadecimal.
    pub developer: String,
    /// The model family.
    pub family: Tag,
    /// The state's word.
    pub state: String,
    /// When it was opened.
    pub opened: Instant,
    /// When the open window ends.
    pub window_ends: Option<Instant>,
}

/// One row of any view, to be put in the place of the one with the same id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "view", rename_all = "kebab-case")]
pub enum Row {
    /// A member.
    Member(MemberRow),
    /// A person.
    Person(PersonRow),
    /// A lease.
    Lease(LeaseRow),
    /// A finding.
    Finding(FindingRow),
    /// A case.
    Case(CaseRow),
    /// An engagement.
    Engagement(EngagementRow),
}
