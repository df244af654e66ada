//! A matrix of proofs and patches, for people: as wide as a terminal, in blocks
//! of columns where there are many.

use anstyle::AnsiColor;
use assay_prove::cross::Crossed;
use assay_prove::matrix::{Entry, Matrix};
use assay_prove::matrix_pairs::{self, Conclusion, Pair};

use super::grid::Grid;
use super::next::quoted;
use super::{bold, dim, fold, paint, plain, words};
use crate::commands::cross::LeftOut;

/// Columns side by side.
const COLUMNS: usize = 8;
/// Pairs that are told one by one; all are in the JSON.
const PAIRS: usize = 60;
/// Names are cut here.
const NAME: usize = 40;

/// One target.
pub fn matrix(matrix: &Matrix) -> String {
    let head = format!(
        "{}: {}, {}",
        plain::line(&matrix.target, plain::LINE),
        words::count(matrix.rows.len(), "proof"),
        match matrix.columns.len() {
            1 => "1 patch".to_owned(),
            count => format!("{count} patches"),
        }
    );
    let mut out = format!(
        "{}  {}\n\n",
        bold(&head),
        dim(&format!("{} run in {}", words::count(matrix.proofs, "proof"), words::duration(matrix.took)))
    );
    out.push_str(&cells(matrix));
    out.push_str(&legend(matrix));
    out.push_str(&silent_rows(matrix));
    out.push_str(&pairs(matrix));
    out.push('\n');
    out
}

fn cells(matrix: &Matrix) -> String {
    let mut out = String::new();
    let numbers: Vec<usize> = (0..matrix.columns.len()).collect();
    let blocks: Vec<&[usize]> = if numbers.is_empty() { vec![&[]] } else { numbers.chunks(COLUMNS).collect() };
    for block in blocks {
        let mut grid = Grid::default();
        let head = ["", "proof"].map(str::to_owned).into_iter();
        grid.row(head.chain(block.iter().map(|number| format!("p{}", number + 1))));
        for (at, row) in matrix.rows.iter().enumerate() {
            let entries = matrix.entries.get(at);
            let cell = |number: &usize| {
                entries.and_then(|row| row.get(*number)).map_or_else(String::new, |entry| {
                    let own = row.own == Some(*number);
                    word(entry, own)
                })
            };
            let name = plain::line(&row.name, NAME);
            grid.row([(at + 1).to_string(), name].into_iter().chain(block.iter().map(cell)));
        }
        out.push_str(&grid.render("  "));
        out.push('\n');
    }
    out
}

/// `silent`, `FIRES`, `no evidence`; a star where the proof brings the patch.
fn word(entry: &Entry, own: bool) -> String {
    let star = if own { "*" } else { "" };
    match entry.crossed {
        Crossed::Silenced => paint(AnsiColor::Green, &format!("silent{star}")),
        Crossed::StillFires => paint(AnsiColor::Red, &format!("FIRES{star}")),
        Crossed::NoEvidence(_) => dim(&format!("none{star}")),
    }
}

fn legend(matrix: &Matrix) -> String {
    let mut out = String::new();
    for (number, column) in matrix.columns.iter().enumerate() {
        let name = plain::line(&column.name, plain::LINE);
        let more: Vec<&str> =
            column.of.iter().skip(1).filter_map(|row| matrix.rows.get(*row)).map(|row| row.name.as_str()).collect();
        let of = match (column.of.is_empty(), more.is_empty()) {
            (true, _) => name,
            (false, true) => format!("the patch of {name}"),
            (false, false) => {
                format!("the patch of {name}, also brought by {}", plain::line(&more.join(", "), plain::LINE))
            }
        };
        out.push_str(&fold::paragraph(&format!("  p{}  ", number + 1), &of));
        if matrix_pairs::fails(matrix, number) {
            out.push_str(&fold::paragraph("      ", "does not silence the proof that brings it, and takes no part"));
        }
        if let Some(wide) = &column.wide {
            out.push_str(&fold::paragraph(
                "      ",
                &format!("may take away more than a flaw: {}", plain::line(wide, 300)),
            ));
        }
    }
    if !out.is_empty() {
        let words = "silent: the patch silences it and the target lives; FIRES: it still fires; none: no evidence; *: its own \
                     patch";
        out.push_str(&fold::paragraph("  ", words));
        out.push('\n');
    }
    out
}

/// Proofs that show nothing by themselves, with the reason, and the first cell of each that gave no evidence.
fn silent_rows(matrix: &Matrix) -> String {
    let mut out = String::new();
    for (at, row) in matrix.rows.iter().enumerate() {
        let number = at + 1;
        if !row.fires {
            let text = format!("{} by itself: {}", row.verdict.as_str(), row.sentence);
            out.push_str(&fold::paragraph(&format!("  {number}  "), &plain::line(&text, 600)));
            continue;
        }
        for (column, entry) in matrix.entries.get(at).into_iter().flatten().enumerate() {
            if let Crossed::NoEvidence(why) = &entry.crossed {
                let text = format!("no evidence: {}", plain::line(why, 400));
                out.push_str(&fold::paragraph(&format!("  {number} with p{}  ", column + 1), &text));
            }
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn pairs(matrix: &Matrix) -> String {
    let mut all: Vec<&Pair> = matrix.pairs.iter().collect();
    all.sort_by_key(|pair| (pair.conclusion, pair.first, pair.second));
    if all.is_empty() {
        return "  One proof: there is nothing to compare it with.\n".to_owned();
    }
    let mut out = String::new();
    for pair in all.iter().take(PAIRS) {
        let head = format!("  {} and {}  {}  ", pair.first + 1, pair.second + 1, conclusion(pair.conclusion));
        out.push_str(&fold::paragraph(&head, &plain::line(&pair.sentence, 600)));
    }
    if all.len() > PAIRS {
        out.push_str(&format!("  and {} more pairs: `--format json` has all of them\n", all.len() - PAIRS));
    }
    out
}

fn conclusion(conclusion: Conclusion) -> String {
    let word = conclusion.as_str();
    match conclusion {
        Conclusion::Duplicate => paint(AnsiColor::Green, word),
        Conclusion::Different => paint(AnsiColor::Cyan, word),
        Conclusion::Related | Conclusion::CannotTell => paint(AnsiColor::Yellow, word),
    }
}

/// What took no part, and all targets together.
pub fn foot(matrices: &[Matrix], left_out: &[LeftOut]) -> String {
    let mut out = String::new();
    for one in left_out {
        out.push_str(&fold::paragraph("Left out: ", &format!("{}: {}", quoted(&one.path), plain::line(&one.why, 300))));
    }
    let count =
        |wanted| matrices.iter().flat_map(|matrix| &matrix.pairs).filter(|pair| pair.conclusion == wanted).count();
    let told: Vec<String> = [
        (count(Conclusion::Duplicate), "duplicate"),
        (count(Conclusion::Related), "related"),
        (count(Conclusion::Different), "different"),
        (count(Conclusion::CannotTell), "cannot-tell"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    if !told.is_empty() {
        out.push_str(&format!("Pairs: {}.\n", told.join(", ")));
    }
    out
}
