//! The runner: the sandbox of this machine and the cache, opened once for all
//! bundles of a call.

use assay_bundle::manifest::Manifest;
use assay_prove::fetch::Cache;
use assay_prove::load::LoadedBundle;
use assay_prove::pipeline::{Progress, Prover};
use assay_prove::proof::Proof;
use assay_sandbox::{Native, NativeOptions, Sandbox, SandboxError};

use crate::failure::Failure;

/// What proofs need of this machine.
pub struct Runner {
    /// Why there is no sandbox is kept: it becomes the reason of `not-run`.
    sandbox: Result<Native, SandboxError>,
    /// Where fetched sources lie.
    pub cache: Cache,
}

impl Runner {
    /// Probes and proves the sandbox. A missing layer is no failure: it is a verdict.
    pub fn open(cache: Cache) -> Self {
        Self { sandbox: Native::open(&NativeOptions::default()), cache }
    }

    /// What proofs need, for work that is more than one of them.
    pub fn prover(&self) -> Prover<'_> {
        Prover { sandbox: self.sandbox.as_ref().map(|sandbox| sandbox as &dyn Sandbox), cache: &self.cache }
    }

    /// Proves one bundle.
    pub fn prove(
        &self,
        bundle: &LoadedBundle,
        manifest: &Manifest,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Proof, Failure> {
        let sandbox = self.sandbox.as_ref().map(|sandbox| sandbox as &dyn Sandbox);
        Prover { sandbox, cache: &self.cache }.prove(bundle, manifest, progress).map_err(|error| {
            Failure::own("cannot-prove", format!("the proof could not be begun: {error}"))
                .help("check the space and the permissions of the cache folder (ASSAY_CACHE)")
        })
    }
}
