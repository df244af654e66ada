//! Clock templates, as data (R37).

use assay_base::Instant;
use serde::Deserialize;

/// The templates that come with the binary.
const SHIPPED: &str = include_str!("templates.toml");
/// Largest file that is read.
const MAX_BYTES: usize = 64 << 10;
/// Most templates and lists.
const MAX_ENTRIES: usize = 100;

/// A file of templates cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplates {
    /// Too large, or too many entries.
    #[error("a file of clock templates has at most 64 KiB and 100 entries")]
    TooLarge,
    /// Not of this shape.
    #[error("these are no clock templates: {0}")]
    Shape(String),
}

/// How long an embargo lasts by one template.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// What it says, for people.
    pub sentence: String,
    /// Days.
    pub days: u32,
    /// Days that may be proposed on top; they take every signatory's agreement.
    pub grace_days: u32,
}

impl Template {
    /// When an embargo by it ends.
    pub fn end(&self, opened: Instant) -> Instant {
        opened.plus_days(self.days)
    }

    /// The latest end that may be proposed under it.
    pub fn latest(&self, opened: Instant) -> Instant {
        opened.plus_days(self.days.saturating_add(self.grace_days))
    }
}

/// A list's rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ListRule {
    /// The list's name.
    pub name: String,
    /// What it says, for people.
    pub sentence: String,
    /// Its cap in days.
    pub days: u32,
    /// Its cap where the list itself grants an exception.
    pub exception_days: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct After {
    technical_detail_days: u32,
    no_answer_days: u32,
}

/// All templates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    #[serde(rename = "template")]
    templates: Vec<Template>,
    #[serde(rename = "list")]
    lists: Vec<ListRule>,
    after: After,
}

impl Templates {
    /// Reads a file of templates.
    ///
    /// # Errors
    /// If it is too large or of another shape.
    pub fn read(text: &str) -> Result<Self, BadTemplates> {
        if text.len() > MAX_BYTES {
            return Err(BadTemplates::TooLarge);
        }
        let read: Self = toml::from_str(text).map_err(|error| BadTemplates::Shape(error.message().to_owned()))?;
        if read.templates.len() + read.lists.len() > MAX_ENTRIES {
            return Err(BadTemplates::TooLarge);
        }
        Ok(read)
    }

    /// The shipped ones.
    ///
    /// # Errors
    /// Never with the shipped file; a test reads it.
    pub fn shipped() -> Result<Self, BadTemplates> {
        Self::read(SHIPPED)
    }

    /// By name.
    pub fn template(&self, name: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.name == name)
    }

    /// By name.
    pub fn list(&self, name: &str) -> Option<&ListRule> {
        self.lists.iter().find(|list| list.name == name)
    }

    /// When technical detail may follow a fix that was out at `fixed` (invariant 30).
    pub fn technical_detail(&self, fixed: Instant) -> Instant {
        fixed.plus_days(self.after.technical_detail_days)
    }

    /// When the coordinator takes over the contact to a vendor who was notified at `notified` and never answered.
    pub fn coordinator_takes_over(&self, notified: Instant) -> Instant {
        notified.plus_days(self.after.no_answer_days)
    }
}
