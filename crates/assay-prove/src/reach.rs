//! Reach check: the fixed arm's silence means something only if its trigger run
//! executes the changed code.
//!
//! Possible where the arms differ by a patch. The recipes `cc` and `libfuzzer` build
//! a second copy with a recorder of functions; other native builds run under a
//! tracer (`traced`); Python and JavaScript tell by their own means (`script`).
//! Elsewhere the answer is `unknown`, which never gives `control-dead`.

mod script;
mod traced;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use assay_bundle::manifest::{ArmName, HarnessKind, Input, InputContent, Manifest, Source};
use assay_sandbox::{End, Mount, Node, Spec, Stdin, Task, Tree};
use serde::{Deserialize, Serialize};

use crate::evidence::Reach;
use crate::execute::{Built, Executor};
use crate::layout::{OUT, SRC};
use crate::single::Extra;
use crate::source::{ChangedLines, Prepared};
use crate::{symbol, variable};
pub(crate) use watch::{Given, Watch};

/// The builtin that lists a build's functions.
pub const BUILTIN: &str = "assay-prove/functions";

/// Functions of one run that are resolved at most.
const MAX_FUNCTIONS: usize = 20_000;

/// Whether one arm is made from the other by a patch, so that the change is known.
#[must_use]
pub fn has_patch(manifest: &Manifest) -> bool {
    [ArmName::Vulnerable, ArmName::Fixed]
        .into_iter()
        .filter_map(|name| manifest.arms.get(name))
        .any(|arm| matches!(arm.source, Source::Patched { .. } | Source::Reversed { .. }))
}

/// Lines of the fixed arm's source that differ from the vulnerable arm's, if a patch says so.
fn changed_lines(manifest: &Manifest, vulnerable: &Prepared, fixed: &Prepared) -> Vec<ChangedLines> {
    let of = |name: ArmName| manifest.arms.get(name).map(|arm| &arm.source);
    if matches!(of(ArmName::Fixed), Some(Source::Patched { .. } | Source::Reversed { .. })) {
        return fixed.changed.clone();
    }
    // The vulnerable arm was made from the fixed one: its old lines are the fixed arm's.
    vulnerable
        .changed
        .iter()
        .map(|file| ChangedLines { path: file.path.clone(), new: file.old.clone(), old: file.new.clone() })
        .collect()
}

/// Whether the trigger inputs of the fixed arm reach the change: all of them must.
#[must_use]
pub fn check(executor: &Executor<'_>, vulnerable: &Prepared, fixed: &Prepared, arm: &Built) -> Reach {
    let changed = changed_lines(executor.manifest, vulnerable, fixed);
    let mut watches: BTreeMap<&Path, Option<Watch<'_>>> = BTreeMap::new();
    let mut all = Reach::Unknown;
    for input in &executor.manifest.inputs.trigger {
        let Some(out) = arm.out(input) else { return Reach::Unknown };
        let watch = watches.entry(out).or_insert_with(|| Watch::new(executor, &changed, arm, out));
        match watch.as_ref().map_or(Reach::Unknown, |watch| watch.ask(given(executor, arm, out, input))) {
            Reach::Reached => all = Reach::Reached,
            other => return other,
        }
    }
    all
}

/// What looks at runs of the fixed arm; none where the change is not known, or this build cannot be looked at.
#[must_use]
pub(crate) fn watch<'a>(
    executor: &'a Executor<'a>,
    vulnerable: &Prepared,
    fixed: &Prepared,
    arm: &'a Built,
) -> Option<Watch<'a>> {
    Watch::new(executor, &changed_lines(executor.manifest, vulnerable, fixed), arm, arm.outs.values().next()?)
}

/// How a run of the bundle is given an input.
fn given(executor: &Executor<'_>, arm: &Built, out: &Path, input: &Input) -> Given {
    let run = &executor.manifest.harness.run;
    let argv = match &input.content {
        InputContent::Path(path) => variable::command(run, Some(&format!("{}/{path}", crate::layout::BUNDLE)), None),
        InputContent::Args(arguments) => variable::command(run, None, Some(arguments)),
        InputContent::Program(_) => variable::command(run, None, None),
    };
    let stdin = match (executor.manifest.harness.kind, &input.content) {
        (HarnessKind::Stdin, InputContent::Path(path)) => Stdin::File(executor.bundle.join(path.as_str())),
        _ => Stdin::Empty,
    };
    Given { argv, stdin, extra: Extra { driver: executor.driver(arm, out, input), ..Extra::default() } }
}

/// A run that was cut short might have reached the change later: this copy of the
/// build has no sanitizer and is slower, so it may end where the other did not.
fn as_far_as_it_came(reach: Reach, end: &End) -> Reach {
    match (reach, end) {
        (Reach::NotReached, End::Exited(_) | End::Stopped) => Reach::NotReached,
        (Reach::NotReached, _) => Reach::Unknown,
        (other, _) => other,
    }
}

