//! Whether a flaw is still there, for people.

use anstyle::AnsiColor;
use assay_prove::latest::Still;

use super::next::quoted;
use super::{fold, paint, plain, words};
use crate::commands::recheck::Told;

/// The answer.
pub fn render(told: &Told<'_>) -> String {
    let recheck = &told.recheck;
    let (color, word) = match recheck.still {
        Still::StillThere => (AnsiColor::Red, "Still there"),
        Still::Gone => (AnsiColor::Green, "Gone"),
        Still::CannotTell => (AnsiColor::Yellow, "Cannot tell"),
    };
    let sentence = plain::line(&recheck.sentence, 900);
    let mut out = fold::paragraph("", &format!("{}: {}.", paint(color, word), sentence.trim_end_matches('.')));
    out.push('\n');
    out.push_str(&fold::paragraph("  version   ", &told.on));
    if let Some(there) = &recheck.proof {
        out.push_str(&fold::paragraph(
            "            ",
            &format!("by itself {}", plain::line(&there.ruling.sentence, 400)),
        ));
    }
    let own = &told.ground.proof.ruling;
    out.push_str(&fold::paragraph(
        "  bundle    ",
        &format!("{}: {}", own.verdict.as_str(), plain::line(&own.sentence, 400)),
    ));
    out.push_str(&format!(
        "  runs      {} of each input on that version, {}\n",
        told.ground.runs,
        words::duration(told.took)
    ));
    out.push('\n');
    out.push_str(&fold::paragraph("Next  ", &next(told)));
    out
}

fn next(told: &Told<'_>) -> String {
    let path = quoted(told.path);
    match told.recheck.still {
        Still::StillThere => "The finding stands for that version too: say so in the report.".to_owned(),
        Still::Gone => format!(
            "Ask which change did it before you call it fixed: `assay bisect {path} REPOSITORY` finds the commit, if you have \
             its repository."
        ),
        Still::CannotTell => format!(
            "Read why above. A harness that does not build or live there has to be mended for that version; `assay prove {path}` \
             tells how the bundle does by itself."
        ),
    }
}
