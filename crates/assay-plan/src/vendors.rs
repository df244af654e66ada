//! How often KEV has listed a vendor: who makes a product says more about
//! what is exploited next than most scores do (docs/plan.md has the
//! measurement, `assay backtest` repeats it).

use std::collections::BTreeMap;

use jiff::civil::Date;

/// KEV's entries by vendor, as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorHistory {
    as_of: Date,
    entries: BTreeMap<String, u32>,
}

impl VendorHistory {
    /// From the vendors of KEV's entries, each as often as it stands there.
    pub fn new<'a>(as_of: Date, vendors: impl IntoIterator<Item = &'a str>) -> Self {
        let mut entries = BTreeMap::new();
        for vendor in vendors {
            *entries.entry(key(vendor)).or_insert(0_u32) += 1;
        }
        entries.remove("");
        Self { as_of, entries }
    }

    /// The day of the list.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// How many entries a vendor has. None of a vendor without a name: nobody can say.
    pub fn of(&self, vendor: &str) -> Option<u32> {
        let key = key(vendor);
        (!key.is_empty()).then(|| self.entries.get(&key).copied().unwrap_or(0))
    }
}

/// A vendor's name without case, marks and the words that companies add to theirs.
pub fn key(vendor: &str) -> String {
    const ADDED: [&str; 11] =
        ["inc", "llc", "ltd", "corp", "corporation", "gmbh", "co", "company", "software", "systems", "technologies"];
    let lower = vendor.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let kept = words.iter().rposition(|word| !ADDED.contains(word)).map_or(words.len(), |last| last + 1);
    words.get(..kept).unwrap_or_default().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_is_found_as_lists_write_it() {
        let history = VendorHistory::new(
            Date::constant(2026, 1, 29),
            ["Progress", "Palo Alto Networks", "Progress", "D-Link", "Apache", ""],
        );
        assert_eq!(history.of("Progress Software Corporation"), Some(2));
        assert_eq!(history.of("palo_alto networks, Inc."), Some(1));
        assert_eq!(history.of("Nobody"), Some(0));
        assert_eq!(history.of("  "), None);
        assert_eq!(key("Systems"), "systems");
    }
}