/// Where a function of the build lies, in its program and in its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Span {
    offset: u64,
    file: String,
    first: u32,
    last: u32,
    /// Code of its lines also stands elsewhere: inlined, it runs without the function being called.
    #[serde(default)]
    elsewhere: bool,
}

impl Span {
    fn touches(&self, path: &str, (start, length): (u32, u32)) -> bool {
        self.file == path && self.first <= start.saturating_add(length) && start <= self.last
    }
}

/// A function that ran and holds a changed line is enough. Only when every
/// changed place of the code that was compiled lies in functions, and none of
/// them ran, was the change not reached: tables, macros and headers are no
/// functions and tell nothing. Documents and code outside the build are no
/// part of the question.
fn judge(changed: &[ChangedLines], spans: &[Span], ran: &BTreeSet<u64>) -> Reach {
    const HEADERS: [&str; 5] = [".h", ".hh", ".hpp", ".hxx", ".inc"];
    let mut places = 0;
    let mut all_in_functions = true;
    for (file, lines) in changed.iter().flat_map(|file| file.new.iter().map(|lines| (file.path.as_str(), *lines))) {
        let compiled = spans.iter().any(|span| span.file == file);
        if !compiled && !HEADERS.iter().any(|ending| file.ends_with(ending)) {
            continue;
        }
        places += 1;
        let mut holding = spans.iter().filter(|span| span.touches(file, lines)).peekable();
        all_in_functions &= holding.peek().is_some();
        if holding.any(|span| ran.contains(&span.offset)) {
            return Reach::Reached;
        }
    }
    if places > 0 && all_in_functions { Reach::NotReached } else { Reach::Unknown }
}

/// The functions of a program that come from the arm's source.
fn spans(executor: &Executor<'_>, out: &Path, program: &str) -> Vec<Span> {
    let mut spec = Spec::of(Task::Builtin { name: BUILTIN.into(), request: program.into() });
    spec.mounts = vec![Mount::ReadOnly { host: out.to_owned(), at: OUT.into() }];
    spec.limits.cpu = Duration::from_secs(60);
    spec.limits.memory = 1 << 30;
    spec.limits.output = 64 << 20;
    let finished = executor.sandbox.run(&spec).ok().filter(|finished| finished.end == End::Exited(0));
    finished.and_then(|finished| serde_json::from_slice(&finished.stdout).ok()).unwrap_or_default()
}

/// The builtin that lists functions: inside the sandbox, with a hostile build's debug info.
///
/// # Errors
///
/// The program cannot be read, or the answer not written.
pub fn builtin(request: &[u8], out: &mut dyn Write) -> Result<(), String> {
    use object::{Object as _, ObjectSegment as _, ObjectSymbol as _};
    let program = Path::new(std::str::from_utf8(request).map_err(|error| error.to_string())?);
    let bytes = std::fs::read(program).map_err(|error| error.to_string())?;
    let file = object::File::parse(&*bytes).map_err(|error| error.to_string())?;
    // The recorder counts from the start of the program, which is 0 only in one that can be moved.
    let base = file.segments().map(|segment| segment.address()).min().unwrap_or(0);
    let functions: Vec<(u64, u64)> = file
        .symbols()
        .filter(|symbol| symbol.kind() == object::SymbolKind::Text && symbol.size() > 0)
        .map(|symbol| (symbol.address(), symbol.address().saturating_add(symbol.size() - 1)))
        .take(MAX_FUNCTIONS)
        .collect();
    let starts: Vec<u64> = functions.iter().map(|(start, _)| *start).collect();
    let ends: Vec<u64> = functions.iter().map(|(_, end)| *end).collect();
    let look_up = |offsets: &[u64]| symbol::symbolize(program, offsets).map_err(|error| error.to_string());
    let (mut spans, mut extents) = (Vec::new(), Vec::new());
    for ((start, end), addresses) in look_up(&starts)?.iter().zip(look_up(&ends)?).zip(functions) {
        // The last frame of an address is the function itself, those before it were inlined.
        let (Some(start), Some(end)) = (start.last(), end.last()) else { continue };
        let (Some(whole), Some(first), Some(last)) = (&start.file, start.line, end.line.or(start.line)) else {
            continue;
        };
        let Some(file) = relative(whole) else { continue };
        let last = last.max(first);
        extents.push(symbol::Extent { file: whole.clone(), lines: (first, last), addresses });
        spans.push(Span { offset: addresses.0.saturating_sub(base), file, first, last, elsewhere: false });
    }
    // Where that cannot be told, any of them may.
    let marks = symbol::stand_elsewhere(program, &extents).unwrap_or_else(|_| vec![true; extents.len()]);
    for (span, mark) in spans.iter_mut().zip(marks) {
        span.elsewhere = mark;
    }
    serde_json::to_writer(out, &spans).map_err(|error| error.to_string())
}

