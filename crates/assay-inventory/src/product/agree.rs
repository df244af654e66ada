//! Whether two products are one, how sure that is, and why.

use std::fmt;

use super::name::Name;
use super::names::{Names, names};
use super::{Product, alias, misspelt};

/// How sure it is that two products are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agreement {
    /// Same vendor and same product, letter for letter after normalising.
    Same,
    /// They may be the same, for this reason.
    Likely(Because),
}

/// Why two products are only likely the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// The vendors are one by an alias: `pulse secure` and `ivanti`.
    VendorAlias(String, String),
    /// The products are one by an alias: `asa` and `adaptive security appliance`.
    ProductAlias(String, String),
    /// Only one of them says which edition it is: `windows` and `windows server 2019`.
    Edition(String, String),
    /// One name is a part of the other: `exchange` and `exchange server`.
    Part(String, String),
    /// One vendor is not given, and the products agree.
    NoVendor(String),
    /// The vendors differ by a misspelling at most.
    VendorMisspelt(String, String),
    /// The products differ by a misspelling at most.
    ProductMisspelt(String, String),
    /// The record names no product, only *multiple products* of this vendor.
    AnyOfVendor(String),
    /// The names differ only in words that tell no product apart: `controllers`, `family`, `software`.
    Wording(String, String),
    /// One vendor's name is a part of the other's: `b braun` and `b braun medical`, or one of several.
    VendorPart(String, String),
    /// The names are the same, and unusual enough to be one; the vendors are two.
    OtherVendor(String, String),
}

/// How far a record's name reaches, beside that of an installed product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It names this product, or something that this is a model or an edition of.
    Covers,
    /// It names one model, edition or part of it, or something beside it: what it says may not be of this one.
    Beside,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VendorAlias(a, b) => write!(f, "the vendor `{a}` is also known as `{b}`"),
            Self::ProductAlias(a, b) => write!(f, "`{a}` is also known as `{b}`, or is a part of it"),
            Self::Edition(a, b) => write!(f, "`{a}` and `{b}` name one product, but not the same edition of it"),
            Self::Part(a, b) if within_words(a, b) => write!(f, "the name `{a}` is a part of `{b}`"),
            Self::Part(a, b) => write!(f, "`{a}` and `{b}` have a model in common"),
            Self::NoVendor(product) => write!(f, "one of them names no vendor, and both are called `{product}`"),
            Self::VendorMisspelt(a, b) => write!(f, "the vendors `{a}` and `{b}` differ as a misspelling would"),
            Self::ProductMisspelt(a, b) => write!(f, "the names `{a}` and `{b}` differ as a misspelling would"),
            Self::Wording(a, b) => write!(f, "`{a}` and `{b}` differ only in words that tell no product apart"),
            Self::VendorPart(a, b) => write!(f, "the vendor's name `{a}` is a part of `{b}`"),
            Self::OtherVendor(a, b) => write!(f, "the names are the same, and the vendors are two, `{a}` and `{b}`"),
            Self::AnyOfVendor(vendor) => write!(f, "multiple products of `{vendor}` are named, without saying which"),
        }
    }
}

/// Whether all words of one name stand in the other's.
pub(super) fn within_words(a: &str, b: &str) -> bool {
    a.split(' ').all(|word| b.split(' ').any(|other| other == word))
        || b.split(' ').all(|word| a.split(' ').any(|other| other == word))
}

/// Whether two products agree; none if nothing joins them. The order of the two does not matter,
/// but for the order of the names in the reason.
pub fn agree(a: &Product, b: &Product) -> Option<Agreement> {
    relate(a, b).map(|(agreement, _)| agreement)
}

