//! Logs of real runs of small programs, cut and garbled ones, and the shared
//! collection of other people's logs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

const USE_AFTER_FREE: &str = "\
=================================================================
==11839==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000012 at pc 0x5603d6bd7228 bp 0x7ffeccf36540 sp 0x7ffeccf36538
READ of size 1 at 0x602000000012 thread T0
    #0 0x5603d6bd7227  (/out/a+0x1227)
    #1 0x5603d6bd73c0  (/out/a+0x13c0)
    #2 0x7f39e7445249  (/lib/x86_64-linux-gnu/libc.so.6+0x27249)

0x602000000012 is located 2 bytes inside of 10-byte region [0x602000000010,0x60200000001a)
freed by thread T0 here:
    #0 0x7f39e76b76a8  (/lib/x86_64-linux-gnu/libasan.so.8+0xb76a8)
    #1 0x5603d6bd73b3  (/out/a+0x13b3)

previously allocated by thread T0 here:
    #0 0x7f39e76b89cf  (/lib/x86_64-linux-gnu/libasan.so.8+0xb89cf)
    #1 0x5603d6bd72ab  (/out/a+0x12ab)

SUMMARY: AddressSanitizer: heap-use-after-free (/out/a+0x1227) 
Shadow bytes around the buggy address:
==11839==ABORTING
";

fn one(log: &str) -> Report {
    let mut all = reports(log.as_bytes());
    assert_eq!(all.len(), 1, "{log}\n{all:#?}");
    all.remove(0)
}

fn offsets(stack: &[Frame]) -> Vec<u64> {
    stack.iter().filter_map(|f| f.offset).collect()
}

#[test]
fn three_stacks_without_symbols() {
    let report = one(USE_AFTER_FREE);
    assert_eq!((report.tool, report.kind.as_str(), report.pid), (Tool::Asan, "heap-use-after-free", Some(11839)));
    assert_eq!((report.access, report.size), (Some(Access::Read), Some(1)));
    assert_eq!(offsets(&report.stacks.access), [0x1227, 0x13c0, 0x27249]);
    assert_eq!(offsets(&report.stacks.freed), [0xb76a8, 0x13b3]);
    assert_eq!(offsets(&report.stacks.allocated), [0xb89cf, 0x12ab]);
    assert_eq!(report.stacks.access[0].module.as_deref(), Some("/out/a"));
    assert_eq!(report.stacks.access[0].address, 0x5603d6bd7227);
}

