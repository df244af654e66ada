//! From a path to a bundle that can be run, or to everything that is wrong with
//! it and everything it lacks.

use std::path::Path;

use assay_bundle::manifest::{self, Light, LightName, Manifest, MissingItem, Oracle, Problem, Readiness, Reading};
use assay_bundle::presence;
use assay_prove::foresee::{self, Shortfall};
use assay_prove::load::{LoadError, LoadedBundle};
use assay_prove::pipeline::file_map;

/// How a light begins that is off for what a proof would lack.
pub const FALLS_SHORT: &str = "falls short: ";

/// A bundle as it came, and what reading it gave.
pub struct Intake {
    /// The bundle.
    pub bundle: LoadedBundle,
    /// The manifest's problems, missing keys and lights; files that are named
    /// and not there are among the problems.
    pub reading: Reading,
    /// What a proof of it would lack, whatever its runs show; only of a bundle that can be run.
    pub short: Vec<Shortfall>,
}

/// A bundle that can be run.
pub struct Ready {
    /// The bundle.
    pub bundle: LoadedBundle,
    /// Its checked manifest.
    pub manifest: Manifest,
}

/// Why a bundle cannot be run.
pub enum Refusal {
    /// It could not even be read.
    Unreadable(LoadError),
    /// Something is wrong with it, or it is a partial report.
    Unready(Box<Intake>),
}

impl Intake {
    /// Reads the bundle at this path.
    pub fn open(path: &Path) -> Result<Self, LoadError> {
        Ok(Self::of(LoadedBundle::read(path)?))
    }

    /// Looks at a bundle that is in memory.
    pub fn of(bundle: LoadedBundle) -> Self {
        let mut reading = manifest::read(&bundle.manifest);
        let mut short = Vec::new();
        if let Some(manifest) = &reading.manifest {
            let problems = presence::check(manifest, &file_map(&bundle));
            if problems.is_empty() {
                short = foresee::shortfalls(&bundle, manifest);
            }
            if let (Oracle::Memory, Some(light)) = (&manifest.oracle, light_of(&mut reading.readiness, LightName::Poc))
            {
                light.says.push_str(", on a runner of tier F, which counts memory");
            }
            for problem in &problems {
                put_out(&mut reading.readiness, problem);
            }
            for one in &short {
                put_out_short(&mut reading.readiness, one);
            }
            reading.problems.extend(problems);
        } else {
            // A partial report is not wrong for it, and no light shines for a file that is not there.
            for item in presence::absent(&bundle.manifest, &file_map(&bundle)) {
                put_out_for(&mut reading, item);
            }
        }
        Self { bundle, reading, short }
    }

    /// Whether nothing is wrong and nothing required is missing.
    pub fn is_ready(&self) -> bool {
        self.reading.manifest.is_some() && self.reading.problems.is_empty()
    }

    /// Whether it can be run and falls short of a verdict all the same.
    pub fn falls_short(&self) -> bool {
        self.is_ready() && !self.short.is_empty()
    }

    /// Whether it is a partial report: nothing is wrong, yet it cannot run.
    pub fn is_partial(&self) -> bool {
        self.reading.is_partial()
    }

    /// The required keys that are missing.
    pub fn missing(&self) -> Vec<&MissingItem> {
        self.reading.required().collect()
    }

    /// The bundle with its checked manifest, if it can be run.
    pub fn ready(mut self) -> Result<Ready, Refusal> {
        if self.is_ready()
            && let Some(manifest) = self.reading.manifest.take()
        {
            return Ok(Ready { bundle: self.bundle, manifest });
        }
        Err(Refusal::Unready(Box::new(self)))
    }
}

/// Reads the bundle at this path, to run it.
pub fn ready(path: &Path) -> Result<Ready, Refusal> {
    Intake::open(path).map_err(Refusal::Unreadable)?.ready()
}

fn light_of(readiness: &mut Readiness, name: LightName) -> Option<&mut Light> {
    readiness.lights.iter_mut().find(|light| light.name == name)
}

/// The light of an item that is missing says so.
fn put_out_for(reading: &mut Reading, item: MissingItem) {
    if let Some(light) = light_of(&mut reading.readiness, item.light) {
        let says = format!("the file of `{}`", item.key);
        light.says = match (light.on, light.says.split_once("missing: ")) {
            (false, Some(_)) => format!("{}, {says}", light.says),
            (false, None) => format!("{}; missing: {says}", light.says),
            (true, _) => format!("missing: {says}"),
        };
        light.on = false;
    }
    reading.missing.push(item);
}

/// What a proof would lack puts out the light that its key belongs to.
fn put_out_short(readiness: &mut Readiness, short: &Shortfall) {
    if let Some(light) = light_of(readiness, LightName::of_key(&short.key)) {
        let key = format!("`{}`", short.key);
        light.says = if light.on { format!("{FALLS_SHORT}{key}") } else { format!("{}, {key}", light.says) };
        light.on = false;
    }
}

/// A file that is not there puts out the light that it would have lit.
fn put_out(readiness: &mut Readiness, problem: &Problem) {
    let name = match problem.place.as_str() {
        place if place.starts_with("inputs.trigger") => LightName::Trigger,
        place if place.starts_with("arms.fixed") => LightName::Patch,
        _ => LightName::Poc,
    };
    if let Some(light) = light_of(readiness, name) {
        let told = format!("`{}` at `{}`", problem.code, problem.place);
        // Several files may be absent, and a problem without a place concerns the whole.
        let told = if problem.place.is_empty() { format!("`{}`", problem.code) } else { told };
        light.says = if light.on { format!("to solve: {told}") } else { format!("{}, {told}", light.says) };
        light.on = false;
    }
}
