//! Directives, deadlines and calendars.
