//! Names of vendors and their products, as people and catalogues write them,
//! and whether two of them mean the same thing.
//!
//! The rule for a mistake: two products that are not the same may be called
//! *likely*, never *same*; two that are the same may be missed only if neither
//! the words, nor an alias, nor a misspelling joins them.

mod agree;
mod alias;
mod distance;
mod name;
mod names;
mod tokens;
mod written;

pub use agree::{Agreement, Because, Reach, agree, relate};
pub use distance::misspelt;
pub use name::{Name, normalise};
pub use tokens::Tokens;

/// A vendor's product, with its names normalised once, ready for [`agree`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Product {
    /// The vendor's name, without its legal form; no words if none was given.
    pub(crate) vendor: Name,
    /// The vendor's words in one text, and without the spaces between them.
    pub(crate) text: String,
    pub(crate) joined: String,
    /// The vendor that it belongs to or was renamed to, where an alias is known.
    pub(crate) house: Option<&'static str>,
    /// What it may be called: first the whole name, then the members of a list (`FortiOS and FortiProxy`).
    pub(crate) names: Vec<Name>,
    /// What the name itself leaves out: `LOGIQ, not including LOGIQ 100 Pro`.
    pub(crate) excluded: Vec<Name>,
    /// Stands for whatever the vendor sells: `Multiple Products`.
    pub(crate) any: bool,
    /// The versions that the name itself speaks of: `7.4` of `WinCC V7.4`, `4` of `RSG2300 V4.X`.
    pub line: Option<String>,
}

impl Product {
    /// Normalises a vendor's and a product's name. The vendor may be empty;
    /// where the product's name begins with the vendor's, that part is dropped.
    pub fn new(vendor: &str, product: &str) -> Self {
        name::product(vendor, product)
    }

    /// This product with the other's vendor, if it has none of its own and its name begins with that one.
    fn of_vendor(&self, other: &Self) -> Option<Self> {
        let words = &other.vendor.words;
        let begins = |name: &Name| name.words.len() > words.len() && name.words.starts_with(words);
        if !self.vendor.words.is_empty() || words.is_empty() || !self.names.first().is_some_and(begins) {
            return None;
        }
        let mut product = self.clone();
        product.vendor = other.vendor.clone();
        product.text.clone_from(&other.text);
        product.joined.clone_from(&other.joined);
        product.house = other.house;
        for name in &mut product.names {
            name::strip(name, &product.vendor, product.house);
        }
        Some(product)
    }

    /// Whether it stands for whatever the vendor sells, as *multiple products* does.
    pub fn is_any(&self) -> bool {
        self.any
    }

    /// Whether its name says nothing by itself: `Security Gateway`.
    pub fn is_generic(&self) -> bool {
        self.names.iter().all(|name| name.edition.is_empty() && alias::is_generic(&name.words))
    }

    /// What it is called: first the whole name, then the members of a list.
    pub fn names(&self) -> &[Name] {
        &self.names
    }

    /// The vendor's normalised name, through its known aliases: products whose
    /// vendors are both known and differ here can still be *likely* the same
    /// only by a misspelling of the vendor. For grouping.
    pub fn vendor(&self) -> &str {
        self.house.unwrap_or(&self.text)
    }
}
