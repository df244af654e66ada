//! What was looked through, for people: which inventories were found there, and
//! what was passed over.

use super::fold::paragraph;
use super::words::count;
use super::{bold, plain};
use crate::scan_input::Looked;

/// Inventories of one place that are named without `--all`.
const NAMED: usize = 10;

/// One section; none if only files were named.
pub fn walked(out: &mut String, looked: &[Looked], all: bool) {
    for place in looked {
        let title = format!("Looked through {}", plain::line(&place.place, 200));
        out.push_str(&format!("\n{}\n", bold(&title)));
        let found = match place.found.len() {
            0 => "No inventory was found".to_owned(),
            n => {
                format!("{} found", if n == 1 { "1 inventory was".to_owned() } else { format!("{n} inventories were") })
            }
        };
        let refused = match place.refused {
            0 => String::new(),
            1 => "; 1 more could not be read, see above".to_owned(),
            n => format!("; {n} more could not be read, see above"),
        };
        out.push_str(&paragraph("  ", &format!("{found} among {}{refused}.", count(place.seen, "file"))));
        let most = if all { place.found.len() } else { NAMED };
        for one in place.found.iter().take(most) {
            let words = format!("{}: {}", plain::line(&one.name, 300), count(one.things, "thing"));
            out.push_str(&format!("    {words} ({})\n", one.format.name()));
        }
        if place.found.len() > most {
            out.push_str(&format!("    and {} more, with --all\n", place.found.len() - most));
        }
        if !place.passed.is_empty() {
            let passed: Vec<String> =
                place.passed.iter().map(|one| format!("{} ({})", plain::line(&one.what, 120), one.times)).collect();
            let why =
                "What a folder of that kind holds is said by the list beside it; name the folder to look into it.";
            let why = if place.passed.iter().any(|one| one.what.contains("folders named")) { why } else { "" };
            let text = format!("Passed over: {}. {why}", passed.join(", "));
            out.push_str(&paragraph("  ", text.trim_end()));
        }
    }
}
