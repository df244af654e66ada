//! System calls that no safe wrapper offers: the only `unsafe` of the workspace
//! beside one memory map. Each block says why it is sound.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::time::Duration;

/// All namespaces of a run (DESIGN section 4, Sandbox).
pub const NAMESPACES: u64 = (libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP) as u64;

/// Which side of a fork this is.
pub enum Forked {
    /// The child.
    Child,
    /// The parent, with the child's pid in the parent's namespace.
    Parent(i32),
}

fn check(result: libc::c_long) -> io::Result<libc::c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Forks, into new namespaces if any are asked for.
///
/// By `clone`, not `clone3`: the flags of both are the same here, and filters of
/// containers refuse `clone3` on systems where this works.
pub fn fork_into(namespaces: u64) -> io::Result<Forked> {
    let flags = namespaces | libc::SIGCHLD as u64;
    // SAFETY: without CLONE_VM the child has a copy of this single-threaded
    // process, as after fork(2); a null stack means the copy of this one, and
    // the pointers that follow are not used by these flags.
    let pid = check(unsafe { libc::syscall(libc::SYS_clone, flags, 0_u64, 0_u64, 0_u64, 0_u64) })?;
    Ok(if pid == 0 { Forked::Child } else { Forked::Parent(pid as i32) })
}

/// Makes a mount and all mounts below it read-only, without setuid and device files.
pub fn make_read_only(tree: BorrowedFd<'_>) -> io::Result<()> {
    let attributes = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
    set_mount_attributes(tree, attributes, libc::AT_RECURSIVE)
}

/// Forbids to execute a mount's files and to map them as code.
pub fn make_data_only(tree: BorrowedFd<'_>) -> io::Result<()> {
    set_mount_attributes(tree, libc::MOUNT_ATTR_NOEXEC, libc::AT_RECURSIVE)
}

/// Makes this one mount read-only; what is mounted on it keeps its own attributes.
pub fn make_top_read_only(mount: BorrowedFd<'_>) -> io::Result<()> {
    set_mount_attributes(mount, libc::MOUNT_ATTR_RDONLY, 0)
}

/// A device file such as `/dev/null`: it stays one, and is no program. Read-only
/// concerns its mode and times; what is written to the device is not the mount's.
pub fn harden_device(tree: BorrowedFd<'_>) -> io::Result<()> {
    let attributes = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NOEXEC;
    set_mount_attributes(tree, attributes, 0)
}

fn set_mount_attributes(tree: BorrowedFd<'_>, attr_set: u64, flags: libc::c_int) -> io::Result<()> {
    // What is mounted on the host is often shared: what a run mounts on a copy of
    // it must not appear there, nor the other way round.
    let attributes = libc::mount_attr { attr_set, attr_clr: 0, propagation: libc::MS_PRIVATE, userns_fd: 0 };
    // SAFETY: the empty path with AT_EMPTY_PATH names the descriptor itself;
    // both pointers live through the call and the size is the struct's.
    check(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH | flags,
            &raw const attributes,
            size_of_val(&attributes),
        )
    })?;
    Ok(())
}

