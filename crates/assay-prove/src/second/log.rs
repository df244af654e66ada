//! What a preloaded heap (`guard.c`, `heap.c`) writes: that it was loaded, what
//! lay at an address that faulted and which frames led there, what was held at
//! the end. The program can write there too, so it is read as hostile text.

use assay_triage::sanitizer::{Frame, Report, Stacks, Tool};

/// Frames that are read; the library writes no more.
const MAX_FRAMES: usize = 64;
/// Lines that are read.
const MAX_LINES: usize = 80;

/// One process's log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Log {
    /// What lay at the address: `guard`, `freed`, `null`; `overrun` for a mark that was written over.
    pub fault: Option<String>,
    /// Where the program was, innermost first: module and offset.
    pub frames: Vec<(String, u64)>,
    /// Blocks held at a normal end.
    pub held: Option<Held>,
}

/// Blocks of the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Held {
    /// At the end.
    pub now: u64,
    /// At most at once.
    pub most: u64,
}

/// The log's name for this process.
pub(crate) fn name(pid: i32) -> String {
    format!("guard.{pid}")
}

/// Whether a file of the log folder is such a log.
pub(crate) fn is_log(name: &str) -> bool {
    name.starts_with("guard.")
}

/// Reads a log; none where it is not what the library writes, line by line.
pub(crate) fn read(content: &[u8]) -> Option<Log> {
    let mut lines = std::str::from_utf8(content).ok()?.lines();
    (lines.next()? == "loaded").then_some(())?;
    let mut log = Log::default();
    for (number, line) in lines.enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            _ if number >= MAX_LINES || log.held.is_some() => return None,
            ["held", now, most] if log.fault.is_none() => {
                log.held = Some(Held { now: now.parse().ok()?, most: most.parse().ok()? });
            }
            ["at", offset, ..] if log.fault.is_some() && log.frames.len() < MAX_FRAMES => {
                let module = line.get("at ".len() + offset.len() + 1..)?;
                log.frames.push((module.to_owned(), u64::from_str_radix(offset, 16).ok()?));
            }
            [fault] if log.fault.is_none() && is_word(fault) => log.fault = Some((*fault).to_owned()),
            _ => return None,
        }
    }
    Some(log)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 16 && text.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

/// The frames of a fault as a report whose names are looked up like a sanitizer's.
pub(crate) fn report(content: &[u8]) -> Option<Report> {
    let log = read(content)?;
    let kind = log.fault.filter(|_| !log.frames.is_empty())?;
    let frames = log.frames.into_iter().zip(0..).map(|((module, offset), number)| Frame {
        number,
        module: Some(module),
        offset: Some(offset),
        ..Frame::default()
    });
    Some(Report {
        tool: Tool::Asan,
        kind,
        access: None,
        size: None,
        pid: None,
        place: None,
        stacks: Stacks { access: frames.collect(), ..Stacks::default() },
        leaks: Vec::new(),
        fatal_lsan: false,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_the_library_writes_is_read() {
        assert_eq!(read(b"loaded\n").unwrap(), Log::default());
        let held = read(b"loaded\nheld 3 17\n").unwrap();
        assert_eq!(held.held, Some(Held { now: 3, most: 17 }));
        let fault = read(b"loaded\nfreed\nat 11f3 /out/harness\nat 3c04f /lib/a b.so\n").unwrap();
        assert_eq!(fault.fault.as_deref(), Some("freed"));
        assert_eq!(fault.frames, [("/out/harness".to_owned(), 0x11f3), ("/lib/a b.so".to_owned(), 0x3c04f)]);
        let report = report(b"loaded\nguard\nat 11e7 /out/harness\n").unwrap();
        assert_eq!(report.stacks.access[0].offset, Some(0x11e7));
    }

    #[test]
    fn anything_else_is_not() {
        for text in [
            "",
            "guard\n",
            "loaded\nguard\nguard\n",
            "loaded\nGuard\n",
            "loaded\nat 1 /out/harness\n",
            "loaded\nguard\nheld 1 1\n",
            "loaded\nheld 1 1\nheld 0 1\n",
            "loaded\nheld 1 1\nguard\n",
            "loaded\nheld -1 1\n",
            "loaded\nguard\nat xyz /out/harness\n",
            "loaded\nguard\nat\n",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(report(b"loaded\nheld 0 1\n"), None);
        assert_eq!(report(b"loaded\nguard\n"), None, "a fault without frames has no place");
        assert_eq!(read(format!("loaded\nguard\n{}", "at 1 /x\n".repeat(100)).as_bytes()), None);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]
        #[test]
        fn no_log_breaks_it(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), text in "(loaded\n)?((at|held|guard) ?[ 0-9a-f/]{0,12}\n){0,6}") {
            let _ = report(&bytes);
            if let Some(log) = read(text.as_bytes()) {
                proptest::prop_assert!(log.held.is_none() || log.fault.is_none());
            }
        }
    }
}
