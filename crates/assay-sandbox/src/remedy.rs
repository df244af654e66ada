//! What to do about a missing layer, looked up on the system at hand.

use std::fs;
use std::path::Path;

use crate::error::Layer;

/// One sentence that names the remedy for this layer on this system.
pub(crate) fn remedy(layer: Layer, what: &str) -> String {
    match layer {
        Layer::Namespaces | Layer::Root | Layer::Proc => namespaces(layer),
        Layer::Landlock => landlock(),
        Layer::Seccomp => "use a kernel built with CONFIG_SECCOMP_FILTER=y".into(),
        Layer::Files if what.contains("ermission denied") => {
            "make it readable for the user who runs Assay, or run Assay as its owner".into()
        }
        Layer::Files => "check that it exists and can be read".into(),
        Layer::Launcher => "start Assay by its real path, from a file system that allows programs to run".into(),
        Layer::Limits => "raise the hard limits of this session (`ulimit -H -a`)".into(),
        Layer::Privileges => "use a Linux kernel 5.14 or later".into(),
        Layer::Proofs => {
            "do not run untrusted bundles on this system; report it with the output of `assay prove --format json`"
                .into()
        }
    }
}

fn setting(path: &str) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

fn namespaces(layer: Layer) -> String {
    if setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").as_deref() == Some("1") {
        return "AppArmor restricts user namespaces here: allow them with `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`, \
                or give the assay program an AppArmor profile with `userns,`"
            .into();
    }
    if setting("/proc/sys/kernel/unprivileged_userns_clone").as_deref() == Some("0") {
        return "allow user namespaces with `sudo sysctl -w kernel.unprivileged_userns_clone=1`".into();
    }
    if setting("/proc/sys/user/max_user_namespaces").as_deref() == Some("0") {
        return "allow user namespaces with `sudo sysctl -w user.max_user_namespaces=15000`".into();
    }
    if in_container() {
        return match layer {
            Layer::Proc => "this is a container with a masked /proc: start it with `--security-opt systempaths=unconfined`".into(),
            _ => "this is a container: start it with a seccomp profile that allows user namespaces and mounts \
                  (`--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined`), \
                  or run Assay on the host"
                .into(),
        };
    }
    "use a Linux kernel 5.14 or later with user namespaces (CONFIG_USER_NS=y) that no security module forbids to this user".into()
}

fn in_container() -> bool {
    Path::new("/.dockerenv").exists()
        || Path::new("/run/.containerenv").exists()
        || setting("/proc/1/cgroup").is_some_and(|text| text.contains("docker") || text.contains("kubepods"))
}

fn landlock() -> String {
    match setting("/sys/kernel/security/lsm") {
        Some(modules) if !modules.split(',').any(|module| module == "landlock") => format!(
            "Landlock is not among this kernel's active security modules: boot with `lsm=landlock,{modules}`"
        ),
        _ => "use a Linux kernel 5.13 or later with CONFIG_SECURITY_LANDLOCK=y and `landlock` in the `lsm=` boot parameter; \
              in a container, allow its system calls in the seccomp profile"
            .into(),
    }
}
