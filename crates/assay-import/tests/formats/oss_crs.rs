//! Exchange folders of OSS-CRS.

use assay_import::Format;

use crate::sarif::sarif;
use crate::support::{PATCH, auto, content, says, tree, value};

#[test]
fn oss_crs_folders_give_a_bundle_for_each_pov_and_candidate() {
    let sarif = serde_json::to_vec(&sarif()).unwrap();
    let imported = auto(&tree(&[
        ("run/povs/abc123", b"one"),
        ("run/povs/def456", b"two"),
        ("run/povs/.lock", b"x"),
        ("run/povs/empty", b""),
        ("run/patches/p.diff", PATCH.as_bytes()),
        ("run/patches/broken", b"nothing"),
        ("run/seeds/s1", b"seed"),
        ("run/bug-candidates/c.sarif", &sarif),
        ("run/bug-candidates/note.md", b"# Stack smash in parse\n\nSeen at /home/ada/src/x.c\n"),
        ("run/reports/r.txt", b"text"),
    ]));
    assert_eq!(imported.format, Format::OssCrs);
    let names: Vec<_> = imported.bundles.iter().map(|bundle| bundle.name.as_str()).collect();
    assert_eq!(names, ["001-abc123", "002-def456", "003-cpp_overflow", "004-note.md"]);
    let first = &imported.bundles[0];
    assert_eq!(content(first, "poc/abc123"), b"one");
    assert_eq!(content(first, "patches/p.diff"), PATCH.as_bytes());
    assert_eq!(value(first, &["arms"]), None, "no patch is said to belong to it");
    says(first, "does not say which of them is for this input: `patches/p.diff`");
    let note = &imported.bundles[3];
    assert!(note.manifest.contains("/home/user/src/x.c") && !note.manifest.contains("ada"));
    assert_eq!(value(note, &["title"]).unwrap().as_str(), Some("Stack smash in parse"));
    let left = imported.left_out.join("\n");
    for words in ["povs/empty", "patches/broken", "`seeds/`: 1 files", "`reports/`: 1 files"] {
        assert!(left.contains(words), "{words} in {left}");
    }
}
