//! The least part of a patch that silences a proof, and whether it silences
//! another one too. Pure but for the question that it is given.
//!
//! | change of the part | without it |
//! | --- | --- |
//! | *needed* | the proof fires |
//! | *served* | nothing is known (it does not build, a benign input dies), unless a needed change goes with it: then the proof fires |
//! | *stuck* | nothing is known, whatever goes with it |
//!
//! A stuck change may be the other proof's own fix, so nothing is said of a part
//! that has one. A served change is there for a needed one. It might be a fix of
//! its own beside that; what shows that it is not is that the other proof fires
//! without the needed change, though the served one is still there.

use std::ops::Range;

use crate::matrix_narrow::Same;

/// What a proof shows with a part of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It is silent, and the target lives.
    Silent,
    /// It fires.
    Fires,
    /// Nothing: why.
    Nothing(String),
}

/// Why a change of the least part is there.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Role {
    /// Without it the proof fires.
    Needed,
    /// It cannot go without this needed one.
    Serves(usize),
    /// Nothing is known without it.
    Stuck(String),
}

/// The least part that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Least {
    /// By change: whether the part has it.
    part: Vec<bool>,
    /// The changes of the part, and why each of them is there.
    roles: Vec<(usize, Role)>,
}

/// Takes out what can go: whole hunks first, then one change after the other until none can.
pub(crate) fn find<E>(
    count: usize,
    hunks: &[Range<usize>],
    ask: &mut dyn FnMut(&[bool]) -> Result<Shown, E>,
) -> Result<Least, E> {
    let mut part = vec![true; count];
    for hunk in hunks.iter().filter(|hunk| hunk.len() > 1) {
        let fewer = without(&part, &hunk.clone().collect::<Vec<_>>());
        if fewer.contains(&true) && ask(&fewer)? == Shown::Silent {
            part = fewer;
        }
    }
    let mut shown: Vec<(usize, Shown)> = Vec::new();
    loop {
        shown.clear();
        let before = part.clone();
        for change in chosen(&before) {
            let fewer = without(&part, &[change]);
            match ask(&fewer)? {
                Shown::Silent => part = fewer,
                other => shown.push((change, other)),
            }
        }
        // What could not go may go now that something else has gone.
        if part == before {
            break;
        }
    }
    let needed: Vec<usize> =
        shown.iter().filter(|(_, shown)| *shown == Shown::Fires).map(|(change, _)| *change).collect();
    let mut roles = Vec::new();
    for (change, shown) in shown {
        let role = match shown {
            Shown::Nothing(why) => {
                let mut role = Role::Stuck(why);
                for other in &needed {
                    if ask(&without(&part, &[change, *other]))? == Shown::Fires {
                        role = Role::Serves(*other);
                        break;
                    }
                }
                role
            }
            Shown::Fires | Shown::Silent => Role::Needed,
        };
        roles.push((change, role));
    }
    Ok(Least { part, roles })
}

impl Least {
    /// Whether the same part is what silences the proof that this asks.
    pub fn also<E>(&self, ask: &mut dyn FnMut(&[bool]) -> Result<Shown, E>) -> Result<Same, E> {
        match ask(&self.part)? {
            Shown::Silent => {}
            Shown::Fires => return Ok(Same::No),
            Shown::Nothing(why) => {
                return Ok(unknown("the part of it that silences the one says nothing of the other", &why));
            }
        }
        for (change, role) in &self.roles {
            let other = match role {
                Role::Needed => continue,
                Role::Stuck(why) => {
                    return Ok(unknown(&format!("without its change {} nothing can be said", change + 1), why));
                }
                Role::Serves(other) => *other,
            };
            match ask(&without(&self.part, &[other]))? {
                Shown::Fires => {}
                // Its fix is not the change without which the first one fires.
                Shown::Silent => return Ok(Same::No),
                Shown::Nothing(why) => {
                    return Ok(unknown(&format!("without its change {} nothing can be said", other + 1), &why));
                }
            }
        }
        Ok(Same::Yes)
    }
}

fn unknown(what: &str, why: &str) -> Same {
    Same::NotKnown(format!("{what}: {why}"))
}

fn chosen(part: &[bool]) -> Vec<usize> {
    part.iter().enumerate().filter(|(_, here)| **here).map(|(change, _)| change).collect()
}

fn without(part: &[bool], out: &[usize]) -> Vec<bool> {
    part.iter().enumerate().map(|(change, here)| *here && !out.contains(&change)).collect()
}

#[cfg(test)]
#[path = "least_tests.rs"]
mod tests;
