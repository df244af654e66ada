//! What `cpu` and `memory` need beside their limit, and `growth` beside its sizes, since the claimant chooses them.
//!
//! Any program reaches a limit that is low enough. With a fixed version the same
//! trigger stays within a tenth of it there, which no choice of the limit gives
//! away. Without one, two things stand in its place: a limit that an ordinary
//! input does not reach, and a benign input that is as large as the trigger and
//! stays within a tenth, so that it is not its size that costs so much.
//!
//! Linear work is as steep as one likes over sizes that are understated. So the
//! sizes of a growth set may not grow slower than the inputs themselves do. Where
//! an input is an argument there is nothing to hold its size against, and the
//! assurance says so.

use std::time::Duration;

use assay_bundle::manifest::{HarnessKind, Input, Manifest, Oracle};

use crate::execute::CPU;
use crate::foresee::time;
use crate::meter::words;

/// The least CPU limit: with a fixed version, without one.
pub const CPU_FLOOR: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
/// The least memory limit, bytes: with a fixed version, without one.
pub const MEMORY_FLOOR: [u64; 2] = [64 << 20, 256 << 20];

/// The power of the declared sizes with which the inputs' bytes may grow, for `growth`.
const STEEPEST: f64 = 1.25;

/// What a bundle lacks beside its limit or its sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lack {
    /// The manifest's key that would have to change.
    pub key: &'static str,
    /// One sentence with what to do.
    pub says: String,
}

/// Why a run at the limit would say too little, if so. `size` is an input's length in bytes, none for a program.
pub(crate) fn missing(manifest: &Manifest, size: &dyn Fn(&Input) -> Option<usize>) -> Option<Lack> {
    let alone = usize::from(manifest.arms.fixed.is_none());
    let limits = &manifest.harness.limits;
    let kind = manifest.oracle.kind();
    let low = match manifest.oracle {
        Oracle::Cpu => {
            let (floor, limit) = (CPU_FLOOR[alone], limits.cpu.unwrap_or(CPU));
            (limit < floor).then(|| ("harness.limits.cpu", time(floor), time(limit)))
        }
        Oracle::Memory => {
            let (floor, limit) = (MEMORY_FLOOR[alone], limits.memory.unwrap_or(512 << 20));
            (limit < floor).then(|| ("harness.limits.memory", words(floor), words(limit)))
        }
        Oracle::Growth { .. } => return understated(&manifest.inputs.trigger, size),
        _ => return None,
    };
    let version = if alone == 1 { "without a fixed version" } else { "with a fixed version" };
    if let Some((key, floor, limit)) = low {
        let says = format!(
            "the oracle `{kind}` needs `{key}` of {floor} at least {version}, and it is {limit}: many a program reaches \
             less on ordinary input"
        );
        return Some(Lack { key, says });
    }
    // A program or a driver has a size that says nothing of the work that it asks for.
    if alone == 0 || matches!(manifest.harness.kind, HarnessKind::Program | HarnessKind::Driver) {
        return None;
    }
    let largest = |inputs: &[Input]| inputs.iter().filter_map(size).max();
    let (trigger, benign) = (largest(&manifest.inputs.trigger)?, largest(&manifest.inputs.benign).unwrap_or(0));
    (benign < trigger).then(|| Lack {
        key: "inputs.benign",
        says: format!(
            "the oracle `{kind}` needs a fixed version, or a benign input as large as the trigger ({trigger} bytes; the \
             largest has {benign}): else it may be the size alone that costs so much"
        ),
    })
}

