//! Images as Docker and OCI tools write them, with what layers hide, and what
//! a hostile one tries.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use assay_walk::{Options, Walked, image, is_image};
use flate2::Compression;
use flate2::write::GzEncoder;
use support::{dpkg, lock, tar, write};
use tempfile::TempDir;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// zstd's format with its content stored as it is: a frame of raw blocks (RFC 8878, 3.1.1).
fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    out.extend((bytes.len() as u32).to_le_bytes());
    let blocks: Vec<&[u8]> = bytes.chunks(100_000).collect();
    for (n, block) in blocks.iter().enumerate() {
        let head = (block.len() as u32) << 3 | u32::from(n + 1 == blocks.len());
        out.extend(&head.to_le_bytes()[..3]);
        out.extend(*block);
    }
    out
}

/// An archive as `docker save` writes it.
fn docker(layers: &[Vec<u8>]) -> (TempDir, PathBuf) {
    let names: Vec<String> = (0..layers.len()).map(|n| format!("{n}/layer.tar")).collect();
    let manifest = serde_json::json!([{ "Config": "c.json", "RepoTags": ["app:1"], "Layers": names }]).to_string();
    let mut files: Vec<(&str, &[u8])> = vec![("manifest.json", manifest.as_bytes())];
    files.extend(names.iter().map(String::as_str).zip(layers.iter().map(Vec::as_slice)));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    fs::write(&path, tar(&files)).unwrap();
    (folder, path)
}

fn read(path: &Path) -> Walked {
    image(path, &Options::default()).unwrap_or_else(|e| panic!("{e}"))
}

/// What is listed: the path within the image, and the first thing.
fn listed(path: &Path, walked: &Walked) -> Vec<String> {
    let start = format!("{}: ", path.display());
    walked
        .inventories
        .iter()
        .map(|i| {
            let what = i.components.first().map_or_else(String::new, |c| format!("{:?} {:?}", c.what, c.version));
            let words = what.split('"').skip(1).step_by(2).collect::<Vec<_>>().join(" ");
            format!("{} {words}", i.name.strip_prefix(&start).unwrap())
        })
        .collect()
}

#[test]
fn layers_hide_what_lies_below() {
    let status = dpkg("old", "1");
    let newer = dpkg("new", "2");
    let cargo = lock("a", "1.0.0");
    let layers = [
        tar(&[
            ("etc/os-release", b"ID=debian\nVERSION_ID=12\n"),
            ("./var/lib/dpkg/status", status.as_bytes()),
            ("srv/app/Cargo.lock", cargo.as_bytes()),
            ("srv/gone/Cargo.lock", cargo.as_bytes()),
            ("srv/opaque/Cargo.lock", cargo.as_bytes()),
            ("srv/file/Cargo.lock", cargo.as_bytes()),
            ("srv/app/node_modules/x/yarn.lock", b"# yarn lockfile v1\n"),
            ("../../etc/Cargo.lock", cargo.as_bytes()),
        ]),
        tar(&[
            ("var/lib/dpkg/status", newer.as_bytes()),
            ("srv/.wh.gone", b""),
            // What the same layer adds stays, whichever comes first.
            ("srv/opaque/sub/Cargo.lock", cargo.as_bytes()),
            ("srv/opaque/.wh..wh..opq", b""),
            ("srv/file", b"now a file"),
        ]),
    ];
    let expected =
        ["srv/app/Cargo.lock path a 1.0.0", "srv/opaque/sub/Cargo.lock path a 1.0.0", "var/lib/dpkg/status 12 new 2"];
    for pack in [|bytes: &[u8]| bytes.to_vec(), gzip, zstd] {
        let packed: Vec<Vec<u8>> = layers.iter().map(|layer| pack(layer)).collect();
        let (_folder, path) = docker(&packed);
        assert!(is_image(&path));
        let walked = read(&path);
        assert_eq!(listed(&path, &walked), expected);
        let passed: Vec<&str> = walked.passed.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(
            passed,
            ["files whose names are no text, or lead out of the image", "lists in folders named node_modules"]
        );
    }
}

