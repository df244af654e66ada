//! Words that a fix rarely needs, and a patch that only silences often does.

use std::sync::LazyLock;

use regex::Regex;

use super::languages::RULES;
use super::lines::{Language, joined, language};
use super::{Kind, Touch, at};
use crate::patch::FileView;

/// Lines of one patch that are looked at.
const MAX_LINES: usize = 200_000;

/// What stands in front of a constant; not in a comment behind it.
static CONSTANT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*((static|inline|thread_local|extern)\s+)*(const|constexpr)\b[^*]*(\*\s*const\b[^*]*)*$").ok()
});

/// What is called, in C, C++, Rust, Python and JavaScript.
const CALLS: &[(Kind, &str)] = &[
    (
        Kind::Handlers,
        r"signal|sigaction|sigprocmask|pthread_sigmask|sigaltstack|bsd_signal|sysv_signal|sigset|siginterrupt|_?setjmp|sigsetjmp|longjmp|siglongjmp|__builtin_setjmp|__builtin_longjmp|atexit|on_exit|at_quick_exit|set_terminate|set_unexpected|set_new_handler|catch_unwind|set_hook|take_hook|process\.(on|once|addListener|prependListener)|excepthook|faulthandler|settrace|setprofile|register_at_fork|signalfd|sigwait\w*",
    ),
    (
        Kind::Limits,
        r"setrlimit|prlimit\w*|alarm|ualarm|setitimer|timer_create|timer_settime|timerfd_\w+|prctl|arch_prctl|seccomp\w*|nice|setpriority|sched_set\w+|setrecursionlimit|stack_size|\w*setstacksize|set_stack_size|ulimit|personality|mlockall|set_int_max_str_digits",
    ),
    (
        Kind::Environment,
        r"_?_?secure_getenv|getenv|setenv|putenv|unsetenv|clearenv|getauxval|uname|gethostname|getuid|geteuid|getgid|getpid|getppid|getcwd|isatty|ttyname|sysconf|confstr|dladdr|dl_iterate_phdr|backtrace\w*|env::\w+|os\.environ\w*|os\.uname|os\.getcwd|os\.cpu_count|platform\.\w+|getframe|stack_trace|inspect\.\w+|available_parallelism|current_exe|hostname",
    ),
    (
        Kind::Processes,
        r"fork|vfork|clone3?|_Fork|daemon|posix_spawnp?|system|popen|execv[pe]*|execl[pe]*|execveat|fexecve|waitpid|wait[34]|waitid|pthread_create|thrd_create|std::thread|thread::spawn|Command::new|subprocess\.\w+|os\.(fork|system|spawn\w*|popen|exec\w*)|child_process\w*|multiprocessing\.\w+|threading\.\w+|ThreadPoolExecutor|ProcessPoolExecutor|Worker|spawnSync|execSync|execFile\w*|setsid|setpgid|unshare",
    ),
    (
        Kind::Machine,
        r"syscall|__?asm(__)?|asm!|global_asm!|llvm_asm!|dlsym|dlvsym|dlopen|dlmopen|ptrace|process_vm_\w+|mprotect|pkey_\w+|ctypes\.\w+|CDLL|__builtin_trap|\w*rdtscp?|\w*cpuid\w*|__builtin_readcyclecounter|__builtin_unreachable|unreachable_unchecked|transmute|vm\.runIn\w+|Function|eval|exec|compile|__import__|importlib\.\w+|ioctl|fcntl|dup2?|dup3|freopen|close_range|closefrom",
    ),
    (
        Kind::Exits,
        r"exit|_exit|_Exit|quick_exit|abort|terminate|raise|kill|tgkill|tkill|pthread_exit|pthread_kill|pthread_cancel|thrd_exit|process::(exit|abort)|process\.(exit|abort|kill|reallyExit)|sys\.exit|os\._exit|os\.kill|os\.abort|quit|errx?|verrx?|panic!|unreachable!|todo!|error_at_line|g_error|__assert_fail",
    ),
    (
        Kind::Sleeps,
        r"sleep|usleep|nanosleep|clock_nanosleep|sched_yield|pause|sigsuspend|time\.sleep|thread::sleep|yield_now|setTimeout|setImmediate|setInterval|nextTick|queueMicrotask|select|poll|epoll_wait|Atomics\.wait|clock|gettimeofday|clock_gettime|time|times|getrusage|perf_counter|process_time|monotonic|hrtime|performance\.now|Date\.now|Instant::now|SystemTime::now|rand|random|srand|rand_r|drand48|getrandom|arc4random\w*|Math\.random",
    ),
    (
        Kind::Memory,
        r"mmap(64)?|mremap|munmap|madvise|s?brk|alloca|_alloca|__builtin_alloca\w*|mallopt|malloc_usable_size|posix_memalign|aligned_alloc|memalign|valloc|pvalloc|mem::forget|forget|Box::leak|leak|ManuallyDrop::new|from_raw_parts\w*|shm_open|shmget|memfd_create|gc\.\w+|process_madvise|mincore",
    ),
];

