//! CycloneDX as XML.
//!
//! No entity but XML's five and character references is expanded, and nothing
//! is fetched: a document type declaration is refused.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::{Collect, Raw};
use crate::found::{Broken, Found};
use crate::limits;

/// Where in the document the reader stands: what the open elements mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Bom,
    Metadata,
    /// `components`, of the document or of a component.
    Components,
    Component,
    /// `supplier` or `manufacturer` of a component.
    Maker(Field),
    /// An element whose text is wanted.
    Field(Field),
    /// Anything else; nothing in it is read.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Version,
    Purl,
    Cpe,
    Group,
    Publisher,
    Manufacturer,
    Supplier,
}

/// A component that is still open.
#[derive(Default)]
struct Item {
    kind: String,
    /// By [`Field`].
    texts: [Option<String>; 8],
    at: String,
    inner: usize,
}

pub(super) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        Broken::at(format!("byte {}", e.valid_up_to()), "it is not UTF-8; save the document in that encoding")
    })?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut state = State::default();
    loop {
        let before = reader.buffer_position();
        let event = reader.read_event().map_err(|e| broken(text, reader.error_position(), e.to_string()))?;
        let done = match event {
            Event::Start(element) => state.start(&element),
            Event::End(_) => state.end(),
            Event::Text(part) => state.text(&part.xml10_content()),
            Event::CData(part) => state.text(&part.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(c)) => state.text(c.encode_utf8(&mut [0; 4])),
                Ok(None) => match resolve_predefined_entity(&reference.xml10_content()) {
                    Some(value) => state.text(value),
                    None => {
                        Err(broken(text, before, "it refers to an entity of its own, which is not expanded".to_owned()))
                    }
                },
                Err(e) => Err(broken(text, before, e.to_string())),
            },
            Event::DocType(_) => {
                Err(broken(text, before, "it has a document type declaration, which CycloneDX does not use".to_owned()))
            }
            Event::Eof => break,
            _ => Ok(()),
        };
        done?;
    }
    if !state.open.is_empty() {
        return Err(Broken::at("the end", "the file ends too early; is it whole?"));
    }
    if !state.bom {
        return Err(Broken::at("the document", "its root is not CycloneDX's `bom`"));
    }
    Ok(state.collect.done())
}

fn broken(text: &str, at: u64, why: String) -> Broken {
    let at = usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
    let line = text.as_bytes().iter().take(at).filter(|c| **c == b'\n').count() + 1;
    Broken::at(format!("line {line}"), why)
}

#[derive(Default)]
struct State {
    open: Vec<Open>,
    items: Vec<Item>,
    collect: Collect,
    bom: bool,
    outer: usize,
}

impl State {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Broken> {
        if self.open.len() >= limits::DEPTH * 3 {
            // A component in a component is two elements; its fields are a third.
            return Err(Broken::TooMuch("its elements are nested too deep", limits::DEPTH * 3));
        }
        let local = element.local_name();
        let name: &str = local.as_ref();
        let open = match (self.open.last(), name) {
            (None, "bom") if !self.bom => {
                self.bom = true;
                self.namespace(element)?;
                Open::Bom
            }
            (None, _) => return Err(Broken::at("the document", "its root is not CycloneDX's `bom`")),
            (Some(Open::Bom), "metadata") => Open::Metadata,
            (Some(Open::Bom | Open::Component), "components") => Open::Components,
            (Some(Open::Metadata | Open::Components), "component") => {
                self.component(element);
                Open::Component
            }
            (Some(Open::Component), "name") => Open::Field(Field::Name),
            (Some(Open::Component), "version") => Open::Field(Field::Version),
            (Some(Open::Component), "purl") => Open::Field(Field::Purl),
            (Some(Open::Component), "cpe") => Open::Field(Field::Cpe),
            (Some(Open::Component), "group") => Open::Field(Field::Group),
            (Some(Open::Component), "publisher") => Open::Field(Field::Publisher),
            (Some(Open::Component), "supplier") => Open::Maker(Field::Supplier),
            (Some(Open::Component), "manufacturer") => Open::Maker(Field::Manufacturer),
            (Some(Open::Maker(maker)), "name") => Open::Field(*maker),
            _ => Open::Other,
        };
        self.open.push(open);
        Ok(())
    }

    /// `http://cyclonedx.org/schema/bom/1.6`: the version of the specification.
    fn namespace(&mut self, element: &BytesStart<'_>) -> Result<(), Broken> {
        let namespaces = element.attributes().flatten().filter(|a| {
            let key: &str = a.key.as_ref();
            key == "xmlns" || key.starts_with("xmlns:")
        });
        let mut version = None;
        for attribute in namespaces {
            let value: &str = &attribute.value;
            if let Some(found) = value.strip_prefix("http://cyclonedx.org/schema/bom/") {
                version = Some(found.to_owned());
            }
        }
        match version {
            Some(version) => self.collect.version(&version),
            None => Err(Broken::at("the document", "its root has no namespace of CycloneDX")),
        }
    }

    fn component(&mut self, element: &BytesStart<'_>) {
        let kind = element.attributes().flatten().find(|a| {
            let key: &str = a.key.as_ref();
            key == "type"
        });
        let at = match self.items.last_mut() {
            Some(outer) => {
                outer.inner += 1;
                format!("{}.components[{}]", outer.at, outer.inner - 1)
            }
            None if self.open.last() == Some(&Open::Metadata) => "metadata.component".to_owned(),
            None => {
                self.outer += 1;
                format!("components[{}]", self.outer - 1)
            }
        };
        let kind = kind.map(|a| a.value.to_string()).unwrap_or_default();
        self.items.push(Item { kind, at, ..Item::default() });
    }

    fn text(&mut self, part: &str) -> Result<(), Broken> {
        if let (Some(Open::Field(field)), Some(item)) = (self.open.last(), self.items.last_mut())
            && let Some(text) = item.texts.get_mut(*field as usize)
        {
            text.get_or_insert_default().push_str(part);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Broken> {
        if self.open.pop() != Some(Open::Component) {
            return Ok(());
        }
        let Some(item) = self.items.pop() else { return Ok(()) };
        let text = |field: Field| {
            let text = item.texts.get(field as usize)?.as_deref()?.trim();
            (!text.is_empty()).then_some(text)
        };
        let makers = [Field::Supplier, Field::Manufacturer, Field::Publisher, Field::Group];
        let raw = Raw {
            kind: Some(item.kind.as_str()),
            name: text(Field::Name),
            version: text(Field::Version),
            purl: text(Field::Purl),
            cpe: text(Field::Cpe),
            maker: makers.into_iter().find_map(text),
        };
        let at = item.at.clone();
        self.collect.add(&raw, at)
    }
}
