//! A claimant's fix must not take the instrumentation off the code it claims to
//! mend: the self-test fires elsewhere in the build and cannot see that.

/// Words by which source, build files and flags speak to a sanitizer. Compared
/// without case; `__asan_`, `no_sanitize` and `-fsanitize` are the usual forms.
const WORDS: [&str; 9] = [
    "no_sanitize",
    "disable_sanitizer",
    "fsanitize",
    "fno-sanitize",
    "__asan_",
    "__ubsan_",
    "__lsan_",
    "__msan_",
    "__sanitizer_",
];

/// Lines of a patch that are looked at.
const MAX_LINES: usize = 200_000;

/// The first line that a patch adds or takes away and that speaks to a sanitizer.
#[must_use]
pub fn touched(patch: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(patch);
    text.lines()
        .take(MAX_LINES)
        .filter(|line| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---"))
        .find(|line| {
            let line = line.to_ascii_lowercase();
            WORDS.iter().any(|word| line.contains(word))
        })
        .map(|line| line.chars().take(120).collect())
}

#[cfg(test)]
mod tests {
    use super::touched;

    #[test]
    fn a_patch_that_speaks_to_the_sanitizer_is_told() {
        for line in [
            "+__attribute__((no_sanitize(\"address\")))",
            "+#define HIDDEN __attribute__((no_sanitize_address))",
            "+__attribute__((disable_sanitizer_instrumentation))",
            "-CFLAGS += -fsanitize=address",
            "+  __asan_unpoison_memory_region(p, n);",
        ] {
            assert!(touched(format!("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n{line}\n").as_bytes()).is_some(), "{line}");
        }
    }

    #[test]
    fn an_ordinary_fix_is_not() {
        let patch = b"--- a/sanitize_input.c\n+++ b/sanitize_input.c\n@@ -1,2 +1,2 @@\n no_sanitize in context\n+if (n > 8) return sanitize(-1);\n";
        assert_eq!(touched(patch), None);
    }
}
