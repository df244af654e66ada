//! What the program takes away from itself before it starts: resource limits,
//! privileges, Landlock, seccomp. None of it can be undone by what follows.

use std::io;
use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, NetPort, PathBeneath, PathFd,
    Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus, Scope,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs};

use super::filter::Filters;
use super::message::Request;
use crate::error::{Layer, SandboxError};
use crate::join::{Endpoint, Side};
use crate::spec::{Mount, Spec};

/// The newest Landlock ABI that is used; a newer kernel is used at this one.
pub const NEWEST_LANDLOCK_ABI: i32 = 9;

/// What needs to know nothing of the run: no new privileges, no capabilities, the filter of all runs.
pub fn privileges(filters: &Filters) -> Result<(), SandboxError> {
    let failed = |step: &str, e: rustix::io::Errno| SandboxError::new(Layer::Privileges, format!("{step}: {e}"));
    set_no_new_privs(true).map_err(|e| failed("no_new_privs", e))?;
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    set_capabilities(None, none).map_err(|e| failed("dropping capabilities", e))?;
    filters.apply_common()
}

/// What does not need the root to be in place: resource limits, and the rest of the filter.
pub fn before_the_root(request: &Request, filters: &Filters) -> Result<(), SandboxError> {
    limits(&request.spec, request.cell.is_some())
        .map_err(|e| SandboxError::new(Layer::Limits, format!("setting resource limits: {e}")))?;
    filters.apply_rest(request.spec.profile, request.endpoint.is_some())
}

/// CPU and memory are metered over the whole tree by init; these are backstops a process cannot lift.
fn limits(spec: &Spec, in_a_cell: bool) -> io::Result<()> {
    let limits = &spec.limits;
    limit(Resource::Cpu, limits.cpu.as_secs().saturating_add(2))?;
    limit(Resource::Core, 0)?;
    limit(Resource::Nofile, 1024)?;
    // Counted in the run's own user namespace, with init as one of them. In a control group that refuses
    // first, which is how it is known to: init is not in it.
    limit(Resource::Nproc, u64::from(limits.pids).saturating_add(1 + u64::from(in_a_cell)))?;
    limit(Resource::Stack, 8 << 20)?;
    limit(Resource::Msgqueue, 0)?;
    limit(Resource::Memlock, 64 << 10)?;
    limit(Resource::Nice, 0)?;
    limit(Resource::Rtprio, 0)
}

/// Soft and hard limit; a session's own hard limit may be lower, and stays.
fn limit(resource: Resource, wanted: u64) -> io::Result<()> {
    let hard = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let limit = Some(wanted.min(hard));
    Ok(setrlimit(resource, Rlimit { current: limit, maximum: limit })?)
}

/// The crate's name for an ABI number. Between 6 and 9 nothing was added that confines.
fn abi_of(number: i32) -> ABI {
    match number {
        1 => ABI::V1,
        2 => ABI::V2,
        3 => ABI::V3,
        4 => ABI::V4,
        5 => ABI::V5,
        6..=8 => ABI::V6,
        n if n >= NEWEST_LANDLOCK_ABI => ABI::V9,
        _ => ABI::Unsupported,
    }
}

/// Landlock: which paths of the root may be read, run and written, and which port of its own network an end of
/// a join may listen at or connect to.
pub fn paths(spec: &Spec, endpoint: Option<Endpoint>, number: i32) -> Result<(), SandboxError> {
    let failed = |what: String| SandboxError::new(Layer::Landlock, what);
    let abi = abi_of(number);
    if abi == ABI::Unsupported {
        return Err(failed("this kernel does not offer it".into()));
    }
    let enforce = || -> Result<RulesetStatus, Box<dyn std::error::Error>> {
        let mut ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(abi))?;
        if number >= 4 {
            ruleset = ruleset.handle_access(AccessNet::from_all(abi))?;
        }
        if number >= 6 {
            ruleset = ruleset.scope(Scope::from_all(abi))?;
        }
        let mut created = ruleset.create()?;
        for (path, access) in allowed(spec, abi) {
            let path = Path::new(path);
            let meta = match path.symlink_metadata() {
                // `/bin` and the like lead into `/usr`, which has its rule.
                Ok(meta) if meta.is_symlink() => continue,
                Ok(meta) => meta,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            let access = if meta.is_dir() { access } else { access & AccessFs::from_file(abi) };
            created = created.add_rule(PathBeneath::new(PathFd::new(path)?, access))?;
        }
        if let Some(endpoint) = endpoint.filter(|_| number >= 4) {
            let access = match endpoint.side {
                Side::Server => AccessNet::BindTcp,
                Side::Driver => AccessNet::ConnectTcp,
            };
            created = created.add_rule(NetPort::new(endpoint.port, access))?;
        }
        Ok(created.restrict_self()?.ruleset)
    };
    match enforce() {
        Ok(RulesetStatus::FullyEnforced) => Ok(()),
        Ok(_) => Err(failed(format!("ABI {number} was not fully enforced"))),
        Err(error) => Err(failed(format!("ABI {number}: {error}"))),
    }
}

/// Which paths of the sandbox allow what; everything else allows nothing. A rule
/// holds for all that lies below its path.
fn allowed(spec: &Spec, abi: ABI) -> Vec<(&str, BitFlags<AccessFs>)> {
    let read: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::ReadDir;
    let run = read | AccessFs::Execute;
    let every = AccessFs::from_all(abi);
    let mut paths: Vec<(&str, BitFlags<AccessFs>)> =
        ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/etc/alternatives"].map(|path| (path, run)).into();
    paths.push(("/proc", read));
    // Opened for writing, `/dev/zero` would give memory that no meter sees.
    paths.push(("/dev", AccessFs::ReadFile.into()));
    for device in ["/dev/null", "/dev/full"] {
        paths.push((device, AccessFs::WriteFile.into()));
    }
    for mount in &spec.mounts {
        let access = match mount {
            Mount::ReadOnly { .. } => run,
            Mount::Data { .. } => read,
            Mount::Scratch { .. } | Mount::Copy { .. } => every,
            // Neither listed nor read: a log is for the runner's eyes.
            Mount::LogFolder { .. } => (AccessFs::MakeReg | AccessFs::WriteFile | AccessFs::Truncate) & every,
        };
        if let Some(path) = mount.at().to_str() {
            paths.push((path, access));
        }
    }
    paths
}
