//! Findings, cases, embargoes and leases: commands become events; no I/O, no clock of its own.
