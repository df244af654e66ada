//! Values that several sections share: paths, digests, patterns, commands.

use regex::RegexBuilder;

use crate::digest::Sha256;
use crate::manifest::bounds;
use crate::manifest::fault::Fault;
use crate::manifest::problem::shown;
use crate::manifest::reader::Reader;
use crate::manifest::variable::{Variable, argument};
use crate::path::BundlePath;

/// A path inside the bundle, or inside the source.
pub(in crate::manifest) fn path(text: &str) -> Result<BundlePath, Fault> {
    text.parse().map_err(|error: crate::path::NotABundlePath| {
        Fault::new("bad-path", error.to_string()).help("write it relative to the bundle's root: `poc/trigger.bin`")
    })
}

/// A path of a file that the bundle itself brings: `src/` is where the arm's source appears.
pub(in crate::manifest) fn own_path(text: &str) -> Result<BundlePath, Fault> {
    let path = path(text)?;
    if path.first_segment() == "src" {
        return Err(Fault::new(
            "reserved-path",
            format!("`{}` lies in `src`, where the arm's source appears", shown(text)),
        )
        .help("keep the bundle's own files elsewhere, for instance under `poc/` or `target/`"));
    }
    Ok(path)
}

/// A digest of a file.
pub(in crate::manifest) fn digest(text: &str) -> Result<Sha256, Fault> {
    text.parse().map_err(|_| {
        Fault::new("bad-digest", format!("`{}` is not a digest", shown(text)))
            .help("write `sha256:` and 64 lower-case hex digits, as `sha256sum` prints them")
    })
}

/// A regular expression that is cheap to run on hostile text.
pub(in crate::manifest) fn regex(text: &str) -> Result<String, Fault> {
    if text.len() > bounds::LINE {
        return Err(Fault::new("too-large", format!("a pattern has at most {} bytes", bounds::LINE)));
    }
    let built =
        RegexBuilder::new(text).size_limit(bounds::PATTERN).dfa_size_limit(bounds::PATTERN).nest_limit(32).build();
    match built {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => {
            // The last line of the library's text says what; the lines before draw it.
            let error = error.to_string();
            let why = error.lines().last().unwrap_or("it cannot be compiled");
            let why = why.strip_prefix("error: ").unwrap_or(why);
            Err(Fault::new("bad-regex", format!("the pattern cannot be used: {}", shown(why)))
                .help("it is a regular expression without look-around and back-references, matched against each line"))
        }
    }
}

/// A command: a list of arguments, the first of which is the program.
pub(in crate::manifest) fn command(reader: &Reader<'_>, key: &str, allowed: &[Variable]) -> Option<Vec<String>> {
    let node = reader.node(key)?;
    let words = reader.each(key, |text| argument(text, allowed));
    command_is_whole(reader, key, node_len(node)?, words)
}

fn command_is_whole(reader: &Reader<'_>, key: &str, written: usize, words: Vec<String>) -> Option<Vec<String>> {
    if written == 0 || words.first().is_some_and(String::is_empty) {
        reader.fault(
            key,
            Fault::new("empty", "a command begins with the program to run")
                .help(r#"write it as a list, without a shell: `["$OUT/harness", "$INPUT"]`"#),
        );
        return None;
    }
    (words.len() == written).then_some(words)
}

fn node_len(node: &crate::manifest::document::Node) -> Option<usize> {
    match &node.value {
        crate::manifest::document::Value::List(list) => Some(list.len()),
        _ => None,
    }
}
