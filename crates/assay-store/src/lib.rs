//! Events, projections, sealed payloads, wraps and blobs, kept in SQLite.
