//! The seccomp filters: a list of calls that a proof never needs, and of calls
//! by which a program could reach init, which runs under the same user id.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;

use seccompiler::{BpfProgram, sock_filter};

use super::bpf::{Answer, Check, program};
use super::{family, sys};
use crate::error::{Layer, SandboxError};
use crate::spec::Profile;

/// The newest call that was weighed for these lists (`mseal`, Linux 6.10; the
/// numbers are the same on all architectures from 424 on).
const NEWEST_CALL: u32 = 462;

/// The seccomp programs, made once by the launcher.
pub struct Filters {
    common: BpfProgram,
    /// By profile, then by whether the run is an end of a join.
    rest: [[BpfProgram; 2]; 2],
    family: BpfProgram,
}

impl Filters {
    /// Makes the filters.
    pub fn new() -> Self {
        let rest = |profile| [false, true].map(|joined| program(&rest(profile, joined), NEWEST_CALL));
        Self {
            common: program(&answers(), NEWEST_CALL),
            rest: [rest(Profile::Default), rest(Profile::Lsan)],
            family: family::filter(NEWEST_CALL),
        }
    }

    /// Sets the filter of all profiles on the calling process, for good.
    pub fn apply_common(&self) -> Result<(), SandboxError> {
        apply(&self.common)
    }

    /// Sets what a profile has beyond that, for a run by itself or one that is an end of a join.
    pub fn apply_rest(&self, profile: Profile, joined: bool) -> Result<(), SandboxError> {
        let [default, lsan] = &self.rest;
        let [alone, end] = match profile {
            Profile::Default => default,
            Profile::Lsan => lsan,
        };
        apply(if joined { end } else { alone })
    }

    /// Sets the filter that tells of processes, and gives the descriptor at which it is heard.
    pub fn apply_family(&self) -> io::Result<OwnedFd> {
        sys::filter_with_listener(&self.family)
    }
}

fn apply(program: &BpfProgram) -> Result<(), SandboxError> {
    seccompiler::apply_filter(program)
        .map_err(|error| SandboxError::new(Layer::Seccomp, format!("setting the filter: {error}")))
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
    // Tells who opens what under `/usr`, the host's own programs among them.
    libc::SYS_inotify_add_watch,
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

fn answers() -> BTreeMap<u32, Answer> {
    // vsock and netlink reach past a network namespace; the rest of the filter says who may have IPv4.
    let foreign = Check::Neither(0, libc::AF_UNIX as u32, libc::AF_INET as u32);
    let not_unix = Check::IsNot(0, libc::AF_UNIX as u32);
    // CLONE_NEWTIME shares its bit with the exit signal in clone's flags, where it means nothing.
    let new_namespaces = Check::HasAny(0, sys::NAMESPACES as u32);
    // Typing into a terminal that somebody handed over.
    let typing = [libc::TIOCSTI, libc::TIOCLINUX].map(|request| Check::Is(1, request as u32));
    // The older notice of the same, and a lease, which keeps whoever opens the file waiting: also the runner.
    let noticing = [libc::F_NOTIFY, libc::F_SETLEASE].map(|command| Check::Is(1, command as u32));
    let checked = [
        (libc::SYS_fcntl, noticing.to_vec()),
        (libc::SYS_clone, vec![new_namespaces]),
        (libc::SYS_socket, vec![foreign]),
        (libc::SYS_socketpair, vec![not_unix]),
        (libc::SYS_ioctl, typing.to_vec()),
    ];
    let forbidden = FORBIDDEN.iter().chain(FORBIDDEN_HERE).copied();
    let numbered = |call: libc::c_long, answer| (call as u32, answer);
    (forbidden.map(|call| numbered(call, Answer::Errno(libc::EPERM))))
        .chain(ABSENT.iter().map(|call| numbered(*call, Answer::Errno(libc::ENOSYS))))
        .chain(
            checked.into_iter().chain(reaching_init()).map(|(call, checks)| numbered(call, Answer::RefuseIf(checks))),
        )
        .collect()
}

/// Calls that only the helper of the bubblewrap engine makes, before the program starts.
const HELPERS: &[libc::c_long] = &[
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_unshare,
];

/// The filter that `bwrap` sets, in the bytes that it reads: the common one but for what
/// its helper needs. The program's own filter then comes on top of it.
pub fn around_the_helper() -> Vec<u8> {
    let mut answers = answers();
    for call in HELPERS {
        answers.remove(&(*call as u32));
    }
    let instruction = |step: &sock_filter| {
        let [first, second] = step.code.to_ne_bytes();
        let [a, b, c, d] = step.k.to_ne_bytes();
        [first, second, step.jt, step.jf, a, b, c, d]
    };
    program(&answers, NEWEST_CALL).iter().flat_map(instruction).collect()
}

/// What the common filter leaves to the run: tracing, and sockets other than AF_UNIX.
fn rest(profile: Profile, joined: bool) -> BTreeMap<u32, Answer> {
    // Of the types, only a stream has none of these bits; of the protocols, 0 and TCP are TCP, and the others
    // (MPTCP, SCTP) are more kernel than a server needs.
    const NOT_A_STREAM: u32 = 0b1110;
    const TCP_ULP: u32 = libc::TCP_ULP as u32;
    let socket = if joined {
        vec![Check::HasAny(1, NOT_A_STREAM), Check::Neither(2, 0, libc::IPPROTO_TCP as u32)]
    } else {
        vec![Check::IsNot(0, libc::AF_UNIX as u32)]
    };
    let mut answers: BTreeMap<u32, Answer> = [(libc::SYS_socket as u32, Answer::RefuseIf(socket))].into();
    if joined {
        // The kernel's own TLS; at other levels no option that can be set has this number.
        answers.insert(libc::SYS_setsockopt as u32, Answer::RefuseIf(vec![Check::Is(2, TCP_ULP)]));
    }
    if profile == Profile::Default {
        answers.insert(libc::SYS_ptrace as u32, Answer::Errno(libc::EPERM));
    }
    answers
}

/// Calls that take a pid and ask for nothing but the same user id: with them a
/// program could starve init or take its descriptors away, and so blind the meters.
fn reaching_init() -> Vec<(libc::c_long, Vec<Check>)> {
    const INIT: u32 = 1;
    const IOPRIO_WHO_USER: u32 = 3;
    let init = Check::Is(0, INIT);
    vec![
        (libc::SYS_prlimit64, vec![init]),
        (libc::SYS_sched_setaffinity, vec![init]),
        (libc::SYS_sched_setattr, vec![init]),
        (libc::SYS_sched_setparam, vec![init]),
        (libc::SYS_sched_setscheduler, vec![init]),
        // Their first argument says what the second names; a user's processes include init.
        (libc::SYS_setpriority, vec![Check::Is(1, INIT), Check::Is(0, libc::PRIO_USER)]),
        (libc::SYS_ioprio_set, vec![Check::Is(1, INIT), Check::Is(0, IOPRIO_WHO_USER)]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn around_the_helper_only_its_own_calls_are_open() {
        assert!(HELPERS.iter().all(|call| FORBIDDEN.contains(call)));
        let bytes = around_the_helper();
        assert!(bytes.len().is_multiple_of(8) && bytes.len() / 8 < 4096);
    }

    #[test]
    fn no_call_has_two_answers() {
        let named = FORBIDDEN.len() + FORBIDDEN_HERE.len() + ABSENT.len() + 5 + reaching_init().len();
        assert_eq!(answers().len(), named);
        assert!(answers().keys().all(|call| *call <= NEWEST_CALL));
    }
}
