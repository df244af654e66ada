//! How a run ended, in words, and the names of signals.

use assay_sandbox::End;

/// The words of [`End::CpuLimit`].
pub const CPU_LIMIT: &str = "cpu limit";

/// The words of [`End::Stopped`]: a server whose driver was done with it, or the other way round.
pub const STOPPED: &str = "stopped while idle";

/// Linux signal numbers, the same on x86-64, AArch64 and RISC-V.
const SIGNALS: [(&str, i32); 31] = [
    ("SIGHUP", 1),
    ("SIGINT", 2),
    ("SIGQUIT", 3),
    ("SIGILL", 4),
    ("SIGTRAP", 5),
    ("SIGABRT", SIGABRT),
    ("SIGBUS", 7),
    ("SIGFPE", 8),
    ("SIGKILL", 9),
    ("SIGUSR1", 10),
    ("SIGSEGV", 11),
    ("SIGUSR2", 12),
    ("SIGPIPE", 13),
    ("SIGALRM", 14),
    ("SIGTERM", 15),
    ("SIGSTKFLT", 16),
    ("SIGCHLD", 17),
    ("SIGCONT", 18),
    ("SIGSTOP", 19),
    ("SIGTSTP", 20),
    ("SIGTTIN", 21),
    ("SIGTTOU", 22),
    ("SIGURG", 23),
    ("SIGXCPU", 24),
    ("SIGXFSZ", 25),
    ("SIGVTALRM", 26),
    ("SIGPROF", 27),
    ("SIGWINCH", 28),
    ("SIGIO", 29),
    ("SIGPWR", 30),
    ("SIGSYS", 31),
];

pub(super) const SIGABRT: i32 = 6;

/// `SIGSEGV` for 11; `signal 40` for one without a name.
#[must_use]
pub fn signal_name(number: i32) -> String {
    SIGNALS
        .iter()
        .find(|(_, known)| *known == number)
        .map_or_else(|| format!("signal {number}"), |(name, _)| (*name).to_owned())
}

/// 11 for `SIGSEGV`.
#[must_use]
pub fn signal_number(name: &str) -> Option<i32> {
    SIGNALS.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
}

/// How it ended, in words: `exit 0`, `signal SIGABRT`, `cpu limit`, ...
#[must_use]
pub fn end_words(end: &End) -> String {
    match end {
        End::Exited(status) => format!("exit {status}"),
        End::Signaled(number) => {
            let name = signal_name(*number);
            if name.starts_with("SIG") { format!("signal {name}") } else { name }
        }
        End::CpuLimit => CPU_LIMIT.to_owned(),
        End::WallLimit => "wall limit".to_owned(),
        End::MemoryLimit => "memory limit".to_owned(),
        End::OutputLimit => "output limit".to_owned(),
        End::Stopped => STOPPED.to_owned(),
        End::NotStarted(why) => format!("not started: {why}"),
    }
}

pub(super) fn is_limit(end: &End) -> bool {
    matches!(end, End::CpuLimit | End::WallLimit | End::MemoryLimit | End::OutputLimit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_in_words() {
        assert_eq!(end_words(&End::Exited(0)), "exit 0");
        assert_eq!(end_words(&End::Signaled(6)), "signal SIGABRT");
        assert_eq!(end_words(&End::Signaled(40)), "signal 40");
        assert_eq!(end_words(&End::CpuLimit), CPU_LIMIT);
    }

    #[test]
    fn names_and_numbers_agree() {
        for number in 1..=31 {
            assert_eq!(signal_number(&signal_name(number)), Some(number));
        }
        assert_eq!(signal_number("SEGV"), None);
    }
}
