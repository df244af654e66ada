//! Use cases: load, decide, seal, append, publish; every face calls them.
