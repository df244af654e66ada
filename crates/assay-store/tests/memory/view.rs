//! The questions, answered by going through everything.

use std::collections::BTreeMap;

use assay_base::{Instant, MemberId, PersonId};
use assay_case::ids::{CaseId, FindingId, LeaseId};
use assay_review::ids::ModelId;
use assay_store::event::{StoredEvent, StreamId};
use assay_store::row::{CaseRow, EngagementRow, FindingRow, LeaseRow, MemberRow, PersonRow, Row, Tag};
use assay_store::store::{FindingFilter, Page, Pending, StoreError, View};

use super::State;

/// The rows of one kind.
macro_rules! of_kind {
    ($state:expr, $kind:ident) => {
        $state.rows.values().filter_map(|row| match row {
            Row::$kind(row) => Some(row.clone()),
            _ => None,
        })
    };
}

fn sorted<T, K: Ord>(rows: impl Iterator<Item = T>, key: impl Fn(&T) -> K, limit: usize) -> Vec<T> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(key);
    rows.truncate(limit);
    rows
}

/// A page, by place: the key is the instant and id of its last row.
fn page<T>(
    rows: Vec<T>,
    key: impl Fn(&T) -> (Instant, u128),
    after: Option<&str>,
    limit: usize,
) -> Result<Page<T>, StoreError> {
    let after = match after {
        None => None,
        Some(text) => {
            let (at, id) = text.split_once('/').ok_or(StoreError::NotAPage)?;
            let at = at.parse().map_err(|_| StoreError::NotAPage)?;
            Some((Instant::from_micros(at), id.parse::<u128>().map_err(|_| StoreError::NotAPage)?))
        }
    };
    let mut rows: Vec<_> = rows.into_iter().filter(|row| Some(key(row)) > after).collect();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| format!("{}/{}", key(row).0.as_micros(), key(row).1));
    Ok(Page { rows, next })
}

fn in_force(row: &CaseRow) -> bool {
    row.embargo == "active" || row.embargo == "revise"
}

impl View for State {
    fn stream(&self, stream: &StreamId) -> Result<Vec<StoredEvent>, StoreError> {
        Ok(self.events.iter().filter(|event| event.envelope.stream == *stream).cloned().collect())
    }

    fn events_after(&self, number: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        Ok(self.events.iter().filter(|event| event.number > number).take(limit).cloned().collect())
    }

    fn last_number(&self) -> Result<u64, StoreError> {
        Ok(self.events.len() as u64)
    }

    fn last_instant(&self) -> Result<Option<Instant>, StoreError> {
        Ok(self.events.last().map(|event| event.envelope.at))
    }

    fn member(&self, id: MemberId) -> Result<Option<MemberRow>, StoreError> {
        Ok(of_kind!(self, Member).find(|row| row.id == id))
    }

    fn member_named(&self, name: &str) -> Result<Option<MemberRow>, StoreError> {
        Ok(of_kind!(self, Member).find(|row| row.name == name))
    }

    fn members(&self) -> Result<Vec<MemberRow>, StoreError> {
        Ok(sorted(of_kind!(self, Member), |row| row.name.clone(), usize::MAX))
    }

    fn person(&self, id: PersonId) -> Result<Option<PersonRow>, StoreError> {
        Ok(of_kind!(self, Person).find(|row| row.id == id))
    }

    fn person_named(&self, name: &str) -> Result<Option<PersonRow>, StoreError> {
        Ok(of_kind!(self, Person).find(|row| row.name == name))
    }

    fn persons(&self) -> Result<Vec<PersonRow>, StoreError> {
        Ok(sorted(of_kind!(self, Person), |row| row.name.clone(), usize::MAX))
    }

    fn lease(&self, id: LeaseId) -> Result<Option<LeaseRow>, StoreError> {
        Ok(of_kind!(self, Lease).find(|row| row.id == id))
    }

    fn active_leases(&self, target: Tag) -> Result<Vec<LeaseRow>, StoreError> {
        let rows = of_kind!(self, Lease).filter(|row| row.target == target && row.state == "active");
        Ok(sorted(rows, |row| (row.token, row.id), usize::MAX))
    }

