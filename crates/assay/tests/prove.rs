//! `assay prove` through the real program: verdicts, exit codes, statements.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;

use assay_bundle::digest::Sha256;
use assay_bundle::verdict::Verdict;
use assay_prove::attest;
use assay_seal::{SigningKey, TrustedKeys, VerifyingKey};
use support::{Bench, example};

#[track_caller]
fn comes_out(name: &str, verdict: &str, exit: i32) {
    let bench = Bench::new();
    let said = bench.run(&["prove".as_ref(), example(name).as_os_str(), "--format=json".as_ref()]).exits(exit);
    let json = said.json();
    assert_eq!(json["verdict"], verdict, "{}", said.stdout);
    assert_eq!(json["exit_code"], exit);
    for key in ["assurance", "tier", "arms", "sentence", "bundle", "claim", "layers", "toolchain", "runs", "runner"] {
        assert!(!json[key].is_null(), "`{key}` is missing");
    }
    // Nothing is left of the proof's work.
    let work = bench.cache().join("work");
    assert!(fs::read_dir(work).map_or(0, Iterator::count) == 0);
}

#[test]
fn heap_overflow() {
    comes_out("heap-overflow", "reproduced", 0);
}

#[test]
fn heap_overflow_second_finder() {
    comes_out("heap-overflow-second-finder", "reproduced", 0);
}

#[test]
fn slop() {
    comes_out("slop", "not-reproduced", 10);
}

#[test]
fn flaky() {
    comes_out("flaky", "flaky", 11);
}

#[test]
fn harness_bug() {
    comes_out("harness-bug", "harness-suspect", 12);
}

#[test]
fn denial_of_service() {
    comes_out("denial-of-service", "reproduced", 0);
}

#[test]
fn one_input_patch() {
    comes_out("one-input-patch", "control-failed", 12);
}

#[test]
fn null_deref_signal() {
    comes_out("null-deref-signal", "reproduced", 0);
}

#[test]
fn canary_write() {
    comes_out("canary-write", "reproduced", 0);
}

#[test]
fn a_partial_report_is_answered_with_what_is_missing() {
    let bench = Bench::new();
    let said = bench.run(&["prove".as_ref(), example("partial").as_os_str()]).exits(2);
    said.says("a partial report, 6 keys missing");
    said.says("inputs.trigger: it must hold at least one input");
    assert_eq!(said.stdout, "");
    let json = bench.run(&["prove".as_ref(), example("partial").as_os_str(), "--format=json".as_ref()]).exits(2).json();
    assert_eq!(json["state"], "partial");
    assert_eq!(json["missing"].as_array().unwrap().len(), 6);
}

#[test]
fn people_read_the_sentence_first() {
    let bench = Bench::new();
    let said = bench.run(&["prove".as_ref(), example("heap-overflow").as_os_str()]).exits(0);
    assert!(said.stdout.starts_with("Reproduced: heap-buffer-overflow in tlv_printable fired in 3 of 3 runs"));
    for words in
        ["assurance  claimant", "native sandbox of tier ", "12 runs in 2 builds", "fired 0/3, silent 3, alive 3/3"]
    {
        said.says(words);
    }
    assert!(!said.stdout.contains('\u{1b}'), "colours without a terminal");
    let coloured = bench.run(&["prove".as_ref(), example("slop").as_os_str(), "--color=always".as_ref()]).exits(10);
    assert!(coloured.stdout.contains('\u{1b}'));
}

#[test]
fn runs_are_counted_as_asked_for() {
    let bench = Bench::new();
    let path = example("null-deref-signal");
    let said = bench.run(&["prove".as_ref(), path.as_os_str(), "--runs=5".as_ref()]).exits(0);
    said.says("20 runs in 2 builds");
    said.says("5 of each input, the bundle asks for 3");
    for wrong in ["0", "1001", "many"] {
        bench.run(&["prove".as_ref(), path.as_os_str(), "--runs".as_ref(), wrong.as_ref()]).exits(2);
    }
}

#[test]
fn several_bundles_are_held_against_what_they_expect() {
    let bench = Bench::new();
    let mut arguments = vec!["prove".into()];
    arguments.extend(["slop", "partial", "null-deref-signal", "README.md"].map(|name| example(name).into_os_string()));
    let said = bench.run(&arguments).exits(0);
    said.says("3 bundles as their `expected` files say");
    said.says("not a bundle, passed over");
    said.says("runner  assay");

    // What comes out otherwise shows, and so does a bundle that is wrong.
    let slop = bench.copy("slop");
    fs::remove_file(slop.join("expected")).unwrap();
    let wrong = bench.copy("partial");
    fs::write(wrong.join("expected"), "check = 'partial'\nmissing = ['oracle.kind']").unwrap();
    let said = bench.run(&["prove", "slop", "partial", "no-such-bundle"]).exits(10);
    said.says("0 of 3 bundles as their `expected` files say");
    said.says("expected reproduced");
    said.says("expected to lack oracle.kind");
    said.says("refused: not-found");

    let json = bench.run(&["prove", "slop", "partial", "--format=json"]).exits(10).json();
    assert_eq!((&json["matching"], &json["total"]), (&0.into(), &2.into()));
    assert_eq!(json["bundles"][0]["proof"]["verdict"], "not-reproduced");
    assert_eq!(json["bundles"][1]["refusal"]["state"], "partial");
}

