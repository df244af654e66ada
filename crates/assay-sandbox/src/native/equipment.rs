//! The variables that decide what a sanitizer and the dynamic linker do in a program, and whether a program is begun
//! with those of the run.
//!
//! Read from the memory of the process that begins it, while it waits in the call. Another thread of it could change
//! them afterwards: so equal ones are no proof, and different ones are.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::FileExt as _;

use crate::spec::Task;

/// Variables of one program that are looked at.
const MAX_VARIABLES: usize = 4096;

/// Longest variable that is compared; more is another than any of the run's.
const MAX_LENGTH: usize = 4096;

/// A program's variables for sanitizers and the dynamic linker, whole: `NAME=value`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Equipment {
    options: BTreeSet<Vec<u8>>,
    linker: BTreeSet<Vec<u8>>,
}

impl Equipment {
    /// What the run's own program is begun with.
    pub fn of(task: &Task) -> Self {
        let mut equipment = Self::default();
        if let Task::Exec { env, .. } = task {
            env.iter().for_each(|(name, value)| equipment.add(format!("{name}={value}").into_bytes()));
        }
        equipment
    }

    /// What a process is about to begin a program with: `environment` is where its list of pointers lies. None if
    /// that cannot be read.
    pub fn about_to_be(process: u32, environment: u64) -> Option<Self> {
        let mut equipment = Self::default();
        if environment == 0 {
            return Some(equipment);
        }
        let memory = File::open(format!("/proc/{process}/mem")).ok()?;
        for number in 0..MAX_VARIABLES as u64 {
            let mut pointer = [0; 8];
            memory.read_exact_at(&mut pointer, environment.checked_add(8 * number)?).ok()?;
            match u64::from_ne_bytes(pointer) {
                0 => return Some(equipment),
                pointer => equipment.add(text(&memory, pointer)?),
            }
        }
        None
    }

    fn add(&mut self, variable: Vec<u8>) {
        let name = variable.split(|byte| *byte == b'=').next().unwrap_or_default();
        if name.ends_with(b"SAN_OPTIONS") {
            self.options.insert(variable);
        } else if name.starts_with(b"LD_") {
            self.linker.insert(variable);
        }
    }

    /// Whether a program with this one is armed as one with `other` is; a wrapper may add what the linker needs.
    pub fn arms_as(&self, other: &Self, by_a_wrapper: bool) -> bool {
        self.options == other.options && (by_a_wrapper || self.linker == other.linker)
    }
}

/// A string of a process, cut at the longest that matters.
fn text(memory: &File, at: u64) -> Option<Vec<u8>> {
    let mut text = vec![0; MAX_LENGTH];
    // Less where its memory ends behind it.
    let count = memory.read_at(&mut text, at).ok()?;
    text.truncate(count);
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(count);
    text.truncate(end);
    Some(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::ffi::CString;

    use super::*;

    fn of(env: &[(&str, &str)]) -> Equipment {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Equipment::of(&Task::Exec { argv: Vec::new(), env })
    }

    #[test]
    fn other_options_are_other_arms() {
        let run = of(&[("ASAN_OPTIONS", "log_path=/log/report"), ("HOME", "/scratch")]);
        assert!(of(&[("ASAN_OPTIONS", "log_path=/log/report"), ("HOME", "/")]).arms_as(&run, false));
        assert!(!of(&[]).arms_as(&run, true), "none are others");
        assert!(!of(&[("ASAN_OPTIONS", "log_path=/dev/null")]).arms_as(&run, true));
        let linked = of(&[("ASAN_OPTIONS", "log_path=/log/report"), ("LD_PRELOAD", "x.so")]);
        assert!(linked.arms_as(&run, true) && !linked.arms_as(&run, false));
    }

    #[test]
    fn it_is_read_from_another_processs_memory() {
        let strings = [c"A=1", c"UBSAN_OPTIONS=a=1", c"LD_PRELOAD=y"].map(CString::from);
        let pointers: Vec<u64> = strings.iter().map(|text| text.as_ptr() as u64).chain([0]).collect();
        let read = |at| Equipment::about_to_be(std::process::id(), at);
        assert_eq!(read(pointers.as_ptr() as u64), Some(of(&[("UBSAN_OPTIONS", "a=1"), ("LD_PRELOAD", "y")])));
        assert_eq!(read(0), Some(of(&[])));
        assert_eq!(read(8), None, "nothing is there");
        assert_eq!(read(u64::MAX - 3), None);
    }
}
