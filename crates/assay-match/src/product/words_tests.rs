#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

/// A range as `from..before`, `from..=through`, or the version alone.
fn shown(written: &str) -> String {
    match read(written, Status::Affected) {
        Words::All => "all".to_owned(),
        Words::Unread => "unread".to_owned(),
        Words::Versions(items) => {
            let each = |item: &Version| match (&item.less_than, &item.less_than_or_equal) {
                (Some(end), _) => format!("{}..{end}", item.version),
                (_, Some(end)) => format!("{}..={end}", item.version),
                _ => item.version.clone(),
            };
            items.iter().map(each).collect::<Vec<_>>().join(" and ")
        }
    }
}

#[test]
fn as_publishers_write_them() {
    for (written, means) in [
        ("vers:all/*", "all"),
        ("All versions", "all"),
        ("*", "all"),
        ("vers:all/<V3.3", "0..3.3"),
        ("< V16.1", "0..16.1"),
        ("<= 4.0.10.17", "0..=4.0.10.17"),
        ("All versions < V3.0", "0..3.0"),
        ("All Versions < V4.5", "0..4.5"),
        (">= 2.50 | <= 3.35", "2.50..=3.35"),
        (">=10.90|<=10.97", "10.90..=10.97"),
        (">= V0.5.0.0 < V1.0.0.0", "0.5.0.0..1.0.0.0"),
        ("vers:all/>=V21.9<V21.9.4", "21.9..21.9.4"),
        (">= V2.3 and < V6.30.016", "2.3..6.30.016"),
        ("> V1.1 and < V1.3.2", "> v1.1, < v1.3.2"),
        (">= V1.5.0", "1.5.0..*"),
        ("< V16 Update 4", "0..16 Update 4"),
        ("<V19_Update_2", "0..19 Update 2"),
        ("< V5.6 SP2 HF3", "0..5.6 SP2 HF3"),
        ("<=(R4.02)", "0..=r4.02"),
        ("<= V7.x", "0..=7"),
        ("<= 12.2.x.x", "0..=12.2"),
        ("V1.81.01 - V1.81.03", "1.81.01..=1.81.03"),
        ("28  - 32", "28..=32"),
        ("14.1.x", "14.1..14.2"),
        ("10.15", "10.15"),
        ("9.13 | 9.19 | 12.1", "9.13 and 9.19 and 12.1"),
        ("R16A", "r16a"),
        ("2.3.6 and  below", "0..=2.3.6"),
        ("<v36.011_v35.013_v34.014", "0..36.011 and 0..35.013 and 0..34.014"),
        ("<= 1.12.0.27 | 1.12.13.2", "0..=1.12.0.27 and 1.12.13.2"),
        ("< FW11", "0..fw11"),
        ("versions prior to 2.4", "0..2.4"),
        ("1.1 to 1.3.2", "1.1..=1.3.2"),
        ("<= U61 |<= L81", "0..=u61 and 0..=l81"),
        ("<= 2.01 (end-of-life Nov 2017)", "0..=2.01"),
        ("< 02.07.07(10)", "0..02.07.07(10)"),
        ("<1.69 release 166", "0..1.69 release 166"),
        ("V175-V189", "175..=189"),
        ("Product ID/Reorder number 19191 | 40160", "19191 and 40160"),
    ] {
        assert_eq!(shown(written), means, "{written}");
    }
}

#[test]
fn what_only_people_understand() {
    for written in [
        "NMC2 <= 6.9.6",
        "Rev J-M | (X3/MX100 for Rev M only)",
        "distributed  < april 1, 2018",
        "<8/30/2024",
        "<= K",
        "<=B13__without_Special_Modification_Patch_BRD-C62W003-A0_installed",
        "<=the_first_5_digits_of_serial_number_23121",
        "All BIOS versions < V25.02.10",
        "All versions with enabled Ethernet options",
        "9.x model 35700BAX3",
        "v9.x (with Wireless Battery Module >= v22D19 | <= v22D28)",
        "< 12.4 (firmware 1.46)",
        "No version",
        "1766-L32BWA",
        "",
        "-",
        "<",
        "2009 and 2010 installed on Windows",
    ] {
        assert_eq!(shown(written), "unread", "{written}");
    }
}

#[test]
fn what_a_remedy_says_to_update_to() {
    for (details, version) in [
        ("Update to V3.3 or later version - Download: https://example.org/", Some("3.3")),
        ("Update to V14 SP 1 - Download: https://example.org/", Some("14 SP 1")),
        ("Upgrade to version 2.1.7 or newer.", Some("2.1.7")),
        ("Update to V4.7 HF34 or upgrade to V5.2 HF2", None),
        ("Philips will provide a patch by the end of November 2018.", None),
    ] {
        assert_eq!(fix(details).as_deref(), version, "{details}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_not(text in "[<>=|, ]{0,4}[vVrR]?[0-9a-zA-Z.<>=|_ ]{0,24}\\PC{0,6}") {
        let _ = (read(&text, Status::Affected), fix(&text));
    }

    #[test]
    fn a_range_keeps_its_bounds(a in 0..50_u32, b in 0..50_u32, sign in prop::sample::select(vec!["<", "<="])) {
        let dots = if sign == "<" { ".." } else { "..=" };
        prop_assert_eq!(shown(&format!(">= 1.{a} | {sign} V2.{b}")), format!("1.{a}{dots}2.{b}"));
    }
}
