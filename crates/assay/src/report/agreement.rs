//! What several runners say of one bundle, for people and for programs.

use std::collections::BTreeSet;

use assay_bundle::statement::ProofRun;
use assay_prove::agreement::{Agreement, Finding, Voice};
use assay_seal::KeyId;
use serde_json::{Value, json};

use super::grid::Grid;
use super::{plain, words};

/// For people.
pub fn render(all: &Agreement, holds: Option<bool>, own: Option<KeyId>) -> String {
    let mut grid = Grid::default();
    grid.row(["runner", "finished", "verdict", "controls", "assurance", "tier", "what fired"]);
    for voice in &all.voices {
        let run = voice.run();
        grid.row([
            name(voice.runner, own),
            plain::line(&run.finished, 20).replace('T', " ").split('.').next().unwrap_or_default().to_owned(),
            run.verdict.as_str().to_owned(),
            run.controls.map_or("-", words::controls).to_owned(),
            words::assurance(run.assurance).to_owned(),
            words::tier(run.sandbox.tier).to_owned(),
            fired(&voice.finding()),
        ]);
    }
    let mut text = format!("bundle  {}\n\n{}\n", all.bundle, grid.render("  "));
    let runners = if all.of == 1 { "runner" } else { "runners" };
    text.push_str(&match (holds, &all.most) {
        (None, _) if all.of == 0 => "Nobody could say anything: no verdict here is evidence.\n".to_owned(),
        (None, _) => format!("Only {} {runners} could say anything: too few to agree.\n", all.of),
        (Some(true), Some(most)) => {
            format!("{} of {} {runners} agree: {}.\n", all.agree, all.of, most.verdict.as_str())
        }
        (Some(_), Some(most)) => {
            format!("They differ: {} of {} {runners} say {}.\n", all.agree, all.of, most.verdict.as_str())
        }
        (Some(_), None) => "They differ, and nobody leads.\n".to_owned(),
    });
    for line in logs(all, own) {
        text.push_str(&format!("  {line}\n"));
    }
    for why in reasons(all) {
        text.push_str(&format!("  {why}\n"));
    }
    if all.superseded > 0 {
        text.push_str(&format!("  {} older of the same runners not counted\n", all.superseded));
    }
    text.push_str(match holds {
        Some(true) => "Next: show both statements with the report.\n",
        Some(false) => "Next: compare the lines above; run it with the other tools, or ask a third runner.\n",
        None => {
            "Next: have another runner prove it (`assay prove BUNDLE --attest FILE`), or run it here with --bundle.\n"
        }
    });
    text
}

fn name(runner: KeyId, own: Option<KeyId>) -> String {
    let id = runner.to_string();
    let short = id.get(..16).unwrap_or(&id);
    if own == Some(runner) { format!("{short} (here)") } else { short.to_owned() }
}

fn fired(finding: &Finding) -> String {
    let mut seen: Vec<String> = finding
        .fired
        .iter()
        .flat_map(|(_, fired)| fired)
        .map(|fired| match &fired.function {
            Some(function) => plain::line(&format!("{} in {function}", fired.kind), 80),
            None => plain::line(&fired.kind, 80),
        })
        .collect();
    seen.dedup();
    if seen.is_empty() { "-".to_owned() } else { seen.join("; ") }
}

