//! Several bundles: a line for each as it is done, and whether all came out as
//! their authors said.

use std::path::Path;
use std::time::Duration;

use anstyle::AnsiColor;
use assay_prove::meter;
use assay_prove::proof::Proof;
use jiff::Timestamp;
use serde::Serialize;

use super::grid::pad;
use super::next::quoted;
use super::problem_json::RefusalJson;
use super::proof_json::ProofJson;
use super::{Told, bold, dim, fold, paint, plain, proof_text, words};
use crate::expected::{Came, Expected, Judged};
use crate::failure::Failure;
use crate::intake::Refusal;
use crate::kept::Kept;

const VERDICT: usize = 19;
const CONTROLS: usize = 12;
const ASSURANCE: usize = 11;
const TIER: usize = 4;
const RUNS: usize = 20;

/// What came of one of several bundles.
pub enum End {
    /// A verdict.
    Proved(Box<Proof>),
    /// A verdict of an earlier call.
    Kept(Box<Kept>),
    /// It was not run.
    Refused(Refusal),
    /// Assay itself failed.
    Failed(Failure),
}

/// One of several bundles, done.
pub struct Row<'a> {
    /// The path as the caller wrote it.
    pub path: &'a Path,
    /// What came of it.
    pub end: End,
    /// Whether that is what the bundle's author expects; if not, why.
    pub matches: Result<(), String>,
    /// What its author expects, in words.
    pub expected: String,
    /// How long it took.
    pub took: Duration,
    /// How many files of its sources are not in the cache.
    pub missing: usize,
}

impl<'a> Row<'a> {
    /// Compares what came with what the `expected` file says.
    pub fn new(path: &'a Path, expected: Option<&str>, end: End, took: Duration) -> Self {
        let (matches, words) = match Expected::read(expected) {
            Err(wrong) => (Err(wrong), "unreadable".to_owned()),
            Ok(expected) => {
                let holds = match &end {
                    End::Proved(proof) => expected.holds(&Came::Judged((&**proof).into())),
                    End::Kept(kept) => expected.holds(&Came::Judged(Judged {
                        verdict: kept.verdict,
                        controls: kept.controls,
                        assurance: kept.assurance,
                    })),
                    End::Refused(Refusal::Unreadable(error)) => expected.holds(&Came::Refused(vec![error.code])),
                    End::Refused(Refusal::Unready(intake)) if intake.is_partial() => {
                        expected.holds(&Came::Partial(intake.missing().iter().map(|item| item.key.as_str()).collect()))
                    }
                    End::Refused(Refusal::Unready(intake)) => expected
                        .holds(&Came::Refused(intake.reading.problems.iter().map(|problem| problem.code).collect())),
                    End::Failed(failure) => Err(failure.message.clone()),
                };
                (holds, expected.words())
            }
        };
        Self { path, end, matches, expected: words, took, missing: 0 }
    }
}

/// The head of the table. `width` is that of the longest path.
pub fn head(width: usize) -> String {
    let line = format!(
        "         {}  {}  {}  {}  {}  {}  time",
        pad("bundle", width),
        pad("verdict", VERDICT),
        pad("controls", CONTROLS),
        pad("assurance", ASSURANCE),
        pad("tier", TIER),
        pad("runs", RUNS)
    );
    format!("{}\n", bold(&line))
}

/// How wide the column of paths is.
pub fn path_width<'a>(paths: impl Iterator<Item = &'a Path>) -> usize {
    paths.map(|path| super::grid::width(&quoted(path))).max().unwrap_or_default().clamp(6, 60)
}

