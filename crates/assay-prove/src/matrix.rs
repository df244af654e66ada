//! Every proof of a target against every patch of it (R5, R21).
//!
//! Two reports are of one root cause when the same patch silences both, so the
//! question is asked of builds and not of stacks. A cell of the matrix is an
//! ordinary proof with another patch as its fixed version: all controls hold for
//! it, and what is no evidence there is no evidence here.

use std::collections::{BTreeMap, VecDeque};
use std::str::FromStr as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, Manifest};
use assay_bundle::verdict::Verdict;

use crate::cross::{self, Crossed};
use crate::evidence::{Evidence, Reach, Role};
use crate::load::LoadedBundle;
use crate::matrix_narrow;
use crate::matrix_pairs::{self, Pair};
use crate::matrix_row;
use crate::pipeline::{ProveError, Prover, disk};

/// Cells of one matrix.
pub const MAX_CELLS: usize = 10_000;

/// A proof that is to be compared.
#[derive(Debug, Clone)]
pub struct Entrant {
    /// What people call it.
    pub name: String,
    /// Its bundle.
    pub bundle: LoadedBundle,
    /// Its checked manifest.
    pub manifest: Manifest,
}

/// A patch that no bundle brings.
#[derive(Debug, Clone)]
pub struct Extra {
    /// What people call it.
    pub name: String,
    /// Its bytes.
    pub patch: Vec<u8>,
}

/// A proof in the matrix.
#[derive(Debug, Clone)]
pub struct Row {
    /// What people call it.
    pub name: String,
    /// One line that names the flaw, by its author.
    pub title: String,
    /// The whole package URL of its target.
    pub purl: String,
    /// The verdict of the proof by itself.
    pub verdict: Verdict,
    /// Its sentence.
    pub sentence: String,
    /// Whether its trigger fires as declared, so that its cells say something.
    pub fires: bool,
    /// The column of the patch that it brings.
    pub own: Option<usize>,
}

/// A patch in the matrix.
#[derive(Debug, Clone)]
pub struct Column {
    /// What people call it: the proof that brings it, or the file.
    pub name: String,
    /// The digest of its bytes.
    pub sha256: Sha256,
    /// The proofs that bring it, by their rows; none for one from outside.
    pub of: Vec<usize>,
    /// Its bytes.
    pub patch: Vec<u8>,
    /// Why it may take away more than a flaw: a benign input that it kills or changes.
    pub wide: Option<String>,
}

/// One proof against one patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What came of it.
    pub crossed: Crossed,
    /// Whether the trigger runs the changed code.
    pub reach: Reach,
    /// What the patch does to a benign input of this proof, if that is to its harm.
    pub harm: Option<String>,
    /// Whether evidence is lacking, and not merely impossible: a patch that does not apply or kills
    /// the target is known to tell nothing, one whose run was cut short is not.
    pub lost: bool,
}

/// All proofs of one target.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// The target without its version.
    pub target: String,
    /// The proofs.
    pub rows: Vec<Row>,
    /// The patches.
    pub columns: Vec<Column>,
    /// By row, then by column.
    pub entries: Vec<Vec<Entry>>,
    /// What is concluded of each two proofs, by their rows.
    pub pairs: Vec<Pair>,
    /// Proofs that were made, with the tries to make a patch smaller.
    pub proofs: usize,
    /// How long all of it took.
    pub took: Duration,
}

/// What happens, for people who wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// So many of the proofs by themselves are done.
    Proofs(usize, usize),
    /// So many cells are done.
    Cells(usize, usize),
    /// A patch is being made smaller, to see whether the same part silences both.
    Narrowing(String),
}

/// The target of a proof, without its version: what its patches are patches of.
#[must_use]
pub fn target_of(manifest: &Manifest) -> String {
    let whole = &manifest.target.purl;
    let Ok(purl) = packageurl::PackageUrl::from_str(whole) else { return whole.clone() };
    let plain = packageurl::PackageUrl::new(purl.ty().to_owned(), purl.name().to_owned()).and_then(|mut plain| {
        if let Some(namespace) = purl.namespace() {
            plain.with_namespace(namespace.to_owned())?;
        }
        Ok(plain.to_string())
    });
    plain.unwrap_or_else(|_| whole.clone())
}

/// Proofs by their target, each group in the order in which they were named.
#[must_use]
pub fn by_target(entrants: Vec<Entrant>) -> BTreeMap<String, Vec<Entrant>> {
    let mut groups: BTreeMap<String, Vec<Entrant>> = BTreeMap::new();
    for entrant in entrants {
        groups.entry(target_of(&entrant.manifest)).or_default().push(entrant);
    }
    groups
}

