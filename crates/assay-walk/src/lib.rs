//! Finds inventories: in a folder, in a container image, on this machine.
//!
//! A folder is walked in parallel and never left: symbolic links are not
//! followed. An image's layers are laid over each other in memory, without
//! unpacking anything to the disk. What is found is read by `assay-inventory`;
//! what is refused or passed over is said.

mod find;
mod folder;
mod image;
pub mod limits;
mod machine;
mod open;
mod place;
mod pom;
mod read;
mod rpm;

pub use folder::folder;
pub use image::{image, is_image};
pub use machine::machine;

use assay_inventory::component::Inventory;
use assay_inventory::ecosystem::Ecosystem;

/// What a walk found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walked {
    /// The inventories that were read, by their paths.
    pub inventories: Vec<Inventory>,
    /// What looks like an inventory and could not be read, by their paths.
    pub refused: Vec<Refused>,
    /// What was not looked into, and how often: `node_modules`, links.
    pub passed: Vec<Passed>,
    /// Files and folders that were seen.
    pub seen: usize,
}

/// A file that looks like an inventory and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// Its path, as the inventory's name would be.
    pub path: String,
    /// Why, and what to do.
    pub why: String,
}

/// Something that was not looked into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passed {
    /// What, in words: `folders named node_modules`.
    pub what: String,
    /// How many.
    pub times: usize,
}

/// What the caller knows of what is walked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The distribution of a machine's packages, where the caller says it instead of the `os-release` beside them.
    pub distribution: Option<Ecosystem>,
}

/// Why nothing of a folder or an image could be read.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// It cannot be opened or read.
    #[error("`{path}` cannot be read: {why}")]
    Unreadable {
        /// The path.
        path: String,
        /// The system's word.
        why: std::io::Error,
    },
    /// It is too large, too deep or unpacks to too much.
    #[error("`{path}`: {what} (the limit is {limit})")]
    TooMuch {
        /// The path.
        path: String,
        /// What there is too much of.
        what: String,
        /// The bound.
        limit: u64,
    },
    /// It is damaged, or no image.
    #[error("`{path}`: {why}")]
    Broken {
        /// The path, and the layer or file in it.
        path: String,
        /// What is wrong, and what to do.
        why: String,
    },
}