/// The line of one bundle; beside the verdict stands everything that it must not be shown without.
pub fn line(row: &Row<'_>, width: usize) -> String {
    let mark = match row.matches {
        Ok(()) => paint(AnsiColor::Green, "ok     "),
        Err(_) => paint(AnsiColor::Red, "DIFFERS"),
    };
    let (verdict, controls, assurance, tier, runs) = match &row.end {
        End::Proved(proof) => (
            words::verdict(proof.ruling.verdict),
            proof.ruling.controls.map_or("-", words::controls),
            words::assurance(proof.assurance),
            words::tier(proof.tier),
            proof_text::runs_and_builds(proof),
        ),
        End::Kept(kept) => (
            words::verdict(kept.verdict),
            kept.controls.map_or("-", words::controls),
            words::assurance(kept.assurance),
            words::tier(kept.tier),
            plain::line(&kept.runs, 60),
        ),
        End::Refused(Refusal::Unready(intake)) if intake.is_partial() => {
            let missing = words::count(intake.missing().len(), "key");
            ("partial report".to_owned(), "-", "-", "-", format!("{missing} missing"))
        }
        End::Refused(refusal) => (codes(refusal), "-", "-", "-", "not run".to_owned()),
        End::Failed(_) => (paint(AnsiColor::Red, "failed"), "-", "-", "-", "not run".to_owned()),
    };
    let time = match &row.end {
        End::Kept(kept) => format!("from {}", instant(kept.from)),
        _ => words::duration(row.took),
    };
    let mut out = format!(
        "{mark}  {}  {}  {}  {}  {}  {}  {}\n",
        pad(&quoted(row.path), width),
        pad(&verdict, VERDICT),
        pad(controls, CONTROLS),
        pad(assurance, ASSURANCE),
        pad(tier, TIER),
        pad(&runs, RUNS),
        dim(&time)
    );
    if let Err(why) = &row.matches {
        out.push_str(&format!("         {}\n", plain::line(why, plain::LINE)));
        if let End::Kept(kept) = &row.end {
            out.push_str(&fold::paragraph("         ", &plain::line(&kept.sentence, 1000)));
            out.push_str(&fold::paragraph("         ", &format!("Run it anew: `assay prove {}`.", quoted(row.path))));
        }
        if let End::Proved(proof) = &row.end {
            out.push_str(&fold::paragraph("         ", &proof_text::headline(proof)));
            let command = if row.missing > 0 {
                format!("Fetch its sources: `assay bundle fetch {}`.", quoted(row.path))
            } else {
                format!("More: `assay prove {}`.", quoted(row.path))
            };
            out.push_str(&fold::paragraph("         ", &command));
        }
    }
    out
}

