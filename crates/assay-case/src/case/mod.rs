//! Cases: the coordination of one root cause among participants.
//!
//! A case is a vector, not a status (DESIGN section 6), with CERT/CC's names:
//! [`rm`] and [`pec`] per participant, [`vfd`] per vendor, [`em`] and [`pxa`]
//! per case. [`CaseWord`] is derived from it for people.

pub mod answer;
mod apply;
pub mod breach;
pub mod channel;
pub mod command;
mod decide;
pub mod em;
pub mod fix;
pub mod happened;
pub mod merge;
pub mod participant;
pub mod pec;
mod permit;
pub mod publication;
pub mod pxa;
pub mod rm;
pub mod state;
pub mod table;
pub mod vfd;

pub use answer::{Consequence, VendorAnswer, VendorStatus};
pub use assay_base::FixLevel;
pub use breach::{BreakAction, Cause, Extent};
pub use channel::{Channel, Message};
pub use command::{Action, BindingPolicy, Command, NewFix, Open};
pub use decide::{BREAKS_MAX, FINDINGS_MAX, FIXES_MAX, PARTICIPANTS_MAX};
pub use fix::{Fix, Verified};
pub use happened::{CaseCloseReason, Duty, ExitReason, Happened, Invitation, Opening, ReadInTier};
pub use merge::{MergedPart, Part, Release};
pub use participant::{Participant, Vendor, Vendors};
pub use publication::Publication;
pub use state::{APPROVALS, Break, Case, CaseWord, Draft, Embargo, Out, Proposal, State};
