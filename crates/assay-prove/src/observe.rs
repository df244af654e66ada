//! From what a run wrote to what an oracle can judge: reports parsed as hostile
//! text, frames resolved by module and offset from files the program cannot touch.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use assay_bundle::manifest::Access;
use assay_sandbox::{End, Mount, Node, Sandbox, Spec, Task, Tree};
use assay_triage::sanitizer;
use serde::{Deserialize, Serialize};

use crate::hook::{self, HookLog};
use crate::layout::OUT;
use crate::oracle::{Frame, Leak, LogFile, Report, end_words};
use crate::second::log as guard;
use crate::symbol::{self, SourceFrame};

/// The builtin that reads debug info of a hostile build.
pub const BUILTIN: &str = "assay-prove/symbols";

/// Frames of one leak that are looked up.
const MAX_LEAK_FRAMES: usize = 32;

/// Bytes of one log that are read.
const MAX_LOG: usize = 1 << 20;

/// The files of a log folder, split into what sanitizers and guards, and what hooks wrote.
#[must_use]
pub fn logs(tree: &Tree) -> (Vec<RawLog>, Vec<HookLog>) {
    let mut raw = Vec::new();
    let mut hooks = Vec::new();
    for entry in &tree.entries {
        let Node::File { content, .. } = &entry.node else { continue };
        let name = String::from_utf8_lossy(&entry.path).into_owned();
        let content = content.get(..MAX_LOG).unwrap_or(content);
        match hook::read(&name, content) {
            Some(log) => hooks.push(log),
            None => {
                // Several reports in one file count as several: at most one can be genuine.
                // A leak check that gave up has reported nothing; its words stay in the text.
                let found = sanitizer::reports(content).into_iter().filter(|report| !report.fatal_lsan);
                let mut reports = found.map(Some).collect::<Vec<_>>();
                if guard::is_log(&name) {
                    reports = guard::report(content).map(Some).into_iter().collect();
                }
                if reports.is_empty() {
                    reports.push(None);
                }
                // The text is kept once: a megabyte for each of many reports would be the runner's own memory.
                let mut text = content.to_vec();
                for report in reports {
                    raw.push(RawLog { report, name: name.clone(), content: std::mem::take(&mut text) });
                }
            }
        }
    }
    (raw, hooks)
}

/// A log whose frames are not resolved yet.
#[derive(Debug, Clone)]
pub struct RawLog {
    name: String,
    content: Vec<u8>,
    report: Option<sanitizer::Report>,
}

impl RawLog {
    /// Whether it holds a sanitizer's report.
    #[must_use]
    pub fn is_report(&self) -> bool {
        self.report.is_some()
    }
}

/// Resolves frames of one arm's build, each address once.
#[derive(Debug, Default)]
pub struct Resolver {
    known: BTreeMap<(String, u64), Vec<SourceFrame>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    lookups: Vec<(String, Vec<u64>)>,
}

impl Resolver {
    /// Turns raw logs into what an oracle reads. Frames without debug info stay without a name.
    ///
    /// # Errors
    ///
    /// Why nothing could be looked up, in words: then the run is no evidence, since
    /// frames without names would make another crash of it.
    pub fn resolve(&mut self, sandbox: &dyn Sandbox, out: &Path, logs: Vec<RawLog>) -> Result<Vec<LogFile>, String> {
        let mut wanted: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        let reports = logs.iter().filter_map(|log| log.report.as_ref());
        // Of several none is believed, so none is worth the work of reading its frames.
        let alone = reports.clone().count() == 1;
        for report in reports.filter(|_| alone) {
            for frame in stacks(report) {
                let Some((module, offset)) = in_build(frame) else { continue };
                if !self.known.contains_key(&(module.clone(), offset)) {
                    wanted.entry(module).or_default().insert(offset);
                }
            }
        }
        if !wanted.is_empty() {
            self.look_up(sandbox, out, wanted)?;
        }
        let logs = logs.into_iter().map(|log| LogFile {
            report: log.report.map(|report| self.report(&report)),
            name: log.name,
            content: log.content,
        });
        Ok(logs.collect())
    }

    fn look_up(
        &mut self,
        sandbox: &dyn Sandbox,
        out: &Path,
        wanted: BTreeMap<String, BTreeSet<u64>>,
    ) -> Result<(), String> {
        let lookups: Vec<(String, Vec<u64>)> =
            wanted.into_iter().map(|(module, offsets)| (module, offsets.into_iter().collect())).collect();
        let answers = ask(sandbox, out, &Request { lookups: lookups.clone() })
            .map_err(|why| format!("the frames of the report could not be looked up: {why}"))?;
        for ((module, offsets), answer) in lookups.into_iter().zip(answers) {
            for (offset, frames) in offsets.into_iter().zip(answer) {
                self.known.insert((module.clone(), offset), frames);
            }
        }
        Ok(())
    }

    fn report(&self, report: &sanitizer::Report) -> Report {
        Report {
            kind: report.kind.clone(),
            pid: report.pid,
            access: report.access.map(|access| match access {
                sanitizer::Access::Read => Access::Read,
                sanitizer::Access::Write => Access::Write,
            }),
            access_stack: self.stack(&report.stacks.access),
            freed_stack: self.stack(&report.stacks.freed),
            allocated_stack: self.stack(&report.stacks.allocated),
            leaks: report
                .leaks
                .iter()
                .map(|leak| Leak { size: leak.size, allocated: self.stack(deepest(&leak.allocated)) })
                .collect(),
        }
    }

