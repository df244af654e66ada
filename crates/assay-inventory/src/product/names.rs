//! Whether two products' names agree, the vendors being settled, and how far the
//! record's reaches.

use std::cmp::Reverse;

use super::agree::{Because, Reach, within_words};
use super::name::Name;
use super::{alias, misspelt};

pub(super) enum Names {
    Same,
    Because(Because),
}

impl Names {
    /// The best reason wins where a list of names gives several; of two parts, the longer.
    pub(super) fn rank(&self) -> (u8, Reverse<usize>) {
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
pub(super) fn names(house: &str, x: &Name, y: &Name) -> Option<(Names, Reach)> {
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
