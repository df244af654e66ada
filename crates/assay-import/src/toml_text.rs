//! Values as TOML text.

/// A basic string. The text holds no control characters by now; should it, they are escaped.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        escaped(&mut out, c);
    }
    out.push('"');
    out
}

/// A string of several lines; one line stays a basic string.
pub(crate) fn prose(text: &str) -> String {
    if !text.contains('\n') {
        return quoted(text);
    }
    let mut out = String::from("\"\"\"\n");
    for c in text.chars() {
        // No three quotes in a row can stand inside: each is escaped.
        if c == '\n' { out.push('\n') } else { escaped(&mut out, c) }
    }
    out.push_str("\n\"\"\"");
    out
}

/// A list of strings on one line.
pub(crate) fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<_> = items.into_iter().map(quoted).collect();
    format!("[{}]", items.join(", "))
}

fn escaped(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

        #[test]
        fn what_is_written_reads_back(text in "\\PC*|.*|(?s).{0,80}|[\"\\\\\n']{0,20}") {
            let read = |toml: String| toml::from_str::<toml::Table>(&toml).unwrap()["a"].clone();
            let one = read(format!("a = {}", quoted(&text)));
            proptest::prop_assert_eq!(one.as_str().unwrap(), text.as_str());
            let many = read(format!("a = {}", prose(&text)));
            proptest::prop_assert_eq!(many.as_str().unwrap().trim_end_matches('\n'), text.trim_end_matches('\n'));
            let listed = read(format!("a = {}", list([text.as_str(), "b"])));
            proptest::prop_assert_eq!(listed[0].as_str().unwrap(), text.as_str());
        }
    }
}
