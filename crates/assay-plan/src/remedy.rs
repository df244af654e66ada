//! What to do about one thing, in a line: for a list of what is affected,
//! where a card would be too long.
//!
//! It says which version has the fix and how the thing's own package manager
//! gets it; else what the advisory or CISA asks for; else that no fix is known,
//! which is not the same as that there is none.

use std::collections::BTreeSet;

use assay_inventory::component::What;
use assay_match::exposure::{Exposure, Remedy as Told, RemedyKind, Touch};

use crate::group::Group;
use crate::steps::versions::{self, Target};
use crate::steps::{command, product, system, tool};
use crate::text::{and, count, plain};

/// Longest text of a stranger in such a line, in characters.
const WORDS: usize = 240;

/// One line of what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// A sentence or two.
    pub words: String,
    /// What to type, if the package manager is known and every word of it is plain.
    pub command: Option<String>,
    /// Whether a version with the fix is named for every record that affects the thing.
    pub is_fix: bool,
}

impl Remedy {
    /// For the exposures of one thing of one version, or of the packages that a distribution makes of one source; none if
    /// there are none.
    pub fn of(exposures: &[&Exposure]) -> Option<Self> {
        let first = exposures.first()?;
        let group = Group { key: Vec::new(), exposures: exposures.to_vec(), component: &first.component };
        if !group.is_affected() {
            return exposures.iter().any(|one| one.touch == Touch::CannotTell).then(|| question(&group));
        }
        let affected: Vec<&Exposure> =
            exposures.iter().copied().filter(|exposure| exposure.touch == Touch::Affected).collect();
        let group = Group { exposures: affected, ..group };
        Some(match versions::targets(&group).as_slice() {
            [target] => fix(&group, target, records(&group)),
            _ => without(&group),
        })
    }
}

/// How many records: each once, however many packages of one source it stands at.
fn records(group: &Group<'_>) -> usize {
    let ids: BTreeSet<_> = group.exposures.iter().map(|one| (&one.advisory.source, &one.advisory.id)).collect();
    ids.len()
}

/// Where a record names a version.
fn fix(group: &Group<'_>, target: &Target, records: usize) -> Remedy {
    let mut without: Vec<&String> = target.without_fix.iter().collect();
    without.sort();
    without.dedup();
    let open = without.len();
    let Some(to) = &target.to else {
        if target.named.is_empty() {
            return self::without(group);
        }
        let mut named: Vec<String> = target.named.iter().map(|(_, fixed)| fixed.clone()).collect();
        named.sort();
        named.dedup();
        named.truncate(6);
        let words = format!(
            "Update: the records name {}, and which of them has every fix cannot be told. Take the vendor's newest.",
            and(&named)
        );
        return Remedy { words, command: None, is_fix: false };
    };
    let words = match (records, open) {
        (1, _) => format!("Update to {} or later.", plain(to, 80)),
        (_, 0) => format!("Update to {} or later, which closes all {records}.", plain(to, 80)),
        _ => format!(
            "Update to {} or later, which closes {} of {records}. For {} no fix is known.",
            plain(to, 80),
            records.saturating_sub(open),
            match open {
                1 => without.first().map(|id| (*id).clone()).unwrap_or_default(),
                _ => count(open, "other", "others"),
            }
        ),
    };
    Remedy { words, command: typed(group, target), is_fix: open == 0 }
}

/// What the thing's own package manager is told.
fn typed(group: &Group<'_>, target: &Target) -> Option<String> {
    let What::Package { ecosystem, name, .. } = &group.component.what else { return None };
    if let Some(manager) = system::manager(ecosystem) {
        let names: Option<BTreeSet<&str>> = group
            .exposures
            .iter()
            .map(|exposure| match &exposure.component.what {
                What::Package { name, .. } => command::name(name),
                What::Product { .. } => None,
            })
            .collect();
        let names: Vec<&str> = names?.into_iter().collect();
        return (names.len() <= 40).then(|| manager.install(&names.join(" ")));
    }
    let name = command::name(name)?;
    let (from, to) = (command::version(&target.installed)?, command::version(target.to.as_deref()?)?);
    Some((tool::tool(ecosystem)?.set)(name, from, to))
}

