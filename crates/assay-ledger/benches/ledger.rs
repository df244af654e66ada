//! How fast the ledger appends, proves and is audited.

fn main() {}
