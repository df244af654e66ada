//! The clearinghouse in this process: a store, a vault, a clock.

use std::sync::{Mutex, PoisonError};

use assay_base::{Instant, SystemEntropy};
use assay_seal::data_key::DataKey;
use assay_store::sqlite::Sqlite;
use assay_store::store::{Store, View};

use crate::home::{Home, Keys};
use crate::refusal::Refusal;
use crate::unit::Unit;
use crate::vault::Vault;

/// What the time is. The real one asks the wall clock; a test brings its own.
pub type Clock = Box<dyn Fn() -> Instant + Send + Sync>;

/// A clearinghouse whose store lies on this machine.
pub struct Local {
    pub(crate) home: Home,
    pub(crate) keys: Keys,
    pub(crate) store: Box<dyn Store>,
    pub(crate) vault: Vault,
    clock: Clock,
    /// Keys whose wraps are on disk and that seal nothing yet.
    spares: Mutex<Vec<DataKey>>,
}

impl Local {
    /// Opens the clearinghouse in this home.
    ///
    /// # Errors
    ///
    /// Its keys or its store cannot be opened.
    pub fn open(home: Home, clock: Clock) -> Result<Self, Refusal> {
        let store = Box::new(Sqlite::open(&home.store())?);
        Self::with_store(home, store, clock)
    }

    /// The same on another store.
    ///
    /// # Errors
    ///
    /// Its keys cannot be read.
    pub fn with_store(home: Home, store: Box<dyn Store>, clock: Clock) -> Result<Self, Refusal> {
        let keys = home.keys()?;
        let vault = Vault::new(home.keys()?.master);
        Ok(Self { home, keys, store, vault, clock, spares: Mutex::new(Vec::new()) })
    }

    /// Where it lies, and what it is called.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// The time by its clock.
    pub fn now(&self) -> Instant {
        (self.clock)()
    }

    /// Decides under the writer's lock. What `work` stages is on disk when this returns Ok, and none of it otherwise.
    ///
    /// `work` may run more than once; it must have no other effect.
    ///
    /// # Errors
    ///
    /// What `work` refuses, or the store.
    pub(crate) fn decide<T>(&self, work: impl FnMut(&mut Unit<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.run(None, work)
    }

    /// The same for a command that begins a stream: its key is drawn and wrapped before the lock is taken, so that
    /// nobody waits for another one's disk.
    pub(crate) fn begin<T>(&self, work: impl FnMut(&mut Unit<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let spare = self.spares.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let spare = match spare {
            Some(key) => key,
            None => self.vault.draw(&*self.store, &mut SystemEntropy)?,
        };
        self.run(Some(spare), work)
    }

    /// Draws a key for a stream that is about to begin, unless one is there.
    pub(crate) fn lay_by(&self) -> Result<(), Refusal> {
        if self.spares.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            let key = self.vault.draw(&*self.store, &mut SystemEntropy)?;
            self.spares.lock().unwrap_or_else(PoisonError::into_inner).push(key);
        }
        Ok(())
    }

    fn run<T>(
        &self,
        mut spare: Option<DataKey>,
        mut work: impl FnMut(&mut Unit<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut answer = None;
        let now = self.now();
        let written = self.store.write(&mut |view| {
            let mut entropy = SystemEntropy;
            let decided = Unit::new(view, now, &mut entropy, (&*self.store, &self.vault), &mut spare)
                .and_then(|mut unit| work(&mut unit).map(|value| (value, unit.into_batch())));
            match decided {
                Ok((value, batch)) => {
                    answer = Some(Ok(value));
                    Ok(batch)
                }
                Err(refusal) => {
                    answer = Some(Err(refusal));
                    Ok(None)
                }
            }
        });
        if let Some(unused) = spare {
            self.spares.lock().unwrap_or_else(PoisonError::into_inner).push(unused);
        }
        // A store that failed after the decision has kept nothing: its error is the answer.
        written?;
        answer.unwrap_or_else(|| Err(Refusal::broken("the store decided on nothing")))
    }

    /// Looks at one consistent state.
    ///
    /// # Errors
    ///
    /// What `look` refuses, or the store.
    pub(crate) fn look<T>(&self, mut look: impl FnMut(&dyn View) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let mut answer = None;
        self.store.read(&mut |view| {
            answer = Some(look(view));
            Ok(())
        })?;
        answer.unwrap_or_else(|| Err(Refusal::broken("the store showed nothing")))
    }
}

impl Drop for Local {
    /// Keys that sealed nothing leave no wrap behind. A process that is killed leaves some: they open nothing.
    fn drop(&mut self) {
        for key in self.spares.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = self.store.drop_wrap(key.id(), crate::vault::INSTANCE);
        }
    }
}
