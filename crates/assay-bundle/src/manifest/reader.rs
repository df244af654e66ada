//! Walks a manifest's tables and collects everything that is wrong with them.
//!
//! A read that fails gives `None` and leaves a problem behind, so that the
//! walk goes on and a person sees all problems at once.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use super::bounds;
use super::document::{Node, Table, Value, join};
use super::fault::Fault;
use super::need::{self, MissingItem};
use super::plain::{line, unknown_word};
use super::problem::{Problem, is_deceptive, shown};
use super::shape::Shape;
use super::suggest;

static NOTHING: Table = Table::new();

/// Where problems and missing keys gather.
#[derive(Default)]
pub(super) struct Sink {
    problems: RefCell<Vec<Problem>>,
    missing: RefCell<Vec<MissingItem>>,
}

impl Sink {
    pub(super) fn problem(&self, problem: Problem) {
        if !self.is_full() {
            self.problems.borrow_mut().push(problem);
        }
    }

    /// Whether there are more problems than will be shown: a manifest of nothing but faults has an end.
    fn is_full(&self) -> bool {
        self.problems.borrow().len() > bounds::PROBLEMS
    }

    pub(super) fn missing(&self, item: MissingItem) {
        self.missing.borrow_mut().push(item);
    }

    pub(super) fn into_parts(self) -> (Vec<Problem>, Vec<MissingItem>) {
        (self.problems.into_inner(), self.missing.into_inner())
    }
}

/// One table, with the place it stands at.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    sink: &'a Sink,
    table: &'a Table,
    place: String,
    line: Option<usize>,
}

impl<'a> Reader<'a> {
    /// The whole manifest.
    pub(super) fn root(sink: &'a Sink, table: &'a Table, shape: &Shape) -> Self {
        let reader = Self { sink, table, place: String::new(), line: None };
        reader.refuse_unknown(shape);
        reader
    }

    /// A table whose keys are free (file names, package URLs) or checked later.
    pub(super) fn free_table(&self, key: &str) -> Option<Self> {
        self.as_table(&join(&self.place, key), self.table.get(key)?)
    }

    /// A table of this shape.
    pub(super) fn table(&self, key: &str, shape: &Shape) -> Option<Self> {
        let table = self.free_table(key)?;
        table.refuse_unknown(shape);
        Some(table)
    }

    /// A table of this shape; an empty one where it is absent, so that its required keys are named as missing.
    pub(super) fn table_or_empty(&self, key: &str, shape: &Shape) -> Option<Self> {
        if self.has(key) {
            self.table(key, shape)
        } else {
            Some(Self { sink: self.sink, table: &NOTHING, place: join(&self.place, key), line: self.line })
        }
    }

    fn as_table(&self, place: &str, node: &'a Node) -> Option<Self> {
        match &node.value {
            Value::Table(table) => {
                Some(Self { sink: self.sink, table, place: place.to_owned(), line: Some(node.line) })
            }
            other => {
                self.wrong_type(place, node.line, "a table", other);
                None
            }
        }
    }

