//! Rows of the views, to columns and back.

use assay_base::{MemberId, PersonId};
use assay_case::ids::{CaseId, FindingId, LeaseId};
use assay_review::ids::ModelId;
use rusqlite::{Connection, Params};

use crate::event::BlobId;
use crate::limits;
use crate::row::{CaseRow, EngagementRow, FindingRow, LeaseRow, MemberRow, PersonRow, Row};
use crate::sqlite::cells::Cells;
use crate::sqlite::fault::{during, whole, within};
use crate::store::StoreError;

pub const MEMBER: &str = "SELECT rowid, id, name FROM member";
pub const PERSON: &str = "SELECT rowid, id, member, name, roles, has_left FROM person";
pub const LEASE: &str = "SELECT rowid, id, target, method, member, token, expires, state FROM lease";
pub const FINDING: &str = "SELECT rowid, id, member, person, state, terminal, received, changed, bundle, claim, \
                           target, case_id, blob FROM finding";
pub const CASE: &str =
    "SELECT rowid, id, word, embargo, embargo_ends, ready, opened, published, advisory, closed FROM case_file";
pub const ENGAGEMENT: &str = "SELECT rowid, id, developer, family, state, opened, window_ends FROM engagement";

/// The tables of the views.
pub const VIEWS: [&str; 6] = ["member", "person", "lease", "finding", "case_file", "engagement"];

pub fn member(cells: &Cells<'_, '_>) -> Result<MemberRow, StoreError> {
    Ok(MemberRow { id: MemberId::from_bytes(cells.bytes(1)?), name: cells.text(2)? })
}

pub fn person(cells: &Cells<'_, '_>) -> Result<PersonRow, StoreError> {
    Ok(PersonRow {
        id: PersonId::from_bytes(cells.bytes(1)?),
        member: MemberId::from_bytes(cells.bytes(2)?),
        name: cells.text(3)?,
        roles: cells.json(4)?,
        left: cells.flag(5)?,
    })
}

pub fn lease(cells: &Cells<'_, '_>) -> Result<LeaseRow, StoreError> {
    Ok(LeaseRow {
        id: LeaseId::from_bytes(cells.bytes(1)?),
        target: cells.tag(2)?,
        method: cells.text(3)?,
        member: MemberId::from_bytes(cells.bytes(4)?),
        token: cells.number(5)?,
        expires: cells.instant(6)?,
        state: cells.text(7)?,
    })
}

pub fn finding(cells: &Cells<'_, '_>) -> Result<FindingRow, StoreError> {
    Ok(FindingRow {
        id: FindingId::from_bytes(cells.bytes(1)?),
        member: MemberId::from_bytes(cells.bytes(2)?),
        person: PersonId::from_bytes(cells.bytes(3)?),
        state: cells.text(4)?,
        terminal: cells.flag(5)?,
        received: cells.instant(6)?,
        changed: cells.instant(7)?,
        bundle: cells.tag(8)?,
        claim: cells.tag(9)?,
        target: cells.tag(10)?,
        case: cells.maybe(11, Cells::bytes)?.map(CaseId::from_bytes),
        blob: cells.maybe(12, Cells::bytes)?.map(BlobId::from_bytes),
    })
}

pub fn case(cells: &Cells<'_, '_>) -> Result<CaseRow, StoreError> {
    Ok(CaseRow {
        id: CaseId::from_bytes(cells.bytes(1)?),
        word: cells.text(2)?,
        embargo: cells.text(3)?,
        embargo_ends: cells.maybe(4, Cells::instant)?,
        ready: cells.flag(5)?,
        opened: cells.instant(6)?,
        published: cells.maybe(7, Cells::instant)?,
        advisory: cells.maybe(8, Cells::text)?,
        closed: cells.flag(9)?,
    })
}

pub fn engagement(cells: &Cells<'_, '_>) -> Result<EngagementRow, StoreError> {
    Ok(EngagementRow {
        id: ModelId::from_bytes(cells.bytes(1)?),
        developer: cells.text(2)?,
        family: cells.tag(3)?,
        state: cells.text(4)?,
        opened: cells.instant(5)?,
        window_ends: cells.maybe(6, Cells::instant)?,
    })
}

/// Puts a row in the place of the one with the same id.
pub fn put(conn: &Connection, row: &Row) -> Result<(), StoreError> {
    match row {
        Row::Member(row) => put_member(conn, row),
        Row::Person(row) => put_person(conn, row),
        Row::Lease(row) => put_lease(conn, row),
        Row::Finding(row) => put_finding(conn, row),
        Row::Case(row) => put_case(conn, row),
        Row::Engagement(row) => put_engagement(conn, row),
    }
}

