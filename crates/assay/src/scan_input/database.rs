//! The index that a scan rests on: a file, or a folder that `assay db update`
//! keeps.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_index::Layers;
use assay_index::store::Store;

use crate::failure::Failure;
use crate::place;

/// The variable that names an index.
const VARIABLE: &str = "ASSAY_DB";
/// The folder for it, in the folder of keys and state.
const FOLDER: &str = "db";

/// Where the index is: as named, else `ASSAY_DB`, else the usual folder.
pub fn place(named: Option<&Path>) -> Result<PathBuf, Failure> {
    match (named, env::var_os(VARIABLE).filter(|value| !value.is_empty())) {
        (Some(named), _) => Ok(named.to_owned()),
        (None, Some(value)) => Ok(PathBuf::from(value)),
        (None, None) => Ok(place::home()?.join(FOLDER)),
    }
}

/// The index at this place; none if it is a folder, or nothing, without one.
pub fn open(place: &Path) -> Result<Option<Arc<Layers>>, Failure> {
    if place.is_file() {
        return Layers::open(&[place.to_owned()]).map(Some).map_err(|error| failure(&error));
    }
    Store::at(place).layers().map_err(|error| failure(&error))
}

/// The same, where there has to be one.
pub fn needed(place: &Path) -> Result<Arc<Layers>, Failure> {
    open(place)?.ok_or_else(|| {
        Failure::call("no-index", format!("there is no index at `{}`", place.display()))
            .help("fetch one with `assay db update`, build one with `assay db build`, or name another with --db")
    })
}

/// Why an index is of no use.
pub fn failure(error: &assay_index::Error) -> Failure {
    Failure::call("no-index", error.to_string()).help(error.help())
}
