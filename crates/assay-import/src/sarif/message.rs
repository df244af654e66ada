//! Messages (SARIF 2.1.0, 3.11): a text of its own, or one of the rule's, with arguments.

use serde_json::Value;

/// Bytes of one message.
const MAX: usize = 16 << 10;

/// The words of a message.
pub(super) fn of(message: Option<&Value>, rule: Option<&Value>) -> Option<String> {
    let message = message?;
    let own = ["text", "markdown"].iter().find_map(|key| message.get(*key)?.as_str());
    let words = match own {
        Some(words) => words,
        None => {
            let id = message.get("id")?.as_str()?;
            rule?.get("messageStrings")?.get(id)?.get("text")?.as_str()?
        }
    };
    let arguments: Vec<&str> =
        message.get("arguments").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    Some(filled(cut(words), &arguments))
}

/// `{0}` is the first argument; a doubled bracket is the bracket itself (3.11.5).
fn filled(words: &str, arguments: &[&str]) -> String {
    let mut out = String::new();
    let mut rest = words;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        if let Some(after) = tail.strip_prefix("{{") {
            out.push('{');
            rest = after;
        } else if let Some(after) = tail.strip_prefix("}}") {
            out.push('}');
            rest = after;
        } else if let Some((argument, after)) = placeholder(tail, arguments) {
            out.push_str(cut(argument));
            rest = after;
        } else {
            out.push_str(&tail[..1]);
            rest = &tail[1..];
        }
        // Arguments may be long, and named many times.
        if out.len() > MAX {
            return cut(&out).to_owned();
        }
    }
    out.push_str(rest);
    out
}

fn placeholder<'a, 'b>(tail: &'a str, arguments: &[&'b str]) -> Option<(&'b str, &'a str)> {
    let (number, after) = tail.strip_prefix('{')?.split_once('}')?;
    Some((arguments.get(number.parse::<usize>().ok()?)?, after))
}

fn cut(words: &str) -> &str {
    let mut end = words.len().min(MAX);
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    &words[..end]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    #[test]
    fn messages_are_filled_in() {
        let rule = json!({ "messageStrings": { "default": { "text": "{0} flows to {1}, {{not}} {9} {x" } } });
        let message = json!({ "id": "default", "arguments": ["a", "b"] });
        assert_eq!(of(Some(&message), Some(&rule)).unwrap(), "a flows to b, {not} {9} {x");
        assert_eq!(of(Some(&json!({ "text": "plain" })), None).unwrap(), "plain");
        assert_eq!(of(Some(&json!({ "id": "default" })), None), None);
    }

    #[test]
    fn arguments_do_not_multiply_without_end() {
        let long = "x".repeat(MAX);
        let message = json!({ "text": "{0}".repeat(1_000), "arguments": [long] });
        assert!(of(Some(&message), None).unwrap().len() <= MAX);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

        #[test]
        fn no_text_panics(words in "\\PC*|[{}0-9é]{0,40}", argument in "\\PC{0,10}") {
            let _ = filled(&words, &[&argument]);
        }
    }
}
