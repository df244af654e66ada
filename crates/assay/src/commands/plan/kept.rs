//! The folder that remembers: the last plan, and what became of every card
//! (`--history`). It is the owner's alone and stays on this machine.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use assay_base::Instant;
use assay_plan::Plan;
use assay_plan::history::{self, History};
use assay_plan::previous::Previous;

use super::files;
use crate::failure::Failure;
use crate::place;
use crate::scan_input::open;
use crate::whole_file::WholeFile;

/// The last plan.
const PLAN: &str = "plan.json";
/// What became of every card.
const HISTORY: &str = "history.json";
/// Under Assay's home, where no folder is named.
const FOLDER: &str = "history";
/// A plan says where an organisation is open: nobody but its owner reads the file.
const MODE: u32 = 0o600;

/// A folder that remembers.
#[derive(Debug)]
pub struct Kept {
    folder: PathBuf,
    /// The last plan, if there was one.
    pub previous: Option<Previous>,
    /// What became of every card.
    pub history: History,
}

impl Kept {
    /// Opens a folder, or makes it; an empty name is the usual place.
    ///
    /// # Errors
    ///
    /// It cannot be made or read, or what lies in it is no plan or history.
    pub fn open(folder: &Path, now: Instant) -> Result<Self, Failure> {
        let folder = if folder.as_os_str().is_empty() { place::home()?.join(FOLDER) } else { folder.to_owned() };
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(|error| {
            Failure::own("cannot-write", format!("the folder `{}` cannot be made: {error}", folder.display()))
                .help("name a folder that this user can write")
        })?;
        let (plan, history) = (folder.join(PLAN), folder.join(HISTORY));
        let previous = plan.exists().then(|| files::earlier(&plan, now)).transpose()?;
        let history = if history.exists() {
            let bytes = open::whole(&history, history::LARGEST)?;
            History::read(&bytes, now).map_err(|error| {
                Failure::call("bad-history", format!("`{}`: {error}", history.display()))
                    .help("move the file away to begin anew; what was verified before is then not known any more")
            })?
        } else {
            History::default()
        };
        Ok(Self { folder, previous, history })
    }

    /// Keeps a plan and the history with it. The history first: a plan without it would count as taken in.
    ///
    /// # Errors
    ///
    /// A file cannot be written; then the one before is still whole.
    pub fn keep(&self, plan: &Plan) -> Result<(), Failure> {
        let json = |value: Result<Vec<u8>, serde_json::Error>| {
            value.map_err(|error| Failure::own("not-json", format!("what is kept cannot be written: {error}")))
        };
        let (history, plan) = (json(serde_json::to_vec(&self.history))?, json(serde_json::to_vec(plan))?);
        WholeFile::begin(&self.folder.join(HISTORY))?.finish(&history, MODE)?;
        WholeFile::begin(&self.folder.join(PLAN))?.finish(&plan, MODE)
    }
}
