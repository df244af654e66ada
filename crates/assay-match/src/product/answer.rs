//! What the records that name a product say of one that is installed.

use assay_inventory::component::{Component, Inventory};
use assay_inventory::product::{Agreement, Because, Reach};

use super::named::{Named, Related};
use super::versions::{self, Asked};
use super::{Container, Products, Record, Stated, UnderName, line};
use crate::exposure::{AdvisoryFacts, Certainty, Exposure, Remedy, RemedyKind, Touch};
use crate::facts::{SUMMARY, cut};
use crate::index::Index;
use crate::range::Ruling;

/// Remedies that an exposure carries.
const REMEDIES: usize = 6;

/// What an answer rests on.
#[derive(Default)]
struct Rests<'a> {
    related: Vec<&'a Related>,
    stated: Vec<u32>,
}

impl Index {
    /// What the records that name a product say of one that is installed.
    pub(crate) fn product<'a>(
        &'a self,
        inventory: &'a Inventory,
        component: &'a Component,
        under: &'a UnderName,
    ) -> impl Iterator<Item = Exposure> + 'a {
        let version = line::installed(&under.product, component.version.as_deref());
        under.named.iter().filter_map(move |named| {
            let (ruling, doubt, rests) = self.products.rule(version.as_deref(), named)?;
            let sure = doubt.is_none_or(|related| related.agreement == Agreement::Same);
            Some(Exposure {
                inventory: inventory.name.clone(),
                component: component.clone(),
                advisory: self.product_facts(named),
                touch: ruling.touch,
                certainty: if sure { Certainty::Product } else { Certainty::Likely },
                why: ruling.why,
                fixed: ruling.fixed,
                // What is not affected needs none.
                remedies: if ruling.touch == Touch::NotAffected {
                    Vec::new()
                } else {
                    self.products.remedies(named, &rests)
                },
            })
        })
    }

    fn product_facts(&self, named: &Named) -> AdvisoryFacts {
        let cve: &str = &named.cve;
        let record = self.products.record(cve);
        let entry = self.kev_entry(cve);
        let vectors: Vec<&str> = record.iter().flat_map(|record| record.vectors()).collect();
        let judged = self.judged(&[cve], &vectors);
        let title = record.map(|record| &*record.title).filter(|title| !title.is_empty());
        let bulletins = self.products.bulletins_of(record, named);
        let source = match (entry.is_some(), record.is_some_and(|record| record.own)) {
            (true, _) => "CISA KEV",
            (false, true) => "CVE",
            (false, false) => "CSAF",
        };
        let pages = bulletins.iter().filter_map(|bulletin| bulletin.page.as_deref());
        let own = record.iter().flat_map(|record| record.references.iter().map(|page| &**page));
        let mut aliases: Vec<String> = bulletins.iter().map(|bulletin| bulletin.id.to_string()).collect();
        aliases.dedup();
        AdvisoryFacts {
            source: source.to_owned(),
            id: cve.to_owned(),
            aliases,
            summary: cut(entry.as_ref().map(|entry| entry.name.as_str()).or(title).unwrap_or_default(), SUMMARY)
                .to_owned(),
            kev: self.kev_fact(&[cve]),
            automatable: judged.automatable,
            impact: judged.impact,
            ssvc_from: judged.from,
            cvss: judged.vector,
            score: judged.score,
            epss: self.epss_fact(&[cve]),
            published: record.and_then(|record| record.published.as_deref()).map(str::to_owned),
            references: pages.chain(own).map(str::to_owned).collect(),
        }
    }
}

