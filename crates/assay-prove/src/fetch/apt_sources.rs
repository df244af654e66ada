//! A system's package sources, turned into entries for source packages.

/// The entries, in both of apt's notations.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sources {
    /// One-line entries.
    pub lines: String,
    /// Stanzas.
    pub stanzas: String,
}

impl Sources {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.stanzas.is_empty()
    }
}

/// Adds the entries of one file, as stanzas or as lines. Options and keys are
/// kept, so that what the system would not believe is not believed here.
pub(super) fn source_entries(text: &str, stanzas: bool, sources: &mut Sources) {
    if stanzas {
        for stanza in text.replace("\r\n", "\n").split("\n\n") {
            if let Some(entry) = stanza_entry(stanza) {
                push(&mut sources.stanzas, &entry, "\n\n");
            }
        }
    } else {
        for line in text.lines() {
            if let Some(entry) = line_entry(line) {
                push(&mut sources.lines, &entry, "\n");
            }
        }
    }
}

/// A system with both `deb` and `deb-src` would otherwise have each entry twice.
fn push(entries: &mut String, entry: &str, end: &str) {
    if !entries.split(end).any(|known| known == entry) {
        entries.push_str(entry);
        entries.push_str(end);
    }
}

fn line_entry(line: &str) -> Option<String> {
    let line = line.split('#').next()?.trim();
    let (kind, rest) = line.split_once(char::is_whitespace)?;
    let rest = rest.trim();
    (matches!(kind, "deb" | "deb-src") && !rest.contains("cdrom:")).then(|| format!("deb-src {rest}"))
}

fn stanza_entry(stanza: &str) -> Option<String> {
    let mut lines = Vec::new();
    let mut typed = false;
    for line in stanza.lines().filter(|line| !line.starts_with('#')) {
        if line.trim().is_empty() {
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        match field.to_ascii_lowercase().as_str() {
            "types" => {
                typed = value.split_whitespace().any(|t| matches!(t, "deb" | "deb-src"));
                lines.push("Types: deb-src".to_owned());
            }
            "enabled" if matches!(value.trim(), "no" | "false" | "off" | "without" | "disable") => {
                return None;
            }
            "uris" if value.contains("cdrom:") => return None,
            // The architecture chooses among binaries only.
            "architectures" => {}
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    typed.then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use proptest::prelude::*;

    use super::*;

    fn entries(text: &str, stanzas: bool) -> String {
        let mut sources = Sources::default();
        source_entries(text, stanzas, &mut sources);
        sources.lines + &sources.stanzas
    }

    #[test]
    fn lines_become_source_lines_once() {
        let text = "# note\ndeb [signed-by=/k.gpg arch=amd64] http://mirror/debian stable main # x\n\
                    deb-src [signed-by=/k.gpg arch=amd64] http://mirror/debian stable main\n\
                    deb cdrom:[x]/ stable main\nrpm x\ndeb\n";
        assert_eq!(entries(text, false), "deb-src [signed-by=/k.gpg arch=amd64] http://mirror/debian stable main\n");
    }

    #[test]
    fn stanzas_become_source_stanzas() {
        let text = "Types: deb deb-src\n# why\nURIs: http://mirror/debian\nSuites: stable\n\
                    Components: main\nArchitectures: amd64\nSigned-By:\n -----BEGIN\n .\n -----END\n\n\
                    Enabled: no\nTypes: deb\nURIs: http://other\nSuites: x\nComponents: main\n\n\
                    Suites: nothing\n";
        assert_eq!(
            entries(text, true),
            "Types: deb-src\nURIs: http://mirror/debian\nSuites: stable\nComponents: main\n\
             Signed-By:\n -----BEGIN\n .\n -----END\n\n"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn any_text_gives_only_source_entries(text in "((deb|deb-src|Types: deb|URIs: x|#|\\[)?[ -~]{0,20}\n{0,2}){0,8}", stanzas: bool) {
            for line in entries(&text, stanzas).lines() {
                prop_assert!(stanzas || line.starts_with("deb-src "));
            }
        }
    }
}
