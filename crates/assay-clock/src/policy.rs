//! An organisation's own policy, `assay.policy/1`: terms that it sets for
//! itself beside a directive.
//!
//! A policy can only shorten. A rule that would allow longer than the
//! directive changes nothing, and is told. Rules ask the directive's four
//! facts and whether the asset is critical; what nobody knows may match or
//! not, so it widens the range downwards and never moves a date later.

use assay_base::Answer;
use serde::{Deserialize, Serialize};

use crate::directive::Directive;
use crate::pack::{BadPack, LARGEST, is_id, is_line, shorten};
use crate::term::Term;

/// Most rules that are read.
const RULES: usize = 100;

/// What an organisation asks of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// Its version, which only grows.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// Who stated it, and when.
    pub stated_by: String,
    /// Its rules; the shortest that matches counts.
    pub rules: Vec<Rule>,
}

/// One rule: where all of its conditions hold, the update is due within its term. A condition that is not written
/// asks nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// How long there is.
    pub within: Term,
    /// Why the organisation wants that, as a clause.
    pub why: String,
    /// In KEV.
    #[serde(default)]
    pub kev: Option<Condition>,
    /// Reachable by strangers.
    #[serde(default)]
    pub exposed: Option<Condition>,
    /// Exploitation can be automated.
    #[serde(default)]
    pub automatable: Option<Condition>,
    /// Technical impact is total.
    #[serde(default)]
    pub total: Option<Condition>,
    /// The asset is critical, its owner says.
    #[serde(default)]
    pub critical: Option<Condition>,
}

/// What a condition asks for. There is no third word: a rule for the unknown is the directive's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// It holds.
    Yes,
    /// It does not.
    No,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    schema: String,
    id: String,
    version: u32,
    name: String,
    #[serde(default)]
    stated_by: String,
    rules: Vec<Rule>,
}

impl Policy {
    /// Reads `assay.policy/1`.
    ///
    /// # Errors
    /// If it is too large, no TOML, has keys that a policy does not have, or a rule without a reason or a term in days.
    pub fn read(text: &str) -> Result<Self, BadPack> {
        if text.len() > LARGEST {
            return Err(BadPack::TooLarge(text.len()));
        }
        let file: File = toml::from_str(text).map_err(|error| BadPack::Unreadable(shorten(&error.to_string())))?;
        let mut wrong = Vec::new();
        if file.schema != "assay.policy/1" {
            wrong.push(format!("the schema is `{}` and not `assay.policy/1`", shorten(&file.schema)));
        }
        if !is_id(&file.id) {
            wrong.push(format!("`{}` is no id: small letters, digits and `-`", shorten(&file.id)));
        }
        if !is_line(&file.name, 200) || (!file.stated_by.is_empty() && !is_line(&file.stated_by, 200)) {
            wrong.push("`name` and `stated-by` have to be one line of at most 200 characters".to_owned());
        }
        if file.rules.is_empty() || file.rules.len() > RULES {
            wrong.push(format!("a policy has 1 to {RULES} rules"));
        }
        for (at, rule) in file.rules.iter().take(RULES).enumerate() {
            if rule.within == Term::NextUpgrade {
                wrong.push(format!("rule {} gives no days: a policy can only shorten", at + 1));
            }
            if !is_line(&rule.why, 200) {
                wrong.push(format!("rule {} has to say why, in one line of at most 200 characters", at + 1));
            }
        }
        if wrong.is_empty() {
            let File { id, version, name, stated_by, rules, .. } = file;
            Ok(Self { id, version, name, stated_by, rules })
        } else {
            Err(BadPack::Wrong(wrong))
        }
    }

    /// The shortest rule that matches known facts, given as the bits of a row and whether the asset is critical.
    fn rule(&self, row: usize, critical: bool) -> Option<&Rule> {
        let bit = |at: usize| row >> at & 1 == 1;
        let holds = |condition: Option<Condition>, fact: bool| match condition {
            None => true,
            Some(Condition::Yes) => fact,
            Some(Condition::No) => !fact,
        };
        self.rules
            .iter()
            .filter(|rule| {
                holds(rule.kev, bit(3))
                    && holds(rule.exposed, bit(2))
                    && holds(rule.automatable, bit(1))
                    && holds(rule.total, bit(0))
                    && holds(rule.critical, critical)
            })
            .min_by_key(|rule| rule.within)
    }

    /// What changed from an older version: one line for each rule that came or went.
    pub fn changes_since(&self, older: &Self) -> Vec<String> {
        let lines = |of: &Self, than: &Self, verb: &str| -> Vec<String> {
            of.rules
                .iter()
                .filter(|rule| !than.rules.contains(rule))
                .map(|rule| format!("{verb}: {} ({})", rule.words(), rule.why))
                .collect()
        };
        [lines(older, self, "gone"), lines(self, older, "new")].concat()
    }
}

impl Rule {
    /// `within 2 days where in KEV and exposed`.
    pub fn words(&self) -> String {
        let parts: Vec<String> = [
            (self.kev, "in KEV"),
            (self.exposed, "exposed"),
            (self.automatable, "automatable"),
            (self.total, "of total impact"),
            (self.critical, "critical"),
        ]
        .into_iter()
        .filter_map(|(condition, word)| {
            condition.map(|condition| match condition {
                Condition::Yes => word.to_owned(),
                Condition::No => format!("not {word}"),
            })
        })
        .collect();
        let place = if parts.is_empty() { "everywhere".to_owned() } else { format!("where {}", parts.join(" and ")) };
        format!("within {} {place}", self.within)
    }
}

