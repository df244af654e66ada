//! Texts of strangers, cleared of what acts on a reader's terminal or turns the
//! direction of reading.

/// One line of at most so many characters.
pub fn line(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut space = false;
    for c in text.chars() {
        if c.is_whitespace() || acts(c) {
            space = !out.is_empty();
            continue;
        }
        if out.chars().count() >= most {
            out.push_str("...");
            break;
        }
        if space {
            out.push(' ');
            space = false;
        }
        out.push(c);
    }
    out
}

/// An address that a reader may follow; none for any other scheme, or one that is no address.
pub fn address(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let known = |c: char| {
        c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '}' | '|' | '[' | ']')
    };
    let percent = || {
        let bytes = rest.as_bytes();
        let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
        bytes.iter().enumerate().all(|(at, byte)| *byte != b'%' || (hex(at + 1) && hex(at + 2)))
    };
    let one_part = rest.matches('#').count() < 2;
    (!rest.is_empty()
        && !rest.starts_with('/')
        && text.len() <= 2_000
        && rest.chars().all(known)
        && percent()
        && one_part)
        .then_some(text)
}

fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