impl Products {
    /// What the records say; none if all that they say is of other version lines than this one's.
    fn rule<'a>(&'a self, version: Option<&str>, named: &'a Named) -> Option<(Ruling, Option<&'a Related>, Rests<'a>)> {
        let record = self.record(&named.cve);
        let containers = record.map_or(&[][..], |record| &record.containers);
        // First by the very names; where those cannot tell, by names that are only likely the same, and last by names
        // that may stand for something else.
        let same = |related: &Related| related.agreement == Agreement::Same;
        let likely = |related: &Related| !same(related) && related.reach == Reach::Covers;
        let beside = |related: &Related| !same(related) && related.reach == Reach::Beside;
        let passes: [&dyn Fn(&Related) -> bool; 3] = [&same, &likely, &beside];
        let mut best: Option<(Ruling, Rests<'a>)> = None;
        let (mut others, mut spoke) = (false, false);
        for pass in passes {
            let (asked, rests, skipped) = self.asked(containers, named, version, pass);
            others |= skipped;
            if asked.is_empty() {
                continue;
            }
            spoke = true;
            let ruling = versions::rule(asked.iter(), version);
            let tells = ruling.touch != Touch::CannotTell;
            if best.is_none() || tells {
                best = Some((ruling, rests));
            }
            if tells {
                break;
            }
        }
        if others && !spoke && named.listed.is_none() {
            return None;
        }
        let listed = named.listed.as_ref().and_then(|(group, _)| self.groups.get(*group as usize));
        let cve = &named.cve;
        let (mut ruling, rests) = best.unwrap_or_else(|| {
            let ruling = Ruling { touch: Touch::CannotTell, why: "names no versions".to_owned(), fixed: Vec::new() };
            (ruling, Rests::default())
        });
        let mut why = match listed.filter(|_| rests.related.is_empty()) {
            Some(group) if containers.is_empty() => {
                format!("KEV lists {cve} for {} {} and names no versions", group.vendor, group.name)
            }
            Some(group) => format!(
                "KEV lists {cve} for {} {} and names no versions; the CVE record's names are others",
                group.vendor, group.name
            ),
            None => format!("{cve} {}", ruling.why),
        };
        let doubt = named.doubt(rests.related.iter().copied());
        if let Some(Related { agreement: Agreement::Likely(because), reach }) = doubt {
            let part = matches!(because, Because::Edition(..) | Because::Part(..));
            if *reach == Reach::Beside || (part && ruling.touch != Touch::Affected) {
                // The record speaks of another edition, perhaps because this one is too old to be looked at any more, or of
                // one model of several. Its versions clear nothing here, and convict nothing (invariant 11).
                (ruling.touch, ruling.fixed) = (Touch::CannotTell, Vec::new());
            }
            why.push_str(&format!("; is it this product? {because}"));
        }
        if ruling.fixed.is_empty()
            && ruling.touch != Touch::NotAffected
            && doubt.is_none_or(|doubt| doubt.reach == Reach::Covers)
        {
            let fixes = rests.stated.iter().filter_map(|at| self.stated.get(*at as usize)?.fix.as_deref());
            ruling.fixed = fixes.map(str::to_owned).collect();
            ruling.fixed.sort();
            ruling.fixed.dedup();
            ruling.fixed.truncate(8);
        }
        why.push('.');
        ruling.why = why;
        Some((ruling, doubt, rests))
    }

    /// What the containers say of the names that are related so; and whether any of it was of another version line.
    fn asked<'a>(
        &'a self,
        containers: &'a [Container],
        named: &'a Named,
        version: Option<&str>,
        so: &dyn Fn(&Related) -> bool,
    ) -> (Vec<Asked<'a>>, Rests<'a>, bool) {
        let mut asked = Vec::new();
        let mut rests = Rests::default();
        let mut others = false;
        for container in containers {
            let mut one = Asked {
                author: &container.author,
                authority: container.authority,
                affected: Vec::new(),
                unread: None,
                version: None,
            };
            let mut any = false;
            for at in &container.stated {
                let Some(stated) = self.stated.get(*at as usize) else { continue };
                let Some(related) = named.related(stated.group).filter(|related| so(related)) else { continue };
                match self.line(stated, version) {
                    Err(()) => {
                        others = true;
                        continue;
                    }
                    Ok(doubt) => one.unread = one.unread.take().or(doubt),
                }
                one.unread = one.unread.take().or_else(|| stated.unread.as_deref().map(str::to_owned));
                let group = self.groups.get(stated.group as usize).map(super::Group::product);
                one.version = one.version.take().or_else(|| line::without_name(group?, version?));
                one.affected.push(&stated.affected);
                rests.related.push(related);
                rests.stated.push(*at);
                any = true;
            }
            if any {
                asked.push(one);
            }
        }
        (asked, rests, others)
    }

    /// Whether the name of a group speaks of other versions than this one (an error), and why that cannot be told.
    fn line(&self, stated: &Stated, version: Option<&str>) -> Result<Option<String>, ()> {
        let line = self.groups.get(stated.group as usize).and_then(|group| group.product().line.as_deref());
        let (Some(line), Some(version)) = (line, version) else { return Ok(None) };
        match line::holds(line, version) {
            Some(true) => Ok(None),
            Some(false) => Err(()),
            None => Ok(Some(format!("speaks of the versions {line}, and whether {version} is one cannot be told"))),
        }
    }

    fn bulletins_of(&self, record: Option<&Record>, named: &Named) -> Vec<&super::Bulletin> {
        let speaks = |container: &&Container| {
            let groups = container.stated.iter().filter_map(|at| self.stated.get(*at as usize));
            groups.into_iter().any(|stated| named.related(stated.group).is_some())
        };
        let containers = record.into_iter().flat_map(|record| &record.containers).filter(speaks);
        containers.filter_map(|container| self.bulletins.get(container.bulletin? as usize)).collect()
    }

    /// What to do, as the advisories say it that the answer rests on: fixes first.
    fn remedies(&self, named: &Named, rests: &Rests<'_>) -> Vec<Remedy> {
        let containers = self.record(&named.cve).into_iter().flat_map(|record| &record.containers);
        let mut found: Vec<&Remedy> = Vec::new();
        for container in containers {
            for kept in &container.remedies {
                let ours = if kept.of.is_empty() { &container.stated[..] } else { &kept.of };
                if ours.iter().any(|at| rests.stated.contains(at)) && !found.contains(&&kept.remedy) {
                    found.push(&kept.remedy);
                }
            }
        }
        let rank = |remedy: &&Remedy| match remedy.kind {
            RemedyKind::Fix => 0,
            RemedyKind::NeverFixed => 1,
            RemedyKind::NoneYet => 2,
            RemedyKind::Mitigation => 3,
        };
        found.sort_by_key(rank);
        found.into_iter().take(REMEDIES).cloned().collect()
    }
}
