//! A plan as text and as one page.

mod calendar;
mod csv;
mod page;
mod plain;
pub(crate) mod words;

pub use calendar::calendar;
pub(crate) use csv::cell;
pub use csv::{cards, deferrals};
pub use page::{html, rollup};
pub use plain::{text, text_whole};
pub use words::headline;
