//! The view of one connection: inside a write, what its transaction did;
//! inside a read, one snapshot.

use std::collections::BTreeMap;

use assay_base::{Instant, MemberId, PersonId};
use assay_case::ids::{CaseId, FindingId, LeaseId};
use assay_review::ids::ModelId;
use rusqlite::Connection;

use crate::event::{StoredEvent, StreamId};
use crate::limits;
use crate::row::{CaseRow, EngagementRow, FindingRow, LeaseRow, MemberRow, PersonRow, Row, Tag};
use crate::sqlite::cells::{all, count, each, one};
use crate::sqlite::page::{self, paged};
use crate::sqlite::{events, rows};
use crate::store::{FindingFilter, Page, Pending, StoreError, View};

/// What a connection sees.
pub struct Look<'c> {
    pub conn: &'c Connection,
}

/// As many rows as are asked for, and no more than fit an answer.
fn at_most(limit: usize) -> i64 {
    limit.min(limits::ANSWER) as i64
}

impl View for Look<'_> {
    fn stream(&self, stream: &StreamId) -> Result<Vec<StoredEvent>, StoreError> {
        let sql = format!("{} WHERE stream = ?1 ORDER BY place", events::EVENT);
        all(self.conn, "event", &sql, [&stream.0], events::stored)
    }

    fn events_after(&self, number: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let Ok(number) = i64::try_from(number) else { return Ok(Vec::new()) };
        let sql = format!("{} WHERE number > ?1 ORDER BY number LIMIT ?2", events::EVENT);
        let (mut found, mut bytes) = (Vec::new(), 0);
        each(self.conn, "event", &sql, (number, at_most(limit)), |cells| {
            let event = events::stored(cells)?;
            bytes += event.payload.len();
            if bytes > limits::ANSWER_BYTES && !found.is_empty() {
                return Ok(false);
            }
            found.push(event);
            Ok(true)
        })?;
        Ok(found)
    }

    fn last_number(&self) -> Result<u64, StoreError> {
        count(self.conn, "event", "SELECT coalesce(max(number), 0) FROM event", [])
    }

    fn last_instant(&self) -> Result<Option<Instant>, StoreError> {
        let sql = "SELECT number, at FROM event ORDER BY number DESC LIMIT 1";
        one(self.conn, "event", sql, [], |cells| cells.instant(1))
    }

    fn member(&self, id: MemberId) -> Result<Option<MemberRow>, StoreError> {
        one(self.conn, "member", &format!("{} WHERE id = ?1", rows::MEMBER), [id.to_bytes()], rows::member)
    }

    fn member_named(&self, name: &str) -> Result<Option<MemberRow>, StoreError> {
        one(self.conn, "member", &format!("{} WHERE name = ?1", rows::MEMBER), [name], rows::member)
    }

    fn members(&self) -> Result<Vec<MemberRow>, StoreError> {
        all(self.conn, "member", &format!("{} ORDER BY name", rows::MEMBER), [], rows::member)
    }

    fn person(&self, id: PersonId) -> Result<Option<PersonRow>, StoreError> {
        one(self.conn, "person", &format!("{} WHERE id = ?1", rows::PERSON), [id.to_bytes()], rows::person)
    }

    fn person_named(&self, name: &str) -> Result<Option<PersonRow>, StoreError> {
        one(self.conn, "person", &format!("{} WHERE name = ?1", rows::PERSON), [name], rows::person)
    }

    fn persons(&self) -> Result<Vec<PersonRow>, StoreError> {
        all(self.conn, "person", &format!("{} ORDER BY name", rows::PERSON), [], rows::person)
    }

    fn lease(&self, id: LeaseId) -> Result<Option<LeaseRow>, StoreError> {
        one(self.conn, "lease", &format!("{} WHERE id = ?1", rows::LEASE), [id.to_bytes()], rows::lease)
    }

    fn active_leases(&self, target: Tag) -> Result<Vec<LeaseRow>, StoreError> {
        let sql = format!("{} WHERE target = ?1 AND state = 'active' ORDER BY token, id", rows::LEASE);
        all(self.conn, "lease", &sql, [target.0], rows::lease)
    }

    fn leases_due(&self, now: Instant, limit: usize) -> Result<Vec<LeaseRow>, StoreError> {
        let sql = format!("{} WHERE state = 'active' AND expires <= ?1 ORDER BY expires, id LIMIT ?2", rows::LEASE);
        all(self.conn, "lease", &sql, (now.as_micros(), at_most(limit)), rows::lease)
    }

    fn last_token(&self, target: Tag, method: &str) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(max(token), 0) FROM lease WHERE target = ?1 AND method = ?2";
        count(self.conn, "lease", sql, (target.0, method))
    }

    fn finding(&self, id: FindingId) -> Result<Option<FindingRow>, StoreError> {
        one(self.conn, "finding", &format!("{} WHERE id = ?1", rows::FINDING), [id.to_bytes()], rows::finding)
    }

    fn findings(
        &self,
        filter: &FindingFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<FindingRow>, StoreError> {
        page::findings(self.conn, filter, after, limit)
    }

    fn tally(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        // Counted, not kept: a kept count would agree with itself whatever was lost (invariant 6).
        let sql = "SELECT 0, state, count(*) FROM finding INDEXED BY finding_by_state GROUP BY state";
        let states = all(self.conn, "finding", sql, [], |cells| Ok((cells.text(1)?, cells.number(2)?)))?;
        Ok(states.into_iter().collect())
    }

    fn case(&self, id: CaseId) -> Result<Option<CaseRow>, StoreError> {
        one(self.conn, "case_file", &format!("{} WHERE id = ?1", rows::CASE), [id.to_bytes()], rows::case)
    }

    fn cases(&self, after: Option<&str>, limit: usize) -> Result<Page<CaseRow>, StoreError> {
        let (at, id) = page::begin(after)?;
        let sql = format!("{} WHERE (opened, id) > (?1, ?2) ORDER BY opened, id LIMIT ?3", rows::CASE);
        let limit = at_most(limit);
        let found = all(self.conn, "case_file", &sql, (at, id, limit + 1), rows::case)?;
        Ok(paged(found, limit, |row| page::key(row.opened, row.id.to_bytes())))
    }

    fn embargoes_due(&self, now: Instant, limit: usize) -> Result<Vec<CaseRow>, StoreError> {
        let sql = format!(
            "{} WHERE embargo IN ('active', 'revise') AND embargo_ends <= ?1 ORDER BY embargo_ends, id LIMIT ?2",
            rows::CASE
        );
        all(self.conn, "case_file", &sql, (now.as_micros(), at_most(limit)), rows::case)
    }

    fn publications_due(&self, limit: usize) -> Result<Vec<CaseRow>, StoreError> {
        let sql = format!(
            "{} WHERE ready = 1 AND published IS NULL AND closed = 0 AND embargo NOT IN ('active', 'revise')
             ORDER BY opened, id LIMIT ?1",
            rows::CASE
        );
        all(self.conn, "case_file", &sql, [at_most(limit)], rows::case)
    }

    fn published(&self) -> Result<Vec<CaseRow>, StoreError> {
        let sql = format!("{} WHERE published IS NOT NULL ORDER BY published, id", rows::CASE);
        all(self.conn, "case_file", &sql, [], rows::case)
    }

    fn engagement(&self, id: ModelId) -> Result<Option<EngagementRow>, StoreError> {
        let sql = format!("{} WHERE id = ?1", rows::ENGAGEMENT);
        one(self.conn, "engagement", &sql, [id.to_bytes()], rows::engagement)
    }

    fn engagements(&self) -> Result<Vec<EngagementRow>, StoreError> {
        let sql = format!("{} ORDER BY opened, id", rows::ENGAGEMENT);
        all(self.conn, "engagement", &sql, [], rows::engagement)
    }

    fn windows_due(&self, now: Instant, limit: usize) -> Result<Vec<EngagementRow>, StoreError> {
        let sql = format!("{} WHERE window_ends <= ?1 ORDER BY window_ends, id LIMIT ?2", rows::ENGAGEMENT);
        all(self.conn, "engagement", &sql, (now.as_micros(), at_most(limit)), rows::engagement)
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Pending>, StoreError> {
        let sql = "SELECT event.number, event.commitment FROM outbox JOIN event ON event.number = outbox.event
                   ORDER BY outbox.event LIMIT ?1";
        all(self.conn, "event", sql, [at_most(limit)], |cells| {
            Ok(Pending { number: cells.number(0)?, commitment: cells.bytes(1)? })
        })
    }

    fn last_leaf(&self) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT event, leaf FROM leaf ORDER BY leaf DESC LIMIT 1";
        one(self.conn, "leaf", sql, [], |cells| cells.number(1))
    }

    fn all_rows(&self) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::new();
        let order = "ORDER BY id";
        let conn = self.conn;
        found.extend(
            all(conn, "member", &format!("{} {order}", rows::MEMBER), [], rows::member)?.into_iter().map(Row::Member),
        );
        found.extend(
            all(conn, "person", &format!("{} {order}", rows::PERSON), [], rows::person)?.into_iter().map(Row::Person),
        );
        found.extend(
            all(conn, "lease", &format!("{} {order}", rows::LEASE), [], rows::lease)?.into_iter().map(Row::Lease),
        );
        found.extend(
            all(conn, "finding", &format!("{} {order}", rows::FINDING), [], rows::finding)?
                .into_iter()
                .map(Row::Finding),
        );
        found.extend(
            all(conn, "case_file", &format!("{} {order}", rows::CASE), [], rows::case)?.into_iter().map(Row::Case),
        );
        found.extend(
            all(conn, "engagement", &format!("{} {order}", rows::ENGAGEMENT), [], rows::engagement)?
                .into_iter()
                .map(Row::Engagement),
        );
        Ok(found)
    }
}
