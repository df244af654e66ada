//! Tests against programs and libraries that others wrote; nothing here ships.
