//! What is known of an advisory, each with its source and day (R33).

use assay_base::Answer;
use assay_match::exposure::{AdvisoryFacts, Certainty, Exposure, Impact, Touch};

use crate::plain;

/// How bad it is for this thing, in four words that every format has something for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Known to be exploited.
    Exploited,
    /// CVSS 7 or more, or no score: an unknown severity is not a low one.
    High,
    /// CVSS 4 to below 7.
    Medium,
    /// CVSS below 4.
    Low,
}

impl Level {
    /// Of an advisory.
    pub fn of(advisory: &AdvisoryFacts) -> Self {
        match (advisory.kev.is_some(), advisory.score) {
            (true, _) => Self::Exploited,
            (false, Some(score)) if score < 4.0 => Self::Low,
            (false, Some(score)) if score < 7.0 => Self::Medium,
            (false, _) => Self::High,
        }
    }
}

/// A rank by which lists are sorted: what is exploited first, then EPSS-free severity. Greater is more urgent.
pub fn urgency(advisory: &AdvisoryFacts) -> f64 {
    let exploited = match &advisory.kev {
        Some(kev) if kev.ransomware == Answer::Yes => 200.0,
        Some(_) => 100.0,
        None => 0.0,
    };
    exploited + advisory.score.unwrap_or(0.0)
}

/// The facts as short clauses, the weightiest first: `known to be exploited (KEV 2023-09-13)`, `CVSS 9.8`, ...
pub fn clauses(advisory: &AdvisoryFacts) -> Vec<String> {
    let mut out = urgent(advisory);
    out.extend(decision(advisory));
    out
}

/// Those of them that say how urgent it is: exploitation, the score, EPSS.
pub fn urgent(advisory: &AdvisoryFacts) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(kev) = &advisory.kev {
        let ransomware = if kev.ransomware == Answer::Yes { ", also by ransomware" } else { "" };
        out.push(format!("known to be exploited{ransomware} (KEV {})", plain::line(&kev.added, 10)));
    }
    if let Some(score) = advisory.score {
        out.push(format!("CVSS {score:.1}"));
    }
    if let Some(epss) = &advisory.epss {
        let mut from: Vec<String> = Vec::new();
        if !epss.model.is_empty() {
            from.push(format!("model {}", plain::line(&epss.model, 30)));
        }
        if !epss.day.is_empty() {
            from.push(plain::line(&epss.day, 10));
        }
        let from = if from.is_empty() { String::new() } else { format!(" ({})", from.join(", ")) };
        out.push(format!("EPSS {}{from}", percent(epss.score)));
    }
    out
}

/// What SSVC decided, with its source.
fn decision(advisory: &AdvisoryFacts) -> Option<String> {
    let mut ssvc = Vec::new();
    match advisory.automatable {
        Answer::Yes => ssvc.push("automatable"),
        Answer::No => ssvc.push("not automatable"),
        Answer::Unknown => {}
    }
    match advisory.impact {
        Impact::Total => ssvc.push("total impact"),
        Impact::Partial => ssvc.push("partial impact"),
        Impact::Unknown => {}
    }
    let from = plain::line(&advisory.ssvc_from, 80);
    let from = if from.is_empty() { String::new() } else { format!(" ({from})") };
    (!ssvc.is_empty()).then(|| format!("{}{from}", ssvc.join(", ")))
}

/// `12 %`, `0.4 %`, below it `under 0.1 %`.
fn percent(score: f64) -> String {
    let percent = score * 100.0;
    if percent >= 10.0 {
        format!("{percent:.0} %")
    } else if percent >= 0.1 {
        format!("{percent:.1} %")
    } else {
        "under 0.1 %".to_owned()
    }
}

/// `fixed in 0.9.3`, `no fix named`.
pub fn fix(exposure: &Exposure) -> String {
    match exposure.fixed.as_slice() {
        [] => "no fix named".to_owned(),
        several => {
            let several: Vec<String> = several.iter().take(6).map(|fix| plain::line(fix, 80)).collect();
            format!("fixed in {}", several.join(" or "))
        }
    }
}

/// How sure the names are, as a sentence.
pub fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Package => "The record names this very package of this ecosystem.",
        Certainty::Product => "The record names this vendor and product.",
        Certainty::Likely => "The record likely means this product: its name is not written alike.",
    }
}

/// The touch in one or two words.
pub fn touch(touch: Touch) -> &'static str {
    match touch {
        Touch::Affected => "affected",
        Touch::CannotTell => "cannot be told",
        Touch::NotAffected => "not affected",
    }
}
