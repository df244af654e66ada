//! One CVE that names a product, and how surely.

use std::collections::BTreeMap;

use assay_inventory::product::{Agreement, Because};

/// A CVE that names a product.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// Its id.
    pub cve: Box<str>,
    /// The names in its CVE record that agree, and how well; in the order of the groups.
    pub groups: Vec<(usize, Agreement)>,
    /// The name under which KEV lists it, if KEV does and that name agrees.
    pub listed: Option<(usize, Agreement)>,
}

impl Named {
    /// Brings the names of each CVE together.
    pub fn collect<'a>(found: impl Iterator<Item = (&'a Box<str>, usize, bool, &'a Agreement)>) -> Vec<Self> {
        let mut by_cve: BTreeMap<&str, Self> = BTreeMap::new();
        for (cve, group, in_kev, agreement) in found {
            let named =
                by_cve.entry(cve).or_insert_with(|| Self { cve: cve.clone(), groups: Vec::new(), listed: None });
            if in_kev {
                named.listed = Some((group, agreement.clone()));
            } else {
                named.groups.push((group, agreement.clone()));
            }
        }
        for named in by_cve.values_mut() {
            named.groups.sort_by_key(|(group, _)| *group);
        }
        by_cve.into_values().collect()
    }

    /// How well a group agrees.
    pub fn agreement(&self, group: usize) -> Option<&Agreement> {
        let at = self.groups.binary_search_by_key(&group, |(known, _)| *known).ok()?;
        self.groups.get(at).map(|(_, agreement)| agreement)
    }

    /// What is doubtful about the names that an answer rests on; nothing if they are surely this product's. With
    /// `record`, it rests on those names of the CVE record, else on KEV's. The CVE id joins the two, so where KEV's name
    /// is the very one, another name for the same thing is no doubt.
    pub fn doubt<'a>(&'a self, record: impl Iterator<Item = &'a Agreement>) -> Option<&'a Because> {
        let kev = self.listed.as_ref().map(|(_, agreement)| agreement);
        let mut worst = None;
        let mut any = false;
        for agreement in record {
            any = true;
            if let Agreement::Likely(because) = agreement {
                let alias = matches!(because, Because::VendorAlias(..) | Because::ProductAlias(..));
                if !(alias && kev == Some(&Agreement::Same)) {
                    worst = worst.or(Some(because));
                }
            }
        }
        match kev {
            Some(Agreement::Likely(because)) if !any => Some(because),
            _ => worst,
        }
    }
}
