//! The `$` variables inside arguments. There is no shell: these are replaced
//! by the runner, and nothing else is.

use super::fault::Fault;
use super::problem::shown;

/// What may follow a `$`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// Where the build puts its results.
    Out,
    /// The input: its path, or all its arguments.
    Input,
    /// The arm's source.
    Src,
    /// Dependencies.
    Deps,
    /// The run's own scratch folder.
    Scratch,
    /// A secret drawn for the run.
    Canary,
}

/// All variables with their names.
pub const VARIABLES: [(&str, Variable); 6] = [
    ("OUT", Variable::Out),
    ("INPUT", Variable::Input),
    ("SRC", Variable::Src),
    ("DEPS", Variable::Deps),
    ("SCRATCH", Variable::Scratch),
    ("CANARY", Variable::Canary),
];

/// A part of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it stands.
    Text(&'a str),
    /// A variable.
    Variable(Variable),
}

/// Cuts an argument into text and variables; `$$` becomes the text `$`.
///
/// # Errors
/// The name after a `$` that is none of the variables (empty for a lone `$`).
pub fn pieces(argument: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut out = Vec::new();
    let mut rest = argument;
    while let Some((before, after)) = rest.split_once('$') {
        if !before.is_empty() {
            out.push(Piece::Text(before));
        }
        if let Some(after) = after.strip_prefix('$') {
            out.push(Piece::Text("$"));
            rest = after;
            continue;
        }
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        let (name, after) = after.split_at_checked(end).unwrap_or((after, ""));
        match VARIABLES.iter().find(|(known, _)| *known == name) {
            Some((_, variable)) => out.push(Piece::Variable(*variable)),
            None => return Err(name.to_owned()),
        }
        rest = after;
    }
    if !rest.is_empty() {
        out.push(Piece::Text(rest));
    }
    Ok(out)
}

/// An argument of a command, with only variables that exist in its place.
pub(super) fn argument(text: &str, allowed: &[Variable]) -> Result<String, Fault> {
    if text.contains('\0') {
        return Err(Fault::new("bad-text", "an argument cannot contain a zero byte"));
    }
    let names = VARIABLES.iter().filter(|(_, v)| allowed.contains(v));
    let names: Vec<_> = names.map(|(name, _)| format!("${name}")).collect();
    let help = format!("here are {}; a dollar itself is written `$$`", names.join(" "));
    match pieces(text) {
        Ok(pieces) => {
            let refused = pieces.iter().find_map(|piece| match piece {
                Piece::Variable(v) if !allowed.contains(v) => Some(*v),
                _ => None,
            });
            let Some(refused) = refused else {
                return Ok(text.to_owned());
            };
            let name = VARIABLES.iter().find(|(_, v)| *v == refused);
            let name = name.map_or("", |(name, _)| name);
            Err(Fault::new("unknown-variable", format!("`${name}` does not exist here")).help(help))
        }
        Err(name) => Err(Fault::new("unknown-variable", format!("`${}` is not a variable", shown(&name))).help(help)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn arguments_are_cut_at_variables() {
        assert_eq!(
            pieces("-o=$OUT/a$$b").unwrap(),
            vec![
                Piece::Text("-o="),
                Piece::Variable(Variable::Out),
                Piece::Text("/a"),
                Piece::Text("$"),
                Piece::Text("b"),
            ]
        );
        assert_eq!(pieces("$OUTPUT").unwrap_err(), "OUTPUT");
        assert_eq!(pieces("a$").unwrap_err(), "");
        assert_eq!(pieces("${OUT}").unwrap_err(), "");
        assert_eq!(pieces("").unwrap(), vec![]);
        assert_eq!(
            pieces("$OUT$INPUT").unwrap(),
            vec![Piece::Variable(Variable::Out), Piece::Variable(Variable::Input)]
        );
    }

    #[test]
    fn variables_that_do_not_exist_here_are_refused() {
        assert!(argument("$INPUT", &[Variable::Out]).is_err());
        assert!(argument("$OUT", &[Variable::Out]).is_ok());
    }
}
