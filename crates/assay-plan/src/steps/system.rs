//! Steps for a distribution's package: the distribution's own fix, by its own
//! package manager (R122).

use assay_inventory::ecosystem::Ecosystem;

use super::Instructions;
use super::command;
use crate::card::Step;
use crate::effort::Effort;

/// A distribution's package manager.
pub(crate) struct Manager {
    install: fn(&str) -> String,
    see: fn(&str) -> String,
    /// What shows which services and whether the machine have to start again.
    restart: &'static str,
    kernel: &'static str,
    undo: &'static str,
}

impl Manager {
    /// What installs the distribution's fixed packages of these names, which are plain.
    pub(crate) fn install(&self, names: &str) -> String {
        (self.install)(names)
    }
}

/// The package manager of a distribution; none if the ecosystem is none.
pub(crate) fn manager(ecosystem: &Ecosystem) -> Option<&'static Manager> {
    match ecosystem {
        Ecosystem::Debian(_) | Ecosystem::Ubuntu(_) | Ecosystem::Echo(_) => Some(&APT),
        Ecosystem::Rpm(..) => Some(&RPM),
        Ecosystem::Apk(..) => Some(&APK),
        _ => None,
    }
}

const APT: Manager = Manager {
    install: |list| format!("sudo apt-get update && sudo apt-get install --only-upgrade {list}"),
    see: |list| format!("dpkg-query -W {list}"),
    restart: "test -e /run/reboot-required && echo restart needed; sudo needrestart -b",
    kernel: "linux-image",
    undo: "Install the version that you wrote down (`apt-get install name=version`). A mirror may no longer have it; /var/cache/apt/archives may. Old versions have the flaw again.",
};
const RPM: Manager = Manager {
    // SUSE has zypper in dnf's place; both know what the distribution fixed.
    install: |list| {
        format!("if command -v zypper; then sudo zypper update {list}; else sudo dnf upgrade --refresh {list}; fi")
    },
    see: |list| format!("rpm -q {list}"),
    restart: "if command -v zypper; then sudo zypper ps -s; else sudo dnf needs-restarting; sudo dnf needs-restarting -r; fi",
    kernel: "kernel",
    undo: "Go back with `dnf history undo last`, or with `zypper install --oldpackage name=version`. A mirror may no longer have the old one. Old versions have the flaw again.",
};
const APK: Manager = Manager {
    install: |list| format!("apk update && apk add --upgrade {list}"),
    see: |list| format!("apk list --installed {list}"),
    restart: "rc-status --servicelist",
    kernel: "linux-",
    undo: "Install the version that you wrote down (`apk add name=version`), or start the image from before. Old versions have the flaw again.",
};

/// What to do about packages of those names.
pub(crate) fn instructions(manager: &Manager, names: &[&str], has_fix: bool) -> Instructions {
    let safe: Option<Vec<&str>> = names.iter().map(|name| command::name(name)).collect();
    let list = safe.filter(|list| !list.is_empty() && list.len() <= 40).map(|list| list.join(" "));
    let kernel = names.iter().any(|name| name.starts_with(manager.kernel));
    let install = if has_fix {
        "Install the distribution's fixed packages:"
    } else {
        "See whether the distribution has newer ones by now, and install them:"
    };
    let (install, before, check) = match &list {
        Some(list) => (
            Step::run(install, (manager.install)(list)),
            Step::run("Write down the versions before, for the way back:", (manager.see)(list)),
            Step::run("Compare the versions with those that the records name as fixed:", (manager.see)(list)),
        ),
        None => (
            Step::say(
                "Install the distribution's fixed packages with its package manager, by hand: the names hold characters that do not belong into a command.",
            ),
            Step::say("Write down the versions before, for the way back."),
            Step::say("Compare the versions with those that the records name as fixed."),
        ),
    };
    Instructions {
        steps: vec![
            before,
            install,
            Step::run(
                "See whether the machine asks for a restart, and which services still use the old files:",
                manager.restart,
            ),
        ],
        effort: "Not measured. As a rule of thumb, a quarter of an hour a machine, and the restart of what uses the package.".to_owned(),
        class: if kernel { Effort::Downtime } else { Effort::Restart },
        reboot: if kernel {
            "Yes: a kernel is in use only after a restart.".to_owned()
        } else {
            "Not known beforehand. Services that use the package restart; the third step tells whether the machine must.".to_owned()
        },
        undo: vec![Step::say(manager.undo)],
        check: vec![check, Step::say("Scan again: the next plan lists this card as done, verified by the scan.")],
    }
}
