//! The commit that took a flaw away, for programs.

use assay_prove::bisect::Answer;
use assay_prove::latest::Still;
use serde::Serialize;

use crate::commands::bisect::Told;

/// The whole answer.
#[derive(Debug, Serialize)]
pub struct BisectJson {
    answer: &'static str,
    sentence: Option<String>,
    gone: Option<String>,
    still: Option<String>,
    unknown: usize,
    subject: Option<String>,
    day: Option<String>,
    merge: bool,
    from: Option<String>,
    from_by: &'static str,
    to: String,
    commits: usize,
    asked: Vec<AskedJson>,
    builds: usize,
    runs: u32,
    bundle: String,
    own: Own,
    took_ms: u64,
}

#[derive(Debug, Serialize)]
struct AskedJson {
    commit: String,
    still: Still,
    sentence: String,
}

#[derive(Debug, Serialize)]
struct Own {
    verdict: &'static str,
    sentence: String,
}

impl BisectJson {
    /// Of what was asked.
    pub fn of(told: &Told<'_>) -> Self {
        let bisection = &told.bisection;
        let (answer, sentence, gone, still, unknown) = match &bisection.answer {
            Answer::Found { fix, before } => ("found", None, Some(fix.clone()), Some(before.clone()), 0),
            Answer::Between { still, gone, unknown } => {
                ("between", None, Some(gone.clone()), Some(still.clone()), *unknown)
            }
            Answer::StillThere => ("still-there", None, None, Some(bisection.to.clone()), 0),
            Answer::CannotTell(why) => ("cannot-tell", Some(why.clone()), None, None, 0),
        };
        let own = &bisection.ground.proof;
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Self {
            answer,
            sentence,
            gone,
            still,
            unknown,
            subject: text(&bisection.subject),
            day: text(&bisection.day),
            merge: bisection.merge,
            from: bisection.from.clone(),
            from_by: bisection.from_by,
            to: bisection.to.clone(),
            commits: bisection.commits,
            asked: bisection
                .asked
                .iter()
                .map(|asked| AskedJson {
                    commit: asked.commit.clone(),
                    still: asked.still,
                    sentence: asked.sentence.clone(),
                })
                .collect(),
            builds: bisection.builds,
            runs: bisection.ground.runs,
            bundle: own.bundle_id.to_string(),
            own: Own { verdict: own.ruling.verdict.as_str(), sentence: own.ruling.sentence.clone() },
            took_ms: u64::try_from(bisection.took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}
