//! Extraction of hostile archives into an empty folder, within limits.
//!
//! Every source a bundle names passes through here before anything else reads
//! it. Only folders, regular files (0644 or 0755) and relative links that stay
//! inside are made; links are made last, so that no write can go through one.
//! Anything else an archive asks for, a device, a path out, an endless file,
//! refuses the whole archive: half an archive is no source.

mod archive;
mod debian;
mod dsc;
mod error;
mod name;
mod sink;
mod tarball;
mod tidy;
mod zipfile;

pub use archive::{Kind, Limits, Summary, unpack, unpack_as};
pub use debian::{DebianSource, unpack_debian_source};
pub use dsc::{Dsc, Format};
pub use error::UnpackError;
pub use tidy::{ONE_MTIME, set_one_mtime, strip_single_top_folder};

#[cfg(test)]
mod tests;
