//! Other people's logs: none may panic, and where a label says which word the
//! sanitizer used, the parser must find it. The collection lies beside the
//! repository (`$ASSAY_DATA/crashes`, else `../shared/data/crashes`) and is
//! skipped where it is missing, except in CI.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use assay_triage::exception::exceptions;
use assay_triage::name::{matches, normalise};
use assay_triage::sanitizer::{Report, reports};

/// Every file of the collection by its path, or `None` where there is none.
fn collection() -> Option<BTreeMap<String, Vec<u8>>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("ASSAY_DATA").map_or(beside, PathBuf::from);
    let archive = folder.join("crashes/crashes.tar.gz");
    let Ok(file) = File::open(&archive) else {
        assert!(std::env::var_os("CI").is_none(), "{} is missing; set ASSAY_DATA", archive.display());
        eprintln!("skipped: {} is missing; set ASSAY_DATA", archive.display());
        return None;
    };
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(flate2::read::GzDecoder::new(file)).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().trim_start_matches("./").to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        files.insert(path, content);
    }
    Some(files)
}

fn labels(files: &BTreeMap<String, Vec<u8>>, set: &str) -> BTreeMap<String, serde_json::Value> {
    serde_json::from_slice(&files[&format!("{set}/labels.json")]).unwrap()
}

fn every_frame(report: &Report) -> impl Iterator<Item = &str> {
    let stacks = &report.stacks;
    [&stacks.access, &stacks.freed, &stacks.allocated].into_iter().flatten().filter_map(|f| f.function.as_deref())
}

#[test]
fn every_log_is_read_to_its_end() {
    let Some(files) = collection() else { return };
    let mut found = 0;
    for log in files.values() {
        let all = reports(log);
        found += usize::from(!all.is_empty());
        for function in all.iter().flat_map(every_frame) {
            let form = normalise(function);
            assert_eq!(normalise(&form), form, "{function}");
            assert!(form.is_empty() || matches(&form, function), "{function}");
        }
        let _ = exceptions(log);
    }
    eprintln!("{} files, {found} with a sanitizer report", files.len());
}

#[test]
fn words_agree_with_labels_by_patch() {
    let Some(files) = collection() else { return };
    for (name, label) in labels(&files, "patch-labelled") {
        let all = reports(&files[&format!("patch-labelled/{name}")]);
        let kinds: Vec<_> = all.iter().map(|r| r.kind.as_str()).collect();
        assert_eq!(kinds.first().copied(), label["sanitizer_type"].as_str(), "{name}");
        assert!(!all[0].stacks.access.is_empty(), "{name}");
    }
}

/// Another parser's words, for those of its labels that are a sanitizer's own.
#[test]
fn words_agree_with_another_parser() {
    const OWN: [&str; 16] = [
        "heap-buffer-overflow",
        "heap-use-after-free",
        "stack-buffer-overflow",
        "stack-use-after-return",
        "use-of-uninitialized-value",
        "direct-leak",
        "indirect-leak",
        "stack-overflow",
        "pointer-overflow",
        "object-size",
        "unsigned-integer-overflow",
        "divide-by-zero",
        "misaligned-address",
        "floating-point-exception",
        "null-dereference read",
        "null-dereference write",
    ];
    let Some(files) = collection() else { return };
    let (mut same, mut all) = (0, 0);
    for (name, label) in labels(&files, "clusterfuzz") {
        let Some(word) =
            label["crash_type"].as_str().map(|t| t.lines().next().unwrap_or_default().to_ascii_lowercase())
        else {
            continue;
        };
        if !OWN.contains(&word.as_str()) {
            continue;
        }
        all += 1;
        let kinds: Vec<_> = reports(&files[&format!("clusterfuzz/{name}")]).into_iter().map(|r| r.kind).collect();
        // That parser folds several of the sanitizers' words into one of its own.
        let own: &[&str] = match word.as_str() {
            "divide-by-zero" => &["integer-divide-by-zero", "int-divide-by-zero"],
            "misaligned-address" => &["alignment"],
            "floating-point-exception" => &["FPE"],
            "direct-leak" | "indirect-leak" => &["memory-leak"],
            "null-dereference read" | "null-dereference write" => &["SEGV", "access-violation", "null"],
            other => &[other],
        };
        if kinds.iter().any(|k| own.contains(&k.as_str())) {
            same += 1;
        } else {
            eprintln!("{name}: {word}, read as {kinds:?}");
        }
    }
    eprintln!("{same} of {all} words agree");
    assert!(same * 100 >= all * 80, "{same} of {all}");
}
