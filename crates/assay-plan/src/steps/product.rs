//! Steps for a vendor's product: a device, an operating system, an
//! application.

use assay_inventory::component::PatchedBy;

use super::Instructions;
use super::versions::Target;
use crate::card::Step;
use crate::effort::Effort;
use crate::group::Group;
use crate::text::{NAME, SENTENCE, and, plain};

/// What to do about a product that the operator patches, or that nobody is named for.
pub(crate) fn instructions(group: &Group<'_>, targets: &[Target], what: &str, references: usize) -> Instructions {
    let mut steps = Vec::new();
    if group.component.site.patched_by == PatchedBy::Unknown {
        steps.push(Step::say(
            "Settle who patches it: your list names nobody. If a vendor does, send them the text below and stop here.",
        ));
    }
    steps.push(Step::say(format!(
        "Read which version of {what} is installed (its about or system page), and write it down with today's date."
    )));
    steps.push(Step::say(match references {
        0 => "Open the vendor's own security page for it. Take updates from there alone, never from a mail or a search advertisement.".to_owned(),
        _ => "Open the vendor's advisory (the pages at the end of this card). Take updates from the vendor alone, never from a mail or a search advertisement.".to_owned(),
    }));
    steps.push(Step::say("Save its configuration, and make sure that the copy can be read back."));
    let to: Vec<String> = targets
        .iter()
        .filter_map(|target| {
            Some(format!("from {} to {} or later", plain(&target.installed, 80), plain(target.to.as_ref()?, 80)))
        })
        .collect();
    steps.push(Step::say(if to.is_empty() {
        "Install the version that the vendor names as fixed; the records at hand name none that could be computed."
            .to_owned()
    } else {
        format!("Install the vendor's update: {}.", and(&to))
    }));
    if let Some(action) = action(group) {
        steps.push(Step::say(format!("What its KEV entry asks for: \u{201c}{action}\u{201d}")));
    }
    Instructions {
        steps,
        effort: "Not known: the vendor's notes say. Plan a change window, and ask who has to be told.".to_owned(),
        class: Effort::Downtime,
        reboot: "Not known: plan for a restart, and for what depends on it being there.".to_owned(),
        undo: vec![Step::say(
            "Go back to the version from before with the vendor's procedure and the saved configuration; ask whether the vendor allows it. The old version has the flaw again.",
        )],
        check: vec![
            Step::say("Read the version on its about or system page again, and see that it does its work."),
            Step::say(
                "Write the new version into your list and scan again: the next plan lists this card as done, verified by the scan.",
            ),
        ],
    }
}

/// What CISA asks to do, in its words, of the first entry that has some.
pub(crate) fn action(group: &Group<'_>) -> Option<String> {
    group
        .exposures
        .iter()
        .filter_map(|exposure| exposure.advisory.kev.as_ref())
        .map(|kev| plain(&kev.action, SENTENCE))
        .find(|action| !action.is_empty())
}

/// Whom a card is for; none if nobody is named.
pub(crate) fn patched_by(patched_by: &PatchedBy) -> Option<String> {
    match patched_by {
        PatchedBy::Us => Some("you".to_owned()),
        PatchedBy::Vendor(name) => {
            let name = plain(name, NAME);
            Some(if name.is_empty() { "a vendor without a name".to_owned() } else { name })
        }
        PatchedBy::Unknown => None,
    }
}
