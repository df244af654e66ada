//! Names of functions: demangled, and without what differs between builds.
//!
//! A bundle names a frame as `parse_string` or `smallvec::SmallVec::insert_many`.
//! What a build prints is mangled, or carries template arguments, parameters,
//! hashes, `impl` blocks and the suffixes of compiler clones. Both are brought
//! to one form and compared whole, or as the last segments of a path.

use std::fmt::{self, Write};

/// Bytes of a name, mangled or not; longer ones are cut.
const MAX_NAME: usize = 8 << 10;
/// Types inside types.
const MAX_DEPTH: u32 = 16;

/// Demangles a Rust or C++ symbol; anything else comes back as it is.
#[must_use]
pub fn demangle(symbol: &str) -> String {
    let symbol = cut(symbol.trim());
    let mut out = Bounded::default();
    if let Ok(name) = rustc_demangle::try_demangle(symbol) {
        // Short names stand for long ones in mangled text, so the output is bounded too.
        if write!(out, "{name:#}").is_ok() {
            return out.text;
        }
    } else if symbol.starts_with("_Z") || symbol.starts_with("__Z") {
        let options = cpp_demangle::DemangleOptions::new().recursion_limit(128);
        let parse = cpp_demangle::ParseOptions::default().recursion_limit(128);
        if let Ok(parsed) = cpp_demangle::Symbol::new_with_options(symbol.as_bytes(), &parse)
            && parsed.structured_demangle(&mut out, &options).is_ok()
        {
            return out.text;
        }
    }
    symbol.to_owned()
}

/// The form in which names are compared: `ns::Foo<int>::bar(int) const` and
/// `_ZNK2ns3FooIiE3barEi` are both `ns::Foo::bar`.
#[must_use]
pub fn normalise(function: &str) -> String {
    let name = demangle(function);
    plain(without_suffix(cut(name.trim())), 0)
}

/// Whether `function`, in whatever form, is the one that `pattern` names: the
/// whole path, or its last segments.
#[must_use]
pub fn matches(pattern: &str, function: &str) -> bool {
    let (pattern, function) = (normalise(pattern), normalise(function));
    match function.strip_suffix(pattern.as_str()) {
        _ if pattern.is_empty() => false,
        Some(front) => front.is_empty() || front.ends_with("::"),
        None => false,
    }
}

