//! A verdict for people: the sentence first, then how far to trust it, the four
//! arms side by side, what the oracle saw, why, what it was, and what to do now.
//!
//! Invariant 8: no verdict is shown without its assurance, the runner, the
//! builds and the number of runs.

use std::fmt::Write as _;
use std::time::Duration;

use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::{Outcome, Verdict};
use assay_prove::evidence::{ArmState, Reach, Role};
use assay_prove::proof::{ArmRecord, Proof};

use super::cells::{self, ArmView, CellView};
use super::fold::paragraph;
use super::grid::Grid;
use super::plain::{self, LINE};
use super::{Told, bold, dim, next, paint, saw, words};

/// More inputs of a role than this are counted, not shown.
const MAX_INPUTS: usize = 20;
/// Lines of a failed build's log.
const LOG_LINES: usize = 15;

/// The whole report.
pub fn render(told: &Told<'_>) -> String {
    let proof = told.proof;
    let arms = cells::arms(proof);
    let mut out = String::new();
    out.push_str(&paragraph("", &headline(proof)));
    out.push('\n');
    out.push_str(&standing(told));
    if !proof.evidence.runs.is_empty() {
        out.push('\n');
        out.push_str(&side_by_side(&arms));
        heading(&mut out, &format!("What the oracle `{}` saw", proof.manifest.oracle.kind()));
        list(&mut out, saw::lines(&proof.evidence.runs));
    }
    let reasons = reasons(proof);
    if !reasons.is_empty() {
        heading(&mut out, if proof.ruling.verdict == Verdict::Reproduced { "Remarks" } else { "Why" });
        list(&mut out, reasons);
    }
    for arm in &arms {
        build_log(&mut out, arm);
    }
    out.push('\n');
    out.push_str(&identity(told, &arms));
    out.push('\n');
    out.push_str(&paragraph(&format!("{}  ", bold("Next")), &next::step(told)));
    out
}

/// The sentence on one line; its first word, which names the verdict, in the verdict's colour.
pub fn headline(proof: &Proof) -> String {
    let sentence = plain::line(&proof.ruling.sentence, 1000);
    match sentence.split_once(':') {
        Some((word, rest)) => format!("{}{rest}", paint(words::color(proof.ruling.verdict), &format!("{word}:"))),
        None => sentence,
    }
}

/// Verdict, assurance, runner and counts, which never stand alone.
fn standing(told: &Told<'_>) -> String {
    let proof = told.proof;
    let mut grid = Grid::default();
    let controls =
        proof.ruling.controls.map_or_else(String::new, |controls| format!(", controls {}", words::controls(controls)));
    grid.row(["verdict".to_owned(), format!("{}{controls}", words::verdict(proof.ruling.verdict))]);
    let mut assurance = vec![bold(words::assurance(proof.assurance))];
    assurance.extend(proof.claimants_parts.iter().map(|part| plain::line(part, LINE)));
    assurance.extend(proof.second.iter().map(|opinion| {
        let words = if opinion.agrees { "agrees" } else { "does not agree, which contradicts nothing" };
        plain::line(&format!("the second oracle ({}) {words}: {}", opinion.kind, opinion.sentence), LINE)
    }));
    grid.tall_row(vec![vec!["assurance".into()], assurance]);
    grid.row(["runner".to_owned(), runner(proof)]);
    let mut runs = made(proof);
    if let Some(bundle_runs) = told.bundle_runs {
        let _ = write!(runs, "; {} of each input, the bundle asks for {bundle_runs}", proof.evidence.wanted);
    }
    grid.row(["runs".to_owned(), runs]);
    if let Some(rate) = &proof.ruling.rate {
        grid.row([
            "rate".to_owned(),
            format!(
                "{} of {} on the vulnerable version; with 95 % confidence between {:.0} % and {:.0} %",
                rate.fired,
                rate.total,
                rate.low * 100.0,
                rate.high * 100.0
            ),
        ]);
    }
    grid.render("  ")
}

/// `assay 0.1.0, native sandbox of tier P, Linux 6.1.0`.
pub fn runner(proof: &Proof) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match &proof.layers {
        Some(layers) => format!(
            "assay {version}, {} sandbox of tier {}, Linux {}",
            layers.engine,
            words::tier(proof.tier),
            layers.kernel
        ),
        None => format!("assay {version}; tier none: there is no sandbox, so nothing was run"),
    }
}

