//! `assay recheck` and `assay bisect` through the real program, with repositories that the tests make, hostile ones
//! among them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Bench, Said, example};

/// A repository under construction, made by the host's git with no configuration of the host's.
struct Made {
    path: PathBuf,
}

impl Made {
    fn new(path: PathBuf) -> Self {
        fs::create_dir_all(&path).unwrap();
        let made = Self { path };
        made.git(&["init", "-q", "-b", "main", "."]);
        made
    }

    #[track_caller]
    fn git(&self, words: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"])
            .args(words)
            .current_dir(&self.path)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// The example's target, in this folder of the repository.
    fn target(&self, folder: &str) {
        for name in ["tlv.c", "tlv.h"] {
            let text = fs::read_to_string(example("heap-overflow").join("target").join(name)).unwrap();
            self.write(&format!("{folder}{name}"), &text);
        }
    }

    /// A change that mends nothing.
    fn idle(&self, folder: &str, number: usize) -> String {
        let path = self.path.join(format!("{folder}tlv.c"));
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}/* {number} */\n")).unwrap();
        self.commit(&format!("change {number}"))
    }

    fn fix(&self, folder: &str) -> String {
        let path = self.path.join(format!("{folder}tlv.c"));
        let text = fs::read_to_string(&path).unwrap();
        let fixed = text.replacen("0x7f ? 3 : 1", "0x7f ? 4 : 1", 1);
        assert_ne!(text, fixed);
        fs::write(&path, fixed).unwrap();
        self.commit("Count four characters for a byte\n\nLonger story.")
    }
}

fn bisect(bench: &Bench, repository: &Path, more: &[&str]) -> Said {
    let mut command = bench.command();
    command.args(["bisect", "--format=json", "--no-progress"]).arg(example("heap-overflow")).arg(repository).args(more);
    support::said(&mut command)
}

fn recheck(bench: &Bench, on: &[&Path]) -> Said {
    let mut command = bench.command();
    command.args(["recheck", "--format=json", "--no-progress"]).arg(example("heap-overflow"));
    on.iter().for_each(|on| {
        command.arg("--on").arg(on);
    });
    support::said(&mut command)
}

#[test]
fn the_commit_is_found_though_some_do_not_build_and_whatever_it_says_of_itself() {
    let bench = Bench::new();
    let made = Made::new(bench.path("repository"));
    made.target("");
    made.commit("first");
    made.git(&["tag", "v0.3.1"]);
    for number in 0..4 {
        made.idle("", number);
    }
    made.write("tlv.c", "int broken(\n");
    let broken = made.commit("does not build");
    made.target("");
    let before = made.commit("builds again");
    let fix = made.fix("");
    for number in 4..9 {
        made.idle("", number);
    }
    let said = bisect(&bench, &made.path, &[]).exits(0);
    let json = said.json();
    assert_eq!(
        (json["answer"].as_str(), json["gone"].as_str()),
        (Some("found"), Some(fix.as_str())),
        "{}",
        said.stdout
    );
    assert_eq!(json["still"], before.as_str());
    assert_eq!(json["from_by"], "the tag of the bundle's version");
    assert_eq!(json["subject"], "Count four characters for a byte");
    let asked: Vec<&str> =
        json["asked"].as_array().unwrap().iter().map(|asked| asked["commit"].as_str().unwrap()).collect();
    for commit in [&fix, &before] {
        assert_eq!(asked.iter().filter(|asked| *asked == commit).count(), 3, "once, and twice more");
    }
    // Before the fix the line has nothing that builds but its two ends.
    let said = bisect(&bench, &made.path, &["--from", &format!("{broken}~1"), "--to", &fix]).exits(0);
    assert_eq!(said.json()["gone"], fix.as_str());
    // The other answers.
    assert_eq!(bisect(&bench, &made.path, &["--to", &before]).exits(10).json()["answer"], "still-there");
    let said = bisect(&bench, &made.path, &["--from", &fix]).exits(13);
    assert!(said.json()["sentence"].as_str().unwrap().contains("does not show the flaw"), "{}", said.stdout);
    for wrong in ["no-such-tag", "--upload-pack=x", "", "HEAD:tlv.c", "a b"] {
        let said = bisect(&bench, &made.path, &[&format!("--to={wrong}")]).exits(2);
        assert_eq!(said.json()["error"]["code"], "no-commit", "{wrong}");
    }
    assert_eq!(bisect(&bench, &made.path, &["--folder=../x"]).exits(2).json()["error"]["code"], "no-folder");
}

