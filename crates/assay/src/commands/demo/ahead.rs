//! Proofs of the reports that come next, made beside the one that is being told:
//! a build uses one core, and there are mostly two.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::Scope;

use assay_app::refusal::Refusal;
use assay_app::reproduction::Prove;
use assay_bundle::digest::Sha256;
use assay_bundle::identity;
use assay_bundle::manifest::Manifest;
use assay_prove::load::LoadedBundle;
use assay_prove::pipeline::file_map;
use assay_prove::proof::Proof;

use crate::intake::Ready;
use crate::runner::Runner;

/// Proofs made side by side.
const AT_ONCE: usize = 2;

type Outcome = Result<Proof, Refusal>;

/// Hands out proofs that were begun before they were asked for.
pub struct Ahead<'a> {
    runner: &'a Runner,
    coming: BTreeMap<Sha256, Mutex<Receiver<Outcome>>>,
}

impl<'a> Ahead<'a> {
    /// Begins to prove these, in their order.
    pub fn begin<'scope>(scope: &'scope Scope<'scope, '_>, runner: &'a Runner, reports: Vec<Ready>) -> Self
    where
        'a: 'scope,
    {
        let mut coming = BTreeMap::new();
        let mut waiting: Vec<(Ready, Sender<Outcome>)> = Vec::new();
        for report in reports {
            let (sender, receiver) = mpsc::channel();
            if let Some(id) = id(&report.bundle) {
                coming.insert(id, Mutex::new(receiver));
                waiting.push((report, sender));
            }
        }
        let waiting = std::sync::Arc::new(Mutex::new(waiting.into_iter()));
        for _ in 0..AT_ONCE {
            let waiting = std::sync::Arc::clone(&waiting);
            scope.spawn(move || {
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((report, sender)) = next else { return };
                    // Whoever has gone home needs no answer, and the next may still be asked for.
                    let _ = sender.send(Prove::prove(runner, &report.bundle, &report.manifest));
                }
            });
        }
        Self { runner, coming }
    }
}

impl Prove for Ahead<'_> {
    fn prove(&self, bundle: &LoadedBundle, manifest: &Manifest) -> Outcome {
        let coming = id(bundle).and_then(|id| self.coming.get(&id));
        let proof = coming.and_then(|coming| coming.lock().unwrap_or_else(PoisonError::into_inner).recv().ok());
        // Each proof is handed out once: who asks again gets one of his own.
        proof.unwrap_or_else(|| Prove::prove(self.runner, bundle, manifest))
    }
}

fn id(bundle: &LoadedBundle) -> Option<Sha256> {
    identity::bundle_id(&bundle.manifest, &file_map(bundle)).ok()
}
