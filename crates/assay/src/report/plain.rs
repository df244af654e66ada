//! Text of strangers, made harmless for a terminal.
//!
//! A title, a file name or a line that a program printed can hold sequences
//! that move the cursor, recolour a verdict, forge a line or turn the reading
//! direction. Here they become visible escapes; what is too long is cut.

/// Longest line that is shown.
pub const LINE: usize = 300;

/// One line, at most `max` characters.
pub fn line(text: &str, max: usize) -> String {
    // Nearly all text is this; a long list has thousands of lines.
    if text.len() <= max && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.to_owned();
    }
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == max {
            out.push_str("...");
            break;
        }
        push(&mut out, c);
    }
    out
}

/// A message of several lines, each made harmless and cut.
pub fn block(text: &str) -> String {
    text.lines().map(|text| line(text, 1000)).collect::<Vec<_>>().join("\n")
}

/// A path of this machine, whole: it is to be copied.
pub fn path(path: &std::path::Path) -> String {
    line(&path.to_string_lossy(), 4096)
}

/// The last lines of a long text.
pub fn tail(text: &str, lines: usize) -> Vec<String> {
    let all: Vec<&str> = text.lines().filter(|text| !text.trim().is_empty()).collect();
    let from = all.len().saturating_sub(lines);
    all.iter().skip(from).map(|text| line(text, 160)).collect()
}

/// JSON text in which no character acts on a terminal: they only ever stand
/// inside of its strings, where an escape means the same.
pub fn json_safe(json: &str) -> String {
    if json.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)) {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && acts(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn push(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push(' '),
        c if acts(c) => out.extend(c.escape_unicode()),
        c => out.push(c),
    }
}

/// Whether a character does something else than being seen: controls, reading
/// directions, invisible joiners, separators of lines, tags, interlinear marks.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_becomes_visible() {
        assert_eq!(line("\u{1b}[2J\u{9b}31m red\u{7}", 99), "\\u{1b}[2J\\u{9b}31m red\\u{7}");
        assert_eq!(line("a\u{202e}cba\u{2066}\u{feff}", 99), "a\\u{202e}cba\\u{2066}\\u{feff}");
        assert_eq!(line("one\nReproduced: all is well\r2", 99), "one\\nReproduced: all is well\\r2");
        assert_eq!(line("a\tb\u{2028}c", 99), "a b\\u{2028}c");
        assert_eq!(line("wört 漢字 ok", 99), "wört 漢字 ok");
    }

    #[test]
    fn long_lines_are_cut() {
        let cut = line(&"x".repeat(200_000), LINE);
        assert_eq!(cut.len(), LINE + 3);
        assert_eq!(tail(&"line\n".repeat(1000), 3), ["line", "line", "line"]);
    }

    #[test]
    fn json_means_the_same_and_acts_on_nothing() {
        let value = serde_json::json!({ "a": "\u{1b}[31m\u{202e}\u{9b}\u{e0041}é\u{7f}" });
        let safe = json_safe(&serde_json::to_string_pretty(&value).unwrap());
        assert!(safe.chars().all(|c| c == '\n' || !acts(c)), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_acts_survives_and_nothing_grows_without_bound(text in "\\PC*|.*", max in 0_usize..400) {
            let shown = line(&text, max);
            proptest::prop_assert!(!shown.chars().any(acts));
            // An escape has at most ten characters, and the mark of a cut three.
            proptest::prop_assert!(shown.chars().count() <= max * 10 + 3);
            proptest::prop_assert!(block(&text).chars().all(|c| c == '\n' || !acts(c)));
        }

        #[test]
        fn json_keeps_its_meaning(text in proptest::arbitrary::any::<String>()) {
            let safe = json_safe(&serde_json::to_string(&text).unwrap());
            proptest::prop_assert!(!safe.chars().any(acts));
            proptest::prop_assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
        }
    }
}