#[test]
fn where_nothing_between_can_be_asked_a_stretch_is_told() {
    let bench = Bench::new();
    let made = Made::new(bench.path("repository"));
    made.target("");
    let still = made.commit("first");
    made.write("tlv.c", "int broken(\n");
    made.commit("does not build");
    made.write("tlv.c", "int broken2(\n");
    made.commit("nor does this");
    made.target("");
    let gone = made.fix("");
    let said = bisect(&bench, &made.path, &["--from", &still]).exits(11);
    let json = said.json();
    assert_eq!((&json["answer"], &json["still"], &json["gone"]), (&"between".into(), &still.into(), &gone.into()));
    assert_eq!(json["unknown"], 2);
}

#[test]
fn a_merge_is_followed_to_the_commit_in_a_folder_of_its_own_without_a_start() {
    let bench = Bench::new();
    let made = Made::new(bench.path("repository"));
    made.target("lib/tlv/");
    made.commit("first");
    for number in 0..3 {
        made.idle("lib/tlv/", number);
    }
    made.git(&["checkout", "-q", "-b", "side"]);
    made.write("README", "side\n");
    made.commit("begin");
    let fix = made.fix("lib/tlv/");
    made.write("README", "done\n");
    made.commit("end");
    made.git(&["checkout", "-q", "main"]);
    made.write("NEWS", "news\n");
    made.commit("meanwhile");
    made.git(&["merge", "-q", "--no-ff", "-m", "merge side", "side"]);
    made.write("NEWS", "more news\n");
    made.commit("after");
    // Packed, as a clone has it.
    made.git(&["gc", "-q"]);
    let said = bisect(&bench, &made.path, &["--folder", "lib/tlv"]).exits(0);
    let json = said.json();
    assert_eq!(json["gone"], fix.as_str(), "{}", said.stdout);
    assert_eq!(json["from_by"], "searched backwards");
    // Commits that leave the target as it was are one version.
    assert!(json["builds"].as_u64().unwrap() < json["asked"].as_array().unwrap().len() as u64, "{}", said.stdout);
}

#[test]
fn nothing_of_a_hostile_repository_runs() {
    let bench = Bench::new();
    let made = Made::new(bench.path("repository"));
    made.target("");
    // The attributes would hide the source from an archive, rewrite it, and send it through a command.
    made.write(
        ".gitattributes",
        "tlv.h export-ignore\ntlv.c filter=evil text eol=crlf ident export-subst working-tree-encoding=UTF-16\n",
    );
    // While it is made, they are switched off.
    made.write(".git/info/attributes", "* -text !eol -filter -ident !working-tree-encoding\n");
    made.commit("first");
    let before = made.idle("", 1);
    let fix = made.fix("");
    made.idle("", 2);
    let canary = bench.path("canary");
    let touch = bench.path("touch.sh");
    fs::write(&touch, format!("#!/bin/sh\ntouch {}\ncat\n", canary.display())).unwrap();
    fs::set_permissions(&touch, fs::Permissions::from_mode(0o755)).unwrap();
    let run = touch.display();
    made.write(
        ".git/config",
        &format!(
            "[core]\n\trepositoryformatversion = 1\n\tfsmonitor = {run}\n\thooksPath = {0}\n\tpager = {run}\n\tsshCommand = \
             {run}\n\tgitProxy = {run}\n\talternateRefsCommand = {run}\n[filter \"evil\"]\n\tsmudge = {run}\n\tclean = \
             {run}\n\tprocess = {run}\n\trequired = true\n[tar \"tar\"]\n\tcommand = {run}\n[pager]\n\tlog = \
             {run}\n[gpg]\n\tprogram = {run}\n[log]\n\tshowSignature = true\n[extensions]\n\tpartialClone = origin\n[remote \
             \"origin\"]\n\turl = ext::{run}\n\tpromisor = true\n\tuploadpack = {run}\n[protocol \"ext\"]\n\tallow = \
             always\n[diff]\n\texternal = {run}\n",
            bench.path("hooks").display()
        ),
    );
    made.write(".git/info/attributes", "* filter=evil\n");
    fs::create_dir(bench.path("hooks")).unwrap();
    for hook in ["post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc"] {
        fs::copy(&touch, bench.path("hooks").join(hook)).unwrap();
        fs::copy(&touch, made.path.join(".git/hooks").join(hook)).unwrap();
    }
    // What would be read elsewhere, and a name that is an option.
    made.write(".git/objects/info/alternates", "/root/.git/objects\n/etc\n");
    made.write(".git/refs/heads/--upload-pack=x", &format!("{fix}\n"));
    symlink("/etc/passwd", made.path.join(".git/refs/heads/link")).unwrap();
    let said = bisect(&bench, &made.path, &[]).exits(0);
    assert_eq!(said.json()["gone"], fix.as_str(), "{}", said.stdout);
    assert_eq!(said.json()["still"], before.as_str());
    assert!(!canary.exists(), "a command of the repository ran");
    // The test can fail: whoever lets git read this configuration runs the command.
    let _ = Command::new("git").args(["archive", "HEAD"]).current_dir(&made.path).output();
    let _ = Command::new("git").args(["status"]).current_dir(&made.path).output();
    assert!(canary.exists(), "the repository is not hostile at all");
}

