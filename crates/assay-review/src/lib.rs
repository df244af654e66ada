//! Engagements, windows and grants of the voluntary model review; no I/O.
