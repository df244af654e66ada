//! One value, one sequence of bytes: RFC 8785.

use assay_bundle::jcs;
use serde::Serialize;

use crate::refusal::Refusal;

/// The canonical JSON of a value.
///
/// # Errors
/// If it has none: an integer beyond 2^53, or nesting beyond 128 levels.
pub(crate) fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, Refusal> {
    let value = serde_json::to_value(value).map_err(Refusal::malformed)?;
    jcs::canonical(&value).map_err(Refusal::malformed)
}
