//! packages.lock.json of .NET.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::json::{self, Entries, Text};
use crate::origin::PATH;

#[derive(Deserialize)]
struct Lock<'a> {
    #[serde(borrow, default)]
    dependencies: Option<Entries<'a, Framework<'a>>>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Framework<'a>(#[serde(borrow)] Entries<'a, Entry<'a>>);

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Text<'a>,
    #[serde(borrow, default)]
    resolved: Text<'a>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let lock: Lock<'_> = json::parse(bytes)?;
    let Some(frameworks) = lock.dependencies else {
        return Err(Broken::at("the document", "no `dependencies` stand in it; is it a packages.lock.json?"));
    };
    let nuget = Ecosystem::from_osv("NuGet");
    let mut found = Found::default();
    let mut seen = BTreeSet::new();
    for (framework, packages) in &frameworks.0 {
        for (name, entry) in &packages.0.0 {
            let version = entry.resolved.get();
            // Each framework that is built for lists the same packages again.
            if !seen.insert((name, version)) {
                continue;
            }
            let ecosystem =
                if entry.kind.get() == Some("Project") { Ecosystem::Other(PATH.to_owned()) } else { nuget.clone() };
            found.push(Component::package(ecosystem, name, version, format!("{framework}.{name}")))?;
        }
    }
    Ok(found.done())
}
