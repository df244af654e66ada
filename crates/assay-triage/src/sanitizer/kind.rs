//! From a sentence to the sanitizer's own word for it.

/// The word for what follows `AddressSanitizer: ` (or MemorySanitizer, ...) in a
/// report's first line. Most sentences start with the word; for the others it
/// is the one the summary line uses.
pub(super) fn of_header(sentence: &str) -> String {
    const SENTENCES: [(&str, &str); 17] = [
        ("attempting double-free", "double-free"),
        ("attempting free on address which was not malloc", "bad-free"),
        ("attempting to call malloc_usable_size", "bad-malloc_usable_size"),
        ("attempting to call __sanitizer_get_allocated_size", "bad-__sanitizer_get_allocated_size"),
        ("requested allocation size", "allocation-size-too-big"),
        ("allocator is out of memory", "out-of-memory"),
        ("allocator exceeded the RSS limit", "rss-limit-exceeded"),
        ("specified RSS limit exceeded", "rss-limit-exceeded"),
        ("calloc parameters overflow", "calloc-overflow"),
        ("reallocarray parameters overflow", "reallocarray-overflow"),
        ("pvalloc parameters overflow", "pvalloc-overflow"),
        ("invalid alignment requested in aligned_alloc", "invalid-aligned-alloc-alignment"),
        ("invalid alignment requested in posix_memalign", "invalid-posix-memalign-alignment"),
        ("invalid allocation alignment", "invalid-allocation-alignment"),
        ("nested bug in the same thread", "nested-bug"),
        ("bad parameters to", "bad-parameters"),
        // The runtime's own trouble, not the program's.
        ("failed to ", "runtime-failure"),
    ];
    if let Some((_, word)) = SENTENCES.iter().find(|(start, _)| sentence.starts_with(start)) {
        return (*word).to_owned();
    }
    word(sentence)
}

/// The first word, if it is one.
fn word(sentence: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let word: String = sentence.chars().take_while(|c| is_part(*c)).take(80).collect();
    if word.is_empty() { "unknown-crash".to_owned() } else { word }
}

/// The name of the UndefinedBehaviorSanitizer check behind a `runtime error:`,
/// as `-fsanitize=` calls it; `undefined-behavior` when the sentence is not known.
pub(super) fn of_check(message: &str) -> &'static str {
    const STARTS: [(&str, &str); 39] = [
        ("signed integer overflow", "signed-integer-overflow"),
        ("unsigned integer overflow", "unsigned-integer-overflow"),
        ("negation of", "signed-integer-overflow"),
        ("shift exponent", "shift-exponent"),
        ("left shift of", "shift-base"),
        ("division by zero", "integer-divide-by-zero"),
        ("index ", "bounds"),
        ("load of null pointer", "null"),
        ("store to null pointer", "null"),
        ("member access within null pointer", "null"),
        ("member call on null pointer", "null"),
        ("reference binding to null pointer", "null"),
        ("constructor call on null pointer", "null"),
        ("upcast of null pointer", "null"),
        ("downcast of null pointer", "null"),
        ("cast to virtual base of null pointer", "null"),
        ("dynamic operation on null pointer", "null"),
        ("null pointer passed as argument", "nonnull-attribute"),
        ("null pointer returned from function", "returns-nonnull-attribute"),
        ("null pointer use with", "null"),
        ("applying zero offset to null pointer", "pointer-overflow"),
        ("applying non-zero offset", "pointer-overflow"),
        ("pointer index expression with base", "pointer-overflow"),
        ("addition of unsigned offset", "pointer-overflow"),
        ("subtraction of unsigned offset", "pointer-overflow"),
        ("execution reached an unreachable program point", "unreachable"),
        ("execution reached the end of a value-returning function", "return"),
        ("variable length array bound evaluates", "vla-bound"),
        ("implicit conversion", "implicit-conversion"),
        ("call to function", "function"),
        ("control flow integrity check", "cfi"),
        ("passing zero to", "builtin"),
        ("passing zero or null to", "builtin"),
        ("value ", "float-cast-overflow"),
        ("assumption of", "alignment"),
        ("assumption is violated", "assume"),
        ("constructor call on address", "object-size"),
        ("member access within address", "object-size"),
        ("member call on address", "vptr"),
    ];
    const INSIDE: [(&str, &str); 9] = [
        ("misaligned address", "alignment"),
        ("misaligned pointer", "alignment"),
        ("with insufficient space for an object", "object-size"),
        ("which does not point to an object of type", "vptr"),
        ("is not a valid value for type", "enum"),
        ("is outside the range of representable values", "float-cast-overflow"),
        ("which has invalid", "object-size"),
        ("is not a valid argument", "builtin"),
        ("alignment assumption", "alignment"),
    ];
    if message.starts_with("division by zero") && message.contains("float") {
        return "float-divide-by-zero";
    }
    // Of a type with qualifiers: 'volatile bool'.
    if message.contains("is not a valid value for type") && message.trim_end().ends_with("ool'") {
        return "bool";
    }
    let inside = INSIDE.iter().find(|(part, _)| message.contains(part));
    let start = || STARTS.iter().find(|(start, _)| message.starts_with(start));
    inside.or_else(start).map_or("undefined-behavior", |(_, word)| word)
}

