//! What a matrix says of each two proofs. Pure: the same cells give the same words.
//!
//! | word | what must be in the cells |
//! | --- | --- |
//! | `duplicate` | a patch silences both, by the same least part, and takes no life; where both bring a patch, each of the two does so; and no patch silences one alone |
//! | `different` | one patch silences the first alone, another the second alone, and none both |
//! | `related` | a patch silences both, and something of the above is missing |
//! | `cannot-tell` | all else |
//!
//! A patch that is known not to hold for the proof that brings it takes no part.
//!
//! A patch that gave evidence with one of the two only, or whose evidence with one of
//! them was lost, might have told them apart or joined them: with such a patch no word
//! is firm, so that no word becomes firmer when evidence is lost.

use assay_bundle::verdict::Verdict;
use serde::Serialize;

use crate::cross::Crossed;
use crate::matrix::{Entry, Matrix};
use crate::matrix_narrow::{Narrow, Same};

/// What is concluded of two proofs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// One root cause.
    Duplicate,
    /// A patch silences both, and that is not enough.
    Related,
    /// Two root causes.
    Different,
    /// The cells do not say.
    CannotTell,
}

impl Conclusion {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Related => "related",
            Self::Different => "different",
            Self::CannotTell => "cannot-tell",
        }
    }
}

/// Two proofs and what is concluded of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The row of the first.
    pub first: usize,
    /// The row of the second.
    pub second: usize,
    /// The word.
    pub conclusion: Conclusion,
    /// The columns of the patches on which it rests.
    pub by: Vec<usize>,
    /// Why, in one sentence.
    pub sentence: String,
}

/// What a patch does to two proofs.
#[derive(Default)]
struct Found {
    /// Silence both by the same least part, and take no life.
    joins: Vec<usize>,
    /// Silence both, and why that is not enough.
    broad: Vec<(usize, String)>,
    /// Silences the first alone, the second alone.
    alone: [Vec<usize>; 2],
    /// Lacks evidence with one of the two: the column, and the row.
    half: Vec<(usize, usize)>,
}

/// Concludes for each two proofs.
#[must_use]
pub fn conclude(matrix: &Matrix, narrow: &Narrow) -> Vec<Pair> {
    let count = matrix.rows.len();
    let pairs = (0..count).flat_map(|first| (first + 1..count).map(move |second| (first, second)));
    pairs.map(|(first, second)| pair(matrix, narrow, first, second)).collect()
}

fn pair(matrix: &Matrix, narrow: &Narrow, first: usize, second: usize) -> Pair {
    let found = found(matrix, narrow, first, second);
    let (mut conclusion, mut by, mut sentence) = word(matrix, &found, first, second);
    let weaker = match conclusion {
        Conclusion::Duplicate => Some(Conclusion::Related),
        Conclusion::Different => Some(Conclusion::CannotTell),
        Conclusion::Related | Conclusion::CannotTell => None,
    };
    if let (Some(weaker), Some((column, row))) = (weaker, found.half.first().copied()) {
        conclusion = weaker;
        sentence = format!("{sentence}; but {}", without(matrix, column, row));
        by.push(column);
    }
    by.dedup();
    Pair { first, second, conclusion, by, sentence }
}

/// A cell without evidence, in words.
fn without(matrix: &Matrix, column: usize, row: usize) -> String {
    let why = match entry(matrix, row, column).map(|entry| &entry.crossed) {
        Some(Crossed::NoEvidence(why)) => why.as_str(),
        _ => "it was not run",
    };
    let row = matrix.rows.get(row).map_or("", |row| row.name.as_str());
    let column = matrix.columns.get(column).map_or("", |column| column.name.as_str());
    format!("with the patch of {column}, {row} gave no evidence: {why}")
}

fn entry(matrix: &Matrix, row: usize, column: usize) -> Option<&Entry> {
    matrix.entries.get(row)?.get(column)
}

fn found(matrix: &Matrix, narrow: &Narrow, first: usize, second: usize) -> Found {
    let mut found = Found::default();
    for (number, column) in matrix.columns.iter().enumerate() {
        // A patch that fails on the very proof it was made for tells nothing of others.
        if fails(matrix, number) {
            continue;
        }
        let (Some(a), Some(b)) = (entry(matrix, first, number), entry(matrix, second, number)) else { continue };
        match (&a.crossed, &b.crossed) {
            (Crossed::Silenced, Crossed::Silenced) => {
                match too_broad(column.wide.as_ref(), narrow, number, first, second) {
                    None => found.joins.push(number),
                    Some(why) => found.broad.push((number, why)),
                }
            }
            (Crossed::Silenced, Crossed::StillFires) => found.alone[0].push(number),
            (Crossed::StillFires, Crossed::Silenced) => found.alone[1].push(number),
            (Crossed::StillFires, Crossed::StillFires) => {}
            (Crossed::NoEvidence(_), Crossed::NoEvidence(_)) if !a.lost && !b.lost => {}
            (Crossed::NoEvidence(_), other) if a.lost || !matches!(other, Crossed::NoEvidence(_)) => {
                found.half.push((number, first));
            }
            _ => found.half.push((number, second)),
        }
    }
    found
}

/// Whether every proof that brings this patch shows by itself that it does not hold.
#[must_use]
pub fn fails(matrix: &Matrix, column: usize) -> bool {
    let of = matrix.columns.get(column).map_or(&[][..], |column| &column.of);
    let shown = |row: &usize| {
        let verdict = matrix.rows.get(*row).map(|row| row.verdict);
        matches!(verdict, Some(Verdict::ControlFailed | Verdict::ControlDead))
    };
    !of.is_empty() && of.iter().all(shown)
}

