//! A card: one update at one place, told so that one person can do it.

use assay_base::{Answer, Instant};
use assay_clock::{Outcome, Term, Window};
use assay_inventory::component::What;
use assay_match::exposure::{Certainty, KevFact, Touch};
use serde::Serialize;

use crate::due::CardDue;
use crate::effort::Effort;
use crate::rank::Rank;
use crate::schedule::Slot;
use crate::uptake::Report;

/// What kind of work it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardKind {
    /// Look for signs of compromise, before the update of the same thing.
    Triage,
    /// Install an update.
    Update,
    /// Have the vendor install it (R52).
    Ticket,
    /// Find out whether anything is to be done.
    FindOut,
}

impl CardKind {
    /// The word that is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Update => "update",
            Self::Ticket => "ticket",
            Self::FindOut => "find-out",
        }
    }

    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Triage => "Look first",
            Self::Update => "Update",
            Self::Ticket => "Ask the vendor",
            Self::FindOut => "Find out",
        }
    }
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Card {
    /// The same in every plan, as long as it is about the same thing at the same place.
    pub id: String,
    /// What kind of work.
    pub kind: CardKind,
    /// What to do, in a line.
    pub title: String,
    /// The inventory that names the thing.
    pub inventory: String,
    /// Where it stands; empty if not said.
    pub place: String,
    /// What it is called.
    pub what: String,
    /// Which versions are installed; empty if none is known.
    pub installed: Vec<String>,
    /// Who patches it, for people; none if not said.
    pub patched_by: Option<String>,
    /// How urgent and why now: each fact in a short sentence, then the term.
    pub why: String,
    /// What a CVSS vector suggests where nobody has stated it; it moves no date.
    pub hint: Option<String>,
    /// What the directive says, over everything that the card closes.
    pub outcome: Outcome,
    /// When it is due.
    pub due: CardDue,
    /// Where it stands among the others, with every input.
    pub rank: Rank,
    /// What is asked before starting; empty if nothing.
    pub first: Vec<Step>,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// How long it takes.
    pub effort: String,
    /// Which kind of effort it is.
    pub effort_class: Effort,
    /// Whether its owner calls it critical.
    pub critical: Answer,
    /// When the thing may be away, as its owner says.
    pub windows: Vec<Window>,
    /// In which month it stands; none of what is to be found out or waits by decision.
    pub slot: Option<Slot>,
    /// The next of these times for its work, in words; none if it has none or needs none.
    pub window_words: Option<String>,
    /// Whether it needs a restart.
    pub reboot: String,
    /// What to do if it cannot be patched.
    pub instead: Vec<Step>,
    /// When a mitigation is looked at again.
    pub recheck: Option<Recheck>,
    /// How to undo it.
    pub undo: Vec<Step>,
    /// How to check that it worked.
    pub check: Vec<Step>,
    /// The text for a vendor, if the vendor is to do it.
    pub ticket: Option<Ticket>,
    /// How sure the match is, for people.
    pub certainty: String,
    /// What it closes, most urgent first.
    pub closes: Vec<Closed>,
    /// Records of which nobody can tell whether they touch it as well; the update may close them too.
    pub perhaps: Vec<Closed>,
    /// Pages to read.
    pub references: Vec<String>,
    /// The components, as the inventory names them.
    pub components: Vec<Piece>,
    /// When this card first appeared: clocks of detection start here.
    pub first_seen: Instant,
    /// The card that comes before this one.
    pub after: Option<String>,
    /// What somebody reported about it. It is their word, and the scan's word stands beside it (R53).
    pub reported: Option<Report>,
    /// Where that word and the scan's differ, or a deferral is over.
    pub reported_note: Option<String>,
}

/// One step: words, and what to type if there is something to type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// In words.
    pub text: String,
    /// What to type, exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

impl Step {
    /// A step in words.
    pub(crate) fn say(text: impl Into<String>) -> Self {
        Self { text: text.into(), command: None }
    }

    /// A step with something to type.
    pub(crate) fn run(text: impl Into<String>, command: impl Into<String>) -> Self {
        Self { text: text.into(), command: Some(command.into()) }
    }
}

/// When a mitigation is over and looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recheck {
    /// The instant.
    pub at: Instant,
    /// The same for people.
    pub words: String,
}

/// A text for a vendor, with its clock (R52).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ticket {
    /// Whom it is for.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text, by paragraphs.
    pub body: Vec<String>,
    /// Until when an answer is asked for.
    pub answer_by: Instant,
    /// The same for people.
    pub answer_by_words: String,
}

/// One advisory that a card closes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Closed {
    /// Which source the record is from.
    pub source: String,
    /// Its id.
    pub id: String,
    /// The name that people know: its CVE, if it has one.
    pub name: String,
    /// One line.
    pub summary: String,
    /// Affected, or cannot be told.
    pub touch: Touch,
    /// How sure the match of the names is.
    pub certainty: Certainty,
    /// Why the match says so.
    pub why: String,
    /// KEV's entry.
    pub kev: Option<KevFact>,
    /// CVSS base score.
    pub score: Option<f64>,
    /// The versions that have the fix.
    pub fixed: Vec<String>,
    /// Shortest possible term of this one alone.
    pub earliest: Term,
    /// Longest possible term of this one alone.
    pub latest: Term,
}

/// A component of a card, for the next plan to recognise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Piece {
    /// What it is, as the inventory says.
    pub what: PieceWhat,
    /// Its version, as written.
    pub version: Option<String>,
    /// Where it stands in the inventory.
    pub at: String,
}

/// [`What`] in an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PieceWhat(pub What);

impl PartialOrd for PieceWhat {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PieceWhat {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |what: &What| match what {
            What::Package { ecosystem, name, .. } => (ecosystem.to_string(), name.clone()),
            What::Product { vendor, product } => (vendor.clone(), product.clone()),
        };
        key(&self.0).cmp(&key(&other.0))
    }
}
