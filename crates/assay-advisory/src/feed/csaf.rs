//! CSAF 2.0 advisories, as CISA publishes them for industrial and medical
//! devices: which product in which versions, what each vulnerability means
//! for it, and what to do.
//!
//! Versions stay as written (`< 2.1`, `vers:all/*`, `<=V4.0.1`): what they mean
//! is decided where they are compared. A product may be named by a branch, by
//! the flat list, or by a relationship (`firmware installed on device`).
//! <https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html>, section 3.2

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::cve::Cvss;
use super::skips::cut;
use super::text::nullable;
use super::{MAX_RECORD, is_cve_id};

/// Deepest branch that is followed. Real trees have three levels, the standard allows thirty.
const DEPTH: usize = 30;
/// Most products of one advisory. The largest real one has 1,500.
const PRODUCTS: usize = 100_000;
/// Longest text of a remedy that is kept, in bytes.
const REMEDY: usize = 600;

/// One advisory.
#[derive(Debug, Clone, PartialEq)]
pub struct Advisory {
    /// Its id: `ICSMA-21-187-01`.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// Who published it: `CISA`.
    pub publisher: String,
    /// When it was last changed, as written.
    pub released: Option<String>,
    /// When it was first published, as written.
    pub published: Option<String>,
    /// Its page for people, if it names one.
    pub page: Option<String>,
    /// What it speaks of.
    pub products: Vec<Product>,
    /// What is wrong with it.
    pub vulnerabilities: Vec<Vulnerability>,
}

/// A product in some versions, as the tree names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The vendor; empty if no branch names one.
    pub vendor: String,
    /// The product's name.
    pub name: String,
    /// The versions in the publisher's own words; empty if none are named.
    pub versions: String,
    /// Whether those words are meant as a range and not as one version.
    pub is_range: bool,
    /// What it has to be installed on or come with to be meant; empty if nothing.
    pub on: String,
    /// Model numbers that it goes by.
    pub models: Vec<String>,
}

/// What an advisory says of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// `known_affected`, `first_affected`, `last_affected`.
    Affected,
    /// `fixed`, `first_fixed`.
    Fixed,
    /// `known_not_affected`.
    NotAffected,
    /// `under_investigation`.
    Investigated,
}

/// One vulnerability.
#[derive(Debug, Clone, PartialEq)]
pub struct Vulnerability {
    /// Its CVE id, if it has one.
    pub cve: Option<String>,
    /// One line for people; empty if there is none.
    pub title: String,
    /// Which products (places in the advisory's list), and what is said of them.
    pub products: Vec<(usize, Status)>,
    /// What to do.
    pub remedies: Vec<Remedy>,
    /// CVSS vectors with their base scores.
    pub cvss: Vec<Cvss>,
}

/// Of which kind a remedy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RemedyKind {
    /// The vendor has a fix.
    Fix,
    /// Something else to do until then.
    Mitigation,
    /// There is no fix yet.
    NoneYet,
    /// There will be none.
    NeverFixed,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// Of which kind.
    pub kind: RemedyKind,
    /// In the publisher's words.
    pub details: String,
    /// For which products (places in the advisory's list); all affected ones if it names none.
    pub products: Vec<usize>,
}

#[derive(Deserialize)]
struct File {
    document: Document,
    #[serde(default)]
    product_tree: Tree,
    #[serde(default, deserialize_with = "nullable")]
    vulnerabilities: Vec<RawVulnerability>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    csaf_version: String,
    #[serde(default)]
    title: String,
    publisher: Publisher,
    tracking: Tracking,
    #[serde(default, deserialize_with = "nullable")]
    references: Vec<Reference>,
}

#[derive(Deserialize)]
struct Publisher {
    name: String,
}

#[derive(Deserialize)]
struct Tracking {
    id: String,
    #[serde(default)]
    current_release_date: Option<String>,
    #[serde(default)]
    initial_release_date: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    category: String,
    #[serde(default)]
    url: String,
}

#[derive(Deserialize, Default)]
struct Tree {
    #[serde(default, deserialize_with = "nullable")]
    branches: Vec<Branch>,
    #[serde(default, deserialize_with = "nullable")]
    full_product_names: Vec<FullName>,
    #[serde(default, deserialize_with = "nullable")]
    product_groups: Vec<Group>,
    #[serde(default, deserialize_with = "nullable")]
    relationships: Vec<Relationship>,
}

