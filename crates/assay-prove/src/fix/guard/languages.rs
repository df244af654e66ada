//! Words that say where, when or how often code is run, in the languages that have names of their own for
//! it: a patch that asks for any of it can behave in the runner only.

use super::Kind;
use super::lines::Language;

/// In which languages (in all, where none is named), what it is, and the pattern.
pub(super) type Rule = (&'static [Language], Kind, &'static str);

const C: &[Language] = &[Language::C, Language::Other];
const RUST: &[Language] = &[Language::Rust];
const PYTHON: &[Language] = &[Language::Python];
const SCRIPT: &[Language] = &[Language::JavaScript];

pub(super) const RULES: &[Rule] = &[
    // The same sign in other letters, and a letter in other signs.
    (C, Kind::Meaning, r"^\s*(%:|\?\?=)|\?\?/|%:%:"),
    (C, Kind::Meaning, r"\bassert\s*\(|\b(NDEBUG|DEBUG|__OPTIMIZE\w*)\b"),
    (
        C,
        Kind::Files,
        r"\b(fopen(64)?|fdopen|open(at)?(64)?|creat|f?access(at)?|euidaccess|[lf]?stat(64|at|fs|vfs)?|statx|f?statv?fs|opendir|scandir|readdir|ftw|glob|readlink(at)?|realpath|canonicalize_file_name|socket|connect|bind|gethostby\w+|getaddrinfo|getpw\w+|tmpfile|mkstemp|p?readv?|std::[io]?fstream|[io]?fstream|std::filesystem)\s*\(",
    ),
    (C, Kind::Sleeps, r"\b(localtime|gmtime|strftime|mktime|timespec_get|ftime|chrono|random_device|mt19937\w*)\b"),
    // What is kept between calls: of a function, or of the whole file.
    (C, Kind::State, r"^\s*(static|_Thread_local|thread_local|__thread)\b[^(){}]*(=[^;]*)?;"),
    (
        C,
        Kind::State,
        r"^(volatile\s+|unsigned\s+|signed\s+|long\s+|short\s+)*(int|char|long|short|unsigned|signed|size_t|ssize_t|bool|_Bool|float|double|u?int\d+_t|u?intmax_t|ptrdiff_t|atomic_\w+)\s+[A-Za-z_]\w*(\s*\[[^\]]*\])?(\s*=[^;{]*)?;",
    ),
    (
        RUST,
        Kind::Meaning,
        r"\bdebug_assert|\bcfg!|#\s*!?\s*\[\s*(cfg|no_mangle|global_allocator|optimize|naked|export_name|link|track_caller)",
    ),
    (
        RUST,
        Kind::Environment,
        r"\bstd\s*::\s*(env|process|os|net|backtrace|arch)\b|\benv!|\boption_env!|\bfile!\s*\(|\bmodule_path!|\bLocation\s*::\s*caller|\bBacktrace\b|\bARCH\b",
    ),
    (
        RUST,
        Kind::Files,
        r"\bstd\s*::\s*fs\b|\bfs\s*::\s*\w+|\bFile\s*::\s*\w+|\bOpenOptions\b|\binclude(_str|_bytes)?!",
    ),
    (RUST, Kind::Sleeps, r"\bstd\s*::\s*time\b|\bUNIX_EPOCH\b|\.elapsed\s*\(|\bRandomState\b|\bthread_rng\b"),
    (
        RUST,
        Kind::State,
        r"^\s*(pub(\([^)]*\))?\s+)?static\b|\bthread_local!|\b(OnceLock|OnceCell|LazyLock|LazyCell|Lazy|lazy_static)\b|\bAtomic(U|I|Bool|Usize|Isize)\w*",
    ),
    (
        PYTHON,
        Kind::Environment,
        r"\b__(file|spec|loader|builtins|package|path|code|closure|globals|debug|main|cached)__\b|\b__name__\s*(==|!=|\.|\[|in\b)|\bsys\s*\.\s*(modules|path\w*|version\w*|implementation|platform|executable|prefix|base_prefix|hexversion|orig_argv|meta_path|_\w+|stdin|stdout|stderr|warnoptions|getrecursionlimit)\b|\b(tb|gi|cr|f)_(frame|back|code|lineno|globals|locals)\b|^\s*from\s+(os|sys)\s+import\s+[^p]|\bimport\s+(os|sys)\s+as\b|\bos\s*\.\s*(getlogin|getenvb?|uname|sched_\w+|getloadavg|urandom|times|curdir)\b",
    ),
    (
        PYTHON,
        Kind::Environment,
        r"^\s*(import|from)\b.*\b(platform|sysconfig|site|getpass|pwd|grp|locale|traceback|linecache|tracemalloc|dis|code|codeop|pdb|bdb|socket|ssl|urllib|http|asyncio|concurrent|sched|mmap|marshal|pickle|runpy|pkgutil|zipimport|_\w+)\b",
    ),
    (
        PYTHON,
        Kind::Files,
        r"\bopen\s*\(|\bos\s*\.\s*(stat|lstat|fstat|access|listdir|scandir|walk|open|readlink|statvfs)\b|\bos\.path\.(exists|lexists|isfile|isdir|islink|ismount|getsize|get[mac]time|samefile|realpath)\b|\bpath\.(exists|isfile|isdir|islink|realpath)\b|^\s*(import|from)\b.*\b(pathlib|glob|shutil|tempfile|fileinput|io)\b|\bPath\s*\(|\.(exists|is_file|is_dir|is_symlink|resolve)\s*\(",
    ),
    (
        PYTHON,
        Kind::Sleeps,
        r"^\s*(import|from)\b.*\b(time|datetime|random|secrets|uuid|calendar|timeit)\b|\btime\s*\.\s*\w+\s*\(|\bdatetime\b|\bdate\s*\.\s*today|\brandom\s*\.\s*\w+|\bsecrets\s*\.|\buuid\d?\b|\burandom\b|\bid\s*\(|\bhash\s*\(",
    ),
    (
        PYTHON,
        Kind::State,
        r"^\s*(global|nonlocal)\s|^[A-Za-z_]\w*\s*(:[^=]*)?=\s*(\[\s*\]|\{\s*\}|(dict|list|set|bytearray|deque|Counter|defaultdict|count|iter|cycle)\s*\(|\[\s*(0|None|False)\s*\]|0\s*$|False\s*$|True\s*$|None\s*$)|\bdef\s.*=\s*(\[|\{|set\(|dict\(|list\()|\b(lru_)?cache\b|\bitertools\.(count|cycle)\b",
    ),
    // An assertion is not there where Python runs optimised.
    (PYTHON, Kind::Meaning, r"^\s*assert\b|:\s*assert\s|^\s*#.*coding[:=]"),
    // By whatever name it goes where it is caught.
    (PYTHON, Kind::CatchesAll, r"\b__(a?exit)__\b|\bsuppress\s*\(|\bExitStack\b|\bexcept\s*\*"),
    (
        PYTHON,
        Kind::CatchesAll,
        r"(=|,|\breturn\b|\bis\b|\[)\s*(builtins\.)?(BaseException|Exception|MemoryError|RecursionError|RuntimeError|ArithmeticError|LookupError)\b|\(\s*(BaseException|Exception|MemoryError|RecursionError|RuntimeError|ArithmeticError|LookupError)\s*,|\.__(mro|bases)__|__subclass\w+__|\bexcept\s[^:]*[\[*]",
    ),
    (
        SCRIPT,
        Kind::Environment,
        r"\bprocess\b\s*(\.|\[|;|,|\)|\?|$)|=\s*process\b|\b__dirname\b|\b__filename\b|\bimport\s*\.\s*meta\b|\brequire\s*\.\s*(main|cache|resolve|extensions)\b|\bmodule\s*\.\s*(parent|filename|paths|children|id|path|constructor)\b|\.stack\b|\[\s*['\x22`]stack['\x22`]\s*\]|captureStackTrace|prepareStackTrace|stackTraceLimit|\barguments\s*\.\s*callee|\.caller\b|\bglobalThis\b|\bglobal\s*[.\[]|\bimport\s*\(|\brequire\s*\(\s*[^'\x22\s]|\bnavigator\b",
    ),
    (
        SCRIPT,
        Kind::Environment,
        r"['\x22](node:)?(os|process|child_process|vm|v8|worker_threads|cluster|perf_hooks|inspector|module|timers(/\w+)?|async_hooks|net|https?|http2|dgram|dns|tty|repl|diagnostics_channel|domain)['\x22]",
    ),
    (
        SCRIPT,
        Kind::Files,
        r"['\x22](node:)?fs(/promises)?['\x22]|\bfs\s*\.\s*\w+|\b(readFile|readdir|realpath|readlink)(Sync)?\s*\(|\b(exists|l?stat|access|open)Sync\s*\(",
    ),
    (
        SCRIPT,
        Kind::Sleeps,
        r"\bnew\s+Date\b|\bDate\s*[.(]|\bIntl\b|['\x22](node:)?crypto['\x22]|\bcrypto\s*\.|\brandom(Bytes|UUID|Int|FillSync)\b|getRandomValues|\bperformance\b|\bTemporal\b",
    ),
    // What is kept between calls.
    (
        SCRIPT,
        Kind::State,
        r"^(export\s+)?(let|var)\s|^(export\s+)?const\s+\w+\s*=\s*(\[\s*\]|\{\s*\}|new\s+(Map|Set|WeakMap|WeakSet|Array)\s*\(\s*\))",
    ),
    (
        SCRIPT,
        Kind::Meaning,
        r"\bObject\s*\.\s*(freeze|seal|preventExtensions|setPrototypeOf)\b|\bdelete\s+\w+\.prototype\b|\b__define[GS]etter__\b",
    ),
];
