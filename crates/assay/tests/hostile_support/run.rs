//! Runs the program under test and looks at everything it says.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use serde_json::Value;

use super::bench::{Bench, SECRET};
use super::shown;

/// No bundle may keep the runner longer. Twice what the slowest takes on a busy machine.
const LONGEST: Duration = Duration::from_secs(300);

/// What the program answered.
#[derive(Debug)]
pub struct Answer {
    /// Its exit code; none if a signal ended it.
    pub exit: Option<i32>,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
    /// The standard output as JSON, where that was asked for.
    pub json: Value,
}

impl Answer {
    /// A word of the JSON's top level.
    pub fn word(&self, key: &str) -> &str {
        self.json.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Every `code` anywhere in the JSON.
    pub fn codes(&self) -> Vec<String> {
        let mut codes = Vec::new();
        collect(&self.json, &mut codes);
        codes
    }

    /// Everything it said, for people who look for the cause of a failure.
    pub fn words(&self) -> String {
        let text = format!(
            "exit {:?}\n{}\n{}",
            self.exit,
            String::from_utf8_lossy(&self.stdout),
            String::from_utf8_lossy(&self.stderr)
        );
        text.chars().take(4000).collect()
    }
}

fn collect(value: &Value, codes: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(code) = map.get("code").and_then(Value::as_str) {
                codes.push(code.to_owned());
            }
            map.values().for_each(|value| collect(value, codes));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, codes)),
        _ => {}
    }
}

/// The program under test with an environment of the bench's own.
pub fn command(bench: &Bench) -> Command {
    let mut command = Command::new(&bench.assay);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", bench.root.join("home"))
        .env("TMPDIR", bench.root.join("tmp"))
        .env("ASSAY_CACHE", bench.cache())
        .env(SECRET, &bench.secret)
        .current_dir(bench.root.join("home"))
        .stdin(Stdio::null());
    // A version manager finds its toolchains by this, or by the home that is hidden here.
    let rustup = std::env::var_os("RUSTUP_HOME")
        .or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".rustup").into_os_string()));
    if let Some(rustup) = rustup {
        command.env("RUSTUP_HOME", rustup);
    }
    command
}

/// Runs it and checks what holds for every answer: it comes in time, without a panic, without the secret, and
/// with nothing that a terminal would act on.
pub fn run<A: AsRef<OsStr>>(bench: &Bench, arguments: &[A]) -> Result<Answer, Failed> {
    let mut command = command(bench);
    command.args(arguments);
    run_this(bench, &mut command)
}

/// The same for a command of which more was changed.
pub fn run_this(bench: &Bench, command: &mut Command) -> Result<Answer, Failed> {
    let folder = bench.fresh();
    let file = |name: &str| folder.path().join(name);
    let mut child = command.stdout(File::create(file("stdout"))?).stderr(File::create(file("stderr"))?).spawn()?;
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if begun.elapsed() > LONGEST {
            child.kill()?;
            child.wait()?;
            return Err(format!("it had not ended after {LONGEST:?}").into());
        }
        thread::sleep(Duration::from_millis(5));
    };
    let read = |name: &str| -> Result<Vec<u8>, Failed> {
        let mut bytes = Vec::new();
        // What a bundle prints must not fill the runner's own output.
        File::open(file(name))?.take(64 << 20).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let (stdout, stderr) = (read("stdout")?, read("stderr")?);
    let json = serde_json::from_slice(&stdout).unwrap_or_default();
    let answer = Answer { exit: status.code(), stdout, stderr, json };
    shown::check(bench, &answer)?;
    Ok(answer)
}

/// `assay prove --format json` on one bundle.
pub fn prove(bench: &Bench, bundle: &Path) -> Result<Answer, Failed> {
    run(bench, &["prove".as_ref(), "--format".as_ref(), "json".as_ref(), bundle.as_os_str()])
}
