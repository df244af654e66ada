#![allow(clippy::unwrap_used)]

use std::fs;

use proptest::prelude::*;

use super::*;

const HYBRID: &str = "30 25 0:26 / /cg/memory rw,relatime - cgroup cgroup rw,memory\n\
    31 25 0:27 / /cg/pids rw,relatime shared:9 - cgroup cgroup rw,pids\n\
    32 25 0:28 / /cg/unified rw,relatime - cgroup2 cgroup2 rw\n";
const UNIFIED: &str = "32 25 0:28 / /cg rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

/// What is found on a system with these files.
fn on(files: &[(&str, &str)]) -> Result<Place, String> {
    let tree = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = tree.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let found = place(tree.path())?;
    let short = |path: PathBuf| PathBuf::from("/").join(path.strip_prefix(tree.path()).unwrap());
    Ok(match found {
        Place::V1 { memory, pids } => Place::V1 { memory: short(memory), pids: short(pids) },
        Place::V2(folder) => Place::V2(short(folder)),
        Place::V2Alone(folder) => Place::V2Alone(short(folder)),
    })
}

#[test]
fn the_first_version_is_taken_where_the_second_lacks_the_controllers() {
    let own = ("proc/self/cgroup", "8:pids:/\n4:memory:/a/b\n0::/\n");
    let mounts = ("proc/self/mountinfo", HYBRID);
    let files = [("cg/memory/a/b/cgroup.procs", ""), ("cg/pids/cgroup.procs", ""), ("cg/unified/cgroup.procs", "")];
    let (memory, pids) = ("/cg/memory/a/b".into(), "/cg/pids".into());
    assert_eq!(on(&[own, mounts, files[0], files[1], files[2]]), Ok(Place::V1 { memory, pids }));
    assert!(on(&[own, mounts, files[0]]).unwrap_err().contains("may be written"), "only one of the two");
}

#[test]
fn the_nearest_group_that_hands_both_controllers_on_is_taken() {
    let base = [("proc/self/cgroup", "0::/user/app/term\n"), ("proc/self/mountinfo", UNIFIED)];
    let of = |more: &[(&str, &str)]| on(&[&base[..], more].concat());
    let term = [("cg/user/app/term/cgroup.procs", "1\n2\n"), ("cg/user/app/term/cgroup.controllers", "memory pids\n")];
    let app = [("cg/user/app/cgroup.procs", ""), ("cg/user/app/cgroup.subtree_control", "cpu memory pids\n")];
    assert_eq!(of(&[&term[..], &app].concat()), Ok(Place::V2("/cg/user/app".into())));
    let half = [("cg/user/app/cgroup.procs", ""), ("cg/user/app/cgroup.subtree_control", "cpu memory\n")];
    assert!(of(&[&term[..], &half].concat()).is_err());
    assert!(of(&[&term[..], &app[1..]].concat()).is_err(), "processes cannot be moved there");
}

#[test]
fn a_group_of_its_own_serves_only_a_process_that_is_alone_in_it() {
    let base = [("proc/self/cgroup", "0::/scope\n"), ("proc/self/mountinfo", UNIFIED)];
    let control = [("cg/scope/cgroup.controllers", "memory pids\n"), ("cg/scope/cgroup.subtree_control", "\n")];
    let of = |procs: &str| on(&[&base[..], &control, &[("cg/scope/cgroup.procs", procs)]].concat());
    let own = std::process::id();
    assert_eq!(of(&format!("{own}\n")), Ok(Place::V2Alone("/cg/scope".into())));
    assert!(of(&format!("1\n{own}\n")).is_err());
}

#[test]
fn what_is_mounted_of_a_hierarchy_is_taken_off_the_path() {
    let mounts = "32 25 0:28 /docker/x /cg rw - cgroup2 cgroup2 rw\n";
    let files = [
        ("proc/self/cgroup", "0::/docker/x/in\n"),
        ("proc/self/mountinfo", mounts),
        ("cg/in/cgroup.procs", ""),
        ("cg/in/cgroup.subtree_control", "memory pids"),
    ];
    assert_eq!(on(&files), Ok(Place::V2("/cg/in".into())));
}

#[test]
fn a_system_without_control_groups_is_told() {
    assert!(on(&[]).unwrap_err().contains("no control groups are mounted"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_of_the_kernel_breaks_it(mountinfo in "[ -~\n]{0,200}", own in "[0-9:/a-z,.\n]{0,80}") {
        let _ = on(&[("proc/self/mountinfo", &mountinfo), ("proc/self/cgroup", &own)]);
        let near = format!("1 1 0:1 / {mountinfo} - cgroup2 x y");
        let _ = on(&[("proc/self/mountinfo", &near), ("proc/self/cgroup", &own)]);
    }
}
