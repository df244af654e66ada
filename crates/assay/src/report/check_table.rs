//! Several checked bundles as a table: a line each, the six lights as columns.

use std::path::Path;

use anstyle::AnsiColor;
use assay_bundle::manifest::{Light, LightName};
use assay_prove::load::LoadError;

use super::fold::paragraph;
use super::grid::Grid;
use super::next::quoted;
use super::{bold, paint, words};
use crate::intake::Intake;

/// One of several bundles.
pub enum Row<'a> {
    /// It could be read.
    Read(&'a Path, &'a Intake),
    /// It could not.
    Unreadable(&'a Path, &'a LoadError),
}

impl<'a> Row<'a> {
    /// A bundle that could be read.
    pub fn of(path: &'a Path, intake: &'a Intake) -> Self {
        Self::Read(path, intake)
    }

    fn path(&self) -> &'a Path {
        match self {
            Self::Read(path, _) | Self::Unreadable(path, _) => path,
        }
    }
}

/// The table, how many are what, and what to do now.
pub fn render(rows: &[Row<'_>]) -> String {
    let mut grid = Grid::default();
    let heads = ["bundle", "state"].into_iter().chain(LightName::ALL.iter().map(|name| name.as_str()));
    grid.row(heads.chain(["to do"]).map(bold));
    let (mut ready, mut short, mut partial, mut wrong) = (0, 0, 0, 0);
    for row in rows {
        let mut cells = vec![quoted(row.path())];
        match row {
            Row::Unreadable(_, error) => {
                wrong += 1;
                cells.push(paint(AnsiColor::Red, "unreadable"));
                cells.extend(LightName::ALL.map(|_| "-".to_owned()));
                cells.push(error.code.to_owned());
            }
            Row::Read(_, intake) => {
                cells.push(if intake.falls_short() {
                    short += 1;
                    paint(AnsiColor::Yellow, "short")
                } else if intake.is_ready() {
                    ready += 1;
                    paint(AnsiColor::Green, "ready")
                } else if intake.is_partial() {
                    partial += 1;
                    paint(AnsiColor::Yellow, "partial")
                } else {
                    wrong += 1;
                    paint(AnsiColor::Red, "refused")
                });
                cells.extend(intake.reading.readiness.lights.iter().map(light));
                cells.push(to_do(intake));
            }
        }
        grid.row(cells);
    }
    let mut out = grid.render("");
    let counts = [(ready, "ready"), (short, "short of a verdict"), (partial, "partial"), (wrong, "with problems")];
    let counts: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    out.push_str(&format!("\n{}: {}\n\n", words::count(rows.len(), "bundle"), counts.join(", ")));
    out.push_str(&paragraph(&format!("{}  ", bold("Next")), &next(rows)));
    out
}

fn light(light: &Light) -> String {
    if light.on { paint(AnsiColor::Green, "on") } else { paint(AnsiColor::Yellow, "off") }
}

fn to_do(intake: &Intake) -> String {
    let problems = intake.reading.problems.len();
    let missing = intake.missing().len();
    match (problems, missing) {
        (0, 0) if intake.falls_short() => words::count(intake.short.len(), "shortfall"),
        (0, 0) => "-".to_owned(),
        (0, missing) => format!("{missing} missing"),
        (problems, 0) => words::count(problems, "problem"),
        (problems, missing) => format!("{}, {missing} missing", words::count(problems, "problem")),
    }
}

fn next(rows: &[Row<'_>]) -> String {
    let open =
        rows.iter().find(|row| !matches!(row, Row::Read(_, intake) if intake.is_ready() && !intake.falls_short()));
    match open {
        Some(row) => format!("Ask for the list of one of them: `assay bundle check {}`.", quoted(row.path())),
        None => "Prove them: `assay prove` with the same paths.".to_owned(),
    }
}