/// Default handling for every signal, and none blocked: an exec keeps ignored signals.
pub fn reset_signals() {
    for signal in 1..=64 {
        // SAFETY: SIG_DFL is no handler; numbers that cannot be set give EINVAL and change nothing.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    // SAFETY: an empty set is valid for sigprocmask, the old one is not asked for.
    unsafe {
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

/// Children of this process are reaped by the kernel.
pub fn ignore_children() {
    // SAFETY: SIG_IGN is no handler.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
}

/// A write to a closed pipe ends the process again, as programs expect.
pub fn end_on_broken_pipes() {
    // SAFETY: SIG_DFL is no handler.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// A write to a closed pipe gives an error in place of a signal.
pub fn ignore_broken_pipes() {
    // SAFETY: SIG_IGN is no handler.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
}

/// Every descriptor from this number on closes on exec.
pub fn close_on_exec_from(first: u32) -> io::Result<()> {
    // SAFETY: plain integers; no descriptor is closed now.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) })?;
    Ok(())
}

/// Closes a descriptor whose owner lives in memory that this fork never returns to.
pub fn close(descriptor: BorrowedFd<'_>) {
    // SAFETY: only called in a fork that never drops the owner; nothing else uses the number there.
    unsafe { libc::close(descriptor.as_raw_fd()) };
}

/// Closes every descriptor from this number on.
pub fn close_from(first: u32) -> io::Result<()> {
    // SAFETY: called where a process begins or before it becomes a builtin: it
    // uses none of these descriptors afterwards and never drops their owners.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) })?;
    Ok(())
}

/// Gives this process a mount namespace of its own.
pub fn unshare_mounts() -> io::Result<()> {
    // SAFETY: plain integer; this process has one thread, so nothing shares what it leaves.
    check(unsafe { libc::unshare(libc::CLONE_NEWNS) }.into())?;
    Ok(())
}

/// Makes these descriptors the numbers from 3 on, open across an exec; all others close on it.
pub fn lay_out(descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    let above = 3 + descriptors.len() as i32;
    let aside = descriptors
        .iter()
        .map(|descriptor| rustix::io::fcntl_dupfd_cloexec(descriptor, above))
        .collect::<Result<Vec<_>, _>>()?;
    close_on_exec_from(3)?;
    for (number, descriptor) in (3..).zip(&aside) {
        // SAFETY: plain integers. What had the number is not used again: an exec or the end of this process follows.
        check(unsafe { libc::dup2(descriptor.as_raw_fd(), number) }.into())?;
    }
    Ok(())
}

/// Takes over descriptors that this process was started with, `count` from `first` on; closes what lies behind them.
pub fn take_over(first: u32, count: u32) -> io::Result<Vec<OwnedFd>> {
    let behind = first.checked_add(count).ok_or_else(|| io::Error::other("too many descriptors"))?;
    close_from(behind)?;
    close_on_exec_from(first)?;
    (first..behind)
        .map(|number| {
            let number = i32::try_from(number).map_err(io::Error::other)?;
            // SAFETY: plain integers; whether the number is open is what is asked.
            check(unsafe { libc::fcntl(number, libc::F_GETFD) }.into())?;
            // SAFETY: open, as was just seen, and called once, where the process begins: nobody else owns it.
            Ok(unsafe { OwnedFd::from_raw_fd(number) })
        })
        .collect()
}

/// Replaces the program of this process. Returns only the error.
pub fn exec(program: &CString, argv: &[CString], env: &[CString]) -> io::Error {
    fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
        strings.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect()
    }
    let (argv, env) = (pointers(argv), pointers(env));
    // SAFETY: both arrays end with a null pointer and, like the strings, outlive the call.
    unsafe { libc::execve(program.as_ptr(), argv.as_ptr(), env.as_ptr()) };
    io::Error::last_os_error()
}

/// Ends this process at once, without running exit handlers of the copied parent.
pub fn exit_now(status: i32) -> ! {
    // SAFETY: _exit does not return and runs nothing of this process.
    unsafe { libc::_exit(status) }
}

/// A child that ended.
pub struct Reaped {
    /// Its pid.
    pub pid: i32,
    /// Its raw wait status.
    pub status: i32,
}

/// Reaps one ended child, if there is one.
pub fn reap(block: bool) -> io::Result<Option<Reaped>> {
    let mut status = 0;
    let options = if block { libc::__WALL } else { libc::__WALL | libc::WNOHANG };
    // SAFETY: `status` outlives the call.
    let pid = check(unsafe { libc::waitpid(-1, &raw mut status, options) }.into())? as i32;
    Ok((pid > 0).then_some(Reaped { pid, status }))
}

/// CPU time and largest resident size (bytes) of all reaped children and theirs.
pub fn children_usage() -> (Duration, u64) {
    // SAFETY: all zeroes is a valid rusage, and it outlives the call.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
        usage
    };
    let time = |t: libc::timeval| Duration::from_secs(t.tv_sec as u64) + Duration::from_micros(t.tv_usec as u64);
    (time(usage.ru_utime) + time(usage.ru_stime), usage.ru_maxrss as u64 * 1024)
}

/// Kills every process of this pid namespace but its init, which must be the caller.
pub fn kill_all() {
    // SAFETY: plain integers. In a pid namespace of its own, -1 reaches nothing outside.
    unsafe { libc::kill(-1, libc::SIGKILL) };
}

/// Tries to make a user namespace inside the present one.
pub fn unshare_user() -> io::Result<()> {
    // SAFETY: plain integer.
    check(unsafe { libc::unshare(libc::CLONE_NEWUSER) }.into())?;
    Ok(())
}

/// Brings up the loopback interface of this process's network namespace, which must be its own.
pub fn loopback_up() -> io::Result<()> {
    let socket = rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::DGRAM, None)?;
    // SAFETY: all zeroes is a valid ifreq.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = *from as libc::c_char;
    }
    // SAFETY: the request outlives the call, and its name ends with a zero; the kernel writes the flags into it.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS as _, &raw mut request) }.into())?;
    // SAFETY: the call before has written this variant.
    if i32::from(unsafe { request.ifr_ifru.ifru_flags }) & libc::IFF_UP != 0 {
        // `bwrap` has done it, and leaves nobody the right to.
        return Ok(());
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: the request outlives the call, and its name ends with a zero.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request) }.into())?;
    Ok(())
}