#[test]
fn the_stack_of_a_stack_object_is_not_the_access() {
    let report = one("\
==1==ERROR: AddressSanitizer: stack-buffer-overflow on address 0x7ffd at pc 0x55ed bp 0x7ffd sp 0x7ffd
WRITE of size 4 at 0x7ffd thread T0
    #0 0x55ed6e150227  (/out/a+0x1227) (BuildId: 1D4b7ec85d54d846b4b99ad5b1e4c726ca1eba36)
    #1 0x55ed6e150230  (/out/a+0x1230) (BuildId: 1d4b7ec85d54d846b4b99ad5b1e4c726ca1eba36)

Address 0x7ffda39e67f4 is located in stack of thread T0 at offset 52 in frame
    #0 0x55ed6e150248  (/out/a+0x1248) (BuildId: 1d4b7ec85d54d846b4b99ad5b1e4c726ca1eba36)

  This frame has 1 object(s):
    [32, 40) 'b' (line 12) <== Memory access at offset 52 overflows this variable
");
    assert_eq!(offsets(&report.stacks.access), [0x1227, 0x1230]);
    assert_eq!(report.stacks.access[0].build_id.as_deref(), Some("1d4b7ec85d54d846b4b99ad5b1e4c726ca1eba36"));
    assert!(report.stacks.allocated.is_empty());
    assert_eq!((report.access, report.size), (Some(Access::Write), Some(4)));
}

#[test]
fn the_words_of_the_first_line() {
    for (line, kind) in [
        ("attempting double-free on 0x602000000010 in thread T0:", "double-free"),
        ("attempting free on address which was not malloc()-ed: 0x602000000011 in thread T0", "bad-free"),
        (
            "requested allocation size 0x1000000000000000 (0x1000000000001000 after adjustments) exceeds",
            "allocation-size-too-big",
        ),
        ("allocator is out of memory trying to allocate 0x10000 bytes", "out-of-memory"),
        ("negative-size-param: (size=-6)", "negative-size-param"),
        ("memcpy-param-overlap: memory ranges [0x1,0x2) and [0x1, 0x3) overlap", "memcpy-param-overlap"),
        ("alloc-dealloc-mismatch (malloc vs operator delete) on 0x602000000010", "alloc-dealloc-mismatch"),
        ("SEGV on unknown address 0x000000000000 (pc 0x5612 bp 0x6020 sp 0x7ffe T0)", "SEGV"),
        ("FPE on unknown address 0x55d5c7 (pc 0x55 bp 0x7f sp 0x7f T0)", "FPE"),
        ("stack-overflow on address 0x7ffcb699fe60 (pc 0x5578 bp 0x7ffc sp 0x7ffc T0)", "stack-overflow"),
        ("dynamic-stack-buffer-overflow on address 0x7f", "dynamic-stack-buffer-overflow"),
        ("calloc parameters overflow: count * size (1 * 2) cannot be represented", "calloc-overflow"),
        ("", "unknown-crash"),
    ] {
        assert_eq!(one(&format!("==7==ERROR: AddressSanitizer: {line}\n")).kind, kind);
    }
    let signal = one(
        "==7==ERROR: AddressSanitizer: SEGV on unknown address 0x0 (pc 0x1)\n==7==The signal is caused by a WRITE memory access.\n",
    );
    assert_eq!(signal.access, Some(Access::Write));
    assert_eq!(one("==7== ERROR: AddressSanitizer heap-buffer-overflow on address\n").kind, "heap-buffer-overflow");
    let msan = one(
        "==9==WARNING: MemorySanitizer: use-of-uninitialized-value\n    #0 0x1 in f /src/f.c:1:2\n\n  Uninitialized value was created by a heap allocation\n    #0 0x2 in malloc\n    #1 0x3 in g /src/f.c:9:1\n",
    );
    assert_eq!(
        (msan.tool, msan.kind.as_str(), msan.stacks.allocated.len()),
        (Tool::Msan, "use-of-uninitialized-value", 2)
    );
}

#[test]
fn checks_of_undefined_behaviour() {
    for (message, kind) in [
        ("signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'", "signed-integer-overflow"),
        (
            "negation of -2147483648 cannot be represented in type 'int'; cast to an unsigned type",
            "signed-integer-overflow",
        ),
        ("shift exponent 47 is too large for 32-bit type 'int'", "shift-exponent"),
        ("left shift of negative value -1", "shift-base"),
        ("member access within null pointer of type 'struct S'", "null"),
        ("index 7 out of bounds for type 'int [4]'", "bounds"),
        ("division by zero", "integer-divide-by-zero"),
        ("1e+30 is outside the range of representable values of type 'int'", "float-cast-overflow"),
        ("variable length array bound evaluates to non-positive value -7", "vla-bound"),
        ("load of value 7, which is not a valid value for type '_Bool'", "bool"),
        ("load of value 7, which is not a valid value for type 'volatile bool'", "bool"),
        ("load of value 9, which is not a valid value for type 'E'", "enum"),
        ("execution reached an unreachable program point", "unreachable"),
        ("passing zero to clz(), which is not a valid argument", "builtin"),
        ("member call on address 0x6020 which does not point to an object of type 'A'", "vptr"),
        ("load of address 0x7ff with insufficient space for an object of type 'int'", "object-size"),
        ("pointer index expression with base 0x1 overflowed to 0x0", "pointer-overflow"),
        ("something of next year", "undefined-behavior"),
    ] {
        let report = one(&format!("src/u.c:6:14: runtime error: {message}\n    #0 0x55be203833ad  (/out/u+0x23ad)\n"));
        assert_eq!((report.tool, report.kind.as_str()), (Tool::Ubsan, kind), "{message}");
        assert_eq!(report.place, Some(("src/u.c".to_owned(), 6)));
        assert_eq!(offsets(&report.stacks.access), [0x23ad]);
    }
    let misaligned = one("\
u.c:7:67: runtime error: load of misaligned address 0x7ffc5877f301 for type 'int', which requires 4 byte alignment
0x7ffc5877f301: note: pointer points here
 00 00 00  00 00 00 00 00 00 00 00
              ^ 
    #0 0x55bc1cd584ce  (/out/u+0x24ce)
");
    assert_eq!((misaligned.kind.as_str(), misaligned.access), ("alignment", Some(Access::Read)));
    assert_eq!(offsets(&misaligned.stacks.access), [0x24ce]);
    assert_eq!(one("<unknown>: runtime error: division by zero\n").place, None);
}

#[test]
fn leaks_of_one_process_are_one_report() {
    let log = "\
==12104==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 33 byte(s) in 1 object(s) allocated from:
    #0 0x55c19e9d2e64  (/out/r+0xd2e64) (BuildId: 1d4b)
    #1 0x55c19ea33e65  (/out/r+0x133e65) (BuildId: 1d4b)

Indirect leak of 8 byte(s) in 2 object(s) allocated from:
    #0 0x55c19e9d2e64  (/out/r+0xd2e64) (BuildId: 1d4b)

SUMMARY: AddressSanitizer: 41 byte(s) leaked in 3 allocation(s).
";
    let report = one(log);
    assert_eq!((report.tool, report.kind.as_str(), report.pid), (Tool::Lsan, "memory-leak", Some(12104)));
    assert_eq!((report.size, offsets(&report.stacks.allocated)), (Some(33), vec![0xd2e64, 0x133e65]));
    let seen: Vec<_> = report.leaks.iter().map(|l| (l.direct, l.size, l.allocated.len())).collect();
    assert_eq!(seen, [(true, Some(33), 2), (false, Some(8), 1)]);
    assert_eq!(one("==1==ERROR: LeakSanitizer: detected memory leaks\n").kind, "memory-leak");
    // What `log_threads` notes before it is no part of any report.
    let noted = one(&format!("==9==Processing thread 12104.\n==9==Stack at 0x7ff0-0x7fff (SP = 0x7ffe).\n{log}"));
    assert_eq!(noted, report);
    assert!(reports(b"==9==Processing thread 12104.\n==9==TLS at 0x7f0867255000-0x7f0867263c00.\n").is_empty());
    let fatal = one(
        "==5==LeakSanitizer has encountered a fatal error.\n==5==HINT: For debugging, try setting environment variable LSAN_OPTIONS=verbosity=1\n",
    );
    assert!(fatal.fatal_lsan);
    assert!(!one(USE_AFTER_FREE).fatal_lsan);
}

#[test]
fn frames_with_symbols() {
    let frame = |line: &str| frame::frame(line).unwrap();
    let f = frame(
        "    #3 0x55793fed8fae in ns::Foo<int, char const*>::bar(int, (anonymous namespace)::T) const /src/my dir/a b.cc:162:37",
    );
    assert_eq!(f.function.as_deref(), Some("ns::Foo<int, char const*>::bar(int, (anonymous namespace)::T) const"));
    assert_eq!((f.number, f.file.as_deref(), f.line), (3, Some("/src/my dir/a b.cc"), Some(162)));
    let f = frame("#7 0x7f0afc445249 in __libc_start_call_main ../sysdeps/nptl/libc_start_call_main.h:58");
    assert_eq!((f.function.as_deref(), f.line), (Some("__libc_start_call_main"), Some(58)));
    let f = frame("#9 0x55793fd3e720 in _start (/out/00 (x)+0x77720) (BuildId: ab12)");
    assert_eq!(
        (f.function.as_deref(), f.module.as_deref(), f.offset),
        (Some("_start"), Some("/out/00 (x)"), Some(0x77720))
    );
    let f = frame("#1 0x10 in operator<<(std::ostream&, int) a.cc:7");
    assert_eq!(
        (f.function.as_deref(), f.file.as_deref(), f.line),
        (Some("operator<<(std::ostream&, int)"), Some("a.cc"), Some(7))
    );
    let f = frame("#1 0x10 in malloc");
    assert_eq!((f.function.as_deref(), f.file), (Some("malloc"), None));
    let f = frame("#1 0x10  (<unknown module>)");
    assert_eq!((f.function, f.module), (None, None));
    for line in ["#x 0x1", "# 0 0x1", "#1 1x0", "#1 0xfffffffffffffffff", "#99999999999 0x1", "#1", "text #1 0x1"] {
        assert_eq!(frame::frame(line), None, "{line}");
    }
}

#[test]
fn no_report_in_what_only_looks_like_one() {
    for log in [
        "",
        "\0\0",
        "AddressSanitizer: heap-buffer-overflow",
        "x ==1==ERROR: AddressSanitizer: SEGV",
        "    #0 0x1 in f",
        "==x==ERROR: AddressSanitizer: SEGV",
    ] {
        assert!(reports(log.as_bytes()).is_empty(), "{log}");
    }
}

#[test]
fn bounds_hold() {
    let mut log = String::from("==1==ERROR: AddressSanitizer: SEGV on unknown address\n");
    for i in 0..2000 {
        log += &format!("    #{i} 0x1  (/out/a+0x1)\n");
    }
    assert_eq!(one(&log).stacks.access.len(), MAX_FRAMES);
    let many = "==1==ERROR: AddressSanitizer: SEGV on\n".repeat(1000);
    assert_eq!(reports(many.as_bytes()).len(), MAX_REPORTS);
    let late = format!("{}{USE_AFTER_FREE}", "x\n".repeat(MAX_LOG));
    assert!(reports(late.as_bytes()).is_empty());
}

#[test]
fn declared_words_cover_reported_ones() {
    assert!(covers("SEGV", "SEGV") && covers("segv", "SEGV"));
    assert!(covers("shift", "shift-base") && covers("undefined-behavior", "bool") && covers("out-of-bounds", "bounds"));
    assert!(!covers("heap-buffer-overflow", "stack-buffer-overflow") && !covers("undefined-behavior", "SEGV"));
    assert!(!covers("shift-base", "shift"));
    assert!(covers("invalid-bool-load", "bool") && covers("missing-return", "return"), "clang's own words");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn garbage_never_panics(log in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = reports(&log);
    }

    #[test]
    fn spliced_logs_never_panic(
        parts in prop::collection::vec(prop_oneof![
            Just("==1==ERROR: AddressSanitizer: "), Just("SEGV on "), Just("\n"), Just("    #0 0x1"), Just(" in f("),
            Just(" (/out/a+0x1)"), Just("READ of size "), Just("99999999999999999999"), Just("freed by thread T0 here:\n"),
            Just("==1==ERROR: LeakSanitizer: detected memory leaks\n"), Just("Direct leak of 1 byte(s)\n"), Just(": runtime error: "),
            Just("(BuildId: "), Just(")"), Just("é<"), Just(" /a:1:"), Just("#"), Just("=="), Just("index 1"),
        ], 0..40),
    ) {
        let log = parts.concat();
        for report in reports(log.as_bytes()) {
            prop_assert!(!report.kind.is_empty() && report.kind.len() <= 80);
        }
    }

    #[test]
    fn a_cut_log_says_less_but_nothing_else(cut in 0_usize..1300) {
        let whole = one(USE_AFTER_FREE);
        for report in reports(&USE_AFTER_FREE.as_bytes()[..cut.min(USE_AFTER_FREE.len())]) {
            prop_assert!(whole.kind.starts_with(&report.kind) || report.kind == "unknown-crash");
            prop_assert!(report.stacks.access.len() <= whole.stacks.access.len());
        }
    }
}
