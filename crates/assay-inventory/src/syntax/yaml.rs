//! YAML as lock tools write it, by lines.
//!
//! Block mappings and sequences, quoted and plain scalars, and flow values on
//! their way past. Anchors, aliases and tags are refused: no lock tool writes
//! them, and an alias is how a small file becomes an endless one.

mod scalar;

use std::borrow::Cow;

use super::{CONFLICT, is_conflict};
use crate::found::Broken;
use crate::limits;
use scalar::{bracketed, quoted};
pub(crate) use scalar::{flow_text, unquote};

/// One step from the document's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// A key of a mapping.
    Key(Cow<'a, str>),
    /// The so-and-so-manieth item of a sequence.
    Item(usize),
}

/// A value, as far as a line says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// Nothing: a mapping or a sequence follows, or nothing does.
    None,
    /// A scalar.
    Text(Cow<'a, str>),
    /// `{...}` or `[...]`, as written.
    Flow(&'a str),
    /// A text in lines of its own, which is not kept.
    Block,
}

/// Where a node stands, and what it says.
#[derive(Debug)]
pub(crate) struct Node<'a, 'p> {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The steps to it, the last one its own.
    pub(crate) path: &'p [(usize, Step<'a>)],
    /// Its value.
    pub(crate) value: Value<'a>,
}

impl<'a> Node<'a, '_> {
    /// The key at a depth of the path, from 0.
    pub(crate) fn key(&self, depth: usize) -> Option<&str> {
        match self.path.get(depth) {
            Some((_, Step::Key(key))) => Some(key),
            _ => None,
        }
    }

    /// How many steps it is from the root.
    pub(crate) fn depth(&self) -> usize {
        self.path.len()
    }

    /// The scalar that stands there, unless it is empty.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// A flow value, as written.
    pub(crate) fn flow(&self) -> Option<&'a str> {
        match self.value {
            Value::Flow(flow) => Some(flow),
            _ => None,
        }
    }
}

/// Walks a text, node by node in written order.
///
/// # Errors
///
/// With the line: a merge conflict, a tab as indentation, an anchor, alias or tag, a quote or bracket that is not
/// closed, nesting beyond [`limits::DEPTH`], a line that is neither a key nor an item; or what `each` says.
pub(crate) fn walk<'a>(text: &'a str, mut each: impl FnMut(&Node<'a, '_>) -> Result<(), Broken>) -> Result<(), Broken> {
    let mut reader = Reader { text, at: 0, line: 0, path: Vec::new(), open: None, long_key: None };
    while let Some((indent, line)) = reader.next_line() {
        reader.take(indent, line, &mut each)?;
    }
    Ok(())
}

