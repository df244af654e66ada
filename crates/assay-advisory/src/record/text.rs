//! What a text in a record may be. Readers print it on terminals and in web
//! pages, so nothing invisible is let in.

/// Whether a character can hide or turn what stands around it: controls, and the
/// marks that change the reading direction.
pub(crate) fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The first 100 characters, for an error, with whatever is invisible made visible.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(100).map(|c| if is_treacherous(c) { '\u{fffd}' } else { c }).collect()
}

/// A URL of the web that can stand in any format: RFC 3986's characters, a host, at most 2,048 bytes.
pub(crate) fn is_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    text.len() <= 2_048
        // User information in front of a host misleads people about where a link goes.
        && !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte))
        && host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && host.split_once(':').is_none_or(|(_, port)| !port.is_empty() && port.parse::<u16>().is_ok())
        && rest.matches('#').count() <= 1
        && whole_escapes(rest)
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&byte))
}

fn whole_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|after| after.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

/// A version inside `vers`: what is neither unreserved nor harmless there is escaped.
pub(crate) fn percent(version: &str) -> String {
    let mut out = String::new();
    for byte in version.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Whether it is a version of SemVer 2.0, without a leading `v`.
pub(crate) fn is_semver(version: &str) -> bool {
    let (version, build) = match version.split_once('+') {
        Some((version, build)) => (version, Some(build)),
        None => (version, None),
    };
    let (core, pre) = match version.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (version, None),
    };
    let number = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) && (part == "0" || !part.starts_with('0'))
    };
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    core.split('.').count() == 3
        && core.split('.').all(number)
        && pre.is_none_or(|pre| pre.split('.').all(|part| word(part) && (!digits(part) || number(part))))
        && build.is_none_or(|build| build.split('.').all(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_semver() {
        for right in ["0.0.0", "1.2.3", "1.0.0-rc.1", "1.0.0-0a.b-c", "1.0.0+001", "1.0.0-x+y.z"] {
            assert!(is_semver(right), "{right}");
        }
        for wrong in ["1", "1.2", "v1.2.3", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.3+", "1.2.3.4", "1.2.x", ""] {
            assert!(!is_semver(wrong), "{wrong}");
        }
    }

    #[test]
    fn urls() {
        for right in ["https://a.example", "http://a.example:8080/x?y=z#w", "https://a.example/%20"] {
            assert!(is_url(right), "{right}");
        }
        for wrong in [
            "ftp://a.example",
            "https://",
            "https://user@a.example/",
            "https://a.example/%2",
            "https://a.example/ x",
            "https://a.example/\u{202e}",
            "https://a.example:x/",
            "https://-a/",
            "javascript:alert(1)",
        ] {
            assert!(!is_url(wrong), "{wrong}");
        }
    }
}
