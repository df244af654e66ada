//! Six lights that say how complete a report is (R15).

use std::fmt;

use serde::Serialize;

use super::need::MissingItem;
use super::problem::{Problem, shown};

/// What one light stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LightName {
    /// What happens and what it means is told in words.
    Description,
    /// There is an input that shows the flaw.
    Trigger,
    /// There is a severity vector.
    Severity,
    /// Target, build, harness, control and oracle are complete enough to run.
    Poc,
    /// There is a fixed arm.
    Patch,
    /// The target's own tests can be run before and after the patch.
    Tests,
}

impl LightName {
    /// All six, in the order they are shown.
    pub const ALL: [Self; 6] = [Self::Description, Self::Trigger, Self::Severity, Self::Poc, Self::Patch, Self::Tests];

    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Trigger => "trigger",
            Self::Severity => "severity",
            Self::Poc => "poc",
            Self::Patch => "patch",
            Self::Tests => "tests",
        }
    }

    /// The light that a key of the manifest belongs to.
    #[must_use]
    pub fn of_key(key: &str) -> Self {
        let under =
            |prefix: &str| key.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        if ["title", "description", "weakness", "ids"].into_iter().any(under) {
            Self::Description
        } else if under("inputs.trigger") {
            Self::Trigger
        } else if under("severity") {
            Self::Severity
        } else if under("arms.fixed") {
            Self::Patch
        } else if under("tests") {
            Self::Tests
        } else {
            Self::Poc
        }
    }
}

impl fmt::Display for LightName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One light.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Light {
    /// What it stands for.
    pub name: LightName,
    /// Whether that is there.
    pub on: bool,
    /// One sentence: what is there, or what is missing.
    pub says: String,
}

/// How complete a report is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// The six lights, in the order of [`LightName::ALL`].
    pub lights: [Light; 6],
}

impl Readiness {
    /// Whether every light is on.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.lights.iter().all(|light| light.on)
    }

    /// The lights for these problems and missing keys.
    pub(super) fn of(problems: &[Problem], missing: &[MissingItem], readable: bool) -> Self {
        let light = |name| {
            let absent: Vec<_> =
                missing.iter().filter(|item| item.light == name).map(|item| format!("`{}`", item.key)).collect();
            let wrong: Vec<_> = problems.iter().filter(|problem| LightName::of_key(&problem.place) == name).collect();
            let on = readable && absent.is_empty() && wrong.is_empty();
            let says = if !readable {
                "the manifest could not be read".to_owned()
            } else if on {
                present(name).to_owned()
            } else {
                let absent = (!absent.is_empty()).then(|| format!("missing: {}", absent.join(", ")));
                let wrong = (!wrong.is_empty()).then(|| format!("to solve: {}", told(&wrong)));
                absent.into_iter().chain(wrong).collect::<Vec<_>>().join("; ")
            };
            Light { name, on, says }
        };
        Self { lights: LightName::ALL.map(light) }
    }
}

/// Problems by code and place; their sentences stand elsewhere.
fn told(problems: &[&Problem]) -> String {
    const SHOWN: usize = 6;
    let one = |problem: &&Problem| format!("`{}` at `{}`", problem.code, shown(&problem.place));
    let mut out: Vec<_> = problems.iter().take(SHOWN).map(one).collect();
    if problems.len() > SHOWN {
        out.push(format!("and {} more", problems.len() - SHOWN));
    }
    out.join(", ")
}

fn present(name: LightName) -> &'static str {
    match name {
        LightName::Description => "the flaw is described",
        LightName::Trigger => "there is an input that is said to show the flaw",
        LightName::Severity => "the finder gives a severity",
        LightName::Poc => "target, harness, control and oracle are complete enough to run",
        LightName::Patch => "there is a fixed version to compare with",
        LightName::Tests => "the target's own tests can be run before and after a patch",
    }
}
