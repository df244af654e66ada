//! Obtains the files that a manifest names, each by its digest.
//!
//! Everything else here works offline; this is the one module that asks the
//! network. It trusts nobody: names are checked before they reach a command
//! line, no package's code is run, and a file enters the cache only under the
//! digest that the manifest gives for it. Which server answers is the business
//! of the ecosystem's own client and its configuration; no host stands here.

mod apt_sources;
mod cache;
mod cargo;
mod client;
mod deb;
mod ended;
mod error;
mod import;
mod npm;
mod package;
mod pypi;
mod session;
mod wanted;

pub use cache::{Cache, CacheError, MAX_FILE, default_root};
pub use error::{FetchError, Reason};
pub use import::{ImportError, Imported, import_from};
pub use wanted::{Wanted, missing, wanted};

use std::collections::BTreeMap;

use assay_bundle::manifest::Manifest;

use package::{Ecosystem, Package};
use session::{Folder, Session};

/// What happens during a fetch, for a person who waits.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// The file is in the cache already.
    Cached(&'a Wanted),
    /// A registry's client is asked for files of this package.
    Asking {
        /// The package URL.
        purl: &'a str,
        /// How many files of it are wanted.
        files: usize,
    },
    /// The file has arrived, its digest is right, and it is in the cache.
    Stored(&'a Wanted),
    /// The file could not be had.
    Failed(&'a FetchError),
}

/// What a fetch did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Files that were in the cache before.
    pub cached: Vec<Wanted>,
    /// Files that were fetched now.
    pub stored: Vec<Wanted>,
}

/// Fetches what a manifest names and the cache lacks.
///
/// # Errors
/// One [`FetchError`] for every file that could not be had; the others are in
/// the cache all the same.
pub fn fetch(
    manifest: &Manifest,
    cache: &Cache,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Fetched, Vec<FetchError>> {
    fetch_wanted(&wanted(manifest), cache, progress)
}

/// Fetches those of these files that the cache lacks.
///
/// # Errors
/// As [`fetch`].
pub fn fetch_wanted(
    wanted: &[Wanted],
    cache: &Cache,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Fetched, Vec<FetchError>> {
    let mut fetched = Fetched::default();
    let mut packages: BTreeMap<&str, Vec<&Wanted>> = BTreeMap::new();
    for file in wanted {
        if cache.get(&file.sha256).is_some() {
            progress(Progress::Cached(file));
            fetched.cached.push(file.clone());
        } else {
            packages.entry(&file.purl).or_default().push(file);
        }
    }
    if packages.is_empty() {
        return Ok(fetched);
    }

    let mut errors = Vec::new();
    let mut session = Session::new(cache);
    for (purl, files) in packages {
        progress(Progress::Asking { purl, files: files.len() });
        for (file, outcome) in one_package(purl, &files, cache, &mut session) {
            let noted = outcome.and_then(|()| cache.note_registry(file).map_err(|e| Reason::Storage(e.to_string())));
            match noted {
                Ok(()) => {
                    progress(Progress::Stored(file));
                    fetched.stored.push(file.clone());
                }
                Err(reason) => {
                    let error = FetchError::new(file, reason);
                    progress(Progress::Failed(&error));
                    errors.push(error);
                }
            }
        }
    }
    if errors.is_empty() { Ok(fetched) } else { Err(errors) }
}

/// Asks the client of one package's ecosystem, and takes over what it brought.
fn one_package<'a>(
    purl: &str,
    files: &[&'a Wanted],
    cache: &Cache,
    session: &mut Session,
) -> Vec<(&'a Wanted, Result<(), Reason>)> {
    let package = match Package::parse(purl) {
        Ok(package) => package,
        Err(reason) => return files.iter().map(|f| (*f, Err(reason.clone()))).collect(),
    };
    // A file whose name is refused never reaches a client; the rest may.
    let (good, bad): (Vec<&Wanted>, Vec<&Wanted>) =
        files.iter().partition(|file| package::check_file_name(&file.name).is_ok());
    let mut outcomes: Vec<_> = bad.into_iter().map(|file| (file, package::check_file_name(&file.name))).collect();
    if good.is_empty() {
        return outcomes;
    }

    match ask(&package, &good, session) {
        Ok((folder, note)) => outcomes.extend(session::take(&good, &folder, &note, cache)),
        Err(reason) => outcomes.extend(good.iter().map(|file| (*file, Err(reason.clone())))),
    }
    for (_, outcome) in &outcomes {
        session.remember(package.ecosystem, outcome);
    }
    outcomes
}

/// Has the client fill a fresh folder. With it comes the reason for whatever is
/// missing in it afterwards.
fn ask(package: &Package, files: &[&Wanted], session: &mut Session) -> Result<(Folder, Reason), Reason> {
    session.reachable(package.ecosystem)?;
    let folder = session.folder()?;
    let note = match package.ecosystem {
        Ecosystem::Npm => npm::get(package, &folder),
        Ecosystem::Pypi => pypi::get(package, files, &folder),
        Ecosystem::Cargo => cargo::get(package, files, &folder, session.cargo_home()?),
        Ecosystem::Deb => deb::get(package, &folder, session.apt()?),
    }?;
    Ok((folder, note))
}
