//! The voice of the demo: what happened, in sentences for people, and the same
//! as steps for programs.

use serde_json::{Value, json};

use super::house::House;
use crate::output;
use crate::report::fold::paragraph;
use crate::report::{bold, dim, paint, plain};

/// Tells, and keeps count of what did not come out as told.
pub struct Teller {
    text: bool,
    chapter: String,
    chapters: u32,
    /// What was told, for programs.
    pub steps: Vec<Value>,
    /// What did not come out as told.
    pub unexpected: Vec<String>,
}

impl Teller {
    /// A teller for people, or a silent one that keeps the steps.
    pub fn new(text: bool) -> Self {
        Self { text, chapter: String::new(), chapters: 0, steps: Vec::new(), unexpected: Vec::new() }
    }

    fn say(&self, text: &str) {
        if self.text {
            output::answer(text);
        }
    }

    /// Before anything happens.
    pub fn opening(&self) {
        self.say(&paragraph(
            "",
            &format!(
                "{} What you see is done here and now, by the same code as the commands; the people, the programs and \
                 the hospital are made up.",
                bold("Assay turns claims into evidence, and evidence into patched machines.")
            ),
        ));
    }

    /// A new chapter.
    pub fn chapter(&mut self, title: &str) {
        self.chapters += 1;
        self.chapter = title.to_owned();
        self.say(&format!("\n{}\n", bold(&format!("{}  {title}", self.chapters))));
    }

    /// Something happened.
    pub fn did(&mut self, said: &str) {
        self.said(said, Value::Null);
    }

    /// Something happened, with facts for programs.
    pub fn said(&mut self, said: &str, facts: Value) {
        self.say(&paragraph("  ", &plain::line(said, 2_000)));
        self.steps.push(json!({ "chapter": self.chapter, "said": said, "facts": facts }));
    }

    /// A line of a list, as it is.
    pub fn line(&self, line: &str) {
        self.say(&format!("{line}\n"));
    }

    /// What a person would do next.
    pub fn next(&mut self, next: &str) {
        self.say(&paragraph("  Next  ", next));
        if let Some(step) = self.steps.last_mut() {
            step["next"] = next.into();
        }
    }

    /// A detail that is there for completeness.
    pub fn aside(&self, text: &str) {
        self.say(&dim(&paragraph("  ", &plain::line(text, 1_000))));
    }

    /// Something was to come out in this way. If it did not, it is said, and the demo does not end well.
    pub fn expect(&mut self, holds: bool, what: &str) {
        if holds {
            return;
        }
        self.say(&paragraph("  ", &format!("{} {}.", paint(anstyle::AnsiColor::Red, "Not as told:"), what)));
        self.unexpected.push(format!("{}: {what}", self.chapter));
    }

    /// After all of it.
    pub fn closing(&self, house: &House) {
        let verdict = match self.unexpected.len() {
            0 => "Every step came out as told.".to_owned(),
            1 => "One step did not come out as told.".to_owned(),
            count => format!("{count} steps did not come out as told."),
        };
        self.say(&format!("\n{}\n", bold(&verdict)));
        self.say(&format!("\n  The page to open       {}\n", plain::path(&house.page())));
        self.say(&format!("  Everything it made     {}\n", plain::path(&house.folder)));
        self.say("\nNow look at one report, or make a clearinghouse of your own:\n");
        self.say("  assay prove examples/heap-overflow    assay scan YOUR-LIST.csv    assay admin init --help\n");
    }
}
