//! The signed release folder: writing it, and the client that refuses what is not right.
