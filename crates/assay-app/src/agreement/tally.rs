//! The tally of one source of reports: how often its severities agree with the
//! advisories, and by how much they differ (R32).
//!
//! A mean is told of [`LEAST`] cases or more, with its interval; of fewer, chance
//! alone gives any.

use std::collections::BTreeMap;

use assay_advisory::record::{Severity, Version};
use serde::Serialize;

use crate::severities::Stated;

/// Fewest compared cases of which a mean is told.
pub const LEAST: usize = 10;

/// Why a report is not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotCompared {
    /// The report states no severity.
    NotStated,
    /// What it states is no CVSS base vector, or the report is partial.
    Unreadable,
    /// One is CVSS 3 and the other CVSS 4.
    OtherVersion,
    /// The advisory states no severity, or was shredded.
    NotAssessed,
    /// The report's bundle was shredded.
    Gone,
}

/// What the differences of a source say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Fewer than [`LEAST`] cases were compared.
    TooFew,
    /// Every difference is the same: there is a mean, and no interval follows from it.
    AllTheSame,
    /// It rates higher than the advisories: the whole interval lies above zero.
    Higher,
    /// It rates lower: the whole interval lies below zero.
    Lower,
    /// The interval holds zero.
    NoDifference,
}

/// The agreement of one source.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Source {
    /// What it is called.
    pub source: String,
    /// Published cases of which it has a report.
    pub cases: usize,
    /// Those whose two scores can be compared.
    pub compared: usize,
    /// The same word on CVSS's scale: none, low, medium, high, critical.
    pub agreed: usize,
    /// A higher word than the advisory's.
    pub higher: usize,
    /// A lower word.
    pub lower: usize,
    /// Mean of the finder's score less the advisory's, in points of CVSS; none of fewer than [`LEAST`] cases.
    pub mean: Option<f64>,
    /// Its 95 % interval by Student's t, in points.
    pub interval: Option<[f64; 2]>,
    /// What that says.
    pub reading: Reading,
    /// Those that were not compared, by the reason.
    pub not_compared: BTreeMap<NotCompared, usize>,
}

/// The finder's score and the advisory's, in tenths of a point, with the words that CVSS gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    finder: (i32, &'static str),
    advisory: (i32, &'static str),
}

impl Pair {
    /// The finder's tenths less the advisory's.
    fn less(self) -> i32 {
        self.finder.0 - self.advisory.0
    }
}

/// A report's scores, or why they are not compared.
pub(super) type Compared = Result<Pair, NotCompared>;

/// The two scores of a report, or why they are not compared.
pub(super) fn compare(stated: &Stated, assessed: Option<&Severity>) -> Compared {
    let finder = match stated {
        Stated::Rated(severity) => severity,
        Stated::Nothing => return Err(NotCompared::NotStated),
        Stated::Unreadable(_) => return Err(NotCompared::Unreadable),
        Stated::Gone => return Err(NotCompared::Gone),
    };
    let advisory = assessed.ok_or(NotCompared::NotAssessed)?;
    if (finder.version() == Version::V40) != (advisory.version() == Version::V40) {
        return Err(NotCompared::OtherVersion);
    }
    // Tenths from 0 to 100, so the rounding is exact.
    #[allow(clippy::cast_possible_truncation)]
    let told = |severity: &Severity| ((severity.score() * 10.0).round() as i32, severity.word());
    Ok(Pair { finder: told(finder), advisory: told(advisory) })
}

impl Source {
    pub(super) fn of(source: String, pairs: &[Compared]) -> Self {
        let mut not_compared = BTreeMap::new();
        for reason in pairs.iter().filter_map(|pair| pair.err()) {
            *not_compared.entry(reason).or_default() += 1;
        }
        let compared: Vec<Pair> = pairs.iter().filter_map(|pair| pair.ok()).collect();
        let agreed = compared.iter().filter(|pair| pair.finder.1 == pair.advisory.1).count();
        let higher =
            compared.iter().filter(|pair| pair.finder.1 != pair.advisory.1 && pair.finder.0 > pair.advisory.0).count();
        let (mean, interval, reading) = difference(&compared);
        Self {
            source,
            cases: pairs.len(),
            compared: compared.len(),
            agreed,
            higher,
            lower: compared.len() - agreed - higher,
            mean,
            interval,
            reading,
            not_compared,
        }
    }
}