/// What stands anywhere.
const ANYWHERE: &[(Kind, &str)] = &[
    (
        Kind::Instrumentation,
        r"(?i)no_?sanitize|disable_sanitizer|-?fsanitize|fno-sanitize|__[atmlu]b?san_|__sanitizer|__hwasan|[atmlu]b?san_options|__has_feature|__SANITIZE_|address_sanitizer|\bsanitizer/|\b__[atmlu]?san\b|__SSP|_FORTIFY|cfg!?\(.*(sanitize|fuzzing|miri)|valgrind|memcheck|fuzzing_build_mode|no_instrument|no_profile|coverage\s*\(\s*off|__gcov|__cyg_profile|__afl|poison_memory|safe_stack|disable_instrumentation|pragma:\s*no\s*cover",
    ),
    // By whatever name a module goes here.
    (Kind::Limits, r"\.\s*(setrecursionlimit|setrlimit|set_int_max_str_digits|stack_size)\s*\("),
    (
        Kind::Exits,
        r"\.\s*(_exit|abort|reallyExit|excepthook|settrace|fork|kill)\s*\(|\bprocess\s*\[|\b(globalThis|window|global)\s*\[|\bgetattr\s*\(|\b(import|from|require|use)\b.*\b(signal|ctypes|subprocess|threading|multiprocessing|resource|importlib|builtins|faulthandler|atexit|gc|inspect|child_process|worker_threads|vm|cluster|libc|_exit)\b",
    ),
    (
        Kind::Handlers,
        r"\bSIG(SEGV|ABRT|BUS|FPE|ILL|TRAP|XCPU|XFSZ|ALRM|KILL|TERM|STOP)\b|uncaughtException|unhandledRejection|\bsa_handler\b|\bsa_sigaction\b|sys\.excepthook|__cxa_|_Unwind|\.init_array|\.fini_array|\.preinit|\bconstructor\s*\(|\bdestructor\s*\(|__attribute__\s*\(\(\s*_*(con|de)structor",
    ),
    (
        Kind::Environment,
        r#"fclose\s*\(\s*std|close\s*\(\s*[012]\s*\)|\benviron\b|process\.(env|argv|cwd|pid|ppid|title|platform)\b|std::env\b|sys\.(argv|flags|gettrace)|["'`]/(proc|sys|scratch|bundle|out|log|deps|dev|etc|tmp|home|root|usr|var|run|hook|canary)\b|/proc\b|/sys/|/scratch|/dev/|\b__FILE__\b|\bargv\s*\[\s*0|\bargv\s*\+|\bargc\s*\+|\benvp\b|program_invocation|__progname|__DATE__|__TIME__|__TIMESTAMP__|LD_PRELOAD|LD_LIBRARY|TMPDIR"#,
    ),
    (
        Kind::CatchesAll,
        r"catch\s*\(\s*\.\.\.\s*\)|\bexcept\s*:|\bexcept\s+(\(.*)?\b(BaseException|Exception|MemoryError|RecursionError|RuntimeError)\b|\bcatch\s*(\([^)]*\))?\s*\{|\.catch\s*\(|\bfinally\b|contextlib\.suppress|\brescue\b",
    ),
    (
        Kind::Meaning,
        r"^\s*#\s*(if|ifdef|ifndef|elif|else|undef|pragma|line|include_next)\b|##|_Pragma|__attribute__|\[\[|__declspec|\bweak\b|\balias\s*\(|\bifunc\b|__asm__|#\[(cfg|no_mangle|global_allocator|optimize|naked|export_name|link)|#!\[|\bvolatile\b|\bregister\b|__builtin_expect_with|\\u00|\?\?/|monkeypatch|__class__\s*=|__dict__|\bsetattr\b|globals\(\)|Object\.defineProperty|\bprototype\.\w+\s*=|Proxy\b|Reflect\.|require\.cache|__getattr",
    ),
    // A pointer as a number, the distance of two variables, what lies before a block, the end of the stack.
    (
        Kind::Addresses,
        r"\bu?intptr_t\b|%p\b|\(\s*(unsigned\s+)?(char|short|int|long|long\s+long|size_t|ssize_t|ptrdiff_t|u?int\d*_t|u\d+|uint|ulong|unsigned)(\s+int)?\s*\)\s*\(*\s*(\(\s*(const\s+)?(void|char|unsigned\s+char|uint8_t)\s*\*\s*\)|&)|\(\s*(unsigned\s+)?(long|long\s+long|size_t|u?int64_t)(\s+int)?\s*\)\s*\(*\s*[A-Za-z_][\w>.\[\]-]*\s*\)*\s*(>>\s*(1[2-9]|[2-9]\d)|&\s*0x[0-9a-fA-F]*[fF]{3}|%\s*(4096|0x1000|PAGE))|&\s*[A-Za-z_]\w*(\[[^\]]*\])?\s*(-|<|>|<=|>=)\s*\(*\s*(\([^)]*\*\s*\)\s*)?&|\[\s*-\s*\(?\s*\d|__builtin_(frame|return)_address|__builtin_extract_return|\b(etext|edata|_end|__executable_start|__bss_start|__data_start|__libc_stack_end)\b|as\s+\*(const|mut)\s+\w+\s+as\s+u|\.as_(mut_)?ptr\(\)\s+as\s+u|\.addr\(\)|expose_provenance|expose_addr",
    ),
    // A macro that is no plain number can mean anything, wherever its name stands.
    (Kind::Meaning, r"^\s*#\s*define\b"),
];