/// `12 runs in 2 builds, 1.6 s`.
pub fn made(proof: &Proof) -> String {
    format!("{}, {}", runs_and_builds(proof), words::duration(took(proof)))
}

/// `12 runs in 2 builds`.
pub fn runs_and_builds(proof: &Proof) -> String {
    let builds = proof.arms.iter().filter(|arm| arm.artifacts.is_some()).count();
    format!("{} in {}", words::count(proof.evidence.runs.len(), "run"), words::count(builds, "build"))
}

/// How long all of it took.
pub fn took(proof: &Proof) -> Duration {
    Duration::try_from(proof.finished.duration_since(proof.started)).unwrap_or_default()
}

fn side_by_side(arms: &[ArmView<'_>]) -> String {
    let mut grid = Grid::default();
    let mut head = vec![String::new(), String::new()];
    head.extend(arms.iter().map(|arm| bold(arm.name.as_str())));
    if arms.len() == 1 {
        head.push(dim("no fixed version"));
    }
    grid.row(head);
    let first = arms.first().map_or(&[][..], |arm| &arm.cells);
    let mut shown = [0_usize; 2];
    let mut hidden = 0_usize;
    for (place, cell) in first.iter().enumerate() {
        let of_role = &mut shown[usize::from(cell.role == Role::Benign)];
        *of_role += 1;
        if *of_role > MAX_INPUTS {
            hidden += 1;
            continue;
        }
        let mut row = vec![vec![words::role(cell.role).to_owned()], vec![plain::line(cell.name, 32)]];
        row.extend(arms.iter().map(|arm| match arm.state {
            ArmState::Built => arm.cells.get(place).map(cell_lines).unwrap_or_default(),
            state => vec![state_words(state).to_owned()],
        }));
        grid.tall_row(row);
    }
    let mut out = grid.render("  ");
    if hidden > 0 {
        let _ = writeln!(out, "  and {}; `--format json` has all of them", words::count(hidden, "more input"));
    }
    out
}

fn state_words(state: &ArmState) -> &'static str {
    match state {
        ArmState::Built => "built",
        ArmState::Unavailable(_) => "could not be prepared",
        ArmState::BuildFailed(_) => "did not build",
        ArmState::OracleBroken(_) => "oracle broken",
    }
}

/// `fired 0/3, silent 3, alive 3/3` over `exit 0, cpu 12 ms`.
fn cell_lines(cell: &CellView<'_>) -> Vec<String> {
    let total = cell.total();
    if total == 0 {
        return vec!["no run".to_owned()];
    }
    let fired = format!("fired {}/{total}", cell.count(Outcome::Fired));
    let mut what = if cell.count(Outcome::Fired) > 0 { bold(&fired) } else { fired };
    for (outcome, count) in cell.outcomes.iter().filter(|(outcome, _)| **outcome != Outcome::Fired) {
        let _ = write!(what, ", {} {count}", words::outcome(*outcome));
    }
    if let Some(alive) = cell.alive {
        let _ = write!(what, ", alive {alive}/{total}");
    }
    let mut how: Vec<String> = cell
        .ends
        .iter()
        .take(3)
        .map(|(end, count)| {
            let end = plain::line(end, 40);
            if *count == total { end } else { format!("{count}x {end}") }
        })
        .collect();
    if cell.ends.len() > 3 {
        how.push("...".to_owned());
    }
    if let Some(cpu) = cell.cpu {
        how.push(format!("cpu {}", words::duration(cpu.median)));
    }
    vec![what, dim(&how.join(", "))]
}

/// The reasons that the sentence does not say whole.
fn reasons(proof: &Proof) -> Vec<String> {
    let obstacles = obstacles(proof);
    let said = |reason: &str| proof.ruling.sentence.contains(reason);
    // A reason that was cut stands in full among the obstacles.
    let whole = |reason: &str| !reason.ends_with("...") || obstacles.is_empty();
    let mut reasons: Vec<String> = proof
        .ruling
        .reasons
        .iter()
        .filter(|reason| !said(reason) && whole(reason))
        .map(|reason| plain::line(reason, 1000))
        .collect();
    reasons.extend(obstacles.into_iter().filter(|obstacle| !said(obstacle)));
    if proof.evidence.reach == Reach::Unknown
        && proof.manifest.arms.fixed.is_some()
        && proof.ruling.verdict == Verdict::Reproduced
        && !reasons.iter().any(|reason| reason.contains("reach"))
    {
        reasons
            .push("whether the fixed version reaches the changed code could not be checked in this build".to_owned());
    }
    reasons
}

