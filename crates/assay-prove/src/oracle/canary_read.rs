//! A secret that gets out.
//!
//! **Proves** that a run gave away a secret which was drawn for it alone and
//! lay in a file, `$CANARY/secret`, that nothing in bundle or target could know
//! beforehand: a piece of it stands in what the run printed, in what a server
//! sent to its driver by the relay's own record, or in a file, a file's name or
//! a link that it left in the scratch folder. For path traversal
//! that reads, links followed out of an archive, external entities, included
//! files. In which forms it is recognised says [`super::secret`].
//!
//! What got out stays out, however the run ended. Silence needs a run that ended
//! by itself, and all that it left to have been looked through.
//!
//! **Assurance**: that of harness and recipe, and never more than `claimant`
//! where the command or an argument names the canary, or no fixed version is
//! held against it: a program that is told to read a file may do so. **Cheats**:
//! a harness that opens the file itself, for the trigger alone; a target that
//! prints any file it is given, which is its purpose and no flaw. The benign
//! inputs find the first where it does not tell inputs apart, the fixed version
//! the second where it reads the file as well; else only a reader of the
//! harness does. Hiding what gets out, by a cipher or word by word, only makes a
//! proof fail.

use assay_bundle::verdict::Outcome;
use assay_sandbox::{End, Node, Tree};

use super::Oracle;
use super::end::end_words;
use super::line::shown;
use super::plan::{Plan, RunOptions};
use super::runtime::{self, Reporting};
use super::secret::{Form, Secret};
use super::seen::{Judgement, Seen};

pub(super) struct CanaryRead;

impl Oracle for CanaryRead {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        RunOptions {
            env: runtime::env(plan, Reporting::Stderr),
            snapshot_scratch: true,
            snapshot_canary: true,
            ..RunOptions::default()
        }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        let end = end_words(&seen.finished.end);
        if let End::NotStarted(_) = seen.finished.end {
            return Judgement::of(Outcome::HarnessError, end);
        }
        let Some(planted) = seen.planted else {
            return Judgement::of(Outcome::OracleBroken, "no secret was planted for this run");
        };
        if let Some((place, form)) = found(seen, planted.secret, planted.scratch) {
            return Judgement::fired("canary-read", format!("the secret got out by {place}, {}; {end}", form.words()));
        }
        if let Some(judgement) = seen.cut_short_or_crashed() {
            return judgement;
        }
        if seen.changes_cut {
            return Judgement::of(Outcome::Limit, "the run left more files than are looked through");
        }
        Judgement::of(Outcome::Silent, format!("the secret is in nothing that the run printed, sent or left; {end}"))
    }
}