/// Whether an installed product and a record's agree, and how far the record's name reaches.
pub fn relate(installed: &Product, record: &Product) -> Option<(Agreement, Reach)> {
    let (a, b) = (installed, record);
    // `Fortinet FortiOS` in the product's column, and no vendor.
    if let Some(a) = a.of_vendor(b) {
        return relate(&a, b);
    }
    if let Some(b) = b.of_vendor(a) {
        return relate(a, &b);
    }
    let vendors = vendors(a, b);
    // Most pairs are of two vendors; their names need no look, unless both are such as hardly two vendors give.
    if vendors == Vendors::Others && !(is_unusual(a) && is_unusual(b)) {
        return None;
    }
    if a.any || b.any {
        // Without a vendor, or with a guessed one, this would join everything.
        return matches!(vendors, Vendors::Same | Vendors::Alias)
            .then(|| (Agreement::Likely(Because::AnyOfVendor(a.text.clone())), Reach::Beside));
    }
    // What the record's name leaves out by name is not meant by it.
    let words = |name: &Name| name.words.concat() + &name.edition.concat();
    let spares = |a: &Product, b: &Product| {
        b.excluded.iter().any(|out| a.names.iter().any(|name| words(name).starts_with(&words(out))))
    };
    if spares(a, b) || spares(b, a) {
        return None;
    }
    let house = a.house.or(b.house).unwrap_or(if a.text.is_empty() { &b.text } else { &a.text });
    let (products, reach) = a
        .names
        .iter()
        .flat_map(|x| b.names.iter().map(move |y| (x, y)))
        .filter_map(|(x, y)| names(house, x, y))
        .min_by_key(|(names, reach)| (names.rank(), *reach == Reach::Beside))?;
    let two = |of: fn(String, String) -> Because| of(a.text.clone(), b.text.clone());
    let because = match (vendors, products) {
        (Vendors::Same, Names::Same) => return Some((Agreement::Same, reach)),
        (Vendors::Same | Vendors::Alias | Vendors::Part, Names::Because(because)) => because,
        (Vendors::Alias, Names::Same) => two(Because::VendorAlias),
        (Vendors::Part, Names::Same) => two(Because::VendorPart),
        (Vendors::Misspelt, Names::Same | Names::Because(Because::Wording(..))) => two(Because::VendorMisspelt),
        // Two doubts are one too many for an answer, and enough for a question.
        (Vendors::Misspelt, Names::Because(Because::Edition(..) | Because::Part(..) | Because::ProductAlias(..))) => {
            return Some((Agreement::Likely(two(Because::VendorMisspelt)), Reach::Beside));
        }
        (Vendors::Missing, Names::Same) => {
            let name = a.names.first()?;
            if alias::is_generic(&name.words) {
                return None;
            }
            Because::NoVendor(name.to_string())
        }
        (
            Vendors::Missing,
            Names::Because(because @ (Because::Edition(..) | Because::ProductAlias(..) | Because::Wording(..))),
        ) => because,
        (Vendors::Others, Names::Same) => {
            return Some((Agreement::Likely(two(Because::OtherVendor)), Reach::Beside));
        }
        (Vendors::Missing | Vendors::Misspelt | Vendors::Others, _) => return None,
    };
    Some((Agreement::Likely(because), reach))
}

/// Whether a name is one that hardly two vendors have given: one name, of two words that say something.
fn is_unusual(product: &Product) -> bool {
    let says = |word: &&String| word.len() > 2 && !alias::is_generic(std::slice::from_ref(*word));
    matches!(product.names.as_slice(), [one] if one.words.iter().filter(says).count() >= 2)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vendors {
    Same,
    Alias,
    Part,
    Misspelt,
    Missing,
    Others,
}

fn vendors(a: &Product, b: &Product) -> Vendors {
    if a.vendor.words.is_empty() || b.vendor.words.is_empty() {
        return Vendors::Missing;
    }
    if a.vendor.words == b.vendor.words {
        return Vendors::Same;
    }
    // A project that is its own vendor: `geoserver` of `geoserver`, which others list under OSGeo.
    let is_own = |p: &Product| p.text.len() >= 5 && p.names.first().is_some_and(|name| name.words == p.vendor.words);
    if is_own(a) || is_own(b) {
        return Vendors::Missing;
    }
    let known = |product: &Product, name: &str| {
        product.house == Some(name) || product.vendor.short.iter().any(|short| short == name)
    };
    if known(a, &b.text) || known(b, &a.text) || (a.house.is_some() && a.house == b.house) {
        return Vendors::Alias;
    }
    // Written apart or together: `Sonic Wall`, `SonicWall`.
    if a.joined == b.joined {
        return Vendors::Alias;
    }
    let of = |product: &Product| product.house.map(str::to_owned).unwrap_or_else(|| product.text.clone());
    let (x, y) = (of(a), of(b));
    if whole_words(&a.text, &b.text) || whole_words(&b.text, &a.text) || whole_words(&x, &y) || whole_words(&y, &x) {
        return Vendors::Part;
    }
    if is_short_for(a, b) || is_short_for(b, a) {
        return Vendors::Part;
    }
    if misspelt(&a.text, &b.text) || misspelt(&a.text, &y) || misspelt(&x, &b.text) {
        return Vendors::Misspelt;
    }
    Vendors::Others
}

/// Whether a vendor's words are another's, some of them cut: `boston sci`.
fn is_short_for(short: &Product, long: &Product) -> bool {
    let (short, long) = (&short.vendor.words, &long.vendor.words);
    let begins = |(a, b): (&String, &String)| a == b || (a.len() >= 3 && b.starts_with(a.as_str()));
    short.len() >= 2 && short.len() == long.len() && short.iter().zip(long).all(begins)
}

/// Whether a vendor's words are the beginning or the end of another's, and are no word of any trade.
fn whole_words(part: &str, whole: &str) -> bool {
    const TRADES: [&str; 14] = [
        "automation",
        "controls",
        "electric",
        "electronics",
        "energy",
        "global",
        "group",
        "health",
        "healthcare",
        "international",
        "medical",
        "networks",
        "systems",
        "technologies",
    ];
    let ends = whole.strip_prefix(part).is_some_and(|rest| rest.starts_with(' '))
        || whole.strip_suffix(part).is_some_and(|rest| rest.ends_with(' '));
    ends && part.len() >= 3 && !TRADES.contains(&part)
}
