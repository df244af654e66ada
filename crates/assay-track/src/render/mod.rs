//! The answers as text, as one page and as a calendar.

mod calendar;
mod grants;
mod page;
mod text;

pub use calendar::ics;
pub use grants::grants;
pub use page::html;
pub use text::text;
