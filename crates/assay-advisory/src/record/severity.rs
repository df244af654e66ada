//! Severity: a CVSS vector, and the score that follows from it.

use cvss::Cvss;
use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::text;

/// A CVSS 3.0, 3.1 or 4.0 vector with its base score. The score is computed, never told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Severity {
    vector: String,
    version: Version,
    tenths: u8,
}

/// A version of CVSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// CVSS 3.0.
    V30,
    /// CVSS 3.1.
    V31,
    /// CVSS 4.0.
    V40,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    vector: String,
    score: f64,
}

impl Severity {
    /// The severity of this vector: base metrics only, in their own order.
    ///
    /// What changes with time or place (temporal, threat and environmental
    /// metrics) belongs to whoever knows it, not to an advisory.
    ///
    /// # Errors
    /// If it is no such vector.
    pub fn from_vector(vector: &str) -> Result<Self, Fault> {
        let refuse = |why: String| Fault::new("severity", format!("`{}`: {why}", text::cut(vector)));
        if vector.len() > 200 {
            return Err(refuse("a vector has at most 200 bytes".into()));
        }
        let parsed: Cvss = vector.parse().map_err(|error: cvss::Error| refuse(error.to_string()))?;
        let (version, metrics) = match parsed {
            Cvss::CvssV30(_) => (Version::V30, 8),
            Cvss::CvssV31(_) => (Version::V31, 8),
            Cvss::CvssV40(_) => (Version::V40, 11),
            _ => return Err(refuse("only CVSS 3.0, 3.1 and 4.0 are written".into())),
        };
        if parsed.to_string() != vector || vector.split('/').count() != metrics + 1 {
            return Err(refuse("it has not just the base metrics, each once and in order".into()));
        }
        let tenths = (parsed.score() * 10.0).round().clamp(0.0, 100.0);
        // Between 0 and 100, and whole.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(Self { vector: vector.to_owned(), version, tenths: tenths as u8 })
    }

    /// The vector, as written.
    #[must_use]
    pub fn vector(&self) -> &str {
        &self.vector
    }

    /// The version of CVSS.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The base score, 0.0 to 10.0 with one digit.
    #[must_use]
    pub fn score(&self) -> f64 {
        f64::from(self.tenths) / 10.0
    }

    /// The score's word, by the rating scale that CVSS 3 and 4 share.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.tenths {
            0 => "none",
            1..=39 => "low",
            40..=69 => "medium",
            70..=89 => "high",
            _ => "critical",
        }
    }
}

impl TryFrom<Wire> for Severity {
    type Error = Fault;

    fn try_from(wire: Wire) -> Result<Self, Fault> {
        let severity = Self::from_vector(&wire.vector)?;
        // Both are tenths, so they are the same double or another number.
        if severity.score() != wire.score {
            return Err(Fault::new(
                "severity",
                format!("the score of `{}` is {}, not {}", severity.vector, severity.score(), wire.score),
            ));
        }
        Ok(severity)
    }
}

impl From<Severity> for Wire {
    fn from(severity: Severity) -> Self {
        Self { score: severity.score(), vector: severity.vector }
    }
}
