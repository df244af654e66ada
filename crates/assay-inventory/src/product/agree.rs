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
fn within_words(a: &str, b: &str) -> bool {
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
            Self::Because(Because::Wording(..)) => (2, Reverse(0)),
            Self::Because(Because::Edition(..)) => (3, Reverse(0)),
            Self::Because(Because::Part(part, of)) if within_words(part, of) => (4, Reverse(part.len())),
            Self::Because(_) => (5, Reverse(0)),
        }
    }
}

/// Whether two names agree: `x` is the installed one's.
fn names(house: &str, x: &Name, y: &Name) -> Option<(Names, Reach)> {
    let because =
        |of: fn(String, String) -> Because, reach| Some((Names::Because(of(x.to_string(), y.to_string())), reach));
    if x.words == y.words {
        return match (x.edition.as_slice(), y.edition.as_slice()) {
            (a, b) if a == b => Some((Names::Same, Reach::Covers)),
            (_, []) => because(Because::Edition, Reach::Covers),
            ([], _) => because(Because::Edition, Reach::Beside),
            // Windows 7 is not Windows 10. `2012` and `2012 r2` may be meant as one.
            (a, b) if a.starts_with(b) => because(Because::Edition, Reach::Covers),
            (a, b) if b.starts_with(a) => because(Because::Edition, Reach::Beside),
            _ => None,
        };
    }
    // `Tracer SC+` is no `Tracer SC`.
    let plus = |name: &Name| name.words.iter().any(|word| word == "plus");
    if plus(x) != plus(y) && !x.words.is_empty() && !y.words.is_empty() {
        return None;
    }
    if sparse(x) == sparse(y) && x.edition == y.edition {
        return because(Because::Wording, Reach::Covers);
    }
    let (a, b) = (x.words.join(" "), y.words.join(" "));
    let to = |name: &Name, words: &str| {
        alias::product(house, words).or_else(|| name.short.iter().find_map(|short| alias::product(house, short)))
    };
    let (other_a, other_b) = (to(x, &a), to(y, &b));
    let (a, b) = (other_a.unwrap_or(&a), other_b.unwrap_or(&b));
    let short = |name: &Name, words: &str| name.short.iter().any(|short| short == words);
    let joined = |name: &Name| name.words.concat() + &name.edition.concat();
    if a == b
        || short(x, b)
        || short(y, a)
        || a.replace(' ', "") == b.replace(' ', "")
        || short(x, &joined(y))
        || short(y, &joined(x))
    {
        return because(Because::ProductAlias, Reach::Covers);
    }
    if x.core == y.core && !alias::is_generic(&x.core) {
        return because(Because::Wording, Reach::Covers);
    }
    if !x.core.is_empty() && x.core.concat() == y.core.concat() {
        return because(Because::ProductAlias, Reach::Covers);
    }
    // Editions that are written and differ are two products, whatever else agrees.
    let apart = !x.edition.is_empty()
        && !y.edition.is_empty()
        && !x.edition.starts_with(&y.edition)
        && !y.edition.starts_with(&x.edition);
    if other_a.is_none() && other_b.is_none() {
        if is_model_of(&x.core, y) || is_model_of(&y.core, x) {
            return because(Because::Wording, Reach::Covers);
        }
        if let Some(reach) = within(&x.core, y) {
            return because(Because::Part, reach);
        }
    }
    if !apart && (part(a, b) || part(b, a)) {
        let (less, more) = if part(a, b) { (a, b) } else { (b, a) };
        if other_a.is_none() && other_b.is_none() && is_other_model(x, y) {
            return None;
        }
        return Some(match (other_a, other_b) {
            (None, None) => {
                let reach = if part(b, a) { extra(&x.core, &y.core) } else { extra_of_record(&x.core, &y.core) };
                (Names::Because(Because::Part(less.to_owned(), more.to_owned())), reach)
            }
            (Some(other), _) => (Names::Because(Because::ProductAlias(x.to_string(), other.to_owned())), Reach::Covers),
            (_, Some(other)) => (Names::Because(Because::ProductAlias(y.to_string(), other.to_owned())), Reach::Covers),
        });
    }
    let (a, b) = (x.core.join(" "), y.core.join(" "));
    // Without the words that tell nothing apart, one name may still be a part: `s7 1200` of `s7 1200 1214c`.
    if part(&b, &a) {
        return because(|x, y| Because::Part(y, x), extra(&x.core, &y.core));
    }
    if part(&a, &b) {
        return because(Because::Part, extra_of_record(&x.core, &y.core));
    }
    let shared = x.core.iter().any(|word| word.len() >= 5 && is_model(word) && y.core.contains(word));
    if shared || in_models(x, y) || in_models(y, x) {
        return because(Because::Part, Reach::Beside);
    }
    let (a, b) = (x.words.join(" "), y.words.join(" "));
    // `LTS` and `TS` are two models; a word has to be long enough to be misspelt.
    let short = |(a, b): (&String, &String)| a != b && (a.len() < 4 || b.len() < 4);
    if x.words.len() == y.words.len() && x.words.iter().zip(&y.words).any(short) {
        return None;
    }
    let close = misspelt(&a, &b) && x.edition == y.edition || misspelt(&x.core.join(" "), &y.core.join(" "));
    close.then(|| because(Because::ProductMisspelt, Reach::Covers)).flatten()
}

