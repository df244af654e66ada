//! A bundle as the pattern of others: findings against one known harness share
//! its target, build, harness and benign inputs, and differ by their triggers.

use assay_bundle::manifest::{self, ArmName, Input, InputContent, Instrument, Manifest, Source};
use assay_bundle::pack::Entry;
use toml::{Table, Value};

use crate::draft::{Draft, Part};
use crate::error::ImportError;

/// A pattern that was read and found whole.
#[derive(Debug)]
pub(crate) struct Like {
    manifest: Manifest,
    table: Table,
    files: Vec<Entry>,
}

impl Like {
    /// Reads the pattern: a bundle that is itself ready to be proved.
    pub(crate) fn read(text: &str, files: &[Entry]) -> Result<Self, ImportError> {
        let reading = manifest::read(text);
        if let Some(problem) = reading.problems.first() {
            return Err(ImportError::BadPattern(problem.to_string()));
        }
        let Some(manifest) = reading.manifest else {
            let missing: Vec<_> = reading.missing.iter().filter(|item| item.required).map(|item| &*item.key).collect();
            return Err(ImportError::BadPattern(format!("it is a partial report, without {}", missing.join(", "))));
        };
        let table = toml::from_str(text).map_err(|error| ImportError::BadPattern(error.to_string()))?;
        let path = |input: &Input| match &input.content {
            InputContent::Path(path) | InputContent::Program(path) => Some(path.to_string()),
            InputContent::Args(_) => None,
        };
        let own: Vec<String> = manifest.inputs.trigger.iter().filter_map(path).collect();
        let kept = |file: &&Entry| {
            !own.iter().any(|path| path == file.path.as_str()) && file.path.as_str() != crate::record::FILE
        };
        let files = files.iter().filter(kept).cloned().collect();
        Ok(Self { manifest, table, files })
    }

    /// What the pattern says of this part, as TOML with its headers; nothing where the finding speaks for itself.
    pub(crate) fn part(&self, part: Part) -> Option<String> {
        let path: &[&str] = match part {
            Part::Target => &["target"],
            Part::Vulnerable => &["arms", "vulnerable"],
            // Another flaw's fix is no fix of this one, unless the vulnerable version is made of it.
            Part::Fixed if self.vulnerable_is_derived() => &["arms", "fixed"],
            Part::Deps => &["deps"],
            Part::Toolchain => &["toolchain"],
            Part::Build => &["build"],
            Part::Harness => &["harness"],
            Part::Oracle => &["oracle"],
            Part::Repeat => &["repeat"],
            Part::Tests => &["tests"],
            Part::Top | Part::Fixed | Part::Inputs | Part::Provenance => return None,
        };
        let mut value = Value::Table(self.table.clone());
        for key in path {
            value = value.as_table_mut()?.remove(*key)?;
        }
        let wrapped = path.iter().rev().fold(value, |inner, key| {
            let mut table = Table::new();
            table.insert((*key).to_owned(), inner);
            Value::Table(table)
        });
        toml::to_string(&wrapped).ok().map(|text| text.trim_end().to_owned())
    }

    /// The benign inputs as one value.
    pub(crate) fn benign(&self) -> Option<String> {
        self.table.get("inputs")?.get("benign").map(ToString::to_string)
    }

    fn vulnerable_is_derived(&self) -> bool {
        matches!(
            self.manifest.arms.vulnerable.source,
            Source::Patched { base: ArmName::Fixed, .. } | Source::Reversed { base: ArmName::Fixed, .. }
        )
    }

    /// Adds the pattern's files, after asking whether the two fit.
    pub(crate) fn join(&self, draft: &mut Draft) -> Result<(), ImportError> {
        let built = self.manifest.build.as_ref().map_or(Instrument::None, |build| build.instrument);
        let built = word(built);
        if let Some(wanted) = draft.instrument.filter(|wanted| *wanted != built) {
            return Err(ImportError::BadPattern(format!(
                "the finding is for a build with `{wanted}`, and this one builds with `{built}`"
            )));
        }
        let theirs: Vec<_> = draft.files.iter().map(|file| file.path.as_str().to_ascii_lowercase()).collect();
        for file in &self.files {
            let path = file.path.as_str().to_ascii_lowercase();
            if theirs.contains(&path) {
                return Err(ImportError::BadPattern(format!("both it and the finding bring a file `{}`", file.path)));
            }
        }
        draft.files.extend(self.files.iter().cloned());
        Ok(())
    }
}

fn word(instrument: Instrument) -> &'static str {
    match instrument {
        Instrument::Asan => "asan",
        Instrument::Ubsan => "ubsan",
        Instrument::Lsan => "lsan",
        Instrument::Msan => "msan",
        Instrument::None => "none",
    }
}
