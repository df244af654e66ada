//! `assay bundle` through the real program: check, pack, unpack, digest, sign, fetch.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use assay_bundle::statement::PAYLOAD_TYPE;
use assay_seal::{Envelope, TrustedKeys, VerifyingKey};
use support::{Bench, example};

#[test]
fn check_tells_ready_partial_and_wrong_apart() {
    let bench = Bench::new();
    let check = |name: &str| bench.run(&["bundle".as_ref(), "check".as_ref(), example(name).as_os_str()]);
    check("heap-overflow").exits(0).says("ready to be proved");
    check("partial").exits(2).says("a partial report, 6 keys missing");
    let wrong = bench.copy("slop");
    fs::remove_file(wrong.join("harness.c")).unwrap();
    bench.run(&["bundle", "check", "slop"]).exits(2).says("missing-file at build.sources[0]");
    let json = bench.run(&["bundle", "check", "slop", "--format=json"]).exits(2).json();
    assert_eq!(json["state"], "refused");
    assert_eq!(json["problems"][0]["code"], "missing-file");
    assert_eq!(json["lights"].as_array().unwrap().len(), 6);
    bench.run(&["bundle", "check", "nowhere"]).exits(2).says("`nowhere` cannot be read");
    let json = bench.run(&["bundle", "check", "nowhere", "--format=json"]).exits(2).json();
    assert_eq!(json["error"]["code"], "not-found");
}

#[test]
fn several_bundles_are_a_table() {
    let bench = Bench::new();
    bench.copy("heap-overflow");
    bench.copy("partial");
    let wrong = bench.copy("slop");
    fs::remove_file(wrong.join("harness.c")).unwrap();
    let all = ["bundle", "check", "heap-overflow", "partial", "slop", "nowhere"];
    let said = bench.run(&all).exits(2);
    for words in ["4 bundles: 1 ready, 1 partial, 2 with problems", "6 missing", "1 problem", "not-found"] {
        said.says(words);
    }
    let json = bench.run(&[&all[..], &["--format=json"]].concat()).exits(2).json();
    let states: Vec<_> = json["bundles"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["ready", "partial", "refused", "refused"]);
    assert_eq!(json["bundles"][3]["problems"][0]["code"], "not-found");
    bench.run(&["bundle", "check", "heap-overflow", "heap-overflow"]).exits(0).says("2 bundles: 2 ready");
    bench.run(&["bundle", "check"]).exits(2);
}

#[test]
fn a_file_that_a_partial_report_names_and_does_not_bring_is_missing() {
    let bench = Bench::new();
    let partial = bench.copy("partial");
    let manifest = fs::read_to_string(partial.join("proof.toml")).unwrap();
    fs::write(partial.join("proof.toml"), format!("{manifest}\n[inputs]\ntrigger = [{{ path = \"poc/x\" }}]\n"))
        .unwrap();
    let json = bench.run(&["bundle", "check", "partial", "--format=json"]).exits(2).json();
    assert_eq!(json["state"], "partial");
    let keys: Vec<_> = json["missing"].as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap()).collect();
    assert!(keys.contains(&"inputs.trigger[0].path"), "{keys:?}");
    assert_eq!(json["lights"][1]["on"], false);
    assert!(json["lights"][1]["next"].as_str().unwrap().contains("[inputs]"), "{}", json["lights"][1]);
    fs::create_dir(partial.join("poc")).unwrap();
    fs::write(partial.join("poc/x"), "x").unwrap();
    let json = bench.run(&["bundle", "check", "partial", "--format=json"]).exits(2).json();
    assert_eq!(json["lights"][1]["on"], true);
    assert_eq!(json["lights"][1].get("next"), None);
}

