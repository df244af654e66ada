//! Keeping what is kept: backups and what is made of them, and the whole in an
//! open form (invariant 28).
//!
//! A backup is a folder with one folder for each part: `contents` (events and
//! blobs, sealed), `wraps` (who can open them, under the master key), `ledger`
//! and `release` (public), and `instance.json`. `complete.json` comes last and
//! lists what the store's own lists do not. The keys are in no part: whoever
//! holds a backup alone can open nothing.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{BufRead, Read as _, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_store::backup::{self, CONTENTS_PART, WRAPS_PART};
use assay_store::export::{self, Summary};
use assay_store::sqlite::Sqlite;
use serde::{Deserialize, Serialize};

use crate::home::Home;
use crate::local::{Clock, Local};
use crate::lock::Turn;
use crate::rebuild::Rebuilt;
use crate::refusal::Refusal;

/// What `complete.json` says it is.
const FORM: &str = "assay.backup/1";
/// The last file of a backup.
const COMPLETE: &str = "complete.json";
/// What the instance is called.
const INSTANCE: &str = "instance.json";
/// The public parts, in a home and in a backup.
const PUBLIC: [&str; 2] = ["ledger", "release"];
/// Longest `complete.json`: a million files.
const MAX_LIST: u64 = 256 << 20;
/// Deepest folder of a public part.
const MAX_DEPTH: usize = 16;

/// What a backup holds beside the store's own parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// `assay.backup/1`.
    pub form: String,
    /// When it was made.
    pub made: Instant,
    /// The last event that it holds; 0 if there is none.
    pub events: u64,
    /// Each file of the public parts, and `instance.json`, with its digest.
    pub files: BTreeMap<String, Sha256>,
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Refusal + use<> {
    let path = path.display().to_string();
    move |error| Refusal::broken(format!("`{path}`: {error}"))
}

impl Local {
    /// Copies the clearinghouse, while others go on using it, into a folder that is not there yet or empty.
    ///
    /// # Errors
    ///
    /// Something is there already, or the disk fails. What was begun is taken away again.
    pub fn backup(&self, into: &Path) -> Result<Listed, Refusal> {
        make_empty(into)?;
        let made = self.backup_into(into);
        if made.is_err() {
            let _ = fs::remove_dir_all(into);
        }
        made
    }

    fn backup_into(&self, into: &Path) -> Result<Listed, Refusal> {
        // No batch of the ledger falls between the copy of the store and that of the ledger.
        let _turn = self.home.turn(Turn::Worker)?;
        let store = Sqlite::open(&self.home.store())?;
        let parts = into.join("store");
        backup::backup(&store, &parts)?;
        for part in [CONTENTS_PART, WRAPS_PART] {
            fs::rename(parts.join(part), into.join(part)).map_err(failed(&parts))?;
        }
        fs::remove_dir_all(&parts).map_err(failed(&parts))?;
        let mut files = BTreeMap::new();
        for part in PUBLIC {
            let from = self.home.root().join(part);
            if from.is_dir() {
                copy_tree(&from, &into.join(part), part, &mut files, 0)?;
            }
        }
        let digest = copy_file(&self.home.root().join(INSTANCE), &into.join(INSTANCE))?;
        files.insert(INSTANCE.into(), digest);
        let events = self.look(|view| Ok(view.last_number()?))?;
        let listed = Listed { form: FORM.into(), made: self.now(), events, files };
        let text = serde_json::to_vec_pretty(&listed).map_err(|error| Refusal::broken(error.to_string()))?;
        write_file(&into.join(COMPLETE), &mut text.as_slice())?;
        sync(into)?;
        Ok(listed)
    }

    /// Writes everything that the store keeps as lines of JSON, sealed as it is.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or `out` not be written.
    pub fn export(&self, out: &mut dyn Write) -> Result<Summary, Refusal> {
        Ok(export::export(&*self.store, out)?)
    }
}

