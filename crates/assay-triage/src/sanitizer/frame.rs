//! One line of a stack.
//!
//! `#0 0x55ca  (/out/a+0x11ca) (BuildId: 1d4b)` without symbols, and
//! `#0 0x55ca in ns::f(int) /src/a.cc:12:3` or `... in f (/out/a+0x11ca)` with them.

use super::Frame;

/// Bytes of one name.
const MAX_TEXT: usize = 4096;

/// Reads one line; `None` if it is no frame.
pub(super) fn frame(line: &str) -> Option<Frame> {
    let rest = line.trim_start().strip_prefix('#')?;
    let (number, rest) = rest.split_once(' ')?;
    let mut frame = Frame { number: digits(number)?, ..Frame::default() };
    let rest = rest.trim_start().strip_prefix("0x")?;
    let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
    frame.address = u64::from_str_radix(rest.get(..end).filter(|d| d.len() <= 16)?, 16).ok()?;
    let mut rest = rest[end..].trim();
    if let Some((before, id)) = rest.strip_suffix(')').and_then(|r| r.rsplit_once("(BuildId: ")) {
        frame.build_id = is_hex(id).then(|| id.to_ascii_lowercase());
        rest = before.trim_end();
    }
    if let Some((before, module, offset)) = module(rest) {
        frame.module = text(module);
        frame.offset = Some(offset);
        rest = before.trim_end();
    }
    if let Some(named) = rest.strip_prefix("in ") {
        let (function, place) = split_place(named.trim());
        frame.function = text(function).filter(|f| f != "??" && f != "<null>");
        if let Some((file, line)) = place.map(file_and_line) {
            frame.file = text(file).filter(|f| f != "??" && f != "<null>");
            frame.line = line;
        }
    }
    Some(frame)
}

/// `... (MODULE+0xOFFSET)`: what stands before, and both parts. A module's path
/// may hold brackets and blanks, so the place is sought from both ends.
fn module(text: &str) -> Option<(&str, &str, u64)> {
    let inner = text.strip_suffix(')')?;
    let (head, offset) = inner.rsplit_once("+0x")?;
    let offset = u64::from_str_radix(Some(offset).filter(|o| o.len() <= 16 && is_hex(o))?, 16).ok()?;
    let open = head.find("(/").or_else(|| head.rfind('('))?;
    Some((&head[..open], &head[open + 1..], offset))
}

/// Parts `ns::f(int) const /src/a.cc:12:3`. Function and file may both hold blanks.
fn split_place(text: &str) -> (&str, Option<&str>) {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '<' | '[' | '{' => depth += 1,
            ')' | '>' | ']' | '}' => depth = (depth - 1).max(0),
            ' ' if depth == 0 => {
                let rest = &text[at + 1..];
                if rest.starts_with('/')
                    || rest.starts_with("./")
                    || rest.starts_with("../")
                    || rest.starts_with("<null>")
                {
                    return (&text[..at], Some(rest));
                }
            }
            _ => {}
        }
    }
    match text.rsplit_once(' ') {
        Some((function, place)) if file_and_line(place).1.is_some() || place.contains('/') => (function, Some(place)),
        _ => (text, None),
    }
}

/// `file:12:3`, `file:12` or `file`.
pub(super) fn file_and_line(place: &str) -> (&str, Option<u32>) {
    let number = |text: &str| text.rsplit_once(':').and_then(|(_, n)| digits(n));
    let cut = |text: &'_ str| text.rfind(':').unwrap_or(text.len());
    match number(place) {
        None => (place, None),
        Some(last) => {
            let shorter = &place[..cut(place)];
            match number(shorter) {
                Some(line) => (&shorter[..cut(shorter)], Some(line)),
                None => (shorter, Some(last)),
            }
        }
    }
}

pub(super) fn digits(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) { None } else { text.parse().ok() }
}

fn is_hex(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn text(value: &str) -> Option<String> {
    let value = value.trim();
    (!value.is_empty() && value.len() <= MAX_TEXT).then(|| value.to_owned())
}
