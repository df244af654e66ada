//! Names of products: what is the same, what is likely, and what is neither.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod common;

use std::io::Read;

use assay_inventory::product::{Agreement, Because, Product, Reach, Tokens, agree, misspelt, normalise, relate};
use proptest::prelude::*;

fn judge(a: (&str, &str), b: (&str, &str)) -> Option<Agreement> {
    let (a, b) = (Product::new(a.0, a.1), Product::new(b.0, b.1));
    let forth = agree(&a, &b);
    let back = agree(&b, &a);
    let word = |agreement: &Option<Agreement>| agreement.as_ref().map(std::mem::discriminant);
    assert_eq!(word(&forth), word(&back), "the order of the two does not matter");
    forth
}

#[test]
fn the_same() {
    for (a, b) in [
        (("Fortinet", "FortiOS"), ("fortinet, inc.", "FORTIOS")),
        (("Cisco", "Cisco IP Phones"), ("Cisco", "IP Phones")),
        (("", "Fortinet FortiOS"), ("Fortinet", "FortiOS")),
        (("Dräger GmbH & Co. KG", "Infinity M540"), ("Drager", "Infinity® M540")),
        (("Dassault Systèmes", "DELMIA Apriso"), ("Dassault Systemes SE", "Delmia  Apriso")),
        (("VMware", "ESXi"), ("VMware", "ESXi, Workstation, and Fusion")),
        (("Ivanti", "Policy Secure"), ("Ivanti", "Connect Secure, Policy Secure, and Neurons")),
        (("Ivanti", "Endpoint Manager Mobile"), ("Ivanti", "Endpoint Manager Mobile (EPMM)")),
        (("Palo Alto Networks", "PAN-OS"), ("Palo Alto Networks", "PAN OS")),
        (("Microsoft", "Windows Server 2019"), ("Microsoft Corporation", "Microsoft Windows Server 2019")),
        (("Linux", "Linux Kernel"), ("Linux", "Kernel")),
        (("The Becton Dickinson Company", "Alaris"), ("Becton Dickinson", "Alaris")),
    ] {
        assert_eq!(judge(a, b), Some(Agreement::Same), "{a:?} {b:?}");
    }
}

