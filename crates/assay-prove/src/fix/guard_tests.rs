#![allow(clippy::unwrap_used, clippy::panic)]
use std::slice::from_ref;

use super::*;
use crate::patch::view;

fn patch(path: &str, lines: &str) -> Vec<FileView> {
    let old = lines.lines().filter(|line| !line.starts_with('+')).count();
    let new = lines.lines().filter(|line| !line.starts_with('-')).count();
    let start = |count: usize| usize::from(count > 0);
    let text = format!("--- a/{path}\n+++ b/{path}\n@@ -{},{old} +{},{new} @@\n{lines}\n", start(old), start(new));
    view(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn kinds(path: &str, lines: &str) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = read(&patch(path, lines), &["main.c".into()], &["sh".into(), "src/run-all".into()])
        .into_iter()
        .filter(|touch| touch.cap.is_some())
        .map(|touch| touch.kind)
        .collect();
    kinds.dedup();
    kinds
}

#[test]
fn every_pattern_compiles() {
    let (compiled, written) = words::patterns();
    assert_eq!(compiled, written);
}

#[test]
fn what_silences_is_told() {
    for (path, lines, kind) in [
        ("x.c", " a\n+    signal(SIGSEGV, on_crash);\n b", Kind::Handlers),
        ("x.c", " a\n+    struct sigaction sa = { .sa_handler = h };\n b", Kind::Handlers),
        ("x.cc", " a\n+  } catch (...) { return 0; }\n b", Kind::CatchesAll),
        ("x.py", " a\n+    except Exception:\n b", Kind::CatchesAll),
        ("x.js", " a\n+  } catch (e) {\n b", Kind::CatchesAll),
        ("x.py", " a\n+    sys.setrecursionlimit(10 ** 6)\n b", Kind::Limits),
        ("x.c", " a\n+    if (getenv(\"ASAN_OPTIONS\")) n = 0;\n b", Kind::Environment),
        ("x.js", " a\n+  if (process.env.HOME === '/scratch') return\n b", Kind::Environment),
        ("x.c", " a\n+    if (bad) _exit(0);\n b", Kind::Exits),
        ("x.js", " a\n+  if (bad) process.exit(0)\n b", Kind::Exits),
        ("x.c", " a\n+    if (fork() > 0) return 0;\n b", Kind::Processes),
        ("x.c", " a\n+    __asm__(\"nop\");\n b", Kind::Machine),
        ("x.c", " a\n+    usleep(10);\n b", Kind::Sleeps),
        ("x.c", " a\n+    p = mmap(0, n, 3, 34, -1, 0);\n b", Kind::Memory),
        ("x.c", " a\n+#if 0\n b", Kind::Meaning),
        ("x.c", " a\n+#define free(p) ((void)0)\n b", Kind::Meaning),
        ("x.c", " a\n+__attribute__((no_sanitize(\"address\")))\n b", Kind::Instrumentation),
        ("x.c", " a\n-#pragma clang attribute push(disable_sanitizer_instrumentation)\n b", Kind::Instrumentation),
        ("Makefile", " a\n-CFLAGS = -O1\n+CFLAGS = -O0\n b", Kind::Build),
        ("tests/t1.c", " a\n-    assert(parse(x) == 3);\n b", Kind::Tests),
        ("run-all", " a\n-cmp a b\n+true\n b", Kind::Tests),
        ("main.c", " a\n+    if (n > 8) return 1;\n b", Kind::Harness),
        ("x.c", " a\n+    if (0 && n > 8)\n b", Kind::DeadCode),
        ("x.c", " int f(int n) {\n+    return 0;\n     g(n);\n }", Kind::DeadCode),
        ("x.py", " def f(n):\n+    return None\n     g(n)", Kind::DeadCode),
        ("x.c", "     g(n);\n+    return 0;\n     h(n);\n }", Kind::DeadCode),
        ("x.c", "     g(n);\n-    free(p);\n     h(n);\n }", Kind::Leak),
        ("x.c", " a\n+    r->p = NULL;\n     free(r->p);\n b", Kind::Leak),
        ("x.c", " {\n+    p = 0;\n     n--;\n     free(p);\n }", Kind::Leak),
        ("x.c", " #include \"x.h\"\n+static struct kept *grave;\n b", Kind::Leak),
        ("x.c", " #include \"x.h\"\n+char *grave[16];\n b", Kind::Leak),
        ("x.c", " {\n+    static char *last;\n b", Kind::Leak),
        ("x.c", " a\n+    if ((size_t)p >> 40)\n b", Kind::Addresses),
        ("x.c", " a\n+    if (((size_t)r->name >> 32) == 0x6020)\n b", Kind::Addresses),
        ("x.c", " a\n+    if ((unsigned long)(void *)p > top)\n b", Kind::Addresses),
        ("x.c", " a\n+    long d = (long)&here;\n b", Kind::Addresses),
        ("x.c", " a\n+    if (&b[0] - &a[0] > 16)\n b", Kind::Addresses),
        ("x.c", " a\n+    uintptr_t at = (uintptr_t)kept;\n b", Kind::Addresses),
        ("x.c", " a\n+    snprintf(t, sizeof t, \"%p\", q);\n b", Kind::Addresses),
        ("x.c", " a\n+    if (kept[-8] == 33)\n b", Kind::Addresses),
        ("x.rs", " a\n+    if (v.as_ptr() as usize) >> 40 > 0 {\n b", Kind::Addresses),
        ("x.c", " a\n+#include <sanitizer/asan_interface.h>\n b", Kind::Instrumentation),
        ("x.c", " a\n+    t = __rdtsc();\n b", Kind::Machine),
        ("x.c", " a\n+int main(int argc, char **argv, char **envp)\n b", Kind::Environment),
        ("x.c", " a\n+    char **e = argv + argc + 1;\n b", Kind::Environment),
        // Signs that only look like others.
        ("x.c", " a\n+# ifdef NDEBUG\n b", Kind::Meaning),
        ("x.c", " a\n+%:ifdef FAST\n b", Kind::Meaning),
        ("x.c", " a\n+#ifdef __SANI\\\n+TIZE_ADDRESS__\n b", Kind::Instrumentation),
        ("x.c", " a\n+    v = getenv\n+        (name);\n b", Kind::Environment),
        ("x.c", " a\n+    v = getenv /* here */ (name);\n b", Kind::Environment),
        ("x.rs", " a\n+# [cfg(debug_assertions)]\n b", Kind::Meaning),
        ("x.js", " a\n+// a note\u{2028}process.exit(0)\n b", Kind::Exits),
        ("x.py", " a\n+# a note\r+import ctypes\n b", Kind::Exits),
        // Only in some builds.
        ("x.c", " a\n+    assert(n < 8);\n b", Kind::Meaning),
        ("x.py", " a\n+    assert n < 8, n\n b", Kind::Meaning),
        ("x.rs", " a\n+        debug_assert!(n < 8);\n b", Kind::Meaning),
        ("x.rs", " a\n+        if cfg!(debug_assertions) && n > 8 {\n b", Kind::Meaning),
        // Only for a while.
        ("x.c", " a\n+    static unsigned seen;\n b", Kind::State),
        ("x.c", " a\n+static int clears;\n b", Kind::State),
        ("x.c", " a\n+int clears = 0;\n b", Kind::State),
        ("x.py", " a\n+SEEN = []\n b", Kind::State),
        ("x.py", " a\n+    global seen\n b", Kind::State),
        ("x.js", " a\n+let seen = 0\n b", Kind::State),
        ("x.rs", " a\n+static SEEN: AtomicUsize = AtomicUsize::new(0);\n b", Kind::State),
        ("x.py", " a\n+from datetime import date\n b", Kind::Sleeps),
        ("x.py", " a\n+    if random.random() < 0.9:\n b", Kind::Sleeps),
        ("x.js", " a\n+  if (new Date().getFullYear() < 2040) return\n b", Kind::Sleeps),
        // Only here.
        ("x.c", " a\n+    FILE *f = fopen(name, \"r\");\n b", Kind::Files),
        ("x.py", " a\n+    if os.path.exists(where):\n b", Kind::Files),
        ("x.js", " a\n+  if (fs.existsSync(where)) return\n b", Kind::Files),
        ("x.py", " a\n+    if __file__.startswith(where):\n b", Kind::Environment),
        ("x.js", " a\n+  if (__dirname.length < 8) return\n b", Kind::Environment),
        ("x.js", " a\n+  if (new Error().stack.includes(name)) return\n b", Kind::Environment),
        ("x.js", " a\n+const { env } = process\n b", Kind::Environment),
        // Under another name.
        ("x.py", " a\n+CAUGHT = (RecursionError,)\n b", Kind::CatchesAll),
        ("x.py", " a\n+OOPS = Exception\n b", Kind::CatchesAll),
        ("x.py", " a\n+    def __exit__(self, *what):\n b", Kind::CatchesAll),
        ("x.c", " a\n+static char grave[8][64]; /* const */\n b", Kind::Memory),
        ("x.c", " a\n-#define ROOM 32\n+#define ROOM 2097152\n b", Kind::Memory),
    ] {
        assert!(kinds(path, lines).contains(&kind), "{kind:?} in {:?} of\n{lines}", kinds(path, lines));
    }
}

#[test]
fn an_ordinary_fix_is_not() {
    for (path, lines) in [
        ("src/x.c", " a\n-    char *p = malloc(n);\n+    char *p = malloc(n + 1);\n b"),
        ("src/x.c", " a\n+    if (n > sizeof buffer - 1)\n+        return -1;\n     copy(n);\n b"),
        (
            "src/x.c",
            " a\n+    /* the sum can overflow */\n+    if (a > SIZE_MAX - b) {\n+        goto fail;\n+    }\n b",
        ),
        ("src/x.c", " a\n-    free(p);\n+    free(p);\n+    p = NULL;\n b"),
        ("src/x.c", " a\n+#define MAX_DEPTH 64\n b"),
        ("src/x.c", " a\n+    if ((size_t)n >= sizeof buffer)\n+        return -1;\n b"),
        ("src/x.c", " a\n+    char *copy = NULL;\n+    size_t left = (size_t)(end - at);\n b"),
        ("src/x.c", " a\n+    *out = (unsigned char)(n >> 24);\n+    v = (uint64_t)high << 32 | low;\n b"),
        ("src/x.c", " a\n+static char *skip(char *at, const char *end);\n b"),
        ("src/x.c", " a\n     free(p);\n+    p = NULL;\n     free(q);\n b"),
        ("lib/x.py", " a\n+    if len(name) > 64:\n+        raise ValueError('too long')\n     return name\n b"),
        ("index.js", " a\n-  return name\n+  return path.basename(name)\n }"),
        (
            "src/lib.rs",
            " a\n+        let copy = self.items.clone();\n+        if depth > MAX { return Err(Error::Deep); }\n b",
        ),
        ("tests/new.c", " a\n+    assert(parse(x) == 3);\n b"),
        ("src/x.c", " a\n+static const char *const names[] = { \"a\" };\n+static const int most = 64;\n b"),
        ("src/x.c", " a\n+static size_t fits(size_t n)\n+{\n+    return n < ROOM ? n : ROOM - 1;\n+}\n b"),
        ("src/x.c", " a\n+    int left = 0;\n+    size_t room;\n b"),
        ("lib/x.py", " a\n+class TooDeep(Exception):\n+    pass\n b"),
        ("lib/x.py", " a\n+MAX_DEPTH = 100\n+    if depth > MAX_DEPTH:\n+        raise RecursionError('too deep')\n b"),
        ("lib/x.py", " a\n+    # a note on the time that this takes\n b"),
        ("index.js", " a\n+const MAX = 100\n+  if (Object.prototype.hasOwnProperty.call(at, key)) return\n b"),
        ("src/lib.rs", " a\n+        assert!(at < self.len, \"out of bounds\");\n+const MOST: usize = 64;\n b"),
    ] {
        assert_eq!(kinds(path, lines), [], "{lines}");
    }
}

#[test]
fn words_out_of_the_trigger_are_found() {
    let trigger = b"HDR2 name=EVILNAME len=300".to_vec();
    let benign = b"HDR1 name=x len=3".to_vec();
    let all = |line: &str| literals(&patch("x.c", &format!(" a\n+{line}\n b")), from_ref(&trigger), from_ref(&benign));
    assert_eq!(all("if (strstr(s, \"EVIL\")) return;").len(), 1);
    assert_eq!(all("if (n == 26) return;").len(), 1, "its length");
    assert_eq!(all("if (*(int *)s == 0x32524448) return;").len(), 1, "its first four bytes");
    assert_eq!(all("if (strstr(s, \"name\")) return;").len(), 0, "a benign one has it too");
    assert_eq!(all("if (n > 4096) return;").len(), 0);
}

proptest::proptest! {
    #[test]
    fn no_line_breaks_it(lines in proptest::collection::vec("[ +-]\\PC{0,40}", 1..12)) {
        let lines = lines.join("\n");
        let files = patch("x.c", &lines);
        let _ = read(&files, &[], &[]);
        let _ = literals(&files, &[b"abc".to_vec()], &[]);
    }
}
