//! PyPI: the file of the exact name from the simple index that pip is configured for.
//!
//! `pip download` runs a source package's build code to learn its metadata, so it
//! is not used. A short script of ours borrows pip's configuration and HTTP session
//! (index, proxy, certificates, credentials) and does nothing but two GETs.

use super::client::Call;
use super::package::Package;
use super::session::Folder;
use super::{MAX_FILE, Reason, Wanted};

const SCRIPT: &str = include_str!("pypi_index.py");
const INSTALL: &str = "Install Python with pip (Debian and Ubuntu: `apt-get install python3 python3-pip`)";
/// The script's exit status when pip cannot be imported.
const NO_PIP: i32 = 3;

pub(super) fn get(package: &Package, files: &[&Wanted], folder: &Folder) -> Result<Reason, Reason> {
    let mut args = vec![
        // Isolated: neither the working folder nor PYTHONPATH nor the user's
        // site-packages can slip a module in.
        "-I".into(),
        "-B".into(),
        "-c".into(),
        SCRIPT.into(),
        folder.out.clone().into(),
        MAX_FILE.to_string().into(),
        package.name.clone().into(),
    ];
    args.extend(files.iter().map(|file| file.name.clone().into()));
    let call =
        Call { program: "python3", install: INSTALL, args, cwd: &folder.work, env: Vec::new(), scratch: folder.root() };
    let ended = call.run()?;
    if ended.code == Some(NO_PIP) {
        return Err(Reason::NoClient { program: "python3", problem: ended.said(), install: INSTALL });
    }
    Ok(ended.reason())
}