/// What kept a version from being run, whole: it ends with the remedy.
pub fn obstacles(proof: &Proof) -> Vec<String> {
    let states = [Some(&proof.evidence.vulnerable), proof.evidence.fixed.as_ref()];
    let mut obstacles: Vec<String> = Vec::new();
    for state in states.into_iter().flatten() {
        if let ArmState::Unavailable(why) | ArmState::OracleBroken(why) = state {
            let why = plain::line(why, 2000);
            if !obstacles.contains(&why) && why != "not begun" {
                obstacles.push(why);
            }
        }
    }
    obstacles
}

fn build_log(out: &mut String, arm: &ArmView<'_>) {
    if let ArmState::BuildFailed(log) = arm.state {
        heading(out, &format!("What the build of the {} version said last", arm.name));
        for line in plain::tail(log, LOG_LINES) {
            let _ = writeln!(out, "  | {line}");
        }
    }
}

fn identity(told: &Told<'_>, arms: &[ArmView<'_>]) -> String {
    let proof = told.proof;
    let mut grid = Grid::default();
    grid.row(["finding".to_owned(), plain::line(&proof.manifest.title, LINE)]);
    grid.row(["target".to_owned(), plain::line(&proof.manifest.target.purl, LINE)]);
    grid.row(["bundle".to_owned(), proof.bundle_id.to_string()]);
    grid.row(["claim".to_owned(), proof.claim_id.to_string()]);
    for arm in arms {
        let reach = match proof.evidence.reach {
            Reach::Reached if arm.name == ArmName::Fixed => ", its trigger reaches the change",
            Reach::NotReached if arm.name == ArmName::Fixed => ", its trigger never reaches the change",
            _ => "",
        };
        grid.row([arm.name.as_str().to_owned(), format!("{}{reach}", built(arm))]);
    }
    for tool in &proof.tools {
        let digest: String = tool.sha256.chars().take(12).collect();
        let text = format!("{} (sha256:{digest}...)", plain::line(&tool.version, 100));
        grid.row([plain::line(&tool.name, 20), text]);
    }
    if let Some(layers) = &proof.layers {
        // What Landlock leaves to other layers stands in the JSON and in the statement.
        let names = layers.layers.keys().filter(|name| !name.starts_with("landlock-"));
        let names: Vec<String> = names
            .map(|name| match name.as_str() {
                "landlock" => format!("landlock (ABI {})", layers.landlock_abi),
                name => name.to_owned(),
            })
            .collect();
        let proofs = words::count(layers.proofs.len(), "attempt");
        grid.row(["layers".to_owned(), format!("{}; {proofs} to get out failed", names.join(", "))]);
    }
    if let Some((path, key)) = &told.attestation {
        let text = format!("{}, signed by key {key}", plain::path(path));
        grid.row(["statement".to_owned(), text]);
    }
    grid.render("  ")
}

fn built(arm: &ArmView<'_>) -> String {
    let short = |digest: &Option<assay_bundle::digest::Sha256>| {
        digest.map_or_else(|| "none".to_owned(), |digest| format!("sha256:{:.12}...", digest.to_hex()))
    };
    match arm.record {
        Some(record) if record.artifacts.is_some() => {
            format!("source {}, build {}, {}", short(&record.source), short(&record.artifacts), build_words(record))
        }
        Some(record) if record.source.is_some() => {
            format!("source {}, {}", short(&record.source), state_words(arm.state))
        }
        _ => state_words(arm.state).to_owned(),
    }
}

/// How long a build took, or that it was not made now: `520 ms`, `kept from before`, `2 of 3 kept from before, 1.2 s`.
fn build_words(record: &ArmRecord) -> String {
    let took = words::duration(record.build);
    match (record.builds.made, record.builds.kept) {
        (_, 0) => took,
        (0, _) => format!("kept from before, {took}"),
        (made, kept) => format!("{kept} of {} kept from before, {took}", made.saturating_add(kept)),
    }
}

fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n{}", bold(text));
}

fn list(out: &mut String, lines: impl IntoIterator<Item = String>) {
    for line in lines {
        out.push_str(&paragraph("  - ", &line));
    }
}
