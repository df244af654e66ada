//! One CVE that names a product, and how surely.

use std::collections::BTreeMap;

use assay_inventory::product::{Agreement, Because, Reach};

/// How a record's name agrees with an installed product's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Related {
    /// How well the names agree.
    pub agreement: Agreement,
    /// How far the record's name reaches.
    pub reach: Reach,
}

/// A CVE that names a product.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// Its id.
    pub cve: Box<str>,
    /// The names in its records that agree, and how well; in the order of the groups.
    pub groups: Vec<(u32, Related)>,
    /// The name under which KEV lists it, if KEV does and that name agrees.
    pub listed: Option<(u32, Related)>,
}

impl Named {
    /// Brings the names of each CVE together.
    pub fn collect<'a>(found: impl Iterator<Item = (&'a Box<str>, u32, bool, &'a Related)>) -> Vec<Self> {
        let mut by_cve: BTreeMap<&str, Self> = BTreeMap::new();
        for (cve, group, in_kev, related) in found {
            let named =
                by_cve.entry(cve).or_insert_with(|| Self { cve: cve.clone(), groups: Vec::new(), listed: None });
            if in_kev {
                named.listed = Some((group, related.clone()));
            } else {
                named.groups.push((group, related.clone()));
            }
        }
        for named in by_cve.values_mut() {
            named.groups.sort_by_key(|(group, _)| *group);
            named.groups.dedup_by_key(|(group, _)| *group);
        }
        by_cve.into_values().collect()
    }

    /// How a group is related.
    pub fn related(&self, group: u32) -> Option<&Related> {
        let at = self.groups.binary_search_by_key(&group, |(known, _)| *known).ok()?;
        self.groups.get(at).map(|(_, related)| related)
    }

    /// What is doubtful about the names that an answer rests on; nothing if they are surely this product's. With
    /// `record`, it rests on those names of the records, else on KEV's. The CVE id joins the two, so where KEV's name
    /// is the very one, another name for the same thing is no doubt.
    pub fn doubt<'a>(&'a self, record: impl Iterator<Item = &'a Related>) -> Option<&'a Related> {
        let kev = self.listed.as_ref().map(|(_, related)| related);
        let is_same = kev.is_some_and(|kev| kev.agreement == Agreement::Same);
        let mut worst = None;
        let mut any = false;
        for related in record {
            any = true;
            if let Agreement::Likely(because) = &related.agreement {
                let alias = matches!(because, Because::VendorAlias(..) | Because::ProductAlias(..));
                if !(alias && is_same) {
                    worst = worst.or(Some(related));
                }
            }
        }
        match kev {
            Some(related) if !any && related.agreement != Agreement::Same => Some(related),
            _ => worst,
        }
    }
}