/// Compiled once; a pattern of ours that does not compile would match nothing, and a test sees to that.
static CALL_PATTERNS: LazyLock<Vec<(Kind, Regex)>> = LazyLock::new(|| {
    // A method of some object that happens to have the name is another thing.
    let pattern = |words: &str| {
        Regex::new(&format!(r"(^|[^\w.]|\b(globalThis|global|window|self|builtins)\.)({words})\s*(!?\(|::<)"))
    };
    CALLS.iter().filter_map(|(kind, words)| Some((*kind, pattern(words).ok()?))).collect()
});
static PATTERNS: LazyLock<Vec<(Kind, Regex)>> =
    LazyLock::new(|| ANYWHERE.iter().filter_map(|(kind, text)| Some((*kind, Regex::new(text).ok()?))).collect());
/// `#define NAME 64`, `#define NAME (1 << 4)`.
static PLAIN_DEFINE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*#\s*define\s+\w+\s+[-+*/()<>\sxXa-fA-FuUlL0-9]+$").ok());

static RULE_PATTERNS: LazyLock<Vec<(&[Language], Kind, Regex)>> = LazyLock::new(|| {
    RULES.iter().filter_map(|(languages, kind, text)| Some((*languages, *kind, Regex::new(text).ok()?))).collect()
});

/// Whether a line declares what cannot change.
pub(super) fn constant(line: &str) -> bool {
    CONSTANT.as_ref().is_some_and(|constant| constant.is_match(line))
}

pub(super) fn touches(file: &FileView) -> Vec<Touch> {
    let mut touches: Vec<Touch> = Vec::new();
    let language = language(file);
    let removed = joined(file.removed().take(MAX_LINES));
    let added = joined(file.added().take(MAX_LINES));
    let everywhere = CALL_PATTERNS.iter().chain(PATTERNS.iter()).map(|(kind, pattern)| (*kind, pattern));
    let here = RULE_PATTERNS.iter().filter(|(languages, ..)| languages.contains(&language));
    for (kind, pattern) in everywhere.chain(here.map(|(_, kind, pattern)| (*kind, pattern))) {
        // A call that is moved, or whose arguments change, was there before.
        let mut before = removed.iter().map(|line| line.count(pattern)).sum::<usize>();
        for line in added.iter().filter(|line| !line.comment(language)) {
            let here = line.count(pattern);
            if here == 0 {
                continue;
            }
            let was = before.min(here);
            before -= was;
            let number = kind == Kind::Meaning && PLAIN_DEFINE.as_ref().is_some_and(|plain| plain.is_match(&line.text));
            // What is kept between calls is none where it cannot change.
            let fixed = kind == Kind::State && constant(&line.text);
            // What speaks to the sanitizer is told even where it only changes.
            if (was < here || kind == Kind::Instrumentation) && !number && !fixed {
                touches.push(Touch::new(kind, at(file, &line.text)));
            }
        }
    }
    // Taking the sanitizer off by taking a line away.
    if let Some((_, pattern)) = PATTERNS.iter().find(|(kind, _)| *kind == Kind::Instrumentation) {
        let gone = removed.iter().filter(|line| line.holds(pattern));
        touches.extend(gone.map(|line| Touch::new(Kind::Instrumentation, at(file, &line.text))));
    }
    touches.dedup();
    touches.truncate(200);
    touches
}

#[cfg(test)]
pub(super) fn patterns() -> (usize, usize) {
    (
        CALL_PATTERNS.len() + PATTERNS.len() + RULE_PATTERNS.len() + usize::from(CONSTANT.is_some()),
        CALLS.len() + ANYWHERE.len() + RULES.len() + 1,
    )
}