fn too_broad(wide: Option<&String>, narrow: &Narrow, column: usize, first: usize, second: usize) -> Option<String> {
    if let Some(why) = wide {
        return Some(why.clone());
    }
    for (a, b) in [(first, second), (second, first)] {
        match narrow.get(&(column, a, b)) {
            Some(Same::Yes) => {}
            Some(Same::No) => return Some("different parts of it silence the two".to_owned()),
            Some(Same::NotKnown(why)) => return Some(why.clone()),
            None => return Some("it was not asked which part of it silences each".to_owned()),
        }
    }
    None
}

fn word(matrix: &Matrix, found: &Found, first: usize, second: usize) -> (Conclusion, Vec<usize>, String) {
    let name = |row: usize| matrix.rows.get(row).map_or("", |row| row.name.as_str());
    let patch = |column: usize| matrix.columns.get(column).map_or("", |column| column.name.as_str());
    let (a, b) = (name(first), name(second));
    for row in [first, second] {
        if let Some(row) = matrix.rows.get(row).filter(|row| !row.fires) {
            let why =
                format!("{} by itself is {}, so no patch can be seen to silence it", row.name, row.verdict.as_str());
            return (Conclusion::CannotTell, Vec::new(), why);
        }
    }
    let both = found.joins.iter().copied().chain(found.broad.iter().map(|(column, _)| *column)).next();
    match (both, found.alone[0].first(), found.alone[1].first()) {
        (None, Some(p), Some(q)) => (
            Conclusion::Different,
            vec![*p, *q],
            format!(
                "the patch of {} silences {a} and leaves {b} firing; the patch of {} the other way round",
                patch(*p),
                patch(*q)
            ),
        ),
        (Some(both), Some(p), Some(q)) => (
            Conclusion::Related,
            vec![both, *p, *q],
            format!("the patch of {} silences both, and each of them alone is silenced by another patch", patch(both)),
        ),
        (Some(both), Some(p), None) => one_sided(both, *p, a, b, &patch),
        (Some(both), None, Some(q)) => one_sided(both, *q, b, a, &patch),
        (Some(_), None, None) => joined(matrix, found, first, second, &patch),
        (None, Some(p), None) => cannot(*p, a, b, &patch),
        (None, None, Some(q)) => cannot(*q, b, a, &patch),
        (None, None, None) => (Conclusion::CannotTell, Vec::new(), no_evidence(matrix, first, second)),
    }
}

type Word = (Conclusion, Vec<usize>, String);

fn one_sided<'a>(both: usize, alone: usize, a: &str, b: &str, patch: &dyn Fn(usize) -> &'a str) -> Word {
    let (both_name, alone_name) = (patch(both), patch(alone));
    let why =
        format!("the patch of {both_name} silences both; the patch of {alone_name} silences {a} and leaves {b} firing");
    (Conclusion::Related, vec![both, alone], why)
}

fn cannot<'a>(alone: usize, a: &str, b: &str, patch: &dyn Fn(usize) -> &'a str) -> Word {
    let why = format!(
        "the patch of {} silences {a} and leaves {b} firing: two flaws, or half a fix; a patch for {b} would tell",
        patch(alone)
    );
    (Conclusion::CannotTell, vec![alone], why)
}

/// No patch tells them apart, and at least one silences both.
fn joined<'a>(matrix: &Matrix, found: &Found, first: usize, second: usize, patch: &dyn Fn(usize) -> &'a str) -> Word {
    let own = |row: usize| matrix.rows.get(row).and_then(|row| row.own).filter(|column| !fails(matrix, *column));
    let broad = |column: usize| found.broad.iter().find(|(known, _)| *known == column).map(|(_, why)| why.as_str());
    let owns: Vec<usize> = [own(first), own(second)].into_iter().flatten().collect();
    if let [one, other] = owns.as_slice() {
        // Both brought a patch: each has to hold, whatever a third one does.
        for column in [*one, *other] {
            if !found.joins.contains(&column) {
                let why = broad(column).unwrap_or("in the other direction there is no evidence");
                let why =
                    format!("a patch silences both, but the patch of {} does not settle it: {why}", patch(column));
                return (Conclusion::Related, found.joins.iter().copied().chain([column]).collect(), why);
            }
        }
        let why = if one == other {
            "both bring the same patch, and the same least part of it silences both".to_owned()
        } else {
            "the patch of each silences the other, by the same least part".to_owned()
        };
        return (Conclusion::Duplicate, owns, why);
    }
    if let Some(column) = found.joins.first() {
        let why = format!(
            "the same least part of the patch of {} silences both; there is no second patch that holds",
            patch(*column)
        );
        return (Conclusion::Duplicate, vec![*column], why);
    }
    let (column, why) = found.broad.first().map_or((0, ""), |(column, why)| (*column, why.as_str()));
    (Conclusion::Related, vec![column], format!("the patch of {} silences both, but {why}", patch(column)))
}

fn no_evidence(matrix: &Matrix, first: usize, second: usize) -> String {
    if matrix.columns.is_empty() {
        return "there is no patch for this target; add one with --patch".to_owned();
    }
    let reason = |row: usize| {
        let column = matrix.entries.get(row)?.iter().position(|entry| matches!(entry.crossed, Crossed::NoEvidence(_)));
        Some(without(matrix, column?, row))
    };
    match reason(first).or_else(|| reason(second)) {
        Some(why) => format!("no patch is known to silence one of them and not the other, or both; {why}"),
        None => "no patch silences either of them".to_owned(),
    }
}

#[cfg(test)]
#[path = "matrix_pairs_tests.rs"]
mod tests;
