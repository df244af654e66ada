//! A manifest as written: TOML values with their lines, before anything is
//! known about what they mean.
//!
//! Identity hashes this form (no defaults filled in), and the reader walks it.
//! Values that JSON cannot carry exactly (dates, infinities, integers beyond
//! 2^53) are refused here, since the identity is the hash of JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value as Json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use super::bounds;
use super::problem::{Problem, shown};

/// The largest integer that every JSON reader keeps exact (RFC 8785, 3.2.2.3; RFC 7493).
const SAFE_INTEGER: i64 = (1 << 53) - 1;

/// A value and the line it stands on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) value: Value,
}

/// A TOML value that JSON can carry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Node>),
    Table(Table),
}

/// Key -> value.
pub(crate) type Table = BTreeMap<String, Node>;

impl Value {
    /// What it is, for a message.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Bool(_) => "a boolean",
            Self::List(_) => "an array",
            Self::Table(_) => "a table",
        }
    }

    /// The same value as JSON.
    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => Json::String(text.clone()),
            Self::Integer(number) => Json::Number((*number).into()),
            // Infinities and NaN were refused on the way in.
            Self::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
            Self::Bool(value) => Json::Bool(*value),
            Self::List(list) => Json::Array(list.iter().map(|n| n.value.to_json()).collect()),
            Self::Table(table) => Json::Object(table_to_json(table)),
        }
    }
}

/// A table as a JSON object.
pub(crate) fn table_to_json(table: &Table) -> Map<String, Json> {
    table.iter().map(|(key, node)| (key.clone(), node.value.to_json())).collect()
}

/// Reads TOML. What cannot be carried over is left out and named in the problems.
pub(crate) fn read(text: &str) -> (Table, Vec<Problem>) {
    if text.len() > bounds::TEXT {
        return (Table::new(), vec![too_large(text.len())]);
    }
    let lines = Lines::of(text);
    // Of a text that is not read to its end nothing is known, not even what it lacks.
    let unread =
        |line: usize, message: String| (Table::new(), vec![Problem::new("too-large", "", Some(line), message)]);
    match foreseen(text) {
        Some(Beyond::Depth(offset)) => return unread(lines.line(offset), too_deep()),
        Some(Beyond::Values(offset)) => return unread(lines.line(offset), too_many()),
        None => {}
    }
    match DeTable::parse(text) {
        Ok(table) => {
            let mut walk = Walk { lines: &lines, left: bounds::VALUES, beyond: None, problems: Vec::new() };
            let table = walk.table(table.get_ref(), "", 1);
            match walk.beyond {
                Some(line) => unread(line, too_many()),
                None => (table, walk.problems),
            }
        }
        Err(error) => {
            let at = error.span().map(|span| lines.at(text, span.start));
            let place = at.map_or(String::new(), |(_, column)| format!("column {column}"));
            let problem = Problem::new("toml-syntax", place, at.map(|(line, _)| line), shown(error.message()));
            (Table::new(), vec![problem])
        }
    }
}

/// The problem of a manifest with too many bytes.
pub(crate) fn too_large(bytes: usize) -> Problem {
    let message = format!("the manifest has {bytes} bytes; at most {} are read", bounds::TEXT);
    Problem::new("too-large", "", None, message).help("put long content into files of the bundle and name their paths")
}

fn too_deep() -> String {
    format!("tables are nested more than {} levels deep", bounds::DEPTH)
}

fn too_many() -> String {
    format!("the manifest has more than {} values", bounds::VALUES)
}

/// The place from which on a text is more than any manifest needs.
enum Beyond {
    Depth(usize),
    Values(usize),
}

