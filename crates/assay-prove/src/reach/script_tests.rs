#![allow(clippy::unwrap_used)]

use assay_sandbox::TreeEntry;
use proptest::prelude::*;

use super::*;

fn tree(name: &str, text: &[u8]) -> Tree {
    let node = Node::File { content: text.to_vec(), executable: false };
    Tree { entries: vec![TreeEntry { path: name.as_bytes().to_vec(), node }], truncated: false }
}

fn places() -> Vec<(String, String)> {
    vec![("/out/site/a.py".into(), "a.py".into()), ("/out/node_modules/n/i.js".into(), "i.js".into())]
}

#[test]
fn pythons_hook_tells_functions_and_calls() {
    let ran = python(&tree("reach", b"span 0 1 4\nspan 0 6 9\nready\nran 0 6\nran 0 77\n"), &places()).unwrap();
    assert_eq!((ran.spans.len(), ran.offsets.into_iter().collect::<Vec<_>>()), (2, vec![1]));
    assert!(python(&tree("reach", b"span 0 1 4\n"), &places()).is_none(), "it never got ready");
    assert!(python(&tree("other", b"ready\n"), &places()).is_none());
    assert!(python(&tree("reach", b"ready\nran 9 1\n"), &places()).is_none(), "a file that was not asked for");
}

#[test]
fn v8_tells_functions_and_counts() {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("node_modules/n");
    fs::create_dir_all(&module).unwrap();
    fs::write(module.join("i.js"), "// \u{1f600}\nfunction a() {\n}\nfunction b() {\n}\n").unwrap();
    let arm = Built {
        source: folder.path().to_owned(),
        deps: folder.path().to_owned(),
        outs: [(String::new(), folder.path().to_owned())].into(),
        refused: std::collections::BTreeMap::new(),
    };
    let function = |name: &str, start: u64, end: u64, count: u64| {
        serde_json::json!({ "functionName": name, "isBlockCoverage": false,
            "ranges": [{ "startOffset": start, "endOffset": end, "count": count }] })
    };
    let text = serde_json::json!({ "result": [{ "scriptId": "1", "url": "file:///out/node_modules/n/i.js",
        "functions": [function("", 0, 44, 1), function("a", 6, 22, 0), function("b", 23, 39, 2)] }] });
    let ran = node(&tree("coverage-2-1-0.json", text.to_string().as_bytes()), &places(), &arm).unwrap();
    let lines: Vec<(u32, u32)> = ran.spans.iter().map(|span| (span.first, span.last)).collect();
    assert_eq!(lines, [(2, 3), (4, 5)]);
    assert_eq!(ran.offsets.into_iter().collect::<Vec<_>>(), [1]);
    let cut = Tree { truncated: true, ..tree("coverage-2-1-0.json", text.to_string().as_bytes()) };
    assert!(node(&cut, &places(), &arm).is_none(), "half a log");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn any_log_is_read(bytes in prop::collection::vec(any::<u8>(), 0..300), lines in "(span|ran|ready| |[0-9]|\n){0,60}") {
        let folder = Path::new("/nonexistent").to_owned();
        let arm = Built { source: folder.clone(), deps: folder, outs: Default::default(), refused: Default::default() };
        let _ = node(&tree("coverage-1", &bytes), &places(), &arm);
        let _ = python(&tree("reach", lines.as_bytes()), &places());
    }
}
