//! Packs are read strictly: what is wrong is refused, with every reason at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_base::Answer;
use assay_clock::{BadPack, Directive, Kind, Organisation};
use proptest::prelude::*;

const PACK: &str = include_str!("../src/packs/bod-26-04.toml");

#[track_caller]
fn refused(text: &str, reasons: &[&str]) {
    let error = Directive::read(text).unwrap_err().to_string();
    for reason in reasons {
        assert!(error.contains(reason), "`{reason}` is not in: {error}");
    }
}

#[test]
fn what_is_wrong_is_told_all_at_once() {
    let text = PACK
        .replace("assay.directive/1", "assay.directive/2")
        .replace("days = 60\ndate", "days = 61\ndate")
        .replace("America/New_York", "America/Nowhere")
        .replace(
            "binds = [\"federal-civilian-agency\"]",
            "binds = [\"federal-civilian-agency\", \"national-security-system\"]",
        )
        .replacen(
            "  { kev = \"no\", exposed = \"no\", automatable = \"no\", impact = \"partial\"",
            "  { kev = \"unknown\", exposed = \"no\", automatable = \"no\", impact = \"partial\"",
            1,
        );
    refused(
        &text,
        &[
            "`assay.directive/2`",
            "61 days after the issue is not 2026-08-09",
            "`America/Nowhere` is no time zone",
            "`national-security-system` is both bound and never bound",
            "a row's facts are yes or no",
            "1 of the 16 combinations of facts have no row",
        ],
    );
}

#[test]
fn a_row_twice_an_unknown_key_a_wrong_word_and_a_giant_are_refused() {
    let first = PACK.lines().find(|line| line.contains("{ kev")).unwrap();
    refused(&PACK.replace(first, &format!("{first}\n{first}")), &["row 0 stands there twice"]);
    refused(&format!("surprise = 1\n{PACK}"), &["unknown field `surprise`"]);
    refused(&PACK.replace("due = \"14 days\"", "due = \"two weeks\""), &["`two weeks` is no term"]);
    refused(&PACK.replace("2026-06-10", "10 June 2026"), &["is no date such as 2026-06-10"]);
    let giant = format!("{PACK}# {}", "x".repeat(70_000));
    assert!(matches!(Directive::read(&giant).unwrap_err(), BadPack::TooLarge(_)));
    let deep = format!("{PACK}\nx = {}{}", "[".repeat(20_000), "]".repeat(20_000));
    assert!(matches!(Directive::read(&deep).unwrap_err(), BadPack::Unreadable(_)));
}

#[test]
fn two_versions_are_compared_row_by_row() {
    let old = Directive::bod_26_04().unwrap();
    let last = "impact = \"partial\", due = \"3 days\"";
    let text = PACK.replace("version = 1", "version = 2").replace(last, "impact = \"partial\", due = \"14 days\"");
    let new = Directive::read(&text).unwrap();
    assert_eq!(
        new.changes_since(&old),
        ["kev yes, exposed yes, automatable yes, total impact no: 3 days becomes 14 days"]
    );
    assert!(old.changes_since(&old).is_empty());
}

#[test]
fn an_organisation_is_read_and_never_guessed() {
    let text = "schema = \"assay.organisation/1\"\nkind = \"critical-infrastructure\"\nname = \"Prairie View Hospital\"\nzone = \"America/Chicago\"\nadopts = [\"bod-26-04\"]\nstated-by = \"J. Doe, 2026-11-01\"\n";
    let organisation = Organisation::read(text).unwrap();
    assert_eq!(
        (organisation.kind, organisation.name.as_str()),
        (Kind::CriticalInfrastructure, "Prairie View Hospital")
    );
    let error = Organisation::read(&text.replace("Chicago", "Gotham")).unwrap_err().to_string();
    assert!(error.contains("`America/Gotham` is no time zone"), "{error}");
    assert!(Organisation::read("schema = \"assay.organisation/1\"").is_err(), "a kind is stated, never assumed");
    assert!("hospital".parse::<Kind>().unwrap_err().to_string().contains("critical-infrastructure"));
}

#[test]
fn the_narrower_statement_about_an_asset_counts_first() {
    let text = r#"schema = "assay.organisation/1"
kind = "private"
[[assets]]
inventory = "package-lock.json"
exposed = "yes"
[[assets]]
inventory = "devices.csv"
place = "Lobby"
exposed = "yes"
[[assets]]
inventory = "devices.csv"
exposed = "no"
[[assets]]
inventory = "inside/package-lock.json"
exposed = "no"
[[assets]]
inventory = "twice.csv"
exposed = "no"
[[assets]]
inventory = "twice.csv"
exposed = "yes"
"#;
    let organisation = Organisation::read(text).unwrap();
    assert_eq!(organisation.exposed("portal/package-lock.json", ""), Answer::Yes);
    assert_eq!(organisation.exposed("inside/package-lock.json", ""), Answer::No);
    assert_eq!(organisation.exposed("devices.csv", "Lobby"), Answer::Yes);
    assert_eq!(organisation.exposed("devices.csv", "Ward 2"), Answer::No);
    assert_eq!(organisation.exposed("twice.csv", ""), Answer::Unknown);
    assert_eq!(organisation.exposed("other.csv", ""), Answer::Unknown);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,300}") {
        prop_assert!(Directive::read(&text).is_err());
        prop_assert!(Organisation::read(&text).is_err());
    }

    #[test]
    fn a_damaged_pack_is_refused_or_still_has_every_row(at in 0..PACK.len(), byte in 32_u8..127) {
        let mut bytes = PACK.as_bytes().to_vec();
        bytes[at] = byte;
        if let Ok(directive) = Directive::read(&String::from_utf8_lossy(&bytes)) {
            prop_assert_eq!(directive.rows().len(), 16);
        }
    }

    #[test]
    fn a_pack_cut_short_is_refused(at in 0..PACK.len() - 3) {
        prop_assert!(Directive::read(&PACK[..at]).is_err());
    }
}