/// Makes a home of a backup. The keys are copied into it by hand, before or after. `wraps` names the folder of the
/// wraps if they were kept apart, which may be older or newer than the rest: what was shredded stays shredded.
///
/// # Errors
///
/// The target holds something other than `keys`; the backup is incomplete, or a file of it is not the one that was
/// copied. What was begun is taken away again.
pub fn restore(from: &Path, wraps: Option<&Path>, home: &Path) -> Result<Listed, Refusal> {
    let listed = read_list(from)?;
    let is_new = !home.exists();
    make_room(home)?;
    let restored = restore_into(from, wraps, home, &listed);
    if restored.is_err() {
        for name in ["store", PUBLIC[0], PUBLIC[1]] {
            let _ = fs::remove_dir_all(home.join(name));
        }
        let _ = fs::remove_file(home.join(INSTANCE));
        if is_new {
            let _ = fs::remove_dir(home);
        }
    }
    restored.map(|()| listed)
}

fn restore_into(from: &Path, wraps: Option<&Path>, home: &Path, listed: &Listed) -> Result<(), Refusal> {
    let wraps = wraps.map_or_else(|| from.join(WRAPS_PART), Path::to_owned);
    if !wraps.is_dir() {
        return Err(Refusal::call(
            "no-wraps",
            format!("`{}` is not there: without wraps nothing opens", wraps.display()),
        )
        .help("if the wraps are kept apart, name their folder with --wraps"));
    }
    let mut found = BTreeMap::new();
    for part in PUBLIC {
        if from.join(part).is_dir() {
            copy_tree(&from.join(part), &home.join(part), part, &mut found, 0)?;
        }
    }
    let instance = from.join(INSTANCE);
    found.insert(INSTANCE.into(), digest(&instance)?);
    if found != listed.files {
        let odd = listed.files.iter().find(|(name, digest)| found.get(*name) != Some(digest)).map(|(name, _)| name);
        let odd = odd.or_else(|| found.keys().find(|name| !listed.files.contains_key(*name)));
        return Err(Refusal::broken(format!(
            "the backup's `{}` is not the file that was copied",
            odd.map_or("list", String::as_str)
        ))
        .help("take another backup, or another copy of this one"));
    }
    backup::restore_parts(&from.join(CONTENTS_PART), &wraps, &home.join("store"))?;
    // Last: a home with an instance file is complete.
    let place = home.join(INSTANCE);
    copy_file(&instance, &place)?;
    fs::set_permissions(&place, fs::Permissions::from_mode(0o600)).map_err(failed(&place))?;
    sync(home)
}

/// Makes the store of a home, which has none or an empty one, of an export; the keys and `instance.json` are there
/// already. Every event is opened and every row made anew before anything is put in place.
///
/// # Errors
///
/// The home has a store that holds something; the export is cut or changed, or of another master key.
pub fn import(home: &Path, input: &mut dyn BufRead, clock: fn() -> Instant) -> Result<(Summary, Rebuilt), Refusal> {
    let place = Home::open(home)?.store();
    if place.exists() {
        let kept = Sqlite::open(&place)?;
        let store: &dyn assay_store::store::Store = &kept;
        let mut events = 0;
        store.read(&mut |view| {
            events = view.last_number()?;
            Ok(())
        })?;
        if events > 0 || !store.keys(None, 1)?.is_empty() || !store.blobs(None, 1)?.is_empty() {
            return Err(Refusal::call("not-empty", format!("`{}` holds a clearinghouse's data", place.display()))
                .help("import into a new home: copy instance.json and keys there, and set ASSAY_HOME to it"));
        }
    }
    let draft = home.join(".import");
    let _ = fs::remove_dir_all(&draft);
    let read = import_draft(home, &draft, input, Box::new(clock)).and_then(|read| {
        if place.exists() {
            fs::remove_dir_all(&place).map_err(failed(&place))?;
        }
        fs::rename(&draft, &place).map_err(failed(&draft))?;
        sync(home)?;
        Ok(read)
    });
    if read.is_err() {
        let _ = fs::remove_dir_all(&draft);
    }
    read
}

fn import_draft(
    home: &Path,
    draft: &Path,
    input: &mut dyn BufRead,
    clock: Clock,
) -> Result<(Summary, Rebuilt), Refusal> {
    let summary = export::import_into(draft, input)?;
    let local = Local::with_store(Home::open(home)?, Box::new(Sqlite::open(draft)?), clock)?;
    Ok((summary, local.rebuild()?))
}