/// Takes off what compilers and linkers hang behind a name.
fn without_suffix(name: &str) -> &str {
    const CLONES: [&str; 9] =
        [".part.", ".isra.", ".constprop.", ".cold", ".lto_priv.", ".llvm.", ".localalias", ".clone.", "@"];
    let end = CLONES.iter().filter_map(|mark| name.find(mark)).filter(|at| *at > 0).min().unwrap_or(name.len());
    let name = &name[..end];
    match name.rsplit_once("::h") {
        Some((path, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => path,
        _ => name,
    }
}

/// One pass over a readable name; `<...>`, `(...)` and `[...]` are left out.
fn plain(name: &str, depth: u32) -> String {
    let mut out = String::new();
    let mut rest = name;
    let mut parameters_seen = false;
    while let Some(c) = rest.chars().next() {
        let at_segment = out.is_empty() || out.ends_with("::");
        match c {
            '(' if rest.starts_with("(anonymous namespace)") => {
                out.push_str("(anonymous namespace)");
                rest = &rest["(anonymous namespace)".len()..];
            }
            '<' if out.is_empty() => {
                // `<T as Trait>::f` is T's; an `impl` block has no name of its own.
                let (inner, after) = bracketed(rest);
                let inner = own_type(inner);
                if depth < MAX_DEPTH && !inner.starts_with("impl ") {
                    out.push_str(&plain(inner, depth + 1));
                }
                rest = after;
                if out.is_empty() {
                    rest = rest.strip_prefix("::").unwrap_or(rest);
                }
            }
            '<' | '[' => {
                rest = bracketed(rest).1;
                // `Vec::<u8>::new` and `ptr::<impl *mut T>::write` have lost what stood between two separators.
                if out.ends_with("::") {
                    rest = rest.strip_prefix("::").unwrap_or(rest);
                    if rest.is_empty() || rest.starts_with('(') {
                        out.truncate(out.len() - 2);
                    }
                }
            }
            '(' => {
                parameters_seen = true;
                rest = bracketed(rest).1;
            }
            '{' => {
                let (inner, after) = bracketed(rest);
                let word: String =
                    inner.trim_start_matches('{').chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                rest = after;
                if word == "impl" {
                    rest = rest.strip_prefix("::").unwrap_or(rest);
                } else {
                    out.push('{');
                    out.push_str(&word);
                    out.push('}');
                }
            }
            ' ' if parameters_seen || rest.trim_start().starts_with("[clone") => break,
            ' ' => {
                // What stood here was a return type, `dyn`, `mut` or `const`.
                out.clear();
                rest = rest.trim_start();
            }
            '&' | '*' | ')' | '>' | ']' | '}' => rest = &rest[1..],
            'o' if at_segment && is_operator(rest) => {
                let (operator, after) = operator(rest);
                out.push_str(&operator);
                // `operator<< <char>` keeps its arguments apart from its symbol.
                rest = if after.starts_with(" <") { &after[1..] } else { after };
            }
            ':' if rest.starts_with("::") => {
                parameters_seen = false;
                if !out.is_empty() && !out.ends_with("::") {
                    out.push_str("::");
                }
                rest = &rest[2..];
            }
            other => {
                out.push(other);
                rest = &rest[other.len_utf8()..];
            }
        }
    }
    while out.ends_with("::") {
        out.truncate(out.len() - 2);
    }
    out
}

/// The type in `T as Trait`.
fn own_type(inner: &str) -> &str {
    let mut depth = 0_i32;
    for (at, c) in inner.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if inner[..at].ends_with('-') => {}
            '>' | ')' | ']' => depth -= 1,
            ' ' if depth <= 0 && inner[at..].starts_with(" as ") => return &inner[..at],
            _ => {}
        }
    }
    inner
}

/// What stands inside the bracket that `text` starts with, and what behind it.
/// An unclosed one reaches to the end.
fn bracketed(text: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            // `fn() -> T` and `operator->` hold a `>` that closes nothing.
            '>' if before == '-' => {}
            '>' | ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (&text[1..at], &text[at + 1..]);
                }
            }
            _ => {}
        }
        before = c;
    }
    (&text[1..], "")
}

fn is_operator(text: &str) -> bool {
    text.strip_prefix("operator")
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
}

/// A C++ operator's name, which is made of the very characters that mean
/// something elsewhere.
fn operator(text: &str) -> (String, &str) {
    const SYMBOLS: [&str; 41] = [
        "()", "[]", "<=>", "->*", "<<=", ">>=", "->", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++", "--", "+=",
        "-=", "*=", "/=", "%=", "^=", "&=", "|=", "+", "-", "*", "/", "%", "^", "&", "|", "~", "!", "=", "<", ">", ",",
        "\"\"", "?",
    ];
    let rest = &text["operator".len()..];
    if let Some(symbol) = SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
        return (format!("operator{symbol}"), &rest[symbol.len()..]);
    }
    // `operator new[]`, `operator bool`, `operator std::string`: up to the parameters.
    let end = rest.find(['(', '<']).unwrap_or(rest.len());
    let word = rest[..end].trim();
    (if word.is_empty() { "operator".to_owned() } else { format!("operator {word}") }, &rest[end..])
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(MAX_NAME);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A text that refuses to grow beyond its bound.
#[derive(Default)]
struct Bounded {
    text: String,
}

impl Write for Bounded {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.text.len() + part.len() > MAX_NAME {
            return Err(fmt::Error);
        }
        self.text.push_str(part);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
