//! Random histories: what a clearinghouse might do to a store in a year, in
//! an order that a number decides, with mistakes.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

mod compare;

use std::cell::RefCell;

use assay_base::{Entropy as _, Instant};
use assay_store::conformance::sample::*;
use assay_store::event::NewEvent;
use assay_store::row::Row;
use assay_store::store::{Batch, Store, StoreError};

pub use compare::same;

/// One thing that is done to a store.
#[derive(Debug, Clone)]
pub enum Step {
    /// Events `(stream, skip of the place, seconds after the last)`, and rows.
    Write(Vec<(u64, u64, i64, u64)>, Vec<Row>),
    /// Takes a target unless it is taken.
    Claim(u64, u64),
    /// Says of so many waiting events that the ledger holds them, with a slip of the leaf.
    Confirm(usize, u64),
    PutWrap(u64, u64, u64),
    DropWrap(u64, u64),
    Shred(u64),
    PutBlob(u64, u64),
    DropBlob(u64),
    Set(u64, u64),
    /// Every so-many-th row is left out.
    Replace(usize),
}

/// Draws steps.
pub struct Steps(pub Repeatable);

impl Steps {
    fn below(&mut self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % bound
    }

    fn often(&mut self) -> bool {
        self.below(12) > 0
    }

    fn row(&mut self) -> Row {
        let number = self.below(12);
        match self.below(6) {
            0 => Row::Member(member(number, &format!("member {}", self.below(14)))),
            1 => Row::Person(person(number, &format!("person {}", self.below(14)))),
            2 => {
                let mut row = lease(number);
                row.target = tag(self.below(3));
                row.token = self.below(20);
                row.expires = at(self.below(50) as i64);
                row.state = ["active", "released", "expired"][self.below(3) as usize].into();
                Row::Lease(row)
            }
            3 => {
                let mut row = finding(self.below(200));
                row.received = at(self.below(20) as i64);
                row.state = ["received", "validated", "refused"][self.below(3) as usize].into();
                row.member = member(self.below(3), "").id;
                row.case = (self.below(2) == 0).then(|| case(self.below(3)).id);
                row.target = tag(self.below(3));
                row.bundle = tag(10 + self.below(3));
                row.claim = tag(20 + self.below(3));
                Row::Finding(row)
            }
            4 => {
                let mut row = case(number);
                row.embargo = ["none", "proposed", "active", "revise", "exited"][self.below(5) as usize].into();
                row.embargo_ends = (self.below(3) > 0).then(|| at(self.below(50) as i64));
                row.ready = self.below(2) == 0;
                row.closed = self.below(4) == 0;
                row.published = (self.below(3) == 0).then(|| at(self.below(50) as i64));
                row.advisory = (self.below(3) == 0).then(|| format!("ASY-{}", self.below(8)));
                Row::Case(row)
            }
            _ => {
                let mut row = engagement(number);
                row.window_ends = (self.below(2) == 0).then(|| at(self.below(50) as i64));
                Row::Engagement(row)
            }
        }
    }

    /// The next step.
    pub fn next(&mut self) -> Step {
        match self.below(20) {
            0..=8 => {
                let events = (0..self.below(4)).map(|_| {
                    let skip = u64::from(!self.often());
                    let seconds = if self.often() { self.below(3) as i64 } else { -1 };
                    (self.below(10), skip, seconds, self.below(u64::MAX))
                });
                let events = events.collect();
                let rows = (0..self.below(4)).map(|_| self.row()).collect();
                Step::Write(events, rows)
            }
            9 => Step::Claim(self.below(3), self.below(1000)),
            10 | 11 => Step::Confirm(self.below(6) as usize, 1000 * u64::from(!self.often())),
            12 | 13 => Step::PutWrap(self.below(30), self.below(3), self.below(5)),
            14 => Step::DropWrap(self.below(30), self.below(3)),
            15 => Step::Shred(self.below(30)),
            16 => Step::PutBlob(self.below(30), if self.often() { 1 } else { 2 }),
            17 => Step::DropBlob(self.below(30)),
            18 => Step::Set(self.below(4), self.below(4)),
            _ if self.below(20) == 0 => Step::Replace(2 + self.below(9) as usize),
            _ => Step::Write(Vec::new(), vec![self.row()]),
        }
    }
}

/// What came of it, in words that are the same for every backend.
fn told<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(StoreError::OutOfOrder(_)) => "out of order".into(),
        Err(StoreError::TooLarge { .. }) => "too large".into(),
        Err(other) => panic!("{other}"),
    }
}

/// Does a step.
pub fn apply(store: &dyn Store, step: &Step) -> String {
    match step {
        Step::Write(events, rows) => told(store.write(&mut |view| {
            let mut last = view.last_instant()?.unwrap_or(at(0));
            let made = RefCell::new(Vec::<NewEvent>::new());
            for (of, skip, seconds, random) in events {
                let here = made.borrow().iter().filter(|event| event.envelope.stream == stream(*of)).count() as u64;
                let place = view.stream(&stream(*of))?.len() as u64 + here + 1 + skip;
                last = Instant::from_micros(last.as_micros() + seconds * 1_000_000);
                let mut event = event_at(*of, place, last);
                event.envelope.id = assay_store::event::EventId::from_bytes(sixteen(*random));
                made.borrow_mut().push(event);
            }
            Ok(Some(Batch { events: made.into_inner(), rows: rows.clone() }))
        })),
        Step::Claim(target, number) => told(store.write(&mut |view| {
            if !view.active_leases(tag(*target))?.is_empty() {
                return Ok(None);
            }
            let mut row = lease(100 + number);
            row.target = tag(*target);
            row.token = view.last_token(row.target, &row.method)? + 1;
            Ok(Some(Batch { events: Vec::new(), rows: vec![Row::Lease(row)] }))
        })),
        Step::Confirm(count, slip) => {
            let leaves = see(store, |view| {
                let next = view.last_leaf()?.map_or(0, |leaf| leaf + 1);
                let pending = view.outbox(*count)?;
                Ok((next..).zip(pending).map(|(leaf, pending)| (pending.number + slip, leaf)).collect::<Vec<_>>())
            });
            told(store.confirm(&leaves))
        }
        Step::PutWrap(of, to, what) => {
            told(store.put_wrap(key(*of), &format!("recipient {to}"), &vec![*what as u8; 50 + 100 * *what as usize]))
        }
        Step::DropWrap(of, to) => told(store.drop_wrap(key(*of), &format!("recipient {to}"))),
        Step::Shred(of) => told(store.shred(key(*of))),
        Step::PutBlob(id, what) => told(store.put_blob(blob(*id), &vec![*what as u8; 2000])),
        Step::DropBlob(id) => told(store.drop_blob(blob(*id))),
        Step::Set(name, value) => told(store.set_setting(&format!("name {name}"), &format!("value {value}"))),
        Step::Replace(nth) => {
            let rows = see(store, |view| view.all_rows());
            let mut kept = rows.into_iter().enumerate().filter(|(place, _)| place % nth != 0).map(|(_, row)| row);
            told(store.replace_rows(&mut kept))
        }
    }
}
