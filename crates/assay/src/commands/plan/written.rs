//! The files that a plan is written to beside the answer. All of them say
//! where an organisation is open, so nobody but their owner reads them.

use std::path::Path;

use assay_plan::{Plan, render};

use super::PlanArgs;
use crate::failure::Failure;
use crate::report::plain;
use crate::whole_file::WholeFile;

const MODE: u32 = 0o600;

/// How a plan is written in one of its forms.
type Form = fn(&Plan) -> String;

/// The files of a call, begun and not yet there.
pub struct Written(Vec<(String, WholeFile, Form)>);

impl Written {
    /// Begins them, so that a wrong name shows before the work.
    pub fn begin(call: &PlanArgs) -> Result<Self, Failure> {
        let forms: [(&Option<std::path::PathBuf>, Form); 4] = [
            (&call.html, render::html),
            (&call.ics, render::calendar),
            (&call.csv, render::cards),
            (&call.deferrals, render::deferrals),
        ];
        let mut files = Vec::new();
        for (path, form) in forms {
            if let Some(path) = path {
                files.push((plain::path(path).to_string(), WholeFile::begin(path)?, form));
            }
        }
        Ok(Self(files))
    }

    /// Writes them, and gives their names.
    pub fn finish(self, plan: &Plan) -> Result<Vec<String>, Failure> {
        let mut names = Vec::new();
        for (name, file, form) in self.0 {
            file.finish(form(plan).as_bytes(), MODE)?;
            names.push(name);
        }
        Ok(names)
    }
}

/// Writes a plan's forms into its folder, under their usual names.
pub fn folder(plan: &Plan, folder: &Path) -> Result<(), Failure> {
    let forms: [(&str, Form); 3] =
        [("plan.html", render::html), ("dates.ics", render::calendar), ("cards.csv", render::cards)];
    for (name, form) in forms {
        WholeFile::begin(&folder.join(name))?.finish(form(plan).as_bytes(), MODE)?;
    }
    Ok(())
}
