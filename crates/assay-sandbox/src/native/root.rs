//! The root that a run sees: read-only detached mounts of the host, sized tmpfs,
//! a minimal `/dev`, a fresh `/proc`. No host folder is writable in it.

use std::fs;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, CWD};
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountPropagationFlags, MoveMountFlags, UnmountFlags, fsconfig_create,
    fsconfig_set_string, fsmount, fsopen, mount_change, move_mount, unmount,
};

use super::hosts::{clone_tree, detached};
use super::place::{Kind, place};
use super::{copy, sys};
use crate::error::{Layer, SandboxError};
use crate::spec::{Mount, Spec};

/// Where the new root is mounted until it becomes the root: a folder that every
/// system has, and from which nothing is ever handed in.
pub const STAGING: &str = "/sys";

/// Host folders that every run sees, besides `/usr`.
pub const LINKS: [&str; 5] = ["bin", "sbin", "lib", "lib64", "lib32"];

/// Device files that every run sees.
pub const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];

/// Links in `/dev`, with what follows `/proc/self/fd` in each.
pub const DEVICE_LINKS: [(&str, &str); 4] = [("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")];

/// A root in the making, in fresh namespaces of the caller.
pub struct Root {
    mount: OwnedFd,
}

fn failed(step: &str) -> impl FnOnce(io::Error) -> SandboxError {
    move |error| SandboxError::new(Layer::Root, format!("{step}: {error}"))
}

impl Root {
    /// Makes the part that is the same for all runs.
    pub fn prepare() -> Result<Self, SandboxError> {
        let system = System::open()?;
        let mount = tmpfs(1 << 20, 0o755).map_err(failed("the root tmpfs"))?;
        attach(mount.as_fd(), Path::new(STAGING)).map_err(failed("the root"))?;
        system.attach().map_err(failed("the system folders"))?;
        mount_proc()?;
        // A second wall behind seccomp; old kernels without this file have the first.
        let _ = fs::write(Path::new(STAGING).join("proc/sys/user/max_user_namespaces"), "0");
        Ok(Self { mount })
    }

    /// A root that somebody else began.
    pub fn of(mount: OwnedFd) -> Self {
        Self { mount }
    }

    /// Adds what a spec asks for. `hosts` are the detached host mounts of the spec, in order.
    pub fn add(&self, spec: &Spec, hosts: Vec<OwnedFd>) -> Result<(), SandboxError> {
        let mut hosts = hosts.into_iter();
        for mount in &spec.mounts {
            add(self.mount.as_fd(), mount, &mut hosts).map_err(|error| {
                let from = mount.host().map(|host| format!(" from `{}`", host.display())).unwrap_or_default();
                SandboxError::new(Layer::Files, format!("cannot mount `{}`{from}: {error}", mount.at().display()))
            })?;
        }
        sys::make_top_read_only(self.mount.as_fd()).map_err(failed("making the root read-only"))
    }

    /// Moves into the root. The host's root then lies over this one, where only
    /// [`forget_host`] should find it.
    pub fn enter(&self) -> Result<(), SandboxError> {
        // Until now, what was mounted on the host could be seen here too.
        mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
            .map_err(|e| failed("cutting mount propagation")(e.into()))?;
        rustix::process::chdir(STAGING).map_err(|e| failed("entering the root")(e.into()))?;
        rustix::process::pivot_root(".", ".").map_err(|e| failed("changing the root")(e.into()))
    }
}

/// Lets go of the host's root after [`Root::enter`].
pub fn forget_host() -> Result<(), SandboxError> {
    unmount(".", UnmountFlags::DETACH).map_err(|e| failed("letting go of the host's root")(e.into()))?;
    rustix::process::chdir("/").map_err(|e| failed("entering the root")(e.into()))
}

/// Mounts one thing of the spec in the root that is being built.
fn add(root: BorrowedFd<'_>, mount: &Mount, hosts: &mut impl Iterator<Item = OwnedFd>) -> io::Result<()> {
    let mut host = || hosts.next().ok_or_else(|| io::Error::other("no descriptor came with it"));
    let (tree, kind) = match mount {
        Mount::ReadOnly { .. } => {
            let tree = host()?;
            let kind = readable(tree.as_fd())?;
            (tree, kind)
        }
        Mount::Data { .. } => {
            let tree = host()?;
            let kind = readable(tree.as_fd())?;
            sys::make_data_only(tree.as_fd())?;
            (tree, kind)
        }
        Mount::Scratch { size, .. } | Mount::LogFolder { size, .. } => (tmpfs(*size, 0o700)?, Kind::Folder),
        Mount::Copy { size, .. } => {
            let tree = tmpfs(*size, 0o700)?;
            // Through /proc, because a detached mount has no path of its own.
            let to = format!("/proc/self/fd/{}", tree.as_raw_fd());
            let from = host()?;
            readable(from.as_fd())?;
            copy::copy_tree(from.as_fd(), Path::new(&to))?;
            (tree, Kind::Folder)
        }
    };
    let place = place(root, mount.at(), kind)?;
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    Ok(move_mount(&tree, "", place, "", flags)?)
}

