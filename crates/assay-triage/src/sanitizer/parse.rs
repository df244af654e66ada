//! A log, line by line.

use super::frame::{digits, file_and_line, frame};
use super::{Access, Frame, Leak, MAX_FRAMES, MAX_LEAKS, MAX_LOG, MAX_REPORTS, Report, Stacks, Tool, kind};

/// Bytes of one line that are looked at.
const MAX_LINE: usize = 16 << 10;

/// Which stack the frames that follow belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Into {
    Access,
    Freed,
    Allocated,
    /// The last leak.
    Leak,
    /// A stack of no interest, or none.
    Nothing,
}

/// The reports of a log, in order. Empty if there is none: a log that is not a
/// sanitizer's, or one that was cut before the first report.
#[must_use]
pub fn reports(log: &[u8]) -> Vec<Report> {
    let mut reader = Reader { reports: Vec::new(), into: Into::Nothing };
    for line in log[..log.len().min(MAX_LOG)].split(|&b| b == b'\n') {
        let line = String::from_utf8_lossy(&line[..line.len().min(MAX_LINE)]);
        reader.line(line.trim_end());
        if reader.reports.len() > MAX_REPORTS {
            break;
        }
    }
    reader.reports.truncate(MAX_REPORTS);
    for report in &mut reader.reports {
        if let Some(first) = report.leaks.first() {
            report.stacks.allocated = first.allocated.clone();
        }
    }
    reader.reports
}

