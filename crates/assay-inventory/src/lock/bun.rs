//! bun.lock of Bun 1.2 and later: JSON with comments and commas at the end.
//! <https://bun.com/docs/pm/lockfile>
//!
//! Each entry of `packages` is a list that begins with `name@version`, or with
//! `name@` and where it came from.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::is_git;
use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::json::{self, Text};
use crate::limits;
use crate::origin::{GIT, Outside, PATH};
use crate::syntax::utf8;

#[derive(Deserialize)]
struct Lock<'a> {
    #[serde(borrow, default)]
    packages: Option<Packages<'a>>,
}

/// The first element of each entry, by its key.
struct Packages<'a>(Vec<(Cow<'a, str>, Text<'a>)>);

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let text = plain(utf8(bytes)?);
    let lock: Lock<'_> = json::parse(text.as_bytes())?;
    let Some(packages) = lock.packages else {
        return Err(Broken::at("the document", "no `packages` stand in it; is it a bun.lock?"));
    };
    let (mut found, mut outside) = (Found::default(), Outside::default());
    for (key, first) in &packages.0 {
        let at = format!("packages.{key}");
        // A scope begins with the sign that the version follows.
        let split = first.get().and_then(|first| {
            let from = first.char_indices().nth(1)?.0;
            let at = from + first.get(from..)?.find('@')?;
            Some((first.get(..at)?, first.get(at + 1..)?))
        });
        let Some((name, from)) = split.filter(|(name, from)| !name.is_empty() && !from.is_empty()) else {
            found.skip(at, "the entry does not begin with a name and a version");
            continue;
        };
        let local = ["workspace:", "file:", "link:", "root:"].iter().any(|scheme| from.starts_with(scheme));
        let (ecosystem, version) = if local {
            (Ecosystem::Other(PATH.to_owned()), None)
        } else if is_git(from) {
            (outside.note(GIT, from.split('#').next().unwrap_or(from), name, None), None)
        } else if from.contains([':', '/']) {
            // A tarball at an address: its name is npm's, its version is in the archive.
            (Ecosystem::Npm, None)
        } else {
            (Ecosystem::Npm, Some(from))
        };
        found.push(Component::package(ecosystem, name, version, at))?;
    }
    outside.say(&mut found);
    Ok(found.done())
}

/// JSON of the text: without comments, and without the comma before a closing bracket. Lines stay where they were.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut comma: Option<usize> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('"', _) => {
                comma = None;
                out.push(c);
                let mut escaped = false;
                for c in chars.by_ref() {
                    out.push(c);
                    match c {
                        _ if escaped => escaped = false,
                        '\\' => escaped = true,
                        '"' => break,
                        _ => {}
                    }
                }
            }
            ('/', Some('/')) => {
                for c in chars.by_ref() {
                    if c == '\n' {
                        out.push(c);
                        break;
                    }
                }
            }
            ('/', Some('*')) => {
                let mut before = ' ';
                chars.next();
                for c in chars.by_ref() {
                    if c == '\n' {
                        out.push(c);
                    }
                    if before == '*' && c == '/' {
                        break;
                    }
                    before = c;
                }
            }
            (',', _) => {
                comma = Some(out.len());
                out.push(c);
            }
            ('}' | ']', _) => {
                if let Some(at) = comma.take() {
                    out.replace_range(at..=at, " ");
                }
                out.push(c);
            }
            (c, _) => {
                if !c.is_whitespace() {
                    comma = None;
                }
                out.push(c);
            }
        }
    }
    out
}

impl<'de: 'a, 'a> Deserialize<'de> for Packages<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Packages<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of packages")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut out = Vec::new();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    if out.len() >= limits::COMPONENTS {
                        let why = format!("it lists more than {} packages", limits::COMPONENTS);
                        return Err(serde::de::Error::custom(why));
                    }
                    let first = map.next_value::<First<'de>>()?;
                    out.push((key.0.unwrap_or_default(), first.0));
                }
                Ok(Packages(out))
            }
        }
        deserializer.deserialize_map(Any)
    }
}

/// The first text of a list; nothing where something else stands.
#[derive(Default)]
struct First<'a>(Text<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for First<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = First<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let first = seq.next_element::<Text<'de>>()?;
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(First(first.unwrap_or_default()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(First::default())
            }
            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(First::default())
            }
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(First::default())
            }
            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(First::default())
            }
            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(First::default())
            }
            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(First::default())
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(First::default())
            }
        }
        deserializer.deserialize_any(Any)
    }
}
