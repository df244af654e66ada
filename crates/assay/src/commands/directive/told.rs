//! A pack in words and as JSON.

use assay_clock::shelf::Pack;
use serde_json::{Value, json};

use crate::pack_file::Origin;
use crate::report::plain;

/// One pack in a line or two, for a list.
pub fn line(pack: &Pack) -> String {
    let state = match pack {
        Pack::Directive(directive) => match directive.superseded() {
            Some(superseded) => format!("superseded by {} on {}", superseded.by, superseded.on),
            None => {
                directive.binds_from().map_or_else(|| "in force".to_owned(), |day| format!("its times bind from {day}"))
            }
        },
        Pack::Duty(duty) => format!("applies from {}", duty.applies_from),
        Pack::Policy(_) => "your own".to_owned(),
    };
    format!("{:<16} {:<10} {}\n{:<28}{state}\n", pack.id(), pack.kind().as_str(), plain::line(pack.name(), 120), "")
}

/// A pack in full.
pub fn text(pack: &Pack, origin: &Origin) -> String {
    let clean = |text: &str| plain::line(text, 400);
    let mut out = format!(
        "{}\n{} {}, version {}; {}\n",
        clean(pack.name()),
        pack.kind().as_str(),
        pack.id(),
        pack.version(),
        origin.words()
    );
    match pack {
        Pack::Directive(directive) => {
            out.push_str(&format!(
                "Issued by {} on {}. {}\n",
                clean(directive.issuer()),
                directive.issued(),
                clean(directive.source())
            ));
            if let Some(superseded) = directive.superseded() {
                out.push_str(&format!(
                    "Superseded by {} on {}: it binds nobody any more.\n",
                    superseded.by, superseded.on
                ));
            }
            if !directive.supersedes().is_empty() {
                out.push_str(&format!("Takes the place of {}.\n", directive.supersedes().join(", ")));
            }
            for effect in directive.effects() {
                out.push_str(&format!("From {}: {}.\n", effect.date, clean(&effect.what)));
            }
            out.push_str("\nin KEV  exposed  automatable  impact   within\n");
            let word = |yes: bool| if yes { "yes" } else { "no" };
            for row in directive.rows() {
                let impact = if row.total { "total" } else { "partial" };
                let triage = if row.triage { ", a look first" } else { "" };
                out.push_str(&format!(
                    "{:<8}{:<9}{:<13}{impact:<9}{}{triage}\n",
                    word(row.kev),
                    word(row.exposed),
                    word(row.automatable),
                    row.term
                ));
            }
        }
        Pack::Duty(duty) => {
            out.push_str(&format!("{}. {}\n", clean(&duty.issuer), clean(&duty.source)));
            out.push_str(&format!(
                "It binds {}, from {}.\nTo tell: {}.\n",
                clean(&duty.whom),
                duty.applies_from,
                clean(&duty.recipient)
            ));
            for event in &duty.events {
                out.push_str(&format!("\n{} ({}): {}\n", event.id, clean(&event.clause), clean(&event.what)));
                for step in &event.steps {
                    out.push_str(&format!(
                        "  {} ({}): {} after {}\n",
                        step.id,
                        clean(&step.clause),
                        step.length(),
                        step.from.words()
                    ));
                    for ask in &step.asks {
                        out.push_str(&format!("    - {}\n", clean(ask)));
                    }
                }
            }
        }
        Pack::Policy(policy) => {
            out.push_str("It can shorten a term and never lengthens one.\n");
            for rule in &policy.rules {
                out.push_str(&format!("  {}: {}\n", rule.words(), clean(&rule.why)));
            }
        }
    }
    out
}

/// A pack as JSON.
pub fn json(pack: &Pack, origin: &Origin) -> Value {
    let mut value = json!({
        "id": pack.id(),
        "kind": pack.kind().as_str(),
        "version": pack.version(),
        "name": pack.name(),
        "origin": origin.words(),
    });
    let more = match pack {
        Pack::Directive(directive) => json!({
            "issuer": directive.issuer(),
            "issued": directive.issued().to_string(),
            "source": directive.source(),
            "supersedes": directive.supersedes(),
            "superseded": directive.superseded().map(|one| json!({ "by": one.by, "on": one.on.to_string() })),
            "effects": directive.effects().iter().map(|effect| json!({ "date": effect.date.to_string(), "what": effect.what, "binds": effect.binds })).collect::<Vec<_>>(),
            "rows": directive.rows(),
        }),
        Pack::Duty(duty) => json!({
            "issuer": duty.issuer,
            "issued": duty.issued.to_string(),
            "applies-from": duty.applies_from.to_string(),
            "source": duty.source,
            "whom": duty.whom,
            "recipient": duty.recipient,
            "events": duty.events,
        }),
        Pack::Policy(policy) => json!({ "stated-by": policy.stated_by, "rules": policy.rules }),
    };
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}
