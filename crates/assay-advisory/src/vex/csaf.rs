//! CSAF 2.0 and 2.1 as VEX: `product_status` of each vulnerability, with its
//! flags and impact threats as reasons.
//! <https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html>
//!
//! The profile *csaf_vex* asks for a reason beside `known_not_affected`
//! (clause 4.5); other profiles give a product status too, and are read alike.

use std::collections::BTreeMap;

use serde_json::Value;

use super::tree::{instant, line, list, name, names, text};
use super::{BadVex, Collect, Document, Form, Name, Product, Statement, Status, Versions};

/// Deepest branch that is followed. The standard's own examples have six levels.
const DEPTH: usize = 48;
/// Most products of a document.
const PRODUCTS: usize = 400_000;

/// The lists of a product status (clause 3.2.3.9), and what each says; `recommended` says nothing of a flaw.
const LISTS: [(&str, Status); 7] = [
    ("known_not_affected", Status::NotAffected),
    ("fixed", Status::Fixed),
    ("first_fixed", Status::Fixed),
    ("known_affected", Status::Affected),
    ("first_affected", Status::Affected),
    ("last_affected", Status::Affected),
    ("under_investigation", Status::UnderInvestigation),
];

pub(super) fn read(value: &Value) -> Result<Document, BadVex> {
    let document = value.get("document").unwrap_or(&Value::Null);
    let tracking = document.get("tracking").unwrap_or(&Value::Null);
    let publisher = document.get("publisher").unwrap_or(&Value::Null);
    let issued = instant(tracking, "current_release_date").or_else(|| instant(tracking, "initial_release_date"));
    let products = products(value)?;
    let groups: BTreeMap<&str, Vec<&str>> = list(value.get("product_tree").unwrap_or(&Value::Null), "product_groups")
        .iter()
        .filter_map(|group| Some((text(group, "group_id")?, names(group, "product_ids").collect())))
        .collect();
    let mut collect = Collect::default();
    if text(tracking, "status") == Some("draft") {
        collect.skips.push("document.tracking.status", "it is a draft, and says nothing yet");
        return Ok(collect.done(Form::Csaf, name(tracking, "id").unwrap_or_default(), author(publisher)));
    }
    for (n, one) in list(value, "vulnerabilities").iter().enumerate() {
        let at = format!("vulnerabilities[{n}]");
        let others = list(one, "ids").iter().filter_map(|id| name(id, "text"));
        let ids: Vec<String> = name(one, "cve").into_iter().chain(others).collect();
        if ids.is_empty() {
            collect.skips.push(&at, "it names no vulnerability");
            continue;
        }
        let reasons = Reasons::of(one, &groups);
        let status = one.get("product_status").unwrap_or(&Value::Null);
        for (key, status_word) in LISTS {
            for id in names(status, key) {
                let place = format!("{at}.product_status.{key}");
                let Some(product) = products.get(id) else {
                    collect.skips.push(place, format!("`{}` is no product of this document", line(id)));
                    continue;
                };
                match product {
                    Ok(product) => collect.push(Statement {
                        at: place,
                        ids: ids.clone(),
                        product: product.clone(),
                        status: status_word,
                        justification: reasons
                            .flags
                            .get(id)
                            .map(|flag| line(flag))
                            .filter(|_| status_word == Status::NotAffected),
                        detail: reasons.detail(status_word, id),
                        when: issued,
                    })?,
                    Err(why) => collect.skips.push(place, format!("{}: {why}", line(id))),
                }
            }
        }
    }
    Ok(collect.done(Form::Csaf, name(tracking, "id").unwrap_or_default(), author(publisher)))
}

fn author(publisher: &Value) -> String {
    text(publisher, "name").or_else(|| text(publisher, "namespace")).map(line).unwrap_or_default()
}