/// In what the runners' circumstances were the same, and in what not: where to look when they differ.
fn reasons(all: &Agreement) -> Vec<String> {
    let mut lines = Vec::new();
    let Some((first, others)) = all.voices.split_first() else { return lines };
    if others.is_empty() {
        return lines;
    }
    let same = |of: &dyn Fn(&Voice) -> String| others.iter().all(|other| of(other) == of(first));
    let artifacts = |voice: &Voice| format!("{:?}", voice.artifacts());
    lines.push(match first.artifacts().is_empty() {
        true => "Nothing was built that could be compared.".to_owned(),
        false if same(&artifacts) => "What they built is the same, byte for byte.".to_owned(),
        false => "What they built is not the same byte for byte.".to_owned(),
    });
    let tools = |run: &ProofRun| {
        run.toolchain.iter().map(|tool| format!("{} {}", tool.name, tool.version)).collect::<Vec<_>>().join(", ")
    };
    for (what, of) in [
        ("tools", &(|voice: &Voice| tools(voice.run())) as &dyn Fn(&Voice) -> String),
        ("kernels", &|voice: &Voice| voice.run().sandbox.kernel.clone()),
        ("sandboxes", &|voice: &Voice| voice.run().sandbox.engine.clone()),
        ("versions of Assay", &|voice: &Voice| voice.run().runner.version.clone()),
    ] {
        if !same(of) {
            let mut seen: Vec<String> = all.voices.iter().map(|voice| plain::line(&of(voice), 120)).collect();
            seen.sort();
            seen.dedup();
            lines.push(format!("Their {what} differ: {}.", seen.join(" | ")));
        }
    }
    lines
}

/// What each voice rests on, and how many of its logs the first one has byte for byte. Reports of sanitizers hold
/// addresses that are drawn anew, so that few of them do.
fn logs(all: &Agreement, own: Option<KeyId>) -> Vec<String> {
    let voices = all.voices.iter().map(|voice| {
        let runner = name(voice.runner, own);
        let kept: u32 = voice.run().builds.iter().map(|build| build.kept).sum();
        let builds = if kept > 0 {
            format!("; {} kept from before", words::count(kept as usize, "build"))
        } else {
            String::new()
        };
        match &voice.run().evidence {
            Some(logs) => {
                let equal =
                    all.voices.first().filter(|first| first.runner != voice.runner).map_or_else(String::new, |first| {
                        format!(", {} of them equal to the first runner's", same_logs(first, voice))
                    });
                let digest: String = logs.all.to_hex().chars().take(16).collect();
                let count = words::count(usize::try_from(logs.count).unwrap_or(usize::MAX), "log");
                format!("{runner} read {count}{equal}: sha256:{digest}...{builds}")
            }
            None => format!("{runner} names no logs{builds}"),
        }
    });
    voices.collect()
}

fn same_logs(first: &Voice, other: &Voice) -> usize {
    let named =
        |voice: &Voice| voice.run().evidence.iter().flat_map(|logs| logs.named.clone()).collect::<BTreeSet<_>>();
    named(first).intersection(&named(other)).count()
}

/// For programs.
pub fn shown(all: &Agreement, holds: Option<bool>, own: Option<KeyId>) -> Value {
    let voices: Vec<Value> = all
        .voices
        .iter()
        .map(|voice| {
            let run = voice.run();
            let fired: Vec<Value> = voice
                .finding()
                .fired
                .iter()
                .map(|(input, fired)| {
                    json!({
                        "input": input,
                        "kind": fired.as_ref().map(|fired| &fired.kind),
                        "function": fired.as_ref().and_then(|fired| fired.function.as_ref()),
                    })
                })
                .collect();
            json!({
                "runner": voice.runner.to_string(),
                "here": own == Some(voice.runner),
                "finished": run.finished,
                "verdict": run.verdict.as_str(),
                "controls": run.controls.map(words::controls),
                "assurance": words::assurance(run.assurance),
                "tier": run.sandbox.tier.map(|tier| words::tier(Some(tier))),
                "engine": run.sandbox.engine,
                "kernel": run.sandbox.kernel,
                "version": run.runner.version,
                "evidence": voice.is_evidence(),
                "fired": fired,
                "artifacts": voice.artifacts(),
                "builds": run.builds,
                "logs": run.evidence,
            })
        })
        .collect();
    json!({
        "bundle": all.bundle,
        "outcome": match holds { Some(true) => "agree", Some(false) => "differ", None => "too-few" },
        "verdict": all.most.as_ref().map(|most| most.verdict.as_str()),
        "agree": all.agree,
        "of": all.of,
        "superseded": all.superseded,
        "voices": voices,
    })
}