/// Where none does.
fn without(group: &Group<'_>) -> Remedy {
    let remedies = || group.exposures.iter().flat_map(|exposure| &exposure.remedies);
    let never = remedies().any(|told| told.kind == RemedyKind::NeverFixed);
    let action = product::action(group).map(|action| plain(&action, WORDS)).filter(|action| !action.is_empty());
    let words = match (best(remedies()), action) {
        // What was the heading of a list says nothing without it.
        (Some(told), _) if told.text.trim().ends_with(':') && told.kind != RemedyKind::NeverFixed => {
            "No record names a version with the fix. The advisory lists what to do: read it there.".to_owned()
        }
        (Some(told), _) => format!("{} \u{201c}{}\u{201d}", begins(told.kind), plain(&told.text, WORDS)),
        (None, _) if never => {
            "The vendor will not fix it: replace it, or keep it apart from everything else.".to_owned()
        }
        (None, Some(action)) => {
            format!("No record names a version with the fix. CISA asks: \u{201c}{action}\u{201d}")
        }
        (None, None) => {
            "No fix is known from these records: ask who makes it, and limit who can reach it until then.".to_owned()
        }
    };
    Remedy { words, command: None, is_fix: false }
}

fn begins(kind: RemedyKind) -> &'static str {
    match kind {
        RemedyKind::Fix => "The advisory says:",
        RemedyKind::Mitigation => "No record names a version with the fix. The advisory says:",
        RemedyKind::NoneYet => "There is no fix yet. The advisory says:",
        RemedyKind::NeverFixed => "The vendor will not fix it. The advisory says:",
    }
}

/// The text that says most: a fix before a stand-in, one with a version in it before one without, and no heading of a
/// list that was not kept.
fn best<'a>(of: impl Iterator<Item = &'a Told>) -> Option<&'a Told> {
    let worth = |told: &Told| {
        let text = told.text.trim();
        let kind = match told.kind {
            RemedyKind::Fix => 0,
            RemedyKind::NeverFixed => 1,
            RemedyKind::NoneYet => 2,
            RemedyKind::Mitigation => 3,
        };
        (kind, text.ends_with(':'), !text.contains(|c: char| c.is_ascii_digit()), text.len() < 30)
    };
    of.filter(|told| !told.text.trim().is_empty()).min_by_key(|told| worth(told))
}

