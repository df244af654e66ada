//! conan.lock of Conan 2 (lists of references) and of Conan 1 (a graph).
//! <https://docs.conan.io/2/tutorial/versioning/lockfiles.html>
//!
//! A reference is `name/version@user/channel#revision%time`, and only the first
//! two are always there.

use serde::Deserialize;

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::json::{self, Entries, Text, Texts};

#[derive(Deserialize)]
struct Lock<'a> {
    #[serde(borrow, default)]
    requires: Option<Texts<'a>>,
    #[serde(borrow, default)]
    build_requires: Option<Texts<'a>>,
    #[serde(borrow, default)]
    python_requires: Option<Texts<'a>>,
    #[serde(borrow, default)]
    config_requires: Option<Texts<'a>>,
    #[serde(borrow, default)]
    graph_lock: Option<Graph<'a>>,
}

#[derive(Deserialize)]
struct Graph<'a> {
    #[serde(borrow, default)]
    nodes: Entries<'a, Node<'a>>,
}

#[derive(Deserialize)]
struct Node<'a> {
    #[serde(rename = "ref", borrow, default)]
    reference: Text<'a>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let lock: Lock<'_> = json::parse(bytes)?;
    let mut found = Found::default();
    let lists = [
        ("requires", &lock.requires),
        ("build_requires", &lock.build_requires),
        ("python_requires", &lock.python_requires),
        ("config_requires", &lock.config_requires),
    ];
    if lock.graph_lock.is_none() && lists.iter().all(|(_, list)| list.is_none()) {
        return Err(Broken::at(
            "the document",
            "neither `requires` nor `graph_lock` stands in it; is it a conan.lock?",
        ));
    }
    for (key, list) in lists {
        for (n, reference) in list.iter().flat_map(|list| &list.0).enumerate() {
            add(&mut found, reference, format!("{key}[{n}]"))?;
        }
    }
    for (key, node) in lock.graph_lock.iter().flat_map(|graph| &graph.nodes.0) {
        // The first node is the project, which may have no reference.
        if node.reference.get().is_some() {
            add(&mut found, &node.reference, format!("graph_lock.nodes.{key}"))?;
        }
    }
    Ok(found.done())
}

fn add(found: &mut Found, reference: &Text<'_>, at: String) -> Result<(), Broken> {
    let whole = reference.get().unwrap_or_default();
    let plain = whole.split(['#', '%']).next().unwrap_or(whole);
    let (package, owner) = plain.split_once('@').map_or((plain, None), |(package, owner)| (package, Some(owner)));
    match package.split_once('/') {
        Some((name, version)) if !name.is_empty() && !version.is_empty() => {
            // `@user/channel`: somebody's own recipe, under a name that may be the public one's.
            let at = match owner.filter(|owner| !owner.is_empty() && *owner != "_/_") {
                Some(owner) => {
                    format!("{at} (of {})", owner.chars().filter(|c| !c.is_control()).take(80).collect::<String>())
                }
                None => at,
            };
            found.push(Component::package(Ecosystem::ConanCenter, name, Some(version), at))
        }
        _ => {
            found.skip(at, "it is no `name/version`");
            Ok(())
        }
    }
}
