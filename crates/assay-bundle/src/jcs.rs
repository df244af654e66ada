//! Canonical JSON after RFC 8785: one value, one sequence of bytes.

use std::fmt::Write as _;

use serde_json::{Number, Value};

/// The largest integer that a double keeps exact (RFC 7493, section 2.2).
const SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Levels of nesting that are written: what is read here is bounded, so deeper is a fault of the caller.
const DEPTH: usize = 128;

/// Why a value has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// RFC 8785 writes numbers as doubles, which would change this one.
    #[error("the integer {0} is beyond 2^53, where JSON is not exact")]
    Integer(String),
    /// The value is nested too deeply.
    #[error("the value is nested more than 128 levels deep")]
    Depth,
}

/// The canonical bytes of a value.
///
/// # Errors
/// For integers beyond 2^53 and for nesting beyond 128 levels.
pub fn canonical(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut out = String::new();
    write(&mut out, value, 0)?;
    Ok(out.into_bytes())
}

fn write(out: &mut String, value: &Value, depth: usize) -> Result<(), NotCanonical> {
    if depth > DEPTH {
        return Err(NotCanonical::Depth);
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(out, number)?,
        Value::String(text) => write_text(out, text),
        Value::Array(list) => {
            out.push('[');
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(out, item, depth + 1)?;
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            // RFC 8785, 3.2.3: by UTF-16 code units, which is not the order of UTF-8.
            entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(out, key);
                out.push(':');
                write(out, item, depth + 1)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// RFC 8785, 3.2.2.2.
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                // Writing to a String does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// RFC 8785, 3.2.2.3: as ECMAScript writes numbers.
fn write_number(out: &mut String, number: &Number) -> Result<(), NotCanonical> {
    if number.is_f64() {
        out.push_str(&ecmascript(number.as_f64().unwrap_or(0.0)));
        return Ok(());
    }
    let safe = match (number.as_i64(), number.as_u64()) {
        (Some(n), _) => n.unsigned_abs() <= SAFE_INTEGER,
        (None, Some(n)) => n <= SAFE_INTEGER,
        (None, None) => false,
    };
    if !safe {
        return Err(NotCanonical::Integer(number.to_string()));
    }
    let _ = write!(out, "{number}");
    Ok(())
}

/// `Number.prototype.toString` of ECMA-262, section 6.1.6.1.20.
fn ecmascript(number: f64) -> String {
    if number == 0.0 {
        // Also for minus zero.
        return "0".to_owned();
    }
    // Rust's shortest form has the digits that ECMAScript asks for: `1.2345e-7`.
    let shortest = format!("{:e}", number.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = even_of_two(number.abs(), digits);
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if number < 0.0 { "-" } else { "" };
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let point = exponent + 1;
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    let body = if count <= point && point <= 21 {
        format!("{digits}{}", zeros(point - count))
    } else if 0 < point && point <= 21 {
        let (whole, rest) = split(&digits, point);
        format!("{whole}.{rest}")
    } else if -6 < point && point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = split(&digits, 1);
        let dot = if rest.is_empty() { "" } else { "." };
        let plus = if exponent < 0 { "-" } else { "+" };
        format!("{first}{dot}{rest}e{plus}{}", exponent.abs())
    };
    format!("{sign}{body}")
}

/// Where two shortest forms are equally near, ECMAScript takes the even one (note 2); Rust rounds up.
fn even_of_two(number: f64, digits: String) -> String {
    // No double has more than 767 significant digits, so this is the exact value.
    let exact = format!("{number:.770e}");
    let exact: String = exact.chars().take_while(|c| *c != 'e').filter(char::is_ascii_digit).collect();
    let Some((below, rest)) = exact.split_at_checked(digits.len()) else {
        return digits;
    };
    let halfway = rest.strip_prefix('5').is_some_and(|rest| rest.bytes().all(|b| b == b'0'));
    let even = |text: &str| text.bytes().last().is_some_and(|b| b % 2 == 0);
    let exponent = format!("{number:e}");
    let exponent = exponent.split_once('e').map_or("0", |(_, exponent)| exponent);
    let (first, after) = split(below, 1);
    let same = format!("{first}.{after}e{exponent}").parse() == Ok(number);
    if halfway && even(below) && !even(&digits) && same { below.to_owned() } else { digits }
}

fn split(digits: &str, at: i32) -> (&str, &str) {
    let at = usize::try_from(at).unwrap_or(0);
    digits.split_at_checked(at).unwrap_or((digits, ""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> String {
        String::from_utf8(canonical(value).unwrap()).unwrap()
    }

    #[test]
    fn numbers_of_the_rfc() {
        // RFC 8785, appendix B.
        for (bits, wanted) in [
            (0x0000_0000_0000_0000_u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(ecmascript(f64::from_bits(bits)), wanted, "{bits:x}");
        }
    }

    #[test]
    fn keys_sort_by_utf16() {
        // RFC 8785, section 3.2.3.
        let value = json!({
            "\u{20ac}": "Euro Sign",
            "\r": "Carriage Return",
            "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One",
            "\u{1f600}": "Emoji: Grinning Face",
            "\u{80}": "Control",
            "\u{f6}": "Latin Small Letter O With Diaeresis"
        });
        let order = [
            "Carriage Return",
            "One",
            "Control",
            "Latin Small Letter O With Diaeresis",
            "Euro Sign",
            "Emoji: Grinning Face",
            "Hebrew Letter Dalet With Dagesh",
        ];
        let text = text(&value);
        let places: Vec<_> = order.iter().map(|name| text.find(name).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
    }

    #[test]
    fn texts_and_literals_of_the_rfc() {
        // RFC 8785, section 3.2.2.
        let value: Value = serde_json::from_str(
            r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
                "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                "literals":[null,true,false]}"#,
        )
        .unwrap();
        assert_eq!(
            text(&value),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
             \"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
    }

    #[test]
    fn inexact_integers_have_no_canonical_form() {
        assert!(canonical(&json!(9_007_199_254_740_991_i64)).is_ok());
        assert!(canonical(&json!(9_007_199_254_740_993_i64)).is_err());
        assert!(canonical(&json!(u64::MAX)).is_err());
        assert!(canonical(&json!(i64::MIN)).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn every_double_is_read_back(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            prop_assert_eq!(ecmascript(number).parse::<f64>().unwrap(), number);
        }

        #[test]
        fn every_text_is_read_back(text in any::<String>()) {
            let bytes = canonical(&Value::String(text.clone())).unwrap();
            let back: String = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(back, text);
        }
    }
}