    /// Names every key that is not of this shape.
    pub(super) fn refuse_unknown(&self, shape: &Shape) {
        for (key, node) in self.table {
            if shape.keys.contains(&key.as_str()) {
                continue;
            }
            if self.sink.is_full() {
                break;
            }
            let mut problem = Problem::new(
                "unknown-key",
                join(&self.place, key),
                Some(node.line),
                format!("`{}` is not a key of {}", shown(key), self.name()),
            );
            problem.help = Some(match suggest::nearest(key, shape.keys) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it knows {}", suggest::list(shape.keys)),
            });
            self.sink.problem(problem);
        }
    }

    fn name(&self) -> String {
        if self.place.is_empty() { "the manifest".to_owned() } else { format!("`{}`", self.place) }
    }

    /// Whether the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The table's keys and values.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Node)> + use<'a> {
        self.table.iter()
    }

    /// Whether the key is there; names it as missing if not.
    pub(super) fn require(&self, key: &str) -> bool {
        let there = self.has(key);
        if !there {
            self.missing(key);
        }
        there
    }

    /// Names a required key as missing.
    pub(super) fn missing(&self, key: &str) {
        self.sink.missing(need::item(&join(&self.place, key)));
    }

    /// Names a required key anywhere in the manifest as missing.
    pub(super) fn missing_at(&self, place: &str) {
        self.sink.missing(need::item(place));
    }

    /// Records a problem at one of this table's keys.
    pub(super) fn fault(&self, key: &str, fault: Fault) {
        let line = self.table.get(key).map_or(self.line, |node| Some(node.line));
        self.fault_at(&join(&self.place, key), line, fault);
    }

    /// Records a problem at this table.
    pub(super) fn fault_here(&self, fault: Fault) {
        self.fault_at(&self.place, self.line, fault);
    }

    pub(super) fn fault_at(&self, place: &str, line: Option<usize>, fault: Fault) {
        let mut problem = Problem::new(fault.code, place, line, fault.message);
        problem.help = fault.help;
        self.sink.problem(problem);
    }

    fn wrong_type(&self, place: &str, line: usize, wanted: &str, got: &Value) {
        let fault = Fault::new("wrong-type", format!("this is {}, not {wanted}", got.kind()));
        self.fault_at(place, Some(line), fault);
    }

    fn as_text(&self, place: &str, node: &'a Node, max: usize) -> Option<&'a str> {
        let Value::Text(text) = &node.value else {
            self.wrong_type(place, node.line, "a string", &node.value);
            return None;
        };
        if text.len() > max {
            let message = format!("the text has {} bytes; at most {max} are allowed", text.len());
            self.fault_at(place, Some(node.line), Fault::new("too-large", message));
            return None;
        }
        Some(text)
    }

    fn as_parsed<T>(&self, place: &str, node: &'a Node, parse: impl Fn(&str) -> Result<T, Fault>) -> Option<T> {
        let text = self.as_text(place, node, bounds::ARGUMENT)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault_at(place, Some(node.line), fault);
                None
            }
        }
    }

    /// A string, parsed.
    pub(super) fn parsed<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, Fault>) -> Option<T> {
        self.as_parsed(&join(&self.place, key), self.table.get(key)?, parse)
    }

    /// A line of text for people: no control characters, no reordering marks.
    pub(super) fn line(&self, key: &str, max: usize) -> Option<String> {
        self.parsed(key, |text| line(text, max))
    }

    /// Text of several lines.
    pub(super) fn prose(&self, key: &str, max: usize) -> Option<String> {
        let text = self.as_text(&join(&self.place, key), self.table.get(key)?, max)?;
        let bad = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || is_deceptive(c);
        if text.chars().any(bad) {
            self.fault(key, Fault::new("bad-text", "it contains control characters or marks that reorder text"));
            return None;
        }
        Some(text.to_owned())
    }

    /// A word out of a fixed set.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        self.parsed(key, |text| {
            let found = words.iter().find(|(word, _)| *word == text);
            found.map(|(_, value)| *value).ok_or_else(|| {
                let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
                unknown_word(text, &known)
            })
        })
    }

    /// An integer in this range.
    pub(super) fn integer(&self, key: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let node = self.table.get(key)?;
        match &node.value {
            Value::Integer(number) if range.contains(number) => Some(*number),
            Value::Integer(number) => {
                let (low, high) = range.into_inner();
                let message = format!("{number} is not between {low} and {high}");
                self.fault(key, Fault::new("out-of-range", message));
                None
            }
            other => {
                self.wrong_type(&join(&self.place, key), node.line, "an integer", other);
                None
            }
        }
    }

    /// A number above `above` and at most `most`.
    pub(super) fn number(&self, key: &str, above: f64, most: f64) -> Option<f64> {
        let node = self.table.get(key)?;
        let number = match &node.value {
            Value::Float(number) => *number,
            // Integers are below 2^53, so this is exact.
            Value::Integer(number) => *number as f64,
            other => {
                self.wrong_type(&join(&self.place, key), node.line, "a number", other);
                return None;
            }
        };
        if number > above && number <= most {
            return Some(number);
        }
        let message = format!("{number} is not above {above} and at most {most}");
        self.fault(key, Fault::new("out-of-range", message));
        None
    }

    /// The raw value: for keys that take several types.
    pub(super) fn node(&self, key: &str) -> Option<&'a Node> {
        self.table.get(key)
    }

    /// The entries of an array, with their places.
    pub(super) fn list(&self, key: &str, max: usize) -> Option<Vec<(String, &'a Node)>> {
        let node = self.table.get(key)?;
        self.as_list(&join(&self.place, key), node, max)
    }

    pub(super) fn as_list(&self, place: &str, node: &'a Node, max: usize) -> Option<Vec<(String, &'a Node)>> {
        let Value::List(list) = &node.value else {
            self.wrong_type(place, node.line, "an array", &node.value);
            return None;
        };
        if list.len() > max {
            let message = format!("it has {} entries; at most {max} are allowed", list.len());
            self.fault_at(place, Some(node.line), Fault::new("too-large", message));
            return None;
        }
        let items = list.iter().enumerate();
        Some(items.map(|(index, node)| (format!("{place}[{index}]"), node)).collect())
    }

    /// An array of strings, each parsed; wrong ones are named and left out.
    pub(super) fn each<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, Fault>) -> Vec<T> {
        let Some(node) = self.table.get(key) else {
            return Vec::new();
        };
        self.each_of(&join(&self.place, key), node, parse)
    }

    pub(super) fn each_of<T>(&self, place: &str, node: &'a Node, parse: impl Fn(&str) -> Result<T, Fault>) -> Vec<T> {
        let list = self.as_list(place, node, bounds::LIST).unwrap_or_default();
        list.into_iter().filter_map(|(place, node)| self.as_parsed(&place, node, &parse)).collect()
    }

    /// An array of tables of this shape.
    pub(super) fn tables(&self, key: &str, max: usize, shape: &Shape) -> Vec<Self> {
        let list = self.list(key, max).unwrap_or_default();
        let tables = list.into_iter().filter_map(|(place, node)| {
            let table = self.as_table(&place, node)?;
            table.refuse_unknown(shape);
            Some(table)
        });
        tables.collect()
    }

    /// A value further down, without any complaint: for checks across tables.
    pub(super) fn peek(&self, path: &[&str]) -> Option<&'a Node> {
        let (last, before) = path.split_last()?;
        let mut table = self.table;
        for key in before {
            match &table.get(*key)?.value {
                Value::Table(inner) => table = inner,
                _ => return None,
            }
        }
        table.get(*last)
    }

    /// A string further down, without any complaint.
    pub(super) fn peek_text(&self, path: &[&str]) -> Option<&'a str> {
        match &self.peek(path)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}
