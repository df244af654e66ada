//! The commit that took a flaw away, for people.

use anstyle::AnsiColor;
use assay_prove::bisect::{Answer, Bisection, short};
use assay_prove::latest::Still;

use super::grid::Grid;
use super::next::quoted;
use super::{bold, fold, paint, plain, words};
use crate::commands::bisect::Told;

/// Commits that are listed; all are in the JSON.
const LISTED: usize = 40;

/// The answer.
pub fn render(told: &Told<'_>) -> String {
    let bisection = &told.bisection;
    let mut out = fold::paragraph("", &head(bisection));
    out.push('\n');
    if !bisection.subject.is_empty() {
        out.push_str(&fold::paragraph("  commit    ", &format!("`{}`", plain::line(&bisection.subject, 200))));
        let merge = if bisection.merge { ", a merge" } else { "" };
        out.push_str(&format!("            {}, as it says itself{merge}\n", plain::line(&bisection.day, 20)));
    }
    let from = bisection.from.as_ref().map_or("none found", |from| short(from));
    out.push_str(&fold::paragraph(
        "  between   ",
        &format!(
            "{from} ({}) and {}, {}",
            bisection.from_by,
            short(&bisection.to),
            words::count(bisection.commits, "commit")
        ),
    ));
    let mute = bisection.asked.iter().filter(|asked| asked.still == Still::CannotTell).count();
    out.push_str(&fold::paragraph(
        "  runs      ",
        &format!(
            "{} asked, {mute} of them told nothing; {}, each input {} times, {}",
            words::count(bisection.asked.len(), "commit"),
            words::count(bisection.builds, "version").replace("version", "build") + " at most",
            bisection.ground.runs,
            words::duration(bisection.took)
        ),
    ));
    if !bisection.asked.is_empty() {
        out.push_str(&format!("\n{}\n", bold("Asked, in this order")));
        out.push_str(&asked(bisection));
    }
    out.push('\n');
    out.push_str(&fold::paragraph("Next  ", &next(told)));
    out
}

fn head(bisection: &Bisection) -> String {
    match &bisection.answer {
        Answer::Found { fix, before } => format!(
            "{}: with {} the flaw is gone, and its parent {} has it; both were run twice more and said the same.",
            paint(AnsiColor::Green, "Found"),
            fix,
            short(before)
        ),
        Answer::Between { still, gone, unknown } => format!(
            "{}: {} has the flaw and {} does not; the {} between them tell nothing.",
            paint(AnsiColor::Yellow, "Between"),
            still,
            gone,
            words::count(*unknown, "commit")
        ),
        Answer::StillThere => {
            format!("{}: the last commit, {}, has the flaw.", paint(AnsiColor::Red, "Still there"), bisection.to)
        }
        Answer::CannotTell(why) => {
            format!("{}: {}.", paint(AnsiColor::Yellow, "Cannot tell"), plain::line(why, 900).trim_end_matches('.'))
        }
    }
}

fn asked(bisection: &Bisection) -> String {
    let mut grid = Grid::default();
    for asked in bisection.asked.iter().take(LISTED) {
        let why = match asked.still {
            Still::CannotTell => plain::line(&asked.sentence, 70),
            Still::StillThere | Still::Gone => String::new(),
        };
        grid.row([short(&asked.commit).to_owned(), asked.still.as_str().to_owned(), why]);
    }
    let mut out = grid.render("  ");
    if bisection.asked.len() > LISTED {
        out.push_str(&format!("  and {} more: `--format json` has all of them\n", bisection.asked.len() - LISTED));
    }
    out
}

fn next(told: &Told<'_>) -> String {
    let path = quoted(told.path);
    match &told.bisection.answer {
        Answer::Found { fix, .. } => format!(
            "Read the commit: `git -C {} show {}`. Its change as a patch, with `assay fix {path} --patch FILE`, tells whether \
             it mends the flaw or only hides it.",
            quoted(told.repository),
            short(fix)
        ),
        Answer::Between { .. } => {
            "Read those commits, or mend the harness so that it builds with them, and ask again.".to_owned()
        }
        Answer::StillThere => {
            "It is not fixed there: name a later commit with --to, or hand in the finding.".to_owned()
        }
        Answer::CannotTell(_) => format!("Read why above; `assay prove {path}` tells how the bundle does by itself."),
    }
}
