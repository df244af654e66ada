//! A scan that answers nothing, and why: it is not to be taken for good news.

use assay_match::index::Feed;

use super::words::count;
use crate::scan_input::Scanned;

/// Why nothing could be answered; none if a record says something about at least one thing.
pub fn unanswered(scanned: &Scanned) -> Option<String> {
    let tally = scanned.tally();
    if tally.affected + tally.cannot_tell + tally.not_affected + tally.by_vex > 0 {
        return None;
    }
    let why = if tally.things == 0 {
        "the inventories list nothing that could be read".to_owned()
    } else {
        // SSVC decisions name no thing; they only add to what other records say.
        let feeds = || scanned.sources.iter().filter(|source| source.feed != Feed::Ssvc);
        let usable: usize = feeds().map(|one| one.records.saturating_sub(one.withdrawn + one.nameless)).sum();
        let unreadable: usize = feeds().map(|one| one.skips.total).sum();
        let records = match unreadable {
            0 => String::new(),
            n => format!(", and {} could not be read", count(n, "record")),
        };
        match usable {
            0 => format!("no record could be used{records}"),
            _ => format!("no record at hand names any of it{records}"),
        }
    };
    Some(format!("Nothing could be answered: {why}. That is not the same as not affected."))
}
