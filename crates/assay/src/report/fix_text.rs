//! A patch's level for people: the level with what it means, every level with
//! what stands behind it, what the patch touches, and what to do now.
//!
//! Invariant 8: «verified» never stands without level, runner, builds and runs.

use anstyle::AnsiColor;
use assay_bundle::manifest::ArmName;
use assay_prove::fix::guard::Touch;
use assay_prove::fix::statement::tally;
use assay_prove::fix::{Finds, Level, Moved, Neighbourhood, Report, State, Unwatched};

use super::fold::paragraph;
use super::grid::Grid;
use super::plain::{self, LINE};
use super::{FixTold, bold, dim, next, paint, proof_text, words};

/// Findings and touches of one kind that are shown.
const SHOWN: usize = 6;

/// The whole report.
pub fn render(told: &FixTold<'_>) -> String {
    let report = told.report;
    let mut out = paragraph("", &headline(report));
    out.push('\n');
    out.push_str(&standing(told));
    out.push('\n');
    out.push_str(&ladder(report));
    if let Ok(around) = &report.around {
        out.push('\n');
        out.push_str(&evidence(around));
    }
    if !report.touches.is_empty() {
        out.push_str(&format!("\n{}\n", bold("What the patch touches")));
        out.push_str(&touches(&report.touches));
    }
    out.push('\n');
    out.push_str(&identity(told));
    out.push('\n');
    out.push_str(&paragraph(&format!("{}  ", bold("Next")), &step(told)));
    out
}

/// `L3, untested`.
pub fn level(report: &Report) -> String {
    match report.standing.level {
        None => "below L0".to_owned(),
        Some(level) if report.standing.untested && level > Level::L1 => format!("{level}, untested"),
        Some(level) => level.to_string(),
    }
}

fn headline(report: &Report) -> String {
    let color = match report.standing.level {
        Some(level) if level >= Level::L3 => AnsiColor::Green,
        Some(level) if level >= Level::L1 => AnsiColor::Yellow,
        _ => AnsiColor::Red,
    };
    let title = plain::line(&report.proof.manifest.title, 200);
    let Some(height) = report.standing.level else {
        return format!(
            "{}: the patch does not apply or does not build. The flaw: {title}.",
            paint(color, "Not verified")
        );
    };
    let unbroken = match report.standing.unbroken {
        Some(unbroken) if unbroken < height => {
            format!(" The target's own tests were not asked or say nothing, so a publication may say {unbroken}.")
        }
        _ => String::new(),
    };
    let word = if height == Level::L0 { "Not verified beyond" } else { "Verified at" };
    format!(
        "{}: {}.{unbroken} The flaw: {title}.",
        paint(color, &format!("{word} {}", level(report))),
        height.meaning()
    )
}

/// Level, assurance, runner and counts, which never stand alone.
fn standing(told: &FixTold<'_>) -> String {
    let report = told.report;
    let mut grid = Grid::default();
    let reached = if told.exit == 0 { "reached" } else { "not reached" };
    grid.row(["level".to_owned(), format!("{}; {} was asked for: {reached}", bold(&level(report)), told.want)]);
    grid.row(["assurance".to_owned(), words::assurance(report.proof.assurance).to_owned()]);
    grid.row(["runner".to_owned(), proof_text::runner(&report.proof)]);
    let (without, with) = (tally(report, ArmName::Vulnerable), tally(report, ArmName::Fixed));
    grid.row([
        "runs".to_owned(),
        format!(
            "{}; the flaw showed in {} of {} runs without the patch, in {} of {} with it",
            proof_text::runs_and_builds(&report.proof),
            without.fired,
            without.total,
            with.fired,
            with.total
        ),
    ]);
    if let Ok(around) = &report.around {
        grid.row([
            "around".to_owned(),
            format!(
                "{} more runs of {} variants, {} of CPU time, seed {}",
                around.executions,
                around.variants,
                words::duration(around.cpu),
                around.seed
            ),
        ]);
    }
    match &report.unwatched {
        Unwatched::NotNeeded => {}
        Unwatched::Unasked(_) => {
            grid.row(["plain".to_owned(), "not run without the sanitizer".to_owned()]);
        }
        Unwatched::Asked(seen) => {
            grid.row(["plain".to_owned(), format!("{} more runs, built without the sanitizer", seen.runs)]);
        }
    }
    match &report.moved {
        None => {}
        Some(Moved::Unasked(why)) => {
            grid.row(["elsewhere".to_owned(), format!("not run in folders of other names: {}", plain::line(why, 300))]);
        }
        Some(Moved::Broken(why)) => {
            grid.row([
                "elsewhere".to_owned(),
                format!("no answer in folders of other names: {}", plain::line(why, 300)),
            ]);
        }
        Some(Moved::Asked { runs, .. }) => {
            grid.row(["elsewhere".to_owned(), format!("{runs} more runs, in folders of other names")]);
        }
    }
    grid.row(["took".to_owned(), words::duration(report.took)]);
    grid.render("  ")
}

