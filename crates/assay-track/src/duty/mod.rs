//! Duties: what an order asks, of whom, by when; and what is known of each.
//!
//! ```
//! use assay_track::duty::{Pack, State, Track};
//! use assay_clock::Zone;
//!
//! let pack = Pack::eo_14409()?;
//! let track = Track::make(&[pack], &[], "2026-11-22T00:00:00Z".parse()?, Zone::named("America/New_York")?);
//! // Months after every date, and still nothing is called met or missed: nobody has entered evidence.
//! assert!(track.items.iter().all(|item| item.state == State::Unknown));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod evidence;
pub mod pack;
pub mod state;
pub mod track;

pub use evidence::{Evidence, Says};
pub use pack::{Certain, Duty, Pack};
pub use state::State;
pub use track::{Counts, Item, Track};
