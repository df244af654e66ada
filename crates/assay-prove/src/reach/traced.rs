//! Reach check for native builds that the runner does not compile file by file:
//! the program of the fixed version itself, under a tracer that stops it once at
//! each function that holds a changed line. Nothing is built again, so what is
//! looked at is what was judged.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use assay_bundle::manifest::Recipe;
use assay_sandbox::{Collect, End, Into as Destination, Mount, Node, Spec, Task, Tree};

use super::watch::Ran;
use super::{MAX_FUNCTIONS, Span, spans};
use crate::evidence::Reach;
use crate::execute::Executor;
use crate::layout::{HOOK, OUT, SCRATCH};
use crate::recipe::{self, Step};
use crate::source::ChangedLines;
use crate::work::write_readable;

const SOURCE: &str = include_str!("tracer.c");
/// The tracer's name in its folder.
pub(super) const TRACER: &str = "tracer";

/// Programs and libraries of a build that are looked through.
const MAX_MODULES: usize = 16;
/// Functions at which the program is stopped.
const MAX_STOPS: usize = 512;

/// What a traced run is to look for.
pub(super) struct Plan {
    /// All functions of the build's modules that come from the source, under numbers of this check.
    spans: Vec<Span>,
    /// Module, offset and number of each function at which to stop.
    stops: Vec<(String, u64, u64)>,
    /// Some of them could run without being stopped at, so that not to be seen says nothing.
    blind: bool,
}

impl Plan {
    /// The functions of the changed lines in what was built; none where the tracer has nothing to do.
    pub fn of(executor: &Executor<'_>, out: &Path, changed: &[ChangedLines]) -> Option<Self> {
        let native = matches!(
            executor.manifest.build.as_ref()?.recipe,
            Recipe::Cargo | Recipe::Make | Recipe::Autotools | Recipe::Cmake | Recipe::Meson | Recipe::Debian
        );
        if !native {
            return None;
        }
        let mut plan = Self { spans: Vec::new(), stops: Vec::new(), blind: false };
        for module in modules(out) {
            for span in spans(executor, out, &module).into_iter().take(MAX_FUNCTIONS) {
                let number = plan.spans.len() as u64;
                let holds = changed.iter().any(|file| file.new.iter().any(|lines| span.touches(&file.path, *lines)));
                if holds && plan.stops.len() < MAX_STOPS {
                    plan.stops.push((module.clone(), span.offset, number));
                    plan.blind |= span.elsewhere;
                } else {
                    plan.blind |= holds;
                }
                plan.spans.push(Span { offset: number, ..span });
            }
        }
        (!plan.stops.is_empty()).then_some(plan)
    }

    /// What a judgement is worth: code that was inlined runs unseen.
    pub fn as_far_as_it_sees(&self, reach: Reach) -> Reach {
        if self.blind && reach == Reach::NotReached { Reach::Unknown } else { reach }
    }

    /// The tracer before the command.
    pub fn command(&self, argv: Vec<String>) -> Vec<String> {
        let stops = self.stops.iter().map(|(module, offset, _)| format!("{module}:{offset:x}"));
        let tracer = [format!("{HOOK}/{TRACER}")].into_iter();
        tracer.chain(stops).chain(["--".to_owned()]).chain(argv).collect()
    }

    /// What the tracer told; hostile text. Without its first word nothing is known.
    pub fn ran(&self, log: &Tree) -> Option<Ran> {
        let content = log.entries.iter().find_map(|entry| match &entry.node {
            Node::File { content, .. } if entry.path == b"reach" => Some(content),
            _ => None,
        })?;
        let text = String::from_utf8_lossy(content);
        let mut lines = text.lines();
        if lines.next() != Some("entry") {
            return None;
        }
        let reached = lines.take(2 * MAX_STOPS).filter_map(|line| line.parse::<usize>().ok());
        let offsets: BTreeSet<u64> =
            reached.filter_map(|index| self.stops.get(index)).map(|(_, _, number)| *number).collect();
        Some(Ran { spans: self.spans.clone(), offsets })
    }
}

/// ELF files directly in `$OUT`, by their names in the sandbox.
fn modules(out: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(out)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()) && is_elf(&entry.path()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.contains([':', '\n']))
        .collect();
    names.sort_unstable();
    names.truncate(MAX_MODULES);
    names.iter().map(|name| format!("{OUT}/{name}")).collect()
}

fn is_elf(path: &Path) -> bool {
    let mut start = [0_u8; 4];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"\x7fELF"
}

/// Compiles the tracer into this folder, in the sandbox.
pub(super) fn compile(executor: &Executor<'_>, folder: &Path) -> Option<()> {
    let clang = executor.manifest.toolchain.iter().any(|tool| tool == "clang");
    let compiler = if clang { "clang" } else { "cc" };
    let made = format!("{OUT}/{TRACER}");
    let argv = [compiler, "-O1", "tracer.c", "-o", &made].map(str::to_owned).into();
    let steps = vec![
        Step::WriteFile { to: format!("{SCRATCH}/tracer.c").into(), content: SOURCE.into() },
        Step::Run { argv, cwd: SCRATCH.into(), env: Vec::new() },
    ];
    let env = recipe::common_env(&executor.toolchain.path_variable());
    let request = serde_json::to_vec(&recipe::Request { steps, env }).ok()?;
    let mut spec = Spec::of(Task::Builtin { name: recipe::BUILTIN.into(), request });
    spec.mounts.clone_from(&executor.toolchain.mounts);
    spec.mounts.push(Mount::Scratch { at: SCRATCH.into(), size: 16 << 20 });
    spec.mounts.push(Mount::Scratch { at: OUT.into(), size: 16 << 20 });
    spec.limits.cpu = Duration::from_secs(60);
    let into = Destination::Folder(folder.to_owned());
    spec.collect = vec![Collect { from: OUT.into(), into, max_bytes: 16 << 20, max_entries: 4 }];
    let finished = executor.sandbox.run(&spec).ok()?;
    if finished.end != End::Exited(0) {
        return None;
    }
    let bytes = fs::read(folder.join(TRACER)).ok()?;
    write_readable(folder, TRACER, &bytes, true).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use assay_sandbox::TreeEntry;

    use super::*;

    #[test]
    fn only_stops_that_were_set_count() {
        let span = |offset| Span { offset, file: "a.c".into(), first: 1, last: 9, elsewhere: false };
        let plan = Plan { spans: vec![span(0), span(1)], stops: vec![("/out/x".into(), 0x10, 1)], blind: false };
        assert_eq!(plan.command(vec!["/out/x".into()]), ["/hook/tracer", "/out/x:10", "--", "/out/x"]);
        let ran = |text: &str| {
            let node = Node::File { content: text.as_bytes().to_vec(), executable: false };
            let tree = Tree { entries: vec![TreeEntry { path: b"reach".to_vec(), node }], truncated: false };
            plan.ran(&tree).map(|ran| ran.offsets.into_iter().collect::<Vec<_>>())
        };
        assert_eq!(ran("entry\n0\n").unwrap(), [1]);
        assert_eq!(ran("entry\n7\n-1\nx\n").unwrap(), [0_u64; 0], "numbers of nothing");
        assert_eq!(ran("0\n"), None, "it never began");
        assert_eq!(ran(""), None);
        let blind = Plan { blind: true, ..plan };
        assert_eq!(blind.as_far_as_it_sees(Reach::NotReached), Reach::Unknown);
        assert_eq!(blind.as_far_as_it_sees(Reach::Reached), Reach::Reached);
    }
}
