//! Lockfiles and lists of requirements, one module a tool.
//!
//! Each lists what the file says is used, with the line or the key it stands
//! at. A version that the file does not decide (a range, a property that is set
//! elsewhere) is none, and the place says why.

pub(crate) mod bun;
pub(crate) mod composer;
pub(crate) mod conan;
pub(crate) mod gemfile;
pub(crate) mod go_mod;
pub(crate) mod go_sum;
pub(crate) mod gradle;
pub(crate) mod mix;
pub(crate) mod nuget;
pub(crate) mod nuget_xml;
pub(crate) mod pipfile;
pub(crate) mod pnpm;
pub(crate) mod pom;
pub mod pom_parent;
mod pom_tree;
pub(crate) mod pubspec;
pub(crate) mod python;
pub(crate) mod requirements;
pub(crate) mod yarn;

/// Whether a package was fetched by Git, by how its address begins.
fn is_git(from: &str) -> bool {
    let schemes = ["git+", "git:", "git@", "github:", "gitlab:", "bitbucket:", "gist:", "ssh:"];
    schemes.iter().any(|scheme| from.starts_with(scheme))
        || from.split(['#', '?']).next().is_some_and(|address| address.ends_with(".git"))
        // Where npm's tools fetch a commit as an archive.
        || from.starts_with("https://codeload.github.com/")
}
