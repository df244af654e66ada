//! What is left of a review with the reviewing organisation (R71).

use serde::{Deserialize, Serialize};

use crate::ids::ResidualId;
use crate::text::Text;

/// One thing that is left: a copy, a log, a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Residual {
    /// Its id, drawn by whoever reports it.
    pub residual: ResidualId,
    /// What it is and where.
    pub what: Text,
}
