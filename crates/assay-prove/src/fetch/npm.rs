//! npm: `npm pack NAME@VERSION`, which downloads a registry's tarball as it is.
//!
//! Scripts run only when a *folder* or a git repository is packed; a name with an
//! exact version is neither, and `--ignore-scripts` stands beside it all the same.

use std::path::PathBuf;

use super::Reason;
use super::client::Call;
use super::package::Package;
use super::session::Folder;

const INSTALL: &str = "Install npm (Debian and Ubuntu: `apt-get install npm`)";

pub(super) fn get(package: &Package, folder: &Folder) -> Result<Reason, Reason> {
    // A package.json of our own ends npm's search for a project, and with it for
    // an `.npmrc`, in the folders above.
    std::fs::write(folder.work.join("package.json"), "{}\n")
        .map_err(|e| Reason::Storage(format!("cannot write a temporary file: {e}")))?;
    let spec = format!("{}@{}", package.name, package.version);
    let mut env = vec![("HOME", folder.root().into())];
    if let Some(config) = user_config() {
        env.push(("npm_config_userconfig", config.into()));
    }
    let call = Call {
        program: "npm",
        install: INSTALL,
        args: vec![
            "pack".into(),
            "--ignore-scripts".into(),
            "--no-update-notifier".into(),
            "--no-workspaces".into(),
            "--loglevel=error".into(),
            // Its own patience is a minute and more for each package.
            "--fetch-retries=1".into(),
            "--fetch-retry-mintimeout=1000".into(),
            "--cache".into(),
            folder.root().join("npm-cache").into(),
            "--pack-destination".into(),
            folder.out.clone().into(),
            "--".into(),
            spec.into(),
        ],
        cwd: &folder.work,
        env,
        scratch: folder.root(),
    };
    call.run().map(|ended| ended.reason())
}

/// The user's own `.npmrc`, which names the registry; unless the environment
/// names another, which then reaches npm unchanged.
fn user_config() -> Option<PathBuf> {
    for name in ["npm_config_userconfig", "NPM_CONFIG_USERCONFIG"] {
        if std::env::var_os(name).is_some() {
            return None;
        }
    }
    Some(PathBuf::from(std::env::var_os("HOME")?).join(".npmrc"))
}
