//! Sentences folded to the width of a page.

use super::grid::width;

/// How wide paragraphs are.
const PAGE: usize = 100;

/// A paragraph whose first line begins with `first` and the others with as many spaces.
pub fn paragraph(first: &str, text: &str) -> String {
    let indented = width(first);
    let indent = " ".repeat(indented);
    let mut out = String::new();
    let mut line = first.to_owned();
    let mut filled = indented;
    let mut empty = true;
    for word in words(text) {
        let wide = width(&word);
        if !empty && filled + 1 + wide > PAGE {
            out.push_str(&line);
            out.push('\n');
            line.clone_from(&indent);
            filled = indented;
            empty = true;
        }
        if !empty {
            line.push(' ');
            filled += 1;
        }
        line.push_str(&word);
        filled += wide;
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
    out
}

/// The words of a text; a command between backticks is one, so that it can be copied from a line.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for part in text.split(' ').filter(|part| !part.is_empty()) {
        match words.last_mut().filter(|_| open) {
            Some(last) => {
                last.push(' ');
                last.push_str(part);
            }
            None => words.push(part.to_owned()),
        }
        open ^= part.matches('`').count() % 2 == 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_to_the_next_line_under_the_first() {
        let text = paragraph("  Next  ", &"word ".repeat(40));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.len() <= PAGE));
        assert!(lines.iter().skip(1).all(|line| line.starts_with("        word")));
        let command = format!("{} `assay bundle check some/report` again", "y".repeat(80));
        assert!(paragraph("", &command).lines().any(|line| line.contains("`assay bundle check some/report`")));
        assert_eq!(paragraph("x ", &"y".repeat(200)), format!("x {}\n", "y".repeat(200)));
    }

    proptest::proptest! {
        #[test]
        fn folding_loses_no_word(text in "[a-z` ]{0,300}") {
            let folded = paragraph("  - ", &text);
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            proptest::prop_assert_eq!(words(&folded), words(&format!("  - {text}")));
        }
    }
}
