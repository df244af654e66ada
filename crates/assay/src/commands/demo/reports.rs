//! Chapters 1 to 3: a target claimed, eight reports in, proved, and grouped.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use assay_app::reproduction::Prove;
use assay_app::who::Who;
use assay_bundle::verdict::Verdict;
use assay_case::Embargoed;
use assay_case::finding::{Command, Word};
use assay_case::ids::FindingId;
use assay_case::lease::Method;
use assay_case::target::{Purl, Target, Whole};
use assay_case::text::Line;
use serde_json::json;

use super::ahead::Ahead;
use super::house::{ANA, BEN, FAY, GUS, House};
use super::story::{STORIES, Story};
use super::teller::Teller;
use crate::commands::group;
use crate::examples;
use crate::failure::Failure;
use crate::intake::{Intake, Refusal};
use crate::report::several::{End, Row};
use crate::report::{plain, words};
use crate::runner::Runner;

/// The program that the reports are about.
pub const TARGET: &str = "pkg:generic/tlv@0.3.1";

/// What the first chapters leave for the next.
pub struct Reports {
    /// The first finding: the one that gets a case.
    pub first: FindingId,
    /// Each report beside what its author expects.
    pub rows: Vec<Row<'static>>,
}

/// Where each example would lie.
static PATHS: LazyLock<Vec<PathBuf>> =
    LazyLock::new(|| STORIES.iter().map(|story| PathBuf::from("examples").join(story.name)).collect());

/// Tells it.
pub fn tell(house: &House, runner: &Runner, teller: &mut Teller) -> Result<Reports, Failure> {
    claim(house, teller)?;
    let findings = submit(house, teller)?;
    let rows = reproduce(house, runner, &findings, teller)?;
    decide(house, runner, &findings, teller)?;
    let first = findings.first().copied().ok_or_else(|| Failure::own("demo", "there is no report"))?;
    Ok(Reports { first, rows })
}

fn claim(house: &House, teller: &mut Teller) -> Result<(), Failure> {
    teller.chapter("A target is claimed, so that nobody scans it twice");
    let purl = Purl::new(TARGET).map_err(|error| Failure::own("demo", error.to_string()))?;
    let target = Target::all_of(Whole::Package(purl));
    let week = Duration::from_secs(7 * 86_400);
    let lease = house.local.claim(&Who::person(FAY), &target, Method::Fuzzing, week)?;
    teller.said(
        &format!(
            "{FAY} of the Northern AI lab claims {TARGET} for fuzzing, for a week, with fencing token {}.",
            lease.token
        ),
        json!({ "lease": lease.id, "token": lease.token, "expires": lease.expires }),
    );
    let second = house.local.claim(&Who::person(GUS), &target, Method::Fuzzing, week);
    let taken = second.as_ref().is_err_and(|refusal| refusal.code == assay_case::Code::Taken.as_str());
    teller.did(&format!("{GUS} asks for the same, and learns one word: taken. Not by whom, and not what was found."));
    teller.expect(taken, "the second claim was not refused as taken");
    teller.next("Each of them works on something else; the lease ends by itself unless it is renewed.");
    Ok(())
}

fn submit(house: &House, teller: &mut Teller) -> Result<Vec<FindingId>, Failure> {
    teller.chapter("Eight reports come in");
    let mut findings = Vec::new();
    for story in STORIES {
        let bundle = examples::load(story.name).ok_or_else(|| {
            Failure::own("no-example", format!("the example `{}` is not part of this program", story.name))
        })?;
        let submitted = house.local.submit(&Who::person(story.finder), &bundle)?;
        if story.name == "heap-overflow" {
            super::house::write(&house.folder.join("first-report.receipt.json"), &submitted.envelope)?;
        }
        teller.line(&format!("  {:<28} {:<15} {}", story.name, story.finder, story.claim));
        findings.push(submitted.receipt.finding);
    }
    teller.said(
        "Each is on disk before it is acknowledged, sealed under a key of its own, and each finder has a signed receipt \
         that proves the time without showing the content.",
        json!({ "findings": findings }),
    );
    teller.next("A verifier runs them. Nobody runs his own.");
    Ok(findings)
}

fn reproduce(
    house: &House,
    runner: &Runner,
    findings: &[FindingId],
    teller: &mut Teller,
) -> Result<Vec<Row<'static>>, Failure> {
    teller.chapter("A sandbox says which of them are real");
    let rows = std::thread::scope(|scope| {
        let examples = STORIES.iter().filter_map(|story| examples::load(story.name));
        let ready = examples.filter_map(|bundle| Intake::of(bundle).ready().ok()).collect();
        let ahead = Ahead::begin(scope, runner, ready);
        let reports = STORIES.iter().zip(findings).zip(PATHS.iter());
        reports.map(|((story, id), path)| one(house, &ahead, story, *id, path, teller)).collect::<Result<Vec<_>, _>>()
    })?;
    teller.did(
        "Every verdict is a signed statement with the sandbox's layers and every run. It says `claimant` where the finder \
         brought the harness: someone reads that first.",
    );
    teller.next("A person answers what is not true; what is true is compared.");
    Ok(rows)
}

