//! Which files of a tree are worth reading, and which folders are not worth
//! entering.

use assay_inventory::component::Format;

/// Where package managers keep their lists, under a system's root.
pub const DATABASES: [(&str, Database); 9] = [
    ("var/lib/dpkg/status", Database::Dpkg),
    ("lib/apk/db/installed", Database::Apk),
    ("usr/lib/apk/db/installed", Database::Apk),
    ("var/lib/rpm/rpmdb.sqlite", Database::Rpm),
    ("usr/lib/sysimage/rpm/rpmdb.sqlite", Database::Rpm),
    ("var/lib/rpm/Packages.db", Database::Rpm),
    ("usr/lib/sysimage/rpm/Packages.db", Database::Rpm),
    ("var/lib/rpm/Packages", Database::Rpm),
    ("usr/lib/sysimage/rpm/Packages", Database::Rpm),
];

/// Where images without a package manager keep one file a package.
pub const STATUS_D: &str = "var/lib/dpkg/status.d/";

/// Where a system says what it is.
pub const OS_RELEASE: [&str; 2] = ["etc/os-release", "usr/lib/os-release"];

/// Whose list it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Database {
    /// dpkg's status file.
    Dpkg,
    /// apk's list.
    Apk,
    /// rpm's database, of whichever kind.
    Rpm,
}

/// Why a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// By its name: it is an inventory, or said not to be one.
    Named(Format),
    /// Its name says only what notation it is in; its first bytes decide.
    Perhaps,
    /// A package manager's list.
    Installed(Database),
    /// One package of a system without a package manager.
    Single,
    /// It says which distribution the lists beside it are of.
    OsRelease,
}

/// Why a file is read; none if it is not. The path has `/` between its parts, and none before the first.
pub fn kind(path: &str) -> Option<Kind> {
    for (place, database) in DATABASES {
        if is_at(path, place) {
            return Some(Kind::Installed(database));
        }
    }
    if OS_RELEASE.iter().any(|place| is_at(path, place)) {
        return Some(Kind::OsRelease);
    }
    let base = path.rsplit('/').next().unwrap_or(path);
    if let Some(folder) = path.strip_suffix(base)
        && is_at(folder, STATUS_D)
    {
        return (!base.ends_with(".md5sums")).then_some(Kind::Single);
    }
    let lower = base.to_ascii_lowercase();
    if let Some(format) = assay_inventory::format_by_name(&lower) {
        return Some(Kind::Named(format));
    }
    let perhaps = [".json", ".xml", ".csv", ".lock", ".lockfile"].iter().any(|end| lower.ends_with(end));
    perhaps.then_some(Kind::Perhaps)
}

/// The system's root that a list lies under: `rootfs/` of `rootfs/var/lib/dpkg/status`.
pub fn root(path: &str) -> Option<&str> {
    if let Some((before, _)) = path.rsplit_once(STATUS_D) {
        return Some(before);
    }
    DATABASES.iter().find_map(|(place, _)| is_at(path, place).then(|| path.strip_suffix(place)).flatten())
}

fn is_at(path: &str, place: &str) -> bool {
    path.strip_suffix(place).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// What is in a folder of this name was installed, built or kept by a tool: the list beside it says the same, and the
/// lists in it are of other projects' own development.
pub fn is_passed(name: &str) -> bool {
    matches!(
        name,
        "node_modules"
            | "bower_components"
            | "__pycache__"
            | "site-packages"
            | ".git"
            | ".hg"
            | ".svn"
            | ".jj"
            | ".tox"
            | ".venv"
            | ".gradle"
            | ".terraform"
    )
}

/// The same for names that others use for their own things, where a file beside it says whose it is.
pub fn is_passed_beside(name: &str, beside: &dyn Fn(&str) -> bool) -> bool {
    match name {
        "target" => beside("Cargo.toml") || beside("pom.xml"),
        "vendor" => ["go.mod", "composer.json", "Gemfile", "Cargo.toml"].iter().any(|file| beside(file)),
        "deps" => beside("mix.exs"),
        "Pods" => beside("Podfile"),
        "venv" | "env" => false,
        _ => false,
    }
}