/// Where the secret stands, and how it is written there.
fn found(seen: &Seen<'_>, secret: &Secret, scratch: &Tree) -> Option<(String, Form)> {
    for (name, bytes) in [("stdout", &seen.finished.stdout), ("stderr", &seen.finished.stderr)] {
        if let Some(form) = secret.find(bytes) {
            return Some((name.to_owned(), form));
        }
    }
    if let Some(form) = seen.said.iter().find_map(|said| secret.find(said)) {
        return Some(("what the server sent".to_owned(), form));
    }
    let mut entries: Vec<_> = scratch.entries.iter().collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    for entry in &entries {
        let (what, bytes) = match &entry.node {
            Node::File { content, .. } => ("the file", content),
            Node::Link(target) => ("the target of the link", target),
            Node::Folder | Node::Other => continue,
        };
        if let Some(form) = secret.find(bytes) {
            return Some((format!("{what} $SCRATCH/{}", shown(&String::from_utf8_lossy(&entry.path))), form));
        }
    }
    // One after the other, so that a secret cut into many names is found as well.
    let names = entries.iter().map(|entry| entry.path.as_slice()).collect::<Vec<_>>().join(&b'\n');
    secret.find(&names).map(|form| ("the names of files in $SCRATCH".to_owned(), form))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use assay_sandbox::TreeEntry;

    use super::super::testing::Scene;
    use super::*;

    fn entry(path: &[u8], node: Node) -> TreeEntry {
        TreeEntry { path: path.to_vec(), node }
    }

    fn file(path: &str, content: &str) -> TreeEntry {
        entry(path.as_bytes(), Node::File { content: content.as_bytes().to_vec(), executable: false })
    }

    fn scene(end: End) -> (Scene, Secret) {
        let secret = Secret::of([0xa7; 32].map(|byte: u8| byte.wrapping_mul(31)));
        let mut scene = Scene::of(end);
        scene.secret = Some(secret.clone());
        (scene, secret)
    }

    #[test]
    fn fires_by_whatever_way_it_gets_out() {
        let ways: [fn(&mut Scene, &str); 7] = [
            |scene, text| scene.finished.stdout = format!("a\n{text}\n").into_bytes(),
            |scene, text| scene.finished.stderr = format!("error: no key {text}").into_bytes(),
            |scene, text| scene.said.push(text.as_bytes().to_vec()),
            |scene, text| scene.scratch.entries.push(file("log/out", text)),
            |scene, text| scene.scratch.entries.push(entry(b"link", Node::Link(text.as_bytes().to_vec()))),
            |scene, text| scene.scratch.entries.push(entry(text.as_bytes(), Node::Folder)),
            |scene, text| {
                for (at, part) in text.as_bytes().chunks(8).enumerate().rev() {
                    // Numbered by a letter that is no digit of the secret's.
                    let name = [&[b'g' + u8::try_from(at).unwrap()], part].concat();
                    scene.scratch.entries.push(entry(&name, Node::Folder));
                }
            },
        ];
        for (number, way) in ways.into_iter().enumerate() {
            let (mut scene, secret) = scene(End::Exited(0));
            assert_eq!(CanaryRead.judge(&scene.seen()).outcome, Outcome::Silent);
            way(&mut scene, secret.text());
            let judgement = CanaryRead.judge(&scene.seen());
            // A letter before each part ends the row of digits: that is the last way's bound.
            let expected = if number == 6 { Outcome::Silent } else { Outcome::Fired };
            assert_eq!(judgement.outcome, expected, "{number}: {}", judgement.saw);
            assert!(!judgement.saw.contains(secret.text()), "a report is no way out for it either");
        }
    }

    #[test]
    fn what_got_out_stays_out() {
        for end in [End::Signaled(11), End::CpuLimit, End::OutputLimit, End::Exited(1)] {
            let (mut scene, secret) = scene(end.clone());
            scene.finished.stdout = secret.text().as_bytes().to_vec();
            assert_eq!(CanaryRead.judge(&scene.seen()).outcome, Outcome::Fired, "{end:?}");
        }
    }

    #[test]
    fn half_a_run_is_no_silence() {
        for (end, outcome) in [
            (End::OutputLimit, Outcome::Limit),
            (End::Signaled(11), Outcome::OtherCrash),
            (End::NotStarted("no such file".to_owned()), Outcome::HarnessError),
        ] {
            assert_eq!(CanaryRead.judge(&scene(end).0.seen()).outcome, outcome);
        }
        let (mut cut, _) = scene(End::Exited(0));
        cut.changes_cut = true;
        assert_eq!(CanaryRead.judge(&cut.seen()).outcome, Outcome::Limit);
        assert_eq!(CanaryRead.judge(&Scene::of(End::Exited(0)).seen()).outcome, Outcome::OracleBroken);
    }

    #[test]
    fn cheat_another_runs_secret() {
        let (mut scene, _) = scene(End::Exited(0));
        scene.finished.stdout = Secret::of([3; 32]).text().as_bytes().to_vec();
        assert_eq!(CanaryRead.judge(&scene.seen()).outcome, Outcome::Silent);
    }
}