    fn stack(&self, frames: &[sanitizer::Frame]) -> Vec<Frame> {
        let mut stack = Vec::new();
        for frame in frames {
            let resolved = in_build(frame).and_then(|key| self.known.get(&key));
            match resolved {
                Some(inlined) if !inlined.is_empty() => {
                    stack.extend(inlined.iter().map(|frame| Frame {
                        function: frame.function.as_deref().map(assay_triage::name::normalise),
                        file: frame.file.clone(),
                    }));
                }
                // What the report itself says of names is the program's word: left out.
                _ => stack.push(Frame::default()),
            }
        }
        stack
    }
}

fn stacks(report: &sanitizer::Report) -> impl Iterator<Item = &sanitizer::Frame> {
    let stacks = &report.stacks;
    let lost = report.leaks.iter().flat_map(|leak| deepest(&leak.allocated));
    stacks.access.iter().chain(&stacks.freed).chain(&stacks.allocated).chain(lost)
}

/// The innermost frames of a leak's stack: a runtime keeps thirty, and a forged report may hold many more.
fn deepest(stack: &[sanitizer::Frame]) -> &[sanitizer::Frame] {
    stack.get(..MAX_LEAK_FRAMES).unwrap_or(stack)
}

/// Module and offset of a frame that lies in the build; others are the system's.
fn in_build(frame: &sanitizer::Frame) -> Option<(String, u64)> {
    let module = frame.module.as_deref()?;
    let inside = module.strip_prefix(OUT)?.starts_with('/') && !module.contains("/../");
    inside.then_some(())?;
    Some((module.to_owned(), frame.offset?))
}

fn ask(sandbox: &dyn Sandbox, out: &Path, request: &Request) -> Result<Vec<Vec<Vec<SourceFrame>>>, String> {
    let request = serde_json::to_vec(request).map_err(|error| error.to_string())?;
    let mut spec = Spec::of(Task::Builtin { name: BUILTIN.into(), request });
    spec.mounts = vec![Mount::ReadOnly { host: out.to_owned(), at: OUT.into() }];
    spec.limits.cpu = Duration::from_secs(60);
    spec.limits.wall = Duration::from_secs(300);
    spec.limits.memory = 1 << 30;
    spec.limits.output = 16 << 20;
    let finished = sandbox.run(&spec).map_err(|error| error.to_string())?;
    if finished.end != End::Exited(0) {
        return Err(end_words(&finished.end));
    }
    serde_json::from_slice(&finished.stdout).map_err(|error| error.to_string())
}

/// The builtin: inside the sandbox, with debug info that a hostile build wrote.
///
/// # Errors
///
/// The request cannot be read, or the answer not written. A file without
/// readable debug info gives no frames.
pub fn builtin(request: &[u8], out: &mut dyn Write) -> Result<(), String> {
    let request: Request = serde_json::from_slice(request).map_err(|error| error.to_string())?;
    let answers: Vec<Vec<Vec<SourceFrame>>> = request
        .lookups
        .iter()
        .map(|(module, offsets)| {
            symbol::symbolize(Path::new(module), offsets).unwrap_or_else(|_| vec![Vec::new(); offsets.len()])
        })
        .collect();
    serde_json::to_writer(out, &answers).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use assay_sandbox::{Finished, Layers, SandboxError, Usage};

    use super::*;

    /// A sandbox in which every run ends in the same way.
    struct Ending(End, Layers);

    fn ending(end: End) -> Ending {
        let (layers, proofs) = (BTreeMap::new(), BTreeMap::new());
        Ending(
            end,
            Layers {
                engine: "test".into(),
                tier: assay_sandbox::Tier::P,
                kernel: "0".into(),
                landlock_abi: 1,
                layers,
                proofs,
            },
        )
    }

    impl Sandbox for Ending {
        fn run(&self, _spec: &Spec) -> Result<Finished, SandboxError> {
            let (stdout, stderr, trees) = (b"[]".to_vec(), Vec::new(), Vec::new());
            Ok(Finished { end: self.0.clone(), usage: Usage::default(), stdout, stderr, trees, pid: 2 })
        }

        fn layers(&self) -> &Layers {
            &self.1
        }
    }

    #[test]
    fn a_report_whose_frames_could_not_be_looked_up_is_no_evidence() {
        let text = b"==2==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000011\n\
                     READ of size 1 at 0x602000000011 thread T0\n    #0 0x55d0c0001234  (/out/harness+0x1234)\n";
        let content = text.to_vec();
        let node = Node::File { content, executable: false };
        let entries = vec![assay_sandbox::TreeEntry { path: b"report.2".to_vec(), node }];
        let (raw, _) = logs(&Tree { entries, truncated: false });
        assert!(raw.iter().all(RawLog::is_report) && raw.len() == 1);
        let short = ending(End::MemoryLimit);
        let mut resolver = Resolver::default();
        assert!(resolver.resolve(&short, Path::new("/"), raw.clone()).unwrap_err().contains("memory"));
        let works = ending(End::Exited(0));
        assert_eq!(resolver.resolve(&works, Path::new("/"), raw).unwrap().len(), 1, "the next run is looked up anew");
    }
}