impl Directive {
    /// A row's term and triage as the organisation's policy leaves them: one for each way in which an asset that
    /// nobody called critical or not could turn out, or one alone where there is no policy.
    pub(crate) fn under_policy(&self, row: usize, critical: Answer) -> Vec<(Term, bool)> {
        let (term, triage) = self.at(row);
        let Some(policy) = &self.policy else { return vec![(term, triage)] };
        critical
            .possible()
            .iter()
            .map(|critical| (policy.rule(row, *critical).map_or(term, |rule| term.min(rule.within)), triage))
            .collect()
    }

    /// What the policy changed of a range, as a clause; none if it changed nothing and allowed nothing longer.
    pub(crate) fn policy_words(&self, rows: &[usize], critical: Answer, range: (Term, Term)) -> Option<String> {
        let policy = self.policy.as_ref()?;
        let bare: Vec<Term> = rows.iter().map(|row| self.at(*row).0).collect();
        let (earliest, latest) = (*bare.iter().min()?, *bare.iter().max()?);
        let matching = || {
            rows.iter().flat_map(|row| critical.possible().iter().filter_map(|critical| policy.rule(*row, *critical)))
        };
        let strictest = matching().min_by_key(|rule| rule.within)?;
        if (earliest, latest) != range {
            let verb = if critical == Answer::Unknown && strictest.critical.is_some() { "may ask" } else { "asks" };
            return Some(format!(
                "your policy {} {verb} for it within {}: {}",
                policy.name, strictest.within, strictest.why
            ));
        }
        let longer = strictest.within > latest;
        longer.then(|| {
            format!("your policy {} would allow {}, and the shorter term counts", policy.name, strictest.within)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::facts::Facts;

    const FILE: &str = r#"schema = "assay.policy/1"
id = "prairie-view"
version = 1
name = "Prairie View"
[[rules]]
within = "2 days"
why = "care hangs on it"
kev = "yes"
critical = "yes"
[[rules]]
within = "30 days"
why = "nothing stays open for two months"
exposed = "yes"
"#;

    fn directive() -> Directive {
        Directive::bod_26_04().unwrap().under(Policy::read(FILE).unwrap())
    }

    fn facts(kev: Answer, exposed: Answer) -> Facts {
        Facts { kev, exposed, automatable: Answer::No, total: Answer::No }
    }

    #[test]
    fn a_policy_shortens_and_never_lengthens() {
        use Answer::{No, Unknown, Yes};
        let directive = directive();
        let of = |facts, critical| {
            let outcome = directive.evaluate_on(facts, critical);
            (outcome.earliest, outcome.latest)
        };
        assert_eq!(of(facts(Yes, No), Yes), (Term::Days(2), Term::Days(2)));
        assert_eq!(of(facts(Yes, No), No), (Term::Days(14), Term::Days(14)));
        // Nobody said whether it is critical: a range, and not the milder end.
        assert_eq!(of(facts(Yes, No), Unknown), (Term::Days(2), Term::Days(14)));
        assert_eq!(of(facts(No, Yes), No), (Term::Days(30), Term::Days(30)));
        // Thirty days would be longer than the fourteen of the row.
        let outcome = directive.evaluate_on(facts(Yes, Yes), No);
        assert_eq!((outcome.earliest, outcome.latest), (Term::Days(14), Term::Days(14)));
        assert!(outcome.because.contains("would allow 30 days, and the shorter term counts"), "{}", outcome.because);
        let outcome = directive.evaluate_on(facts(Yes, No), Yes);
        assert!(outcome.because.contains("asks for it within 2 days: care hangs on it"), "{}", outcome.because);
    }

    #[test]
    fn what_a_policy_cannot_say_is_refused() {
        for (from, to, words) in [
            ("2 days", "next upgrade", "a policy can only shorten"),
            ("why = \"care hangs on it\"", "why = \"\"", "has to say why"),
            ("assay.policy/1", "assay.policy/2", "and not `assay.policy/1`"),
            ("kev = \"yes\"", "kev = \"unknown\"", "unknown variant"),
            ("id = \"prairie-view\"", "id = \"Prairie View\"", "is no id"),
        ] {
            let error = Policy::read(&FILE.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(words), "{words}: {error}");
        }
    }

    #[test]
    fn two_versions_are_compared_rule_by_rule() {
        let (old, new) =
            (Policy::read(FILE).unwrap(), Policy::read(&FILE.replace("\"30 days\"", "\"20 days\"")).unwrap());
        let changes = new.changes_since(&old);
        assert_eq!(changes.len(), 2);
        assert!(changes[1].starts_with("new: within 20 days where exposed"), "{changes:?}");
    }

    fn answer() -> impl Strategy<Value = Answer> {
        prop::sample::select(vec![Answer::Yes, Answer::No, Answer::Unknown])
    }

    proptest! {
        #[test]
        fn no_end_of_a_range_is_later_than_without_the_policy(
            kev in answer(), exposed in answer(), automatable in answer(), total in answer(), critical in answer()
        ) {
            let facts = Facts { kev, exposed, automatable, total };
            let bare = Directive::bod_26_04().unwrap().evaluate(facts);
            let ours = directive().evaluate_on(facts, critical);
            prop_assert!(ours.earliest <= bare.earliest && ours.latest <= bare.latest);
            prop_assert!(ours.earliest <= ours.latest);
            prop_assert_eq!(ours.triage, bare.triage);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            prop_assert!(Policy::read(&text).is_err());
        }

        #[test]
        fn damaged_policies_do_not_panic(at in 0..FILE.len(), byte in 32_u8..127) {
            let mut bytes = FILE.as_bytes().to_vec();
            bytes[at] = byte;
            let _ = Policy::read(&String::from_utf8_lossy(&bytes));
        }
    }
}
