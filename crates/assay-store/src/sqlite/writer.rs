//! One writer at a time, and one commit for many.
//!
//! A caller does its work in a savepoint of a transaction that it shares with
//! whoever came just before. If somebody else is already waiting, the commit
//! is left to them; whoever finds nobody waiting commits for all, and only
//! then do all of them hear that their work is kept. So one sync of the disk
//! serves many callers, and a lone caller waits for nobody.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::sqlite::fault::{during, leaves_doubt};
use crate::store::StoreError;

/// So many callers share one commit at most, and for so long.
const SHARED_BY: usize = 256;
const SHARED_FOR: Duration = Duration::from_millis(10);

/// The one who writes to a database.
pub struct Writer {
    desk: Mutex<Desk>,
    waiting: AtomicUsize,
    queue: usize,
    patience: Duration,
}

/// Where the work is done, by one at a time.
struct Desk {
    conn: Connection,
    /// The transaction that is open, and who waits for its commit.
    open: Option<Open>,
    /// After a failure that leaves in doubt what is on the disk, nothing more is written.
    doubt: Option<String>,
}

struct Open {
    ticket: Arc<Ticket>,
    since: Instant,
    shared_by: usize,
    /// The transaction is lost already, and why.
    lost: Option<Failure>,
}

/// How a shared commit went, for all who wait for it.
#[derive(Default)]
struct Ticket {
    outcome: Mutex<Option<Result<(), Failure>>>,
    told: Condvar,
}

#[derive(Clone)]
enum Failure {
    Busy,
    Broken(String),
}

impl Failure {
    fn of(error: &rusqlite::Error) -> Self {
        match during("")(clone_of(error)) {
            StoreError::Busy { .. } => Self::Busy,
            _ => Self::Broken(error.to_string()),
        }
    }
}

/// The part of an error that decides what becomes of it.
fn clone_of(error: &rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqliteFailure(code, text) => rusqlite::Error::SqliteFailure(*code, text.clone()),
        _ => rusqlite::Error::InvalidQuery,
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::Busy { seconds: 1 },
            Failure::Broken(error) => Self::Broken { what: "keeping it on the disk", error: error.into() },
        }
    }
}

impl Ticket {
    fn tell(&self, outcome: Result<(), Failure>) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        self.told.notify_all();
    }

    fn wait(&self) -> Result<(), Failure> {
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match &*outcome {
                Some(outcome) => return outcome.clone(),
                None => outcome = self.told.wait(outcome).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

impl Writer {
    /// A writer on this connection, with room for so many who wait, each for so long.
    pub fn new(conn: Connection, queue: usize, patience: Duration) -> Self {
        let desk = Mutex::new(Desk { conn, open: None, doubt: None });
        Self { desk, waiting: AtomicUsize::new(0), queue, patience }
    }

    /// Does `job` in the transaction; what it did is on the disk when this returns, or undone.
    pub fn run<T>(&self, job: &mut dyn FnMut(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut desk = self.take_the_desk()?;
        let done = desk.attempt(job);
        // Whatever became of the job: somebody may have left the commit to this caller.
        let ticket = self.settle(desk);
        match done {
            Ok(Ok(value)) => {
                // Also a job that wrote nothing may have seen what others wrote and is not on the disk yet.
                if let Some(ticket) = ticket {
                    ticket.wait()?;
                }
                Ok(value)
            }
            Ok(Err(error)) => Err(error),
            Err(panic) => resume_unwind(panic),
        }
    }

    /// Brings everything from the write-ahead log into the database and empties the log, so that what was overwritten
    /// is nowhere.
    pub fn purge(&self) -> Result<(), StoreError> {
        let mut desk = self.take_the_desk()?;
        desk.commit();
        let busy: Result<i64, _> = desk.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        drop(desk);
        match busy.map_err(during("emptying the write-ahead log"))? {
            0 => Ok(()),
            _ => Err(StoreError::Busy { seconds: 1 }),
        }
    }

    fn take_the_desk(&self) -> Result<MutexGuard<'_, Desk>, StoreError> {
        if self.waiting.fetch_add(1, Ordering::SeqCst) >= self.queue {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            return Err(StoreError::Busy { seconds: 1 });
        }
        let since = Instant::now();
        let desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        if since.elapsed() > self.patience {
            self.settle(desk);
            return Err(StoreError::Busy { seconds: 1 });
        }
        Ok(desk)
    }

    /// Commits, or leaves it to somebody who is counted as waiting: they come here too, whatever becomes of their job.
    fn settle(&self, mut desk: MutexGuard<'_, Desk>) -> Option<Arc<Ticket>> {
        let open = desk.open.as_ref()?;
        let ticket = Arc::clone(&open.ticket);
        let enough = open.shared_by >= SHARED_BY || open.since.elapsed() >= SHARED_FOR;
        if enough || self.waiting.load(Ordering::SeqCst) == 0 {
            desk.commit();
        }
        Some(ticket)
    }
}

impl Desk {
    /// The job's own outcome; a panic is handed back, so that the desk is left in order first.
    fn attempt<T>(
        &mut self,
        job: &mut dyn FnMut(&Connection) -> Result<T, StoreError>,
    ) -> std::thread::Result<Result<T, StoreError>> {
        if let Err(error) = self.begin() {
            return Ok(Err(error));
        }
        let done = catch_unwind(AssertUnwindSafe(|| job(&self.conn)));
        let end = if matches!(done, Ok(Ok(_))) { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
        // A full disk may have undone the whole transaction: then nobody's work in it is kept.
        if let Err(error) = self.conn.execute_batch(end)
            && let Some(open) = &mut self.open
        {
            open.lost = Some(Failure::of(&error));
        }
        done
    }

    /// Opens the transaction unless one is open, and a savepoint in it.
    fn begin(&mut self) -> Result<(), StoreError> {
        if let Some(doubt) = &self.doubt {
            let error = format!("the disk failed before ({doubt}); stop, check the disk, and begin again");
            return Err(Failure::Broken(error).into());
        }
        if self.open.is_none() {
            self.conn.execute_batch("BEGIN IMMEDIATE").map_err(during("waiting for the database"))?;
            let ticket = Arc::default();
            self.open = Some(Open { ticket, since: Instant::now(), shared_by: 0, lost: None });
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        if let Some(lost) = &open.lost {
            return Err(lost.clone().into());
        }
        open.shared_by += 1;
        self.conn.execute_batch("SAVEPOINT job").map_err(during("beginning to write"))
    }

    /// Ends the open transaction, if there is one, and tells all who wait for it.
    fn commit(&mut self) {
        let Some(open) = self.open.take() else { return };
        let outcome = match open.lost {
            Some(lost) => Err(lost),
            None => self.conn.execute_batch("COMMIT").map_err(|error| {
                if leaves_doubt(&error) {
                    self.doubt = Some(error.to_string());
                }
                Failure::of(&error)
            }),
        };
        if outcome.is_err() && !self.conn.is_autocommit() && self.conn.execute_batch("ROLLBACK").is_err() {
            self.doubt.get_or_insert_with(|| "a transaction could not be undone".to_owned());
        }
        open.ticket.tell(outcome);
    }
}
