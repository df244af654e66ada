//! Where a clearinghouse lies on disk.
//!
//! ```text
//! $ASSAY_HOME/
//!   instance.json    what this instance is called, and how it numbers
//!   keys/            master.key opens payloads; runner.key, ledger.key and index.key sign.  Never in a backup.
//!   store/           events, wraps, blobs
//!   ledger/          the public log: plain files
//!   release/         the public folder: what members fetch
//! ```

use std::fs::{self, DirBuilder, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use assay_seal::SigningKey;
use assay_seal::wrap::MasterKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::refusal::Refusal;

/// Longest key or instance file; a longer one is something else.
const MAX_BYTES: u64 = 64 << 10;

/// What an instance is called, and how it numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Instance {
    /// `assay.instance/1`.
    pub schema: String,
    /// What people call it.
    pub name: String,
    /// The ledger's origin line, unique in the world: a name of the operator's own, without spaces.
    pub origin: String,
    /// Its web address, where the release folder is served: advisories name it as their publisher's namespace.
    pub namespace: String,
    /// How people reach it, in words.
    pub contact: String,
    /// How advisory numbers begin: `ASSAY` gives `ASSAY-2026-40213`.
    pub prefix: String,
    /// Seconds between two batches of the ledger. The same every day, so that a batch tells nothing.
    pub cadence: u32,
    /// A batch is filled up to a multiple of this with entries that mean nothing.
    pub batch: u32,
}

/// The form of `instance.json`.
pub const SCHEMA: &str = "assay.instance/1";

impl Instance {
    /// An instance of this name with the default cadence: a batch of 64 every ten minutes.
    ///
    /// # Errors
    ///
    /// The name or the prefix cannot be used.
    pub fn new(name: &str, namespace: &str, contact: &str, prefix: &str) -> Result<Self, Refusal> {
        let plain = |text: &str| {
            let text = text.trim();
            (1..=80).contains(&text.chars().count()) && !text.chars().any(char::is_control)
        };
        if !plain(name) {
            return Err(Refusal::call("bad-name", "an instance's name has 1 to 80 characters and no control ones"));
        }
        if !plain(contact) {
            return Err(Refusal::call("bad-contact", "a contact has 1 to 80 characters and no control ones"));
        }
        if !namespace.starts_with("https://") || namespace.len() > 200 || namespace.contains(char::is_whitespace) {
            return Err(Refusal::call("bad-namespace", format!("`{namespace}` is no https address"))
                .help("name the address under which the release folder will be served: --namespace https://…"));
        }
        let letters = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        if !(2..=12).contains(&prefix.len()) || !prefix.chars().all(letters) {
            return Err(Refusal::call(
                "bad-prefix",
                format!("`{prefix}` cannot begin advisory numbers; take 2 to 12 capital letters and digits"),
            ));
        }
        let slug: String =
            name.trim().chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        Ok(Self {
            schema: SCHEMA.into(),
            name: name.trim().into(),
            origin: format!("assay/{}", slug.trim_matches('-')),
            namespace: namespace.trim_end_matches('/').into(),
            contact: contact.trim().into(),
            prefix: prefix.into(),
            cadence: 600,
            batch: 64,
        })
    }
}

/// The folders and keys of one clearinghouse.
pub struct Home {
    root: PathBuf,
    /// What it is.
    pub instance: Instance,
}

/// The keys of a clearinghouse. They stand outside the store and outside its backups.
pub struct Keys {
    /// Opens every wrap that the instance holds (R121 says what that means).
    pub master: MasterKey,
    /// Signs receipts, and statements of what this instance ran.
    pub runner: SigningKey,
    /// Signs checkpoints of the ledger.
    pub ledger: SigningKey,
    /// Signs the release folder's index.
    pub index: SigningKey,
}

fn io(what: &'static str, path: &Path) -> impl Fn(std::io::Error) -> Refusal {
    let path = path.display().to_string();
    move |error| Refusal::broken(format!("{what} `{path}`: {error}"))
}