#[test]
fn a_pack_is_the_same_bundle_in_the_same_bytes() {
    let bench = Bench::new();
    bench.copy("heap-overflow");
    let digest = |path: &str| bench.run(&["bundle", "digest", path]).exits(0).stdout;
    let before = digest("heap-overflow");
    bench.run(&["bundle", "pack", "heap-overflow"]).exits(0).says("heap-overflow.tar.zst");
    bench.run(&["bundle", "pack", "heap-overflow/", "-o", "again.tar.zst"]).exits(0);
    let bytes = fs::read(bench.path("heap-overflow.tar.zst")).unwrap();
    assert_eq!(bytes, fs::read(bench.path("again.tar.zst")).unwrap());
    assert_eq!(fs::metadata(bench.path("again.tar.zst")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(digest("again.tar.zst"), before);

    bench.run(&["bundle", "unpack", "again.tar.zst", "unpacked"]).exits(0);
    assert_eq!(digest("unpacked"), before);
    assert_eq!(fs::metadata(bench.path("unpacked")).unwrap().permissions().mode() & 0o777, 0o700);
    bench.run(&["bundle", "pack", "unpacked", "-o", "third.tar.zst"]).exits(0);
    assert_eq!(fs::read(bench.path("third.tar.zst")).unwrap(), bytes);
    bench.run(&["bundle", "check", "again.tar.zst"]).exits(0);
    bench.run(&["prove", "again.tar.zst"]).exits(0);
}

#[test]
fn unpacking_goes_to_a_folder_that_is_new_or_empty() {
    let bench = Bench::new();
    bench.copy("slop");
    bench.run(&["bundle", "pack", "slop"]).exits(0);
    let unpack = |folder: &str| bench.run(&["bundle", "unpack", "slop.tar.zst", folder]);
    unpack("slop").exits(2).says("is not empty");
    unpack("slop.tar.zst").exits(2).says("no folder");
    fs::create_dir(bench.path("empty")).unwrap();
    unpack("empty").exits(0);
    fs::create_dir(bench.path("elsewhere")).unwrap();
    symlink(bench.path("elsewhere"), bench.path("link")).unwrap();
    unpack("link").exits(2);
    assert_eq!(fs::read_dir(bench.path("elsewhere")).unwrap().count(), 0);
    unpack("no/such/parent").exits(1).says("cannot be written");
    bench.run(&["bundle", "unpack", "slop", "other"]).exits(2).says("not a packed bundle");
    fs::write(bench.path("noise.tar.zst"), b"noise").unwrap();
    bench.run(&["bundle", "unpack", "noise.tar.zst", "other"]).exits(2).says("not a whole `.tar.zst` archive");
    assert!(!bench.path("other").exists());
}

#[test]
fn a_pack_never_lies_in_what_it_packs() {
    let bench = Bench::new();
    let slop = bench.copy("slop");
    bench.run(&["bundle", "pack", "slop", "-o", "slop/pack.tar.zst"]).exits(2).says("inside of the bundle");
    let said = support::said(bench.command().args(["bundle", "pack", "."]).current_dir(&slop)).exits(2);
    said.says("inside of the bundle");
    symlink("/etc/passwd", slop.join("poc/link")).unwrap();
    bench.run(&["bundle", "pack", "slop"]).exits(2).says("a bundle holds plain files only");
}

#[test]
fn a_digest_does_not_change_with_comments_or_signatures() {
    let bench = Bench::new();
    let slop = bench.copy("slop");
    let digest = || bench.run(&["bundle", "digest", "slop", "--format=json"]).exits(0).json();
    let before = digest();
    let manifest = fs::read_to_string(slop.join("proof.toml")).unwrap();
    fs::write(slop.join("proof.toml"), format!("# a comment\n{manifest}")).unwrap();
    bench.run(&["bundle", "sign", "slop"]).exits(0);
    assert_eq!(digest(), before);
    fs::write(slop.join("poc/more"), "more").unwrap();
    let after = digest();
    assert_ne!(after["bundle"], before["bundle"]);
    assert_eq!(after["claim"], before["claim"], "the claim does not name the new file");
}

#[test]
fn an_authors_signature_holds_for_the_bundles_id() {
    let bench = Bench::new();
    bench.copy("slop");
    let said = bench.run(&["bundle", "sign", "slop"]).exits(0);
    said.says("slop/proof.dsse.json: signed by key");
    let public = fs::read_to_string(bench.home().join(".local/share/assay/runner.pub")).unwrap();
    let trusted = TrustedKeys::from_iter([VerifyingKey::from_pem(&public).unwrap()]);
    let verified = |path: &str| {
        let envelope = Envelope::parse(&fs::read(bench.path(path)).unwrap()).unwrap();
        let verified = envelope.verify(PAYLOAD_TYPE, &trusted).unwrap();
        serde_json::from_slice::<serde_json::Value>(verified.payload()).unwrap()
    };
    let ids = bench.run(&["bundle", "digest", "slop", "--format=json"]).exits(0).json();
    let statement = verified("slop/proof.dsse.json");
    let subject = format!("sha256:{}", statement["subject"][0]["digest"]["sha256"].as_str().unwrap());
    assert_eq!(ids["bundle"], subject);
    bench.run(&["bundle", "pack", "slop"]).exits(0);
    bench.run(&["bundle", "sign", "slop.tar.zst"]).exits(0);
    assert_eq!(verified("slop.tar.zst.dsse.json"), statement);
    bench.run(&["bundle", "sign", "slop", "--out=elsewhere.json"]).exits(0);
    assert_eq!(verified("elsewhere.json"), statement);
    // A bundle with its signature in it is still the same bundle, and can be proved.
    bench.run(&["prove", "slop"]).exits(10);
}

/// A bundle whose source is a package that no test ever fetches.
fn packaged(bench: &Bench, content: &[u8]) {
    let folder = bench.copy("slop");
    let manifest = fs::read_to_string(folder.join("proof.toml")).unwrap();
    let digest = assay_bundle::digest::Sha256::of(content);
    let source = format!("package = \"pkg:cargo/tlv@0.3.1\"\nfiles = {{ \"tlv-0.3.1.crate\" = \"{digest}\" }}");
    fs::write(folder.join("proof.toml"), manifest.replace("path = \"target\"", &source)).unwrap();
}

#[test]
fn sources_come_from_a_folder_by_digest() {
    let bench = Bench::new();
    packaged(&bench, b"the right content");
    fs::create_dir_all(bench.path("usb/deep")).unwrap();
    fs::write(bench.path("usb/tlv-0.3.1.crate"), b"another content").unwrap();
    let fetch = |rest: &[&str]| {
        let arguments = [&["bundle", "fetch", "slop", "--from", "usb"], rest].concat();
        bench.run(&arguments)
    };
    fetch(&[]).exits(2).says("other-digest");
    fs::remove_file(bench.path("usb/tlv-0.3.1.crate")).unwrap();
    let json = fetch(&["--format=json"]).exits(1).json();
    assert_eq!(json["bundles"][0]["files"][0]["code"], "not-found");
    fs::write(bench.path("usb/deep/renamed"), b"the right content").unwrap();
    fetch(&[]).exits(0).says("1 fetched, 0 already there, 0 failed");
    fetch(&[]).exits(0).says("0 fetched, 1 already there, 0 failed");
    bench.run(&["bundle", "fetch", "slop", "--from=nowhere"]).exits(2).says("cannot read the folder");
}

#[test]
fn a_missing_source_is_not_run_with_the_command_that_gets_it() {
    let bench = Bench::new();
    packaged(&bench, b"the right content");
    let said = bench.run(&["prove", "slop"]).exits(14);
    said.says("`assay bundle fetch slop`");
    assert!(said.stdout.starts_with("Not run: "), "{}", said.stdout);
    let json = bench.run(&["prove", "slop", "--format=json"]).exits(14).json();
    assert_eq!(json["verdict"], "not-run");
    assert!(json["next"].as_str().unwrap().contains("assay bundle fetch slop"));
}

#[test]
fn fetching_a_partial_report_says_what_is_missing() {
    let bench = Bench::new();
    let said = bench.run(&["bundle".as_ref(), "fetch".as_ref(), example("partial").as_os_str()]).exits(2);
    said.says("arms.vulnerable.source");
    bench
        .run(&["bundle".as_ref(), "fetch".as_ref(), example("slop").as_os_str()])
        .exits(0)
        .says("names no source to fetch");
}
