//! The key that a runner signs with: named by the caller, or the runner's own,
//! made on first use.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use assay_seal::{SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::output;
use crate::place;
use crate::whole_file::WholeFile;

/// The runner's own key, and its public half for those who check.
const PRIVATE: &str = "runner.key";
const PUBLIC: &str = "runner.pub";

/// Longer files are something else.
const MAX_BYTES: u64 = 64 << 10;

/// The key in this file, or else the runner's own.
pub fn signing_key(file: Option<&Path>) -> Result<SigningKey, Failure> {
    match file {
        Some(file) => read(file).map_err(|error| match error {
            Unusable::Io(error) => {
                Failure::call("no-key", format!("the key `{}` cannot be read: {error}", file.display()))
            }
            Unusable::Content(what) => Failure::call("no-key", format!("`{}`: {what}", file.display())),
        }),
        None => own(),
    }
}

/// The public half of the runner's own key, where one was made.
pub fn own_public() -> Result<Option<VerifyingKey>, Failure> {
    let path = place::home()?.join(PRIVATE);
    match read(&path) {
        Ok(key) => Ok(Some(key.verifying_key())),
        Err(_) if !path.exists() => Ok(None),
        Err(_) => own().map(|key| Some(key.verifying_key())),
    }
}

fn own() -> Result<SigningKey, Failure> {
    let home = place::home()?;
    let path = home.join(PRIVATE);
    match read(&path) {
        Ok(key) => Ok(key),
        Err(Unusable::Io(error)) if error.kind() == io::ErrorKind::NotFound => make(&home, &path),
        Err(Unusable::Io(error)) => {
            Err(Failure::own("no-key", format!("the runner's key `{}` cannot be read: {error}", path.display()))
                .help("make it readable for this user, or name another key with --key"))
        }
        Err(Unusable::Content(what)) => {
            Err(Failure::own("no-key", format!("the runner's key `{}`: {what}", path.display()))
                .help("move the file away to have a new key made, or name another key with --key"))
        }
    }
}

fn make(home: &Path, path: &Path) -> Result<SigningKey, Failure> {
    let failed = |error: String| {
        Failure::own("no-key", format!("the runner's key `{}` cannot be made: {error}", path.display()))
            .help("set ASSAY_HOME to a folder that this user can write, or name a key with --key")
    };
    let key = SigningKey::generate().map_err(|error| failed(error.to_string()))?;
    let write = || -> io::Result<()> {
        // Temporary files are made with mode 0600.
        let mut file = tempfile::Builder::new().prefix(".assay-").tempfile_in(home)?;
        file.write_all(key.to_pem().as_bytes())?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|error| error.error)?;
        Ok(())
    };
    match write() {
        Ok(()) => {}
        // Another process was quicker: one runner has one key.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return own(),
        Err(error) => return Err(failed(error.to_string())),
    }
    let public = home.join(PUBLIC);
    WholeFile::begin(&public)?.finish(key.verifying_key().to_pem().as_bytes(), 0o644)?;
    output::say(&format!(
        "made a key for this runner: {}\nits public half, for those who check your statements: {}\nkey id: {}",
        path.display(),
        public.display(),
        key.verifying_key().id()
    ));
    Ok(key)
}

enum Unusable {
    Io(io::Error),
    Content(String),
}

fn read(path: &Path) -> Result<SigningKey, Unusable> {
    let meta = fs::metadata(path).map_err(Unusable::Io)?;
    if !meta.is_file() {
        return Err(Unusable::Content("it is no plain file".into()));
    }
    let file = File::open(path).map_err(Unusable::Io)?;
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(Unusable::Io)?;
    let key = SigningKey::from_pem(&text).map_err(|error| Unusable::Content(error.to_string()))?;
    if meta.permissions().mode() & 0o077 != 0 {
        output::say(&format!("warning: the key `{}` can be read by others; close it with `chmod 600`", path.display()));
    }
    Ok(key)
}
