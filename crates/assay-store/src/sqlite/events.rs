//! Appending events, reading them back, and confirming what the ledger holds.

use assay_base::Instant;
use assay_seal::data_key::DataKeyId;
use rusqlite::Connection;

use crate::event::{Envelope, EventId, NewEvent, StoredEvent, StreamId};
use crate::limits;
use crate::sqlite::cells::{Cells, count, one};
use crate::sqlite::fault::{during, whole, within};
use crate::sqlite::look::Look;
use crate::sqlite::rows;
use crate::store::{Batch, Committed, StoreError, View as _};

pub const EVENT: &str = "SELECT number, id, stream, place, kind, version, at, actor, data_key, payload, commitment, \
                         (SELECT leaf FROM leaf WHERE leaf.event = number) AS leaf FROM event";

pub fn stored(cells: &Cells<'_, '_>) -> Result<StoredEvent, StoreError> {
    Ok(StoredEvent {
        number: cells.number(0)?,
        envelope: Envelope {
            id: EventId::from_bytes(cells.bytes(1)?),
            stream: StreamId(cells.text(2)?),
            place: cells.number(3)?,
            kind: cells.text(4)?,
            version: u16::try_from(cells.number(5)?).map_err(|_| cells.corrupt(5))?,
            at: cells.instant(6)?,
            actor: cells.json(7)?,
            key: DataKeyId::from_bytes(cells.bytes(8)?),
        },
        payload: cells.blob(9)?,
        commitment: cells.bytes(10)?,
        leaf: cells.maybe(11, Cells::number)?,
    })
}

/// Keeps a batch within the caller's transaction.
pub fn keep(conn: &Connection, batch: &Batch) -> Result<Committed, StoreError> {
    within("the events of a batch", batch.events.len(), limits::EVENTS)?;
    within("the rows of a batch", batch.rows.len(), limits::ROWS)?;
    let look = Look { conn };
    let mut number = look.last_number()?;
    let mut last = look.last_instant()?;
    let mut numbers = Vec::with_capacity(batch.events.len());
    for event in &batch.events {
        number += 1;
        follows(conn, event, last)?;
        append(conn, number, event)?;
        last = Some(event.envelope.at);
        numbers.push(number);
    }
    for row in &batch.rows {
        rows::put(conn, row)?;
    }
    Ok(Committed { numbers })
}

/// Refuses an event that does not follow on what is kept.
fn follows(conn: &Connection, event: &NewEvent, last: Option<Instant>) -> Result<(), StoreError> {
    let envelope = &event.envelope;
    within("a stream's name", envelope.stream.0.len(), limits::WORD)?;
    within("an event's kind", envelope.kind.len(), limits::WORD)?;
    within("a payload", event.payload.len(), limits::PAYLOAD)?;
    if envelope.place > limits::STREAM {
        return Err(StoreError::TooLarge { what: "a stream", size: envelope.place, limit: limits::STREAM });
    }
    if envelope.stream.0.is_empty() || envelope.kind.is_empty() {
        return Err(StoreError::OutOfOrder(format!("{} names no stream or no kind", envelope.id)));
    }
    if let Some(last) = last
        && envelope.at < last
    {
        return Err(StoreError::OutOfOrder(format!("{} is at {}, and {last} is kept", envelope.id, envelope.at)));
    }
    let sql = "SELECT coalesce(max(place), 0) FROM event WHERE stream = ?1";
    let place = count(conn, "event", sql, [&envelope.stream.0])?;
    if envelope.place != place + 1 {
        return Err(StoreError::OutOfOrder(format!(
            "{} has place {}, and its stream has {place} events",
            envelope.id, envelope.place
        )));
    }
    Ok(())
}

fn append(conn: &Connection, number: u64, event: &NewEvent) -> Result<(), StoreError> {
    const WHAT: &str = "appending an event";
    let envelope = &event.envelope;
    let actor = serde_json::to_string(&envelope.actor)
        .map_err(|error| StoreError::Broken { what: WHAT, error: Box::new(error) })?;
    conn.prepare_cached(
        "INSERT INTO event (number, id, stream, place, kind, version, at, actor, data_key, payload, commitment)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )
    .and_then(|mut statement| {
        statement.execute((
            number as i64,
            envelope.id.to_bytes(),
            &envelope.stream.0,
            envelope.place as i64,
            &envelope.kind,
            envelope.version,
            envelope.at.as_micros(),
            actor,
            envelope.key.to_bytes(),
            &event.payload,
            event.commitment,
        ))
    })
    .map_err(during(WHAT))?;
    conn.prepare_cached("INSERT INTO outbox (event) VALUES (?1)")
        .and_then(|mut statement| statement.execute([number as i64]))
        .map_err(during(WHAT))?;
    Ok(())
}

/// Moves events from the outbox to the leaves that hold their commitments. Saying it twice is saying it once.
pub fn confirm(conn: &Connection, leaves: &[(u64, u64)]) -> Result<(), StoreError> {
    const WHAT: &str = "confirming leaves";
    for &(number, leaf) in leaves {
        let event = whole("an event's number", number)?;
        let place = whole("a leaf's index", leaf)?;
        let sql = "SELECT event, leaf FROM leaf WHERE event = ?1";
        match one(conn, "leaf", sql, [event], |cells| cells.number(1))? {
            Some(known) if known == leaf => continue,
            Some(known) => {
                return Err(StoreError::OutOfOrder(format!("event {number} has leaf {known} and cannot have {leaf}")));
            }
            None => {}
        }
        let waiting = conn
            .prepare_cached("DELETE FROM outbox WHERE event = ?1")
            .and_then(|mut statement| statement.execute([event]))
            .map_err(during(WHAT))?;
        if waiting != 1 {
            return Err(StoreError::OutOfOrder(format!("there is no event {number} to confirm")));
        }
        conn.prepare_cached("INSERT INTO leaf (event, leaf) VALUES (?1, ?2)")
            .and_then(|mut statement| statement.execute((event, place)))
            .map_err(during(WHAT))?;
    }
    Ok(())
}
