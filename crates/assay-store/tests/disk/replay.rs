//! What may be on the disk after the power went.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use assay_base::Entropy as _;
use assay_store::conformance::sample::Repeatable;

use super::trace::{Op, What};

const SECTOR: usize = 512;

/// What the disk is taken to keep of what it was told to. Anything but [`Faith::ALL`] is for showing that the test
/// would notice.
#[derive(Debug, Clone, Copy)]
pub struct Faith {
    pub files: bool,
    pub folders: bool,
}

impl Faith {
    pub const ALL: Self = Self { files: true, folders: true };
}

struct Dice(Repeatable);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % bound as u64) as usize
    }
}

/// How much of what was not synced is there.
#[derive(Clone, Copy)]
enum Luck {
    None,
    All,
    Some,
}

/// Writes into `into`, which is empty, what may be there if the power goes at line `cut`.
pub fn replay(ops: &[Op], cut: usize, seed: u64, faith: Faith, into: &Path) {
    let mut dice = Dice(Repeatable(seed));
    let luck = [Luck::None, Luck::All, Luck::Some, Luck::Some][dice.below(4)];
    let begun: Vec<&Op> = ops.iter().filter(|op| op.start < cut).collect();
    let folders: BTreeSet<usize> = begun
        .iter()
        .filter_map(|op| match op.what {
            What::Link { to, is_dir: true, .. } => Some(to),
            _ => None,
        })
        .chain([0])
        .collect();
    let mut held = Vec::new();
    write_folder(0, &begun, cut, &folders, luck, faith, &mut dice, into, &mut held);
}

/// When something is certain: at the end of the last sync that had begun after it had ended.
fn certain(ops: &[&Op], of: usize, op: &Op, cut: usize) -> bool {
    op.end < cut
        && ops.iter().any(|sync| {
            matches!(sync.what, What::Sync { of: synced } if synced == of) && sync.end < cut && op.end < sync.start
        })
}

#[allow(clippy::too_many_arguments)]
fn write_folder(
    dir: usize,
    ops: &[&Op],
    cut: usize,
    folders: &BTreeSet<usize>,
    luck: Luck,
    faith: Faith,
    dice: &mut Dice,
    into: &Path,
    held: &mut Vec<usize>,
) {
    let changes: Vec<&Op> = ops
        .iter()
        .filter(|op| match &op.what {
            What::Link { dir: of, .. } | What::Unlink { dir: of, .. } => *of == dir,
            _ => false,
        })
        .copied()
        .collect();
    let sure = changes.iter().rposition(|op| faith.folders && certain(ops, dir, op, cut)).map_or(0, |last| last + 1);
    let kept = match luck {
        Luck::None => sure,
        Luck::All => changes.len(),
        Luck::Some => sure + dice.below(changes.len() - sure + 1),
    };
    let mut names = BTreeMap::new();
    for op in &changes[..kept] {
        match &op.what {
            What::Link { name, to, .. } => {
                names.insert(name, *to);
            }
            What::Unlink { name, .. } => {
                names.remove(name);
            }
            _ => {}
        }
    }
    for (name, to) in names {
        let path = into.join(name);
        held.push(to);
        if folders.contains(&to) {
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
            write_folder(to, ops, cut, folders, luck, faith, dice, &path, held);
        } else {
            fs::write(&path, content(to, ops, cut, luck, faith, dice)).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}

/// What may be in a file.
fn content(file: usize, ops: &[&Op], cut: usize, luck: Luck, faith: Faith, dice: &mut Dice) -> Vec<u8> {
    let changes: Vec<&Op> = ops
        .iter()
        .filter(|op| match op.what {
            What::Data { file: of, .. } | What::Size { file: of, .. } => of == file,
            _ => false,
        })
        .copied()
        .collect();
    let sync = ops
        .iter()
        .filter(|op| faith.files && op.end < cut && matches!(op.what, What::Sync { of } if of == file))
        .map(|op| op.start)
        .max();
    let (sure, open): (Vec<&Op>, Vec<&Op>) = changes.into_iter().partition(|op| sync.is_some_and(|sync| op.end < sync));
    let mut now = Vec::new();
    for op in sure {
        change(&mut now, &op.what);
    }
    match luck {
        Luck::None => return now,
        Luck::All => {
            for op in open {
                change(&mut now, &op.what);
            }
            return now;
        }
        Luck::Some => {}
    }
    // Each sector's states, and each length, since the last sync.
    let (mut lengths, mut states) = (vec![now.len()], BTreeMap::<usize, Vec<Vec<u8>>>::new());
    let mut last = now.clone();
    for op in open {
        let touched = match &op.what {
            What::Data { at, bytes, .. } => *at as usize..*at as usize + bytes.len(),
            What::Size { len, .. } => (*len as usize).min(last.len())..last.len().max(*len as usize),
            _ => 0..0,
        };
        let sectors = touched.start / SECTOR..touched.end.div_ceil(SECTOR);
        for sector in sectors.clone() {
            states.entry(sector).or_insert_with(|| vec![slice(&now, sector)]);
        }
        change(&mut last, &op.what);
        lengths.push(last.len());
        for sector in sectors {
            states.entry(sector).or_default().push(slice(&last, sector));
        }
    }
    now.resize(lengths[dice.below(lengths.len())], 0);
    for (sector, states) in states {
        let state = &states[dice.below(states.len())];
        let start = sector * SECTOR;
        if start < now.len() {
            let end = (start + SECTOR).min(now.len());
            now[start..end].copy_from_slice(&state[..end - start]);
        }
    }
    now
}

fn slice(content: &[u8], sector: usize) -> Vec<u8> {
    let start = (sector * SECTOR).min(content.len());
    let mut state = content[start..(start + SECTOR).min(content.len())].to_vec();
    state.resize(SECTOR, 0);
    state
}

fn change(content: &mut Vec<u8>, what: &What) {
    match what {
        What::Data { at, bytes, .. } => {
            let end = *at as usize + bytes.len();
            if content.len() < end {
                content.resize(end, 0);
            }
            content[*at as usize..end].copy_from_slice(bytes);
        }
        What::Size { len, .. } => content.resize(*len as usize, 0),
        _ => {}
    }
}