fn relative(file: &str) -> Option<String> {
    let inside = file.strip_prefix(SRC).or_else(|| file.strip_prefix("src"))?;
    inside.strip_prefix('/').map(str::to_owned)
}

/// Offsets that the recorder wrote, one a line; hostile text.
fn recorded(log: &Tree) -> BTreeSet<u64> {
    let content = log.entries.iter().find_map(|entry| match &entry.node {
        Node::File { content, .. } if entry.path == b"reach" => Some(content),
        _ => None,
    });
    let text = content.map(|content| String::from_utf8_lossy(content)).unwrap_or_default();
    text.lines().take(MAX_FUNCTIONS).filter_map(|line| u64::from_str_radix(line, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn changed(path: &str, lines: &[(u32, u32)]) -> ChangedLines {
        ChangedLines { path: path.into(), new: lines.to_vec(), old: Vec::new() }
    }

    fn span(offset: u64, first: u32, last: u32) -> Span {
        Span { offset, file: "a.c".into(), first, last, elsewhere: false }
    }

    #[test]
    fn a_change_is_reached_when_a_function_that_holds_it_ran() {
        let spans = [span(1, 10, 20), span(2, 30, 40)];
        let ran = |offsets: &[u64]| offsets.iter().copied().collect::<BTreeSet<u64>>();
        assert_eq!(judge(&[changed("a.c", &[(12, 3)])], &spans, &ran(&[1])), Reach::Reached);
        assert_eq!(judge(&[changed("a.c", &[(12, 3)])], &spans, &ran(&[2])), Reach::NotReached);
        assert_eq!(judge(&[changed("a.c", &[(12, 3), (31, 1)])], &spans, &ran(&[2])), Reach::Reached);
        assert_eq!(judge(&[changed("a.c", &[(12, 3), (25, 1)])], &spans, &ran(&[2])), Reach::Unknown, "a table");
        assert_eq!(judge(&[changed("a.h", &[(1, 1)])], &spans, &ran(&[2])), Reach::Unknown, "a header");
        assert_eq!(judge(&[changed("NEWS", &[(1, 1)])], &spans, &ran(&[2])), Reach::Unknown, "nothing of the build");
        let with_news = [changed("NEWS", &[(1, 1)]), changed("a.c", &[(12, 1)])];
        assert_eq!(judge(&with_news, &spans, &ran(&[2])), Reach::NotReached, "a document excuses nothing");
    }

    #[test]
    fn a_run_that_was_cut_short_says_only_what_it_reached() {
        for end in [End::CpuLimit, End::MemoryLimit, End::Signaled(11), End::NotStarted("no".into())] {
            assert_eq!(as_far_as_it_came(Reach::NotReached, &end), Reach::Unknown, "{end:?}");
            assert_eq!(as_far_as_it_came(Reach::Reached, &end), Reach::Reached, "{end:?}");
        }
        assert_eq!(as_far_as_it_came(Reach::NotReached, &End::Exited(1)), Reach::NotReached);
    }

    #[test]
    fn functions_are_counted_from_the_start_of_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("src");
        std::fs::create_dir(&source).unwrap();
        std::fs::write(source.join("a.c"), "int main(void)\n{\n    return 0;\n}\n").unwrap();
        let mut seen = Vec::new();
        for kind in ["-pie", "-no-pie"] {
            let program = folder.path().join(kind);
            let compiled = std::process::Command::new("cc")
                .arg(format!("-fdebug-prefix-map={}=/bundle", folder.path().display()))
                .args(["-g", kind, "src/a.c", "-o"])
                .arg(&program)
                .current_dir(folder.path())
                .status();
            if !compiled.is_ok_and(|status| status.success()) {
                eprintln!("skipped: no C compiler makes a program with {kind}");
                return;
            }
            let mut out = Vec::new();
            builtin(program.to_str().unwrap().as_bytes(), &mut out).unwrap();
            let spans: Vec<Span> = serde_json::from_slice(&out).unwrap();
            seen.push(spans);
        }
        for spans in seen {
            let [main] = spans.as_slice() else { panic!("{spans:?}") };
            assert_eq!((main.file.as_str(), main.first), ("a.c", 2));
            assert!(main.offset < 0x10_0000, "{spans:?}");
        }
    }

    #[test]
    fn paths_of_debug_info_are_made_relative_to_the_source() {
        assert_eq!(relative("/bundle/src/lib/a.c").as_deref(), Some("lib/a.c"));
        assert_eq!(relative("src/a.c").as_deref(), Some("a.c"));
        assert_eq!(relative("/bundle/srcs/a.c"), None);
        assert_eq!(relative("/usr/include/stdio.h"), None);
    }
}
