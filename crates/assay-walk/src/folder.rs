//! Walks a folder with several threads: first all folders, then what was found
//! in them.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};

use assay_inventory::component::Format;
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::os_release;

use crate::find::{self, Outcome};
use crate::place::{self, Kind};
use crate::pom::Poms;
use crate::read::{self, LOOK};
use crate::{Options, Refused, WalkError, Walked, limits, open};

/// Longest os-release file that is read.
pub const OS_RELEASE: u64 = 64 << 10;

/// Everything that is found in a folder. Its path may be a link; none below it is followed.
///
/// # Errors
///
/// If the folder itself cannot be read, or holds more files or inventories than any real one.
pub fn folder(root: &Path, options: &Options) -> Result<Walked, WalkError> {
    let unreadable = |why| WalkError::Unreadable { path: root.display().to_string(), why };
    let opened = fs::canonicalize(root).map_err(unreadable)?;
    fs::read_dir(&opened).map_err(unreadable)?;
    let tree = Tree::walk(&opened);
    let too_much = |what: &str, limit: usize| WalkError::TooMuch {
        path: root.display().to_string(),
        what: what.to_owned(),
        limit: limit as u64,
    };
    if tree.seen > limits::ENTRIES {
        return Err(too_much("it holds too many files; name the folders in it that matter", limits::ENTRIES));
    }
    if tree.files.len() > limits::INVENTORIES * 10 {
        return Err(too_much("it holds too many files that may be inventories", limits::INVENTORIES * 10));
    }
    let poms = Poms::new(&opened, &tree.files);
    let outcomes = find::each(&tree.files, |(path, kind)| {
        let shown = root.join(path).display().to_string();
        one(&opened, &poms, shown, path, *kind, options.distribution.as_ref())
    });
    let mut outcomes = read::joined(outcomes);
    outcomes.extend(tree.refused.into_iter().map(|(path, why)| {
        Outcome::Refused(Refused { path: root.join(path).display().to_string(), why: why.to_string() })
    }));
    let walked = find::walked(outcomes, tree.passed, tree.seen);
    if walked.inventories.len() > limits::INVENTORIES {
        return Err(too_much("it holds too many inventories", limits::INVENTORIES));
    }
    Ok(walked)
}

fn one(root: &Path, poms: &Poms<'_>, shown: String, path: &str, kind: Kind, named: Option<&Ecosystem>) -> Outcome {
    let refused = |why: io::Error| Outcome::Refused(Refused { path: shown.clone(), why: why.to_string() });
    let most = match kind {
        Kind::Installed(place::Database::Rpm) => limits::DATABASE,
        Kind::OsRelease => return Outcome::Other,
        _ => limits::FILE,
    };
    let at = root.join(path);
    if kind == Kind::Perhaps {
        match open::first(&at, LOOK) {
            Ok(first) if read::is_inventory(path, &first) => {}
            // What nobody called an inventory and cannot be opened is no news.
            _ => return Outcome::Other,
        }
    }
    let distribution = named.cloned().or_else(|| beside(root, path));
    match open::whole(&at, most) {
        Ok(bytes) if kind == Kind::Named(Format::Pom) => {
            let parents = poms.parents(path, &bytes);
            if parents.is_empty() {
                return read::file(shown, path, kind, &bytes, distribution.as_ref());
            }
            read::outcome(shown, path, assay_inventory::read_pom(path, &bytes, &parents))
        }
        Ok(bytes) => read::file(shown, path, kind, &bytes, distribution.as_ref()),
        Err(why) => refused(why),
    }
}

/// The distribution of the system that a package manager's list lies in.
pub fn beside(root: &Path, path: &str) -> Option<Ecosystem> {
    let system = place::root(path)?;
    place::OS_RELEASE
        .iter()
        .filter_map(|place| open::whole(&root.join(system).join(place), OS_RELEASE).ok())
        .find_map(|bytes| os_release::distribution(&bytes))
}

