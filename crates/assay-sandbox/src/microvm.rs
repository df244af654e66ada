//! Tier M, a microVM around all other layers: what it would need, and what of it
//! is missing here. This version has no engine for it; `docs/architecture.md`
//! says how one would work. The probe lets a call that asks for tier M be
//! refused by name, in place of a run that is weaker than asked for.

use std::path::{Path, PathBuf};

use crate::error::{Layer, SandboxError};

/// Programs that can be the virtual machine monitor.
const MONITORS: [&str; 3] = ["firecracker", "cloud-hypervisor", "qemu-system-x86_64"];

/// The variable that names an uncompressed guest kernel.
const KERNEL: &str = "ASSAY_GUEST_KERNEL";

/// One thing that tier M needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What it is.
    pub what: &'static str,
    /// What was found, or why it does not serve.
    pub found: Result<String, String>,
}

/// Looks for everything that tier M needs on this machine. Nothing is started.
#[must_use]
pub fn probe() -> Vec<Need> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let kernel = std::env::var_os(KERNEL).map(PathBuf::from);
    needs(Path::new("/dev/kvm"), &folders, kernel.as_deref())
}

fn needs(device: &Path, folders: &[PathBuf], kernel: Option<&Path>) -> Vec<Need> {
    let opened = std::fs::File::options().read(true).write(true).open(device);
    let kvm = opened.map(|_| device.display().to_string()).map_err(|error| format!("{}: {error}", device.display()));
    let monitor = MONITORS.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let monitor = monitor.into_iter().find(|path| path.is_file());
    let kernel = match kernel {
        None => Err(format!("{KERNEL} names none")),
        Some(path) if path.is_file() => Ok(path.display().to_string()),
        Some(path) => Err(format!("`{}` is no file", path.display())),
    };
    vec![
        Need { what: "hardware virtualisation", found: kvm },
        Need {
            what: "a virtual machine monitor",
            found: monitor
                .map(|path| path.display().to_string())
                .ok_or_else(|| format!("none of {} is on the PATH", MONITORS.join(", "))),
        },
        Need { what: "a guest kernel", found: kernel },
    ]
}

/// Why a call that asks for tier M is refused.
pub(crate) fn refusal() -> SandboxError {
    SandboxError::new(Layer::Microvm, sentence(&probe()))
}

fn sentence(needs: &[Need]) -> String {
    let missing: Vec<String> =
        needs.iter().filter_map(|need| need.found.as_ref().err().map(|why| format!("{} ({why})", need.what))).collect();
    let here = if missing.is_empty() {
        "all that it needs is here".to_owned()
    } else {
        format!("this machine lacks {}", missing.join(", "))
    };
    format!("tier M is asked for, and this version of Assay has no engine for it; {here}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_missing_part_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let none = sentence(&needs(&folder.path().join("kvm"), &[], None));
        for word in ["hardware virtualisation", "firecracker", "ASSAY_GUEST_KERNEL", "no engine"] {
            assert!(none.contains(word), "{none}");
        }
        for name in ["kvm", "firecracker", "kernel"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = needs(&folder.path().join("kvm"), &[folder.path().into()], Some(&folder.path().join("kernel")));
        assert!(found.iter().all(|need| need.found.is_ok()), "{found:?}");
        assert!(sentence(&found).contains("no engine"), "what is here makes no engine");
    }
}
