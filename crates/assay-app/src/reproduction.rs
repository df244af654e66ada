//! Reproducing: somebody who did not submit a finding runs it, and what came
//! out is recorded with the signed statement of the run.

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, Manifest};
use assay_bundle::verdict::Outcome;
use assay_case::caller::Caller;
use assay_case::finding::{Command, Finding, RunCounts, Runner, Verification};
use assay_case::ids::FindingId;
use assay_prove::attest;
use assay_prove::evidence::{Evidence, Role};
use assay_prove::load::LoadedBundle;
use assay_prove::proof::Proof;

use crate::attachment::Name;
use crate::bundled;
use crate::local::Local;
use crate::refusal::Refusal;
use crate::who::Who;

/// What runs bundles: the engine of this machine.
pub trait Prove {
    /// Runs one.
    ///
    /// # Errors
    ///
    /// The machine, not the bundle, is at fault: everything else is a verdict.
    fn prove(&self, bundle: &LoadedBundle, manifest: &Manifest) -> Result<Proof, Refusal>;
}

/// A reproduction that was recorded.
pub struct Reproduced {
    /// What was run and seen.
    pub proof: Proof,
    /// The finding now.
    pub finding: Finding,
    /// Digest of the signed statement.
    pub statement: Sha256,
}

impl Local {
    /// Runs a finding's bundle and records what came out. Without a person, the clearinghouse's own worker does it.
    ///
    /// # Errors
    ///
    /// The caller submitted it himself, nothing can be run yet, or the machine failed.
    pub fn reproduce(&self, who: Option<&Who>, id: FindingId, prover: &dyn Prove) -> Result<Reproduced, Refusal> {
        let caller = self.caller(who)?;
        let finding = self.finding_as(&caller, id)?;
        // Before the work, not after it: an own finding is not run for nothing.
        if caller.actor.person() == Some(finding.submitter) {
            return Err(assay_case::Refusal::of(assay_case::Code::OwnFinding).into());
        }
        let (bundle, manifest) = bundled::unpack(&self.bundle_of(&finding)?)?;
        let proof = prover.prove(&bundle, &manifest)?;
        let statement = self.attested(&proof)?;
        let verification = Verification {
            statement,
            bundle_id: proof.bundle_id,
            runner: self.runner(&caller),
            verdict: proof.ruling.verdict,
            controls: proof.ruling.controls,
            assurance: proof.assurance,
            tier: proof.tier,
            counts: counts(&proof.evidence),
        };
        let finding = self.decide(|unit| {
            let command = Command::RecordVerification(Box::new(verification));
            self.finding_decides(unit, &caller, id, command)
        })?;
        Ok(Reproduced { proof, finding, statement })
    }

    /// The caller behind a name, or the clearinghouse's own worker.
    pub(crate) fn caller(&self, who: Option<&Who>) -> Result<Caller, Refusal> {
        match who {
            Some(who) => self.look(|view| who.caller(view)),
            None => Ok(Caller::CLOCK),
        }
    }

    /// Signs what was seen, and keeps the statement.
    pub(crate) fn attested(&self, proof: &Proof) -> Result<Sha256, Refusal> {
        let envelope = attest::attest(proof, &self.keys.runner)
            .map_err(|error| Refusal::broken(format!("the statement of a run cannot be made: {error}")))?;
        let digest = bundled::digest(&envelope);
        self.attach(&Name::statement(digest), &envelope)?;
        Ok(digest)
    }

    /// Who ran it: this instance's key, and the person who answers for the run.
    pub(crate) fn runner(&self, caller: &Caller) -> Runner {
        let key = self.keys.runner.verifying_key().to_bytes();
        Runner { key: bundled::digest(&key), person: caller.actor.person(), member: caller.actor.member() }
    }
}

/// The runs as the rules count them: triggers on the vulnerable version, and everything that has to stay silent.
pub(crate) fn counts(evidence: &Evidence) -> RunCounts {
    let mut counts = RunCounts::default();
    for run in &evidence.runs {
        let fired = u32::from(run.outcome == Outcome::Fired);
        let trigger = run.cell.role == Role::Trigger && run.cell.arm == ArmName::Vulnerable;
        let (total, of_them) = match trigger {
            true => (&mut counts.trigger_total, &mut counts.trigger_fired),
            false => (&mut counts.control_total, &mut counts.control_fired),
        };
        *total = total.saturating_add(1);
        *of_them = of_them.saturating_add(fired);
    }
    counts
}
