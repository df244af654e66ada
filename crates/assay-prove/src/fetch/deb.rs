//! Debian and Ubuntu source packages: `apt-get source --download-only` with an apt
//! state of our own.
//!
//! The system's package sources are read, turned into source-package entries and
//! written into our own folder; its keys verify the index. The system's state is
//! not touched: lists, caches and locks are ours, and hooks are cleared, because
//! those of a system's configuration clean its own folders.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::Reason;
use super::apt_sources::{Sources, source_entries};
use super::client::Call;
use super::ended::Ended;
use super::package::Package;
use super::session::Folder;

const INSTALL: &str = "Debian sources need apt (part of every Debian and Ubuntu system)";
const MAX_SOURCES: u64 = 1 << 20;

pub(super) fn get(package: &Package, folder: &Folder, state: PathBuf) -> Result<Reason, Reason> {
    let apt = Apt { folder, state };
    // One process at a time: apt itself fails at once where another holds its lock.
    let _lock = apt.lock()?;
    apt.configure()?;
    let spec = format!("{}={}", package.name, package.version);
    let ended = apt.source(&spec)?;
    if ended.success {
        return Ok(ended.reason());
    }
    // Not known: the index is missing or old. Some of a system's sources may have
    // no source packages, so an error here is not the end of it.
    let updated = apt.run(&["update"])?;
    let ended = apt.source(&spec)?;
    // An update that reached nobody still ends well; what it said is then the cause.
    Ok(match (ended.reason(), updated.reason()) {
        (Reason::NotFound(_), unreachable @ Reason::Unreachable(_)) => unreachable,
        (reason, _) => reason,
    })
}

struct Apt<'a> {
    folder: &'a Folder,
    state: PathBuf,
}

impl Apt<'_> {
    fn lock(&self) -> Result<File, Reason> {
        let open = || {
            let file = File::create(self.state.join("lock"))?;
            file.lock()?;
            Ok(file)
        };
        open().map_err(|e| failed(&e))
    }

    fn source(&self, spec: &str) -> Result<Ended, Reason> {
        self.run(&["source", "--download-only", "--only-source", spec])
    }

    fn run(&self, args: &[&str]) -> Result<Ended, Reason> {
        let mut all = vec!["-q".into(), "-c".into(), self.state.join("apt.conf").into()];
        all.extend(args.iter().map(Into::into));
        let call = Call {
            program: "apt-get",
            install: INSTALL,
            args: all,
            cwd: &self.folder.out,
            env: vec![("HOME", self.folder.root().into())],
            scratch: self.folder.root(),
        };
        call.run()
    }

    /// Writes our sources and configuration.
    fn configure(&self) -> Result<(), Reason> {
        // The path stands in a configuration file, in quotes.
        if self.state.display().to_string().contains(['"', '\n']) {
            let why = "the cache's path has a quote or a line break, which apt cannot take".to_owned();
            return Err(Reason::Storage(why));
        }
        let sources = self.system_sources()?;
        if sources.is_empty() {
            return Err(Reason::NoClient {
                program: "apt-get",
                problem: "this system has no package sources".to_owned(),
                install: "Debian sources need a Debian or Ubuntu system with its package sources",
            });
        }
        let write = || {
            for folder in ["lists/partial", "cache/archives/partial", "etc/parts", "state"] {
                fs::create_dir_all(self.state.join(folder))?;
            }
            fs::write(self.state.join("status"), "")?;
            fs::write(self.state.join("etc/sources.list"), &sources.lines)?;
            fs::write(self.state.join("etc/parts/system.sources"), &sources.stanzas)?;
            fs::write(self.state.join("apt.conf"), configuration(&self.state))
        };
        write().map_err(|e| failed(&e))
    }

    /// The system's package sources, wherever its configuration keeps them.
    fn system_sources(&self) -> Result<Sources, Reason> {
        let call = Call {
            program: "apt-config",
            install: INSTALL,
            args: ["shell", "LIST", "Dir::Etc::sourcelist/f", "PARTS", "Dir::Etc::sourceparts/d"]
                .map(Into::into)
                .to_vec(),
            cwd: &self.folder.work,
            env: Vec::new(),
            scratch: self.folder.root(),
        };
        let stdout = call.run()?.stdout;
        let value = |name: &str, default: &str| {
            let found = stdout.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix("='")?.strip_suffix('\''));
            PathBuf::from(found.unwrap_or(default))
        };
        let mut files = vec![value("LIST", "/etc/apt/sources.list")];
        let parts = fs::read_dir(value("PARTS", "/etc/apt/sources.list.d/"));
        let mut names: Vec<PathBuf> = parts.into_iter().flatten().flatten().map(|e| e.path()).collect();
        names.sort();
        files.extend(names.into_iter().take(200));

        let mut sources = Sources::default();
        for file in files {
            let known = |ending: &str| file.extension().is_some_and(|e| e == ending);
            let small = fs::metadata(&file).is_ok_and(|m| m.is_file() && m.len() <= MAX_SOURCES);
            if small && (known("list") || known("sources")) {
                // One that only root may read (it holds a password) is left out.
                if let Ok(text) = fs::read_to_string(&file) {
                    source_entries(&text, known("sources"), &mut sources);
                }
            }
        }
        Ok(sources)
    }
}

/// Our configuration, read after the system's and so stronger.
fn configuration(state: &Path) -> String {
    let at = |path: &str| state.join(path).display().to_string();
    format!(
        "Dir::State \"{}\";\nDir::State::Lists \"{}\";\nDir::State::status \"{}\";\n\
         Dir::Cache \"{}\";\nDir::Etc::SourceList \"{}\";\nDir::Etc::SourceParts \"{}\";\n\
         #clear APT::Update::Pre-Invoke;\n#clear APT::Update::Post-Invoke;\n\
         #clear APT::Update::Post-Invoke-Success;\n#clear DPkg::Pre-Invoke;\n\
         #clear DPkg::Post-Invoke;\nAcquire::Languages \"none\";\n\
         Acquire::Retries \"2\";\nAcquire::http::Timeout \"30\";\nAcquire::https::Timeout \"30\";\n\
         APT::Get::List-Cleanup \"true\";\n",
        at("state"),
        at("lists"),
        at("status"),
        at("cache"),
        at("etc/sources.list"),
        at("etc/parts"),
    )
}

fn failed(error: &std::io::Error) -> Reason {
    Reason::Storage(format!("cannot prepare a state for apt: {error}"))
}
