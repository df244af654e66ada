//! Records of the hook, and lines that are none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

const RECORD: &str = r#"{"language":"python","type":"pkg.errors.ParseError","bases":["ValueError","Exception"],"message":"bad","frames":[{"file":"harness.py","line":3,"function":"<module>"},{"file":"/out/site/pkg/lexer.py","line":70,"function":"lex"}]}"#;

#[test]
fn a_record_is_read() {
    let all = exceptions(format!("noise\n{RECORD}\n{{\"half\":").as_bytes());
    assert_eq!(all.len(), 1);
    let e = &all[0];
    assert_eq!((e.language.as_str(), e.message.as_str()), ("python", "bad"));
    assert_eq!(e.innermost().unwrap().function.as_deref(), Some("lex"));
    assert!(e.is_a("ParseError") && e.is_a("pkg.errors.ParseError") && e.is_a("ValueError"));
    assert!(!e.is_a("Error") && !e.is_a("errors.ParseError") && !e.is_a("TypeError") && !e.is_a(""));
}

#[test]
fn what_is_left_out_may_be_missing() {
    let all = exceptions(br#"{"language":"javascript","type":"RangeError"}"#);
    assert_eq!((all.len(), all[0].frames.len()), (1, 0));
    for line in
        [r#"{"language":"cobol","type":"X"}"#, r#"{"language":"python","type":""}"#, r#"{"type":"X"}"#, "[]", "7"]
    {
        assert!(exceptions(line.as_bytes()).is_empty(), "{line}");
    }
}

#[test]
fn bounds_hold() {
    let frames: Vec<String> = (0..5000).map(|i| format!(r#"{{"file":"f","line":{i}}}"#)).collect();
    let deep = format!(
        r#"{{"language":"python","type":"RecursionError","message":"{}","frames":[{}]}}"#,
        "é".repeat(4000),
        frames.join(",")
    );
    let all = exceptions(format!("{deep}\n").as_bytes());
    assert_eq!(all[0].frames.len(), MAX_FRAMES);
    assert_eq!(all[0].innermost().unwrap().line, Some(4999));
    assert!(all[0].message.len() <= MAX_TEXT);
    assert_eq!(exceptions(format!("{RECORD}\n").repeat(100).as_bytes()).len(), MAX_RECORDS);
    assert!(exceptions("[".repeat(100_000).as_bytes()).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn garbage_never_panics(log in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = exceptions(&log);
    }

    #[test]
    fn broken_records_never_panic(at in 0_usize..230, byte in any::<u8>()) {
        let mut log = RECORD.as_bytes().to_vec();
        let at = at % log.len();
        log[at] = byte;
        let _ = exceptions(&log);
    }
}
