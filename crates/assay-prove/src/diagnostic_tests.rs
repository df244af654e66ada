#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn message(code: Option<&str>, file: &str, line: u32) -> String {
    json!({
        "reason": "compiler-message",
        "manifest_path": "/bundle/harness/Cargo.toml",
        "target": { "kind": ["bin"], "src_path": "/bundle/harness/src/bin/trigger.rs" },
        "message": {
            "level": "error", "message": "no", "rendered": "error: no\n",
            "code": code.map(|code| json!({ "code": code, "explanation": null })),
            "spans": [{ "file_name": file, "line_start": line, "is_primary": true, "expansion": null }],
        },
    })
    .to_string()
}

fn program() -> BundlePath {
    "harness/src/bin/trigger.rs".parse().unwrap()
}

fn declared(at: Option<&str>) -> Refusal {
    Refusal { code: vec!["E0502".into(), "E0277".into()], at: at.map(str::to_owned) }
}

fn judged(text: &str, at: Option<&str>) -> Result<String, String> {
    refusal(&declared(at), &program(), &read(text.as_bytes()))
}

const AT: Option<&str> = Some("harness/src/bin/trigger.rs:8");

#[test]
fn the_declared_code_at_the_declared_place_is_a_refusal() {
    let right = message(Some("E0502"), "src/bin/trigger.rs", 8);
    assert_eq!(judged(&right, AT).unwrap(), "E0502 at harness/src/bin/trigger.rs:8");
    assert_eq!(judged(&right, None).unwrap(), "E0502 at harness/src/bin/trigger.rs:8");
    let second = message(Some("E0277"), "src/bin/trigger.rs", 12);
    assert!(judged(&format!("noise\n{second}\n{right}\n"), AT).is_ok(), "what follows from it may stand elsewhere");
    let summary = json!({ "reason": "compiler-message", "manifest_path": "", "target": {},
        "message": { "level": "error", "message": "aborting due to 1 previous error", "code": null, "spans": [] } });
    assert!(judged(&format!("{right}\n{summary}\n"), AT).is_ok());
}

#[test]
fn anything_else_is_not() {
    let right = message(Some("E0502"), "src/bin/trigger.rs", 8);
    for (what, wrong) in [
        ("another line", message(Some("E0502"), "src/bin/trigger.rs", 9)),
        ("another code", message(Some("E0308"), "src/bin/trigger.rs", 8)),
        ("no code: a syntax error or compile_error!", message(None, "src/bin/trigger.rs", 8)),
        ("a lint", message(Some("unsafe_code"), "src/bin/trigger.rs", 8)),
        ("another file", message(Some("E0502"), "src/lib.rs", 8)),
        ("a file outside", message(Some("E0502"), "/rustc/library/core/src/lib.rs", 8)),
        ("a path that climbs", message(Some("E0502"), "../../../../etc/x", 8)),
        ("a second, undeclared error", format!("{right}\n{}", message(Some("E0433"), "src/bin/trigger.rs", 1))),
        (
            "the target itself does not compile",
            right
                .replace("harness/Cargo.toml", "src/Cargo.toml")
                .replace("harness/src/bin/trigger.rs", "src/src/lib.rs"),
        ),
        ("a library of the harness", right.replace("[\"bin\"]", "[\"lib\"]")),
        (
            "a broken compiler",
            right
                .replace("\"level\":\"error\"", "\"level\":\"error: internal compiler error\"")
                .replace("E0502", "E9999"),
        ),
        ("nothing", String::new()),
        ("a warning", right.replace("\"level\":\"error\"", "\"level\":\"warning\"")),
    ] {
        assert!(judged(&wrong, AT).is_err(), "{what}");
    }
}

#[test]
fn an_error_of_a_macro_lies_where_it_is_called() {
    let call = json!({ "file_name": "src/bin/trigger.rs", "line_start": 8, "expansion": null });
    let text = message(Some("E0502"), "/deps/x/src/lib.rs", 3)
        .replace("\"expansion\":null", &format!("\"expansion\":{}", json!({ "span": call })));
    assert!(judged(&text, AT).is_ok(), "{text}");
    let mut nested = json!({ "file_name": "src/bin/trigger.rs", "line_start": 8, "expansion": null });
    for _ in 0..40 {
        nested = json!({ "file_name": "x", "line_start": 1, "expansion": { "span": nested } });
    }
    let mut deep: serde_json::Value = serde_json::from_str(&message(Some("E0502"), "x", 1)).unwrap();
    deep["message"]["spans"][0]["expansion"] = json!({ "span": nested });
    assert!(judged(&deep.to_string(), AT).is_err(), "followed without end");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(refusal(&declared(AT), &program(), &read(&bytes)).is_err());
    }

    #[test]
    fn any_message_is_judged(code in ".{0,8}", file in "[a-z./]{0,30}", line in any::<u32>()) {
        let right = code == "E0502" || code == "E0277";
        let fits = right && in_bundle("/bundle/harness", &file).as_deref() == Some(program().as_str()) && line == 8;
        prop_assert_eq!(judged(&message(Some(&code), &file, line), AT).is_ok(), fits);
    }
}
