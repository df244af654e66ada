//! CycloneDX written as XML, as far as its statements go: turned into the shape
//! that its JSON has, so that one reader decides what is said.
//!
//! No entity but XML's five and character references is expanded, a document
//! type declaration is refused, and of the elements only those are kept that a
//! statement can rest on. <https://cyclonedx.org/docs/1.6/xml/>

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use super::{BadVex, LARGEST};

/// Deepest nesting of elements: that of JSON, so that both forms carry the same.
const DEPTH: usize = 128;
/// Most elements that are kept.
const ELEMENTS: usize = 2_000_000;
/// How the namespace of every version begins.
const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";

/// Elements that hold a list, and what JSON calls it.
const LISTS: [&str; 6] = ["authors", "components", "vulnerabilities", "references", "affects", "versions"];
/// The others that a statement can rest on.
const KEPT: [&str; 28] = [
    "affects",
    "analysis",
    "author",
    "component",
    "cpe",
    "detail",
    "email",
    "firstIssued",
    "group",
    "id",
    "justification",
    "lastUpdated",
    "manufacture",
    "manufacturer",
    "metadata",
    "name",
    "publisher",
    "purl",
    "range",
    "ref",
    "reference",
    "state",
    "status",
    "supplier",
    "target",
    "timestamp",
    "version",
    "vulnerability",
];

/// Whether the bytes are XML and not JSON.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().find(|c| !c.is_ascii_whitespace()) == Some(&b'<')
}

/// An element that is still open.
enum Open {
    /// Nothing in it is kept.
    Passed,
    /// The name, what it holds, and its text.
    Kept { name: String, object: Map<String, Value>, list: Vec<Value>, text: String },
}

/// The document as its JSON would be read; none if it is another XML document.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<Value>, BadVex> {
    if bytes.len() > LARGEST {
        return Err(BadVex::TooLarge(bytes.len()));
    }
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
        .map_err(|_| BadVex::NotXml("it is not UTF-8".to_owned()))?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let broken = |why: String| BadVex::NotXml(why);
    let mut open: Vec<Open> = Vec::new();
    let mut kept = 0_usize;
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(|error| {
            let line = 1 + text
                .bytes()
                .take(usize::try_from(reader.error_position()).unwrap_or(usize::MAX))
                .filter(|c| *c == b'\n')
                .count();
            BadVex::NotXml(format!("line {line}: {error}"))
        })?;
        match event {
            Event::Start(element) => {
                if open.len() >= DEPTH {
                    return Err(BadVex::Unusable(format!("its elements are nested deeper than {DEPTH}")));
                }
                if open.is_empty() {
                    if root.is_some() {
                        return Err(broken("it has two roots".to_owned()));
                    }
                    if !is_bom(&element) {
                        return Ok(None);
                    }
                }
                let begun = begin(&element, open.last(), open.is_empty());
                kept += usize::from(matches!(begun, Open::Kept { .. }));
                if kept > ELEMENTS {
                    return Err(BadVex::Unusable(format!("it has more than {ELEMENTS} elements; split it")));
                }
                open.push(begun);
            }
            Event::End(_) => {
                let Some(ended) = open.pop() else { return Err(broken("an element ends that never began".to_owned())) };
                let Open::Kept { name, object, list, text } = ended else { continue };
                let value = value(&name, object, list, text);
                match open.last_mut() {
                    Some(Open::Kept { name: outer, object, list, .. }) => {
                        if LISTS.contains(&outer.as_str()) {
                            list.push(value);
                        } else {
                            // Of two fields of one name the first counts, as in JSON's readers the last would: neither is
                            // allowed, so a document with both is not read at all.
                            if object.insert(name.clone(), value).is_some() {
                                return Err(BadVex::Unusable(format!("`{name}` stands twice in one element")));
                            }
                        }
                    }
                    Some(Open::Passed) => {}
                    None => root = Some(value),
                }
            }
            Event::Text(part) => push(&mut open, &part.xml10_content()),
            Event::CData(part) => push(&mut open, &part.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(c)) => push(&mut open, c.encode_utf8(&mut [0; 4])),
                Ok(None) => match resolve_predefined_entity(&reference.xml10_content()) {
                    Some(value) => push(&mut open, value),
                    None => return Err(broken("it refers to an entity of its own, which is not expanded".to_owned())),
                },
                Err(error) => return Err(broken(error.to_string())),
            },
            Event::DocType(_) => {
                return Err(broken("it has a document type declaration, which CycloneDX does not use".to_owned()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !open.is_empty() {
        return Err(broken("the file ends too early; is it whole?".to_owned()));
    }
    Ok(root)
}

fn is_bom(element: &BytesStart<'_>) -> bool {
    let local = element.local_name();
    let name: &str = local.as_ref();
    let namespace = element.attributes().flatten().any(|attribute| {
        let key: &str = attribute.key.as_ref();
        let value: &str = &attribute.value;
        (key == "xmlns" || key.starts_with("xmlns:")) && value.starts_with(NAMESPACE)
    });
    name == "bom" && namespace
}

fn begin(element: &BytesStart<'_>, outer: Option<&Open>, is_root: bool) -> Open {
    let local = element.local_name();
    let name: &str = local.as_ref();
    let inside = !matches!(outer, Some(Open::Passed));
    if !is_root && !(inside && (KEPT.contains(&name) || LISTS.contains(&name))) {
        return Open::Passed;
    }
    let mut object = Map::new();
    for attribute in element.attributes().flatten() {
        let key: &str = attribute.key.as_ref();
        if key == "bom-ref" || key == "serialNumber" {
            let value: &str = &attribute.value;
            let value = quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), |text| text.into_owned());
            object.insert(key.to_owned(), Value::String(value));
        }
    }
    if is_root {
        object.insert("bomFormat".to_owned(), Value::String("CycloneDX".to_owned()));
    }
    Open::Kept { name: name.to_owned(), object, list: Vec::new(), text: String::new() }
}

fn value(name: &str, object: Map<String, Value>, list: Vec<Value>, text: String) -> Value {
    if LISTS.contains(&name) {
        Value::Array(list)
    } else if object.is_empty() {
        Value::String(text.trim().to_owned())
    } else {
        Value::Object(object)
    }
}

fn push(open: &mut [Open], part: &str) {
    if let Some(Open::Kept { text, object, .. }) = open.last_mut()
        && object.is_empty()
    {
        text.push_str(part);
    }
}
