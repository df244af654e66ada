//! Columns of text, aligned by what a terminal shows and not by bytes.

use unicode_width::UnicodeWidthStr as _;

/// Rows of cells; a cell may have several lines, and colours.
#[derive(Debug, Default)]
pub struct Grid {
    rows: Vec<Vec<Vec<String>>>,
}

impl Grid {
    /// Adds a row of one-line cells.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(|cell| vec![cell.into()]).collect());
    }

    /// Adds a row whose cells have several lines.
    pub fn tall_row(&mut self, cells: Vec<Vec<String>>) {
        self.rows.push(cells);
    }

    /// The grid as text, every line behind this indent.
    pub fn render(&self, indent: &str) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.flatten().map(|line| width(line)).max().unwrap_or_default()
            })
            .collect();
        let mut out = String::new();
        for row in &self.rows {
            let height = row.iter().map(Vec::len).max().unwrap_or_default();
            for at in 0..height {
                let mut line = indent.to_owned();
                for (cell, column) in row.iter().zip(&widths) {
                    let text = cell.get(at).map_or("", String::as_str);
                    line.push_str(text);
                    line.push_str(&" ".repeat(column.saturating_sub(width(text)) + 2));
                }
                out.push_str(line.trim_end());
                out.push('\n');
            }
        }
        out
    }
}

/// The width of a text on a terminal, colours not counted.
pub fn width(text: &str) -> usize {
    // Nearly all text is this, and a long answer is measured again and again.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.len();
    }
    anstream::adapter::strip_str(text).map(|part| part.width()).sum()
}

/// A text filled with spaces to this width.
pub fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_whatever_stands_in_them() {
        let mut grid = Grid::default();
        grid.row(["", "vulnerable", "fixed"]);
        grid.tall_row(vec![
            vec!["漢字".into()],
            vec![crate::report::bold("fired 3/3"), "exit 0".into()],
            vec!["silent".into()],
        ]);
        let text = anstream::adapter::strip_str(&grid.render("  ")).to_string();
        assert_eq!(text, "        vulnerable  fixed\n  漢字  fired 3/3   silent\n        exit 0\n");
    }
}
