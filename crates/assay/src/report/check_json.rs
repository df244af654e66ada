//! What `bundle check` found, for programs.

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{Light, LightName, MissingItem};
use assay_prove::foresee::Shortfall;
use assay_prove::load::LoadError;
use serde::Serialize;

use super::check_next;
use super::next::quoted;
use super::problem_json::ProblemJson;
use crate::intake::Intake;

/// One checked bundle.
#[derive(Serialize)]
pub struct CheckJson<'a> {
    path: String,
    /// `ready`, `short`, `partial` or `refused`.
    state: &'static str,
    lights: Vec<LightJson<'a>>,
    problems: Vec<ProblemJson<'a>>,
    missing: &'a [MissingItem],
    /// What a proof would lack, whatever its runs show.
    short: Vec<ShortJson<'a>>,
    bundle: Option<Sha256>,
    claim: Option<Sha256>,
}

/// One light, and what to do if it is off.
#[derive(Serialize)]
struct LightJson<'a> {
    #[serde(flatten)]
    light: &'a Light,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Something that a proof would lack, with its light.
#[derive(Serialize)]
struct ShortJson<'a> {
    #[serde(flatten)]
    short: &'a Shortfall,
    light: LightName,
}

/// `ready`, `short`, `partial` or `refused`.
pub fn state(intake: &Intake) -> &'static str {
    if intake.falls_short() {
        "short"
    } else if intake.is_ready() {
        "ready"
    } else if intake.is_partial() {
        "partial"
    } else {
        "refused"
    }
}

impl<'a> CheckJson<'a> {
    /// A bundle that could be read.
    pub fn of(path: &std::path::Path, intake: &'a Intake, ids: Option<(Sha256, Sha256)>) -> Self {
        Self {
            path: path.display().to_string(),
            state: state(intake),
            lights: intake
                .reading
                .readiness
                .lights
                .iter()
                .map(|light| LightJson { light, next: check_next::step(light, &quoted(path)) })
                .collect(),
            problems: intake.reading.problems.iter().map(ProblemJson::Manifest).collect(),
            missing: &intake.reading.missing,
            short: intake.short.iter().map(|short| ShortJson { short, light: LightName::of_key(&short.key) }).collect(),
            bundle: ids.map(|(bundle, _)| bundle),
            claim: ids.map(|(_, claim)| claim),
        }
    }

    /// A bundle that could not even be read.
    pub fn unreadable(path: &std::path::Path, error: &'a LoadError) -> Self {
        Self {
            path: path.display().to_string(),
            state: "refused",
            lights: Vec::new(),
            problems: vec![ProblemJson::load(error)],
            missing: &[],
            short: Vec::new(),
            bundle: None,
            claim: None,
        }
    }
}
