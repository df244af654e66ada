#![allow(clippy::unwrap_used)]
use std::time::Duration;

use assay_sandbox::{Collect, Profile, Task};

use super::*;

fn spec(folder: &Path, out: &Path) -> Spec {
    let mut spec = Spec::of(Task::Builtin { name: "build".into(), request: b"steps".to_vec() });
    spec.mounts = vec![
        Mount::ReadOnly { host: "/usr/share/doc".into(), at: "/tools".into() },
        Mount::Copy { host: folder.join("source"), at: "/src".into(), size: 1 << 20 },
        Mount::ReadOnly { host: folder.join("bundle"), at: "/bundle".into() },
    ];
    spec.collect = vec![Collect {
        from: "/out".into(),
        into: assay_sandbox::Into::Folder(out.to_owned()),
        max_bytes: 5,
        max_entries: 7,
    }];
    spec
}

fn written(folder: &Path) {
    for (path, text) in [("source/a.c", "int a;"), ("source/deep/b.c", "int b;"), ("bundle/harness.c", "int main;")] {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn toolchain(sha256: &str) -> Toolchain {
    Toolchain {
        tools: vec![Tool {
            name: "cc".into(),
            path: "/usr/bin/gcc".into(),
            version: "gcc 12".into(),
            sha256: sha256.into(),
        }],
        mounts: vec![Mount::ReadOnly { host: "/usr/share/doc".into(), at: "/tools".into() }],
        ..Toolchain::default()
    }
}

#[test]
fn the_same_build_elsewhere_has_the_same_key() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    written(one.path());
    written(other.path());
    let key = |folder: &Path, room: u64| {
        let mut spec = spec(folder, &folder.join("anywhere"));
        spec.collect[0].max_bytes = room;
        BuildKeys::default().of(&spec, &toolchain("aa"), "native").unwrap()
    };
    assert_eq!(key(one.path(), 5), key(other.path(), 6));
}

#[test]
fn whatever_a_build_can_see_is_in_its_key() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path());
    let place = folder.path();
    let plain = spec(place, place);
    let of = |spec: &Spec, tools: &Toolchain, engine: &str| BuildKeys::default().of(spec, tools, engine).unwrap();
    let first = of(&plain, &toolchain("aa"), "native");
    let mut seen = vec![first, of(&plain, &toolchain("ab"), "native"), of(&plain, &toolchain("aa"), "bubblewrap")];
    let mut other = |change: &dyn Fn(&mut Spec)| {
        let mut changed = plain.clone();
        change(&mut changed);
        seen.push(of(&changed, &toolchain("aa"), "native"));
    };
    other(&|spec| spec.task = Task::Builtin { name: "build".into(), request: b"stepz".to_vec() });
    other(&|spec| spec.cwd = "/src".into());
    other(&|spec| spec.limits.cpu += Duration::from_secs(1));
    other(&|spec| spec.limits.memory += 1);
    other(&|spec| spec.limits.pids += 1);
    other(&|spec| spec.profile = Profile::Lsan);
    other(&|spec| spec.mounts.push(Mount::Scratch { at: "/out".into(), size: 1 }));
    other(&|spec| spec.mounts.push(Mount::Scratch { at: "/out".into(), size: 2 }));
    other(&|spec| spec.mounts.swap(1, 2));
    other(&|spec| {
        spec.mounts.pop();
    });
    other(&|spec| spec.collect[0].from = "/scratch".into());
    for (path, text) in
        [("source/a.c", "int A;"), ("source/deep/c.c", ""), ("bundle/new", ""), ("bundle/harness.c", "x")]
    {
        fs::write(place.join(path), text).unwrap();
        seen.push(of(&plain, &toolchain("aa"), "native"));
    }
    fs::rename(place.join("source/a.c"), place.join("source/z.c")).unwrap();
    seen.push(of(&plain, &toolchain("aa"), "native"));
    let mut seen: Vec<_> = seen.into_iter().map(|key| key.sha256).collect();
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count, "two different builds share a key");
}

#[test]
fn what_cannot_be_read_gives_no_key() {
    let folder = tempfile::tempdir().unwrap();
    assert!(BuildKeys::default().of(&spec(folder.path(), folder.path()), &toolchain("aa"), "native").is_err());
}

#[test]
fn a_toolchain_that_changes_during_a_build_leaves_it_without_a_name() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path());
    let own = folder.path().join("own");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("as"), "one").unwrap();
    let mut tools = toolchain("aa");
    tools.mounts = vec![Mount::ReadOnly { host: own.clone(), at: "/tools".into() }];
    let mut spec = spec(folder.path(), folder.path());
    spec.mounts.splice(0..1, tools.mounts.clone());
    let key = BuildKeys::default().of(&spec, &tools, "native").unwrap();
    assert!(key.still_holds(&tools));
    std::thread::sleep(Duration::from_millis(20));
    fs::write(own.join("as"), "two").unwrap();
    assert!(!key.still_holds(&tools));
}