#[test]
fn a_layout_of_oci_with_two_platforms() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    let layer = gzip(&tar(&[("app/Cargo.lock", lock("here", "1.0.0").as_bytes())]));
    let other = tar(&[("app/Cargo.lock", lock("there", "1.0.0").as_bytes())]);
    write(at, "oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    write(at, "blobs/sha256/aa", &layer);
    write(at, "blobs/sha256/bb", &other);
    write(at, "blobs/sha256/a1", r#"{"layers":[{"digest":"sha256:aa"}]}"#);
    write(at, "blobs/sha256/b1", r#"{"layers":[{"digest":"sha256:bb"}]}"#);
    let here = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let index = serde_json::json!({ "manifests": [
        { "digest": "sha256:b1", "platform": { "os": "linux", "architecture": "elsewhere" } },
        { "digest": "sha256:a1", "platform": { "os": "linux", "architecture": here } },
        { "digest": "sha256:c1", "platform": { "os": "unknown", "architecture": "unknown" } },
    ] });
    write(at, "index.json", index.to_string());
    assert!(is_image(at));
    let walked = read(at);
    assert_eq!(listed(at, &walked), ["app/Cargo.lock path here 1.0.0"]);
    assert_eq!(walked.passed[0].what, "images for the platform linux/elsewhere");
    // A digest is no path.
    write(at, "index.json", r#"{"manifests":[{"digest":"sha256:../../../etc/passwd"}]}"#);
    assert!(image(at, &Options::default()).unwrap_err().to_string().contains("is no digest"));
    // An index in an index in an index.
    write(at, "index.json", r#"{"manifests":[{"mediaType":"x.index.y","digest":"sha256:dd"}]}"#);
    write(at, "blobs/sha256/dd", r#"{"manifests":[{"mediaType":"x.index.y","digest":"sha256:dd"}]}"#);
    assert!(image(at, &Options::default()).unwrap_err().to_string().contains("nested too deep"));
}

#[test]
fn bombs_and_damage_are_refused_with_their_layer() {
    let says = |layers: &[Vec<u8>], word: &str| {
        let (_folder, path) = docker(layers);
        let error = image(&path, &Options::default()).unwrap_err().to_string();
        assert!(error.contains("layer 1 of 1: ") && error.contains(word), "{error}");
    };
    // 128 MiB of nothing in a small file.
    let mut head = tar::Header::new_gnu();
    head.set_size(128 << 20);
    head.set_path("zeros").unwrap();
    head.set_cksum();
    // gzip's members may follow each other, so that one is packed once and written often.
    let bomb = [gzip(head.as_bytes()), gzip(&vec![0; 1 << 20]).repeat(128)].concat();
    says(&[bomb], "refused as a bomb");
    let whole = gzip(&tar(&[("Cargo.lock", lock("a", "1.0.0").as_bytes())]));
    says(&[whole[..whole.len() / 2].to_vec()], "");
    says(&[b"what is this, it is no layer at all".repeat(100)], "");
    says(&[b"\xfd7zXZ\0".to_vec()], "xz or bzip2");

    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("image.tar");
    fs::write(&at, gzip(&tar(&[("manifest.json", b"[]")]))).unwrap();
    assert!(!is_image(&at));
    assert!(image(&at, &Options::default()).unwrap_err().to_string().contains("packed as a whole"));
    fs::write(&at, tar(&[("manifest.json", br#"[{"Layers":["gone/layer.tar"]}]"#)])).unwrap();
    assert!(image(&at, &Options::default()).unwrap_err().to_string().contains("is not in the image"));
    fs::write(&at, tar(&[("readme", b"x")])).unwrap();
    assert!(!is_image(&at));
    assert!(image(&at, &Options::default()).unwrap_err().to_string().contains("is it a container image?"));
}
