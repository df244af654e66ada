//! The memory ceiling of all runs in flight: `--memory`, else `ASSAY_MEMORY`,
//! else three quarters of the machine's.

use std::env;

use assay_prove::meter::Budget;
use assay_sandbox::{Layer, SandboxError};

/// The variable that states it.
const VARIABLE: &str = "ASSAY_MEMORY";
/// Nothing runs in less.
const LEAST: u64 = 1 << 20;

/// The ceiling of this call. A variable that cannot be read is a reason not to run.
pub fn budget(stated: Option<u64>) -> Result<Budget, SandboxError> {
    if let Some(bytes) = stated {
        return Ok(Budget::stated(bytes));
    }
    let Some(text) = env::var_os(VARIABLE) else {
        return Ok(Budget::of_machine());
    };
    size(&text.to_string_lossy()).map(Budget::stated).map_err(|why| SandboxError {
        layer: Layer::Limits,
        what: format!("{VARIABLE} states no memory ceiling: {why}"),
        remedy: format!("correct {VARIABLE}, or unset it"),
    })
}

/// `4GiB`, `512MiB`, `2000MB`, or plain bytes.
pub fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 8] = [
        ("", 1),
        ("B", 1),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
    ];
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let bytes = number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    match bytes {
        Some(bytes) if bytes >= LEAST => Ok(bytes),
        Some(_) => Err("less than 1MiB, and nothing runs in that".to_owned()),
        None => Err("write a whole number and a unit: 512MiB, 4GiB, 2000MB".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_or_refused_with_an_example() {
        assert_eq!(size("4GiB"), Ok(4 << 30));
        assert_eq!(size("2000MB"), Ok(2_000_000_000));
        assert_eq!(size("1048576"), Ok(1 << 20));
        for wrong in ["", "GiB", "0", "1kB", "4 GiB", "4gib", "-1GiB", "1.5GiB", "99999999999GiB", "\u{0}", "٤GiB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_size_or_a_sentence(text in ".{0,20}|[0-9]{1,22}[kKMGiB]{0,3}") {
            if let Err(why) = size(&text) {
                proptest::prop_assert!(!why.is_empty());
            }
        }
    }
}