#[test]
fn what_leads_elsewhere_is_refused_and_a_lie_of_the_objects_says_nothing() {
    let bench = Bench::new();
    let made = Made::new(bench.path("repository"));
    made.target("");
    made.commit("first");
    made.fix("");
    let refused = |path: &Path| {
        let said = bisect(&bench, path, &[]).exits(2);
        assert_eq!(said.json()["error"]["code"], "no-repository", "{}", said.stdout);
    };
    refused(&bench.path("nowhere"));
    fs::create_dir_all(bench.path("file")).unwrap();
    fs::write(bench.path("file/.git"), format!("gitdir: {}\n", made.path.join(".git").display())).unwrap();
    refused(&bench.path("file"));
    fs::create_dir_all(bench.path("link/.git")).unwrap();
    symlink(made.path.join(".git/objects"), bench.path("link/.git/objects")).unwrap();
    refused(&bench.path("link"));
    // Objects that are not what their names say.
    for folder in fs::read_dir(made.path.join(".git/objects")).unwrap() {
        let folder = folder.unwrap().path();
        for object in fs::read_dir(&folder).unwrap() {
            let object = object.unwrap().path();
            fs::set_permissions(&object, fs::Permissions::from_mode(0o644)).unwrap();
            fs::write(&object, b"x\x9c garbage").unwrap();
        }
    }
    let said = bisect(&bench, &made.path, &[]);
    assert!([2, 13].contains(&said.exit), "{said:?}");
}

#[test]
fn another_version_is_asked_as_a_folder_and_as_an_archive() {
    let bench = Bench::new();
    let made = Made::new(bench.path("project"));
    made.target("");
    made.commit("first");
    let said = recheck(&bench, &[&made.path]).exits(0);
    assert_eq!(said.json()["still"], "still-there");
    made.fix("");
    let said = recheck(&bench, &[&made.path]).exits(10);
    let json = said.json();
    assert_eq!((json["still"].as_str(), json["reach"].as_str()), (Some("gone"), Some("unknown")));
    assert!(json["sentence"].as_str().unwrap().contains("not known"), "{}", said.stdout);
    let archive = bench.path("project-0.4.tar.gz");
    made.git(&["archive", "--format=tar.gz", "--prefix=project-0.4/", "-o", archive.to_str().unwrap(), "HEAD"]);
    assert_eq!(recheck(&bench, &[&archive]).exits(10).json()["still"], "gone");
    // A dead harness is no fix: nothing is printed any more, so no benign input shows its sign of life.
    let text = fs::read_to_string(made.path.join("tlv.c")).unwrap();
    let dead = text.replacen("enum tlv_status tlv_read(", "enum tlv_status tlv_reads(", 1)
        + "enum tlv_status \
        tlv_read(struct tlv_report *r, const uint8_t *f, size_t n) { (void)r; (void)f; (void)n; return TLV_SHORT; }\n";
    assert_ne!(text, dead);
    fs::write(made.path.join("tlv.c"), dead).unwrap();
    let said = recheck(&bench, &[&made.path]).exits(13);
    assert_eq!(said.json()["still"], "cannot-tell", "{}", said.stdout);
    // Nor is one that does not build, nor one that cannot be had.
    fs::write(made.path.join("tlv.c"), "int broken(\n").unwrap();
    assert_eq!(recheck(&bench, &[&made.path]).exits(13).json()["still"], "cannot-tell");
    let absent = PathBuf::from(format!("project-0.5.tar.gz@sha256:{}", "0".repeat(64)));
    assert_eq!(recheck(&bench, &[&absent]).exits(13).json()["there"]["verdict"], "not-run");
    assert_eq!(recheck(&bench, &[&bench.path("nowhere.tar.gz")]).exits(2).json()["error"]["code"], "no-source");
    assert_eq!(recheck(&bench, &[&made.path, &archive]).exits(2).json()["error"]["code"], "no-source");
}
