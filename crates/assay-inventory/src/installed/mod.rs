//! What is installed on a machine, as its package manager keeps or prints it.

pub(crate) mod apk;
pub mod os_release;
pub mod rpm_header;
pub(crate) mod rpm_list;
pub mod rpm_source;
