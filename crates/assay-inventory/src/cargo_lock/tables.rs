//! Any other valid TOML with Cargo.lock's tables.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Entry, Lock};
use crate::found::Broken;

/// The tables that matter; others are checked to be TOML, and left.
#[derive(Debug, Deserialize)]
pub(super) struct Document<'a> {
    version: Option<u64>,
    #[serde(borrow)]
    root: Option<Package<'a>>,
    #[serde(borrow, default)]
    package: Vec<Package<'a>>,
}

#[derive(Debug, Deserialize)]
struct Package<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    source: Option<Cow<'a, str>>,
}

pub(super) fn parse(text: &str) -> Result<Document<'_>, Broken> {
    toml::from_str(text).map_err(|e| {
        let line = e.span().map_or(0, |s| text.get(..s.start).map_or(0, |t| t.matches('\n').count()) + 1);
        Broken::at(
            format!("line {line}"),
            format!("{}; is it a whole Cargo.lock, without a merge conflict?", e.message()),
        )
    })
}

impl Document<'_> {
    pub(super) fn lock(&self) -> Lock<'_> {
        Lock { version: self.version, packages: self.root.iter().chain(&self.package).map(Package::entry).collect() }
    }
}

impl Package<'_> {
    fn entry(&self) -> Entry<'_> {
        Entry { name: self.name.as_deref(), version: self.version.as_deref(), source: self.source.as_deref(), line: 0 }
    }
}