/// Where nesting goes deeper than any manifest needs, or where there are more values, if it is so.
///
/// The parser bounds brackets, headers and dotted keys each on its own, but
/// not their product: dotted keys inside inline tables inside headers build a
/// tower of thousands of levels that overflows the stack when it is dropped.
/// So the tokens are counted before anything is built from them. The values that are counted are never more than
/// there are: one at each `=`, and one before each comma of an array.
fn foreseen(text: &str) -> Option<Beyond> {
    let mut open = Vec::new();
    let mut dots = 0;
    let mut values = 0;
    for token in Source::new(text).lex() {
        let in_array = open.last() == Some(&TokenKind::RightSquareBracket);
        if token.kind() == TokenKind::Equals || token.kind() == TokenKind::Comma && in_array {
            values += 1;
        }
        match token.kind() {
            TokenKind::Dot => dots += 1,
            TokenKind::Atom | TokenKind::Whitespace | TokenKind::BasicString | TokenKind::LiteralString => {}
            TokenKind::LeftSquareBracket => open.push(TokenKind::RightSquareBracket),
            TokenKind::LeftCurlyBracket => open.push(TokenKind::RightCurlyBracket),
            // A closer that fits nothing closes nothing: the count errs on the deep side.
            kind if open.last() == Some(&kind) => {
                open.pop();
                dots = 0;
            }
            _ => dots = 0,
        }
        if matches!(token.kind(), TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket) {
            dots = 0;
        }
        if dots > bounds::DEPTH || open.len() > bounds::DEPTH {
            return Some(Beyond::Depth(token.span().start()));
        }
        if values > bounds::VALUES {
            return Some(Beyond::Values(token.span().start()));
        }
    }
    None
}

struct Walk<'a> {
    lines: &'a Lines,
    left: usize,
    /// The line on which the first value stands that is one too many.
    beyond: Option<usize>,
    problems: Vec<Problem>,
}

impl Walk<'_> {
    fn table(&mut self, table: &DeTable<'_>, place: &str, depth: usize) -> Table {
        let mut out = Table::new();
        for (key, value) in table {
            let name: &str = key.get_ref();
            let place = join(place, name);
            let line = self.lines.line(key.span().start);
            if let Some(value) = self.value(value, &place, line, depth) {
                out.insert(name.to_owned(), Node { line, value });
            }
        }
        out
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, place: &str, line: usize, depth: usize) -> Option<Value> {
        let Some(left) = self.left.checked_sub(1) else {
            self.beyond.get_or_insert(line);
            return None;
        };
        self.left = left;
        if depth > bounds::DEPTH {
            self.refuse("too-large", place, line, too_deep());
            return None;
        }
        match value.get_ref() {
            DeValue::String(text) => Some(Value::Text(text.clone().into_owned())),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(n) if (-SAFE_INTEGER..=SAFE_INTEGER).contains(&n) => Some(Value::Integer(n)),
                _ => {
                    let message = "the integer is beyond 2^53, where JSON is not exact";
                    self.refuse("too-large", place, line, message);
                    None
                }
            },
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(n) if n.is_finite() => Some(Value::Float(n)),
                _ => {
                    let message = "infinite and undefined numbers have no meaning in a manifest";
                    self.refuse("wrong-type", place, line, message);
                    None
                }
            },
            DeValue::Boolean(value) => Some(Value::Bool(*value)),
            DeValue::Datetime(_) => {
                let message = "no key of a manifest takes a date or a time";
                self.refuse("wrong-type", place, line, message);
                None
            }
            DeValue::Array(list) => {
                let mut out = Vec::new();
                for (index, item) in list.iter().enumerate() {
                    let line = self.lines.line(item.span().start);
                    let place = format!("{place}[{index}]");
                    if let Some(value) = self.value(item, &place, line, depth + 1) {
                        out.push(Node { line, value });
                    }
                }
                Some(Value::List(out))
            }
            DeValue::Table(table) => Some(Value::Table(self.table(table, place, depth + 1))),
        }
    }

    fn refuse(&mut self, code: &'static str, place: &str, line: usize, message: impl Into<String>) {
        self.problems.push(Problem::new(code, place, Some(line), message));
    }
}

