//! What to do about a missing layer, looked up on the system at hand.

use std::path::Path;

use crate::error::Layer;

/// One sentence that names the remedy for this layer on this system.
pub(crate) fn remedy(layer: Layer, what: &str) -> String {
    let root = rustix::process::geteuid().is_root();
    System { tree: Path::new("/"), root }.remedy(layer, what)
}

/// Where the settings of a system are looked up.
struct System<'a> {
    /// Below it lie `proc`, `sys` and the rest.
    tree: &'a Path,
    /// Whether Assay runs as root.
    root: bool,
}

impl System<'_> {
    fn remedy(&self, layer: Layer, what: &str) -> String {
        match layer {
            Layer::Namespaces | Layer::Root | Layer::Proc => self.namespaces(layer, what),
            Layer::Landlock => self.landlock(),
            Layer::Seccomp if self.in_container() => format!("this looks like a container: {CONTAINER}"),
            Layer::Seccomp => "use a kernel built with CONFIG_SECCOMP_FILTER=y".into(),
            Layer::Files if what.contains("ermission denied") && self.root => {
                "make it readable for everybody (`chmod -R o+rX`): as root, Assay runs programs as an ordinary user"
                    .into()
            }
            Layer::Files if what.contains("ermission denied") => {
                "make it readable for the user who runs Assay, or run Assay as its owner".into()
            }
            Layer::Files if what.contains("No space left") => "raise the `scratch` limit of the bundle".into(),
            Layer::Files => "check that it exists and can be read".into(),
            Layer::Launcher => {
                "start Assay by its real path, from a file system that allows programs to run, and look in the \
                 kernel's log (`dmesg`) for processes that it killed"
                    .into()
            }
            Layer::Limits => "raise the hard limits of this session (`ulimit -H -a`)".into(),
            Layer::Privileges => {
                "use a Linux kernel 5.14 or later whose security modules allow a process to drop privileges".into()
            }
            Layer::Engine => {
                "install the package `bubblewrap`, 0.8 or later (`sudo apt-get install bubblewrap`), or use the \
                              engine that needs nothing installed: ASSAY_SANDBOX=native, or leave `--sandbox` away"
                    .into()
            }
            Layer::Cgroup => self.cgroup(),
            Layer::Microvm => {
                "ask for tier F or P (`--tier F`), and run bundles that need tier M in a virtual machine of \
                               your own that holds nothing else"
                    .into()
            }
            Layer::Proofs => {
                "do not run untrusted bundles on this system; report it with the output of `assay prove --format json`"
                    .into()
            }
        }
    }

    fn namespaces(&self, layer: Layer, what: &str) -> String {
        if self.setting("proc/sys/kernel/apparmor_restrict_unprivileged_userns").as_deref() == Some("1") && !self.root {
            return "AppArmor restricts user namespaces here: allow them with \
                    `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`, or give the assay program an \
                    AppArmor profile with `userns,`"
                .into();
        }
        if self.setting("proc/sys/kernel/unprivileged_userns_clone").as_deref() == Some("0") {
            return "allow user namespaces with `sudo sysctl -w kernel.unprivileged_userns_clone=1`".into();
        }
        if self.setting("proc/sys/user/max_user_namespaces").as_deref() == Some("0") {
            return "allow user namespaces with `sudo sysctl -w user.max_user_namespaces=15000`".into();
        }
        if self.in_container() {
            return match layer {
                Layer::Proc => "this looks like a container with a masked /proc: start it with \
                                `--security-opt systempaths=unconfined`"
                    .into(),
                _ => format!("this looks like a container: {CONTAINER}"),
            };
        }
        if what.contains("No space left") {
            return "raise the limits of namespaces for a user with `sudo sysctl -w user.max_user_namespaces=15000 \
                    user.max_mnt_namespaces=15000 user.max_net_namespaces=15000`"
                .into();
        }
        "use a Linux kernel 5.14 or later with user namespaces (CONFIG_USER_NS=y), and allow this user to make \
         namespaces and mounts in the security modules that are active here"
            .into()
    }

    fn landlock(&self) -> String {
        match self.setting("sys/kernel/security/lsm") {
            Some(modules) if !modules.split(',').any(|module| module == "landlock") => format!(
                "Landlock is not among this kernel's active security modules: boot with `lsm=landlock,{modules}`"
            ),
            _ if self.in_container() => {
                "this looks like a container: allow the system calls of landlock in its seccomp profile \
                 (`--security-opt seccomp=unconfined`), or run Assay on the host"
                    .into()
            }
            _ => "use a Linux kernel 5.13 or later with CONFIG_SECURITY_LANDLOCK=y and `landlock` in the `lsm=` boot \
                  parameter"
                .into(),
        }
    }

    fn cgroup(&self) -> String {
        if self.in_container() {
            return "this looks like a container: give it a writable cgroup of its own with the controllers `memory` and \
                    `pids`, or run Assay on the host"
                .into();
        }
        if !self.root && self.tree.join("run/systemd/system").exists() {
            return "start Assay in a group of its own: `systemd-run --user --scope -p Delegate=yes assay ...` (as a \
                    service: `Delegate=yes` in its unit)"
                .into();
        }
        "let this user have a control group with the controllers `memory` and `pids` (cgroup v2, or v1 for root), or ask \
         for tier P"
            .into()
    }

    fn in_container(&self) -> bool {
        ["docker", "kubepods", "containerd", "libpod", "lxc"]
            .iter()
            .any(|word| self.setting("proc/1/cgroup").is_some_and(|text| text.contains(word)))
            || [".dockerenv", "run/.containerenv"].iter().any(|mark| self.tree.join(mark).exists())
    }

    fn setting(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.tree.join(path)).ok().map(|text| text.trim().to_owned())
    }
}