/// Starts a process that only sleeps until it is killed.
pub fn fork_sleeper() -> io::Result<()> {
    // SAFETY: the child calls nothing but pause(2), which is async-signal-safe.
    let pid = check(unsafe { libc::fork() }.into())?;
    if pid == 0 {
        loop {
            // SAFETY: no arguments.
            unsafe { libc::pause() };
        }
    }
    Ok(())
}

/// Clock ticks in a second, the unit of `/proc/PID/stat`.
pub fn ticks_per_second() -> u64 {
    // SAFETY: plain integer.
    u64::try_from(unsafe { libc::sysconf(libc::_SC_CLK_TCK) }).unwrap_or(100).max(1)
}

/// The Landlock ABI of this kernel; 0 when Landlock is absent or off.
pub fn landlock_abi() -> i32 {
    const VERSION: libc::c_uint = 1;
    // SAFETY: with the version flag the kernel reads no memory: a null pointer and size 0 are its protocol.
    let abi =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<libc::c_void>(), 0_usize, VERSION) };
    i32::try_from(abi).unwrap_or(0).max(0)
}

/// Sets a filter on this process, for good, and gives the descriptor at which it is heard.
///
/// # Errors
///
/// The kernel's: `EBUSY` where a filter around this process has a listener already.
pub fn filter_with_listener(filter: &[seccompiler::sock_filter]) -> io::Result<OwnedFd> {
    #[repr(C)]
    struct Program {
        length: u16,
        steps: *const seccompiler::sock_filter,
    }
    let length = u16::try_from(filter.len()).map_err(io::Error::other)?;
    let program = Program { length, steps: filter.as_ptr() };
    let set = |flags: libc::c_ulong| {
        // SAFETY: `Program` is laid out as `struct sock_fprog`; it and the steps it points to outlive the call, and
        // the kernel checks the steps.
        check(unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) })
    };
    // Where the kernel can (5.19), a call that was heard waits through all signals but deadly ones.
    let listener = set(libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
        .or_else(|_| set(libc::SECCOMP_FILTER_FLAG_NEW_LISTENER))?;
    // SAFETY: the call has just made this descriptor, which nobody else owns.
    Ok(unsafe { OwnedFd::from_raw_fd(listener as i32) })
}

/// A call that waits at a filter's listener.
pub struct Told {
    /// The thread that makes it, as this process's namespace numbers it.
    pub pid: u32,
    /// The number of the call.
    pub call: i32,
    /// Its arguments.
    pub arguments: [u64; 6],
    id: u64,
}

/// The next call that waits. Blocks if none does.
pub fn hear(listener: BorrowedFd<'_>) -> io::Result<Told> {
    // SAFETY: all zeroes is a valid `seccomp_notif`, and what the kernel asks for.
    let mut told: libc::seccomp_notif = unsafe { std::mem::zeroed() };
    // SAFETY: the structure outlives the call and is of the size that the request's number says.
    check(unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV as _, &raw mut told) }.into())?;
    Ok(Told { pid: told.pid, call: told.data.nr, arguments: told.data.args, id: told.id })
}

/// Lets the call be made.
///
/// # Errors
///
/// `ENOENT` when its thread waits no more.
pub fn let_go_on(listener: BorrowedFd<'_>, told: &Told) -> io::Result<()> {
    let flags = libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32;
    let answer = libc::seccomp_notif_resp { id: told.id, val: 0, error: 0, flags };
    // SAFETY: the structure outlives the call and is of the size that the request's number says.
    check(unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND as _, &raw const answer) }.into())?;
    Ok(())
}
