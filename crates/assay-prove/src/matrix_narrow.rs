//! Which part of a patch it is that silences a proof.
//!
//! One patch may mend two flaws, and silences two proofs that are no duplicates
//! then. So each patch that silences several proofs is cut into its hunks, and
//! for each of those proofs the least part is sought that still silences it:
//! only when the least part for the one silences the other too, both ways, is
//! it the same patch (research/validation.md, decision 6).

use std::collections::BTreeMap;

use crate::cross::Crossed;
use crate::matrix::{Matrix, Step};
use crate::matrix_row::{self, Base};
use crate::patch::Pieces;
use crate::pipeline::{ProveError, Prover};

/// Hunks of a patch that is made smaller: each costs a build for each proof.
const MAX_PIECES: usize = 16;

/// Whether the least part of a patch that silences one proof silences another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Same {
    /// It does.
    Yes,
    /// It does not: the patch mends two things.
    No,
    /// It is not known: the sentence says why.
    NotKnown(String),
}

/// By patch, the proof for which the part was sought, and the other proof.
pub type Narrow = BTreeMap<(usize, usize, usize), Same>;

/// Asks it of every patch that silences more than one proof.
pub(crate) fn all(
    prover: &Prover<'_>,
    bases: &[Base],
    matrix: &mut Matrix,
    hear: &(dyn Fn(Step) + Sync),
) -> Result<Narrow, ProveError> {
    let mut narrow = Narrow::new();
    for (number, column) in matrix.columns.iter().enumerate() {
        let silenced: Vec<usize> = matrix
            .entries
            .iter()
            .enumerate()
            .filter(|(_, row)| row.get(number).is_some_and(|entry| entry.crossed == Crossed::Silenced))
            .map(|(at, _)| at)
            .collect();
        // What takes life makes no duplicates, so nothing is gained by making it smaller.
        if silenced.len() < 2 || column.wide.is_some() {
            continue;
        }
        let mut note = |same: &dyn Fn(usize, usize) -> Same| {
            for a in &silenced {
                for b in silenced.iter().filter(|b| *b != a) {
                    narrow.insert((number, *a, *b), same(*a, *b));
                }
            }
        };
        let pieces = match Pieces::of(&column.patch) {
            Ok(Some(pieces)) if pieces.count() == 1 && pieces.hold_several_changes() => {
                note(&|_, _| Same::NotKnown("its one hunk holds several changes, which are not cut apart".into()));
                continue;
            }
            Ok(Some(pieces)) if pieces.count() == 1 => {
                note(&|_, _| Same::Yes);
                continue;
            }
            Ok(Some(pieces)) if pieces.count() <= MAX_PIECES => pieces,
            Ok(Some(pieces)) => {
                let why =
                    format!("it has {} hunks, and no more than {MAX_PIECES} are tried one by one", pieces.count());
                note(&|_, _| Same::NotKnown(why.clone()));
                continue;
            }
            _ => {
                note(&|_, _| Same::NotKnown("it makes, removes or renames files and is not cut into parts".into()));
                continue;
            }
        };
        hear(Step::Narrowing(column.name.clone()));
        let mut tries = Tries { prover, bases, pieces: &pieces, known: BTreeMap::new(), ran: 0 };
        for a in &silenced {
            let least = tries.least(*a)?;
            for b in silenced.iter().filter(|b| *b != a) {
                let same = if tries.silences(*b, &least)? { Same::Yes } else { Same::No };
                narrow.insert((number, *a, *b), same);
            }
        }
        matrix.proofs += tries.ran;
    }
    Ok(narrow)
}

/// Parts of one patch that were tried.
struct Tries<'a> {
    prover: &'a Prover<'a>,
    bases: &'a [Base],
    pieces: &'a Pieces,
    known: BTreeMap<(usize, Vec<bool>), bool>,
    ran: usize,
}

impl Tries<'_> {
    /// Takes out one hunk after the other, as long as the rest silences the proof.
    fn least(&mut self, at: usize) -> Result<Vec<bool>, ProveError> {
        let mut kept = vec![true; self.pieces.count()];
        for piece in 0..kept.len() {
            let mut fewer = kept.clone();
            if let Some(slot) = fewer.get_mut(piece) {
                *slot = false;
            }
            if fewer.contains(&true) && self.silences(at, &fewer)? {
                kept = fewer;
            }
        }
        Ok(kept)
    }

    /// A part that gives no evidence, such as one that does not build, is none that silences.
    fn silences(&mut self, at: usize, wanted: &[bool]) -> Result<bool, ProveError> {
        // The whole silences all that are asked for.
        if !wanted.contains(&false) {
            return Ok(true);
        }
        let key = (at, wanted.to_vec());
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let Some(base) = self.bases.get(at) else { return Ok(false) };
        let patch = self.pieces.patch(&|piece| wanted.get(piece).copied().unwrap_or(false));
        let silenced = matrix_row::against(self.prover, base, &patch)?.crossed == Crossed::Silenced;
        self.ran += 1;
        self.known.insert(key, silenced);
        Ok(silenced)
    }
}
