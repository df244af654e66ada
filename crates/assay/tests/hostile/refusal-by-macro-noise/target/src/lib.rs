//! A cell that may be sent to another thread, whatever is in it.

use std::sync::atomic::{AtomicPtr, Ordering};

/// Holds one value for another thread.
pub struct Post<T> {
    held: AtomicPtr<T>,
}

// The flaw: nothing is asked of `T`.
unsafe impl<T> Send for Post<T> {}
unsafe impl<T> Sync for Post<T> {}

impl<T> Post<T> {
    /// With this value in it.
    pub fn new(value: T) -> Self {
        Self { held: AtomicPtr::new(Box::into_raw(Box::new(value))) }
    }

    /// Takes the value out, once.
    pub fn take(&self) -> Option<T> {
        let held = self.held.swap(std::ptr::null_mut(), Ordering::AcqRel);
        if held.is_null() { None } else { Some(*unsafe { Box::from_raw(held) }) }
    }
}

impl<T> Drop for Post<T> {
    fn drop(&mut self) {
        self.take();
    }
}
