//! Text of strangers, made harmless for paper, terminal and page.
//!
//! A product name can hold sequences that move a cursor, forge a line or turn
//! the reading direction. On a card such characters have no use, so they are
//! left out; what is too long is cut, visibly.

use unicode_width::UnicodeWidthStr as _;

/// Longest name that a card shows.
pub const NAME: usize = 80;
/// Longest sentence of a stranger that a card shows.
pub const SENTENCE: usize = 600;
/// Columns of the text form.
pub const COLUMNS: usize = 100;

/// One line without anything that acts, at most `max` characters; a cut ends with `…`.
pub fn plain(text: &str, max: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    let mut space = false;
    for c in text.chars() {
        if c.is_whitespace() {
            space = count > 0;
            continue;
        }
        if acts(c) {
            continue;
        }
        if count + 1 + usize::from(space) > max {
            out.push('…');
            break;
        }
        if space {
            out.push(' ');
            count += 1;
            space = false;
        }
        out.push(c);
        count += 1;
    }
    out
}

/// Whether a character does something else than being seen: controls, reading directions, invisible joiners,
/// separators of lines, tags, interlinear marks, private use.
pub(crate) fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
}

/// A page that may be linked: an http or https address of plain printable characters, not too long.
pub fn link(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\`{}|^".contains(&byte);
    (!rest.is_empty() && address.len() <= 300 && address.bytes().all(plain)).then_some(address)
}

/// A text in lines of at most `columns`, the first indented by `first`, the others by `rest`.
///
/// A word that is longer than a line stands whole on its own: addresses and commands are to be copied.
pub(crate) fn wrap(text: &str, first: &str, rest: &str, columns: usize) -> String {
    let mut out = first.to_owned();
    let mut width = first.width();
    let mut begun = false;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let long = word.width();
        if begun && width + 1 + long > columns {
            out.push('\n');
            out.push_str(rest);
            width = rest.width();
            begun = false;
        }
        if begun {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += long;
        begun = true;
    }
    out.push('\n');
    out
}

/// `1 card`, `2 cards`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_is_left_out() {
        assert_eq!(plain("\u{1b}[2JPump\u{202e}gpj.exe\u{200b}", 99), "[2JPumpgpj.exe");
        assert_eq!(plain("  one\n\r\n two\t", 99), "one two");
        assert_eq!(plain("wört 漢字", 99), "wört 漢字");
        assert_eq!(plain("abcdef", 3), "abc…");
        assert_eq!(plain("abc", 3), "abc");
    }

    #[test]
    fn only_plain_addresses_are_links() {
        assert_eq!(link("https://example.org/a?b=c#d"), Some("https://example.org/a?b=c#d"));
        for text in [
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://a\"onclick=",
            "data:text/html,x",
            "https://é.org",
        ] {
            assert_eq!(link(text), None, "{text}");
        }
    }

    #[test]
    fn long_words_stand_alone() {
        assert_eq!(wrap("a bb cccccccccc d", "- ", "  ", 8), "- a bb\n  cccccccccc\n  d\n");
    }

    proptest! {
        #[test]
        fn nothing_that_acts_survives(text in "\\PC*|.*", max in 1_usize..200) {
            let shown = plain(&text, max);
            prop_assert!(!shown.chars().any(acts));
            prop_assert!(shown.chars().count() <= max + 1);
            prop_assert_eq!(shown.trim(), shown.as_str());
        }

        #[test]
        fn lines_are_no_longer_than_asked(text in "([a-zé漢]{1,12} ){0,40}") {
            for line in wrap(&text, "    ", "    ", 40).lines() {
                prop_assert!(line.width() <= 40, "{}", line);
            }
        }
    }
}
