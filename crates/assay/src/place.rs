//! Where Assay keeps things: the cache, and the home of its keys.

use std::env;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use assay_prove::fetch::{Cache, default_root};

use crate::failure::Failure;

/// The cache of fetched sources, made if it is not there.
pub fn cache() -> Result<Cache, Failure> {
    let root = default_root(|name| env::var_os(name)).ok_or_else(|| {
        Failure::own(
            "no-cache",
            "there is no folder for the cache: neither ASSAY_CACHE, XDG_CACHE_HOME nor HOME is set",
        )
        .help("set ASSAY_CACHE to the absolute path of a folder of yours")
    })?;
    Cache::open(&root).map_err(|error| {
        Failure::own("no-cache", format!("the cache cannot be used: {error}"))
            .help("make the folder writable for this user, or set ASSAY_CACHE to another one")
    })
}

/// The folder for keys and state: `$ASSAY_HOME`, else the XDG data folder.
pub fn home() -> Result<PathBuf, Failure> {
    let folder = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = folder("ASSAY_HOME")
        .or_else(|| folder("XDG_DATA_HOME").map(|path| path.join("assay")))
        .or_else(|| folder("HOME").map(|path| path.join(".local/share/assay")))
        .ok_or_else(|| {
            Failure::own("no-home", "there is no folder for keys: neither ASSAY_HOME, XDG_DATA_HOME nor HOME is set")
                .help("set ASSAY_HOME to the absolute path of a folder of yours, or name a key with --key")
        })?;
    DirBuilder::new().recursive(true).mode(0o700).create(&home).map_err(|error| {
        Failure::own("no-home", format!("the folder for keys `{}` cannot be made: {error}", home.display()))
            .help("set ASSAY_HOME to a folder that this user can write, or name a key with --key")
    })?;
    Ok(home)
}
