//! Writes a seccomp filter as a binary search over the numbers of system calls.
//!
//! The kernel compiles a filter anew for every process that sets it, and tries
//! it with every call number: with a list of comparisons that alone would cost
//! more than starting a small program.

use std::collections::BTreeMap;

use seccompiler::sock_filter;

/// What the kernel does with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Lets it through.
    Allow,
    /// Returns this error.
    Errno(i32),
    /// Returns EPERM if one of these holds, else lets it through.
    RefuseIf(Vec<Check>),
    /// Waits until the listener of the filter has heard of it.
    Tell,
    /// The same, unless the argument has one of these bits: then it is let through.
    TellUnless(u8, u32),
    /// The same if the argument is this, else lets it through.
    TellIf(u8, u32),
}

/// A comparison of the low half of an argument; all arguments that are checked are `int`s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Argument and value are equal.
    Is(u8, u32),
    /// Argument and value differ.
    IsNot(u8, u32),
    /// The argument is none of the two values.
    Neither(u8, u32, u32),
    /// The argument has one of these bits.
    HasAny(u8, u32),
}

/// Kernel constants of this architecture's calls.
#[cfg(target_arch = "x86_64")]
pub const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
pub const ARCHITECTURE: u32 = 0xc000_00b7;
#[cfg(target_arch = "riscv64")]
pub const ARCHITECTURE: u32 = 0xc000_00f3;

/// From here on, x86-64 numbers are calls of its x32 variant, which pass the check of the architecture.
const X32: u32 = 0x4000_0000;

/// Offsets in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const ARGUMENTS: u32 = 16;

/// The filter: `answers` by call number, everything else allowed up to `newest`;
/// a newer call is absent, a foreign one kills.
pub fn program(answers: &BTreeMap<u32, Answer>, newest: u32) -> Vec<sock_filter> {
    let mut segments: Vec<(u32, Answer)> = vec![(0, Answer::Allow)];
    let mut put = |start: u32, answer: Answer| match segments.last_mut() {
        Some(last) if last.1 == answer => {}
        Some(last) if last.0 == start => last.1 = answer,
        _ => segments.push((start, answer)),
    };
    for (&call, answer) in answers.range(..=newest) {
        put(call, answer.clone());
        if !answers.contains_key(&(call + 1)) {
            put(call + 1, Answer::Allow);
        }
    }
    put(newest + 1, Answer::Errno(libc::ENOSYS));
    let mut program = vec![
        load(ARCH),
        jump(libc::BPF_JEQ, ARCHITECTURE, 1, 0),
        give(libc::SECCOMP_RET_KILL_PROCESS),
        load(NUMBER),
        jump(libc::BPF_JGE, X32, 0, 1),
        give(libc::SECCOMP_RET_KILL_PROCESS),
    ];
    program.extend(search(&segments));
    program
}

/// Finds the segment that holds the number in the accumulator, and answers.
fn search(segments: &[(u32, Answer)]) -> Vec<sock_filter> {
    let (below, above) = segments.split_at(segments.len() / 2);
    let (Some(_), Some((start, _))) = (below.first(), above.first()) else {
        return above.first().map_or_else(Vec::new, |(_, answer)| leaf(answer));
    };
    let below = search(below);
    // A conditional jump reaches 255 instructions.
    let mut code = match u8::try_from(below.len()) {
        Ok(length) => vec![jump(libc::BPF_JGE, *start, length, 0)],
        Err(_) => vec![jump(libc::BPF_JGE, *start, 0, 1), jump(libc::BPF_JA, below.len() as u32, 0, 0)],
    };
    code.extend(below);
    code.extend(search(above));
    code
}

fn leaf(answer: &Answer) -> Vec<sock_filter> {
    let refuse = |errno: i32| give(libc::SECCOMP_RET_ERRNO | errno as u32);
    match answer {
        Answer::Allow => vec![give(libc::SECCOMP_RET_ALLOW)],
        Answer::Errno(errno) => vec![refuse(*errno)],
        Answer::Tell => vec![give(libc::SECCOMP_RET_USER_NOTIF)],
        Answer::TellUnless(index, bits) => vec![
            load(ARGUMENTS + 8 * u32::from(*index)),
            jump(libc::BPF_JSET, *bits, 1, 0),
            give(libc::SECCOMP_RET_USER_NOTIF),
            give(libc::SECCOMP_RET_ALLOW),
        ],
        Answer::TellIf(index, value) => vec![
            load(ARGUMENTS + 8 * u32::from(*index)),
            jump(libc::BPF_JEQ, *value, 0, 1),
            give(libc::SECCOMP_RET_USER_NOTIF),
            give(libc::SECCOMP_RET_ALLOW),
        ],
        Answer::RefuseIf(checks) => {
            let mut code = Vec::new();
            for check in checks {
                let (index, comparisons) = match *check {
                    Check::Is(index, value) => (index, vec![jump(libc::BPF_JEQ, value, 0, 1)]),
                    Check::IsNot(index, value) => (index, vec![jump(libc::BPF_JEQ, value, 1, 0)]),
                    Check::Neither(index, one, other) => {
                        (index, vec![jump(libc::BPF_JEQ, one, 2, 0), jump(libc::BPF_JEQ, other, 1, 0)])
                    }
                    Check::HasAny(index, bits) => (index, vec![jump(libc::BPF_JSET, bits, 0, 1)]),
                };
                // The low half comes first: all supported architectures are little-endian.
                code.push(load(ARGUMENTS + 8 * u32::from(index)));
                code.extend(comparisons);
                code.push(refuse(libc::EPERM));
            }
            code.push(give(libc::SECCOMP_RET_ALLOW));
            code
        }
    }
}

