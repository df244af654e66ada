//! The options of the sanitizers' runtimes.
//!
//! Set for every oracle in an instrumented build: LeakSanitizer cannot work
//! under the default seccomp filter and would end each run with a failure.

use assay_bundle::manifest::Instrument;

use super::place::LOG;
use super::plan::Plan;

/// The text with which LeakSanitizer gives up, for want of ptrace or `/proc`.
pub(super) const LEAK_CHECK_BROKEN: &[u8] = b"LeakSanitizer has encountered a fatal error";
/// The text with which a runtime gives up on itself.
pub(super) const CHECK_FAILED: &[u8] = b"Sanitizer: CHECK failed";
/// The text of a runtime's own memory limit.
pub(super) const MEMORY_EXHAUSTED: &[u8] = b"rss limit exhausted";

/// What the runtime shall do with what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporting<'a> {
    /// Write a report into the log folder; the types that the oracle waits for.
    Log(&'a [String]),
    /// Leave signals to the kernel, so that the oracle sees them.
    KeepSignals,
    /// Write to standard error, for people.
    Stderr,
}

/// The variables for this build's runtime; none for a build without one.
#[must_use]
pub fn env(plan: &Plan<'_>, reporting: Reporting<'_>) -> Vec<(String, String)> {
    let names: &[&str] = match plan.instrument {
        // GCC's and clang's AddressSanitizer builds may carry UBSan's checks too.
        Instrument::Asan => &["ASAN_OPTIONS", "UBSAN_OPTIONS"],
        Instrument::Ubsan => &["UBSAN_OPTIONS"],
        Instrument::Lsan => &["LSAN_OPTIONS"],
        Instrument::Msan => &["MSAN_OPTIONS"],
        Instrument::None => &[],
    };
    let value = options(plan, reporting).join(":");
    names.iter().map(|name| ((*name).to_owned(), value.clone())).collect()
}

fn options(plan: &Plan<'_>, reporting: Reporting<'_>) -> Vec<String> {
    let types: &[String] = match reporting {
        Reporting::Log(types) => types,
        Reporting::KeepSignals | Reporting::Stderr => &[],
    };
    let waits_for = |words: &[&str]| types.iter().any(|kind| words.contains(&kind.as_str()));
    // Without a sanitizer a huge allocation gives NULL; so it does here, unless
    // the refusal itself is the flaw.
    let allocation = waits_for(&["allocation-size-too-big", "calloc-overflow", "out-of-memory", "rss-limit-exceeded"]);
    let mut options = vec![
        // The end by SIGABRT is the kernel's word for "the runtime ended it".
        "abort_on_error=1".to_owned(),
        "halt_on_error=1".to_owned(),
        // The program's own abort() must not make a report.
        "handle_abort=0".to_owned(),
        format!("exitcode={}", plan.exit_code),
        // Frames are resolved outside, from files the program cannot touch; a
        // symbolizer inside would be most of the run's time.
        "symbolize=0".to_owned(),
        "print_stacktrace=1".to_owned(),
        "report_error_type=1".to_owned(),
        "disable_coredump=1".to_owned(),
        "detect_leaks=0".to_owned(),
        format!("allocator_may_return_null={}", u8::from(!allocation)),
        // RLIMIT_AS cannot be used beside a shadow of terabytes; the watcher of
        // the sandbox is the second line.
        format!("hard_rss_limit_mb={}", (plan.limits.memory >> 20).max(16)),
    ];
    // The runtime keeps freed memory, 256 MiB by default: half of a common limit.
    options.push(format!("quarantine_size_mb={}", (plan.limits.memory >> 23).clamp(8, 256)));
    if waits_for(&["stack-use-after-return"]) {
        options.push("detect_stack_use_after_return=1".to_owned());
    }
    match reporting {
        Reporting::Log(_) => options.push(format!("log_path={LOG}/report")),
        Reporting::KeepSignals => {
            for signal in ["segv", "sigbus", "sigfpe", "sigill"] {
                options.push(format!("handle_{signal}=0"));
            }
        }
        Reporting::Stderr => {}
    }
    options
}

/// Whether `needle` occurs in `text`.
pub(super) fn contains(text: &[u8], needle: &[u8]) -> bool {
    text.windows(needle.len().max(1)).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::super::testing::limits;
    use super::*;

    #[test]
    fn each_build_gets_its_own_variables() {
        let limits = limits();
        let plan = |instrument| Plan { instrument, limits: &limits, exit_code: 77 };
        let names = |instrument| -> Vec<String> {
            env(&plan(instrument), Reporting::Stderr).into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(Instrument::Asan), ["ASAN_OPTIONS", "UBSAN_OPTIONS"]);
        assert!(names(Instrument::None).is_empty());
        let types = ["allocation-size-too-big".to_owned()];
        let value = &env(&plan(Instrument::Asan), Reporting::Log(&types))[0].1;
        for part in ["log_path=/log/report", "exitcode=77", "allocator_may_return_null=0", "hard_rss_limit_mb=512"] {
            assert!(value.split(':').any(|option| option == part), "{part} in {value}");
        }
        let value = &env(&plan(Instrument::Asan), Reporting::KeepSignals)[0].1;
        assert!(value.contains("handle_segv=0") && !value.contains("log_path"));
    }
}