#[derive(Deserialize)]
struct Branch {
    category: String,
    name: String,
    #[serde(default, deserialize_with = "nullable")]
    branches: Vec<Branch>,
    #[serde(default)]
    product: Option<FullName>,
}

#[derive(Deserialize)]
struct FullName {
    name: String,
    product_id: String,
    #[serde(default)]
    product_identification_helper: Option<Helper>,
}

#[derive(Deserialize)]
struct Helper {
    #[serde(default, deserialize_with = "nullable")]
    model_numbers: Vec<String>,
}

#[derive(Deserialize)]
struct Group {
    group_id: String,
    #[serde(default, deserialize_with = "nullable")]
    product_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Relationship {
    full_product_name: FullName,
    product_reference: String,
    relates_to_product_reference: String,
}

#[derive(Deserialize)]
struct RawVulnerability {
    #[serde(default)]
    cve: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    title: String,
    #[serde(default)]
    product_status: Statuses,
    #[serde(default, deserialize_with = "nullable")]
    remediations: Vec<RawRemedy>,
    #[serde(default, deserialize_with = "nullable")]
    scores: Vec<Value>,
}

#[derive(Deserialize, Default)]
struct Statuses {
    #[serde(default, deserialize_with = "nullable")]
    known_affected: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    first_affected: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    last_affected: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    fixed: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    first_fixed: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    known_not_affected: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    under_investigation: Vec<String>,
}

#[derive(Deserialize)]
struct RawRemedy {
    category: String,
    details: String,
    #[serde(default, deserialize_with = "nullable")]
    product_ids: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    group_ids: Vec<String>,
}

/// The products of a tree, by their ids.
#[derive(Default)]
struct Products {
    list: Vec<Product>,
    place: HashMap<String, usize>,
}

impl Products {
    fn push(&mut self, id: String, product: Product) -> Result<(), String> {
        if self.list.len() >= PRODUCTS {
            return Err(format!("it names more than {PRODUCTS} products"));
        }
        // Of two products of one id the first counts; the standard forbids the second (test 6.1.2).
        if !self.place.contains_key(&id) {
            self.place.insert(id, self.list.len());
            self.list.push(product);
        }
        Ok(())
    }

    fn branch(&mut self, branch: Branch, above: &Above, depth: usize) -> Result<(), String> {
        if depth > DEPTH {
            return Err(format!("its product tree is deeper than {DEPTH} branches"));
        }
        let mut here = above.clone();
        match branch.category.as_str() {
            "vendor" => here.vendor = branch.name,
            "product_name" => here.name = branch.name,
            // A family is the name where no product is named below it.
            "product_family" if here.name.is_empty() => here.name = branch.name,
            "product_version" => (here.versions, here.is_range) = (branch.name, false),
            "product_version_range" => (here.versions, here.is_range) = (branch.name, true),
            _ => {}
        }
        if let Some(product) = branch.product {
            let name = if here.name.is_empty() { product.name } else { here.name.clone() };
            let leaf = Product {
                vendor: here.vendor.clone(),
                name,
                versions: here.versions.clone(),
                is_range: here.is_range,
                on: String::new(),
                models: product.product_identification_helper.map(|helper| helper.model_numbers).unwrap_or_default(),
            };
            self.push(product.product_id, leaf)?;
        }
        for inner in branch.branches {
            self.branch(inner, &here, depth + 1)?;
        }
        Ok(())
    }

    fn of(tree: Tree) -> Result<(Self, HashMap<String, Vec<String>>), String> {
        let mut products = Self::default();
        for branch in tree.branches {
            products.branch(branch, &Above::default(), 1)?;
        }
        for full in tree.full_product_names {
            let product = Product {
                vendor: String::new(),
                name: full.name,
                versions: String::new(),
                is_range: false,
                on: String::new(),
                models: full.product_identification_helper.map(|helper| helper.model_numbers).unwrap_or_default(),
            };
            products.push(full.product_id, product)?;
        }
        for relation in tree.relationships {
            let of = |id: &str| products.place.get(id).and_then(|place| products.list.get(*place));
            let Some(inner) = of(&relation.product_reference).cloned() else { continue };
            let on = of(&relation.relates_to_product_reference).map(|outer| outer.name.clone());
            let product = Product { on: on.unwrap_or_default(), ..inner };
            products.push(relation.full_product_name.product_id, product)?;
        }
        let groups = tree.product_groups.into_iter().map(|group| (group.group_id, group.product_ids)).collect();
        Ok((products, groups))
    }

