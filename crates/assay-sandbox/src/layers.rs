//! What confines a run, as written into every statement.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Layer, SandboxError};
use crate::tier::Tier;

/// The layers of an engine and the proofs that they hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// The engine's name, with the version of what it uses.
    pub engine: String,
    /// How strong it is here; a statement of before tiers were measured is P.
    #[serde(default)]
    pub tier: Tier,
    /// Kernel release.
    pub kernel: String,
    /// Landlock ABI enforced.
    pub landlock_abi: i32,
    /// Layer -> what it is here.
    pub layers: BTreeMap<String, String>,
    /// Attempt -> how it was stopped.
    pub proofs: BTreeMap<String, String>,
}

impl Layers {
    /// The layers that every engine has, and those of one in which they differ. Tier P, and nothing proved yet.
    #[must_use]
    pub(crate) fn of(engine: String, landlock_abi: i32, own: &[(&str, &str)]) -> Self {
        let mut layers = BTreeMap::new();
        let mut put = |name: &str, text: String| layers.insert(name.to_owned(), text);
        put("namespaces", "user pid net mount ipc uts cgroup".into());
        put("root", "read-only binds, sized tmpfs, pivot_root".into());
        put(
            "seccomp",
            "deny list; new namespaces, reaching init, memory without an owner, unknown calls refused".into(),
        );
        put("rlimits", "cpu core nofile nproc stack msgqueue memlock nice rtprio".into());
        put("cpu", "meter over the process tree".into());
        put(
            "memory",
            "watcher over the process tree: anonymous, shared, swapped, page tables; a reserve of the machine".into(),
        );
        let carried = |from: i32, what: &str, by: &str| {
            if landlock_abi >= from { what.to_owned() } else { format!("not at this ABI; {by} carries it") }
        };
        put("landlock", format!("ABI {landlock_abi}"));
        put("landlock-truncate", carried(3, "enforced", "the read-only root"));
        put("landlock-tcp", carried(4, "enforced", "the network namespace"));
        put("landlock-scope", carried(6, "enforced", "the pid and network namespaces"));
        for (name, text) in own {
            put(name, (*text).to_owned());
        }
        let kernel = rustix::system::uname().release().to_string_lossy().into_owned();
        Self { engine, tier: Tier::P, kernel, landlock_abi, layers, proofs: BTreeMap::new() }
    }

    /// That these layers are of a tier at least, for a caller whose work needs it: the `memory` oracle needs F.
    ///
    /// # Errors
    ///
    /// The tier is lower: why, and how it could be had.
    pub fn require(&self, minimum: Tier) -> Result<(), SandboxError> {
        crate::tier::possible(minimum)?;
        if self.tier >= minimum {
            return Ok(());
        }
        let why = self.layers.get("cgroup").map_or("no control group", String::as_str);
        Err(SandboxError::new(
            Layer::Cgroup,
            format!("tier {minimum} is needed, and this is tier {}: {why}", self.tier),
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_minimum_is_met_or_refused_with_the_reason() {
        let mut layers = Layers::of("native".into(), 6, &[("cgroup", "no group here may be written")]);
        assert_eq!(layers.require(Tier::P), Ok(()));
        let refused = layers.require(Tier::F).unwrap_err();
        assert_eq!(refused.layer, Layer::Cgroup);
        assert!(refused.what.contains("no group here may be written"), "{refused}");
        layers.tier = Tier::F;
        assert_eq!(layers.require(Tier::F), Ok(()));
        assert_eq!(layers.require(Tier::M).unwrap_err().layer, Layer::Microvm);
    }

    #[test]
    fn layers_of_before_tiers_read_as_tier_p() {
        let mut json = serde_json::to_value(Layers::of("native".into(), 6, &[])).unwrap();
        json.as_object_mut().unwrap().remove("tier");
        assert_eq!(serde_json::from_value::<Layers>(json).unwrap().tier, Tier::P);
    }
}
