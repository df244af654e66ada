//! What this runner gives a bundle at most, whatever it asks for.
//!
//! A bundle chooses its own limits, and all of them are paid for by the runner:
//! output and watched folders lie in its memory, what a build leaves lies on its
//! disk, and every run takes its time. More than a ceiling is `not-run` and no
//! word about the bundle (DESIGN section 4, Recipes); another runner may give it.

use std::time::Duration;

use assay_bundle::manifest::{InputContent, Limits, Manifest};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Bytes of a run's watched folder that are brought out; they lie in memory, once for each core.
pub const WATCHED: u64 = 256 * MIB;

/// Bytes of `$OUT` that all builds of a proof may leave on the runner's disk.
pub const BUILT: u64 = 16 * GIB;

/// CPU time of all builds and runs of a bundle together, should each take its whole limit.
const TOTAL: Duration = Duration::from_secs(48 * 3600);

struct Ceiling {
    cpu: Duration,
    memory: u64,
    output: u64,
    scratch: u64,
    pids: u32,
}

const HARNESS: Ceiling =
    Ceiling { cpu: Duration::from_secs(600), memory: 64 * GIB, output: 64 * MIB, scratch: 4 * GIB, pids: 4096 };

const BUILD: Ceiling =
    Ceiling { cpu: Duration::from_secs(4 * 3600), memory: 64 * GIB, output: 64 * MIB, scratch: 16 * GIB, pids: 4096 };

/// A limit that asks for more than this runner gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exceeded {
    /// The manifest's key that would have to change.
    pub key: &'static str,
    /// One sentence: what is asked for, and what is given at most.
    pub says: String,
}

/// The first limit that asks for more than this runner gives.
#[must_use]
pub fn exceeded(manifest: &Manifest) -> Option<Exceeded> {
    let build = manifest.build.as_ref().map(|build| &build.limits);
    let over = |key: &'static str| move |says| Exceeded { key, says };
    let harness = HARNESS.exceeded_by("harness", &manifest.harness.limits).map(over("harness.limits"));
    harness
        .or_else(|| BUILD.exceeded_by("build", build?).map(over("build.limits")))
        .or_else(|| total_exceeded(manifest).map(over("repeat.runs")))
}

impl Ceiling {
    fn exceeded_by(&self, section: &str, wanted: &Limits) -> Option<String> {
        let more = |key: &str, wanted: String, ceiling: String| {
            Some(format!("`{section}.limits.{key}` asks for {wanted}, and this runner gives at most {ceiling}"))
        };
        let size = |key: &str, wanted: Option<u64>, ceiling: u64| {
            wanted.filter(|wanted| *wanted > ceiling).and_then(|wanted| more(key, bytes(wanted), bytes(ceiling)))
        };
        wanted
            .cpu
            .filter(|cpu| *cpu > self.cpu)
            .and_then(|cpu| more("cpu", seconds(cpu), seconds(self.cpu)))
            .or_else(|| size("memory", wanted.memory, self.memory))
            .or_else(|| size("output", wanted.output, self.output))
            .or_else(|| size("scratch", wanted.scratch, self.scratch))
            .or_else(|| {
                let pids = wanted.pids.filter(|pids| *pids > self.pids)?;
                more("pids", pids.to_string(), self.pids.to_string())
            })
    }
}

fn total_exceeded(manifest: &Manifest) -> Option<String> {
    let inputs = manifest.inputs.trigger.len().saturating_add(manifest.inputs.benign.len());
    let of_programs = manifest.inputs.trigger.iter().chain(&manifest.inputs.benign);
    let programs = of_programs.filter(|input| matches!(input.content, InputContent::Program(_))).count();
    let arms = 1 + u32::from(manifest.arms.fixed.is_some());
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let runs = count(inputs).saturating_mul(arms).saturating_mul(manifest.repeat.runs);
    let mut total = manifest.harness.limits.cpu.unwrap_or(crate::execute::CPU).saturating_mul(runs);
    if let Some(build) = &manifest.build {
        let builds = count(programs.max(1)).saturating_mul(arms);
        total = total.saturating_add(build.limits.cpu.unwrap_or(crate::build::CPU).saturating_mul(builds));
    }
    (total > TOTAL).then(|| {
        format!(
            "its builds and {runs} runs could take {} of CPU time together, and this runner gives at most {}; ask for \
             fewer runs or inputs, or for a lower `limits.cpu`",
            seconds(total),
            seconds(TOTAL)
        )
    })
}

fn bytes(number: u64) -> String {
    let units = [(GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")];
    match units.into_iter().find(|(unit, _)| number.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{}{name}", number / unit),
        None => format!("{number} bytes"),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{}s", duration.as_secs_f64().ceil())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NONE: Limits = Limits { cpu: None, memory: None, output: None, scratch: None, pids: None };

    #[test]
    fn what_the_runner_pays_for_has_an_end() {
        assert_eq!(HARNESS.exceeded_by("harness", &NONE), None);
        for (wanted, words) in [
            (
                Limits { output: Some(1 << 40), ..NONE },
                "`harness.limits.output` asks for 1024GiB, and this runner gives at most 64MiB",
            ),
            (
                Limits { scratch: Some(4 * GIB + 1), ..NONE },
                "`harness.limits.scratch` asks for 4294967297 bytes, and this runner gives at most 4GiB",
            ),
            (
                Limits { cpu: Some(Duration::from_secs(86_400)), ..NONE },
                "`harness.limits.cpu` asks for 86400s, and this runner gives at most 600s",
            ),
            (
                Limits { pids: Some(65_536), ..NONE },
                "`harness.limits.pids` asks for 65536, and this runner gives at most 4096",
            ),
        ] {
            assert_eq!(HARNESS.exceeded_by("harness", &wanted).unwrap(), words);
        }
        let most = Limits {
            cpu: Some(HARNESS.cpu),
            memory: Some(HARNESS.memory),
            output: Some(HARNESS.output),
            scratch: Some(HARNESS.scratch),
            pids: Some(HARNESS.pids),
        };
        assert_eq!(HARNESS.exceeded_by("harness", &most), None, "a ceiling is what can be had");
    }

    #[test]
    fn many_small_runs_have_an_end_too() {
        let manifest = |runs: u32| {
            let text = format!(
                "schema = \"assay.proof/1\"\ntitle = \"t\"\n[target]\npurl = \"pkg:generic/t@1\"\n\
                 [arms.vulnerable.source]\npath = \"target\"\n[harness]\nkind = \"args\"\nrun = [\"$SRC/t\", \"$INPUT\"]\n\
                 limits = {{ cpu = \"600s\" }}\norigin = \"claimant\"\n[inputs]\ntrigger = [{{ args = [\"a\"] }}]\n\
                 benign = [{{ args = [\"b\"] }}]\n[oracle]\nkind = \"cpu\"\n[repeat]\nruns = {runs}\n"
            );
            assay_bundle::manifest::parse(&text).unwrap()
        };
        assert_eq!(exceeded(&manifest(3)), None);
        assert!(exceeded(&manifest(1000)).unwrap().says.contains("2000 runs"));
    }
}
