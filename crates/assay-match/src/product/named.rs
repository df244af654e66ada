//! One CVE that names a product, and how surely.

use std::collections::BTreeMap;

use assay_inventory::product::Agreement;

/// A CVE that names a product.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// Its id.
    pub cve: Box<str>,
    /// The best of the agreements; another group of the same CVE may agree less.
    agreement: Agreement,
    /// The groups that agree so well.
    pub groups: Vec<usize>,
    /// The group under which KEV lists it, if KEV does.
    pub listed: Option<usize>,
}

impl Named {
    /// Brings the groups of each CVE together. Where some agree letter for letter, the others are left out: `windows
    /// server 2019` is not asked about 2016 as well.
    pub fn collect<'a>(found: impl Iterator<Item = (&'a Box<str>, usize, bool, &'a Agreement)>) -> Vec<Self> {
        let mut by_cve: BTreeMap<&str, Self> = BTreeMap::new();
        for (cve, group, in_kev, agreement) in found {
            let named = by_cve.entry(cve).or_insert_with(|| Self {
                cve: cve.clone(),
                agreement: agreement.clone(),
                groups: Vec::new(),
                listed: None,
            });
            if in_kev {
                named.listed = Some(group);
            }
            match (&named.agreement, agreement) {
                (Agreement::Likely(_), Agreement::Same) => {
                    named.agreement = Agreement::Same;
                    named.groups = vec![group];
                }
                (Agreement::Same, Agreement::Likely(_)) => {}
                _ => named.groups.push(group),
            }
        }
        by_cve.into_values().collect()
    }

    /// Whether vendor and product agree letter for letter.
    pub fn is_same(&self) -> bool {
        self.agreement == Agreement::Same
    }

    /// Why it is only likely the same product.
    pub fn doubt(&self) -> Option<String> {
        match &self.agreement {
            Agreement::Same => None,
            Agreement::Likely(because) => Some(because.to_string()),
        }
    }
}