#[test]
fn likely_and_why() {
    type Case = ((&'static str, &'static str), (&'static str, &'static str), fn(&Because) -> bool);
    let cases: [Case; 20] = [
        (("Pulse Secure", "Connect Secure"), ("Ivanti", "Connect Secure"), |b| matches!(b, Because::VendorAlias(..))),
        (("Broadcom", "ESXi"), ("VMware", "ESXi"), |b| matches!(b, Because::VendorAlias(..))),
        (("Sonic Wall", "SonicOS"), ("SonicWall", "SonicOS"), |b| matches!(b, Because::VendorAlias(..))),
        (("HP", "ProCurve Manager"), ("Hewlett Packard (HP)", "ProCurve Manager (PCM)"), |b| {
            matches!(b, Because::VendorAlias(..))
        }),
        (("Ivanti", "EPMM"), ("Ivanti", "Endpoint Manager Mobile (EPMM)"), |b| matches!(b, Because::ProductAlias(..))),
        (("Cisco", "ASA"), ("Cisco", "Adaptive Security Appliance (ASA) and Firepower Threat Defense (FTD)"), |b| {
            matches!(b, Because::ProductAlias(..))
        }),
        (("Fortinet", "FortiGate 60F"), ("Fortinet", "FortiOS"), |b| matches!(b, Because::ProductAlias(..))),
        (
            ("Citrix", "NetScaler ADC"),
            ("Citrix", "Application Delivery Controller (ADC), Gateway, and SD-WAN WANOP Appliance"),
            |b| matches!(b, Because::ProductAlias(..)),
        ),
        (("Microsoft", "Windows Server 2019"), ("Microsoft", "Win32k"), |b| matches!(b, Because::ProductAlias(..))),
        (("Microsoft", "Windows 10"), ("Microsoft", "Windows"), |b| matches!(b, Because::Edition(..))),
        (("Microsoft", "Windows Server 2019"), ("Microsoft", "Windows"), |b| matches!(b, Because::Part(..))),
        (("Microsoft", "Exchange Server 2016"), ("Microsoft", "Exchange Server"), |b| {
            matches!(b, Because::Edition(..))
        }),
        (("Microsoft", "Windows Server 2012 R2"), ("Microsoft", "Windows Server 2012"), |b| {
            matches!(b, Because::Edition(..))
        }),
        (("Atlassian", "Confluence Server"), ("Atlassian", "Confluence"), |b| matches!(b, Because::Part(..))),
        (("", "Confluence"), ("Atlassian", "Confluence"), |b| matches!(b, Because::NoVendor(..))),
        (("Fortnet", "FortiOS"), ("Fortinet", "FortiOS"), |b| matches!(b, Because::VendorMisspelt(..))),
        (("Solarwinds", "Web Help Dsek"), ("SolarWinds", "Web Help Desk"), |b| {
            matches!(b, Because::ProductMisspelt(..))
        }),
        (("Apple", "iPhone 12"), ("Apple", "Multiple Products"), |b| matches!(b, Because::AnyOfVendor(..))),
        (("VMware", "Aria Operations"), ("Broadcom", "VMware Aria Operations and VMware Tools"), |b| {
            matches!(b, Because::VendorAlias(..))
        }),
        (("Zyxel", "ATP100 firewall"), ("Zyxel", "Multiple Firewalls"), |b| matches!(b, Because::AnyOfVendor(..))),
    ];
    for (a, b, because) in cases {
        match judge(a, b) {
            Some(Agreement::Likely(why)) if because(&why) => assert!(why.to_string().contains('`'), "{why}"),
            other => panic!("{a:?} {b:?}: {other:?}"),
        }
    }
}

#[test]
fn neither() {
    for (a, b) in [
        (("Microsoft", "Windows 7"), ("Microsoft", "Windows 10")),
        (("Apache", "Struts 1"), ("Apache", "Struts 2")),
        (("SonicWall", "SMA100"), ("SonicWall", "SMA1000")),
        (("Cisco", "IOS"), ("Apple", "iOS")),
        (("Cisco", "Unified Manager"), ("Oracle", "Manager")),
        (("", "Server"), ("Microsoft", "Server")),
        (("", "Multiple Products"), ("Apple", "Multiple Products")),
        (("Baxter", "Infusion pump"), ("Fortinet", "FortiOS")),
        (("Drupal", "Core"), ("Magento", "Core")),
        (("D-Link", "DIR-645 Router"), ("D-Link", "DIR-859 Router")),
        (("Adobe", "Acrobat"), ("Adobe", "ColdFusion")),
        (("", ""), ("", "")),
    ] {
        assert_eq!(judge(a, b), None, "{a:?} {b:?}");
    }
}