struct Reader<'a> {
    text: &'a str,
    /// The byte after the current line.
    at: usize,
    line: usize,
    path: Vec<(usize, Step<'a>)>,
    /// The indentation of the key whose text may go on in deeper lines.
    open: Option<usize>,
    /// A key that was written as `? key` in a line of its own.
    long_key: Option<(usize, Cow<'a, str>)>,
}

impl<'a> Reader<'a> {
    /// The next line with its indentation.
    fn next_line(&mut self) -> Option<(usize, &'a str)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let line = rest.split('\n').next().unwrap_or_default();
        self.at += line.len() + 1;
        self.line += 1;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let body = line.trim_start_matches(' ');
        Some((line.len() - body.len(), body))
    }

    fn broken(&self, why: &str) -> Broken {
        Broken::at(format!("line {}", self.line), why)
    }

    fn take(
        &mut self,
        mut indent: usize,
        mut line: &'a str,
        each: &mut impl FnMut(&Node<'a, '_>) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        if indent == 0 && is_conflict(line) {
            return Err(self.broken(CONFLICT));
        }
        if line.is_empty() || line.starts_with('#') || (indent == 0 && line.starts_with('%')) {
            return Ok(());
        }
        if indent == 0 && (line == "---" || line == "..." || line.starts_with("--- ")) {
            self.path.clear();
            self.open = None;
            return Ok(());
        }
        if self.open.is_some_and(|open| indent > open) {
            return Ok(());
        }
        self.open = None;
        if line.starts_with('\t') {
            return Err(self.broken("a tab stands where YAML has spaces"));
        }
        // Items of sequences, one in another if so written.
        while let Some(rest) = line.strip_prefix("- ").or_else(|| (line == "-").then_some("")) {
            self.item(indent)?;
            let body = rest.trim_start_matches(' ');
            indent += line.len() - body.len();
            line = body;
            if line.is_empty() || line.starts_with('#') {
                return each(&Node { line: self.line, path: &self.path, value: Value::None });
            }
        }
        if let Some(key) = line.strip_prefix("? ") {
            let (key, _) = self.scalar(key)?;
            self.long_key = Some((indent, key));
            return Ok(());
        }
        let start = self.line;
        let (key, rest) = match self.long_key.take_if(|(of, _)| *of == indent) {
            Some((_, key)) if line.starts_with(':') => (Some(key), line.get(1..).unwrap_or_default()),
            _ => self.key(line)?,
        };
        let in_item = matches!(self.path.last(), Some((of, Step::Item(_))) if *of < indent);
        match key {
            Some(key) => {
                self.leave(indent);
                self.enter(indent, Step::Key(key))?;
            }
            // An item that is a scalar.
            None if in_item => {}
            None => return Err(self.broken("neither a key nor an item of a list; is the file whole?")),
        }
        let value = self.value(rest.trim_start_matches(' '), indent)?;
        each(&Node { line: start, path: &self.path, value })
    }

    /// Leaves what is at this indentation or deeper.
    fn leave(&mut self, indent: usize) {
        while self.path.last().is_some_and(|(of, _)| *of >= indent) {
            self.path.pop();
        }
    }

    fn enter(&mut self, indent: usize, step: Step<'a>) -> Result<(), Broken> {
        if self.path.len() >= limits::DEPTH {
            return Err(Broken::TooMuch("its values are nested too deep", limits::DEPTH));
        }
        self.path.push((indent, step));
        Ok(())
    }

    /// Enters the next item; a list may stand at the indentation of its own key.
    fn item(&mut self, indent: usize) -> Result<(), Broken> {
        let mut n = 0;
        while let Some((of, step)) = self.path.last() {
            match step {
                Step::Key(_) if *of <= indent => break,
                Step::Item(_) if *of < indent => break,
                Step::Item(last) if *of == indent => {
                    n = last + 1;
                    self.path.pop();
                    break;
                }
                _ => {
                    self.path.pop();
                }
            }
        }
        self.enter(indent, Step::Item(n))
    }

    /// The key of a line and what follows it; no key if the line is a scalar alone.
    fn key(&mut self, line: &'a str) -> Result<(Option<Cow<'a, str>>, &'a str), Broken> {
        if line.starts_with(['"', '\'']) {
            // A text that goes on in the next line is no key.
            let Some(end) = quoted(line) else { return Ok((None, line)) };
            let after = line.get(end..).unwrap_or_default();
            return Ok(match after.trim_start_matches(' ').strip_prefix(':') {
                Some(rest) => (Some(self.unquoted(line.get(..end).unwrap_or_default())?), rest),
                None => (None, line),
            });
        }
        if line.starts_with(['{', '[']) {
            return Ok((None, line));
        }
        self.refused(line)?;
        Ok(match line.find(": ") {
            Some(at) if !line.get(..at).unwrap_or_default().contains(" #") => (
                Some(Cow::Borrowed(line.get(..at).unwrap_or_default().trim_end())),
                line.get(at + 1..).unwrap_or_default(),
            ),
            _ => match line.trim_end().strip_suffix(':') {
                Some(key) => (Some(Cow::Borrowed(key.trim_end())), ""),
                None => (None, line),
            },
        })
    }

    fn refused(&self, value: &str) -> Result<(), Broken> {
        if value.starts_with(['&', '*', '!']) || value.starts_with("<<:") {
            return Err(self
                .broken("an anchor, an alias or a tag stands here; lock tools write none, and they are not expanded"));
        }
        Ok(())
    }

    fn value(&mut self, value: &'a str, indent: usize) -> Result<Value<'a>, Broken> {
        if value.is_empty() || value.starts_with('#') {
            return Ok(Value::None);
        }
        if value.starts_with(['|', '>']) {
            self.open = Some(indent);
            return Ok(Value::Block);
        }
        if value.starts_with(['{', '[']) {
            return self.flow(value).map(Value::Flow);
        }
        if value.starts_with(['"', '\'']) {
            return self.long_quoted(value).map(Value::Text);
        }
        let (text, _) = self.scalar(value)?;
        // A plain text may go on in deeper lines; no name or version does.
        self.open = Some(indent);
        Ok(Value::Text(text))
    }

    /// A scalar within its line, and how much of the line it takes.
    fn scalar(&self, written: &'a str) -> Result<(Cow<'a, str>, usize), Broken> {
        if written.starts_with(['"', '\'']) {
            let end = quoted(written).ok_or_else(|| self.broken("a quote is not closed"))?;
            return Ok((self.unquoted(written.get(..end).unwrap_or_default())?, end));
        }
        self.refused(written)?;
        let end = written.find(" #").unwrap_or(written.len());
        let text = written.get(..end).unwrap_or_default().trim_end();
        Ok((Cow::Borrowed(if text == "~" || text == "null" { "" } else { text }), end))
    }

    /// A quoted scalar, over several lines if so written.
    fn long_quoted(&mut self, value: &'a str) -> Result<Cow<'a, str>, Broken> {
        if let Some(end) = quoted(value) {
            return self.unquoted(value.get(..end).unwrap_or_default());
        }
        let whole = self.text_from(value).ok_or_else(|| self.broken("a quote is not closed"))?;
        let end = quoted(whole).ok_or_else(|| self.broken("a quote is not closed"))?;
        self.skip_to(whole, end);
        let written = whole.get(..end).unwrap_or_default();
        let mut words = String::new();
        for part in written.split('\n') {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(part.trim());
        }
        self.unquoted(&words).map(|text| Cow::Owned(text.into_owned()))
    }

    /// A flow value, over several lines if so written.
    fn flow(&mut self, value: &'a str) -> Result<&'a str, Broken> {
        if let Some(end) = bracketed(value) {
            return Ok(value.get(..end).unwrap_or_default());
        }
        let whole = self.text_from(value).ok_or_else(|| self.broken("a bracket is not closed"))?;
        let end = bracketed(whole).ok_or_else(|| self.broken("a bracket is not closed"))?;
        self.skip_to(whole, end);
        Ok(whole.get(..end).unwrap_or_default())
    }

    /// The text from where this value begins to the end of the file.
    fn text_from(&self, value: &'a str) -> Option<&'a str> {
        let start = (value.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        self.text.get(start..)
    }

    /// Goes on after the line in which a value of several lines ends.
    fn skip_to(&mut self, whole: &'a str, end: usize) {
        let start = self.text.len() - whole.len();
        let stop = start + end;
        let after = self.text.get(stop..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |n| stop + n + 1);
        let passed = self.text.get(self.at.saturating_sub(1)..after.saturating_sub(1)).unwrap_or_default();
        self.line += passed.bytes().filter(|c| *c == b'\n').count();
        self.at = after;
    }

    fn unquoted<'t>(&self, written: &'t str) -> Result<Cow<'t, str>, Broken> {
        unquote(written).ok_or_else(|| self.broken("a quoted text has an escape that YAML does not know"))
    }
}
