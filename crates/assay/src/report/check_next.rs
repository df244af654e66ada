//! What to do about each light that is off: the key to write, and the command
//! that takes its author further.

use assay_bundle::manifest::{Light, LightName};

use crate::intake::FALLS_SHORT;

/// One sentence for a light that is off; nothing for one that is on. `path` is the bundle, ready for a shell.
pub fn step(light: &Light, path: &str) -> Option<String> {
    if light.on {
        return None;
    }
    if light.says.starts_with(FALLS_SHORT) {
        return Some(format!("mend it as said below, then `assay bundle check {path}`"));
    }
    let wrong = light.says.contains("to solve: ") || light.says.starts_with("the manifest");
    match (wrong, light.says.contains("missing: ")) {
        (true, true) => {
            return Some(format!("solve the problems, add what is missing, then `assay bundle check {path}`"));
        }
        (true, false) => return Some(format!("solve the problems, then `assay bundle check {path}`")),
        (false, _) => {}
    }
    Some(match light.name {
        LightName::Description => "say in `description` what happens, where, and what an attacker gains".to_owned(),
        LightName::Trigger => "bring an input that shows the flaw, and name it in `[inputs]`".to_owned(),
        LightName::Severity => "write the finder's estimate as a CVSS vector into `severity`".to_owned(),
        LightName::Poc => "write the keys listed below; a whole example: `assay bundle new cc DIR`".to_owned(),
        LightName::Patch => {
            format!("name the fix in `[arms.fixed.source]`, or try one: `assay fix {path} --patch FILE`")
        }
        LightName::Tests => format!("name the command in `[tests]`; then `assay fix {path}` runs it around a patch"),
    })
}
