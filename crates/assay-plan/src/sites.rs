//! Many sites in one file, `assay.sites/1`: who they are, where their lists
//! lie, and by whose leave somebody else plans for them (R55).
//!
//! A sharing centre, a managed service or an agency's headquarters plans for
//! sites that have nobody of their own. The right to do so is given by each
//! site, in writing, for a time, and can be taken back: what is over or taken
//! back is not planned, and is told.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::text::{NAME, acts};

/// Largest file that is read, in bytes.
pub const LARGEST: usize = 4 * 1024 * 1024;
/// Most sites.
const SITES: usize = 5_000;
/// Most lists of one site.
const LISTS: usize = 200;
/// Longest path, in bytes.
const PATH: usize = 1_000;

/// A file of sites, as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sites {
    /// Who plans for them.
    pub operator: String,
    /// The sites, in the order of the file.
    pub sites: Vec<Site>,
}

/// One site.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Site {
    /// Its id, which is also its folder's name: small letters, digits and `-`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Which kind of organisation it is, or its file.
    #[serde(default = "unknown")]
    pub organisation: String,
    /// Its lists, from where the file of sites lies.
    pub lists: Vec<String>,
    /// Its file of assets.
    #[serde(default)]
    pub assets: Option<String>,
    /// Its file of reports.
    #[serde(default)]
    pub reports: Option<String>,
    /// Its policy.
    #[serde(default)]
    pub policy: Option<String>,
    /// Its zone.
    #[serde(default)]
    pub zone: Option<String>,
    /// How many updates a month holds there.
    #[serde(default)]
    pub capacity: Option<u16>,
    /// By whose leave the operator plans for it.
    pub delegation: Delegation,
}

/// What a site allows its operator, by whom, from when, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Delegation {
    /// Who at the site gave it.
    pub by: String,
    /// The day from which it holds.
    pub from: String,
    /// The last day on which it holds; none is until it is taken back.
    #[serde(default)]
    pub until: Option<String>,
    /// The day from which it is taken back.
    #[serde(default)]
    pub revoked: Option<String>,
    /// What is allowed.
    pub rights: BTreeSet<Right>,
}

/// Something that an operator may do for a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Read its lists and make its plan.
    Plan,
    /// Take what it reports into its plan.
    Reports,
    /// Name it in the summary over all sites; without it, it is counted there and not named.
    Name,
}

/// Why a site is not planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotAllowed {
    /// Its leave does not hold yet.
    NotYet,
    /// Its leave is over.
    Over,
    /// It took its leave back.
    Revoked,
    /// Its leave is for something else.
    NoRight,
}

impl NotAllowed {
    /// As a clause.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotYet => "its leave does not hold yet",
            Self::Over => "its leave is over",
            Self::Revoked => "it took its leave back",
            Self::NoRight => "it gave no leave to plan",
        }
    }
}

/// A file of sites cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSites {
    /// Larger than it may be.
    #[error("the file of sites has {0} bytes, and no more than {LARGEST} are read")]
    TooLarge(usize),
    /// No TOML, or keys that it does not have.
    #[error("the file of sites cannot be read: {0}")]
    Unreadable(String),
    /// It can be read and says something that cannot be.
    #[error("the file of sites is wrong: {}", .0.join("; "))]
    Wrong(Vec<String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    schema: String,
    operator: String,
    #[serde(rename = "site")]
    sites: Vec<Site>,
}

fn unknown() -> String {
    "unknown".to_owned()
}

impl Sites {
    /// Reads `assay.sites/1`.
    ///
    /// # Errors
    /// If it is too large, no TOML, has unknown keys, two sites of one id, a path out of its folder, or a delegation
    /// that names nobody or no day.
    pub fn read(text: &str) -> Result<Self, BadSites> {
        if text.len() > LARGEST {
            return Err(BadSites::TooLarge(text.len()));
        }
        let file: File = toml::from_str(text)
            .map_err(|error| BadSites::Unreadable(error.to_string().chars().take(300).collect()))?;
        let mut wrong = Vec::new();
        if file.schema != "assay.sites/1" {
            wrong.push("the schema is not `assay.sites/1`".to_owned());
        }
        if !is_line(&file.operator) {
            wrong.push("`operator` has to be one line".to_owned());
        }
        if file.sites.is_empty() || file.sites.len() > SITES {
            wrong.push(format!("there are 1 to {SITES} sites in a file"));
        }
        let mut ids = BTreeSet::new();
        for (at, site) in file.sites.iter().take(SITES).enumerate() {
            if !ids.insert(site.id.as_str()) {
                wrong.push(format!("two sites have the id of site {}", at + 1));
            }
            site.check(at + 1, &mut wrong);
        }
        if wrong.is_empty() {
            Ok(Self { operator: file.operator, sites: file.sites })
        } else {
            wrong.truncate(20);
            Err(BadSites::Wrong(wrong))
        }
    }
}