    fn places<'a>(&'a self, ids: &'a [String]) -> impl Iterator<Item = usize> + 'a {
        ids.iter().filter_map(|id| self.place.get(id).copied())
    }
}

/// What the branches above a leaf have said.
#[derive(Clone, Default)]
struct Above {
    vendor: String,
    name: String,
    versions: String,
    is_range: bool,
}

/// Reads one advisory.
///
/// # Errors
///
/// It is longer than [`MAX_RECORD`], no JSON of this shape, of another version of CSAF, without an id, or names more
/// products than any real one.
pub fn read(bytes: &[u8]) -> Result<Advisory, String> {
    if bytes.len() > MAX_RECORD {
        return Err(format!("it has {} bytes, and a record has at most {MAX_RECORD}", bytes.len()));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let file: File = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let document = file.document;
    if !document.csaf_version.starts_with("2.") {
        return Err(format!("it is no advisory of CSAF 2: its csaf_version is `{}`", cut(&document.csaf_version)));
    }
    if document.tracking.id.trim().is_empty() {
        return Err("it has no id (document.tracking.id)".to_owned());
    }
    let (products, groups) = Products::of(file.product_tree)?;
    let vulnerabilities = file.vulnerabilities.into_iter().map(|raw| vulnerability(raw, &products, &groups)).collect();
    let page = document.references.iter().filter(|page| page.category == "self");
    let page = page.map(|page| &page.url).find(|url| !url.ends_with(".json") && url.starts_with("https://"));
    Ok(Advisory {
        id: cut(document.tracking.id.trim()).to_owned(),
        title: document.title,
        publisher: document.publisher.name,
        released: document.tracking.current_release_date,
        published: document.tracking.initial_release_date,
        page: page.cloned(),
        products: products.list,
        vulnerabilities,
    })
}

fn vulnerability(raw: RawVulnerability, products: &Products, groups: &HashMap<String, Vec<String>>) -> Vulnerability {
    let status = &raw.product_status;
    let mut stated = Vec::new();
    for (ids, status) in [
        (&status.known_affected, Status::Affected),
        (&status.first_affected, Status::Affected),
        (&status.last_affected, Status::Affected),
        (&status.fixed, Status::Fixed),
        (&status.first_fixed, Status::Fixed),
        (&status.known_not_affected, Status::NotAffected),
        (&status.under_investigation, Status::Investigated),
    ] {
        stated.extend(products.places(ids).map(|place| (place, status)));
    }
    let remedies = raw.remediations.into_iter().filter_map(|remedy| {
        let kind = match remedy.category.as_str() {
            "vendor_fix" => RemedyKind::Fix,
            "mitigation" | "workaround" => RemedyKind::Mitigation,
            "none_available" => RemedyKind::NoneYet,
            "no_fix_planned" => RemedyKind::NeverFixed,
            _ => return None,
        };
        let mut places: Vec<usize> = products.places(&remedy.product_ids).collect();
        for group in &remedy.group_ids {
            places.extend(groups.get(group).into_iter().flat_map(|ids| products.places(ids)));
        }
        places.sort_unstable();
        places.dedup();
        Some(Remedy { kind, details: first_bytes(remedy.details.trim(), REMEDY).to_owned(), products: places })
    });
    Vulnerability {
        cve: raw.cve.filter(|cve| is_cve_id(cve)),
        title: raw.title,
        products: stated,
        remedies: remedies.collect(),
        cvss: raw.scores.iter().filter_map(cvss).collect(),
    }
}

/// Newest version of CVSS first.
fn cvss(score: &Value) -> Option<Cvss> {
    ["cvss_v4", "cvss_v3"].iter().find_map(|key| {
        let metric = score.get(key)?;
        Some(Cvss { vector: metric["vectorString"].as_str()?.to_owned(), score: metric["baseScore"].as_f64() })
    })
}

fn first_bytes(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
