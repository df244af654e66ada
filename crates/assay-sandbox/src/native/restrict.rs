//! What the program takes away from itself before it starts: resource limits,
//! privileges, Landlock, seccomp. None of it can be undone by what follows.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath,
    PathFd, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus, Scope,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

use super::sys;
use crate::error::{Layer, SandboxError};
use crate::spec::{Mount, Profile, Spec};

/// The seccomp programs, compiled once by the launcher.
pub struct Filters {
    default: [BpfProgram; 2],
    lsan: [BpfProgram; 2],
}

impl Filters {
    /// Compiles both profiles.
    pub fn compile() -> Result<Self, SandboxError> {
        Ok(Self {
            default: compile(Profile::Default)?,
            lsan: compile(Profile::Lsan)?,
        })
    }

    fn of(&self, profile: Profile) -> &[BpfProgram; 2] {
        match profile {
            Profile::Default => &self.default,
            Profile::Lsan => &self.lsan,
        }
    }
}

/// Applies everything to the calling process, which must be single-threaded.
pub fn restrict(spec: &Spec, abi: i32, filters: &Filters) -> Result<(), SandboxError> {
    limits(spec)
        .map_err(|e| SandboxError::new(Layer::Limits, format!("setting resource limits: {e}")))?;
    sys::no_new_privileges()
        .map_err(|e| SandboxError::new(Layer::Privileges, format!("no_new_privs: {e}")))?;
    landlock(spec, abi)?;
    sys::drop_capabilities()
        .map_err(|e| SandboxError::new(Layer::Privileges, format!("dropping capabilities: {e}")))?;
    let seccomp = |what: String| SandboxError::new(Layer::Seccomp, what);
    for program in filters.of(spec.profile) {
        seccompiler::apply_filter(program)
            .map_err(|e| seccomp(format!("setting the filter: {e}")))?;
    }
    sys::kill_x32_calls().map_err(|e| seccomp(format!("setting the x32 filter: {e}")))
}

/// CPU and memory are metered over the whole tree by init; these are backstops a process cannot lift.
fn limits(spec: &Spec) -> io::Result<()> {
    let limits = &spec.limits;
    let cpu = limits.cpu.as_secs().saturating_add(2);
    sys::limit(libc::RLIMIT_CPU, cpu, cpu)?;
    sys::limit(libc::RLIMIT_CORE, 0, 0)?;
    sys::limit(libc::RLIMIT_NOFILE, 1024, 1024)?;
    // Counted in the run's own user namespace, with init as one of them.
    let pids = u64::from(limits.pids).saturating_add(1);
    sys::limit(libc::RLIMIT_NPROC, pids, pids)?;
    sys::limit(libc::RLIMIT_STACK, 8 << 20, 8 << 20)?;
    sys::limit(libc::RLIMIT_MSGQUEUE, 0, 0)?;
    sys::limit(libc::RLIMIT_MEMLOCK, 64 << 10, 64 << 10)?;
    sys::limit(libc::RLIMIT_NICE, 0, 0)?;
    sys::limit(libc::RLIMIT_RTPRIO, 0, 0)
}

/// The crate's name for an ABI number; newer kernels are used at the newest one known here.
fn abi_of(number: i32) -> ABI {
    match number {
        1 => ABI::V1,
        2 => ABI::V2,
        3 => ABI::V3,
        4 => ABI::V4,
        5 => ABI::V5,
        n if n >= 6 => ABI::V6,
        _ => ABI::Unsupported,
    }
}

fn landlock(spec: &Spec, number: i32) -> Result<(), SandboxError> {
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
            let meta = match path.metadata() {
                Ok(meta) => meta,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            let access = if meta.is_dir() {
                access
            } else {
                access & AccessFs::from_file(abi)
            };
            created = created.add_rule(PathBeneath::new(PathFd::new(path)?, access))?;
        }
        Ok(created.restrict_self()?.ruleset)
    };
    match enforce() {
        Ok(RulesetStatus::FullyEnforced) => Ok(()),
        Ok(_) => Err(failed(format!("ABI {number} was not fully enforced"))),
        Err(error) => Err(failed(format!("ABI {number}: {error}"))),
    }
}