fn one(
    house: &House,
    prover: &dyn Prove,
    story: &Story,
    id: FindingId,
    path: &'static Path,
    teller: &mut Teller,
) -> Result<Row<'static>, Failure> {
    let begun = Instant::now();
    let bundle = examples::load(story.name).ok_or_else(|| Failure::own("demo", "an example is gone"))?;
    let expected = bundle.expected.clone();
    let intake = Intake::of(bundle);
    let end = if intake.is_partial() {
        End::Refused(Refusal::Unready(Box::new(intake)))
    } else {
        End::Proved(Box::new(house.local.reproduce(Some(&Who::person(BEN)), id, prover)?.proof))
    };
    let row = Row::new(path, expected.as_deref(), end, begun.elapsed());
    tell_one(story, &row, teller);
    Ok(row)
}

fn tell_one(story: &Story, row: &Row<'_>, teller: &mut Teller) {
    let (verdict, beside) = match &row.end {
        End::Proved(proof) => {
            (proof.ruling.verdict.as_str(), format!("assurance {}", words::assurance(proof.assurance)))
        }
        End::Kept(kept) => (kept.verdict.as_str(), format!("assurance {}", words::assurance(kept.assurance))),
        End::Refused(_) => ("partial", "what is missing was listed".to_owned()),
        End::Failed(failure) => ("failed", failure.message.clone()),
    };
    teller.line(&format!("  {:<28} {:<16} {}", story.name, verdict, plain::line(&beside, 300)));
    match &row.matches {
        Ok(()) => teller.aside(&format!("                             {}", story.meaning)),
        Err(why) => teller.expect(false, &format!("{}: {why}", story.name)),
    }
    teller.steps.push(json!({ "report": story.name, "verdict": verdict, "meaning": story.meaning }));
}

fn decide(house: &House, runner: &Runner, findings: &[FindingId], teller: &mut Teller) -> Result<(), Failure> {
    teller.chapter("The duplicate is found, and the slop refused");
    let compared = house.local.group(runner)?;
    let merged = compared.iter().find(|one| one.is_merged());
    if let Some(one) = merged {
        teller.said(
            &format!(
                "The second finder's report is the same flaw as the first: {}.",
                group::sentence(one).trim_end_matches('.')
            ),
            json!({ "later": one.later, "earlier": one.earlier }),
        );
    }
    let pair = findings.first().zip(findings.get(1));
    teller.expect(
        merged.is_some_and(|one| pair == Some((&one.earlier, &one.later)))
            && compared.iter().filter(|one| one.is_merged()).count() == 1,
        "exactly the second report is a duplicate of the first",
    );
    let apart = compared.len().saturating_sub(1);
    teller.did(&format!("{apart} other pairs were tried the same way, and stay apart."));

    let ana = Who::person(ANA);
    let sentence = Line::new("the sanitizer report was printed by the input itself; the flaw does not show in any run")
        .map_err(|error| Failure::own("demo", error.to_string()))?;
    if let Some(slop) = findings.get(2) {
        let command = Command::Refute { verdict: Verdict::NotReproduced, sentence: Embargoed::new(sentence.clone()) };
        let refuted = house.local.act_on_finding(&ana, *slop, command)?;
        teller.said(
            &format!(
                "{ANA} answers the slop with the verdict as its reason: {}. A program alone never could.",
                sentence
            ),
            json!({ "finding": slop, "state": refuted.word().as_str() }),
        );
        teller.expect(refuted.word() == Word::Refuted, "the slop is refuted");
    }
    let rows = house.local.findings(&ana, None)?;
    let mut tally = std::collections::BTreeMap::new();
    for row in &rows {
        *tally.entry(row.state.as_str()).or_insert(0) += 1;
    }
    let sum = tally.iter().map(|(state, count)| format!("{count} {state}")).collect::<Vec<_>>().join(", ");
    teller.said(&format!("{} were received, and each is somewhere: {sum}.", rows.len()), json!({ "states": tally }));
    teller.expect(
        rows.len() == STORIES.len() && tally.values().sum::<i32>() == rows.len() as i32,
        "received is the sum of states",
    );
    teller.next("The coordinator opens a case for the first finding, and asks the maintainer in.");
    Ok(())
}