fn load(offset: u32) -> sock_filter {
    sock_filter { code: (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16, jt: 0, jf: 0, k: offset }
}

fn jump(kind: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code: (libc::BPF_JMP | kind | libc::BPF_K) as u16, jt, jf, k }
}

fn give(value: u32) -> sock_filter {
    sock_filter { code: (libc::BPF_RET | libc::BPF_K) as u16, jt: 0, jf: 0, k: value }
}

/// Answers a call as the kernel would: for tests of filters.
#[cfg(test)]
pub fn run(program: &[sock_filter], arch: u32, number: u32, arguments: [u64; 6]) -> u32 {
    let mut data = vec![number, arch, 0, 0];
    data.extend(arguments.iter().flat_map(|argument| [*argument as u32, (*argument >> 32) as u32]));
    let (mut at, mut accumulator) = (0, 0);
    loop {
        let step = &program[at];
        at += 1;
        match u32::from(step.code) & 7 {
            libc::BPF_LD => accumulator = data[step.k as usize / 4],
            libc::BPF_RET => return step.k,
            _ => {
                let holds = match u32::from(step.code) & 0xf0 {
                    libc::BPF_JA => {
                        at += step.k as usize;
                        continue;
                    }
                    libc::BPF_JEQ => accumulator == step.k,
                    libc::BPF_JGE => accumulator >= step.k,
                    _ => accumulator & step.k != 0,
                };
                at += usize::from(if holds { step.jt } else { step.jf });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
    const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
    const EPERM: u32 = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;
    const ENOSYS: u32 = libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32;

    fn answer() -> impl Strategy<Value = Answer> {
        let check = (0_u8..6, 0_u32..4, 0..4).prop_map(|(index, value, kind)| match kind {
            0 => Check::Is(index, value),
            1 => Check::IsNot(index, value),
            2 => Check::Neither(index, value, value + 2),
            _ => Check::HasAny(index, value),
        });
        prop_oneof![
            Just(Answer::Allow),
            (1..200).prop_map(Answer::Errno),
            prop::collection::vec(check, 0..4).prop_map(Answer::RefuseIf),
            Just(Answer::Tell),
            (0_u8..6, 0_u32..4).prop_map(|(index, bits)| Answer::TellUnless(index, bits)),
            (0_u8..6, 0_u32..4).prop_map(|(index, value)| Answer::TellIf(index, value)),
        ]
    }

    fn expected(answer: &Answer, arguments: [u64; 6]) -> u32 {
        let holds = |check: &Check| match *check {
            Check::Is(index, value) => arguments[usize::from(index)] as u32 == value,
            Check::IsNot(index, value) => arguments[usize::from(index)] as u32 != value,
            Check::Neither(index, one, other) => ![one, other].contains(&(arguments[usize::from(index)] as u32)),
            Check::HasAny(index, bits) => arguments[usize::from(index)] as u32 & bits != 0,
        };
        match answer {
            Answer::Allow => ALLOW,
            Answer::Errno(errno) => libc::SECCOMP_RET_ERRNO | *errno as u32,
            Answer::TellUnless(index, bits) if arguments[usize::from(*index)] as u32 & bits != 0 => ALLOW,
            Answer::TellIf(index, value) if arguments[usize::from(*index)] as u32 != *value => ALLOW,
            Answer::Tell | Answer::TellUnless(..) | Answer::TellIf(..) => libc::SECCOMP_RET_USER_NOTIF,
            Answer::RefuseIf(checks) => {
                if checks.iter().any(holds) {
                    EPERM
                } else {
                    ALLOW
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_number_gets_its_answer(
            answers in prop::collection::btree_map(0_u32..500, answer(), 0..200),
            newest in 0_u32..500,
            arguments: [u64; 6],
        ) {
            let program = program(&answers, newest);
            prop_assert!(program.len() < 4096, "the kernel takes no more");
            for number in 0..600 {
                let expected = match answers.get(&number) {
                    _ if number > newest => ENOSYS,
                    Some(answer) => expected(answer, arguments),
                    None => ALLOW,
                };
                prop_assert_eq!(run(&program, ARCHITECTURE, number, arguments), expected, "{}", number);
            }
        }
    }

    #[test]
    fn foreign_calls_kill() {
        let program = program(&BTreeMap::new(), 400);
        assert_eq!(run(&program, ARCHITECTURE, 39, [0; 6]), ALLOW);
        assert_eq!(run(&program, 0x4000_0003, 39, [0; 6]), KILL);
        assert_eq!(run(&program, ARCHITECTURE, X32 | 39, [0; 6]), KILL);
        assert_eq!(run(&program, ARCHITECTURE, u32::MAX, [0; 6]), KILL);
        assert_eq!(run(&program, ARCHITECTURE, 401, [0; 6]), ENOSYS);
    }
}
