//! A bundle that cannot be run, for programs: problems, or what is missing.

use assay_bundle::manifest::{Light, MissingItem, Problem};
use assay_prove::load::LoadError;
use serde::Serialize;

use crate::intake::{Intake, Refusal};

/// Why there is no verdict.
#[derive(Serialize)]
pub struct RefusalJson<'a> {
    /// `refused`: something is wrong; `partial`: nothing is wrong, something is missing.
    state: &'static str,
    problems: Vec<ProblemJson<'a>>,
    missing: Vec<&'a MissingItem>,
    lights: &'a [Light],
}

/// One problem, of the manifest or of reading the bundle at all.
#[derive(Serialize)]
#[serde(untagged)]
pub enum ProblemJson<'a> {
    /// With its place.
    Manifest(&'a Problem),
    /// Of the bundle as a whole.
    Load {
        /// Stable code.
        code: &'static str,
        /// Always empty: it concerns the bundle as a whole.
        place: &'static str,
        /// What is wrong.
        message: &'a str,
    },
}

impl<'a> ProblemJson<'a> {
    /// Of a bundle that could not be read.
    pub fn load(error: &'a LoadError) -> Self {
        Self::Load { code: error.code, place: "", message: &error.message }
    }
}

impl<'a> RefusalJson<'a> {
    /// Why this bundle is not run.
    pub fn of(refusal: &'a Refusal) -> Self {
        match refusal {
            Refusal::Unreadable(error) => {
                Self { state: "refused", problems: vec![ProblemJson::load(error)], missing: Vec::new(), lights: &[] }
            }
            Refusal::Unready(intake) => Self::of_intake(intake),
        }
    }

    fn of_intake(intake: &'a Intake) -> Self {
        Self {
            state: if intake.is_partial() { "partial" } else { "refused" },
            problems: intake.reading.problems.iter().map(ProblemJson::Manifest).collect(),
            missing: intake.missing(),
            lights: &intake.reading.readiness.lights,
        }
    }
}