fn ladder(report: &Report) -> String {
    let mut out = String::new();
    for step in &report.standing.steps {
        let (word, color) = state(step.state);
        let first = format!("  {}  {}  ", step.level, paint(color, &format!("{word:<9}")));
        out.push_str(&paragraph(&first, &plain::line(&step.says, 900)));
    }
    out
}

/// `held`, `failed`, `not shown`, `untested`, `not run`.
pub fn state(state: State) -> (&'static str, AnsiColor) {
    match state {
        State::Held => ("held", AnsiColor::Green),
        State::Failed => ("failed", AnsiColor::Red),
        State::NotShown => ("not shown", AnsiColor::Yellow),
        State::Untested => ("untested", AnsiColor::Yellow),
        State::NotRun => ("not run", AnsiColor::Yellow),
    }
}

fn evidence(around: &Neighbourhood) -> String {
    let mut out = format!("{}\n", bold("Around the inputs"));
    let by: Vec<String> = around.fired_by.iter().map(|(way, count)| format!("{way} {count}")).collect();
    let mut lines = vec![format!(
        "{} of {} variants fired without the patch{}{}",
        around.fired,
        around.variants,
        if by.is_empty() { String::new() } else { format!(" ({})", by.join(", ")) },
        if around.lengths.is_empty() { String::new() } else { format!(", in {} lengths", around.lengths.len()) },
    )];
    let clean = around.of_triggers.clean + around.of_benign.clean;
    lines.push(format!(
        "{clean} inputs show no flaw and were compared: {} refused and {} handled otherwise with the patch; {} different \
         outputs",
        around.refused.count, around.changed.count, around.outputs
    ));
    if around.unstable > 0 {
        lines.push(format!("{} differ from themselves and were left out", around.unstable));
    }
    if let Some(why) = &around.stopped {
        lines.push(format!("it ended early: {why}"));
    }
    for line in lines {
        out.push_str(&paragraph("  - ", &plain::line(&line, 900)));
    }
    for (heading, finds) in [
        ("Speak against the patch", &around.against),
        ("Crash in another way, or do not end, with the patch", &around.elsewhere),
        ("Refused with the patch only", &around.refused),
        ("Otherwise with the patch", &around.changed),
    ] {
        out.push_str(&finding(heading, finds));
    }
    out
}

fn finding(heading: &str, finds: &Finds) -> String {
    if finds.count == 0 {
        return String::new();
    }
    let mut out = format!("{}\n", bold(&format!("{heading}: {}", finds.count)));
    for found in finds.kept.iter().take(SHOWN) {
        let made = found.way.map_or("given", assay_prove::fix::Way::as_str);
        let text = format!(
            "{}, {} bytes, {made}: {} without, {} with",
            &found.sha256.to_hex()[..12],
            found.feed.len(),
            found.without,
            found.with
        );
        out.push_str(&paragraph("  - ", &plain::line(&text, 500)));
    }
    if finds.count > SHOWN {
        out.push_str(&format!("  {}\n", dim(&format!("and {} more", finds.count - SHOWN))));
    }
    out
}

fn touches(touches: &[Touch]) -> String {
    let mut out = String::new();
    for touch in touches.iter().take(3 * SHOWN) {
        let cap = touch.cap.map_or_else(|| "told only".to_owned(), |cap| format!("no more than {cap}"));
        let text = format!("{} ({cap}): {}", touch.kind.as_str(), plain::line(&touch.place, LINE));
        out.push_str(&paragraph("  - ", &text));
    }
    if touches.len() > 3 * SHOWN {
        out.push_str(&format!("  {}\n", dim(&format!("and {} more", touches.len() - 3 * SHOWN))));
    }
    out
}