#[test]
fn a_statement_is_signed_by_the_runners_own_key() {
    let bench = Bench::new();
    let path = example("null-deref-signal");
    let arguments = ["prove".as_ref(), path.as_os_str(), "--attest".as_ref(), "verdict.dsse.json".as_ref()];
    let said = bench.run(&arguments).exits(0);
    said.says("made a key for this runner");
    said.says("verdict.dsse.json, signed by key");
    let home = bench.home().join(".local/share/assay");
    let mode = |name: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(home.join(name)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode("runner.key"), mode("runner.pub")), (0o600, 0o644));
    let public = VerifyingKey::from_pem(&fs::read_to_string(home.join("runner.pub")).unwrap()).unwrap();
    let trusted = TrustedKeys::from_iter([public]);
    let envelope = fs::read(bench.path("verdict.dsse.json")).unwrap();
    let attested = attest::verify(&envelope, &trusted).unwrap();
    assert_eq!(attested.signers, [public.id()]);
    assert_eq!(attested.statement.run().verdict, Verdict::Reproduced);
    assert_eq!(attested.statement.run().arms.iter().map(|cell| cell.total).sum::<u32>(), 12);

    // The same key the next time, and no word about it; the same bundle and claim.
    let said = bench.run(&arguments).exits(0);
    assert!(!said.stderr.contains("made a key"));
    let again = attest::verify(&fs::read(bench.path("verdict.dsse.json")).unwrap(), &trusted).unwrap();
    assert_eq!(again.statement.run().bundle_id, attested.statement.run().bundle_id);
    // Two builds of the same source at the same place are the same file.
    assert_eq!(again.statement.subjects(), attested.statement.subjects());
}

#[test]
fn the_logs_of_a_verdict_are_kept_under_their_digests() {
    let bench = Bench::new();
    let path = example("heap-overflow");
    let arguments = ["prove".as_ref(), path.as_os_str(), "--keep-logs=logs".as_ref(), "--format=json".as_ref()];
    let said = bench.run(&arguments).exits(0);
    assert!(said.stderr.contains("each under its digest"), "{}", said.stderr);
    let mut reports = 0;
    let json = said.json();
    for log in json["runs"].as_array().unwrap().iter().flat_map(|run| run["logs"].as_array().unwrap()) {
        let named = log["sha256"].as_str().unwrap();
        let kept = fs::read(bench.path("logs").join(named.trim_start_matches("sha256:"))).unwrap();
        assert_eq!(
            (Sha256::of(&kept).to_string(), log["bytes"].as_u64().unwrap()),
            (named.to_owned(), kept.len() as u64)
        );
        reports += usize::from(String::from_utf8_lossy(&kept).contains("AddressSanitizer: heap-buffer-overflow"));
    }
    assert!(reports >= 3, "each run of the trigger left its report");

    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(fs::metadata(bench.path("logs")).unwrap().permissions().mode() & 0o777, 0o700);
    fs::set_permissions(bench.path("logs"), fs::Permissions::from_mode(0o755)).unwrap();
    let refused = bench.run(&arguments).exits(2);
    assert!(refused.stderr.contains("others than you may look into") || refused.stdout.contains("others than you"));
}

#[test]
fn a_statement_is_signed_by_a_key_of_ones_own() {
    let bench = Bench::new();
    let key = SigningKey::generate().unwrap();
    fs::write(bench.path("my.pem"), key.to_pem().as_bytes()).unwrap();
    let path = example("slop");
    let said =
        bench.run(&["prove".as_ref(), path.as_os_str(), "--attest=v.json".as_ref(), "--key=my.pem".as_ref()]).exits(10);
    said.says("can be read by others");
    let trusted = TrustedKeys::from_iter([key.verifying_key()]);
    let attested = attest::verify(&fs::read(bench.path("v.json")).unwrap(), &trusted).unwrap();
    assert_eq!(attested.statement.run().verdict, Verdict::NotReproduced);
    assert_ne!(attested.statement.run().bundle_id, Sha256::of(b""));
    assert!(!bench.home().join(".local").exists(), "no key is made where one is named");
}

#[test]
fn what_cannot_be_signed_or_written_shows_before_the_work() {
    let bench = Bench::new();
    let path = example("slop");
    let prove = |rest: &[&str]| {
        let mut arguments = vec!["prove".into(), path.clone().into_os_string()];
        arguments.extend(rest.iter().map(Into::into));
        bench.run(&arguments)
    };
    prove(&["--attest=no/such/folder/v.json"]).exits(1).says("cannot be written");
    prove(&["--attest=."]).exits(2).says("not a name for a file");
    fs::write(bench.path("no.pem"), "no key").unwrap();
    prove(&["--attest=v.json", "--key=no.pem"]).exits(2).says("this is not an Ed25519 private key in PEM");
    prove(&["--attest=v.json", "--key=missing.pem"]).exits(2).says("cannot be read");
    prove(&["--key=no.pem"]).exits(2).says("--attest");
    let two = bench.run(&["prove".as_ref(), path.as_os_str(), path.as_os_str(), "--attest=v.json".as_ref()]).exits(2);
    two.says("writes the statement of one bundle");
    let left: Vec<_> = fs::read_dir(bench.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["no.pem"], "nothing half-written stays behind");
}
