//! CycloneDX as XML.

use crate::found::{Broken, Found};
use crate::sbom::{Collect, Raw};
use crate::syntax::utf8;
use crate::syntax::xml::{self, Attributes, Listener};

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
    let mut state = State::default();
    xml::walk(utf8(bytes)?, &mut state)?;
    if !state.bom {
        return Err(Broken::at("the document", "its root is not CycloneDX's `bom`"));
    }
    Ok(state.collect.done())
}

#[derive(Default)]
struct State {
    open: Vec<Open>,
    items: Vec<Item>,
    collect: Collect,
    bom: bool,
    outer: usize,
}

impl Listener for State {
    fn start(&mut self, name: &str, attributes: &Attributes<'_, '_>, _: usize) -> Result<(), Broken> {
        let open = match (self.open.last(), name) {
            (None, "bom") if !self.bom => {
                self.bom = true;
                self.namespace(attributes)?;
                Open::Bom
            }
            (None, _) => return Err(Broken::at("the document", "its root is not CycloneDX's `bom`")),
            (Some(Open::Bom), "metadata") => Open::Metadata,
            (Some(Open::Bom | Open::Component), "components") => Open::Components,
            (Some(Open::Metadata | Open::Components), "component") => {
                self.component(attributes);
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

    fn text(&mut self, part: &str) {
        if let (Some(Open::Field(field)), Some(item)) = (self.open.last(), self.items.last_mut())
            && let Some(text) = item.texts.get_mut(*field as usize)
        {
            text.get_or_insert_default().push_str(part);
        }
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

impl State {
    /// `http://cyclonedx.org/schema/bom/1.6`: the version of the specification.
    fn namespace(&mut self, attributes: &Attributes<'_, '_>) -> Result<(), Broken> {
        let mut version = None;
        for (key, value) in attributes.all() {
            if (key == "xmlns" || key.starts_with("xmlns:"))
                && let Some(found) = value.strip_prefix("http://cyclonedx.org/schema/bom/")
            {
                version = Some(found.to_owned());
            }
        }
        match version {
            Some(version) => super::version(&mut self.collect, &version),
            None => Err(Broken::at("the document", "its root has no namespace of CycloneDX")),
        }
    }

    fn component(&mut self, attributes: &Attributes<'_, '_>) {
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
        let kind = attributes.get("type").unwrap_or_default();
        self.items.push(Item { kind, at, ..Item::default() });
    }
}
