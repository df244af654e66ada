//! Durations and sizes with their units.

use std::time::Duration;

use super::bounds;
use super::fault::Fault;
use super::problem::shown;

/// `500ms`, `120s`, `2m`, `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, Fault> {
    let bad = || {
        Fault::new("bad-duration", format!("`{}` is not a duration", shown(text)))
            .help("write a whole number and a unit: `500ms`, `120s`, `2m`, `1h`")
    };
    let (number, unit) = split(text).ok_or_else(bad)?;
    let millis = match unit {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => return Err(bad()),
    };
    match millis {
        Some(millis) if millis > 0 && millis <= bounds::DURATION_SECS * 1_000 => Ok(Duration::from_millis(millis)),
        _ => Err(Fault::new("out-of-range", format!("`{}` is not between 1ms and 24h", shown(text)))),
    }
}

/// `2GiB`, `512MiB`, `64KiB`, `100MB`, `4096B`.
pub(super) fn size(text: &str) -> Result<u64, Fault> {
    let bad = || {
        Fault::new("bad-size", format!("`{}` is not a size", shown(text)))
            .help("write a whole number and a unit: `64KiB`, `512MiB`, `2GiB`, `100MB`; or plain bytes as an integer")
    };
    let (number, unit) = split(text).ok_or_else(bad)?;
    let factor = match unit {
        "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(bad()),
    };
    in_range(number.checked_mul(factor))
}

/// A size that was given as an integer.
pub(super) fn bytes(number: i64) -> Result<u64, Fault> {
    in_range(u64::try_from(number).ok())
}

fn in_range(bytes: Option<u64>) -> Result<u64, Fault> {
    bytes
        .filter(|bytes| (1..=bounds::SIZE).contains(bytes))
        .ok_or_else(|| Fault::new("out-of-range", "the size is not between 1 byte and 1024GiB"))
}

fn split(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, unit))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration("500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(duration("2m").unwrap(), Duration::from_secs(120));
        assert_eq!(duration("24h").unwrap(), Duration::from_secs(86_400));
        for wrong in [
            "",
            "s",
            "5",
            "-5s",
            "1.5s",
            "5 s",
            "5S",
            "0s",
            "25h",
            "99999999999999999999s",
            "18446744073709551615h",
            "５s",
        ] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(size("2GiB").unwrap(), 2 << 30);
        assert_eq!(size("100MB").unwrap(), 100_000_000);
        assert_eq!(size("64KiB").unwrap(), 65_536);
        for wrong in ["", "GiB", "5", "0B", "2gib", "2 GiB", "1.5GiB", "9999999GiB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert!(bytes(-1).is_err());
    }
}