/// Which paths of the sandbox allow what; everything else allows nothing.
fn allowed(spec: &Spec, abi: ABI) -> Vec<(&str, BitFlags<AccessFs>)> {
    let read: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::ReadDir;
    let run = read | AccessFs::Execute;
    let every = AccessFs::from_all(abi);
    let mut paths: Vec<(&str, BitFlags<AccessFs>)> = [
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
        "/lib64",
        "/lib32",
        "/etc/alternatives",
    ]
    .map(|path| (path, run))
    .into();
    paths.push(("/proc", read));
    for device in [
        "/dev/null",
        "/dev/zero",
        "/dev/full",
        "/dev/random",
        "/dev/urandom",
    ] {
        paths.push((device, AccessFs::ReadFile | AccessFs::WriteFile));
    }
    for mount in &spec.mounts {
        let access = match mount {
            Mount::ReadOnly { .. } => run,
            Mount::Scratch { .. } | Mount::Copy { .. } => every,
            // Neither listed nor read: a log is for the runner's eyes.
            Mount::LogFolder { .. } => {
                (AccessFs::MakeReg | AccessFs::WriteFile | AccessFs::Truncate) & every
            }
        };
        if let Some(path) = mount.at().to_str() {
            paths.push((path, access));
        }
    }
    paths
}

/// Calls that a proof never needs and that reach far into the kernel, or out of the sandbox.
const FORBIDDEN: &[libc::c_long] = &[
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_adjtimex,
    libc::SYS_bpf,
    libc::SYS_chroot,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_fanotify_init,
    libc::SYS_finit_module,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_init_module,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_kcmp,
    libc::SYS_kexec_file_load,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_lookup_dcookie,
    libc::SYS_memfd_secret,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_move_pages,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_perf_event_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pivot_root,
    libc::SYS_process_madvise,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_reboot,
    libc::SYS_request_key,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_setns,
    libc::SYS_settimeofday,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
    libc::SYS_vhangup,
];

/// Forbidden as well, where the architecture has them.
#[cfg(target_arch = "x86_64")]
const FORBIDDEN_HERE: &[libc::c_long] = &[
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
    libc::SYS_uselib,
];
#[cfg(not(target_arch = "x86_64"))]
const FORBIDDEN_HERE: &[libc::c_long] = &[];

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn compile(profile: Profile) -> Result<[BpfProgram; 2], SandboxError> {
    let build = || -> Result<[BpfProgram; 2], Box<dyn std::error::Error>> {
        let arch = std::env::consts::ARCH.try_into()?;
        let mut refused: Rules = FORBIDDEN
            .iter()
            .chain(FORBIDDEN_HERE)
            .map(|call| (*call, Vec::new()))
            .collect();
        if profile == Profile::Default {
            refused.insert(libc::SYS_ptrace, Vec::new());
        }
        refused.insert(libc::SYS_clone, new_namespace_flags()?);
        // Sockets other than AF_UNIX: vsock and netlink reach past a network namespace.
        refused.insert(
            libc::SYS_socket,
            vec![argument(0, SeccompCmpOp::Ne, libc::AF_UNIX as u64)?],
        );
        refused.insert(
            libc::SYS_socketpair,
            vec![argument(0, SeccompCmpOp::Ne, libc::AF_UNIX as u64)?],
        );
        // Typing into a terminal that somebody handed over.
        refused.insert(
            libc::SYS_ioctl,
            vec![
                argument(1, SeccompCmpOp::Eq, libc::TIOCSTI)?,
                argument(1, SeccompCmpOp::Eq, libc::TIOCLINUX)?,
            ],
        );
        let eperm = SeccompAction::Errno(libc::EPERM as u32);
        let refuse = SeccompFilter::new(refused, SeccompAction::Allow, eperm, arch)?;
        // Its flags lie in memory, which a filter cannot read: programs fall back to clone.
        let missing: Rules = [(libc::SYS_clone3, Vec::new())].into();
        let enosys = SeccompAction::Errno(libc::ENOSYS as u32);
        let absent = SeccompFilter::new(missing, SeccompAction::Allow, enosys, arch)?;
        Ok([refuse.try_into()?, absent.try_into()?])
    };
    build().map_err(|error| {
        SandboxError::new(Layer::Seccomp, format!("compiling the filter: {error}"))
    })
}

fn argument(
    index: u8,
    op: SeccompCmpOp,
    value: u64,
) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(
        index,
        SeccompCmpArgLen::Dword,
        op,
        value,
    )?])
}

/// One rule for each flag of clone that makes a namespace.
fn new_namespace_flags() -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let mut rules = Vec::new();
    for bit in 0..64 {
        let flag = 1_u64 << bit;
        // CLONE_NEWTIME shares its bit with the exit signal in clone's flags, where it means nothing.
        if sys::NAMESPACES & flag != 0 {
            rules.push(argument(0, SeccompCmpOp::MaskedEq(flag), flag)?);
        }
    }
    Ok(rules)
}
