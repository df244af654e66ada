//! A disk that loses power: what a process asked of the kernel, recorded by
//! strace, and what may be on the disk if the power goes at some moment.
//!
//! Only what was synced before is certain. Of everything else, each sector of
//! 512 bytes holds any of its states since, a file has any of its lengths
//! since, and a folder any first part of its changes since. That is less than
//! any file system promises.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

mod calls;
mod replay;
mod trace;

use std::path::Path;
use std::process::{Command, Stdio};

pub use replay::{Faith, replay};
pub use trace::{Op, What, read_trace};

/// What strace records: everything that changes a file or a folder, and what would be missed if it were used.
const CALLS: &str = "open,openat,openat2,creat,write,writev,pwrite64,pwritev,pwritev2,lseek,fsync,fdatasync,\
                     sync_file_range,syncfs,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,\
                     symlink,symlinkat,truncate,ftruncate,fallocate,copy_file_range,sendfile,splice,mmap,dup,dup2,dup3,\
                     io_uring_setup";

/// Runs a command and records what it does to the folder `root`. None if there is no strace.
pub fn record(command: &mut Command, root: &Path, log: &Path) -> Option<Vec<Op>> {
    if Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        assert!(std::env::var_os("CI").is_none(), "strace is missing: install the package `strace`");
        println!("skipped: there is no strace here; install the package `strace`");
        return None;
    }
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-xx", "-s", "4000000", "-e", &format!("trace={CALLS}"), "-o"]).arg(log);
    traced.arg("--").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            traced.env(name, value);
        }
    }
    let output = traced.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(read_trace(&std::fs::read_to_string(log).unwrap(), root))
}
