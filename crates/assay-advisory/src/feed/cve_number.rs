//! A CVE id as one number, for tables of hundreds of thousands.

use std::fmt;

use super::is_cve_id;

/// What a year's numbers stay below.
const YEAR: u64 = 1_000_000_000_000_000;

/// A CVE id as one number: ids in the order of years and numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CveNumber(u64);

impl CveNumber {
    /// The number of an id as it is written everywhere: four digits at least, and no more zeros in front than those
    /// need. None for anything else, which no CVE of the real list is.
    pub fn of(id: &str) -> Option<Self> {
        if !is_cve_id(id) {
            return None;
        }
        let (year, number) = id.strip_prefix("CVE-")?.split_once('-')?;
        if number.len() > 15 || (number.len() > 4 && number.starts_with('0')) {
            return None;
        }
        Some(Self(year.parse::<u64>().ok()? * YEAR + number.parse::<u64>().ok()?))
    }

    /// As a table keeps it.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// From what a table keeps.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

impl fmt::Display for CveNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CVE-{:04}-{:04}", self.0 / YEAR, self.0 % YEAR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_as_it_was_or_is_none() {
        for id in ["CVE-1999-0001", "CVE-2024-3094", "CVE-2025-123456", "CVE-0000-0000", "CVE-9999-999999999999999"] {
            assert_eq!(CveNumber::of(id).map(|number| number.to_string()).as_deref(), Some(id));
        }
        for id in ["CVE-2024-03094", "CVE-2024-1234567890123456", "CVE-2024-1", "cve-2024-3094", ""] {
            assert_eq!(CveNumber::of(id), None, "{id}");
        }
        assert!(CveNumber::of("CVE-2024-99999") < CveNumber::of("CVE-2025-0001"));
    }
}