/// Whether a name is a model and the other says what it is: `MB3170` and `MGate MB3170`, `SEL-751` and `SEL-751 Feeder
/// Protection Relay`.
fn is_model_of(model: &[String], other: &Name) -> bool {
    let digits = |word: &String| word.bytes().any(|c| c.is_ascii_digit());
    let words: Vec<&String> = other.words.iter().chain(&other.edition).collect();
    let begins = words.len() >= model.len() && model.iter().zip(&words).all(|(a, b)| a == *b);
    let is_one = match model {
        [one] => is_model(one) && words.contains(&one),
        [first, ..] => is_model(first) && begins,
        [] => false,
    };
    is_one && !words.iter().any(|word| !model.contains(word) && (digits(word) || is_tool(word) || word.len() == 1))
}

/// A name's words without those that only join others: `RealPort for Windows`.
fn sparse(name: &Name) -> Vec<&String> {
    name.words.iter().filter(|word| !matches!(word.as_str(), "for" | "of" | "the" | "on")).collect()
}

/// Whether a record's name has all words of the installed one's, a model among them, in whatever order and between
/// others: `cms8000 patient monitor` and `cms8000 contec icu ccu vital signs patient monitor`.
fn within(installed: &[String], record: &Name) -> Option<Reach> {
    let digits = |word: &String| word.bytes().any(|c| c.is_ascii_digit());
    let words: Vec<&String> = record.words.iter().chain(&record.edition).chain(&record.short).collect();
    let model = installed.iter().any(|word| word.len() >= 4 && digits(word));
    if !model || !installed.iter().all(|word| words.contains(&word)) {
        return None;
    }
    let more = || words.iter().filter(|word| !installed.contains(word));
    let describes = !more().any(|word| digits(word) || is_tool(word) || word.len() == 1);
    Some(if describes { Reach::Covers } else { Reach::Beside })
}

/// Whether a word says that the name is not of the device, but of something beside it: a tool, a part, its programs.
fn is_tool(word: &str) -> bool {
    matches!(
        word,
        "adapter"
            | "client"
            | "configuration"
            | "containing"
            | "drive"
            | "editor"
            | "for"
            | "installed"
            | "manager"
            | "programming"
            | "running"
            | "server"
            | "simulator"
            | "software"
            | "studio"
            | "tool"
            | "using"
            | "with"
            | "library"
            | "driver"
            | "utility"
    )
}

