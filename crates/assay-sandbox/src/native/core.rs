//! What both engines are: a launcher, the layers, the cells of tier F, and the
//! proofs that all of it holds.

use std::os::fd::{BorrowedFd, OwnedFd};

use super::process::Process;
use super::restrict::NEWEST_LANDLOCK_ABI;
use super::runner::{self, Settings};
use super::sys;
use crate::cgroup::Cells;
use crate::error::{Layer, SandboxError};
use crate::join::Endpoint;
use crate::layers::Layers;
use crate::spec::{Finished, Spec};
use crate::tier::{self, Tier};
use crate::{Sandbox, proofs};

/// What can be asked of either engine.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    /// Enforce at most this Landlock ABI.
    pub landlock_abi: Option<i32>,
    /// Bytes of this machine's memory that must stay available.
    pub reserve: Option<u64>,
    /// Below this tier there is no engine.
    pub minimum: Tier,
    /// No control groups, even where there could be some.
    pub without_cgroups: bool,
}

/// An engine but for its name.
#[derive(Debug)]
pub(crate) struct Core {
    process: Process,
    settings: Settings,
    cells: Option<Cells>,
    layers: Layers,
}

impl Core {
    /// Probes the layers, starts the launcher and proves the confinement.
    /// `ahead` is how many control groups the launcher takes before there is a run. `start` gets whether this is
    /// root, and where the launcher is to take them; `layers` what Landlock ABI is enforced.
    pub fn open(
        wanted: Wanted,
        ahead: usize,
        start: impl Fn(bool, Option<BorrowedFd<'_>>) -> Result<Process, SandboxError>,
        layers: impl FnOnce(i32) -> Layers,
    ) -> Result<Self, SandboxError> {
        tier::possible(wanted.minimum)?;
        let landlock_abi = landlock_abi(wanted.landlock_abi, sys::landlock_abi(), drill().as_deref())?;
        // Before the launcher starts, which must not be where cells are made.
        let cells = if wanted.without_cgroups { Err("not wanted in this call".into()) } else { Cells::open(ahead) };
        let as_root = rustix::process::geteuid().is_root();
        let reserve = wanted.reserve.unwrap_or_else(usual_reserve);
        let settings = Settings { landlock_abi, reserve, as_root };
        let start = |cells: Option<&Cells>| start(as_root, cells.map(Cells::socket));
        let (cells, unfenced) = match cells {
            Ok(cells) => (Some(cells), None),
            Err(reason) => (None, Some(reason)),
        };
        let mut core = Self { process: start(cells.as_ref())?, settings, cells, layers: layers(landlock_abi) };
        if let Some(reason) = unfenced.map_or_else(|| core.fence().err(), Some) {
            if core.cells.is_some() {
                core.process = start(None)?;
                core.cells = None;
            }
            core.layers.layers.insert("cgroup".into(), reason);
            core.layers.proofs = proofs::prove(&core)?;
        }
        core.layers.require(wanted.minimum)?;
        Ok(core)
    }

    /// Proves the confinement with cells, and that it was them who refused.
    fn fence(&mut self) -> Result<(), String> {
        let mut proven = proofs::prove(self).map_err(|error| format!("tried, and not usable: {}", error.what))?;
        let Some(cells) = &self.cells else { return Err("none was made".into()) };
        let what = format!("{}: memory and processes of each run, enforced", cells.describe());
        let refused = cells.proved();
        if refused.memory == 0 || refused.processes == 0 {
            return Err("tried, and the kernel did not enforce it".into());
        }
        proven.insert("cgroup-memory".into(), "a process over the limit was ended by the kernel".into());
        proven.insert("cgroup-processes".into(), "a process over the limit was refused by the control group".into());
        self.layers.tier = Tier::F;
        self.layers.layers.insert("cgroup".into(), what);
        self.layers.proofs = proven;
        Ok(())
    }

    fn run_end(&self, spec: &Spec, end: Option<(Endpoint, OwnedFd)>) -> Result<Finished, SandboxError> {
        let (socket, mut used) = (self.process.socket()?, None);
        let Some(cells) = &self.cells else {
            return runner::run(socket, spec, self.settings, end, None, &mut used);
        };
        let limits = cells.limits(spec);
        cells
            .offer()
            .map_err(|error| SandboxError::new(Layer::Cgroup, format!("a control group for the run: {error}")))?;
        let finished = runner::run(socket, spec, self.settings, end, Some(limits), &mut used);
        if let Some(number) = used {
            cells.back(number, limits, finished.is_ok());
        }
        finished
    }
}

impl Sandbox for Core {
    fn run(&self, spec: &Spec) -> Result<Finished, SandboxError> {
        self.run_end(spec, None)
    }

    fn run_side(&self, spec: &Spec, endpoint: Endpoint, link: OwnedFd) -> Result<Finished, SandboxError> {
        self.run_end(spec, Some((endpoint, link)))
    }

    fn layers(&self) -> &Layers {
        &self.layers
    }
}

/// The variable of the Landlock drill.
const DRILL: &str = "ASSAY_LANDLOCK_ABI";

fn drill() -> Option<String> {
    std::env::var_os(DRILL).map(|value| value.to_string_lossy().into_owned())
}

/// The ABI to enforce. `drill` pretends that the kernel offers less, which is
/// then a reason to refuse: no variable ever weakens a sandbox.
fn landlock_abi(wanted: Option<i32>, offered: i32, drill: Option<&str>) -> Result<i32, SandboxError> {
    if let Some(value) = drill
        && value.parse::<i32>().map_or(true, |abi| abi < offered)
    {
        return Err(SandboxError {
            layer: Layer::Landlock,
            what: format!("{DRILL}={value} is a drill that pretends the kernel offers less than its ABI {offered}"),
            remedy: format!("unset {DRILL}"),
        });
    }
    let usable = offered.min(NEWEST_LANDLOCK_ABI);
    let abi = wanted.map_or(usable, |wanted| wanted.min(usable));
    if abi < 1 {
        return Err(SandboxError::new(Layer::Landlock, "this kernel does not offer it"));
    }
    Ok(abi)
}

/// A thirty-second of the machine's memory, between 128 MiB and 1 GiB.
fn usual_reserve() -> u64 {
    let info = rustix::system::sysinfo();
    let total = info.totalram.saturating_mul(u64::from(info.mem_unit));
    (total / 32).clamp(128 << 20, 1 << 30)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_drill_never_weakens_and_always_refuses() {
        for value in ["2", "0", "-1", "", "six"] {
            let refused = landlock_abi(None, 6, Some(value)).unwrap_err();
            assert_eq!(refused.layer, Layer::Landlock, "{value}");
            assert_eq!(refused.remedy, "unset ASSAY_LANDLOCK_ABI");
        }
        for value in ["6", "9"] {
            assert_eq!(landlock_abi(None, 6, Some(value)), Ok(6));
        }
    }

    #[test]
    fn an_option_lowers_and_never_raises() {
        assert_eq!(landlock_abi(Some(2), 6, None), Ok(2));
        assert_eq!(landlock_abi(Some(9), 6, None), Ok(6));
        assert_eq!(landlock_abi(Some(0), 6, None).unwrap_err().layer, Layer::Landlock);
        assert_eq!(landlock_abi(Some(2), 0, None).unwrap_err().layer, Layer::Landlock);
    }
}
