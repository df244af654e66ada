#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::*;

/// Runs a program under the hooks, outside any sandbox, and reads its log.
/// `None` if the machine has no such interpreter.
fn run(interpreter: &str, name: &str, program: &str) -> Option<(HookLog, Option<i32>)> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, content) in FILES {
        std::fs::create_dir_all(path(name).parent().unwrap()).unwrap();
        std::fs::write(path(name), content).unwrap();
    }
    std::fs::write(path(name), program).unwrap();
    let mut command = Command::new(interpreter);
    command
        .arg(path(name))
        .env("PYTHONPATH", folder.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NODE_OPTIONS", format!("--require={}", path(NODE).display()))
        .env("ASSAY_LOG", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let pid = child.id();
    let status = child.wait().unwrap();
    let log = format!("exception.{pid}");
    let content = std::fs::read(Path::new(&path(&log))).unwrap();
    Some((read(&log, &content).unwrap(), status.code()))
}

/// The class and its base classes.
fn classes(record: &Record) -> Vec<&str> {
    let bases = record.exception.bases.iter().map(String::as_str);
    std::iter::once(record.exception.kind.as_str()).chain(bases).collect()
}

#[test]
fn python_writes_its_exception_down() {
    let program = "
class Odd(ValueError):
    pass
class Tree:
    def walk(self):
        raise Odd('no')
Tree().walk()
";
    let Some((log, status)) = run("python3", "harness.py", program) else {
        return;
    };
    assert_eq!((log.broken, status), (None, Some(1)));
    let [record] = log.records.as_slice() else {
        panic!("one record");
    };
    assert_eq!(classes(record)[..3], ["__main__.Odd", "ValueError", "Exception"]);
    let frame = record.exception.innermost().unwrap();
    assert!(frame.function.as_deref().unwrap().ends_with("walk"));
    assert!(frame.file.ends_with("/harness.py"));
    assert_eq!(record.exception.frames.len(), 2);
}

#[test]
fn python_survives_a_deep_recursion_and_a_small_stack() {
    for limit in [60, 1000, 20_000] {
        let program =
            format!("import sys\nsys.setrecursionlimit({limit})\ndef deep(n):\n    return deep(n + 1)\ndeep(0)\n");
        let Some((log, _)) = run("python3", "harness.py", &program) else {
            return;
        };
        assert_eq!(log.records.len(), 1, "{limit}");
        let exception = &log.records[0].exception;
        assert_eq!(exception.kind, "RecursionError");
        assert!(exception.frames.len() <= 64);
        assert_eq!(exception.innermost().unwrap().function.as_deref(), Some("deep"));
    }
}

#[test]
fn python_tells_threads_and_children_apart() {
    let program = "
import os, threading
def fail():
    raise KeyError('thread')
thread = threading.Thread(target=fail)
thread.start()
thread.join()
if os.fork() == 0:
    raise ValueError('child')
os.wait()
";
    let Some((log, status)) = run("python3", "harness.py", program) else {
        return;
    };
    assert_eq!(status, Some(0));
    assert_eq!(log.records.len(), 1, "the child's is in a log of its own");
    assert!(log.records[0].thread);
}

#[test]
fn a_forged_call_site_is_no_frame() {
    let program = "
const site = { getFunctionName: () => 'f', getFileName: () => '/bundle/src/x.js', getLineNumber: () => 2, isEval: () => false };
const hook = Error.prepareStackTrace;
Error.prepareStackTrace = (error) => hook(error, [site]);
throw new TypeError('forged');
";
    let Some((log, _)) = run("node", "harness.js", program) else {
        return;
    };
    let [record] = log.records.as_slice() else {
        panic!("one record");
    };
    assert_eq!(record.exception.kind, "TypeError");
    assert!(record.exception.frames.iter().all(|frame| frame.file == "<native>"), "{:?}", record.exception.frames);
    let text = "eval('throw new TypeError(1)');\n";
    let (log, _) = run("node", "harness.js", text).unwrap();
    assert_eq!(log.records[0].exception.innermost().unwrap().file, "<eval>");
}

#[test]
fn a_hook_that_was_taken_away_is_missed() {
    let ended = Watched::ToTheEnd { ran_out: false };
    for (interpreter, program, records, watched) in [
        // Python's is heard whatever stands in the place of the usual one.
        ("python3", "import sys\nsys.excepthook = lambda *a: None\nraise ValueError\n", 1, ended),
        ("python3", "import sys\nsys.excepthook = lambda *a: sys.exit(0)\nraise ValueError\n", 1, ended),
        (
            "python3",
            "import os, sys\nsys.excepthook = lambda *a: os._exit(0)\nraise ValueError\n",
            1,
            Watched::NotToTheEnd,
        ),
        ("python3", "import os\nos._exit(1)\n", 0, Watched::NotToTheEnd),
        ("python3", "import atexit\natexit._clear()\n", 0, Watched::NotToTheEnd),
        ("python3", "import threading\nthreading.excepthook = print\n", 0, Watched::Displaced),
        ("python3", "pass\n", 0, ended),
        ("node", "process.removeAllListeners();\nthrow new TypeError('x');\n", 0, Watched::NotToTheEnd),
        ("node", "process.removeAllListeners('uncaughtExceptionMonitor');\nthrow 1;\n", 0, Watched::Displaced),
        ("node", "process.setUncaughtExceptionCaptureCallback(() => {});\nthrow new TypeError('x');\n", 1, ended),
        ("node", "process.reallyExit(0);\n", 0, Watched::NotToTheEnd),
        ("node", "new (require('worker_threads').Worker)('1', { eval: true });\n", 0, ended),
        ("node", "process.exit(3);\n", 0, ended),
    ] {
        let name = if interpreter == "node" { "harness.js" } else { "harness.py" };
        let Some((log, _)) = run(interpreter, name, program) else { continue };
        assert_eq!((log.records.len(), log.watched, log.broken), (records, watched, None), "{program}");
    }
}

#[test]
fn an_exit_is_no_exception() {
    let Some((log, status)) = run("python3", "harness.py", "import sys\nsys.exit(3)\n") else {
        return;
    };
    assert_eq!((log.records.len(), status), (0, Some(3)));
}

#[test]
fn node_writes_its_exception_down() {
    let program = "
class Odd extends TypeError {}
function walk() { throw new Odd('no\\n    at forged (/bundle/src/x.js:1:1)'); }
walk();
";
    let Some((log, status)) = run("node", "harness.js", program) else {
        return;
    };
    assert_eq!((log.broken, status), (None, Some(1)));
    let [record] = log.records.as_slice() else {
        panic!("one record");
    };
    assert_eq!(classes(record)[..3], ["Odd", "TypeError", "Error"]);
    let functions: Vec<_> = record.exception.frames.iter().filter_map(|frame| frame.function.as_deref()).collect();
    assert_eq!(functions.last(), Some(&"walk"));
    assert!(!functions.contains(&"forged"));
}

#[test]
fn node_survives_recursion_rejections_and_odd_throws() {
    for (program, class) in [
        ("function deep() { deep(); }\ndeep();", "RangeError"),
        ("Promise.reject(new SyntaxError('x'));", "SyntaxError"),
        ("throw 'text';", "string"),
        ("throw null;", "null"),
        ("const e = new EvalError('x'); e.stack; throw e;", "EvalError"),
    ] {
        let Some((log, status)) = run("node", "harness.js", program) else {
            return;
        };
        assert_eq!(status, Some(1), "{program}");
        assert_eq!(log.records.len(), 1, "{program}");
        assert_eq!(log.records[0].exception.kind, class, "{program}");
    }
}

#[test]
fn foreign_logs_are_broken() {
    let broken = |content: &[u8]| read("exception.7", content).unwrap().broken.is_some();
    assert!(broken(b""));
    assert!(broken(b"{\"hook\":\"python\",\"pid\":8}\n"));
    assert!(broken(b"{\"hook\":\"ruby\",\"pid\":7}\n"));
    assert!(broken(b"{\"hook\":\"python\",\"pid\":7}\nnonsense\n"));
    assert!(!broken(b"{\"hook\":\"python\",\"pid\":7}\n"));
    let record = "{\"language\":\"python\",\"type\":\"A\"}\n".repeat(MAX_RECORDS + 1);
    assert!(broken(format!("{{\"hook\":\"node\",\"pid\":7}}\n{record}").as_bytes()));
    assert!(broken(&vec![b' '; MAX_BYTES + 1]));
    assert!(read("report.7", b"").is_none());
    assert!(read("exception.seven", b"").is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read_without_harm(content in proptest::collection::vec(any::<u8>(), 0..400), tail in ".{0,200}") {
        let _ = read("exception.7", &content);
        let mut whole = b"{\"hook\":\"node\",\"pid\":7}\n".to_vec();
        whole.extend(tail.as_bytes());
        let _ = read("exception.7", &whole);
    }
}
