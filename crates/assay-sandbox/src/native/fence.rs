//! A run's control group, as who starts its program sees it: open files.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use super::descriptors;
use crate::cgroup::{Limits, Offer, counter};

/// The control group that fences one run in.
pub struct Fence {
    offer: Offer,
    doors: Vec<OwnedFd>,
    memory: File,
    swap: Option<File>,
    pids: File,
    events: File,
    peak: Option<File>,
    cpu: Option<File>,
    ended_before: u64,
    cpu_before: Duration,
}

impl Fence {
    /// Waits for the next that is offered; `None` when the runner is gone.
    pub fn next(offers: impl AsFd) -> io::Result<Option<Self>> {
        let Some((word, descriptors)) = descriptors::receive_with(offers)? else { return Ok(None) };
        Self::of(serde_json::from_slice(&word)?, descriptors).map(Some)
    }

    /// From an offer and its files.
    pub fn of(offer: Offer, descriptors: Vec<OwnedFd>) -> io::Result<Self> {
        let shape = offer.shape;
        if descriptors.len() != shape.descriptors() {
            return Err(io::Error::other("the files of a control group did not come with it"));
        }
        let mut files = descriptors.into_iter();
        let doors = files.by_ref().take(shape.doors()).collect();
        let mut next = || files.next().map(File::from).ok_or_else(|| io::Error::other("a file is missing"));
        Ok(Self {
            offer,
            doors,
            memory: next()?,
            swap: shape.swap.then(&mut next).transpose()?,
            pids: next()?,
            events: next()?,
            peak: shape.peak.then(&mut next).transpose()?,
            cpu: shape.cpu.then(&mut next).transpose()?,
            ended_before: 0,
            cpu_before: Duration::ZERO,
        })
    }

    /// Which of the engine's it is.
    pub fn number(&self) -> u64 {
        self.offer.number
    }

    /// For the process that will be the program: who writes `0` into each is in it, with all that it starts.
    pub fn take_doors(&mut self) -> Vec<OwnedFd> {
        std::mem::take(&mut self.doors)
    }

    /// Sets the limits of the run, which begins now; so does the counting.
    pub fn begin(&mut self, limits: Limits) -> io::Result<()> {
        if self.offer.limits != Some(limits) {
            self.limit(limits)?;
        }
        if let Some(peak) = &self.peak {
            // Where this cannot be, the cell is new.
            let _ = peak.write_all_at(b"0", 0);
        }
        (self.ended_before, self.cpu_before) = (self.ended(), self.used());
        Ok(())
    }

    fn limit(&self, limits: Limits) -> io::Result<()> {
        // A number that no machine has is none; version 1 knows it as -1, version 2 by a word.
        let unlimited = if self.offer.shape.second { "max" } else { "-1" };
        let bytes = if limits.memory >= 1 << 62 { unlimited.to_owned() } else { limits.memory.to_string() };
        if let Some(swap) = &self.swap {
            // Memory with swap is never less than memory alone: first away with the bound, then both anew.
            swap.write_all_at(b"-1", 0)?;
        }
        self.memory.write_all_at(bytes.as_bytes(), 0)?;
        if let Some(swap) = &self.swap {
            swap.write_all_at(bytes.as_bytes(), 0)?;
        }
        let most = if limits.pids >= 1 << 22 { "max".to_owned() } else { limits.pids.to_string() };
        self.pids.write_all_at(most.as_bytes(), 0)
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
        self.used().saturating_sub(self.cpu_before)
    }

    fn used(&self) -> Duration {
        Duration::from_micros(self.cpu.as_ref().and_then(|file| counter(file, "usage_usec")).unwrap_or(0))
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
    use crate::cgroup::Shape;

    fn file(text: &str) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn text(file: &File) -> String {
        let mut text = [0; 64];
        let count = file.read_at(&mut text, 0).unwrap();
        String::from_utf8(text[..count].to_vec()).unwrap()
    }

    #[test]
    fn limits_are_set_and_counts_begin_with_the_run() {
        let (memory, pids) = (file(""), file(""));
        let (events, cpu) =
            (file("low 0\noom 1\noom_kill 3\noom_group_kill 9\n"), file("usage_usec 500\nuser_usec 4\n"));
        let shape = Shape { second: true, swap: false, peak: true, cpu: true };
        let all = [&file(""), &memory, &pids, &events, &file("777777\n"), &cpu];
        let all: Vec<OwnedFd> = all.map(|file| file.try_clone().unwrap().into()).into();
        assert_eq!(all.len(), shape.descriptors());
        let offer = Offer { number: 7, shape, limits: None };
        let mut fence = Fence::of(offer, all).unwrap();
        assert_eq!((fence.number(), fence.take_doors().len()), (7, 1));
        fence.begin(Limits { memory: 4096, pids: u32::MAX }).unwrap();
        assert_eq!((text(&memory).as_str(), text(&pids).as_str()), ("4096", "max"));
        // Written as the kernel reads it, a plain file keeps the digits behind the reset.
        assert_eq!((fence.peak(), fence.cpu(), fence.hit()), (Some(77_777), Duration::ZERO, false));
        events.write_all_at(b"low 0\noom 1\noom_kill 4\n", 0).unwrap();
        cpu.write_all_at(b"usage_usec 900\n", 0).unwrap();
        assert!(fence.hit());
        assert_eq!(fence.cpu(), Duration::from_micros(400));
        assert!(Fence::of(offer, Vec::new()).is_err());
    }
}
