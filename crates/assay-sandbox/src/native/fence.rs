//! A run's control group, as the run sees it: open files that came with it.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use crate::cgroup::{Shape, counter};

/// The control group that fences one run in.
pub struct Fence {
    doors: Vec<OwnedFd>,
    events: File,
    peak: Option<File>,
    cpu: Option<File>,
    ended_before: u64,
    cpu_before: Duration,
}

impl Fence {
    /// Takes its files out of the descriptors of a run, of which they are the first. To be called before the run begins.
    pub fn take(shape: Shape, descriptors: &mut Vec<OwnedFd>) -> io::Result<Self> {
        if descriptors.len() < shape.descriptors() {
            return Err(io::Error::other("its files did not come with the message"));
        }
        let mut files = descriptors.drain(..shape.descriptors());
        let doors = files.by_ref().take(shape.doors).collect();
        let mut next = || files.next().map(File::from);
        let events = next().ok_or_else(|| io::Error::other("its files did not come with the message"))?;
        let peak = if shape.peak { next() } else { None };
        let cpu = if shape.cpu { next() } else { None };
        drop(files);
        if let Some(peak) = &peak {
            // Where this cannot be, the cell is new.
            let _ = peak.write_all_at(b"0", 0);
        }
        let mut fence = Self { doors, events, peak, cpu, ended_before: 0, cpu_before: Duration::ZERO };
        (fence.ended_before, fence.cpu_before) = (fence.ended(), fence.cpu());
        Ok(fence)
    }

    /// For the program: who writes `0` into each is in it, with all that it starts.
    pub fn doors(&self) -> &[OwnedFd] {
        &self.doors
    }

    /// Whether the kernel ended a process of the run for memory.
    pub fn hit(&self) -> bool {
        self.ended() > self.ended_before
    }

    /// Most bytes that the run held at one moment.
    pub fn peak(&self) -> Option<u64> {
        let mut text = [0; 32];
        let count = self.peak.as_ref()?.read_at(&mut text, 0).ok()?;
        std::str::from_utf8(text.get(..count)?).ok()?.trim().parse().ok()
    }

    /// CPU time of the run, where the group counts it; else nothing.
    pub fn cpu(&self) -> Duration {
        let used = self.cpu.as_ref().and_then(|file| counter(file, "usage_usec")).unwrap_or(0);
        Duration::from_micros(used).saturating_sub(self.cpu_before)
    }

    fn ended(&self) -> u64 {
        counter(&self.events, "oom_kill").unwrap_or(0)
    }
}

/// Goes through a door.
pub fn enter(door: OwnedFd) -> io::Result<()> {
    File::from(door).write_all_at(b"0", 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write as _;

    use super::*;

    fn file(text: &str) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn its_files_are_the_first_and_counts_begin_with_the_run() {
        let events = file("low 0\noom 1\noom_kill 3\noom_group_kill 9\n");
        let (peak, cpu) = (file("777777\n"), file("usage_usec 500\nuser_usec 400\n"));
        let shape = Shape { doors: 1, peak: true, cpu: true };
        let all = [file(""), events.try_clone().unwrap(), peak, cpu.try_clone().unwrap(), file("the rest")];
        let mut all: Vec<OwnedFd> = all.map(OwnedFd::from).into();
        let fence = Fence::take(shape, &mut all).unwrap();
        assert_eq!((all.len(), fence.doors().len()), (1, 1));
        assert!(!fence.hit());
        // Written as the kernel reads it, a plain file keeps the digits behind the reset.
        assert_eq!((fence.peak(), fence.cpu()), (Some(77_777), Duration::ZERO));
        events.write_all_at(b"low 0\noom 1\noom_kill 4\n", 0).unwrap();
        cpu.write_all_at(b"usage_usec 900\n", 0).unwrap();
        assert!(fence.hit());
        assert_eq!(fence.cpu(), Duration::from_micros(400));
        assert!(Fence::take(shape, &mut Vec::new()).is_err());
    }
}