#[test]
fn how_far_a_record_reaches() {
    let reach = |vendor: &str, installed: &str, record: &str| {
        relate(&Product::new(vendor, installed), &Product::new(vendor, record)).map(|(_, reach)| reach)
    };
    for (vendor, installed, record) in [
        ("Siemens", "SIMATIC S7-1200 CPU 1214C", "SIMATIC S7-1200 CPU family (incl. SIPLUS variants)"),
        ("Siemens", "S7-1200", "SIMATIC S7-1200 CPU family"),
        ("Siemens", "6ES7511-1AK00-0AB0", "SIMATIC S7-1500 CPU 1511-1 PN (6ES7511-1AK00-0AB0)"),
        ("Rockwell Automation", "ControlLogix 5580", "ControlLogix 5580 controllers"),
        ("Palo Alto Networks", "PAN-OS PA-440", "PAN-OS"),
        ("Contec", "CMS8000 Patient Monitor", "CMS8000 CONTEC ICU CCU Vital Signs Patient Monitor"),
        ("Smiths Medical", "Medfusion 4000", "Medfusion 4000 Wireless Syringe Infusion Pump"),
        ("SEL", "SEL-751", "SEL-751 Feeder Protection Relay"),
        ("SEL", "SEL-787-2", "SEL-787-2/-3/-4 Transformer Protection Relay"),
        ("Digi International", "ConnectPort LTS 16", "Digi ConnectPort LTS 8/16/32"),
        ("Digi International", "RealPort Windows", "Digi RealPort for Windows"),
        ("Axis Communications", "A1001 door controller", "AXIS A1001"),
        ("General Electric", "Carescape Monitor B650", "B650"),
        ("WAGO", "750-8207", "750-8207/025-001"),
        ("GE Healthcare", "LOGIQ 9", "LOGIQ, not including LOGIQ 100 Pro"),
        ("Illumina", "MiniSeq Control SW", "MiniSeq Control Software"),
        ("Dominion Voting Systems", "ImageCast X", "ImageCast X application, as used in Democracy Suite 5.5-A"),
    ] {
        assert_eq!(reach(vendor, installed, record), Some(Reach::Covers), "{installed}: {record}");
    }
    for (vendor, installed, record) in [
        ("Siemens", "S7-1500", "SIMATIC S7-1500 Software Controller"),
        ("Siemens", "S7-1500", "SIMATIC S7-1500 CPU 1511-1 PN"),
        ("Microsoft", "Windows Server", "Windows Server 2022"),
        ("Microsoft", "Windows Server 2022", "Windows Server 2022, 23H2 Edition"),
        ("Philips", "Tasy EMR", "Tasy EMR HTML5"),
        ("Unitronics", "Vision PLC", "Vision 230"),
        ("Rockwell Automation", "MicroLogix 1400", "MicroLogix 1400 Controllers Series B"),
        ("Philips", "IntelliVue MX450", "IntelliVue Patient Monitors MX (MX400-550)"),
        ("St. Jude Medical", "Merlin EX1150", "RF models EX1150"),
    ] {
        assert_eq!(reach(vendor, installed, record), Some(Reach::Beside), "{installed}: {record}");
    }
    for (vendor, installed, record) in [
        ("Moxa", "EDR-810", "EDR-G902 series"),
        ("Microsoft", "Windows 7", "Windows 10"),
        ("Trane", "Tracer SC", "Tracer SC+"),
        ("Trane", "Tracer SC+", "Tracer SC"),
        ("GE Healthcare", "LOGIQ 100 Pro", "LOGIQ, not including LOGIQ 100 Pro"),
        ("Digi International", "ConnectPort LTS 16", "Digi ConnectPort TS 16"),
        ("WAGO", "750-8207", "750-880 firmware"),
        ("Philips", "IntelliVue MX700", "IntelliVue Patient Monitors MX (MX400-550)"),
    ] {
        assert_eq!(reach(vendor, installed, record), None, "{installed}: {record}");
    }
    assert_eq!(Product::new("Siemens", "SIMATIC WinCC V7.4").line.as_deref(), Some("7.4"));
    assert_eq!(Product::new("Siemens", "RUGGEDCOM RSG2300 V4.X").line.as_deref(), Some("4"));
    assert_eq!(Product::new("Google", "Chromium V8").line, None);
    assert_eq!(Product::new("Microsoft", "Windows 8.1").line, None);
}

#[test]
fn names() {
    let words = |text: &str| normalise(text).to_string();
    assert_eq!(words("  Backup & Replication™  "), "backup and replication");
    assert_eq!(words("Worry-Free_Business/Security"), "worry free business security");
    assert_eq!(words("Oracle’s VM\tVirtualBox"), "oracles vm virtualbox");
    let windows = normalise("Windows Server 2012 R2");
    assert_eq!((windows.words.len(), windows.edition.join(" ")), (2, "2012 r2".to_owned()));
    assert_eq!(normalise("Endpoint Manager Mobile (EPMM)").short, ["epmm"]);
    assert_eq!(words("(unclosed"), "unclosed");
    assert!(normalise("!?").is_empty());
}

