//! Whether two products are one, how sure that is, and why.

use std::cmp::Reverse;
use std::fmt;

use super::name::Name;
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
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VendorAlias(a, b) => write!(f, "the vendor `{a}` is also known as `{b}`"),
            Self::ProductAlias(a, b) => write!(f, "`{a}` is also known as `{b}`, or is a part of it"),
            Self::Edition(a, b) => write!(f, "`{a}` and `{b}` name one product, but not the same edition of it"),
            Self::Part(a, b) => write!(f, "the name `{a}` is a part of `{b}`"),
            Self::NoVendor(product) => write!(f, "one of them names no vendor, and both are called `{product}`"),
            Self::VendorMisspelt(a, b) => write!(f, "the vendors `{a}` and `{b}` differ as a misspelling would"),
            Self::ProductMisspelt(a, b) => write!(f, "the names `{a}` and `{b}` differ as a misspelling would"),
            Self::AnyOfVendor(vendor) => write!(f, "multiple products of `{vendor}` are named, without saying which"),
        }
    }
}

/// Whether two products agree; none if nothing joins them. The order of the two does not matter,
/// but for the order of the names in the reason.
pub fn agree(a: &Product, b: &Product) -> Option<Agreement> {
    // `Fortinet FortiOS` in the product's column, and no vendor.
    if let Some(a) = a.of_vendor(b) {
        return agree(&a, b);
    }
    if let Some(b) = b.of_vendor(a) {
        return agree(a, &b);
    }
    let vendors = vendors(a, b)?;
    if a.any || b.any {
        // Without a vendor, or with a guessed one, this would join everything.
        return matches!(vendors, Vendors::Same | Vendors::Alias)
            .then(|| Agreement::Likely(Because::AnyOfVendor(a.text.clone())));
    }
    let house = a.house.or(b.house).unwrap_or(if a.text.is_empty() { &b.text } else { &a.text });
    let products = a
        .names
        .iter()
        .flat_map(|x| b.names.iter().map(move |y| (x, y)))
        .filter_map(|(x, y)| names(house, x, y))
        .min_by_key(Names::rank)?;
    let because = match (vendors, products) {
        (Vendors::Same, Names::Same) => return Some(Agreement::Same),
        (Vendors::Same | Vendors::Alias, Names::Because(because)) => because,
        (Vendors::Alias, Names::Same) => Because::VendorAlias(a.text.clone(), b.text.clone()),
        // Two doubts are one too many.
        (Vendors::Misspelt, Names::Same) => Because::VendorMisspelt(a.text.clone(), b.text.clone()),
        (Vendors::Missing, Names::Same) => {
            let name = a.names.first()?;
            if alias::is_generic(&name.words) {
                return None;
            }
            Because::NoVendor(name.to_string())
        }
        (Vendors::Missing, Names::Because(because @ (Because::Edition(..) | Because::ProductAlias(..)))) => because,
        (Vendors::Missing | Vendors::Misspelt, Names::Because(_)) => return None,
    };
    Some(Agreement::Likely(because))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vendors {
    Same,
    Alias,
    Misspelt,
    Missing,
}

fn vendors(a: &Product, b: &Product) -> Option<Vendors> {
    if a.vendor.words.is_empty() || b.vendor.words.is_empty() {
        return Some(Vendors::Missing);
    }
    if a.vendor.words == b.vendor.words {
        return Some(Vendors::Same);
    }
    let known = |product: &Product, name: &str| {
        product.house == Some(name) || product.vendor.short.iter().any(|short| short == name)
    };
    if known(a, &b.text) || known(b, &a.text) || (a.house.is_some() && a.house == b.house) {
        return Some(Vendors::Alias);
    }
    // Written apart or together: `Sonic Wall`, `SonicWall`.
    if a.joined == b.joined {
        return Some(Vendors::Alias);
    }
    misspelt(&a.text, &b.text).then_some(Vendors::Misspelt)
}

enum Names {
    Same,
    Because(Because),
}

impl Names {
    /// The best reason wins where a list of names gives several; of two parts, the longer.
    fn rank(&self) -> (u8, Reverse<usize>) {
        match self {
            Self::Same => (0, Reverse(0)),
            Self::Because(Because::ProductAlias(..)) => (1, Reverse(0)),
            Self::Because(Because::Edition(..)) => (2, Reverse(0)),
            Self::Because(Because::Part(part, _)) => (3, Reverse(part.len())),
            Self::Because(_) => (4, Reverse(0)),
        }
    }
}

fn names(house: &str, x: &Name, y: &Name) -> Option<Names> {
    let because = |of: fn(String, String) -> Because| Some(Names::Because(of(x.to_string(), y.to_string())));
    if x.words == y.words {
        return match (x.edition.as_slice(), y.edition.as_slice()) {
            (a, b) if a == b => Some(Names::Same),
            ([], _) | (_, []) => because(Because::Edition),
            // Windows 7 is not Windows 10. `2012` and `2012 r2` may be meant as one.
            (a, b) if a.starts_with(b) || b.starts_with(a) => because(Because::Edition),
            _ => None,
        };
    }
    let (a, b) = (x.words.join(" "), y.words.join(" "));
    let to = |name: &Name, words: &str| {
        alias::product(house, words).or_else(|| name.short.iter().find_map(|short| alias::product(house, short)))
    };
    let (other_a, other_b) = (to(x, &a), to(y, &b));
    let (a, b) = (other_a.unwrap_or(&a), other_b.unwrap_or(&b));
    let short = |name: &Name, words: &str| name.short.iter().any(|short| short == words);
    if a == b || short(x, b) || short(y, a) || a.replace(' ', "") == b.replace(' ', "") {
        return because(Because::ProductAlias);
    }
    if part(a, b) || part(b, a) {
        let (less, more) = if part(a, b) { (a, b) } else { (b, a) };
        return Some(Names::Because(match (other_a, other_b) {
            (None, None) => Because::Part(less.to_owned(), more.to_owned()),
            (Some(other), _) => Because::ProductAlias(x.to_string(), other.to_owned()),
            (_, Some(other)) => Because::ProductAlias(y.to_string(), other.to_owned()),
        }));
    }
    misspelt(a, b).then(|| because(Because::ProductMisspelt)).flatten()
}

/// Whether the words of one are the beginning or the end of the other's, and say something by themselves.
fn part(a: &str, b: &str) -> bool {
    let ends = b.strip_prefix(a).is_some_and(|rest| rest.starts_with(' '))
        || b.strip_suffix(a).is_some_and(|rest| rest.ends_with(' '));
    ends && !alias::is_generic(&a.split(' ').map(str::to_owned).collect::<Vec<_>>())
}
