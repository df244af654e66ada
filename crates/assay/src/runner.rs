//! The runner: the sandbox of this machine and the cache, opened once for all
//! bundles of a call.

use std::ffi::OsString;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use assay_bundle::manifest::Manifest;
use assay_prove::fetch::Cache;
use assay_prove::fix;
use assay_prove::kept_logs::{Count, KeptLogs};
use assay_prove::load::LoadedBundle;
use assay_prove::meter::{self, Budget, Metered};
use assay_prove::pipeline::{Progress, Prover};
use assay_prove::proof::Proof;
use assay_sandbox::{Choice, Engine, Layer, Layers, Sandbox, SandboxError, Tier};

use crate::cli::Common;
use crate::failure::Failure;
use crate::memory;
use crate::output;
use crate::report::{next, plain};

/// The variables that stand for `--sandbox` and `--tier`.
const VARIABLES: [&str; 2] = ["ASSAY_SANDBOX", "ASSAY_TIER"];

/// What the call asked for.
static ASKED: OnceLock<(Option<Engine>, Option<Tier>)> = OnceLock::new();

/// Takes the options of the call, which hold for every runner of this process.
pub fn choose(common: &Common) {
    let _ = ASKED.set((common.sandbox, common.tier));
}

/// The options of the call, else the variables. What cannot be read is a reason not to run: a weaker sandbox than
/// was asked for never takes its place.
fn chosen() -> Result<Choice, SandboxError> {
    let (engine, tier) = ASKED.get().copied().unwrap_or_default();
    let [engine_variable, tier_variable] = VARIABLES.map(|name| std::env::var_os(name).map(|value| (name, value)));
    Ok(Choice {
        engine: engine.map_or_else(|| read(engine_variable), Ok)?,
        minimum: tier.map_or_else(|| read(tier_variable), Ok)?,
    })
}

fn read<T: FromStr<Err = String> + Default>(variable: Option<(&str, OsString)>) -> Result<T, SandboxError> {
    let Some((name, value)) = variable else {
        return Ok(T::default());
    };
    value.to_string_lossy().parse().map_err(|error| SandboxError {
        layer: Layer::Engine,
        what: format!("{name}: {error}"),
        remedy: format!("correct {name}, or unset it"),
    })
}

/// What proofs need of this machine.
pub struct Runner {
    /// Why there is no sandbox is kept: it becomes the reason of `not-run`.
    sandbox: Result<Box<dyn Sandbox>, SandboxError>,
    /// Where fetched sources lie.
    pub cache: Cache,
    /// What may run at once; none if nothing can be run at all.
    pub budget: Option<Arc<Budget>>,
    kept_logs: Option<KeptLogs>,
}

impl Runner {
    /// Probes and proves the sandbox. A missing layer is no failure: it is a verdict.
    pub fn open(cache: Cache) -> Self {
        Self::within(cache, None)
    }

    /// The same with a memory ceiling in bytes that the call states.
    pub fn within(cache: Cache, memory: Option<u64>) -> Self {
        let opened = memory::budget(memory).and_then(|budget| Ok((chosen()?.open()?, Arc::new(budget))));
        match opened {
            Ok((sandbox, budget)) => {
                let metered = Metered::new(sandbox, Arc::clone(&budget));
                Self { sandbox: Ok(Box::new(metered)), cache, budget: Some(budget), kept_logs: None }
            }
            Err(error) => Self { sandbox: Err(error), cache, budget: None, kept_logs: None },
        }
    }

    /// The same, and the logs that its verdicts rest on are kept.
    #[must_use]
    pub fn keeping(self, kept_logs: Option<KeptLogs>) -> Self {
        Self { kept_logs, ..self }
    }

    /// Says on stderr what was kept, and what was not.
    pub fn tell_kept_logs(&self) {
        let Some(logs) = &self.kept_logs else { return };
        let (folder, Count { kept, bytes, left_out, why }) = (next::quoted(logs.folder()), logs.count());
        output::say(&format!("logs    {kept} new in {folder}, {}, each under its digest", meter::words(bytes)));
        if left_out > 0 {
            let why = plain::line(&why.unwrap_or_default(), 200);
            output::say(&format!("        {left_out} were not kept: {why}"));
        }
    }

    /// What confines runs; none if there is no sandbox.
    pub fn layers(&self) -> Option<&Layers> {
        self.sandbox.as_ref().ok().map(|sandbox| sandbox.layers())
    }

    /// What proofs need, for work that is more than one of them.
    pub fn prover(&self) -> Prover<'_> {
        let sandbox = self.sandbox.as_ref().map(Box::as_ref);
        Prover { sandbox, cache: &self.cache, kept_logs: self.kept_logs.as_ref() }
    }

    /// Proves one bundle.
    pub fn prove(
        &self,
        bundle: &LoadedBundle,
        manifest: &Manifest,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Proof, Failure> {
        self.prover().prove(bundle, manifest, progress).map_err(|error| {
            Failure::own("cannot-prove", format!("the proof could not be begun: {error}"))
                .help("check the space and the permissions of the cache folder (ASSAY_CACHE)")
        })
    }

    /// The bundle's own fix as a patch, or why there is none.
    pub fn own_patch(&self, bundle: &LoadedBundle, manifest: &Manifest) -> Result<Result<Vec<u8>, String>, Failure> {
        fix::own_patch(&self.prover(), bundle, manifest).map_err(|error| fix::FixError::from(error).into())
    }

    /// Verifies a patch against the flaw that a bundle shows.
    pub fn fix(
        &self,
        bundle: &LoadedBundle,
        manifest: &Manifest,
        patch: &[u8],
        wanted: &fix::Wanted,
        progress: &(dyn Fn(fix::Progress) + Sync),
    ) -> Result<fix::Report, Failure> {
        Ok(fix::check(&self.prover(), bundle, manifest, patch, wanted, progress)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_variable_that_cannot_be_read_is_a_reason_not_to_run() {
        assert_eq!(read(Some(("ASSAY_SANDBOX", "bubblewrap".into()))), Ok(Engine::Bubblewrap));
        assert_eq!(read(Some(("ASSAY_TIER", "F".into()))), Ok(Tier::F));
        assert_eq!(read::<Tier>(None), Ok(Tier::P));
        for value in ["", "none", "off"] {
            let error = read::<Engine>(Some(("ASSAY_SANDBOX", value.into()))).unwrap_err();
            assert!(error.what.contains("ASSAY_SANDBOX") && error.remedy.contains("unset it"), "{error}");
        }
    }
}