/// What would settle a thing of which nobody can tell.
fn question(group: &Group<'_>) -> Remedy {
    let words = match (&group.component.what, &group.component.version) {
        (_, None) => "Write its version into the list, and scan again.",
        (What::Product { .. }, Some(_)) => {
            "Compare its version with the vendor's advisory: the records name none that could be compared."
        }
        (What::Package { .. }, Some(_)) => "See in the record which versions it means, and compare with yours.",
    };
    Remedy { words: words.to_owned(), command: None, is_fix: false }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use assay_base::Answer;
    use assay_inventory::component::Component;
    use assay_inventory::ecosystem::Ecosystem;
    use assay_match::exposure::{AdvisoryFacts, Certainty, Impact};
    use proptest::prelude::*;

    use super::*;

    fn exposure(component: Component, id: &str, touch: Touch, fixed: &[&str]) -> Exposure {
        Exposure {
            inventory: "list".to_owned(),
            component,
            advisory: AdvisoryFacts {
                source: "osv".to_owned(),
                id: id.to_owned(),
                aliases: Vec::new(),
                summary: String::new(),
                kev: None,
                automatable: Answer::Unknown,
                impact: Impact::Unknown,
                ssvc_from: String::new(),
                cvss: None,
                score: None,
                epss: None,
                published: None,
                references: Vec::new(),
            },
            touch,
            certainty: Certainty::Package,
            why: "It is one.".to_owned(),
            fixed: fixed.iter().map(|fixed| (*fixed).to_owned()).collect(),
            remedies: Vec::new(),
        }
    }

    fn of(ecosystem: Ecosystem, name: &str, version: &str) -> Component {
        Component::package(ecosystem, name, Some(version), "line 1".to_owned())
    }

    fn remedy(of: &[Exposure]) -> Remedy {
        Remedy::of(&of.iter().collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_version_and_the_command_of_its_own_package_manager() {
        let npm = || of(Ecosystem::Npm, "minimist", "1.2.5");
        let two = [
            exposure(npm(), "A", Touch::Affected, &["1.2.6"]),
            exposure(npm(), "B", Touch::Affected, &["0.2.4", "1.2.10"]),
        ];
        let told = remedy(&two);
        assert_eq!(told.words, "Update to 1.2.10 or later, which closes all 2.");
        assert_eq!(told.command.as_deref(), Some("npm update minimist"));
        assert!(told.is_fix);
        let cargo = exposure(of(Ecosystem::Cargo, "rmp", "0.9.2"), "A", Touch::Affected, &["0.9.3"]);
        assert_eq!(remedy(&[cargo]).command.as_deref(), Some("cargo update --package rmp@0.9.2 --precise 0.9.3"));
        let debian =
            exposure(of(Ecosystem::from_osv("Debian:12"), "libssl3", "3.0.11-1"), "A", Touch::Affected, &["3.0.15-1"]);
        assert_eq!(
            remedy(&[debian]).command.as_deref(),
            Some("sudo apt-get update && sudo apt-get install --only-upgrade libssl3")
        );
    }

    #[test]
    fn packages_of_one_source_are_one_update() {
        let built = |name: &str, id: &str| {
            let mut one = of(Ecosystem::from_osv("Debian:12"), name, "2.36-9");
            if let What::Package { source, .. } = &mut one.what {
                *source = Some(assay_inventory::component::SourcePackage { name: "glibc".to_owned(), version: None });
            }
            exposure(one, id, Touch::Affected, &["2.36-10"])
        };
        let told = remedy(&[built("libc6", "A"), built("libc-bin", "A"), built("libc6", "B"), built("libc-bin", "B")]);
        assert_eq!(told.words, "Update to 2.36-10 or later, which closes all 2.");
        assert!(told.command.unwrap().ends_with("--only-upgrade libc-bin libc6"));
        // One name that does not belong into a command takes the whole command away.
        assert_eq!(remedy(&[built("libc6", "A"), built("libc6; reboot", "A")]).command, None);
    }

    #[test]
    fn what_has_no_fix_is_said_and_never_counted_as_closed() {
        let npm = || of(Ecosystem::Npm, "a", "1.0.0");
        let some =
            [exposure(npm(), "A", Touch::Affected, &["1.0.1"]), exposure(npm(), "CVE-2026-1", Touch::Affected, &[])];
        let told = remedy(&some);
        assert_eq!(told.words, "Update to 1.0.1 or later, which closes 1 of 2. For CVE-2026-1 no fix is known.");
        assert!(!told.is_fix);
        let mut none = exposure(npm(), "A", Touch::Affected, &[]);
        assert!(remedy(&[none.clone()]).words.starts_with("No fix is known"));
        none.remedies = [
            (RemedyKind::Mitigation, "Use a firewall with 2 rules and no connections."),
            (RemedyKind::Fix, "A new version is available as follows:"),
            (RemedyKind::Fix, "The vendor recommends an update to 2.0, for everybody."),
        ]
        .map(|(kind, text)| Told { kind, text: text.to_owned() })
        .to_vec();
        let told = remedy(&[none.clone()]);
        assert!(told.words.contains("update to 2.0") && !told.is_fix, "{}", told.words);
        none.remedies.truncate(1);
        assert!(
            remedy(&[none.clone()]).words.starts_with("No record names a version with the fix. The advisory says:")
        );
        none.remedies[0].text = "The following mitigations could assist:".to_owned();
        assert!(remedy(&[none]).words.ends_with("read it there."));
    }

    #[test]
    fn what_cannot_be_told_asks() {
        let mut component = of(Ecosystem::Npm, "a", "1.0.0");
        component.version = None;
        let told = remedy(&[exposure(component, "A", Touch::CannotTell, &["2.0.0"])]);
        assert_eq!(told.words, "Write its version into the list, and scan again.");
        assert_eq!(Remedy::of(&[]), None);
        let no = exposure(of(Ecosystem::Npm, "a", "1.0.0"), "A", Touch::NotAffected, &[]);
        assert_eq!(Remedy::of(&[&no]), None);
    }

    proptest! {
        #[test]
        fn no_name_acts_in_the_command(name in "\\PC{0,20}|.{0,20}", version in "[0-9]\\PC{0,9}", fixed in "[0-9.]{1,5}.{0,5}") {
            let npm = exposure(of(Ecosystem::Npm, &name, &version), "A", Touch::Affected, &[&fixed]);
            let Some(told) = Remedy::of(&[&npm]) else { return Ok(()) };
            prop_assert!(!told.words.chars().any(crate::text::acts));
            prop_assert!(told.words.chars().count() < 500);
            let acts = |c: char| c.is_control() || "\"'`$;|<>(){}[]*?!#\\".contains(c) || !c.is_ascii();
            prop_assert!(!told.command.is_some_and(|typed| typed.contains(acts)));
        }
    }
}
