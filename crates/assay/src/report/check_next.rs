//! What to do about each light that is off: the key to write, and the command
//! that takes its author further.

use assay_bundle::manifest::{Light, LightName};

/// One sentence for a light that is off; nothing for one that is on. `path` is the bundle, ready for a shell.
pub fn step(light: &Light, path: &str) -> Option<String> {
    if light.on {
        return None;
    }
    if light.says.starts_with("to solve") || light.says.starts_with("the manifest") {
        return Some(format!("solve the problems, then `assay bundle check {path}`"));
    }
    Some(match light.name {
        LightName::Description => "say in `description` what happens, where, and what an attacker gains".to_owned(),
        LightName::Trigger => "put the input into the bundle and name it in `[inputs]`; \
             `assay bundle import auto FILE --into DIR` makes a bundle of a fuzzer's testcase"
            .to_owned(),
        LightName::Severity => "write the finder's estimate as a CVSS vector into `severity`".to_owned(),
        LightName::Poc => format!(
            "write the keys that are listed below, then `assay bundle check {path}`; \
             `assay bundle new cc DIR` shows a whole example"
        ),
        LightName::Patch => format!(
            "name the fix in `[arms.fixed.source]`; `assay fix {path} --patch FILE` tries one that is not in the bundle"
        ),
        LightName::Tests => format!(
            "name the command in `[tests]`; `assay fix {path}` runs it before and after the patch"
        ),
    })
}
