//! Packages that are wrong, taken into the cache by digest and unpacked by a proof.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use assay_bundle::digest::Sha256;
use assay_prove::fetch::{Cache, Wanted};
use libtest_mimic::{Failed, Trial};

use super::archive::{Member, gzip, tar, zip};
use super::base::FILES;
use super::stored::judged;
use super::{Answer, Bench, Bundle, hold, host, prove, run, trial};

/// A package: its URL, and its files.
pub struct Package {
    pub purl: &'static str,
    pub files: Vec<(String, Vec<u8>)>,
}

type Make = (&'static str, fn() -> Package);

const MADE: &[Make] = &[
    ("package-climbs", || cargo(&[Member::file("target-1.0.0/../../assay-escaped", b"x")])),
    ("package-absolute", || cargo(&[Member::file("/tmp/assay-escaped", b"x")])),
    ("package-link-out", || {
        cargo(&[
            Member::special("target-1.0.0/way", b'2', "/tmp"),
            Member::file("target-1.0.0/way/assay-escaped", b"x"),
        ])
    }),
    ("package-link-for-the-source", || cargo(&[Member::special("target-1.0.0/target.c", b'2', "/etc/passwd")])),
    ("package-hard-link-out", || cargo(&[Member::special("target-1.0.0/target.c", b'1', "/etc/passwd")])),
    ("package-device", || cargo(&[Member::special("target-1.0.0/target.c", b'3', "")])),
    ("package-pipe", || cargo(&[Member::special("target-1.0.0/target.c", b'6', "")])),
    ("package-file-over-folder", || {
        cargo(&[Member::file("target-1.0.0/a/b", b"x"), Member::file("target-1.0.0/a", b"x")])
    }),
    ("package-bomb", || crate_of(bomb())),
    ("package-of-names", || crate_of(gzip(&Member::file("target-1.0.0/again", b"").header()).repeat(250_000))),
    ("package-cut-short", || crate_of(gzip(&tar(&[source()]))[..60].to_vec())),
    ("package-of-another-kind", || crate_of(zip(&["target-1.0.0/target.c"], b"int x;", 6))),
    ("package-empty", || crate_of(Vec::new())),
    ("wheel-climbs", || wheel(&["../../assay-escaped"], b"x", 1)),
    ("wheel-absolute", || wheel(&["/tmp/assay-escaped"], b"x", 1)),
    ("wheel-bomb", || {
        let names: Vec<String> = (0..100).map(|n| format!("zeros/{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        wheel(&names, &vec![0; 32 << 20], 32 << 20)
    }),
    ("wheel-lies-about-size", || wheel(&["zeros"], &vec![0; 32 << 20], 1)),
    ("debian-without-files", || debian(&[])),
    ("debian-climbs", || debian(&[("../../assay-escaped", b"x")])),
    ("debian-other-sums", || debian(&[("target_1.0.0.orig.tar.gz", b"other")])),
    ("debian-giant-text", || {
        let text = format!("Format: 3.0 (quilt)\nSource: target\nFiles:\n{}", " x".repeat(4 << 20));
        Package { purl: DEBIAN, files: vec![("target_1.0.0.dsc".into(), text.into_bytes())] }
    }),
];

const DEBIAN: &str = "pkg:deb/debian/target@1.0.0";

/// All of them.
pub fn trials(bench: &Bench) -> Vec<Trial> {
    let mut trials: Vec<Trial> = MADE
        .iter()
        .map(|(name, make)| {
            trial(bench, *name, move |bench| {
                let (answer, _) = proved(bench, &make(), |_| {})?;
                judged(&answer, &["not-run", "inconclusive"], Some("claimant"))?;
                host::nothing_escaped(bench)
            })
        })
        .collect();
    trials.push(trial(bench, "package-all-is-well", |bench| {
        let (answer, _) = proved(bench, &cargo(&[]), |_| {})?;
        judged(&answer, &["not-reproduced"], Some("claimant"))
    }));
    trials.extend(STEERED.iter().map(|(name, steer)| trial(bench, *name, move |bench| steered(bench, *steer))));
    trials.push(trial(bench, "project-harness", |bench| {
        let package = cargo(&[harness()]);
        vouched(bench, &package)?;
        let (answer, _) = proved(bench, &package, of_project)?;
        // What the others are held against: without a hand of the claimant's it is the project's.
        judged(&answer, &["not-reproduced"], None)?;
        hold(answer.word("assurance") == "project", answer.words())
    }));
    trials.push(trial(bench, "project-harness-from-a-folder", |bench| {
        // The same, and one file more: nobody but who brought the folder says that it is the project's.
        let package = cargo(&[harness(), Member::file("target-1.0.0/NEWS", b"new\n")]);
        let (answer, _) = proved(bench, &package, of_project)?;
        judged(&answer, &["not-reproduced"], Some("claimant"))
    }));
    trials.push(trial(bench, "package-set-user-id", set_user_id));
    trials.push(trial(bench, "package-corrupted-in-cache", corrupted_in_cache));
    trials.push(trial(bench, "package-swapped", swapped));
    trials.push(trial(bench, "package-patched-through-a-link", patched_through_a_link));
    trials
}

/// As if the registry's own client had brought the package.
pub fn vouched(bench: &Bench, package: &Package) -> Result<(), Failed> {
    let cache = Cache::open(&bench.cache())?;
    for (name, content) in &package.files {
        let (purl, name) = (package.purl.to_owned(), name.clone());
        cache.note_registry(&Wanted { purl, name, sha256: Sha256::of(content) })?;
    }
    Ok(())
}

/// Takes the package into the cache and proves a bundle on it.
pub fn proved(bench: &Bench, package: &Package, spoil: impl FnOnce(&Bundle)) -> Result<(Answer, Bundle), Failed> {
    proved_beside(bench, package, None, spoil)
}

/// The same; the fixed version is another package, if there is one.
pub fn proved_beside(
    bench: &Bench,
    package: &Package,
    fixed: Option<&Package>,
    spoil: impl FnOnce(&Bundle),
) -> Result<(Answer, Bundle), Failed> {
    let bundle = Bundle::new(bench);
    name_package(&bundle, package);
    let folder = written(bench, package)?;
    if let Some(fixed) = fixed {
        bundle.manifest("[toolchain]", &format!("[arms.fixed.source]\n{}\n\n[toolchain]", named(fixed)));
        for (name, content) in &fixed.files {
            fs::write(folder.path().join(name), content)?;
        }
    }
    spoil(&bundle);
    let fetched = fetch(bench, bundle.path(), folder.path())?;
    hold(fetched.exit == Some(0), format!("the package did not come into the cache\n{}", fetched.words()))?;
    Ok((prove(bench, bundle.path())?, bundle))
}

fn name_package(bundle: &Bundle, package: &Package) {
    bundle.manifest("path = \"target\"", &named(package));
}

/// A package as a manifest names it.
fn named(package: &Package) -> String {
    let files: Vec<String> = package
        .files
        .iter()
        .map(|(name, content)| format!("{name:?} = \"sha256:{}\"", Sha256::of(content).to_hex()))
        .collect();
    format!("package = {:?}\nfiles = {{ {} }}", package.purl, files.join(", "))
}

fn written(bench: &Bench, package: &Package) -> Result<tempfile::TempDir, Failed> {
    let folder = bench.fresh();
    for (name, content) in &package.files {
        fs::write(folder.path().join(name), content)?;
    }
    Ok(folder)
}

fn fetch(bench: &Bench, bundle: &Path, from: &Path) -> Result<Answer, Failed> {
    let words = ["bundle", "fetch", "--format", "json", "--from"].map(std::ffi::OsStr::new);
    run(bench, &[words.as_slice(), &[from.as_os_str(), bundle.as_os_str()]].concat())
}

fn source() -> Member<'static> {
    Member::file("target-1.0.0/target.c", b"int target(int number) {\n    return number;\n}\n")
}

pub fn crate_of(content: Vec<u8>) -> Package {
    Package { purl: "pkg:cargo/target@1.0.0", files: vec![("target-1.0.0.crate".into(), content)] }
}

/// The good source with these members behind it.
fn cargo(more: &[Member<'_>]) -> Package {
    let mut bytes = source().bytes();
    bytes.extend(more.iter().flat_map(Member::bytes));
    bytes.resize(bytes.len() + 1024, 0);
    crate_of(gzip(&bytes))
}

fn wheel(names: &[&str], content: &[u8], claimed: u32) -> Package {
    let file = "target-1.0.0-py3-none-any.whl".to_owned();
    Package { purl: "pkg:pypi/target@1.0.0", files: vec![(file, zip(names, content, claimed))] }
}

/// A source description that names these files, and says wrong sums of them.
fn debian(named: &[(&str, &[u8])]) -> Package {
    let mut text = "Format: 3.0 (quilt)\nSource: target\nVersion: 1.0.0\nChecksums-Sha256:\n".to_owned();
    for (name, _) in named {
        text.push_str(&format!(" {} 5 {name}\n", "0".repeat(64)));
    }
    let mut files = vec![("target_1.0.0.dsc".to_owned(), text.into_bytes())];
    let plain = named.iter().filter(|(name, _)| !name.contains('/'));
    files.extend(plain.map(|(name, content)| ((*name).to_owned(), content.to_vec())));
    Package { purl: DEBIAN, files }
}

/// Four gigabytes in a few hundred kilobytes: one gzip member of zeros, many times.
fn bomb() -> Vec<u8> {
    let header = Member { size: Some(4 << 30), ..Member::file("target-1.0.0/zeros", b"") }.header();
    [gzip(&source().bytes()), gzip(&header), gzip(&vec![0; 16 << 20]).repeat(256)].concat()
}

/// A harness in the source itself.
fn harness() -> Member<'static> {
    Member::file("target-1.0.0/harness.c", FILES[0].1.as_bytes())
}

/// Names the harness in the source as the project's, builds nothing else, and brings none of its own.
pub fn of_project(bundle: &Bundle) {
    fs::remove_file(bundle.path().join("harness.c")).unwrap();
    fs::remove_dir_all(bundle.path().join("target")).unwrap();
    bundle.manifest("pkg:generic/target@1.0.0", "pkg:cargo/target@1.0.0");
    bundle.manifest("sources    = [\"harness.c\"", "sources    = [\"src/harness.c\"");
    bundle.manifest(
        "run    = [\"$OUT/harness\"",
        "origin = \"project\"\nfiles  = [\"src/harness.c\"]\nrun    = [\"$OUT/harness\"",
    );
}

type Steer = (&'static str, fn(&Bundle));

/// Ways to make a project's harness do as the claimant likes.
const STEERED: &[Steer] = &[
    ("project-run-by-a-shell", |b| b.manifest("\"$OUT/harness\"", "\"sh\", \"poc/benign\", \"$OUT/harness\"")),
    ("project-run-by-a-path", |b| b.manifest("\"$OUT/harness\"", "\"$OUT/../usr/bin/env\", \"$OUT/harness\"")),
    ("project-with-a-preload", |b| {
        b.manifest("\"$OUT/harness\"", "\"env\", \"LD_PRELOAD=./evil.so\", \"$OUT/harness\"");
    }),
    ("project-with-macros", |b| flags(b, "-Dtarget(x)=2")),
    ("project-with-own-headers", |b| flags(b, "-I.")),
    ("project-with-own-generator", |b| {
        b.manifest("instrument = \"none\"", "instrument = \"none\"\ngenerate   = [[\"cc\", \"-E\", \"harness.c\"]]");
    }),
    ("project-with-own-source", |b| {
        b.manifest("\"src/harness.c\", \"src", "\"src/harness.c\", \"own.c\", \"src");
        b.write("own.c", b"int own;\n");
    }),
    ("project-with-a-file-beside", |b| drop(b.write("target.h", b"#define target(x) 2\n"))),
    ("project-with-a-copy-beside", |b| {
        b.manifest("\"src/harness.c\", \"src", "\"own/harness.c\", \"src");
        b.write("own/harness.c", FILES[0].1.as_bytes());
    }),
    ("project-with-a-configuration-beside", |b| drop(b.write(".config", b"x\n"))),
    ("project-with-a-module-beside", |b| drop(b.write("node_modules/parts/data.bin", b"x\n"))),
    ("project-with-a-startup-file-beside", |b| drop(b.write("poc/sitecustomize.PYC", b"x\n"))),
    ("project-of-another-name", |b| b.manifest("purl = \"pkg:cargo/target@", "purl = \"pkg:cargo/famous@")),
    ("project-of-another-version", |b| {
        b.manifest("purl = \"pkg:cargo/target@1.0.0", "purl = \"pkg:cargo/target@2.0.0")
    }),
    ("project-not-in-the-source", |b| b.manifest("files  = [\"src/harness.c\"]", "files  = [\"src/other.c\"]")),
];

fn flags(bundle: &Bundle, flag: &str) {
    bundle.manifest("instrument = \"none\"", &format!("instrument = \"none\"\nflags      = [{flag:?}]"));
}

/// Each of them is the claimant's word and no more, and that is said.
fn steered(bench: &Bench, steer: fn(&Bundle)) -> Result<(), Failed> {
    let package = cargo(&[harness()]);
    vouched(bench, &package)?;
    let (answer, _) = proved(bench, &package, |bundle| {
        of_project(bundle);
        steer(bundle);
    })?;
    judged(&answer, &["not-reproduced", "inconclusive"], Some("claimant"))?;
    let because =
        answer.json.get("assurance_because").and_then(|list| list.as_array()).is_some_and(|list| !list.is_empty());
    hold(because, format!("it is not said why\n{}", answer.words()))
}

/// A program of another's identity is an ordinary file when it comes out.
fn set_user_id(bench: &Bench) -> Result<(), Failed> {
    let package = cargo(&[Member { mode: 0o6777, ..Member::file("target-1.0.0/tool", b"#!/bin/sh\n") }]);
    let (answer, _) = proved(bench, &package, |bundle| {
        bundle.manifest("recipe     = \"cc\"\nsources    = [\"harness.c\", \"src/target.c\"]", RUN);
        bundle.write("build.sh", b"set -e\n[ -x src/tool ] && [ ! -u src/tool ] && [ ! -g src/tool ]\ncc -o \"$OUT/harness\" harness.c src/target.c\n");
    })?;
    judged(&answer, &["not-reproduced"], Some("claimant"))
}

const RUN: &str = "run = [\"sh\", \"build.sh\"]";

/// The cache is hashed anew before anything reads it.
fn corrupted_in_cache(bench: &Bench) -> Result<(), Failed> {
    let package = cargo(&[Member::file("target-1.0.0/note", b"only here\n")]);
    let (answer, bundle) = proved(bench, &package, |_| {})?;
    judged(&answer, &["not-reproduced"], Some("claimant"))?;
    let (_, content) = &package.files[0];
    let blob = blob_of(bench, content);
    let mut changed = fs::read(&blob)?;
    changed[20] ^= 1;
    // The file itself, as a fault of the disk or another program of this user would change it.
    fs::set_permissions(&blob, fs::Permissions::from_mode(0o644))?;
    fs::write(&blob, changed)?;
    judged(&prove(bench, bundle.path())?, &["not-run"], Some("claimant"))?;
    hold(!blob.exists(), "the corrupted file is still in the cache")
}

/// Where the cache keeps this content.
fn blob_of(bench: &Bench, content: &[u8]) -> std::path::PathBuf {
    bench.cache().join("blobs/sha256").join(Sha256::of(content).to_hex())
}

/// A file with the right name and another content never enters the cache.
fn swapped(bench: &Bench) -> Result<(), Failed> {
    let package = cargo(&[Member::file("target-1.0.0/note", b"the real one\n")]);
    let other = cargo(&[Member::file("target-1.0.0/note", b"another\n")]);
    let bundle = Bundle::new(bench);
    name_package(&bundle, &package);
    let folder = written(bench, &other)?;
    let fetched = fetch(bench, bundle.path(), folder.path())?;
    hold(matches!(fetched.exit, Some(1 | 2)), format!("it was taken in\n{}", fetched.words()))?;
    for package in [&package, &other] {
        hold(!blob_of(bench, &package.files[0].1).exists(), "it is in the cache")?;
    }
    judged(&prove(bench, bundle.path())?, &["not-run"], Some("claimant"))
}

/// A link of the source leads a patch to another place: no further than the source.
fn patched_through_a_link(bench: &Bench) -> Result<(), Failed> {
    let package = cargo(&[
        Member::file("target-1.0.0/real/note", b"one\n"),
        Member::special("target-1.0.0/way", b'2', "real"),
        Member::special("target-1.0.0/file", b'2', "real/note"),
    ]);
    for name in ["way/note", "file", "way/assay-escaped"] {
        let old = if name == "way/assay-escaped" { "/dev/null".to_owned() } else { format!("a/{name}") };
        let hunk = if old == "/dev/null" { "@@ -0,0 +1 @@\n+two\n" } else { "@@ -1 +1 @@\n-one\n+two\n" };
        let patch = format!("--- {old}\n+++ b/{name}\n{hunk}");
        let (answer, _) = proved(bench, &package, |bundle| {
            bundle.write("fix.patch", patch.as_bytes());
            bundle.manifest(
                "[toolchain]",
                "[arms.fixed.source]\nbase = \"vulnerable\"\npatch = \"fix.patch\"\n\n[toolchain]",
            );
        })?;
        judged(&answer, &["not-reproduced", "control-dead", "inconclusive"], Some("claimant"))?;
        let refused = String::from_utf8_lossy(&answer.stdout).contains("link");
        hold(refused, format!("the patch went through the link `{name}`\n{}", answer.words()))?;
    }
    Ok(())
}