/// `harness` and `limits` to `harness.limits`; a key that is not bare is quoted and shortened.
pub(crate) fn join(place: &str, key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let key = if bare && key.len() <= 80 { key.to_owned() } else { format!("\"{}\"", shown(key)) };
    if place.is_empty() { key } else { format!("{place}.{key}") }
}

/// Byte offsets at which lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        Self(std::iter::once(0).chain(starts.map(|(i, _)| i + 1)).collect())
    }

    /// Line number from 1.
    fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }

    /// Line and column (in characters), both from 1.
    fn at(&self, text: &str, offset: usize) -> (usize, usize) {
        let line = self.line(offset);
        let start = line.checked_sub(1).and_then(|i| self.0.get(i).copied());
        let before = text.get(start.unwrap_or(0)..offset).unwrap_or("");
        (line, before.chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn codes(text: &str) -> Vec<(&'static str, String, Option<usize>)> {
        let (_, problems) = read(text);
        problems.into_iter().map(|p| (p.code, p.place, p.line)).collect()
    }

    #[test]
    fn syntax_error_has_line_and_column() {
        assert_eq!(codes("a = 1\nb = = 2\n"), vec![("toml-syntax", "column 5".to_owned(), Some(2))]);
    }

    #[test]
    fn what_json_cannot_carry_is_refused() {
        let text = "a = 1979-05-27\nb = inf\nc = 9007199254740993\nd = nan\ne = 9007199254740991";
        let found: Vec<_> = codes(text).into_iter().map(|(c, p, _)| (c, p)).collect();
        assert_eq!(
            found,
            vec![
                ("wrong-type", "a".to_owned()),
                ("wrong-type", "b".to_owned()),
                ("too-large", "c".to_owned()),
                ("wrong-type", "d".to_owned()),
            ]
        );
    }

    #[test]
    fn towers_of_tables_end_in_a_problem_and_not_in_the_stack() {
        let dotted = vec!["a"; 70].join(".");
        let mut text = format!("[{dotted}]\n");
        for _ in 0..70 {
            text.push_str(&format!("{dotted} = {{"));
        }
        text.push_str("a = 1");
        text.push_str(&"}".repeat(70));
        let (_, problems) = read(&text);
        assert!(!problems.is_empty());
        let (_, problems) = read(&format!("a = {}{}", "[".repeat(500_000), "]".repeat(500_000)));
        assert!(!problems.is_empty());
        let (_, problems) = read(&vec!["a"; 500_000].join("."));
        assert!(!problems.is_empty());
    }

    #[test]
    fn too_many_values_are_refused_before_and_while_they_are_read() {
        let keys: String = (0..=bounds::VALUES).map(|n| format!("k{n} = 1\n")).collect();
        // No comma stands before the last element of an array, so these are seen only when they are read.
        let arrays: String = (0..=bounds::VALUES / 2).map(|n| format!("a{n} = [1]\n")).collect();
        let list = format!("a = [{}]", "1,".repeat(bounds::VALUES + 1));
        for text in [keys, arrays, list] {
            let (table, problems) = read(&text);
            assert!(table.is_empty() && problems.len() == 1, "{problems:?}");
            assert_eq!((problems[0].code, problems[0].place.as_str()), ("too-large", ""));
        }
        let most: String = (0..bounds::VALUES - 2).map(|n| format!("k{n} = 1\n")).collect();
        let (table, problems) = read(&format!("{most}a = [1]\n"));
        assert!(problems.is_empty() && table.len() == bounds::VALUES - 1);
        assert!(read(&format!("a = '{}'", "=,".repeat(bounds::VALUES))).1.is_empty(), "text holds no values");
    }

    #[test]
    fn a_giant_is_refused_unread() {
        let (_, problems) = read(&"#".repeat(bounds::TEXT + 1));
        assert_eq!(problems.first().unwrap().code, "too-large");
    }
}
