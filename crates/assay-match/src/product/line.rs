//! The version line that a name speaks of: `WinCC V7.4`, `RSG2300 V4.X`.

use std::cmp::Ordering;

use assay_inventory::product::Product;
use assay_inventory::version::product::{compare, in_branch};

/// The version that is installed, by the list's version field and the line in its product's name.
pub(super) fn installed(product: &Product, written: Option<&str>) -> Option<String> {
    match (written.map(str::trim).filter(|text| !text.is_empty()), &product.line) {
        (None, line) => line.clone(),
        (Some(written), Some(line)) if !written.starts_with(|c: char| c.is_ascii_digit() || "vV".contains(c)) => {
            // `WinCC V7.4` and `SP1 Upd2`.
            Some(format!("{line} {written}"))
        }
        (Some(written), _) => Some(written.to_owned()),
    }
}

/// A version without a word before it that stands in the record's name too: `ALEOS 4.12` of a `Router running ALEOS
/// software`, `T4APP 2.20`. A word that does not (`Android 5.1`) may be of something else.
pub(super) fn without_name(record: &Product, version: &str) -> Option<String> {
    let (word, number) = version.trim().split_once(' ')?;
    let plain = word.to_lowercase();
    let named = record.names().iter().any(|name| name.words.contains(&plain) || name.short.contains(&plain));
    (plain.len() >= 3 && named && number.starts_with(|c: char| c.is_ascii_digit())).then(|| number.to_owned())
}

/// Whether a version lies in a line; none if that cannot be told.
pub(super) fn holds(line: &str, version: &str) -> Option<bool> {
    if in_branch(version, line) || compare(version, line) == Ok(Ordering::Equal) {
        return Some(true);
    }
    // 7 may be any 7.4.
    if in_branch(line, version) {
        return None;
    }
    compare(version, line).is_ok().then_some(false)
}