struct Reader {
    reports: Vec<Report>,
    into: Into,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if let Some(frame) = frame(line) {
            self.frame(frame);
        } else if let Some((pid, rest)) = addressed(line) {
            self.addressed(pid, rest);
        } else if let Some((place, message)) = line.split_once(": runtime error: ").filter(|(p, _)| !p.starts_with(' '))
        {
            self.check(place, message);
        } else if let Some((direct, rest)) = leak(line) {
            self.leaked(direct, rest);
        } else {
            self.detail(line);
        }
    }

    fn start(&mut self, tool: Tool, kind: String, pid: Option<i32>) -> Option<&mut Report> {
        self.into = Into::Access;
        self.reports.push(Report {
            tool,
            kind,
            access: None,
            size: None,
            pid,
            place: None,
            stacks: Stacks::default(),
            leaks: Vec::new(),
            fatal_lsan: false,
        });
        self.reports.last_mut()
    }

    /// `==PID==...`
    fn addressed(&mut self, pid: Option<i32>, rest: &str) {
        const TOOLS: [(&str, Tool); 4] = [
            ("AddressSanitizer", Tool::Asan),
            ("UndefinedBehaviorSanitizer", Tool::Ubsan),
            ("LeakSanitizer", Tool::Lsan),
            ("MemorySanitizer", Tool::Msan),
        ];
        if rest.starts_with("LeakSanitizer has encountered a fatal error") {
            if let Some(report) = self.start(Tool::Lsan, "fatal-error".to_owned(), pid) {
                report.fatal_lsan = true;
            }
            self.into = Into::Nothing;
            return;
        }
        if let Some(cause) = rest.strip_prefix("The signal is caused by a ") {
            let access = match cause.split(' ').next() {
                Some("READ") => Some(Access::Read),
                Some("WRITE") => Some(Access::Write),
                _ => None,
            };
            if let Some(report) = self.reports.last_mut() {
                report.access = report.access.or(access);
            }
            return;
        }
        let Some(said) = ["ERROR: ", "WARNING: "].iter().find_map(|level| rest.strip_prefix(level)) else { return };
        let Some((tool, sentence)) = TOOLS.iter().find_map(|(name, tool)| Some((*tool, said.strip_prefix(name)?)))
        else {
            return;
        };
        // Old runtimes leave the colon out.
        let sentence = sentence.trim_start_matches(':').trim_start();
        if tool == Tool::Lsan && sentence.starts_with("detected memory leaks") {
            self.start(tool, "memory-leak".to_owned(), pid);
            self.into = Into::Nothing;
            return;
        }
        self.start(tool, kind::of_header(sentence), pid);
    }

    /// `a.c:3:5: runtime error: ...`
    fn check(&mut self, place: &str, message: &str) {
        let access = match message {
            m if m.starts_with("load of") => Some(Access::Read),
            m if m.starts_with("store to") => Some(Access::Write),
            _ => None,
        };
        let kind = kind::of_check(message).to_owned();
        if let Some(report) = self.start(Tool::Ubsan, kind, None) {
            report.access = access;
            report.place = match file_and_line(place) {
                (file, Some(line)) if !file.is_empty() && file != "<unknown>" && file.len() <= 4096 => {
                    Some((file.to_owned(), line))
                }
                _ => None,
            };
        }
    }

    /// `Direct leak of 33 byte(s) in 1 object(s) allocated from:`
    fn leaked(&mut self, direct: bool, rest: &str) {
        let Some(report) = self.reports.last_mut().filter(|report| report.tool == Tool::Lsan) else { return };
        let size = rest.split(' ').next().and_then(|n| n.parse().ok());
        if report.leaks.is_empty() {
            report.size = size;
        }
        if report.leaks.len() < MAX_LEAKS {
            report.leaks.push(Leak { direct, size, allocated: Vec::new() });
            self.into = Into::Leak;
        } else {
            self.into = Into::Nothing;
        }
    }

    /// A line inside a report.
    fn detail(&mut self, line: &str) {
        let Some(report) = self.reports.last_mut() else { return };
        let started = match self.into {
            Into::Access => !report.stacks.access.is_empty(),
            Into::Freed => !report.stacks.freed.is_empty(),
            Into::Allocated => !report.stacks.allocated.is_empty(),
            Into::Leak => report.leaks.last().is_some_and(|leak| !leak.allocated.is_empty()),
            Into::Nothing => false,
        };
        if started {
            self.into = Into::Nothing;
        }
        let line = line.trim_start();
        for (word, access) in [("READ of size ", Access::Read), ("WRITE of size ", Access::Write)] {
            // The second access of a report on two of them is not the faulty one.
            if let Some(rest) = line.strip_prefix(word).filter(|_| report.access.is_none()) {
                report.access = Some(access);
                report.size = rest.split(' ').next().and_then(|n| n.parse().ok());
            }
        }
        let allocated = line.starts_with("allocated by thread")
            || line.starts_with("previously allocated by thread")
            || line.starts_with("Uninitialized value was created by");
        if line.starts_with("freed by thread") {
            self.into = Into::Freed;
        } else if allocated && report.stacks.allocated.is_empty() {
            self.into = Into::Allocated;
        } else if allocated
            || line.contains(" is located ")
            || line.starts_with("Thread T")
            || line.starts_with("Uninitialized value was stored")
            || line.starts_with("SUMMARY: ")
            || line.ends_with("created by:")
            || line.ends_with(" here:")
        {
            self.into = Into::Nothing;
        }
    }

    fn frame(&mut self, frame: Frame) {
        let Some(report) = self.reports.last_mut() else { return };
        let stack = match (self.into, report.leaks.last_mut()) {
            (Into::Access, _) => &mut report.stacks.access,
            (Into::Freed, _) => &mut report.stacks.freed,
            (Into::Allocated, _) => &mut report.stacks.allocated,
            (Into::Leak, Some(leak)) => &mut leak.allocated,
            (Into::Leak, None) | (Into::Nothing, _) => return,
        };
        // A number that does not grow starts another stack, which nothing announced.
        if stack.last().is_some_and(|last| frame.number < last.number) {
            self.into = Into::Nothing;
        } else if stack.len() < MAX_FRAMES {
            stack.push(frame);
        }
    }
}

/// `==123==TEXT` or `==123== TEXT`.
fn addressed(line: &str) -> Option<(Option<i32>, &str)> {
    let (pid, rest) = line.trim_start().strip_prefix("==")?.split_once("==")?;
    let pid = digits(pid.trim())?;
    Some((i32::try_from(pid).ok(), rest.trim_start()))
}

/// Whether a leak is direct, and what its line goes on with.
fn leak(line: &str) -> Option<(bool, &str)> {
    let line = line.trim_start();
    let direct = line.strip_prefix("Direct leak of ").map(|rest| (true, rest));
    direct.or_else(|| line.strip_prefix("Indirect leak of ").map(|rest| (false, rest)))
}
