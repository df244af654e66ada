//! What the reports of a case say of its severity, beside what its advisory
//! says: side by side, neither in the place of the other (R32).

use assay_advisory::record::Severity;
use assay_app::severities::{Severities, Stated};
use serde_json::{Value, json};

use crate::report::plain;

/// As lines of `assay case show`; the error is why it cannot be told.
pub fn text(told: &Result<Severities, String>) -> String {
    let told = match told {
        Ok(told) => told,
        Err(why) => return format!("  severity    cannot be told: {}\n", plain::line(why, 300)),
    };
    let mut text = String::new();
    for report in &told.reported {
        let words = match &report.stated {
            Stated::Rated(severity) => rated(severity),
            Stated::Nothing => "states none".to_owned(),
            Stated::Unreadable(why) => format!("cannot be read: {}", plain::line(why, 300)),
            Stated::Gone => "not known any more: the bundle was shredded".to_owned(),
        };
        text.push_str(&format!("  severity    {}, by its finder: {words}\n", report.finding));
    }
    if let Some(severity) = &told.assessed {
        text.push_str(&format!("  severity    by the advisory: {}\n", rated(severity)));
    }
    text
}

/// The same for programs; null if it cannot be told.
pub fn json(told: &Result<Severities, String>) -> Value {
    let Ok(told) = told else { return Value::Null };
    let reported = told.reported.iter().map(|report| {
        let (severity, why) = match &report.stated {
            Stated::Rated(severity) => (Some(severity), None),
            Stated::Nothing => (None, Some("the report states none".to_owned())),
            Stated::Unreadable(why) => (None, Some(why.clone())),
            Stated::Gone => (None, Some("the bundle was shredded".to_owned())),
        };
        json!({ "finding": report.finding, "severity": severity.map(one), "why-none": why })
    });
    json!({ "reported": reported.collect::<Vec<_>>(), "assessed": told.assessed.as_ref().map(one) })
}

fn rated(severity: &Severity) -> String {
    format!("{} {:.1} ({})", severity.word(), severity.score(), severity.vector())
}

fn one(severity: &Severity) -> Value {
    json!({ "vector": severity.vector(), "score": severity.score(), "word": severity.word() })
}