/// Mean difference in points, its interval, and what they say.
fn difference(pairs: &[Pair]) -> (Option<f64>, Option<[f64; 2]>, Reading) {
    if pairs.len() < LEAST {
        return (None, None, Reading::TooFew);
    }
    let points: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.less()) / 10.0).collect();
    // No store holds as many cases as a double cannot count.
    #[allow(clippy::cast_precision_loss)]
    let count = points.len() as f64;
    let mean = points.iter().sum::<f64>() / count;
    if pairs.windows(2).all(|two| matches!(two, [one, next] if one.less() == next.less())) {
        return (points.first().copied(), None, Reading::AllTheSame);
    }
    let spread = (points.iter().map(|point| (point - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    let half = student(points.len() - 1) * spread / count.sqrt();
    let reading = if mean - half > 0.0 {
        Reading::Higher
    } else if mean + half < 0.0 {
        Reading::Lower
    } else {
        Reading::NoDifference
    };
    (Some(mean), Some([mean - half, mean + half]), reading)
}

/// Student's t for a two-sided 95 % interval, rounded to the wider side between the rows of the usual table.
fn student(freedom: usize) -> f64 {
    const ROWS: [(usize, f64); 9] = [
        (120, 1.980),
        (60, 2.000),
        (40, 2.021),
        (30, 2.042),
        (24, 2.064),
        (20, 2.086),
        (15, 2.131),
        (12, 2.179),
        (10, 2.228),
    ];
    ROWS.into_iter().find(|(least, _)| freedom >= *least).map_or(2.262, |(_, t)| t)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn word(tenths: i32) -> &'static str {
        match tenths {
            0 => "none",
            1..=39 => "low",
            40..=69 => "medium",
            70..=89 => "high",
            _ => "critical",
        }
    }

    fn pair(finder: i32, advisory: i32) -> Compared {
        Ok(Pair { finder: (finder, word(finder)), advisory: (advisory, word(advisory)) })
    }

    #[test]
    fn a_source_that_rates_higher_is_told_with_its_interval() {
        // Worked by hand: the differences in tenths are 20, 0, 10, 20, 30, 10, 0, 20, 10, 30: mean 1.5, the deviations'
        // squares sum to 10.5, s = 1.0801, t(9) = 2.262, half = 0.7726.
        let finder = [98, 75, 85, 90, 88, 64, 53, 98, 71, 95];
        let advisory = [78, 75, 75, 70, 58, 54, 53, 78, 61, 65];
        let pairs: Vec<Compared> = finder.iter().zip(advisory).map(|(one, other)| pair(*one, other)).collect();
        let source = Source::of("Lab One".into(), &pairs);
        assert_eq!((source.compared, source.agreed, source.higher, source.lower), (10, 4, 6, 0));
        assert!((source.mean.unwrap() - 1.5).abs() < 1e-9);
        let [low, high] = source.interval.unwrap();
        assert!((low - 0.7274).abs() < 1e-3 && (high - 2.2726).abs() < 1e-3, "{low} {high}");
        assert_eq!(source.reading, Reading::Higher);
        let swapped: Vec<Compared> = finder.iter().zip(advisory).map(|(one, other)| pair(other, *one)).collect();
        assert_eq!(Source::of("Lab One".into(), &swapped).reading, Reading::Lower);
    }

    #[test]
    fn of_few_cases_and_of_equal_ones_nothing_more_is_said_than_follows() {
        let nine: Vec<Compared> = (0..9).map(|_| pair(98, 20)).collect();
        let source = Source::of("x".into(), &nine);
        assert_eq!((source.reading, source.mean, source.interval, source.higher), (Reading::TooFew, None, None, 9));
        let ten: Vec<Compared> = (0..10).map(|_| pair(98, 78)).collect();
        let source = Source::of("x".into(), &ten);
        assert_eq!((source.reading, source.mean, source.interval), (Reading::AllTheSame, Some(2.0), None));
        let even: Vec<Compared> = (0..10).map(|at| if at % 2 == 0 { pair(70, 80) } else { pair(80, 70) }).collect();
        assert_eq!(Source::of("x".into(), &even).reading, Reading::NoDifference);
        let none = Source::of("x".into(), &[Err(NotCompared::NotStated), Err(NotCompared::NotStated)]);
        assert_eq!((none.cases, none.compared, none.not_compared[&NotCompared::NotStated]), (2, 0, 2));
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        let three = Severity::from_vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").unwrap();
        let four = Severity::from_vector("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N").unwrap();
        let old = Severity::from_vector("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").unwrap();
        let rated = |severity: &Severity| Stated::Rated(severity.clone());
        assert!(compare(&rated(&three), Some(&old)).is_ok());
        for (stated, assessed, why) in [
            (rated(&four), Some(&three), NotCompared::OtherVersion),
            (rated(&three), None, NotCompared::NotAssessed),
            (Stated::Nothing, Some(&three), NotCompared::NotStated),
            (Stated::Unreadable("x".into()), Some(&three), NotCompared::Unreadable),
            (Stated::Gone, Some(&three), NotCompared::Gone),
        ] {
            assert_eq!(compare(&stated, assessed), Err(why));
        }
    }

    proptest! {
        #[test]
        fn every_case_is_counted_once_and_the_mean_lies_in_its_interval(
            scores in prop::collection::vec(prop::option::of((0..=100_i32, 0..=100_i32)), 0..60)
        ) {
            let pairs: Vec<Compared> = scores
                .iter()
                .map(|scores| scores.map_or(Err(NotCompared::Gone), |(one, other)| pair(one, other)))
                .collect();
            let source = Source::of("x".into(), &pairs);
            prop_assert_eq!(source.agreed + source.higher + source.lower, source.compared);
            prop_assert_eq!(source.compared + source.not_compared.values().sum::<usize>(), source.cases);
            prop_assert_eq!(source.mean.is_some(), source.compared >= LEAST);
            if let Some([low, high]) = source.interval {
                let mean = source.mean.unwrap();
                prop_assert!(low <= mean && mean <= high && low < high);
            }
        }
    }
}
