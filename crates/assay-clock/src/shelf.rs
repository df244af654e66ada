//! The packs that ship with Assay, and what a text is: a directive, a duty or
//! an organisation's own policy, by its schema.

use serde::Serialize;

use crate::directive::{BOD_22_01, BOD_26_04, Directive};
use crate::duty::{CRA_ARTICLE_14, Duty};
use crate::pack::{BadPack, LARGEST};
use crate::policy::Policy;

/// A pack of any kind, as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pack {
    /// Terms for the work on assets.
    Directive(Box<Directive>),
    /// Notices that somebody is owed.
    Duty(Duty),
    /// What an organisation asks of itself.
    Policy(Policy),
}

/// What kinds of packs there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackKind {
    /// A directive.
    Directive,
    /// A duty to notify.
    Duty,
    /// An organisation's policy.
    Policy,
}

impl PackKind {
    /// The word that is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Directive => "directive",
            Self::Duty => "duty",
            Self::Policy => "policy",
        }
    }
}

/// The text of a pack that ships, by its id.
pub fn shipped(id: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
}

/// The ids and texts of all packs that ship, the newest first.
pub const SHIPPED: [(&str, &str); 3] =
    [("bod-26-04", BOD_26_04), ("cra-article-14", CRA_ARTICLE_14), ("bod-22-01", BOD_22_01)];

impl Pack {
    /// Reads a pack of any kind.
    ///
    /// # Errors
    /// If it is of no known kind, or its kind's reader refuses it.
    pub fn read(text: &str) -> Result<Self, BadPack> {
        if text.len() > LARGEST {
            return Err(BadPack::TooLarge(text.len()));
        }
        let schema = text.lines().map(str::trim).find(|line| line.starts_with("schema"));
        let is = |name: &str| schema.is_some_and(|line| line.contains(&format!("\"{name}\"")));
        if is("assay.directive/1") {
            return Directive::read(text).map(|directive| Self::Directive(Box::new(directive)));
        }
        if is("assay.duty/1") {
            return Duty::read(text).map(Self::Duty);
        }
        if is("assay.policy/1") {
            return Policy::read(text).map(Self::Policy);
        }
        Err(BadPack::Wrong(vec![
            "its `schema` is none of \"assay.directive/1\", \"assay.duty/1\" and \"assay.policy/1\"".to_owned(),
        ]))
    }

    /// Which kind it is.
    pub fn kind(&self) -> PackKind {
        match self {
            Self::Directive(_) => PackKind::Directive,
            Self::Duty(_) => PackKind::Duty,
            Self::Policy(_) => PackKind::Policy,
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Self::Directive(directive) => directive.id(),
            Self::Duty(duty) => &duty.id,
            Self::Policy(policy) => &policy.id,
        }
    }

    /// Its version, which only grows.
    pub fn version(&self) -> u32 {
        match self {
            Self::Directive(directive) => directive.version(),
            Self::Duty(duty) => duty.version,
            Self::Policy(policy) => policy.version,
        }
    }

    /// Its full name.
    pub fn name(&self) -> &str {
        match self {
            Self::Directive(directive) => directive.name(),
            Self::Duty(duty) => &duty.name,
            Self::Policy(policy) => &policy.name,
        }
    }

    /// What changed from an older version; none if the two are not of one kind.
    pub fn changes_since(&self, older: &Self) -> Option<Vec<String>> {
        match (self, older) {
            (Self::Directive(new), Self::Directive(old)) => Some(new.changes_since(old)),
            (Self::Duty(new), Self::Duty(old)) => Some(new.changes_since(old)),
            (Self::Policy(new), Self::Policy(old)) => Some(new.changes_since(old)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn what_ships_can_be_read_and_stands_under_its_id() {
        for (id, text) in SHIPPED {
            let pack = Pack::read(text).unwrap();
            assert_eq!((pack.id(), shipped(id)), (id, Some(text)));
        }
        assert!(Pack::read("schema = \"assay.other/1\"").is_err() && shipped("bod-1").is_none());
    }

    #[test]
    fn the_superseded_and_its_successor_name_each_other() {
        let (old, new) = (Directive::bod_22_01().unwrap(), Directive::bod_26_04().unwrap());
        assert!(new.supersedes().iter().any(|id| id == old.id()));
        let superseded = old.superseded().unwrap();
        assert_eq!((superseded.by.as_str(), superseded.on), (new.id(), new.issued()));
        assert!(new.superseded().is_none());
    }
}
