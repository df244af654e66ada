//! The fixed words of a card can be read after eight years of school: the
//! grade of Flesch and Kincaid of every card and of each of its parts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hospital;

use assay_base::Answer;
use assay_clock::Kind;
use assay_inventory::component::PatchedBy;
use assay_inventory::ecosystem::Ecosystem;
use assay_match::exposure::{Exposure, Impact, Touch};
use assay_plan::card::{Card, Step};
use hospital::{Case, advisory, exposure, kev, package, product, ssvc};

/// The highest grade of a card as a whole.
const CARD: f64 = 8.0;
/// The highest grade of each part by itself.
const PART: f64 = 8.0;

/// The grade of a text: 0.39 words a sentence + 11.8 syllables a word - 15.59.
fn grade(text: &str) -> f64 {
    let sentences = text.split(['.', ':', '?', '!']).filter(|part| part.split_whitespace().count() > 1).count().max(1);
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.contains(|c: char| c.is_alphabetic())).collect();
    if words.is_empty() {
        return 0.0;
    }
    let syllables: usize = words.iter().map(|word| syllables(word)).sum();
    let (sentences, words, syllables) = (sentences as f64, words.len() as f64, syllables as f64);
    0.39 * words / sentences + 11.8 * syllables / words - 15.59
}

/// Groups of vowels, without a silent e at the end.
fn syllables(word: &str) -> usize {
    let letters: Vec<char> = word.to_lowercase().chars().filter(|c| c.is_ascii_alphabetic()).collect();
    let vowel = |c: &char| "aeiouy".contains(*c);
    let mut groups = 0;
    let mut before = false;
    for c in &letters {
        groups += usize::from(vowel(c) && !before);
        before = vowel(c);
    }
    let silent = |end: &str| letters.len() > 2 && letters.iter().collect::<String>().ends_with(end);
    if (silent("e") && !silent("le"))
        || (silent("ed") && !silent("ted") && !silent("ded"))
        || silent("es") && !silent("ses") && !silent("ces")
    {
        groups = groups.saturating_sub(1);
    }
    groups.max(1)
}

#[test]
fn the_grade_tells_plain_words_from_others() {
    assert_eq!(
        ["the", "update", "machine", "administrator", "table", "closed", "tested"].map(syllables),
        [1, 2, 2, 5, 2, 1, 2]
    );
    assert!(grade("The cat sat on the mat. It was warm.") < 2.0);
    let hard = "Organisational remediation responsibilities necessitate comprehensive documentation of vulnerability management.";
    assert!(grade(hard) > 16.0, "{}", grade(hard));
}

/// What a card says in words of its own: without commands, without the names, dates and quotes of others.
fn parts(card: &Card) -> Vec<(&'static str, String)> {
    let steps = |steps: &[Step]| steps.iter().map(|step| step.text.clone()).collect::<Vec<_>>().join(" . ");
    let ticket = card.ticket.as_ref().map(|ticket| ticket.body.join(" . ")).unwrap_or_default();
    [
        ("why", card.why.clone()),
        ("first", steps(&card.first)),
        ("steps", steps(&card.steps)),
        ("instead", steps(&card.instead)),
        ("undo", steps(&card.undo)),
        ("check", steps(&card.check)),
        ("effort", card.effort.clone()),
        ("reboot", card.reboot.clone()),
        ("ticket", ticket),
    ]
    .into_iter()
    .map(|(part, text)| (part, own(&text, card)))
    .filter(|(_, text)| !text.trim().is_empty())
    .collect()
}

/// The words that are the card's own: names are one short word, quotes and brackets of others are left out.
fn own(text: &str, card: &Card) -> String {
    let mut text = text.to_owned();
    let mut names: Vec<&str> = vec![&card.what, &card.place, &card.id];
    names.extend(card.patched_by.as_deref().filter(|who| *who != "you"));
    names.extend(card.installed.iter().map(String::as_str));
    if let Some(ticket) = &card.ticket {
        names.extend([ticket.answer_by_words.as_str(), ticket.to.as_str()]);
    }
    names.extend(card.recheck.as_ref().map(|recheck| recheck.words.as_str()));
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        text = text.replace(name, "it");
    }
    // What stands in quotes or brackets is somebody else's, or a place on the card.
    for (open, close) in [('\u{201c}', '\u{201d}'), ('(', ')')] {
        while let (Some(from), Some(to)) = (text.find(open), text.find(close)) {
            if from > to {
                break;
            }
            text.replace_range(from..to + close.len_utf8(), "it");
        }
    }
    text.split_whitespace().filter(|word| !word.contains("CVE-") && !word.contains('/')).collect::<Vec<_>>().join(" ")
}

fn every_kind() -> Vec<Exposure> {
    let mut all = hospital::exposures();
    let listed = |id: &str| kev(ssvc(advisory(id, "x"), true, Impact::Total), "2026-11-01", Answer::Yes);
    let server = product("Example", "Mail", Some("1"), "Server room", PatchedBy::Us, Answer::Yes);
    all.push(exposure(server, listed("CVE-2026-1"), Touch::Affected, &["2"]));
    for ecosystem in [
        Ecosystem::Cargo,
        Ecosystem::PyPi,
        Ecosystem::Go,
        Ecosystem::RubyGems,
        Ecosystem::NuGet,
        Ecosystem::Maven(None),
        Ecosystem::Packagist(None),
        Ecosystem::Hex,
        Ecosystem::Pub,
        Ecosystem::Rpm(assay_inventory::ecosystem::Rpm::AlmaLinux, None),
        Ecosystem::Apk(assay_inventory::ecosystem::Apk::Alpine, None),
        Ecosystem::Debian(Some("12".to_owned())),
        Ecosystem::Other("Thing".to_owned()),
    ] {
        all.push(exposure(package(ecosystem, "a-name", "1.0"), listed("CVE-2026-2"), Touch::Affected, &["1.1"]));
        all.push(exposure(package(Ecosystem::Npm, "b-name", "1.0"), listed("CVE-2026-3"), Touch::CannotTell, &[]));
    }
    all
}

#[test]
fn every_card_can_be_read_after_eight_years_of_school() {
    let mut over = Vec::new();
    let mut seen = 0;
    for kind in Kind::ALL {
        let mut case = Case::new(every_kind());
        case.kind = kind;
        let plan = case.plan();
        for card in plan.cards.iter().chain(&plan.later).chain(&plan.find_out) {
            let parts = parts(card);
            let whole = parts.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" . ");
            seen += 1;
            if grade(&whole) > CARD {
                over.push(format!("{:.1} the card: {}", grade(&whole), card.title));
            }
            for (part, text) in parts {
                if grade(&text) > PART {
                    over.push(format!("{:.1} {part}: {text}", grade(&text)));
                }
            }
        }
    }
    over.sort();
    over.dedup();
    assert!(seen > 60, "only {seen} cards");
    assert!(over.is_empty(), "{} parts are too hard:\n{}", over.len(), over.join("\n"));
}
