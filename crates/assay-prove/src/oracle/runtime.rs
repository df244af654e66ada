//! The options of the sanitizers' runtimes.
//!
//! Set for every oracle in an instrumented build: LeakSanitizer cannot work
//! under the default seccomp filter and would end each run with a failure.

use assay_bundle::manifest::Instrument;

use super::place::LOG;
use super::plan::Plan;
use super::seen::LogFile;

/// The text with which LeakSanitizer gives up, for want of ptrace or `/proc`.
pub(super) const LEAK_CHECK_BROKEN: &[u8] = b"LeakSanitizer has encountered a fatal error";
/// The text with which a runtime gives up on itself.
pub(super) const CHECK_FAILED: &[u8] = b"Sanitizer: CHECK failed";
/// The text with which MemorySanitizer gives up where addresses are laid out in a way it does not know.
pub(super) const MAPPING_UNKNOWN: &[u8] = b"unexpected memory mapping";
/// What LeakSanitizer notes of each thread it looks at (`log_threads`).
pub(super) const LEAK_CHECKED: &[u8] = b"Processing thread ";
/// The text of a runtime's own memory limit.
pub(super) const MEMORY_EXHAUSTED: &[u8] = b"rss limit exhausted";

/// What the runtime shall do with what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporting<'a> {
    /// Write a report into the log folder; the types that the oracle waits for.
    Log(&'a [String]),
    /// Look for leaks at the end, write a report into the log folder, and end by the drawn status.
    Leaks,
    /// Leave signals to the kernel, so that the oracle sees them.
    KeepSignals,
    /// Write to standard error, for people.
    Stderr,
    /// The same, and leave the limit on memory to the sandbox, so that the oracle sees it.
    LeaveMemory,
}

/// How memory is looked through, whatever a program's own defaults say; noted thread by thread, so that
/// a run without a check is told from one that found nothing.
const LEAK_OPTIONS: &str = "leak_check_at_exit=1:log_threads=1:max_leaks=0:suppressions=:use_globals=1:use_stacks=1:\
                            use_registers=1:use_tls=1:use_root_regions=1";

/// The variables for this build's runtime; none for a build without one.
#[must_use]
pub fn env(plan: &Plan<'_>, reporting: Reporting<'_>) -> Vec<(String, String)> {
    let names: &[&str] = match plan.instrument {
        // GCC's and clang's AddressSanitizer builds may carry UBSan's checks too.
        Instrument::Asan if reporting == Reporting::Leaks => &["ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"],
        Instrument::Asan => &["ASAN_OPTIONS", "UBSAN_OPTIONS"],
        Instrument::Ubsan => &["UBSAN_OPTIONS"],
        Instrument::Lsan => &["LSAN_OPTIONS"],
        Instrument::Msan => &["MSAN_OPTIONS"],
        Instrument::None => &[],
    };
    let value = options(plan, reporting).join(":");
    let of = |name: &str| match (name, reporting) {
        ("LSAN_OPTIONS", Reporting::Leaks) => format!("{value}:{LEAK_OPTIONS}"),
        _ => value.clone(),
    };
    names.iter().map(|name| ((*name).to_owned(), of(name))).collect()
}

fn options(plan: &Plan<'_>, reporting: Reporting<'_>) -> Vec<String> {
    let types: &[String] = match reporting {
        Reporting::Log(types) => types,
        Reporting::Leaks | Reporting::KeepSignals | Reporting::Stderr | Reporting::LeaveMemory => &[],
    };
    let waits_for = |words: &[&str]| types.iter().any(|kind| words.contains(&kind.as_str()));
    // Without a sanitizer a huge allocation gives NULL; so it does here, unless
    // the refusal itself is the flaw.
    let allocation = waits_for(&["allocation-size-too-big", "calloc-overflow", "out-of-memory", "rss-limit-exceeded"]);
    let leaks = reporting == Reporting::Leaks;
    let rss_limit = if reporting == Reporting::LeaveMemory { 0 } else { (plan.limits.memory >> 20).max(16) };
    let mut options = vec![
        // The end by SIGABRT is the kernel's word for "the runtime ended it". At a normal end, where
        // leaks are looked for, it is the drawn status.
        format!("abort_on_error={}", u8::from(!leaks)),
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
        format!("detect_leaks={}", u8::from(leaks)),
        format!("allocator_may_return_null={}", u8::from(!allocation)),
        // No limit is 0. RLIMIT_AS cannot be used beside a shadow of terabytes; the watcher of
        // the sandbox is the second line.
        format!("hard_rss_limit_mb={rss_limit}"),
    ];
    // The runtime keeps freed memory, 256 MiB by default: half of a common limit.
    options.push(format!("quarantine_size_mb={}", (plan.limits.memory >> 23).clamp(8, 256)));
    if waits_for(&["stack-use-after-return"]) {
        options.push("detect_stack_use_after_return=1".to_owned());
    }
    match reporting {
        Reporting::Log(_) | Reporting::Leaks => {
            options.push(format!("log_path={LOG}/report"));
            if matches!(plan.instrument, Instrument::Asan | Instrument::Msan) {
                // For the runtime alone: a handler of the program's could jump out of the flaw, and leave no trace.
                options.extend(["segv", "sigbus", "sigfpe", "sigill"].map(|signal| format!("handle_{signal}=2")));
            }
        }
        Reporting::KeepSignals => {
            for signal in ["segv", "sigbus", "sigfpe", "sigill"] {
                options.push(format!("handle_{signal}=0"));
            }
        }
        Reporting::Stderr | Reporting::LeaveMemory => {}
    }
    options
}

/// Why a runtime could not do its work, if one of these logs says so. That is the program's to write, but
/// all that it can win by it is that the run is no evidence.
pub(super) fn gave_up<'l>(mut logs: impl Iterator<Item = &'l LogFile>) -> Option<&'static str> {
    logs.find_map(|log| {
        let causes = [
            (LEAK_CHECK_BROKEN, "the leak check could not work in this sandbox"),
            (CHECK_FAILED, "the sanitizer's runtime failed an internal check"),
            (MAPPING_UNKNOWN, "MemorySanitizer does not work with this kernel's layout of addresses"),
        ];
        causes.into_iter().find(|(text, _)| contains(&log.content, text)).map(|(_, what)| what)
    })
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
        assert!(value.contains("handle_segv=2"), "{value}");
        let leaks = env(&plan(Instrument::Asan), Reporting::Leaks);
        assert_eq!(leaks.len(), 3);
        assert!(leaks.iter().all(|(_, value)| value.contains("detect_leaks=1") && value.contains("abort_on_error=0")));
        assert!(leaks[2].1.contains("log_threads=1") && !leaks[0].1.contains("log_threads"));
        let value = &env(&plan(Instrument::Asan), Reporting::KeepSignals)[0].1;
        assert!(value.contains("handle_segv=0") && !value.contains("log_path"));
    }
}