/// Why, by product.
#[derive(Default)]
struct Reasons<'a> {
    flags: BTreeMap<&'a str, &'a str>,
    impacts: BTreeMap<&'a str, &'a str>,
    remedies: BTreeMap<&'a str, &'a str>,
}

impl<'a> Reasons<'a> {
    fn of(vulnerability: &'a Value, groups: &BTreeMap<&str, Vec<&'a str>>) -> Self {
        let mut reasons = Self::default();
        let mut fill = |key: &str, word: &'a str, of: &'a Value| {
            let grouped = names(of, "group_ids").filter_map(|group| groups.get(group)).flatten().copied();
            let ids: Vec<&'a str> = names(of, "product_ids").chain(grouped).collect();
            let into = match key {
                "flags" => &mut reasons.flags,
                "threats" => &mut reasons.impacts,
                _ => &mut reasons.remedies,
            };
            for id in ids {
                into.entry(id).or_insert(word);
            }
        };
        for flag in list(vulnerability, "flags") {
            if let Some(label) = text(flag, "label") {
                fill("flags", label, flag);
            }
        }
        for threat in list(vulnerability, "threats") {
            if let (Some("impact"), Some(details)) = (text(threat, "category"), text(threat, "details")) {
                fill("threats", details, threat);
            }
        }
        for remedy in list(vulnerability, "remediations") {
            if let Some(details) = text(remedy, "details") {
                fill("remediations", details, remedy);
            }
        }
        reasons
    }

    fn detail(&self, status: Status, id: &str) -> Option<String> {
        match status {
            Status::NotAffected => self.impacts.get(id),
            Status::Affected | Status::UnderInvestigation | Status::Fixed => self.remedies.get(id),
        }
        .map(|text| line(text))
        .filter(|text| !text.is_empty())
    }
}

type Products = BTreeMap<String, Result<Product, String>>;

/// All products by id; the error says why one can be recognised by nothing.
fn products(value: &Value) -> Result<Products, BadVex> {
    let tree = value.get("product_tree").unwrap_or(&Value::Null);
    let mut products = Products::new();
    for one in list(tree, "full_product_names") {
        leaf(one, &Path::default(), &mut products)?;
    }
    for branch in list(tree, "branches") {
        follow(branch, &Path::default(), 0, &mut products)?;
    }
    for one in list(tree, "relationships") {
        let full = one.get("full_product_name").unwrap_or(&Value::Null);
        let (Some(id), Some(part), Some(whole)) =
            (name(full, "product_id"), text(one, "product_reference"), text(one, "relates_to_product_reference"))
        else {
            continue;
        };
        let product = match (products.get(part), products.get(whole)) {
            (Some(Ok(part)), Some(Ok(whole))) => {
                // A container that is a range of versions cannot be held against an inventory.
                match whole.versions {
                    None => Ok(Product { inside: whole.names.clone(), ..part.clone() }),
                    Some(_) => Err("what it is a part of is named by a range".to_owned()),
                }
            }
            _ => Err("it is a part of something that is not named here".to_owned()),
        };
        insert(&mut products, id, product)?;
    }
    Ok(products)
}

/// What the branches above say.
#[derive(Default, Clone)]
struct Path<'a> {
    vendor: Option<&'a str>,
    product: Option<&'a str>,
    version: Option<&'a str>,
    range: Option<&'a str>,
    /// A branch of another category (architecture, service pack, patch level, ...) narrows in a way that is not held
    /// against an inventory here.
    narrowed: Option<&'a str>,
}

fn follow<'a>(branch: &'a Value, above: &Path<'a>, depth: usize, products: &mut Products) -> Result<(), BadVex> {
    if depth > DEPTH {
        return Err(BadVex::Unusable(format!("its branches are nested deeper than {DEPTH}")));
    }
    let mut path = above.clone();
    if let (Some(category), Some(called)) = (text(branch, "category"), text(branch, "name")) {
        match category {
            "vendor" => path.vendor = Some(called),
            "product_name" => path.product = Some(called),
            "product_version" => path.version = Some(called),
            "product_version_range" => path.range = Some(called),
            "product_family" => {}
            other => path.narrowed = Some(other),
        }
    }
    if let Some(product) = branch.get("product") {
        leaf(product, &path, products)?;
    }
    for inner in list(branch, "branches") {
        follow(inner, &path, depth + 1, products)?;
    }
    Ok(())
}

