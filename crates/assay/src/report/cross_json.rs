//! Matrices of proofs and patches, for programs.

use assay_prove::cross::Crossed;
use assay_prove::evidence::Reach;
use assay_prove::matrix::{Column, Entry, Matrix, Row};
use assay_prove::matrix_pairs::{Conclusion, Pair};
use serde::Serialize;

use crate::commands::cross::LeftOut;

/// The whole answer.
#[derive(Debug, Serialize)]
pub struct CrossJson {
    targets: Vec<TargetJson>,
    left_out: Vec<LeftOutJson>,
}

#[derive(Debug, Serialize)]
struct TargetJson {
    target: String,
    proofs: Vec<ProofRow>,
    patches: Vec<PatchColumn>,
    cells: Vec<Vec<CellJson>>,
    pairs: Vec<PairJson>,
    runs: usize,
    took_ms: u64,
}

#[derive(Debug, Serialize)]
struct ProofRow {
    name: String,
    title: String,
    purl: String,
    verdict: &'static str,
    sentence: String,
    patch: Option<usize>,
}

#[derive(Debug, Serialize)]
struct PatchColumn {
    name: String,
    sha256: String,
    of: Vec<usize>,
    wide: Option<String>,
}

#[derive(Debug, Serialize)]
struct CellJson {
    outcome: &'static str,
    reach: Reach,
    why: Option<String>,
    harm: Option<String>,
}

#[derive(Debug, Serialize)]
struct PairJson {
    first: usize,
    second: usize,
    conclusion: Conclusion,
    patches: Vec<usize>,
    sentence: String,
}

#[derive(Debug, Serialize)]
struct LeftOutJson {
    path: String,
    code: String,
    message: String,
}

impl CrossJson {
    /// All targets of a call.
    pub fn of(matrices: &[Matrix], left_out: &[LeftOut]) -> Self {
        Self {
            targets: matrices.iter().map(target).collect(),
            left_out: left_out
                .iter()
                .map(|one| LeftOutJson {
                    path: one.path.to_string_lossy().into_owned(),
                    code: one.code.clone(),
                    message: one.why.clone(),
                })
                .collect(),
        }
    }
}

fn target(matrix: &Matrix) -> TargetJson {
    TargetJson {
        target: matrix.target.clone(),
        proofs: matrix.rows.iter().map(proof).collect(),
        patches: matrix.columns.iter().map(patch).collect(),
        cells: matrix.entries.iter().map(|row| row.iter().map(cell).collect()).collect(),
        pairs: matrix.pairs.iter().map(pair).collect(),
        runs: matrix.proofs,
        took_ms: u64::try_from(matrix.took.as_millis()).unwrap_or(u64::MAX),
    }
}

fn proof(row: &Row) -> ProofRow {
    ProofRow {
        name: row.name.clone(),
        title: row.title.clone(),
        purl: row.purl.clone(),
        verdict: row.verdict.as_str(),
        sentence: row.sentence.clone(),
        patch: row.own,
    }
}

fn patch(column: &Column) -> PatchColumn {
    PatchColumn {
        name: column.name.clone(),
        sha256: column.sha256.to_hex(),
        of: column.of.clone(),
        wide: column.wide.clone(),
    }
}

fn cell(entry: &Entry) -> CellJson {
    let (outcome, why) = match &entry.crossed {
        Crossed::Silenced => ("silenced", None),
        Crossed::StillFires => ("still-fires", None),
        Crossed::NoEvidence(why) => ("no-evidence", Some(why.clone())),
    };
    CellJson { outcome, reach: entry.reach, why, harm: entry.harm.clone() }
}

fn pair(pair: &Pair) -> PairJson {
    PairJson {
        first: pair.first,
        second: pair.second,
        conclusion: pair.conclusion,
        patches: pair.by.clone(),
        sentence: pair.sentence.clone(),
    }
}