impl Home {
    /// Makes a new clearinghouse with fresh keys.
    ///
    /// # Errors
    ///
    /// There is one already, or the disk refuses.
    pub fn create(root: &Path, instance: Instance) -> Result<Self, Refusal> {
        let home = Self { root: root.to_owned(), instance };
        if home.instance_file().exists() {
            return Err(Refusal::call("exists", format!("there is a clearinghouse in `{}` already", root.display())));
        }
        folder(root)?;
        folder(&home.keys_folder())?;
        let made = |error: assay_seal::KeyError| Refusal::broken(format!("a key could not be made: {error}"));
        for name in ["runner.key", "ledger.key", "index.key"] {
            let path = home.keys_folder().join(name);
            if !path.exists() {
                secret(&path, SigningKey::generate().map_err(made)?.to_pem().as_bytes())?;
            }
        }
        let master = home.keys_folder().join("master.key");
        if !master.exists() {
            secret(&master, MasterKey::generate().to_text().as_bytes())?;
        }
        let text = serde_json::to_string_pretty(&home.instance).map_err(|error| Refusal::broken(error.to_string()))?;
        // Last: a folder with an instance file is complete.
        secret(&home.instance_file(), format!("{text}\n").as_bytes())?;
        Ok(home)
    }

    /// Opens the clearinghouse that lies here.
    ///
    /// # Errors
    ///
    /// There is none, or its instance file cannot be read.
    pub fn open(root: &Path) -> Result<Self, Refusal> {
        let path = root.join("instance.json");
        if !path.exists() {
            return Err(Refusal::call(
                "no-clearinghouse",
                format!("there is no clearinghouse in `{}`", root.display()),
            )
            .help("make one with `assay admin init`, or set ASSAY_HOME to the folder of another"));
        }
        let text = read(&path)?;
        let instance: Instance = serde_json::from_str(&text)
            .map_err(|error| Refusal::broken(format!("`{}` cannot be read: {error}", path.display())))?;
        if instance.schema != SCHEMA {
            return Err(Refusal::broken(format!(
                "`{}` has the form `{}`, and this program knows `{SCHEMA}`: use the newer program",
                path.display(),
                instance.schema
            )));
        }
        Ok(Self { root: root.to_owned(), instance })
    }

    /// Reads the keys.
    ///
    /// # Errors
    ///
    /// A key is missing or is none.
    pub fn keys(&self) -> Result<Keys, Refusal> {
        let signing = |name: &str| -> Result<SigningKey, Refusal> {
            let path = self.keys_folder().join(name);
            SigningKey::from_pem(&read(&path)?)
                .map_err(|error| Refusal::broken(format!("the key `{}`: {error}", path.display())))
        };
        let path = self.keys_folder().join("master.key");
        let master = MasterKey::from_text(&read(&path)?)
            .map_err(|error| Refusal::broken(format!("the key `{}`: {error}", path.display())))?;
        Ok(Keys {
            master,
            runner: signing("runner.key")?,
            ledger: signing("ledger.key")?,
            index: signing("index.key")?,
        })
    }

    /// Its root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The keys. Never part of a backup.
    pub fn keys_folder(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// Events, wraps and blobs.
    pub fn store(&self) -> PathBuf {
        self.root.join("store")
    }

    /// The public log.
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger")
    }

    /// The public folder.
    pub fn release(&self) -> PathBuf {
        self.root.join("release")
    }

    fn instance_file(&self) -> PathBuf {
        self.root.join("instance.json")
    }
}

fn folder(path: &Path) -> Result<(), Refusal> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io("the folder", path))
}

/// Writes a file that only this user can read, whole or not at all, durably.
fn secret(path: &Path, content: &[u8]) -> Result<(), Refusal> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        // Temporary files are made with mode 0600.
        let mut file = tempfile::Builder::new().prefix(".assay-").tempfile_in(parent)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|error| error.error)?;
        File::open(parent)?.sync_all()
    };
    write().map_err(io("the file", path))
}

fn read(path: &Path) -> Result<Zeroizing<String>, Refusal> {
    let meta = fs::metadata(path).map_err(io("the file", path))?;
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return Err(Refusal::broken(format!("`{}` is no key and no settings file", path.display())));
    }
    // Keys that others can read are no secrets: say so before using one.
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(Refusal::call("open-secret", format!("`{}` can be read by other users", path.display()))
            .help(format!("close it with `chmod 600 {}`, and think of replacing the key", path.display())));
    }
    let mut text = Zeroizing::new(String::new());
    File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text)).map_err(io("the file", path))?;
    Ok(text)
}