fn leaf(value: &Value, path: &Path<'_>, products: &mut Products) -> Result<(), BadVex> {
    let Some(id) = name(value, "product_id") else { return Ok(()) };
    let helper = value.get("product_identification_helper").unwrap_or(&Value::Null);
    let purls = name(helper, "purl").into_iter().chain(names(helper, "purls").map(str::to_owned)).map(Name::Purl);
    let mut own: Vec<Name> = purls.chain(name(helper, "cpe").map(Name::Cpe)).collect();
    let versions = match (path.version, path.range) {
        (_, Some(range)) if range.starts_with("vers:") => Ok(Some(Versions::Range(range.to_owned()))),
        (None, Some(range)) => {
            Err(format!("its range `{}` is in words, and no version can be held against it", line(range)))
        }
        (Some(_), Some(_)) => Err("its branches name a version and a range".to_owned()),
        // One version is a part of the name.
        (_, None) => Ok(None),
    };
    let product = if !own.is_empty() {
        // The helper names this very product; a range in words would be lost beside it.
        versions.map(|versions| Product {
            // A package URL with a version has that of its own branch; asking for both could only disagree by spelling.
            // One without would be every version, where the branch is one.
            versions: versions.or_else(|| {
                let without = own.iter().any(|name| !has_version(name));
                path.version.filter(|_| without).map(|version| Versions::Exactly(version.to_owned()))
            }),
            names: own,
            inside: Vec::new(),
        })
    } else if let Some(narrowed) = path.narrowed {
        Err(format!("its branch of the category `{}` cannot be held against an inventory", line(narrowed)))
    } else if let Some(product) = path.product {
        let (maker, called) = (path.vendor.unwrap_or_default().to_owned(), product.to_owned());
        versions.map(|versions| {
            own.push(Name::Words { maker, name: called, version: path.version.map(str::to_owned) });
            Product { names: own, inside: Vec::new(), versions }
        })
    } else if let Some(full) = name(value, "name") {
        own.push(Name::Words { maker: String::new(), name: full, version: None });
        Ok(Product { names: own, ..Product::default() })
    } else {
        Err("it has no name".to_owned())
    };
    insert(products, id, product)
}

/// Whether a name has a version in it.
fn has_version(name: &Name) -> bool {
    match name {
        Name::Purl(purl) => purl
            .split(['?', '#'])
            .next()
            .is_some_and(|before| before.rsplit('/').next().is_some_and(|last| last.contains('@'))),
        Name::Cpe(cpe) => cpe
            .trim_start_matches("cpe:2.3:")
            .trim_start_matches("cpe:/")
            .split(':')
            .nth(3)
            .is_some_and(|version| !matches!(version, "" | "*" | "-")),
        Name::Words { version, .. } => version.is_some(),
        Name::BomRef { .. } => true,
    }
}

fn insert(products: &mut Products, id: String, product: Result<Product, String>) -> Result<(), BadVex> {
    if products.len() >= PRODUCTS {
        return Err(BadVex::Unusable(format!("it names more than {PRODUCTS} products")));
    }
    // Two products under one id: nobody can say which is meant.
    match products.entry(id) {
        std::collections::btree_map::Entry::Vacant(free) => drop(free.insert(product)),
        std::collections::btree_map::Entry::Occupied(mut taken) if *taken.get() != product => {
            *taken.get_mut() = Err("its id stands for two products".to_owned());
        }
        std::collections::btree_map::Entry::Occupied(_) => {}
    }
    Ok(())
}