/// Sizes that grow slower than the inputs' bytes.
fn understated(triggers: &[Input], size: &dyn Fn(&Input) -> Option<usize>) -> Option<Lack> {
    let point = |input: &Input| {
        let (declared, bytes) = (input.size.filter(|size| *size > 0)?, size(input).filter(|bytes| *bytes > 0)?);
        Some(((declared as f64).ln(), (bytes as f64).ln()))
    };
    let mut points: Vec<(f64, f64)> = triggers.iter().filter_map(point).collect();
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    // From one size to the next, since two that agree would hide a third that does not.
    let steepest = points
        .windows(2)
        .filter_map(|pair| match pair {
            [(size, bytes), (next, more)] if next > size => Some((more - bytes) / (next - size)),
            _ => None,
        })
        .max_by(f64::total_cmp)?;
    (steepest > STEEPEST).then(|| Lack {
        key: "inputs.trigger",
        says: format!(
            "the oracle `growth` needs sizes that grow as the inputs do: from one to the next these inputs' bytes grow with \
             `size` to the power of {steepest:.2}, and work that is linear in the bytes would look as steep"
        ),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use assay_bundle::manifest::{self, InputContent};

    use super::*;

    fn asked(name: &str, change: impl FnOnce(&mut Manifest), sizes: [usize; 2]) -> Option<String> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../assay/tests/bundles/");
        let mut manifest =
            manifest::parse(&std::fs::read_to_string(format!("{path}{name}/proof.toml")).unwrap()).unwrap();
        change(&mut manifest);
        let triggers = manifest.inputs.trigger.clone();
        missing(&manifest, &|input| match &input.content {
            InputContent::Program(_) => None,
            _ => Some(sizes[usize::from(!triggers.contains(input))]),
        })
        .map(|lack| lack.says)
    }

    #[test]
    fn the_limit_has_a_floor() {
        let cpu = |millis| {
            move |manifest: &mut Manifest| {
                manifest.harness.limits.cpu = Some(Duration::from_millis(millis));
            }
        };
        assert_eq!(asked("server-cpu", cpu(1_000), [10, 10]), None);
        assert!(
            asked("server-cpu", cpu(999), [10, 10])
                .unwrap()
                .contains("of 1 s at least with a fixed version, and it is 999 ms")
        );
        let memory = |mib: u64| move |manifest: &mut Manifest| manifest.harness.limits.memory = Some(mib << 20);
        assert_eq!(asked("memory", memory(64), [10, 1]), None, "the fixed version is the control");
        assert!(
            asked("memory", memory(63), [10, 1])
                .unwrap()
                .contains("of 64 MiB at least with a fixed version, and it is 63 MiB")
        );
    }

    #[test]
    fn without_a_fixed_version_the_trigger_has_a_benign_input_of_its_size_beside_it() {
        let alone = |mib: u64| {
            move |manifest: &mut Manifest| {
                manifest.arms.fixed = None;
                manifest.harness.limits.memory = Some(mib << 20);
            }
        };
        assert_eq!(asked("memory", alone(256), [10, 10]), None);
        assert!(asked("memory", alone(256), [11, 10]).unwrap().contains("11 bytes; the largest has 10"));
        assert!(asked("memory", alone(255), [10, 10]).unwrap().contains("256 MiB at least without a fixed version"));
    }

    #[test]
    fn other_oracles_have_controls_of_their_own() {
        assert_eq!(asked("plain", |manifest| manifest.arms.fixed = None, [100, 1]), None);
    }

    #[test]
    fn sizes_that_are_understated_make_linear_work_steep() {
        let of = |points: &[(u64, usize)]| {
            let input = |(size, bytes): &(u64, usize)| Input {
                content: InputContent::Args(vec!["x".repeat(*bytes)]),
                size: Some(*size),
            };
            let triggers: Vec<Input> = points.iter().map(input).collect();
            let size = |input: &Input| match &input.content {
                InputContent::Args(arguments) => Some(arguments.concat().len()),
                _ => None,
            };
            understated(&triggers, &size).map(|lack| lack.says)
        };
        assert_eq!(of(&[(100, 100), (200, 200), (400, 400)]), None);
        assert_eq!(of(&[(10, 110), (20, 120), (40, 140)]), None, "with a head of its own");
        assert_eq!(of(&[(10_000, 5), (20_000, 5), (40_000, 5)]), None, "numbers in words");
        assert!(of(&[(10, 100), (20, 400), (40, 1_600)]).unwrap().contains("to the power of 2.00"));
        assert!(of(&[(40, 1_600), (10, 100), (20, 200)]).is_some(), "the last step alone");
        assert_eq!(of(&[(10, 100), (10, 900)]), None, "one size makes no line");
        assert_eq!(of(&[]), None);
    }
}
