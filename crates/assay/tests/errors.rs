//! What people read when something is wrong, and what strangers cannot do to
//! their terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use support::{Bench, example, said};

#[test]
fn a_bundle_that_is_not_there_is_named() {
    let bench = Bench::new();
    let said = bench.run(&["prove", "no such bundle"]).exits(2);
    said.says("'no such bundle': not a bundle that can be read");
    said.says("not-found: `no such bundle` cannot be read: No such file or directory");
    fs::create_dir(bench.path("empty")).unwrap();
    bench.run(&["prove", "empty"]).exits(2).says("no-manifest: `empty` has no `proof.toml` at its root");
}

#[test]
fn a_tool_that_is_not_there_is_named_with_its_package() {
    let bench = Bench::new();
    let slop = bench.copy("slop");
    let manifest = fs::read_to_string(slop.join("proof.toml")).unwrap();
    fs::write(slop.join("proof.toml"), manifest.replace("needs = [\"cc\"]", "needs = [\"no-such-tool\"]")).unwrap();
    let said = said(bench.command().args(["prove", "slop"]).env("PATH", "")).exits(14);
    said.says("the tool `no-such-tool` is not available");
    said.says("apt-get install no-such-tool");
}

#[test]
fn an_answer_that_is_lost_is_no_verdict() {
    let bench = Bench::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = bench.command().args(["bundle", "digest"]).arg(example("slop")).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("could not be written to stdout"));
}

#[test]
fn a_program_that_a_bundle_names_does_not_run_on_the_host() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new();
    let slop = bench.copy("slop");
    let manifest = fs::read_to_string(slop.join("proof.toml")).unwrap();
    fs::write(slop.join("proof.toml"), manifest.replace("needs = [\"cc\"]", "needs = [\"cc\", \"deploy\"]")).unwrap();
    fs::create_dir(bench.path("tools")).unwrap();
    let (program, mark) = (bench.path("tools/deploy"), bench.path("mark"));
    fs::write(&program, format!("#!/bin/sh\necho > {}\necho deploy 7\n", mark.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bench.path("tools").display());
    let said = said(bench.command().args(["prove", "slop"]).env("PATH", path)).exits(10);
    said.says("deploy 7");
    assert!(!mark.exists(), "it was asked for its version inside the sandbox");
}

#[test]
fn a_cache_that_cannot_be_used_is_named_with_what_to_do() {
    let bench = Bench::new();
    let slop = example("slop");
    fs::write(bench.path("file"), "").unwrap();
    let prove = |name: &str, value: &std::path::Path| {
        let mut command = bench.command();
        command.env_remove("ASSAY_CACHE").env_remove("HOME").env(name, value);
        said(command.arg("prove").arg(&slop))
    };
    let answer = prove("ASSAY_CACHE", &bench.path("file/cache")).exits(1);
    answer.says("error[no-cache]: the cache cannot be used: cannot make the folder");
    answer.says("help: make the folder writable for this user, or set ASSAY_CACHE to another one");
    prove("NOTHING", "".as_ref()).exits(1).says("set ASSAY_CACHE to the absolute path of a folder of yours");
    prove("HOME", &bench.path("file")).exits(1).says("the cache cannot be used");
}

#[test]
fn a_cache_where_nothing_can_be_run_is_named_with_what_to_do() {
    let noexec = std::path::Path::new("/dev/shm");
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    let mounted = mounts.lines().any(|line| line.contains(" /dev/shm ") && line.contains("noexec"));
    let Some(folder) = mounted.then(|| tempfile::tempdir_in(noexec).ok()).flatten() else {
        eprintln!("skipped: no folder here is mounted noexec");
        return;
    };
    let bench = Bench::new();
    let said = said(bench.command().arg("prove").arg(example("slop")).env("ASSAY_CACHE", folder.path())).exits(14);
    said.says("mounted noexec; set ASSAY_CACHE");
}

#[test]
fn a_home_that_cannot_be_written_is_named_with_what_to_do() {
    let bench = Bench::new();
    fs::write(bench.path("file"), "").unwrap();
    let mut command = bench.command();
    command.env("ASSAY_HOME", bench.path("file/home"));
    let answer = said(command.args(["bundle", "sign"]).arg(bench.copy("slop"))).exits(1);
    answer.says("the folder for keys");
    answer.says("set ASSAY_HOME to a folder that this user can write, or name a key with --key");
    assert!(!bench.path("slop/proof.dsse.json").exists());
}

#[test]
fn strangers_bytes_do_nothing_to_the_terminal() {
    let bench = Bench::new();
    let slop = bench.copy("slop");
    let name = slop.join("poc/\u{202e}name");
    fs::write(&name, "x").unwrap();
    let refused = bench.run(&["prove", "slop"]).exits(2);
    refused.says("bad-path: `poc/\\u{202e}name`");
    assert!(!refused.stderr.contains('\u{202e}'));
    fs::remove_file(&name).unwrap();
    // A build that fails with words of its own, and a harness of the claimant's.
    fs::write(slop.join("harness.c"), "#error \u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}\u{9b}31m\n").unwrap();
    for format in ["text", "json"] {
        let said = bench.run(&["prove", "slop", "--format", format]).exits(13);
        said.says("owned");
        let all = format!("{}{}", said.stdout, said.stderr);
        assert!(!all.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{9b}', '\r']), "{all:?}");
    }
    let manifest = "schema = \"assay.proof/1\"\ntitle = \"\\u001b[31mred\\u202e\"\n\"\\u001b]0;x\\u0007\" = 1\n";
    fs::write(slop.join("proof.toml"), manifest).unwrap();
    for arguments in [["prove", "slop"].as_slice(), &["bundle", "check", "slop"], &["bundle", "fetch", "slop"]] {
        let said = bench.run(arguments).exits(2);
        let all = format!("{}{}", said.stdout, said.stderr);
        assert!(!all.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{all:?}");
    }
}

#[test]
fn help_teaches() {
    let bench = Bench::new();
    for (arguments, words) in [
        (vec!["--help"], "assay demo"),
        (vec!["prove", "--help"], "15  reproduced-different"),
        (vec!["demo", "--help"], "Exit codes"),
        (vec!["bundle", "--help"], "unpack"),
        (vec!["bundle", "check", "--help"], "Exit codes"),
        (vec!["bundle", "fetch", "--help"], "--from"),
        (vec!["bundle", "pack", "--help"], "Exit codes"),
        (vec!["bundle", "unpack", "--help"], "Exit codes"),
        (vec!["bundle", "digest", "--help"], "claim id"),
        (vec!["bundle", "sign", "--help"], "--key"),
        (vec!["--version"], env!("CARGO_PKG_VERSION")),
    ] {
        bench.run(&arguments).exits(0).says(words);
    }
    bench.run::<&str>(&[]).exits(2).says("Usage");
    bench.run(&["prove"]).exits(2).says("BUNDLE");
}

#[test]
fn a_key_that_others_can_read_is_told() {
    let bench = Bench::new();
    bench.copy("slop");
    bench.run(&["bundle", "sign", "slop"]).exits(0);
    let key = bench.home().join(".local/share/assay/runner.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    bench.run(&["bundle", "sign", "slop"]).exits(0).says("can be read by others");
    fs::write(&key, "broken").unwrap();
    bench.run(&["bundle", "sign", "slop"]).exits(1).says("move the file away to have a new key made");
}
