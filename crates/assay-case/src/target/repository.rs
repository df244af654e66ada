//! A repository's commit, in normal form.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most bytes of an address.
pub const URL_MAX: usize = 500;

/// Why a text is no repository. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no repository: {0}; write it as https://example.org/project@1f2e... with all digits of the commit")]
pub struct BadRepository(&'static str);

/// `https://host/path@commit`; without a commit it stands for all of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Repository {
    url: String,
    commit: Option<String>,
}

impl Repository {
    /// Reads one. Scheme (`git://`, `ssh://`, `http://`), user, port 443, a
    /// final `.git` and the case of the host make no other repository.
    ///
    /// # Errors
    /// If it is too long or not of this shape. A commit has 40 or 64 hexadecimal digits.
    pub fn new(text: &str) -> Result<Self, BadRepository> {
        if text.len() > URL_MAX {
            return Err(BadRepository("it is longer than 500 bytes"));
        }
        let text = text.trim();
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '\\' | '?' | '#' | '%')) {
            return Err(BadRepository("it has a blank, a query, an escape or a control character"));
        }
        let text = text.strip_prefix("git+").unwrap_or(text);
        let rest = ["https://", "http://", "git://", "ssh://"]
            .into_iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .ok_or(BadRepository("it does not begin with `https://`"))?;
        let (authority, path) = rest.split_once('/').ok_or(BadRepository("it has no path"))?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
        let host = host.strip_suffix(":443").unwrap_or(&host).trim_end_matches('.');
        if host.is_empty() {
            return Err(BadRepository("it has no host"));
        }
        let (path, commit) = match path.rsplit_once('@') {
            Some((path, commit)) => (path, Some(commit.to_ascii_lowercase())),
            None => (path, None),
        };
        if let Some(commit) = &commit
            && (!matches!(commit.len(), 40 | 64) || !commit.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            return Err(BadRepository("its commit is not 40 or 64 hexadecimal digits"));
        }
        let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        if parts.is_empty() || parts.contains(&"..") {
            return Err(BadRepository("its path is empty or climbs out"));
        }
        let path = parts.join("/");
        let mut path = path.as_str();
        while let Some(shorter) = path.strip_suffix(".git").map(|p| p.trim_end_matches('/')).filter(|p| !p.is_empty()) {
            path = shorter;
        }
        // Forges do not tell their projects apart by case.
        Ok(Self { url: format!("https://{host}/{}", path.to_lowercase()), commit })
    }

    /// The address without the commit.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The commit.
    pub fn commit(&self) -> Option<&str> {
        self.commit.as_deref()
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)?;
        match &self.commit {
            Some(commit) => write!(f, "@{commit}"),
            None => Ok(()),
        }
    }
}

impl TryFrom<String> for Repository {
    type Error = BadRepository;

    fn try_from(text: String) -> Result<Self, BadRepository> {
        Self::new(&text)
    }
}

impl From<Repository> for String {
    fn from(repository: Repository) -> Self {
        repository.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn spellings_of_one_repository_are_one() {
        let one = Repository::new(&format!("https://example.org/a/b@{COMMIT}")).unwrap();
        for other in [
            "http://user:pw@EXAMPLE.org:443//a/./B.git/@",
            "ssh://git@example.org/a/b@",
            "git+https://example.org./A/b.git@",
        ] {
            assert_eq!(Repository::new(&format!("{other}{}", COMMIT.to_uppercase())).unwrap(), one, "{other}");
        }
    }

    #[test]
    fn what_is_no_repository_is_refused() {
        for bad in [
            "",
            "https://",
            "https://example.org",
            "https://example.org/a@main",
            "https://example.org/a/../b",
            "https:///a",
            "file:///etc",
            "https://example.org/a%2fb",
            "https://example.org/a@b@c",
        ] {
            assert!(Repository::new(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn normal_form_is_its_own_normal_form(text in "(https|git|ssh)://[a-zA-Z@:.]{0,9}/[a-zA-Z./@git]{0,14}(@[0-9a-fA-F]{40})?") {
            if let Ok(repository) = Repository::new(&text) {
                prop_assert_eq!(Repository::new(&repository.to_string()).unwrap(), repository);
            }
        }
    }
}
