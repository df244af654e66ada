//! On which line of its file a thing stands, so that a code-scanning view can
//! show it there.
//!
//! Some readers know the line and say `line 12`; for the others it is looked up
//! in the text: the line of the package URL, else a line with the name that has
//! the version beside it. Where two places fit, or none, there is no line.

use std::collections::HashMap;

use assay_inventory::component::{Component, What};

/// How far from its name a version stands in the formats that are read.
const BESIDE: usize = 4;
/// Most bytes of a file that are looked through.
const LARGEST: usize = 64 << 20;

/// The lines of one file, by the words on them.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    words: HashMap<Box<str>, Vec<u32>>,
}

impl Lines {
    /// Of a file whose components these are; only their words are kept.
    pub fn of_text<'a>(text: &[u8], components: impl Iterator<Item = &'a Component>) -> Self {
        let mut lines = Self::default();
        if text.len() > LARGEST {
            return lines;
        }
        for component in components.filter(|component| stated(&component.at).is_none()) {
            for word in words_of(component) {
                lines.words.entry(Box::from(word)).or_default();
            }
        }
        if lines.words.is_empty() {
            return lines;
        }
        let mut number = 0;
        for line in text.split(|byte| *byte == b'\n') {
            number += 1;
            let Ok(line) = std::str::from_utf8(line) else { continue };
            // One line of a megabyte is a file without lines: a place in it helps nobody.
            if line.len() > 64 << 10 {
                continue;
            }
            for token in line.split(['"', '\'', ' ', '\t', ',', '<', '>', '=', '(', ')', '\r']) {
                let tokens =
                    [token, token.trim_end_matches(':'), token.rsplit("node_modules/").next().unwrap_or(token)];
                for token in tokens {
                    if let Some(found) = lines.words.get_mut(token)
                        && found.last() != Some(&number)
                    {
                        found.push(number);
                    }
                }
            }
        }
        lines
    }

    /// The line of a component, from 1.
    pub fn of(&self, component: &Component) -> Option<u32> {
        if let Some(line) = stated(&component.at) {
            return Some(line);
        }
        let places = |word: &str| self.words.get(word).map(Vec::as_slice).unwrap_or_default();
        if let Some([one]) = component.purl.as_deref().map(places) {
            return Some(*one);
        }
        let What::Package { name, .. } = &component.what else { return None };
        let names = places(name);
        let near: Vec<u32> = match component.version.as_deref().map(places) {
            None => names.to_vec(),
            Some(versions) => {
                let beside = |line: &&u32| versions.iter().any(|at| at >= line && at - *line < BESIDE as u32);
                names.iter().filter(beside).copied().collect()
            }
        };
        match near.as_slice() {
            [one] => Some(*one),
            // In JSON and TOML a name is written again where others depend on it, without its version beside it.
            [first, ..] if component.version.is_some() => Some(*first),
            _ => None,
        }
    }
}

/// `line 12`.
fn stated(at: &str) -> Option<u32> {
    at.strip_prefix("line ")?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok().filter(|line| *line > 0)
}

fn words_of(component: &Component) -> impl Iterator<Item = &str> {
    let name = match &component.what {
        What::Package { name, .. } => Some(name.as_str()),
        What::Product { .. } => None,
    };
    name.into_iter().chain(component.version.as_deref()).chain(component.purl.as_deref())
}