/// How far a record's shorter name reaches: to the installed one, if what that has more is a model's number.
fn extra(installed: &[String], record: &[String]) -> Reach {
    let digits = |word: &String| word.bytes().any(|c| c.is_ascii_digit());
    // A record's name that is a model and nothing else: `b650` of `carescape monitor b650`.
    if matches!(record, [one] if is_model(one) && installed.contains(one)) {
        return Reach::Covers;
    }
    let model = match installed.strip_prefix(record) {
        // `60f`, `pa 440`, and what runs on a server as it runs elsewhere.
        Some([first, rest @ ..]) => {
            digits(first) || (first.len() <= 3 && rest.first().is_some_and(digits)) || first == "server"
        }
        Some([]) => true,
        // `vision plc` has less than `vision 230`, not more.
        None => installed.strip_suffix(record).and_then(<[String]>::last).is_some_and(digits),
    };
    if model { Reach::Covers } else { Reach::Beside }
}

/// How far a record's longer name reaches: to the installed one, if it only has a line's name more before a model.
fn extra_of_record(installed: &[String], record: &[String]) -> Reach {
    let model = installed.iter().any(|word| word.bytes().any(|c| c.is_ascii_digit()));
    match record.strip_suffix(installed) {
        Some([_]) if model => Reach::Covers,
        Some([]) => Reach::Covers,
        _ => Reach::Beside,
    }
}

/// A word of four characters at least, letters and digits: such as one vendor hardly gives two things.
fn is_model(word: &str) -> bool {
    word.len() >= 4 && word.bytes().any(|c| c.is_ascii_digit()) && word.bytes().any(|c| c.is_ascii_alphabetic())
}

/// The installed one's model, if the record's name counts models up or from one to another, and it is one of them:
/// `MX450` of `MX (MX400-550)`.
fn in_models(x: &Name, y: &Name) -> bool {
    let split = |word: &str| {
        let at = word.find(|c: char| c.is_ascii_digit())?;
        let (letters, number) = word.split_at_checked(at)?;
        Some((letters.to_owned(), number.parse::<u32>().ok()?))
    };
    // `(MX400-550)` is kept as one word, and of its six digits the first half is where it begins.
    let span = |word: &str| {
        let at = word.find(|c: char| c.is_ascii_digit())?;
        let (letters, numbers) = word.split_at_checked(at)?;
        let (from, to) = numbers.split_at_checked(numbers.len() / 2)?;
        let even = numbers.len() % 2 == 0 && (4..=8).contains(&numbers.len()) && !letters.is_empty();
        even.then_some((letters.to_owned(), from.parse::<u32>().ok()?, to.parse::<u32>().ok()?))
    };
    let spans: Vec<_> = y.short.iter().filter_map(|word| span(word)).filter(|(_, from, to)| from < to).collect();
    // A shared word beside the model, which is what finds them.
    let joins = |word: &&String| word.len() > 2 && !alias::is_generic(std::slice::from_ref(*word));
    if !x.words.iter().filter(joins).any(|word| y.words.contains(word)) {
        return false;
    }
    let mine = x.words.iter().chain(&x.edition).filter_map(|word| split(word));
    mine.into_iter()
        .any(|(letters, number)| spans.iter().any(|(of, from, to)| *of == letters && (*from..=*to).contains(&number)))
}

/// Whether both name a model, and not the same: `EDR-810` and `EDR-G902`.
fn is_other_model(x: &Name, y: &Name) -> bool {
    let models = |name: &Name| -> Vec<String> {
        name.core.iter().filter(|word| word.bytes().any(|c| c.is_ascii_digit())).cloned().collect()
    };
    let (x, y) = (models(x), models(y));
    !x.is_empty() && !y.is_empty() && !x.iter().any(|model| y.contains(model))
}

/// Whether the words of one are the beginning or the end of the other's, and say something by themselves.
fn part(a: &str, b: &str) -> bool {
    let ends = b.strip_prefix(a).is_some_and(|rest| rest.starts_with(' '))
        || b.strip_suffix(a).is_some_and(|rest| rest.ends_with(' '));
    ends && !alias::is_generic(&a.split(' ').map(str::to_owned).collect::<Vec<_>>())
}
