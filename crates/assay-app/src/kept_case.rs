//! How the aggregates of the case rules are kept: their streams, their fields,
//! their rows.

use assay_base::{Actor, Instant};
use assay_case::aggregate::{Aggregate, EventOf, Happening as _};
use assay_case::{case, finding, lease, member};
use assay_store::event::StreamId;
use assay_store::row::{CaseRow, FindingRow, LeaseRow, MemberRow, PersonRow, Row};
use serde::Serialize;

use crate::attachment;
use crate::kept::{Field, Kept};
use crate::vault::Vault;

/// Every named value of a happening, each a field of its own: a reveal can then open the severity and withhold the rest.
fn fields(what: &impl Serialize) -> Vec<Field> {
    match serde_json::to_value(what) {
        Ok(serde_json::Value::Object(values)) => values.into_iter().filter(|(name, _)| name != "type").collect(),
        _ => Vec::new(),
    }
}

macro_rules! kept {
    ($state:ty, $noun:literal, $rows:expr) => {
        impl Kept for $state {
            type Event = EventOf<$state>;
            const NOUN: &'static str = $noun;

            fn stream(event: &Self::Event) -> StreamId {
                StreamId(event.stream.to_string())
            }

            fn kind(event: &Self::Event) -> String {
                event.what.kind().to_owned()
            }

            fn version(event: &Self::Event) -> u16 {
                event.version
            }

            fn at(event: &Self::Event) -> Instant {
                event.at
            }

            fn actor(event: &Self::Event) -> Option<Actor> {
                Some(event.by)
            }

            fn fields(event: &Self::Event) -> Vec<Field> {
                fields(&event.what)
            }

            fn apply(&mut self, event: &Self::Event) {
                Aggregate::apply(self, event);
            }

            fn rows(&self, vault: &Vault) -> Vec<Row> {
                let rows: fn(&$state, &Vault) -> Vec<Row> = $rows;
                rows(self, vault)
            }
        }
    };
}

kept!(finding::State, "finding", |state, vault| {
    let Some(finding) = state.get() else { return Vec::new() };
    let word = finding.word();
    vec![Row::Finding(FindingRow {
        id: finding.id,
        member: finding.member,
        person: finding.submitter,
        state: word.as_str().to_owned(),
        terminal: word.is_terminal(),
        received: finding.received,
        changed: finding.changed,
        bundle: vault.tag("bundle", &finding.bundle_id.to_hex()),
        claim: vault.tag("claim", &finding.claim_id.to_hex()),
        target: vault.tag("target", &finding.target.open().to_string()),
        case: finding.case,
        blob: Some(attachment::id(vault, &attachment::Name::bundle(finding.member, finding.bundle_id))),
    })]
});

kept!(case::State, "case", |state, _vault| {
    let Some(case) = state.get() else { return Vec::new() };
    vec![Row::Case(CaseRow {
        id: case.id,
        word: case.word().to_string(),
        embargo: case.em.to_string(),
        embargo_ends: case.end_in_force(),
        ready: case.draft.is_some() && case.is_approved() && case.published.is_none(),
        opened: case.opened,
        published: case.published.as_ref().map(|out| out.at),
        advisory: case.published.as_ref().map(|out| out.advisory.to_string()),
        closed: case.closed.is_some(),
    })]
});

kept!(lease::State, "lease", |state, vault| {
    let Some(lease) = state.get() else { return Vec::new() };
    vec![Row::Lease(LeaseRow {
        id: lease.id,
        target: vault.tag("project", lease.target.open().whole.project()),
        method: lease.method.to_string(),
        member: lease.member,
        token: lease.token,
        expires: lease.expires,
        state: lease.phase.to_string(),
    })]
});

kept!(member::State, "member", |state, _vault| {
    let Some(member) = state.get() else { return Vec::new() };
    let mut rows = vec![Row::Member(MemberRow { id: member.id, name: member.name.to_string() })];
    rows.extend(member.persons.iter().map(|(id, person)| {
        Row::Person(PersonRow {
            id: *id,
            member: member.id,
            name: person.name.to_string(),
            roles: member.roles(*id).iter().map(|role| role.as_str().to_owned()).collect(),
            left: person.left.is_some() || member.left.is_some(),
        })
    }));
    rows
});
