//! The words that CVE records put where a version should stand.

/// Whether a text stands for nothing at all.
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(
        text.trim().to_ascii_lowercase().as_str(),
        "" | "n/a" | "na" | "-" | "unspecified" | "unknown" | "not specified" | "none" | "no version"
    )
}

/// Whether a vendor's field names no vendor: nothing, or many.
pub(super) fn is_nobody(vendor: &str) -> bool {
    let many = ["multiple", "multiple vendors", "various", "various vendors", "several"];
    is_nothing(vendor) || many.contains(&vendor.trim().to_ascii_lowercase().as_str())
}

/// Whether a text stands for every version.
pub(super) fn is_everything(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "*" | "all" | "all versions" | "any")
}

/// One side of a constraint that was written as text: `< 5.3.1`, `>= 1.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit<'a> {
    Before(&'a str),
    Through(&'a str),
    After(&'a str),
    From(&'a str),
    Exactly(&'a str),
}

/// Reads a constraint such as `>= 1.0, < 1.2.3`; none if the text is a plain version.
pub(super) fn constraint(text: &str) -> Option<Vec<Limit<'_>>> {
    let text = text.trim();
    if !text.starts_with(['<', '>', '=']) {
        return None;
    }
    let mut limits = Vec::new();
    for part in text.split(',').map(str::trim).take(16) {
        let limit = if let Some(rest) = part.strip_prefix("<=") {
            Limit::Through(rest.trim())
        } else if let Some(rest) = part.strip_prefix(">=") {
            Limit::From(rest.trim())
        } else if let Some(rest) = part.strip_prefix('<') {
            Limit::Before(rest.trim())
        } else if let Some(rest) = part.strip_prefix('>') {
            Limit::After(rest.trim())
        } else {
            Limit::Exactly(part.strip_prefix('=')?.trim_start_matches('=').trim())
        };
        limits.push(limit);
    }
    Some(limits)
}
