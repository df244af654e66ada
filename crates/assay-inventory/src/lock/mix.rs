//! mix.lock of Elixir: a map of names to `{:hex, :name, "version", ...}` or
//! `{:git, "address", "commit", ...}`.

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::origin::{GIT, Outside, REGISTRY};
use crate::syntax::{CONFLICT, is_conflict, utf8};

/// A piece of Elixir's notation for data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Atom(&'a str),
    Open,
    Close,
    Other,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let text = utf8(bytes)?;
    if let Some((n, _)) = text.lines().enumerate().find(|(_, line)| is_conflict(line)) {
        return Err(Broken::at(format!("line {}", n + 1), CONFLICT));
    }
    let hex = Ecosystem::from_osv("Hex");
    let mut found = Found::default();
    let mut outside = Outside::default();
    let mut pieces = Pieces { text, at: 0, line: 1 };
    if !(text.trim_start().starts_with("%{") || text.trim().is_empty()) {
        return Err(Broken::at("line 1", "a map (`%{`) is wanted; is it a mix.lock?"));
    }
    let mut depth = 0_usize;
    let mut key: Option<(&str, usize)> = None;
    // The first five pieces of an entry's tuple on its outer level, and its last text but one: the repository.
    let mut entry: Vec<Piece<'_>> = Vec::new();
    let mut outer: [Option<&str>; 2] = [None; 2];
    while let Some(piece) = pieces.next()? {
        match piece {
            Piece::Open => depth += 1,
            Piece::Close => {
                depth = depth.checked_sub(1).ok_or_else(|| pieces.broken("a bracket closes that was not opened"))?;
                if depth == 1
                    && let Some((name, line)) = key.take()
                {
                    list(&entry, outer, name, line, &hex, &mut found, &mut outside)?;
                    entry.clear();
                    outer = [None; 2];
                }
            }
            Piece::Text(text) if depth == 1 => key = Some((text, pieces.line)),
            piece if depth == 2 => {
                if entry.len() < 3 {
                    entry.push(piece);
                }
                if let Piece::Text(text) = piece {
                    outer = [outer[1], Some(text)];
                }
            }
            _ => {}
        }
    }
    if depth > 0 {
        return Err(Broken::at("the end", "the file ends too early; is it whole?"));
    }
    outside.say(&mut found);
    Ok(found.done())
}

fn list(
    entry: &[Piece<'_>],
    outer: [Option<&str>; 2],
    name: &str,
    line: usize,
    hex: &Ecosystem,
    found: &mut Found,
    outside: &mut Outside,
) -> Result<(), Broken> {
    let at = format!("line {line}");
    let component = match entry {
        [Piece::Atom("hex"), Piece::Atom(real) | Piece::Text(real), Piece::Text(version), ..] => {
            // An organisation's own packages are in a repository of its own.
            let ecosystem = match outer[0] {
                Some(repository) if repository.starts_with("hexpm:") => {
                    outside.note(REGISTRY, repository, real, Some(version))
                }
                _ => hex.clone(),
            };
            Component::package(ecosystem, real, Some(version), at)
        }
        [Piece::Atom("git"), Piece::Text(address), ..] => {
            Component::package(outside.note(GIT, address, name, None), name, None, at)
        }
        _ => {
            found.skip(at, format!("the entry of `{name}` is neither of Hex nor of Git"));
            return Ok(());
        }
    };
    found.push(component)
}

struct Pieces<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Pieces<'a> {
    fn broken(&self, why: &str) -> Broken {
        Broken::at(format!("line {}", self.line), why)
    }

    fn next(&mut self) -> Result<Option<Piece<'a>>, Broken> {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(c) = rest.chars().next() else { return Ok(None) };
            let (piece, length) = match c {
                '\n' => {
                    self.line += 1;
                    self.at += 1;
                    continue;
                }
                // `"key":` and its comma, and the map's `%`.
                ' ' | '\r' | '\t' | ',' | '%' => {
                    self.at += 1;
                    continue;
                }
                '#' => {
                    self.at += rest.find('\n').unwrap_or(rest.len());
                    continue;
                }
                '{' | '[' => (Piece::Open, 1),
                '}' | ']' => (Piece::Close, 1),
                '"' => {
                    let end = text_end(rest).ok_or_else(|| self.broken("a text is not closed"))?;
                    (Piece::Text(rest.get(1..end).unwrap_or_default()), end + 1)
                }
                ':' => match rest.get(1..).unwrap_or_default() {
                    quoted if quoted.starts_with('"') => {
                        let end = text_end(quoted).ok_or_else(|| self.broken("an atom is not closed"))?;
                        (Piece::Atom(quoted.get(1..end).unwrap_or_default()), end + 2)
                    }
                    bare => {
                        let end = bare.find(|c: char| !is_word(c)).unwrap_or(bare.len());
                        // The colon after a key.
                        if end == 0 {
                            self.at += 1;
                            continue;
                        }
                        (Piece::Atom(bare.get(..end).unwrap_or_default()), end + 1)
                    }
                },
                c => {
                    let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
                    (Piece::Other, end.max(c.len_utf8()))
                }
            };
            self.at += length;
            return Ok(Some(piece));
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "_@!?".contains(c)
}

/// Where a text ends that begins with a quote: the place of its closing quote.
fn text_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at),
            b'\n' => return None,
            _ => at += 1,
        }
    }
}