#[test]
fn misspellings() {
    for (a, b) in [("fortinet", "fortnet"), ("cisco", "csico"), ("microsoft", "micrsofot"), ("philips", "phillips")] {
        assert!(misspelt(a, b) && misspelt(b, a), "{a} {b}");
    }
    for (a, b) in [("ios", "ies"), ("cisco", "disc"), ("sma100", "sma1000"), ("fortios", "fortias2"), ("same", "same")]
    {
        assert!(!misspelt(a, b), "{a} {b}");
    }
}

#[test]
fn the_catalogue_agrees_with_itself() {
    let Some(mut file) = common::open("kev/known_exploited_vulnerabilities-2026-01-29.json.gz") else { return };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    let catalogue: serde_json::Value = serde_json::from_str(&common::gunzip(&bytes)).unwrap();
    let mut entries: Vec<(String, String)> = catalogue["vulnerabilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["vendorProject"].as_str().unwrap().to_owned(), e["product"].as_str().unwrap().to_owned()))
        .collect();
    entries.sort();
    entries.dedup();
    let products: Vec<Product> = entries.iter().map(|(vendor, product)| Product::new(vendor, product)).collect();
    let mut tokens = Tokens::default();
    for (place, product) in products.iter().enumerate() {
        tokens.insert(product, place as u32);
    }
    let (mut same, mut likely) = (0, 0);
    for (n, a) in products.iter().enumerate() {
        assert!(agree(a, a).is_some(), "{:?}", entries[n]);
        // What is found by words is all that asking each would find; *multiple products* is found, and does not search.
        let near = tokens.near(a);
        assert!(near.is_sorted() && near.contains(&(n as u32)), "{:?}", entries[n]);
        if !a.is_any() {
            let missed =
                products.iter().enumerate().filter(|(m, b)| agree(a, b).is_some() && !near.contains(&(*m as u32)));
            let missed: Vec<_> = missed.map(|(m, _)| &entries[m]).collect();
            assert!(missed.is_empty(), "{:?}: {missed:?}", entries[n]);
        }
        for (m, b) in products.iter().enumerate().skip(n + 1) {
            match agree(a, b) {
                Some(Agreement::Same) => same += 1,
                Some(Agreement::Likely(because)) => {
                    likely += 1;
                    let vendors = (a.vendor(), b.vendor());
                    // What joins two vendors is an alias, a part, a misspelling, no vendor at all, or an unusual name.
                    let joined = vendors.0 == vendors.1
                        || matches!(
                            because,
                            Because::VendorAlias(..)
                                | Because::VendorPart(..)
                                | Because::VendorMisspelt(..)
                                | Because::NoVendor(..)
                                | Because::OtherVendor(..)
                        );
                    assert!(joined, "{:?} {:?}: {because}", entries[n], entries[m]);
                    if std::env::var_os("SHOW").is_some() {
                        eprintln!("{:?} {:?}: {because}", entries[n], entries[m]);
                    }
                }
                None => {}
            }
        }
    }
    eprintln!("{} products of the catalogue: {same} pairs the same, {likely} likely", entries.len());
    assert!(same < entries.len() && likely < entries.len() * 10, "{same} {likely}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_product_is_itself(vendor in "[A-Z][a-z]{3,9}( [A-Z][a-z]{2,8})?", product in "[A-Z][a-z]{3,9}( [A-Z][a-z]{4,8}){0,2}( [0-9]{1,4})?") {
        let a = Product::new(&vendor, &product);
        let b = Product::new(&format!("{} GmbH", vendor.to_uppercase()), &product.to_lowercase());
        prop_assert_eq!(agree(&a, &b), Some(Agreement::Same));
    }

    /// Another edition, or another vendor and product, is never the same.
    #[test]
    fn another_is_never_the_same(edition in 1..50_u32, more in 1..50_u32) {
        let a = Product::new("Acme", &format!("Scanner {edition}"));
        let b = Product::new("Acme", &format!("Scanner {}", edition + more));
        prop_assert_eq!(agree(&a, &b), None);
    }
}
