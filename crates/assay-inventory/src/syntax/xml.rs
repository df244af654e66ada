//! XML by events, with the line of each.
//!
//! No entity but XML's five and character references is expanded, and nothing
//! is fetched: a document type declaration is refused.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use crate::found::Broken;
use crate::limits;

/// Elements in elements: a component in a component is two, and its fields are a third.
const DEPTH: usize = limits::DEPTH * 3;

/// The attributes of an element.
pub(crate) struct Attributes<'a, 'e>(&'a BytesStart<'e>);

impl Attributes<'_, '_> {
    /// The value of an attribute by its whole name.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.all().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// All of them; one that is broken is left out.
    pub(crate) fn all(&self) -> impl Iterator<Item = (String, String)> {
        self.0.attributes().flatten().map(|a| {
            let key: &str = a.key.as_ref();
            let value: &str = &a.value;
            (key.to_owned(), unescaped(value))
        })
    }
}

/// XML's own five entities, and nothing else, are replaced.
fn unescaped(value: &str) -> String {
    quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), |text| text.into_owned())
}

/// Who listens to a document. Names are without their prefix.
pub(crate) trait Listener {
    /// An element begins.
    fn start(&mut self, name: &str, attributes: &Attributes<'_, '_>, line: usize) -> Result<(), Broken>;
    /// Text of the innermost open element, perhaps in several parts.
    fn text(&mut self, part: &str);
    /// The innermost open element ends.
    fn end(&mut self) -> Result<(), Broken>;
}

/// Walks a document.
///
/// # Errors
///
/// With the line: what is no XML, a document type declaration, an entity of its own, elements nested beyond the bound,
/// an end that comes too early; or what the listener says.
pub(crate) fn walk(text: &str, listener: &mut impl Listener) -> Result<(), Broken> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut depth = 0_usize;
    loop {
        let before = reader.buffer_position();
        let event = reader.read_event().map_err(|e| lines.broken(reader.error_position(), e.to_string()))?;
        match event {
            Event::Start(element) => {
                if depth >= DEPTH {
                    return Err(Broken::TooMuch("its elements are nested too deep", DEPTH));
                }
                depth += 1;
                let local = element.local_name();
                let name: &str = local.as_ref();
                listener.start(name, &Attributes(&element), lines.of(before))?;
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                listener.end()?;
            }
            Event::Text(part) => listener.text(&part.xml10_content()),
            Event::CData(part) => listener.text(&part.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(c)) => listener.text(c.encode_utf8(&mut [0; 4])),
                Ok(None) => match resolve_predefined_entity(&reference.xml10_content()) {
                    Some(value) => listener.text(value),
                    None => {
                        let why = "it refers to an entity of its own, which is not expanded";
                        return Err(lines.broken(before, why.to_owned()));
                    }
                },
                Err(e) => return Err(lines.broken(before, e.to_string())),
            },
            Event::DocType(_) => {
                let why = "it has a document type declaration, which this format does not use";
                return Err(lines.broken(before, why.to_owned()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if depth > 0 {
        return Err(Broken::at("the end", "the file ends too early; is it whole?"));
    }
    Ok(())
}

/// Counts lines up to a byte; bytes only grow, so that the whole document is counted once.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn of(&mut self, byte: u64) -> usize {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(self.text.len());
        let passed = self.text.as_bytes().get(self.at..byte).unwrap_or_default();
        self.line += passed.iter().filter(|c| **c == b'\n').count();
        self.at = self.at.max(byte);
        self.line
    }

    fn broken(&mut self, byte: u64, why: String) -> Broken {
        Broken::at(format!("line {}", self.of(byte)), why)
    }
}