/// What a tree is, if the program may read it: better told now than as a failure of the program.
fn readable(tree: BorrowedFd<'_>) -> io::Result<Kind> {
    let mode = rustix::fs::fstat(tree)?.st_mode;
    let (kind, access) = if rustix::fs::FileType::from_raw_mode(mode).is_dir() {
        (Kind::Folder, Access::READ_OK | Access::EXEC_OK)
    } else {
        (Kind::File, Access::READ_OK)
    };
    // Asked with the rights of the user id alone, as the program will have them.
    rustix::fs::access(format!("/proc/self/fd/{}", tree.as_raw_fd()), access)?;
    Ok(kind)
}

/// The parts of the host's system that every run sees.
struct System {
    folders: Vec<(OwnedFd, PathBuf)>,
    links: Vec<(PathBuf, PathBuf)>,
    devices: Vec<(OwnedFd, PathBuf)>,
}

impl System {
    fn open() -> Result<Self, SandboxError> {
        let failed = |path: &Path| {
            let path = path.display().to_string();
            move |error: io::Error| SandboxError::new(Layer::Root, format!("cannot open `{path}`: {error}"))
        };
        let mut system = Self { folders: Vec::new(), links: Vec::new(), devices: Vec::new() };
        let usr = Path::new("/usr");
        system.folders.push((detached(usr).map_err(failed(usr))?, PathBuf::from("usr")));
        for name in LINKS {
            let path = Path::new("/").join(name);
            match fs::symlink_metadata(&path) {
                Ok(meta) if meta.is_symlink() => {
                    let target = fs::read_link(&path).map_err(failed(&path))?;
                    system.links.push((target, PathBuf::from(name)));
                }
                Ok(meta) if meta.is_dir() => {
                    system.folders.push((detached(&path).map_err(failed(&path))?, PathBuf::from(name)));
                }
                _ => {}
            }
        }
        let alternatives = Path::new("/etc/alternatives");
        if alternatives.is_dir() {
            let tree = detached(alternatives).map_err(failed(alternatives))?;
            system.folders.push((tree, PathBuf::from("etc/alternatives")));
        }
        for name in DEVICES {
            let path = Path::new("/dev").join(name);
            let tree = clone_tree(&path).map_err(failed(&path))?;
            sys::harden_device(tree.as_fd()).map_err(failed(&path))?;
            system.devices.push((tree, Path::new("dev").join(name)));
        }
        for (name, target) in DEVICE_LINKS {
            system.links.push((PathBuf::from(format!("/proc/self/fd{target}")), Path::new("dev").join(name)));
        }
        Ok(system)
    }

    fn attach(&self) -> io::Result<()> {
        let root = Path::new(STAGING);
        for folder in ["dev", "proc", "tmp"] {
            fs::create_dir(root.join(folder))?;
        }
        for (tree, at) in &self.folders {
            fs::create_dir_all(root.join(at))?;
            attach(tree.as_fd(), &root.join(at))?;
        }
        for (target, at) in &self.links {
            std::os::unix::fs::symlink(target, root.join(at))?;
        }
        for (tree, at) in &self.devices {
            fs::write(root.join(at), b"")?;
            attach(tree.as_fd(), &root.join(at))?;
        }
        Ok(())
    }
}

fn mount_proc() -> Result<(), SandboxError> {
    let mount = || -> io::Result<()> {
        let fs = fsopen("proc", FsOpenFlags::FSOPEN_CLOEXEC)?;
        fsconfig_create(fs.as_fd())?;
        let attributes =
            MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV | MountAttrFlags::MOUNT_ATTR_NOEXEC;
        let proc = fsmount(fs.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)?;
        attach(proc.as_fd(), &Path::new(STAGING).join("proc"))
    };
    mount().map_err(|error| SandboxError::new(Layer::Proc, format!("mounting /proc: {error}")))
}

/// A tmpfs with both its bytes and its entries bounded.
pub fn tmpfs(size: u64, mode: u32) -> io::Result<OwnedFd> {
    let entries = (size / 2048).clamp(4096, 1 << 20);
    let fs = fsopen("tmpfs", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_set_string(fs.as_fd(), "size", size.max(4096).to_string())?;
    fsconfig_set_string(fs.as_fd(), "nr_inodes", entries.to_string())?;
    fsconfig_set_string(fs.as_fd(), "mode", format!("{mode:o}"))?;
    fsconfig_create(fs.as_fd())?;
    let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
    Ok(fsmount(fs.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)?)
}

/// Mounts a detached tree at a path of this process.
pub fn attach(tree: BorrowedFd<'_>, at: &Path) -> io::Result<()> {
    move_mount(tree, "", CWD, at, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?;
    Ok(())
}
