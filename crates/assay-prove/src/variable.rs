//! The variables of a command: replaced inside arguments, without a shell.

use crate::layout::{CANARY, DEPS, OUT, SCRATCH, SRC};

/// Replaces `$OUT $SRC $DEPS $SCRATCH $CANARY` and the given ones; `$$` is a dollar.
/// What is none of them stays as it is: the manifest's check has refused it.
#[must_use]
pub fn substitute(argument: &str, more: &[(&str, &str)]) -> String {
    let known = [("OUT", OUT), ("SRC", SRC), ("DEPS", DEPS), ("SCRATCH", SCRATCH), ("CANARY", CANARY)];
    let mut result = String::with_capacity(argument.len());
    let mut rest = argument;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            result.push('$');
            rest = after;
            continue;
        }
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        let (name, after) = after.split_at(end);
        match known.iter().chain(more).find(|(known, _)| *known == name) {
            Some((_, value)) => result.push_str(value),
            None => {
                result.push('$');
                result.push_str(name);
            }
        }
        rest = after;
    }
    result.push_str(rest);
    result
}

/// Whether an argument names this variable.
#[must_use]
pub fn names(argument: &str, name: &str) -> bool {
    let mut rest = argument;
    while let Some((_, after)) = rest.split_once('$') {
        if let Some(after) = after.strip_prefix('$') {
            rest = after;
            continue;
        }
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        let (found, after) = after.split_at(end);
        if found == name {
            return true;
        }
        rest = after;
    }
    false
}

/// A harness command for one input: `$INPUT` alone becomes all arguments of an
/// `args` input, and inside a longer argument the path of a file.
#[must_use]
pub fn command(run: &[String], input_path: Option<&str>, input_args: Option<&[String]>) -> Vec<String> {
    let mut command = Vec::new();
    for argument in run {
        match (argument.as_str(), input_args) {
            ("$INPUT", Some(arguments)) => command.extend(arguments.iter().cloned()),
            _ => command.push(substitute(argument, &[("INPUT", input_path.unwrap_or_default())])),
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn variables_are_replaced_inside_arguments() {
        assert_eq!(substitute("--out=$OUT/x:$SRC", &[]), "--out=/out/x:/bundle/src");
        assert_eq!(substitute("$$OUT costs $$5", &[]), "$OUT costs $5");
        assert_eq!(substitute("$UNKNOWN$", &[]), "$UNKNOWN$");
        assert_eq!(substitute("$OUTER", &[]), "$OUTER", "a longer name is another variable");
    }

    #[test]
    fn a_variable_is_named_or_not() {
        assert!(names("--path=$SRC/x", "SRC") && names("$$$SRC", "SRC") && names("$OUT$SRC", "SRC"));
        assert!(!names("$$SRC", "SRC") && !names("$SRCS", "SRC") && !names("SRC", "SRC") && !names("$", "SRC"));
    }

    #[test]
    fn input_alone_is_replaced_by_all_arguments() {
        let run = ["$OUT/harness".to_owned(), "$INPUT".to_owned(), "in=$INPUT".to_owned()];
        let args = ["-a".to_owned(), "$OUT".to_owned()];
        assert_eq!(command(&run, None, Some(&args)), ["/out/harness", "-a", "$OUT", "in="]);
        assert_eq!(command(&run, Some("/bundle/poc/x"), None), ["/out/harness", "/bundle/poc/x", "in=/bundle/poc/x"]);
    }

    proptest! {
        #[test]
        fn text_without_a_dollar_is_left_alone(text in "[^$]{0,64}") {
            prop_assert_eq!(substitute(&text, &[]), text);
        }

        #[test]
        fn doubled_dollars_come_back_single(text in "[^$]{0,32}") {
            prop_assert_eq!(substitute(&format!("$${text}"), &[]), format!("${text}"));
        }
    }
}