    fn leases_due(&self, now: Instant, limit: usize) -> Result<Vec<LeaseRow>, StoreError> {
        let rows = of_kind!(self, Lease).filter(|row| row.expires <= now && row.state == "active");
        Ok(sorted(rows, |row| (row.expires, row.id), limit))
    }

    fn last_token(&self, target: Tag, method: &str) -> Result<u64, StoreError> {
        let rows = of_kind!(self, Lease).filter(|row| row.target == target && row.method == method);
        Ok(rows.map(|row| row.token).max().unwrap_or(0))
    }

    fn finding(&self, id: FindingId) -> Result<Option<FindingRow>, StoreError> {
        Ok(of_kind!(self, Finding).find(|row| row.id == id))
    }

    fn findings(
        &self,
        filter: &FindingFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<FindingRow>, StoreError> {
        let rows = of_kind!(self, Finding)
            .filter(|row| filter.state.as_ref().is_none_or(|state| row.state == *state))
            .filter(|row| filter.member.is_none_or(|member| row.member == member))
            .filter(|row| filter.case.is_none_or(|case| row.case == Some(case)))
            .filter(|row| filter.bundle.is_none_or(|bundle| row.bundle == bundle))
            .filter(|row| filter.claim.is_none_or(|claim| row.claim == claim))
            .filter(|row| filter.target.is_none_or(|target| row.target == target));
        let key = |row: &FindingRow| (row.received, u128::from_be_bytes(row.id.to_bytes()));
        page(sorted(rows, key, usize::MAX), key, after, limit)
    }

    fn tally(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let mut tally = BTreeMap::new();
        for row in of_kind!(self, Finding) {
            *tally.entry(row.state).or_default() += 1;
        }
        Ok(tally)
    }

    fn case(&self, id: CaseId) -> Result<Option<CaseRow>, StoreError> {
        Ok(of_kind!(self, Case).find(|row| row.id == id))
    }

    fn cases(&self, after: Option<&str>, limit: usize) -> Result<Page<CaseRow>, StoreError> {
        let key = |row: &CaseRow| (row.opened, u128::from_be_bytes(row.id.to_bytes()));
        page(sorted(of_kind!(self, Case), key, usize::MAX), key, after, limit)
    }

    fn embargoes_due(&self, now: Instant, limit: usize) -> Result<Vec<CaseRow>, StoreError> {
        let rows = of_kind!(self, Case).filter(|row| in_force(row) && row.embargo_ends.is_some_and(|end| end <= now));
        Ok(sorted(rows, |row| (row.embargo_ends, row.id), limit))
    }

    fn publications_due(&self, limit: usize) -> Result<Vec<CaseRow>, StoreError> {
        let rows =
            of_kind!(self, Case).filter(|row| row.ready && !in_force(row) && !row.closed && row.published.is_none());
        Ok(sorted(rows, |row| (row.opened, row.id), limit))
    }

    fn published(&self) -> Result<Vec<CaseRow>, StoreError> {
        let rows = of_kind!(self, Case).filter(|row| row.published.is_some());
        Ok(sorted(rows, |row| (row.published, row.id), usize::MAX))
    }

    fn engagement(&self, id: ModelId) -> Result<Option<EngagementRow>, StoreError> {
        Ok(of_kind!(self, Engagement).find(|row| row.id == id))
    }

    fn engagements(&self) -> Result<Vec<EngagementRow>, StoreError> {
        Ok(sorted(of_kind!(self, Engagement), |row| (row.opened, row.id), usize::MAX))
    }

    fn windows_due(&self, now: Instant, limit: usize) -> Result<Vec<EngagementRow>, StoreError> {
        let rows = of_kind!(self, Engagement).filter(|row| row.window_ends.is_some_and(|end| end <= now));
        Ok(sorted(rows, |row| (row.window_ends, row.id), limit))
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Pending>, StoreError> {
        let pending = self.outbox.iter().take(limit);
        Ok(pending.map(|&number| Pending { number, commitment: self.events[number as usize - 1].commitment }).collect())
    }

    fn last_leaf(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.events.iter().filter_map(|event| event.leaf).max())
    }

    fn all_rows(&self) -> Result<Vec<Row>, StoreError> {
        Ok(self.rows.values().cloned().collect())
    }
}