fn put_member(conn: &Connection, row: &MemberRow) -> Result<(), StoreError> {
    within("a member's name", row.name.len(), limits::NAME)?;
    run(
        conn,
        "INSERT INTO member (id, name) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET name = ?2",
        (row.id.to_bytes(), &row.name),
    )
}

fn put_person(conn: &Connection, row: &PersonRow) -> Result<(), StoreError> {
    within("a person's name", row.name.len(), limits::NAME)?;
    within("a person's roles", row.roles.len(), limits::ROLES)?;
    for role in &row.roles {
        within("a role", role.len(), limits::WORD)?;
    }
    let roles = serde_json::to_string(&row.roles)
        .map_err(|error| StoreError::Broken { what: "writing roles", error: Box::new(error) })?;
    run(
        conn,
        "INSERT INTO person (id, member, name, roles, has_left) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET member = ?2, name = ?3, roles = ?4, has_left = ?5",
        (row.id.to_bytes(), row.member.to_bytes(), &row.name, roles, row.left),
    )
}

fn put_lease(conn: &Connection, row: &LeaseRow) -> Result<(), StoreError> {
    within("a method", row.method.len(), limits::WORD)?;
    within("a state", row.state.len(), limits::WORD)?;
    run(
        conn,
        "INSERT INTO lease (id, target, method, member, token, expires, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET target = ?2, method = ?3, member = ?4, token = ?5, expires = ?6, state = ?7",
        (
            row.id.to_bytes(),
            row.target.0,
            &row.method,
            row.member.to_bytes(),
            whole("a fencing token", row.token)?,
            row.expires.as_micros(),
            &row.state,
        ),
    )
}

fn put_finding(conn: &Connection, row: &FindingRow) -> Result<(), StoreError> {
    within("a state", row.state.len(), limits::WORD)?;
    run(
        conn,
        "INSERT INTO finding (id, member, person, state, terminal, received, changed, bundle, claim, target, case_id,
                              blob)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (id) DO UPDATE SET member = ?2, person = ?3, state = ?4, terminal = ?5, received = ?6,
             changed = ?7, bundle = ?8, claim = ?9, target = ?10, case_id = ?11, blob = ?12",
        (
            row.id.to_bytes(),
            row.member.to_bytes(),
            row.person.to_bytes(),
            &row.state,
            row.terminal,
            row.received.as_micros(),
            row.changed.as_micros(),
            row.bundle.0,
            row.claim.0,
            row.target.0,
            row.case.map(CaseId::to_bytes),
            row.blob.map(BlobId::to_bytes),
        ),
    )
}

fn put_case(conn: &Connection, row: &CaseRow) -> Result<(), StoreError> {
    within("a case's word", row.word.len(), limits::WORD)?;
    within("an embargo's word", row.embargo.len(), limits::WORD)?;
    within("an advisory's number", row.advisory.as_deref().unwrap_or("").len(), limits::NAME)?;
    run(
        conn,
        "INSERT INTO case_file (id, word, embargo, embargo_ends, ready, opened, published, advisory, closed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET word = ?2, embargo = ?3, embargo_ends = ?4, ready = ?5, opened = ?6,
             published = ?7, advisory = ?8, closed = ?9",
        (
            row.id.to_bytes(),
            &row.word,
            &row.embargo,
            row.embargo_ends.map(|at| at.as_micros()),
            row.ready,
            row.opened.as_micros(),
            row.published.map(|at| at.as_micros()),
            &row.advisory,
            row.closed,
        ),
    )
}

fn put_engagement(conn: &Connection, row: &EngagementRow) -> Result<(), StoreError> {
    within("a developer's key id", row.developer.len(), limits::WORD)?;
    within("a state", row.state.len(), limits::WORD)?;
    run(
        conn,
        "INSERT INTO engagement (id, developer, family, state, opened, window_ends) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE SET developer = ?2, family = ?3, state = ?4, opened = ?5, window_ends = ?6",
        (
            row.id.to_bytes(),
            &row.developer,
            row.family.0,
            &row.state,
            row.opened.as_micros(),
            row.window_ends.map(|at| at.as_micros()),
        ),
    )
}

fn run(conn: &Connection, sql: &str, params: impl Params) -> Result<(), StoreError> {
    const WHAT: &str = "keeping a row";
    conn.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(during(WHAT))?;
    Ok(())
}
