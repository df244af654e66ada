//! Which part of a patch it is that silences a proof.
//!
//! One patch may mend two flaws, and silences two proofs that are no duplicates
//! then. So each patch that silences several proofs is cut into its changes, and
//! for each of those proofs the least part is sought that still silences it:
//! only when the least part for the one silences the other too, both ways, is
//! it the same patch (research/validation.md, decision 6).
//!
//! What is left out may take a declaration along, and then nothing is built and
//! nothing is known: the part that stays is not shown to be the least ([`least`]).

use std::collections::BTreeMap;

use crate::cross::Crossed;
use crate::least::{self, Least, Shown};
use crate::matrix::{Matrix, Step};
use crate::matrix_row::{self, Base};
use crate::patch::Pieces;
use crate::pipeline::{ProveError, Prover};

/// Changes of a patch that is made smaller: each costs a build for each proof.
const MAX_PIECES: usize = 32;

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
            Ok(Some(pieces)) if pieces.count() == 1 => {
                note(&|_, _| Same::Yes);
                continue;
            }
            Ok(Some(pieces)) if pieces.count() <= MAX_PIECES => pieces,
            Ok(Some(pieces)) => {
                let why =
                    format!("it has {} changes, and no more than {MAX_PIECES} are tried one by one", pieces.count());
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
        let mut parts: BTreeMap<usize, Least> = BTreeMap::new();
        for a in &silenced {
            let part = least::find(pieces.count(), &pieces.by_hunk(), &mut |part| tries.with(*a, part))?;
            parts.insert(*a, part);
        }
        for (a, part) in &parts {
            for b in silenced.iter().filter(|b| *b != a) {
                let same = part.also(&mut |part| tries.with(*b, part))?;
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
    known: BTreeMap<(usize, Vec<bool>), Shown>,
    ran: usize,
}

impl Tries<'_> {
    /// What a proof shows with these changes of the patch.
    fn with(&mut self, at: usize, part: &[bool]) -> Result<Shown, ProveError> {
        // The whole silences all that are asked for, and none of it none.
        if !part.contains(&false) {
            return Ok(Shown::Silent);
        }
        if !part.contains(&true) {
            return Ok(Shown::Fires);
        }
        let key = (at, part.to_vec());
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let Some(base) = self.bases.get(at) else { return Ok(Shown::Nothing("there is no such proof".into())) };
        let patch = self.pieces.patch(&|piece| part.get(piece).copied().unwrap_or(false));
        let entry = matrix_row::against(self.prover, base, &patch)?;
        let shown = match (entry.crossed, entry.harm) {
            (Crossed::Silenced, None) => Shown::Silent,
            // Half a patch may silence by taking the feature away.
            (Crossed::Silenced, Some(harm)) => Shown::Nothing(harm),
            (Crossed::StillFires, _) => Shown::Fires,
            (Crossed::NoEvidence(why), _) => Shown::Nothing(why),
        };
        self.ran += 1;
        self.known.insert(key, shown.clone());
        Ok(shown)
    }
}