/// Whether the word an oracle declares covers a report's: the same, or the
/// family `-fsanitize=` puts it in. Case and blanks in older logs do not matter.
#[must_use]
pub fn covers(declared: &str, reported: &str) -> bool {
    const FAMILIES: [(&str, &[&str]); 29] = [
        ("shift", &["shift-base", "shift-exponent"]),
        ("bounds", &["array-bounds", "index-out-of-bounds", "out-of-bounds"]),
        ("array-bounds", &["bounds"]),
        ("out-of-bounds", &["bounds"]),
        ("index-out-of-bounds", &["bounds"]),
        ("division-by-zero", &["integer-divide-by-zero", "float-divide-by-zero"]),
        ("misaligned-address", &["alignment"]),
        ("misaligned-pointer-use", &["alignment"]),
        ("null-pointer-use", &["null"]),
        ("out-of-bounds-index", &["bounds"]),
        ("invalid-shift-base", &["shift-base"]),
        ("invalid-shift-exponent", &["shift-exponent"]),
        ("attempting-double-free", &["double-free"]),
        // The words of a summary line of clang's.
        ("dynamic-type-mismatch", &["vptr"]),
        ("function-type-mismatch", &["function"]),
        ("insufficient-object-size", &["object-size"]),
        ("invalid-bool-load", &["bool"]),
        ("invalid-builtin-use", &["builtin"]),
        ("invalid-enum-load", &["enum"]),
        ("invalid-null-argument", &["nonnull-attribute"]),
        ("invalid-null-return", &["returns-nonnull-attribute"]),
        ("alignment-assumption", &["alignment"]),
        ("missing-return", &["return"]),
        ("non-positive-vla-index", &["vla-bound"]),
        ("null-pointer-use-with-nullability", &["null"]),
        ("nullptr-after-nonzero-offset", &["pointer-overflow"]),
        ("nullptr-with-nonzero-offset", &["pointer-overflow"]),
        ("nullptr-with-offset", &["pointer-overflow"]),
        ("unreachable-call", &["unreachable"]),
    ];
    let undefined = |word: &str| of_family_undefined(word);
    declared.eq_ignore_ascii_case(reported)
        || (declared == "undefined-behavior" && undefined(reported))
        || FAMILIES.iter().any(|(family, words)| *family == declared && words.contains(&reported))
}

/// The checks of `-fsanitize=undefined`.
fn of_family_undefined(word: &str) -> bool {
    [
        "signed-integer-overflow",
        "shift-base",
        "shift-exponent",
        "integer-divide-by-zero",
        "bounds",
        "null",
        "alignment",
        "object-size",
        "vptr",
        "bool",
        "enum",
        "float-cast-overflow",
        "float-divide-by-zero",
        "pointer-overflow",
        "unreachable",
        "return",
        "vla-bound",
        "nonnull-attribute",
        "returns-nonnull-attribute",
        "builtin",
        "function",
        "assume",
    ]
    .contains(&word)
}
