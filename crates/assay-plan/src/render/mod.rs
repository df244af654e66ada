//! A plan as text and as one page.

mod csv;
mod page;
mod plain;
pub(crate) mod words;

pub use csv::deferrals;
pub use page::html;
pub use plain::text;
pub use words::headline;