/// A folder of our own that holds nothing.
fn make_empty(into: &Path) -> Result<(), Refusal> {
    if into.exists() {
        if into.is_dir() && fs::read_dir(into).map_err(failed(into))?.next().is_none() {
            return Ok(());
        }
        return Err(Refusal::call("not-empty", format!("`{}` is not empty; nothing was written", into.display()))
            .help("name a folder that is not there yet"));
    }
    DirBuilder::new().recursive(true).mode(0o700).create(into).map_err(failed(into))
}

/// A home that holds keys at most.
fn make_room(home: &Path) -> Result<(), Refusal> {
    if home.exists() {
        for item in fs::read_dir(home).map_err(failed(home))? {
            let name = item.map_err(failed(home))?.file_name();
            if name != "keys" {
                return Err(Refusal::call(
                    "not-empty",
                    format!("`{}` holds `{}`; nothing was written", home.display(), name.to_string_lossy()),
                )
                .help("restore into a folder that is not there yet, or that holds nothing but `keys`"));
            }
        }
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(home).map_err(failed(home))
}

fn read_list(from: &Path) -> Result<Listed, Refusal> {
    let path = from.join(COMPLETE);
    let none = || {
        Refusal::call("no-backup", format!("`{}` is no complete backup: it has no {COMPLETE}", from.display()))
            .help("name a folder that `assay admin backup` wrote to its end")
    };
    let meta = fs::metadata(&path).map_err(|_| none())?;
    if !meta.is_file() || meta.len() > MAX_LIST {
        return Err(none());
    }
    let text = fs::read(&path).map_err(failed(&path))?;
    let listed: Listed = serde_json::from_slice(&text)
        .map_err(|error| Refusal::broken(format!("`{}` cannot be read: {error}", path.display())))?;
    if listed.form != FORM {
        return Err(Refusal::broken(format!("`{}` is not of the form {FORM}", path.display()))
            .help("use the program that wrote it, or a newer one"));
    }
    Ok(listed)
}

/// Copies the plain files of a tree, durably. What begins with a dot is a lock or half written; a link leads elsewhere.
fn copy_tree(
    from: &Path,
    to: &Path,
    name: &str,
    files: &mut BTreeMap<String, Sha256>,
    depth: usize,
) -> Result<(), Refusal> {
    if depth > MAX_DEPTH {
        return Err(Refusal::broken(format!("`{}` lies too deep", from.display())));
    }
    DirBuilder::new().recursive(true).mode(0o755).create(to).map_err(failed(to))?;
    let mut items: Vec<PathBuf> = Vec::new();
    for item in fs::read_dir(from).map_err(failed(from))? {
        items.push(item.map_err(failed(from))?.path());
    }
    items.sort();
    for path in items {
        let own = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if own.starts_with('.') {
            continue;
        }
        let name = format!("{name}/{own}");
        let kind = fs::symlink_metadata(&path).map_err(failed(&path))?.file_type();
        if kind.is_dir() {
            copy_tree(&path, &to.join(&own), &name, files, depth + 1)?;
        } else if kind.is_file() {
            files.insert(name, copy_file(&path, &to.join(&own))?);
        } else {
            return Err(Refusal::broken(format!("`{}` is no plain file and no folder", path.display())));
        }
    }
    sync(to)
}

fn copy_file(from: &Path, to: &Path) -> Result<Sha256, Refusal> {
    let mut source = File::open(from).map_err(failed(from))?;
    write_file(to, &mut source)?;
    digest(to)
}

fn write_file(to: &Path, content: &mut dyn std::io::Read) -> Result<(), Refusal> {
    // Nothing secret is copied here; who may see it, the folder above says, and a web server reads the release.
    let mut write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(to)?;
        std::io::copy(content, &mut file)?;
        file.sync_all()
    };
    write().map_err(failed(to))
}

fn digest(path: &Path) -> Result<Sha256, Refusal> {
    let mut bytes = Vec::new();
    File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(failed(path))?;
    Ok(Sha256::of(&bytes))
}

fn sync(folder: &Path) -> Result<(), Refusal> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
}
