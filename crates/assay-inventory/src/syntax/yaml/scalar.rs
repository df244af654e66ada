//! Quoted texts and flow values: where they end, and what they say.

use std::borrow::Cow;

/// Where a quoted text ends, its closing quote included.
pub(super) fn quoted(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first()?;
    let mut at = 1;
    loop {
        let c = *bytes.get(at)?;
        match c {
            b'\\' if quote == b'"' => at += 2,
            _ if c == quote && quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            _ if c == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Where a flow value ends, its closing bracket included.
pub(super) fn bracketed(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open = 0_usize;
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'{' | b'[' => open += 1,
            b'}' | b']' => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at + 1);
                }
            }
            // A quote opens a text only where a value may begin.
            b'"' | b'\'' if at.checked_sub(1).and_then(|b| bytes.get(b)).is_some_and(|b| b" ,:[{\n".contains(b)) => {
                at += text.get(at..).and_then(quoted)?;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

/// The text of a quoted scalar; none if an escape is unknown.
pub(crate) fn unquote(written: &str) -> Option<Cow<'_, str>> {
    if let Some(inner) = written.strip_prefix('\'').and_then(|w| w.strip_suffix('\'')) {
        return Some(if inner.contains("''") { Cow::Owned(inner.replace("''", "'")) } else { Cow::Borrowed(inner) });
    }
    let Some(inner) = written.strip_prefix('"').and_then(|w| w.strip_suffix('"')) else {
        return Some(Cow::Borrowed(written));
    };
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let digits = match chars.next()? {
            'n' => '\n'.into(),
            't' => '\t'.into(),
            'r' => '\r'.into(),
            '0' => '\0'.into(),
            same @ ('"' | '\\' | '/' | ' ' | '\'') => same.into(),
            'e' => '\u{1b}'.into(),
            'x' => hex(&mut chars, 2),
            'u' => hex(&mut chars, 4),
            'U' => hex(&mut chars, 8),
            _ => None,
        };
        out.push(digits?);
    }
    Some(Cow::Owned(out))
}

fn hex(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let mut value = 0_u32;
    for _ in 0..digits {
        value = value.checked_mul(16)?.checked_add(chars.next()?.to_digit(16)?)?;
    }
    char::from_u32(value)
}

/// The scalar of a key of a flow mapping's outer level, as it is written there.
pub(crate) fn flow_text<'a>(flow: &'a str, key: &str) -> Option<Cow<'a, str>> {
    let mut rest = flow.strip_prefix('{')?.strip_suffix('}')?;
    while !rest.is_empty() {
        rest = rest.trim_start_matches([' ', ',', '\n', '\r']);
        let named_end = if rest.starts_with(['"', '\'']) { quoted(rest)? } else { rest.find([':', ',', '}'])? };
        let named = unquote(rest.get(..named_end)?.trim())?;
        let after = rest.get(named_end..)?.trim_start();
        let Some(value) = after.strip_prefix(':') else {
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let end = match value.as_bytes().first() {
            Some(b'"' | b'\'') => quoted(value)?,
            Some(b'{' | b'[') => bracketed(value)?,
            // A comma ends a plain scalar only before a space: addresses have others.
            _ => value.find(", ").unwrap_or(value.len()),
        };
        if named == key {
            return unquote(value.get(..end)?.trim());
        }
        rest = value.get(end..)?;
    }
    None
}
