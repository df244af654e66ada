//! A stranger's words made fit for a manifest, a file name or a terminal.

/// Characters that act instead of being seen: controls, reading directions,
/// invisible marks. A title made of them could look like another.
pub(crate) fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn visible(out: &mut String, c: char) {
    if acts(c) {
        out.extend(c.escape_unicode());
    } else {
        out.push(c);
    }
}

/// One line of at most `max` bytes: white space becomes single blanks, what
/// acts becomes visible, and a cut shows.
pub(crate) fn line(text: &str, max: usize) -> String {
    const CUT: &str = "...";
    let mut out = String::new();
    // A long text is not walked through to its end only to be cut.
    for word in text.split(char::is_whitespace).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            visible(&mut out, c);
            if out.len() > max {
                break;
            }
        }
        if out.len() > max {
            let mut end = max.saturating_sub(CUT.len());
            while !out.is_char_boundary(end) {
                end -= 1;
            }
            out.truncate(end);
            out.truncate(out.trim_end().len());
            out.push_str(CUT);
            break;
        }
    }
    out
}

/// Several lines, each of them cleaned, at most `max` bytes together.
pub(crate) fn block(text: &str, max: usize) -> String {
    const CUT: &str = "\n...";
    let mut out = String::new();
    for one in text.lines() {
        let start = out.len();
        for c in one.trim_end().chars() {
            if c == '\t' {
                out.push(' ')
            } else {
                visible(&mut out, c)
            }
            if out.len() > max {
                break;
            }
        }
        if out.len() > max {
            let mut end = max.saturating_sub(CUT.len()).max(start.min(max));
            end = end.min(max.saturating_sub(CUT.len()));
            while !out.is_char_boundary(end) {
                end -= 1;
            }
            out.truncate(end);
            out.push_str(CUT);
            break;
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

/// A plain file name: what is not a letter, digit, `.`, `_`, `-` or `+` becomes
/// `_`; nothing hidden, nothing reserved, at most 100 bytes.
pub(crate) fn name(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-+".contains(c) { c } else { '_' };
    let mut out: String = text.chars().take(100).map(plain).collect();
    while out.starts_with(['.', '-']) {
        out.remove(0);
    }
    if out.trim_matches(['.', '_']).is_empty() { "testcase".to_owned() } else { out }
}

/// Takes the user's name out of paths in home folders.
pub(crate) fn without_homes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, mark)) =
        ["/home/", "/Users/"].iter().filter_map(|mark| rest.find(mark).map(|at| (at, mark))).min()
    {
        let after = at + mark.len();
        out.push_str(&rest[..after]);
        rest = &rest[after..];
        let end = rest.find(|c: char| c == '/' || c.is_whitespace() || "\"'):".contains(c)).unwrap_or(rest.len());
        if end > 0 {
            out.push_str("user");
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_one_line_and_show_what_acts() {
        assert_eq!(line("  a\n b\tc ", 100), "a b c");
        assert_eq!(line("a\u{202e}b\u{7}", 100), "a\\u{202e}b\\u{7}");
        assert_eq!(line("abcdefghij", 8), "abcde...");
        assert_eq!(block("a\tb\n\u{1b}[2J\r\n", 100), "a b\n\\u{1b}[2J");
    }

    #[test]
    fn names_are_plain() {
        assert_eq!(name("crash-0a"), "crash-0a");
        assert_eq!(name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(name(".."), "testcase");
        assert_eq!(name("-rf"), "rf");
        assert_eq!(name("a\u{202e}b/c d"), "a_b_c_d");
    }

    #[test]
    fn nobody_is_named_by_a_path() {
        assert_eq!(without_homes("/home/ada/x and /Users/bob: /home/"), "/home/user/x and /Users/user: /home/");
        assert_eq!(without_homes("nothing"), "nothing");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn nothing_that_acts_is_left(text in "\\PC*|.*|(?s).{0,300}", max in 8_usize..300) {
            let one = line(&text, max);
            prop_assert!(one.len() <= max && !one.chars().any(acts), "{one:?}");
            let many = block(&text, max);
            prop_assert!(many.len() <= max && !many.chars().any(|c| c != '\n' && acts(c)), "{many:?}");
            let plain = name(&text);
            prop_assert!(plain.parse::<assay_bundle::path::BundlePath>().is_ok() && !plain.contains('/'));
            let _ = without_homes(&text);
        }
    }
}
