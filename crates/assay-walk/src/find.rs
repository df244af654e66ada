//! Gathers what many threads find, in an order that does not depend on them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use assay_inventory::component::{Format, Inventory};

use crate::limits;
use crate::{Passed, Refused, Walked};

/// How many threads a walk takes: at least two, so that one waits for the disk while another reads.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, limits::THREADS)
}

/// Does a thing for each of many, on all cores; results in their order.
pub fn each<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(all.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads().min(all.len()) {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = all.get(n) else { return };
                    let result = work(one);
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((n, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(n, _)| *n);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What one file turned out to be.
pub enum Outcome {
    /// An inventory.
    Read(Box<Inventory>),
    /// It looks like one and is none that can be read.
    Refused(Refused),
    /// Its name might have been one's; it is something else.
    Other,
}

/// All outcomes together.
pub fn walked(outcomes: Vec<Outcome>, passed: BTreeMap<String, usize>, seen: usize) -> Walked {
    let mut walked = Walked { seen, ..Walked::default() };
    let mut components = 0;
    for outcome in outcomes {
        match outcome {
            Outcome::Read(inventory) => {
                components += inventory.components.len();
                if components > limits::COMPONENTS {
                    let why = format!("the walk lists more than {} components without it", limits::COMPONENTS);
                    walked.refused.push(Refused { path: inventory.name, why });
                    components -= inventory.components.len();
                    continue;
                }
                walked.inventories.push(*inventory);
            }
            Outcome::Refused(refused) => walked.refused.push(refused),
            Outcome::Other => {}
        }
    }
    walked.passed = passed.into_iter().map(|(what, times)| Passed { what, times }).collect();
    drop_sums(&mut walked);
    walked.inventories.sort_by(|a, b| a.name.cmp(&b.name));
    walked.refused.sort();
    walked.passed.sort();
    walked
}

/// A go.sum beside a go.mod lists what the go.mod lists, and what is not built; it is left out where the go.mod is whole.
fn drop_sums(walked: &mut Walked) {
    let folder = |name: &str| name.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let whole: BTreeSet<String> = walked
        .inventories
        .iter()
        .filter(|inventory| inventory.format == Format::GoMod && !inventory.skipped.iter().any(|s| s.at == "go"))
        .map(|inventory| folder(&inventory.name))
        .collect();
    let before = walked.inventories.len();
    walked
        .inventories
        .retain(|inventory| inventory.format != Format::GoSum || !whole.contains(&folder(&inventory.name)));
    let left_out = before - walked.inventories.len();
    if left_out > 0 {
        let what = "go.sum files, because the go.mod beside each says what is built".to_owned();
        walked.passed.push(Passed { what, times: left_out });
    }
}
