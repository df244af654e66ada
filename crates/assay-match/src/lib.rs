//! Inventory against advisories: what is affected, what is not, what cannot be told.
