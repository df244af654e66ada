//! The seccomp filters: a list of calls that a proof never needs, and of calls
//! by which a program could reach init, which runs under the same user id.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

use super::sys;
use crate::error::{Layer, SandboxError};
use crate::spec::Profile;

/// The newest call that was weighed for these lists (`mseal`, Linux 6.10; the
/// numbers are the same on all architectures from 424 on).
const NEWEST_CALL: u32 = 462;

/// The seccomp programs, compiled once by the launcher.
pub struct Filters {
    default: [BpfProgram; 2],
    lsan: [BpfProgram; 2],
}

impl Filters {
    /// Compiles both profiles.
    pub fn compile() -> Result<Self, SandboxError> {
        Ok(Self { default: compile(Profile::Default)?, lsan: compile(Profile::Lsan)? })
    }

    /// Sets the filters of a profile on the calling process, for good.
    pub fn apply(&self, profile: Profile) -> Result<(), SandboxError> {
        let failed =
            |error: &dyn std::fmt::Display| SandboxError::new(Layer::Seccomp, format!("setting the filter: {error}"));
        let programs = match profile {
            Profile::Default => &self.default,
            Profile::Lsan => &self.lsan,
        };
        for program in programs {
            seccompiler::apply_filter(program).map_err(|e| failed(&e))?;
        }
        sys::refuse_unknown_calls(NEWEST_CALL).map_err(|e| failed(&e))
    }
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
    libc::SYS_migrate_pages,
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
    // Pins pages in a pipe after their owner let them go: memory that no meter sees.
    libc::SYS_vmsplice,
];

/// Calls that answer as if the kernel did not have them, for which programs have another way.
const ABSENT: &[libc::c_long] = &[
    // Its flags lie in memory, which a filter cannot read: programs fall back to clone.
    libc::SYS_clone3,
    // Memory that belongs to no process, so that no meter sees it and no limit bounds it.
    libc::SYS_memfd_create,
    libc::SYS_mq_open,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_shmget,
];

/// Forbidden as well, where the architecture has them.
#[cfg(target_arch = "x86_64")]
const FORBIDDEN_HERE: &[libc::c_long] = &[libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt, libc::SYS_uselib];
#[cfg(not(target_arch = "x86_64"))]
const FORBIDDEN_HERE: &[libc::c_long] = &[];

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn compile(profile: Profile) -> Result<[BpfProgram; 2], SandboxError> {
    let build = || -> Result<[BpfProgram; 2], Box<dyn std::error::Error>> {
        let arch = std::env::consts::ARCH.try_into()?;
        let mut refused: Rules = FORBIDDEN.iter().chain(FORBIDDEN_HERE).map(|call| (*call, Vec::new())).collect();
        if profile == Profile::Default {
            refused.insert(libc::SYS_ptrace, Vec::new());
        }
        refused.insert(libc::SYS_clone, new_namespace_flags()?);
        // Sockets other than AF_UNIX: vsock and netlink reach past a network namespace.
        let not_unix = || argument(0, SeccompCmpOp::Ne, libc::AF_UNIX as u64);
        refused.insert(libc::SYS_socket, vec![not_unix()?]);
        refused.insert(libc::SYS_socketpair, vec![not_unix()?]);
        // Typing into a terminal that somebody handed over.
        refused.insert(
            libc::SYS_ioctl,
            vec![argument(1, SeccompCmpOp::Eq, libc::TIOCSTI)?, argument(1, SeccompCmpOp::Eq, libc::TIOCLINUX)?],
        );
        refused.extend(reaching_init()?);
        let eperm = SeccompAction::Errno(libc::EPERM as u32);
        let refuse = SeccompFilter::new(refused, SeccompAction::Allow, eperm, arch)?;
        let missing: Rules = ABSENT.iter().map(|call| (*call, Vec::new())).collect();
        let enosys = SeccompAction::Errno(libc::ENOSYS as u32);
        let absent = SeccompFilter::new(missing, SeccompAction::Allow, enosys, arch)?;
        Ok([refuse.try_into()?, absent.try_into()?])
    };
    build().map_err(|error| SandboxError::new(Layer::Seccomp, format!("compiling the filter: {error}")))
}

/// Calls that take a pid and ask for nothing but the same user id: with them a
/// program could starve init or take its descriptors away, and so blind the meters.
fn reaching_init() -> Result<Rules, seccompiler::BackendError> {
    const INIT: u64 = 1;
    let init = |index| argument(index, SeccompCmpOp::Eq, INIT);
    let mut rules = Rules::new();
    for call in [
        libc::SYS_prlimit64,
        libc::SYS_sched_setaffinity,
        libc::SYS_sched_setattr,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setscheduler,
    ] {
        rules.insert(call, vec![init(0)?]);
    }
    // By user, they name init as well.
    let priority_of_user = argument(0, SeccompCmpOp::Eq, libc::PRIO_USER as u64)?;
    rules.insert(libc::SYS_setpriority, vec![init(1)?, priority_of_user]);
    let io_priority_of_user = argument(0, SeccompCmpOp::Eq, IOPRIO_WHO_USER)?;
    rules.insert(libc::SYS_ioprio_set, vec![init(1)?, io_priority_of_user]);
    Ok(rules)
}

/// Linux's `IOPRIO_WHO_USER`.
const IOPRIO_WHO_USER: u64 = 3;

fn argument(index: u8, op: SeccompCmpOp, value: u64) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(index, SeccompCmpArgLen::Dword, op, value)?])
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