fn identity(told: &FixTold<'_>) -> String {
    let report = told.report;
    let mut grid = Grid::default();
    let from = told.patch.map_or_else(|| "the bundle's own fix".to_owned(), plain::path);
    grid.row(["patch".to_owned(), format!("{from}, sha256:{}", report.patch.to_hex())]);
    let files: Vec<String> = report.files.iter().take(SHOWN).map(|file| plain::line(file, 120)).collect();
    let more = report.files.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    grid.row(["files".to_owned(), format!("{}{more}", files.join(", "))]);
    grid.row(["bundle".to_owned(), report.proof.bundle_id.to_string()]);
    grid.row(["target".to_owned(), plain::line(&report.proof.manifest.target.purl, LINE)]);
    if let Some(merged) = &report.merged {
        let by = merged.by.as_deref().map(|by| format!(" by {}", plain::line(by, 100))).unwrap_or_default();
        grid.row(["merged".to_owned(), format!("as {}{by}: recorded as said, not checked", merged.commit)]);
    }
    if let Some(folder) = told.kept {
        grid.row(["kept".to_owned(), plain::path(folder)]);
    }
    if let Some((file, key)) = &told.attestation {
        grid.row(["statement".to_owned(), format!("{}, signed by {key}", plain::path(file))]);
    }
    grid.render("  ")
}

/// What a person does now.
pub fn step(told: &FixTold<'_>) -> String {
    let report = told.report;
    let path = next::quoted(told.path);
    let first = report.standing.steps.iter().find(|step| !matches!(step.state, State::Held));
    let held_down = report.touches.iter().find(|touch| {
        first.is_some_and(|step| step.state == State::NotShown && touch.cap.is_some_and(|cap| cap < step.level))
    });
    if let Some(touch) = held_down {
        return format!(
            "Read what the patch does to `{}`: {}. If that is needed, say why to the maintainer; no run can tell it \
             from a patch that only silences.",
            touch.kind.as_str(),
            touch.kind.why()
        );
    }
    let Some(step) = first else {
        return "Hand the statement to those who publish: nothing is left to verify.".to_owned();
    };
    match (step.level, step.state) {
        (Level::L0, _) => {
            "Make the patch against the vulnerable version of the bundle, for `patch -p1`, and see that it \
                           builds there."
                .to_owned()
        }
        (Level::L1, State::Failed) => {
            format!(
                "Do not ship this patch. `assay prove {path}` shows what the flaw needs; mend the patch and ask again."
            )
        }
        (Level::L1, _) => format!("First see that the bundle shows its flaw here: `assay prove {path}`."),
        (Level::L2, State::Failed) => "Mend the patch until the target's own tests are as they were.".to_owned(),
        (Level::L2, _) if after_tests(report) => against(told),
        (Level::L2, _) => "Say in the bundle how the target's own tests are run, as in `[tests] run = [\"make\", \
                           \"check\"]`, and ask again: without them nobody knows what the patch breaks."
            .to_owned(),
        (Level::L3 | Level::L4, _) => against(told),
        (Level::L5, _) => {
            "Hand it to the maintainer. When it is merged, record that with --merged-as COMMIT.".to_owned()
        }
    }
}

/// Whether a level behind the missing tests says more than that they are missing.
fn after_tests(report: &Report) -> bool {
    report.standing.steps.iter().any(|step| step.level >= Level::L3 && step.state == State::Failed)
}

fn against(told: &FixTold<'_>) -> String {
    let Ok(around) = &told.report.around else {
        return "Judge it by reading: inputs of this kind cannot be varied.".to_owned();
    };
    let keep =
        if told.kept.is_some() { "The inputs lie in the folder above" } else { "Get the inputs with --keep DIR" };
    if around.against.count > 0 {
        return format!(
            "Do not ship this patch: inputs near the trigger still show the flaw. {keep}; mend the patch and ask again."
        );
    }
    if around.refused.count + around.changed.count > 0 {
        return format!("{keep}; let somebody who knows the target say whether the differences are meant.");
    }
    "Give more evidence: more variants (--variants N --cpu SECONDS), or samples of ordinary inputs (--corpus DIR)."
        .to_owned()
}