/// What a walk over folders gathers.
#[derive(Default)]
struct Tree {
    files: Vec<(String, Kind)>,
    passed: BTreeMap<String, usize>,
    refused: Vec<(String, io::Error)>,
    seen: usize,
}

/// Folders that wait to be looked into, and how many threads are still looking into one.
#[derive(Default)]
struct Queue {
    waiting: Vec<(PathBuf, String, usize)>,
    busy: usize,
    tree: Tree,
}

impl Tree {
    fn walk(root: &Path) -> Self {
        let first = Queue { waiting: vec![(root.to_owned(), String::new(), 0)], ..Queue::default() };
        let (queue, more) = (Mutex::new(first), Condvar::new());
        std::thread::scope(|scope| {
            for _ in 0..find::threads() {
                scope.spawn(|| work(&queue, &more));
            }
        });
        let mut tree = queue.into_inner().unwrap_or_else(PoisonError::into_inner).tree;
        tree.files.sort();
        tree
    }

    fn pass(&mut self, what: &str) {
        *self.passed.entry(what.to_owned()).or_default() += 1;
    }
}

/// Takes folders from the queue until none is left and nobody will add one.
fn work(queue: &Mutex<Queue>, more: &Condvar) {
    let lock = || queue.lock().unwrap_or_else(PoisonError::into_inner);
    let mut held = lock();
    loop {
        if let Some((at, path, depth)) = held.waiting.pop() {
            held.busy += 1;
            drop(held);
            let mut tree = Tree::default();
            let folders = look(&at, &path, depth, &mut tree);
            held = lock();
            held.busy -= 1;
            held.tree.seen += tree.seen;
            held.tree.files.append(&mut tree.files);
            held.tree.refused.append(&mut tree.refused);
            for (what, times) in tree.passed {
                *held.tree.passed.entry(what).or_default() += times;
            }
            // A tree without an end ends here; the caller refuses it.
            if held.tree.seen <= limits::ENTRIES {
                held.waiting.extend(folders);
            }
            more.notify_all();
        } else if held.busy == 0 {
            more.notify_all();
            return;
        } else {
            held = more.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Looks through one folder; gives the folders in it that are to be entered.
fn look(at: &Path, path: &str, depth: usize, tree: &mut Tree) -> Vec<(PathBuf, String, usize)> {
    let entries: Vec<DirEntry> = match fs::read_dir(at) {
        // One more than allowed shows that there are too many.
        Ok(entries) => entries.flatten().take(limits::ENTRIES + 1).collect(),
        Err(why) => {
            tree.refused.push((path.to_owned(), why));
            return Vec::new();
        }
    };
    tree.seen += entries.len();
    let mut folders = Vec::new();
    for entry in &entries {
        let (Ok(kind), Some(name)) = (entry.file_type(), entry.file_name().to_str().map(str::to_owned)) else {
            tree.pass("files whose names are no text");
            continue;
        };
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        if kind.is_symlink() {
            // Only what would have been read is worth a word.
            if matches!(place::kind(&path), Some(Kind::Named(_) | Kind::Installed(_))) {
                tree.pass("symbolic links to inventories");
            }
        } else if kind.is_dir() {
            let beside = |file: &str| entries.iter().any(|entry| entry.file_name() == file);
            // What the kernel shows as files is none of the machine's.
            let of_kernel = at == Path::new("/") && matches!(name.as_str(), "proc" | "sys" | "dev" | "run");
            if of_kernel || place::is_passed(&name) || place::is_passed_beside(&name, &beside) {
                tree.pass(&format!("folders named {name}"));
            } else if depth >= limits::DEPTH {
                tree.pass("folders deeper than any real one");
            } else {
                folders.push((entry.path(), path, depth + 1));
            }
        } else if kind.is_file()
            && let Some(kind) = place::kind(&path)
            && kind != Kind::OsRelease
        {
            tree.files.push((path, kind));
        }
    }
    folders
}