/// `refused: bad-path, unknown-key`.
fn codes(refusal: &Refusal) -> String {
    let mut codes: Vec<&str> = match refusal {
        Refusal::Unreadable(error) => vec![error.code],
        Refusal::Unready(intake) => intake.reading.problems.iter().map(|problem| problem.code).collect(),
    };
    codes.sort_unstable();
    codes.dedup();
    let more = codes.len().saturating_sub(3);
    codes.truncate(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("refused: {}{more}", codes.join(", "))
}

/// The last lines: the runner with its memory ceiling in bytes, what is from earlier calls, and how many came
/// out as said.
pub fn foot(rows: &[Row<'_>], memory: Option<u64>) -> String {
    let mut out = String::from("\n");
    let proofs = rows.iter().filter_map(|row| match &row.end {
        End::Proved(proof) => Some(proof),
        _ => None,
    });
    let kept: Vec<&Kept> =
        rows.iter().filter_map(|row| if let End::Kept(kept) = &row.end { Some(&**kept) } else { None }).collect();
    let runner = proofs.max_by_key(|proof| proof.layers.is_some()).map(|proof| proof_text::runner(proof));
    // What found a kept verdict is a runner of the same kind.
    if let Some(runner) = runner.or_else(|| kept.first().map(|kept| plain::line(&kept.runner, plain::LINE))) {
        out.push_str(&format!("runner  {runner}\n"));
        if let Some(memory) = memory {
            out.push_str(&format!("memory  all runs at once at most {}\n", meter::words(memory)));
        }
    }
    if let Some(oldest) = kept.iter().map(|kept| kept.from).min() {
        let (verdicts, is) = (words::count(kept.len(), "verdict"), if kept.len() == 1 { "is" } else { "are" });
        let text = format!(
            "{verdicts} {is} from an earlier call, the oldest from {}; nothing has changed since. `--fresh` runs all anew.",
            instant(oldest)
        );
        out.push_str(&fold::paragraph("kept    ", &text));
    }
    let matching = matching(rows);
    let text = format!("{matching} of {} as their `expected` files say", words::count(rows.len(), "bundle"));
    let color = if matching == rows.len() { AnsiColor::Green } else { AnsiColor::Red };
    out.push_str(&format!("{}\n", paint(color, &text)));
    out
}

/// `2026-11-21 20:17:10 UTC`.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A proof as it is kept for a later call.
pub fn kept(proof: &Proof, path: &Path) -> Kept {
    let told = Told { proof, path, missing: 0, bundle_runs: None, attestation: None };
    Kept {
        from: proof.finished,
        verdict: proof.ruling.verdict,
        controls: proof.ruling.controls,
        assurance: proof.assurance,
        tier: proof.tier,
        sentence: proof.ruling.sentence.clone(),
        runs: proof_text::runs_and_builds(proof),
        runner: proof_text::runner(proof),
        proof: serde_json::to_value(ProofJson::of(&told)).unwrap_or_default(),
    }
}

/// How many came out as expected.
pub fn matching(rows: &[Row<'_>]) -> usize {
    rows.iter().filter(|row| row.matches.is_ok()).count()
}

/// Several bundles, for programs.
#[derive(Serialize)]
pub struct SeveralJson<'a> {
    /// Bytes that all runs at once may use, where several bundles were proved side by side.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_ceiling: Option<u64>,
    matching: usize,
    total: usize,
    bundles: Vec<RowJson<'a>>,
}

#[derive(Serialize)]
struct RowJson<'a> {
    path: String,
    matches: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mismatch: Option<&'a str>,
    expected: &'a str,
    #[serde(serialize_with = "super::cells::millis")]
    took_ms: Duration,
    /// When a kept verdict was made; none of a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// Exactly one of the three is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<OneProof<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<RefusalJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Failure>,
}

/// A new proof, or one that was kept, whose path is that of this call.
#[derive(Serialize)]
#[serde(untagged)]
enum OneProof<'a> {
    New(Box<ProofJson<'a>>),
    Kept(serde_json::Value),
}

fn one_proof<'a>(row: &'a Row<'_>) -> Option<OneProof<'a>> {
    match &row.end {
        End::Proved(proof) => Some(OneProof::New(Box::new(ProofJson::of(&Told {
            proof,
            path: row.path,
            missing: row.missing,
            bundle_runs: None,
            attestation: None,
        })))),
        End::Kept(kept) => {
            let mut proof = kept.proof.clone();
            if let Some(proof) = proof.as_object_mut() {
                proof.insert("path".to_owned(), row.path.display().to_string().into());
            }
            Some(OneProof::Kept(proof))
        }
        End::Refused(_) | End::Failed(_) => None,
    }
}

impl<'a> SeveralJson<'a> {
    /// The same with the memory ceiling that held, in bytes.
    pub fn within(self, memory: Option<u64>) -> Self {
        Self { memory_ceiling: memory, ..self }
    }

    /// All rows.
    pub fn of(rows: &'a [Row<'_>]) -> Self {
        let bundles = rows
            .iter()
            .map(|row| RowJson {
                path: row.path.display().to_string(),
                matches: row.matches.is_ok(),
                mismatch: row.matches.as_ref().err().map(String::as_str),
                expected: &row.expected,
                took_ms: row.took,
                from: if let End::Kept(kept) = &row.end { Some(kept.from.to_string()) } else { None },
                proof: one_proof(row),
                refusal: match &row.end {
                    End::Refused(refusal) => Some(RefusalJson::of(refusal)),
                    _ => None,
                },
                error: match &row.end {
                    End::Failed(failure) => Some(failure),
                    _ => None,
                },
            })
            .collect();
        Self { memory_ceiling: None, matching: matching(rows), total: rows.len(), bundles }
    }
}
