//! What an advisory says, as far as deadlines and cards need it: the record's
//! own facts, and what KEV and SSVC add to it by its CVE ids.

use std::borrow::Cow;
use std::collections::BTreeSet;

use assay_advisory::feed::{CveNumber, Decision, epss, is_cve_id, kev};
use assay_base::Answer;

use crate::cvss;
use crate::exposure::{AdvisoryFacts, Epss, Impact, KevFact};
use crate::index::Index;
use crate::record::{ALIASES, Advisory, Lying, Prose};

/// The first so many bytes of a text, at a character's end.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Longest summary that is kept; one line for people.
pub(crate) const SUMMARY: usize = 400;

impl Index {
    /// The facts of an OSV record, with those of the records of the same vulnerability (`names`: their ids and aliases).
    pub(crate) fn facts<'a>(
        &'a self,
        best: &'a Advisory,
        names: impl Iterator<Item = &'a str>,
        severity: &[&str],
    ) -> AdvisoryFacts {
        let names: BTreeSet<&str> = names.collect();
        let cves: Vec<&str> = names.iter().copied().filter(|name| is_cve_id(name)).collect();
        let mut vectors: Vec<&str> = severity.to_vec();
        vectors.extend(cves.iter().filter_map(|cve| self.products.record(cve)).flat_map(|record| record.vectors()));
        let judged = self.judged(&cves, &vectors);
        let prose = self.prose(best);
        AdvisoryFacts {
            source: self.sources.get(best.source as usize).map(|source| source.name.clone()).unwrap_or_default(),
            id: best.id.to_string(),
            aliases: names.into_iter().filter(|name| *name != &*best.id).take(ALIASES).map(str::to_owned).collect(),
            summary: cut(&prose.summary, SUMMARY).to_owned(),
            kev: self.kev_fact(&cves),
            automatable: judged.automatable,
            impact: judged.impact,
            ssvc_from: judged.from,
            cvss: judged.vector,
            score: judged.score,
            epss: self.epss_fact(&cves),
            published: best.published.as_deref().map(str::to_owned),
            references: prose.references.iter().map(|page| page.to_string()).collect(),
        }
    }

    /// What people read of a record. One that the file has lost is empty: it decides no answer.
    fn prose<'a>(&'a self, advisory: &'a Advisory) -> Cow<'a, Prose> {
        match &advisory.prose {
            Lying::Here(prose) => Cow::Borrowed(prose),
            Lying::Shelf(number) => {
                Cow::Owned(self.shelf.as_ref().and_then(|shelf| shelf.prose(*number)).unwrap_or_default())
            }
        }
    }

    pub(crate) fn kev_entry(&self, cve: &str) -> Option<Cow<'_, kev::Entry>> {
        let shelved = || self.shelf.as_ref()?.kev(cve).map(Cow::Owned);
        self.kev.get(cve).map(Cow::Borrowed).or_else(shelved)
    }

    fn decision(&self, cve: &str) -> Option<Cow<'_, Decision>> {
        let shelved = || self.shelf.as_ref()?.decision(cve).map(Cow::Owned);
        self.decisions.get(cve).map(Cow::Borrowed).or_else(shelved)
    }

    /// The highest score of these CVEs.
    pub(crate) fn epss_fact(&self, cves: &[&str]) -> Option<Epss> {
        let known = |cve: &str| -> Option<epss::Score> {
            let here = CveNumber::of(cve).and_then(|number| self.scores.get(number));
            here.or_else(|| self.shelf.as_ref()?.epss(cve))
        };
        let score = cves.iter().filter_map(|cve| known(cve)).max()?;
        let edition = &self.scores.edition;
        Some(Epss {
            score: score.probability(),
            percentile: score.percentile(),
            model: edition.model.clone(),
            day: edition.scored.get(..10).unwrap_or(&edition.scored).to_owned(),
        })
    }

    /// KEV's fact of the first of these CVEs that was listed; ransomware is known if it is for any.
    pub(crate) fn kev_fact(&self, cves: &[&str]) -> Option<KevFact> {
        let mut listed: Vec<Cow<'_, kev::Entry>> = cves.iter().filter_map(|cve| self.kev_entry(cve)).collect();
        listed.sort_by(|a, b| (&a.added, &a.cve).cmp(&(&b.added, &b.cve)));
        let first = listed.first()?;
        let known = listed.iter().any(|entry| entry.ransomware == Answer::Yes);
        Some(KevFact {
            added: first.added.clone(),
            ransomware: if known { Answer::Yes } else { Answer::Unknown },
            action: first.action.clone(),
        })
    }

    /// Automation and impact by decision, else by vector. Of several CVEs the worst counts, and *no* needs all of them.
    pub(crate) fn judged(&self, cves: &[&str], vectors: &[&str]) -> Judged {
        // The newest version of CVSS first; of two, the record's own.
        let mut ranked: Vec<&str> = vectors.to_vec();
        ranked.sort_by_key(|vector| std::cmp::Reverse(vector.get(..8).map(str::to_owned)));
        let readings: Vec<(&str, cvss::Reading)> = ranked
            .iter()
            .map(|vector| (*vector, cvss::read(vector)))
            .filter(|(_, read)| read.score.is_some())
            .collect();
        let decisions: Vec<Option<Cow<'_, Decision>>> = cves.iter().map(|cve| self.decision(cve)).collect();

        let automatable = worst(
            decisions.iter().map(|one| one.as_ref().map_or(Answer::Unknown, |one| one.automatable)),
            [Answer::Yes, Answer::No],
        );
        let impact = worst(
            decisions.iter().map(|one| one.as_ref().map_or(Impact::Unknown, |one| one.impact)),
            [Impact::Total, Impact::Partial],
        );
        let day =
            decisions.iter().flatten().map(|one| one.decided.get(..10).unwrap_or_default()).max().unwrap_or_default();
        let decided = if day.is_empty() { "CISA SSVC".to_owned() } else { format!("CISA SSVC of {day}") };

        // A vector is about one vulnerability: of several it cannot be said which.
        let single = cves.len() <= 1;
        let by_vector = readings.first().map(|(_, reading)| *reading).filter(|_| single);
        let told = by_vector.map_or((None, None), |reading| {
            let automatable = Some(reading.automatable).filter(|answer| *answer != Answer::Unknown);
            (automatable, Some(reading.impact).filter(|impact| *impact != Impact::Unknown))
        });
        let from = match (
            automatable.is_some() || impact.is_some(),
            (automatable.is_none() && told.0.is_some()) || (impact.is_none() && told.1.is_some()),
        ) {
            (true, true) => format!("{decided}, and the CVSS vector"),
            (true, false) => decided,
            (false, true) => "the CVSS vector".to_owned(),
            (false, false) => String::new(),
        };
        Judged {
            automatable: automatable.or(told.0).unwrap_or(Answer::Unknown),
            impact: impact.or(told.1).unwrap_or(Impact::Unknown),
            from,
            vector: readings.first().map(|(vector, _)| (*vector).to_owned()),
            score: readings.first().and_then(|(_, reading)| reading.score),
        }
    }
}

/// What is known of automation and impact, and from where.
pub(crate) struct Judged {
    pub automatable: Answer,
    pub impact: Impact,
    pub from: String,
    pub vector: Option<String>,
    pub score: Option<f64>,
}

/// The worse of two words if any answer has it, the better if all have it, else none.
fn worst<T: PartialEq + Copy>(answers: impl Iterator<Item = T>, [worse, better]: [T; 2]) -> Option<T> {
    let mut all_better = None;
    for answer in answers {
        if answer == worse {
            return Some(worse);
        }
        all_better = Some(all_better.unwrap_or(true) && answer == better);
    }
    all_better.filter(|all| *all).map(|_| better)
}