/// Runs every proof of one target against every patch, and concludes for each two proofs.
///
/// # Errors
///
/// The cache's folder cannot be written. Everything else is in the matrix.
pub fn run(
    prover: &Prover<'_>,
    entrants: &[Entrant],
    extras: &[Extra],
    hear: &(dyn Fn(Step) + Sync),
) -> Result<Matrix, ProveError> {
    let begun = Instant::now();
    let beside = tempfile::tempdir_in(prover.cache.root()).map_err(disk("the cache"))?;
    let cache = prover.cache.beside(beside.path());
    let prover = Prover { cache: &cache, ..*prover };
    let mut bases = Vec::new();
    for (number, entrant) in entrants.iter().enumerate() {
        hear(Step::Proofs(number, entrants.len()));
        bases.push(matrix_row::base(&prover, entrant, beside.path())?);
    }
    let mut columns = columns(&bases, entrants, extras);
    let rows: Vec<Row> = entrants
        .iter()
        .zip(&bases)
        .enumerate()
        .map(|(at, (entrant, base))| {
            let own = columns.iter().position(|column| column.of.contains(&at));
            base.row(entrant, own)
        })
        .collect();
    let (entries, ran) = cells(&prover, &bases, &rows, &columns, hear)?;
    for (at, column) in columns.iter_mut().enumerate() {
        column.wide = entries.iter().zip(&rows).find_map(|(row, of)| {
            let harm = row.get(at)?.harm.as_ref()?;
            Some(format!("with it, {harm} of {}", of.name))
        });
    }
    let mut matrix = Matrix {
        target: entrants.first().map(|entrant| target_of(&entrant.manifest)).unwrap_or_default(),
        rows,
        columns,
        entries,
        pairs: Vec::new(),
        proofs: entrants.len() + ran,
        took: Duration::ZERO,
    };
    let narrow = matrix_narrow::all(&prover, &bases, &mut matrix, hear)?;
    matrix.pairs = matrix_pairs::conclude(&matrix, &narrow);
    matrix.took = begun.elapsed();
    Ok(matrix)
}

/// The patches, each once, whoever brings it.
fn columns(bases: &[matrix_row::Base], entrants: &[Entrant], extras: &[Extra]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let own = bases
        .iter()
        .zip(entrants)
        .enumerate()
        .filter_map(|(at, (base, entrant))| Some((entrant.name.clone(), base.patch.clone()?, Some(at))));
    let outside = extras.iter().map(|extra| (extra.name.clone(), extra.patch.clone(), None));
    for (name, patch, of) in own.chain(outside) {
        match columns.iter_mut().find(|column| column.patch == patch) {
            Some(known) => known.of.extend(of),
            None => columns.push(Column {
                name,
                sha256: Sha256::of(&patch),
                of: of.into_iter().collect(),
                patch,
                wide: None,
            }),
        }
    }
    columns
}

type Entries = Vec<Vec<Entry>>;

/// All cells, on all cores.
fn cells(
    prover: &Prover<'_>,
    bases: &[matrix_row::Base],
    rows: &[Row],
    columns: &[Column],
    hear: &(dyn Fn(Step) + Sync),
) -> Result<(Entries, usize), ProveError> {
    let mut waiting = VecDeque::new();
    let mut done: BTreeMap<(usize, usize), Entry> = BTreeMap::new();
    for (at, (row, base)) in rows.iter().zip(bases).enumerate() {
        for number in 0..columns.len() {
            match (row.fires, &base.own_cell) {
                (false, _) => {
                    let why = format!("the proof by itself is {}", row.verdict.as_str());
                    done.insert((at, number), Entry::nothing(why));
                }
                (true, Some(cell)) if row.own == Some(number) => {
                    done.insert((at, number), cell.clone());
                }
                (true, _) => waiting.push_back((at, number)),
            }
        }
    }
    let total = waiting.len();
    let state = Mutex::new((waiting, done, None));
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    // A cell builds on one core and runs on all of them.
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(total.max(1));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = {
                        let mut state = lock();
                        hear(Step::Cells(total - state.0.len(), total));
                        if state.2.is_some() { None } else { state.0.pop_front() }
                    };
                    let Some((at, number)) = next else { return };
                    let (Some(base), Some(column)) = (bases.get(at), columns.get(number)) else { return };
                    match matrix_row::against(prover, base, &column.patch) {
                        Ok(entry) => {
                            lock().1.insert((at, number), entry);
                        }
                        Err(error) => lock().2 = Some(error),
                    }
                }
            });
        }
    });
    let (_, mut done, failed) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = failed {
        return Err(error);
    }
    let mut entry = |at, number| done.remove(&(at, number)).unwrap_or_else(|| Entry::nothing("it was not run".into()));
    let entries = (0..rows.len()).map(|at| (0..columns.len()).map(|number| entry(at, number)).collect()).collect();
    Ok((entries, total))
}

impl Entry {
    /// A cell without evidence.
    pub(crate) fn nothing(why: String) -> Self {
        Self { crossed: Crossed::NoEvidence(why), reach: Reach::Unknown, harm: None, lost: true }
    }

    /// What a proof with this patch as its fixed version shows.
    pub(crate) fn of(manifest: &Manifest, evidence: &Evidence) -> Self {
        let ruling = crate::verdict::decide(manifest, evidence);
        let crossed = cross::judge_ruling(&ruling);
        let lost = matches!(crossed, Crossed::NoEvidence(_)) && ruling.verdict != Verdict::ControlDead;
        Self { crossed, reach: evidence.reach, harm: harm(evidence), lost }
    }
}

/// A benign input that shows signs of life without the patch and none with it.
fn harm(evidence: &Evidence) -> Option<String> {
    let dead = |arm: ArmName| {
        let benign = evidence.runs.iter().filter(move |run| run.cell.arm == arm && run.cell.role == Role::Benign);
        benign.filter(|run| run.alive == Some(false)).map(|run| run.cell.input)
    };
    let before: Vec<usize> = dead(ArmName::Vulnerable).collect();
    let killed = dead(ArmName::Fixed).find(|input| !before.contains(input))?;
    Some(format!("benign input {} shows no signs of life", killed + 1))
}
