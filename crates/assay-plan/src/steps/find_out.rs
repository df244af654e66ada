//! What to find out where nobody can tell from the data at hand.

use assay_inventory::component::{PatchedBy, What};

use super::Instructions;
use crate::card::Step;
use crate::effort::Effort;
use crate::group::Group;
use crate::text::plain;

/// Which fact would settle it, and how to get it.
pub(crate) fn instructions(group: &Group<'_>, what: &str) -> Instructions {
    let without_version = group.exposures.iter().all(|exposure| exposure.component.version.is_none());
    let vendor = matches!(group.component.site.patched_by, PatchedBy::Vendor(_));
    let mut steps = Vec::new();
    match &group.component.what {
        What::Product { .. } if without_version => {
            steps.push(Step::say(format!("Read which version of {what} is installed: on its about or system page, on its label, or in the vendor's portal.")));
            steps.push(Step::say("Write the version into your list, in the column for it, and scan again. That settles most of what stands below."));
        }
        What::Product { .. } => {
            steps.push(Step::say(format!(
                "See that the name and version in your list are those on the about or system page of {what}."
            )));
            steps.push(Step::say("Compare the version with the vendor's advisory (the pages at the end of this card): the records below do not name versions that could be compared."));
        }
        What::Package { .. } => {
            steps.push(Step::say(
                "See in the record which versions it means: it names none that could be compared with yours.",
            ));
            steps.push(Step::say("If yours is among them, update it with the tool it came with."));
        }
    }
    if vendor {
        steps.push(Step::say("If that cannot be seen from outside, ask the vendor with the text below."));
    }
    let reasons: Vec<String> = group.exposures.iter().map(|exposure| plain(&exposure.why, 300)).take(1).collect();
    steps.extend(reasons.into_iter().map(|why| Step::say(format!("Why it cannot be told: {why}"))));
    Instructions {
        steps,
        effort: "As a rule of thumb, minutes for a machine at hand.".to_owned(),
        class: Effort::Ask,
        reboot: "No: this card changes nothing.".to_owned(),
        undo: Vec::new(),
        check: vec![Step::say("Scan again: the thing is then affected, not affected, or asked for more exactly.")],
    }
}