const CONTAINER: &str = "start it with a seccomp profile that allows user namespaces and mounts (`--security-opt \
     seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined`), or run Assay on the \
     host";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    /// The remedy on a system with these files.
    fn on(files: &[(&str, &str)], root: bool, layer: Layer, what: &str) -> String {
        let tree = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = tree.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        System { tree: tree.path(), root }.remedy(layer, what)
    }

    const APPARMOR: (&str, &str) = ("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
    const DOCKER: (&str, &str) = (".dockerenv", "");

    #[test]
    fn each_switch_of_user_namespaces_is_named() {
        let of = |file| on(&[file], false, Layer::Namespaces, "Operation not permitted");
        assert!(of(APPARMOR).contains("kernel.apparmor_restrict_unprivileged_userns=0"));
        assert!(
            of(("proc/sys/kernel/unprivileged_userns_clone", "0\n")).contains("kernel.unprivileged_userns_clone=1")
        );
        assert!(of(("proc/sys/user/max_user_namespaces", "0\n")).contains("user.max_user_namespaces=15000"));
        assert!(of(DOCKER).contains("--security-opt seccomp=unconfined"));
        assert!(of(("proc/1/cgroup", "0::/kubepods/pod1\n")).contains("this looks like a container"));
        assert!(of(("proc/1/cgroup", "0::/init.scope\n")).contains("CONFIG_USER_NS"));
    }

    #[test]
    fn switches_that_are_on_or_do_not_matter_are_not_named() {
        let fine = [
            ("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "0\n"),
            ("proc/sys/kernel/unprivileged_userns_clone", "1\n"),
            ("proc/sys/user/max_user_namespaces", "96365\n"),
        ];
        assert!(on(&fine, false, Layer::Namespaces, "").contains("CONFIG_USER_NS"));
        assert!(!on(&[APPARMOR], true, Layer::Root, "").contains("AppArmor"), "root is not restricted");
        assert!(on(&fine, false, Layer::Namespaces, "No space left on device").contains("max_net_namespaces"));
    }

    #[test]
    fn landlock_that_is_built_but_not_active_is_told() {
        let of = |text| on(&[("sys/kernel/security/lsm", text)], false, Layer::Landlock, "");
        assert!(of("capability,yama,apparmor\n").contains("boot with `lsm=landlock,capability,yama,apparmor`"));
        assert!(of("capability,landlock,yama\n").contains("5.13"));
        assert!(on(&[], false, Layer::Landlock, "").contains("5.13"));
        assert!(on(&[DOCKER], false, Layer::Landlock, "").contains("seccomp=unconfined"));
    }

    #[test]
    fn a_masked_proc_and_an_unreadable_file_have_remedies_of_their_own() {
        assert!(on(&[DOCKER], false, Layer::Proc, "").contains("systempaths=unconfined"));
        let denied = "cannot open `/toolchain`: Permission denied (os error 13)";
        assert!(on(&[], true, Layer::Files, denied).contains("chmod -R o+rX"));
        assert!(on(&[], false, Layer::Files, denied).contains("the user who runs Assay"));
        assert!(on(&[], false, Layer::Files, "No space left on device").contains("scratch"));
    }

    #[test]
    fn a_group_of_its_own_is_had_where_systemd_gives_it() {
        let systemd = ("run/systemd/system/x", "");
        assert!(on(&[systemd], false, Layer::Cgroup, "").contains("systemd-run --user --scope"));
        assert!(on(&[systemd, DOCKER], false, Layer::Cgroup, "").contains("container"));
        assert!(on(&[], true, Layer::Cgroup, "").contains("cgroup v2"));
    }

    #[test]
    fn every_layer_has_a_remedy() {
        for layer in [
            Layer::Launcher,
            Layer::Namespaces,
            Layer::Root,
            Layer::Proc,
            Layer::Limits,
            Layer::Privileges,
            Layer::Landlock,
            Layer::Seccomp,
            Layer::Files,
            Layer::Proofs,
            Layer::Engine,
            Layer::Cgroup,
            Layer::Microvm,
        ] {
            for files in [&[][..], &[DOCKER], &[APPARMOR]] {
                assert!(on(files, false, layer, "").len() > 20, "{layer}");
            }
        }
    }
}