impl Site {
    fn check(&self, number: usize, wrong: &mut Vec<String>) {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let begins = self.id.bytes().next().is_some_and(|byte| byte != b'-');
        if !begins || self.id.len() > 60 || !self.id.bytes().all(plain) {
            wrong.push(format!("the id of site {number} is none: small letters, digits and `-`, at most 60"));
        }
        if !is_line(&self.name) || !is_line(&self.delegation.by) {
            wrong.push(format!("site {number} needs a name, and who gave the leave, in one line each"));
        }
        if self.lists.is_empty() || self.lists.len() > LISTS {
            wrong.push(format!("site {number} has 1 to {LISTS} lists"));
        }
        // A site's file cannot name another's by walking up: each path stays below the file of sites.
        let organisation = self.organisation.contains(['/', '.']).then_some(&self.organisation);
        let paths = self.lists.iter().chain(&self.assets).chain(&self.reports).chain(&self.policy).chain(organisation);
        for path in paths {
            let inside =
                !path.starts_with(['/', '-']) && path.split(['/', '\\']).all(|part| part != ".." && !part.is_empty());
            if !inside || path.len() > PATH || path.chars().any(acts) {
                wrong.push(format!("a path of site {number} does not stay below the file of sites"));
            }
        }
        if self.capacity == Some(0) {
            wrong.push(format!("the capacity of site {number} is 0: leave it out if it is not known"));
        }
        let delegation = &self.delegation;
        for day in
            [Some(&delegation.from), delegation.until.as_ref(), delegation.revoked.as_ref()].into_iter().flatten()
        {
            if date(day).is_none() {
                wrong.push(format!("a day of the delegation of site {number} is no date such as 2026-12-01"));
            }
        }
    }

    /// Whether its operator may plan for it on a day.
    ///
    /// # Errors
    /// Why not. A day that cannot be read is no leave.
    pub fn may_plan(&self, today: Date) -> Result<(), NotAllowed> {
        let delegation = &self.delegation;
        if delegation.revoked.as_deref().is_some_and(|day| date(day).is_none_or(|day| day <= today)) {
            return Err(NotAllowed::Revoked);
        }
        if date(&delegation.from).is_none_or(|from| today < from) {
            return Err(NotAllowed::NotYet);
        }
        if delegation.until.as_deref().is_some_and(|day| date(day).is_none_or(|day| day < today)) {
            return Err(NotAllowed::Over);
        }
        if !delegation.rights.contains(&Right::Plan) {
            return Err(NotAllowed::NoRight);
        }
        Ok(())
    }

    /// Whether it allows something beside the plan.
    pub fn allows(&self, right: Right) -> bool {
        self.delegation.rights.contains(&right)
    }
}

fn date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= NAME && !text.chars().any(acts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const FILE: &str = r#"schema = "assay.sites/1"
operator = "Prairie ISAC"
[[site]]
id = "prairie-view"
name = "Prairie View Hospital"
organisation = "critical-infrastructure"
lists = ["prairie-view/products.csv"]
[site.delegation]
by = "Pat Doe, director"
from = "2026-05-01"
until = "2027-05-01"
rights = ["plan", "name"]
"#;

    fn may(file: &str, day: &str) -> Result<(), NotAllowed> {
        Sites::read(file).unwrap().sites[0].may_plan(day.parse().unwrap())
    }

    #[test]
    fn leave_is_given_for_a_time_and_can_be_taken_back() {
        assert_eq!(may(FILE, "2026-11-21"), Ok(()));
        assert_eq!(may(FILE, "2026-04-30"), Err(NotAllowed::NotYet));
        assert_eq!(may(FILE, "2027-05-02"), Err(NotAllowed::Over));
        let revoked = FILE.replace("rights", "revoked = \"2026-10-01\"\nrights");
        assert_eq!(may(&revoked, "2026-10-01"), Err(NotAllowed::Revoked));
        assert_eq!(may(&revoked, "2026-09-30"), Ok(()));
        assert_eq!(may(&FILE.replace("\"plan\", ", ""), "2026-11-21"), Err(NotAllowed::NoRight));
    }

    #[test]
    fn what_cannot_be_is_refused_with_every_reason() {
        for (from, to, words) in [
            ("prairie-view\"\nname", "../x\"\nname", "the id of site 1 is none"),
            ("prairie-view/products.csv", "../other/products.csv", "does not stay below"),
            ("prairie-view/products.csv", "/etc/passwd", "does not stay below"),
            ("prairie-view/products.csv", "-", "does not stay below"),
            ("critical-infrastructure", "../us.toml", "does not stay below"),
            ("2026-05-01", "May", "is no date"),
            ("by = \"Pat Doe, director\"", "by = \"\"", "who gave the leave"),
            ("\"plan\"", "\"everything\"", "unknown variant"),
        ] {
            let error = Sites::read(&FILE.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(words), "{words}: {error}");
        }
        let twice =
            format!("{FILE}{}", FILE.split_once("[[site]]").map(|(_, rest)| format!("[[site]]{rest}")).unwrap());
        assert!(Sites::read(&twice).unwrap_err().to_string().contains("two sites have the id of site 2"));
    }

    proptest! {
        #[test]
        fn damaged_files_do_not_panic(at in 0..FILE.len(), byte in 32_u8..127) {
            let mut bytes = FILE.as_bytes().to_vec();
            bytes[at] = byte;
            if let Ok(sites) = Sites::read(&String::from_utf8_lossy(&bytes)) {
                let _ = sites.sites[0].may_plan(Date::constant(2026, 11, 21));
            }
        }

        #[test]
        fn no_path_leaves_the_folder(path in "(\\.\\./|/|\\./|[a-z]{1,3}/|\\\\){0,4}[a-z.]{0,4}") {
            if let Ok(sites) = Sites::read(&FILE.replace("prairie-view/products.csv", &path.replace('\\', "\\\\"))) {
                let list = std::path::Path::new(&sites.sites[0].lists[0]);
                prop_assert!(list.is_relative());
                prop_assert!(list.components().all(|part| matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir)));
            }
        }
    }
}
