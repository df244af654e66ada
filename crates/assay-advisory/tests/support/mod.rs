//! Records for tests: one that a person can read, and as many made ones as wanted.
//! Other crates' tests use this file too.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;

use assay_advisory::csaf::known_weaknesses;
use assay_advisory::record::{
    Affected, Build, Credit, Discovery, Draft, Embargo, EndReason, Fix, FixLevel, FoundBy, Happening, Moment, Product,
    Publisher, Range, Record, Reference, ReferenceKind, Remedy, RemedyKind, Role, Runs, Severity, Tally, Tooling,
    Until, Verification,
};
use assay_base::Instant;
use assay_bundle::digest::Sha256;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

/// The tests' data; without it a test says that it skips, and with CI set it fails.
pub fn data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ASSAY_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let full = root.join(path);
    if full.exists() {
        return Some(full);
    }
    assert!(std::env::var_os("CI").is_none(), "the test data is not there: set ASSAY_DATA");
    println!("skipped: there is no {path} in the test data");
    None
}

pub fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

/// The patch and the statement of [`draft`].
pub const PATCH: &[u8] = b"--- a/src/scale.py\n+++ b/src/scale.py\n@@ -1 +1 @@\n-old\n+new\n";

/// An advisory as a person would write it.
pub fn draft() -> Draft {
    Draft {
        id: "ASSAY-2026-0001".parse().unwrap(),
        title: "Harbor Gauge reads beyond the end of a tide table".into(),
        summary: "A tide table whose last line has no newline makes the reader read beyond its buffer.".into(),
        details: "The reader looks for the end of the line without asking where the table ends.\n\n\
                  Whoever can hand in a table can make the program end, or read up to 64 bytes of its memory."
            .into(),
        affected: vec![Affected {
            product: Product {
                vendor: "Harbor Works".into(),
                ..Product::from_purl("pkg:pypi/harbor-gauge@2.3.0").unwrap()
            },
            ranges: vec![
                Range { introduced: Some("1.4.0".into()), until: Until::Fixed("1.9.3".into()) },
                Range { introduced: Some("2.0.0".into()), until: Until::Fixed("2.3.1".into()) },
            ],
        }],
        aliases: vec!["CVE-2026-12345".into()],
        weaknesses: vec!["CWE-125".into()],
        severity: Some(Severity::from_vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:H").unwrap()),
        credits: vec![
            Credit {
                name: "Ada Finder".into(),
                organization: Some("Quay Research".into()),
                role: Role::Finder,
                recorded: Some(instant("2026-11-02T08:15:30.000001Z")),
            },
            Credit { name: "Jo Mender".into(), organization: None, role: Role::RemediationDeveloper, recorded: None },
        ],
        timeline: vec![
            Moment { at: instant("2026-11-01T10:00:00Z"), what: Happening::Found },
            Moment { at: instant("2026-11-02T08:15:30Z"), what: Happening::Received },
            Moment { at: instant("2026-11-02T08:17:00Z"), what: Happening::Reproduced },
            Moment { at: instant("2026-11-20T17:00:00Z"), what: Happening::Published },
        ],
        references: vec![Reference {
            kind: ReferenceKind::Package,
            url: "https://harbor.example/gauge".into(),
            summary: "The project".into(),
        }],
        fix: Some(Fix {
            patch: Sha256::of(PATCH),
            verification: Some(Verification {
                level: FixLevel::L2,
                runner: "ab".repeat(32),
                builds: vec![
                    Build { name: "vulnerable".into(), sha256: Sha256::of(b"vulnerable") },
                    Build { name: "fixed".into(), sha256: Sha256::of(b"fixed") },
                ],
                runs: Runs { without: Tally { fired: 20, total: 20 }, with: Tally { fired: 0, total: 20 } },
                statement: Sha256::of(b"statement"),
            }),
        }),
        remedies: vec![Remedy {
            kind: RemedyKind::VendorFix,
            details: "Update Harbor Gauge to 2.3.1 or 1.9.3.".into(),
            url: Some("https://harbor.example/gauge/releases".into()),
        }],
        embargo: Some(Embargo { ended: instant("2026-11-20T17:00:00Z"), reason: EndReason::Agreed }),
        discovery: Discovery {
            found_by: FoundBy::AiAssisted,
            tooling: Tooling::Public,
            model: Some("Example Model 3".into()),
            harness: None,
            operator: "Quay Research".into(),
        },
        publisher: Publisher {
            name: "Example Clearinghouse".into(),
            namespace: "https://clearinghouse.example/release".into(),
            contact: "security@clearinghouse.example".into(),
        },
        published: instant("2026-11-20T17:00:00Z"),
    }
}

pub fn record() -> Record {
    Record::new(draft()).unwrap()
}

fn words() -> impl Strategy<Value = String> {
    // Letters of several scripts, quotes and markup: whatever a person may write.
    vec("[A-Za-z0-9äßéжλ中<>&\"'`|%*_()\\[\\]{}#~.,:;!?/\\\\-]{1,12}", 1..8).prop_map(|words| words.join(" "))
}

fn lines() -> impl Strategy<Value = String> {
    vec(words(), 1..4).prop_map(|lines| lines.join("\n"))
}

fn sha256() -> impl Strategy<Value = Sha256> {
    any::<[u8; 32]>().prop_map(Sha256::from_bytes)
}

fn url() -> impl Strategy<Value = String> {
    "https?://[a-z][a-z0-9]{0,10}\\.example(/[A-Za-z0-9._~-]{1,8}){0,3}(\\?[a-z]=[a-z0-9%]{0})?"
        .prop_map(|url: String| url)
}

fn purl() -> impl Strategy<Value = String> {
    prop_oneof![
        "pkg:npm/[a-z][a-z0-9-]{0,12}",
        "pkg:npm/%40[a-z]{1,8}/[a-z][a-z0-9-]{0,12}",
        "pkg:cargo/[a-z][a-z0-9_]{0,12}",
        "pkg:pypi/[a-z][a-z0-9]{0,12}",
        "pkg:golang/git\\.example/[a-z]{1,6}/[a-z]{1,6}",
        "pkg:maven/org\\.[a-z]{1,6}/[a-z]{1,9}",
        "pkg:deb/debian/[a-z][a-z0-9.-]{1,12}",
        "pkg:deb/debian/[a-z][a-z0-9]{1,12}\\?distro=debian-1[0-3]",
        "pkg:deb/ubuntu/[a-z][a-z0-9]{1,12}\\?distro=ubuntu-2[0-6]\\.04",
        "pkg:gem/[a-z]{1,9}",
        "pkg:generic/[a-z]{1,9}",
        "pkg:github/[a-z]{1,9}/[a-z]{1,9}",
        "pkg:nuget/[A-Z][a-z]{1,9}",
    ]
}

fn version(semver: bool) -> BoxedStrategy<String> {
    let number = || "(0|[1-9][0-9]{0,3})";
    let plain = (number(), number(), number()).prop_map(|(a, b, c)| format!("{a}.{b}.{c}"));
    if semver {
        prop_oneof![3 => plain.clone(), 1 => (plain, "[a-z]{1,4}\\.[1-9]").prop_map(|(v, pre)| format!("{v}-{pre}"))]
            .boxed()
    } else {
        // Debian's epochs, tildes and pluses are what breaks writers.
        prop_oneof![plain, "[1-9]:[0-9]\\.[0-9]{1,2}~rc[0-9]\\+dfsg-[0-9]\\+deb12u[1-9]", "[1-9]\\.[0-9]{1,3}"].boxed()
    }
}

fn affected() -> impl Strategy<Value = Affected> {
    (purl(), words()).prop_flat_map(|(purl, vendor)| {
        let product = Product { vendor, ..Product::from_purl(&purl).unwrap() };
        let semver = product.is_semver();
        let until = prop_oneof![
            4 => version(semver).prop_map(Until::Fixed),
            1 => version(semver).prop_map(Until::LastAffected),
            1 => Just(Until::Open),
        ];
        let range = (of(version(semver)), until).prop_map(|(introduced, until)| {
            let introduced = introduced.filter(|from| !matches!(&until, Until::Fixed(to) if to == from));
            Range { introduced, until }
        });
        vec(range, 1..4).prop_map(move |mut ranges| {
            let all = ranges.clone();
            let mut place = 0;
            ranges.retain(|range| {
                place += 1;
                !all[..place - 1].contains(range)
            });
            Affected { product: product.clone(), ranges }
        })
    })
}

fn severity() -> impl Strategy<Value = Severity> {
    let three = (
        select(&["3.0", "3.1"][..]),
        select(&["N", "A", "L", "P"][..]),
        select(&["L", "H"][..]),
        select(&["N", "L", "H"][..]),
        select(&["N", "R"][..]),
        select(&["U", "C"][..]),
        [select(&["N", "L", "H"][..]), select(&["N", "L", "H"][..]), select(&["N", "L", "H"][..])],
    )
        .prop_map(|(v, av, ac, pr, ui, s, [c, i, a])| {
            format!("CVSS:{v}/AV:{av}/AC:{ac}/PR:{pr}/UI:{ui}/S:{s}/C:{c}/I:{i}/A:{a}")
        });
    let four = (
        select(&["N", "A", "L", "P"][..]),
        select(&["N", "P"][..]),
        select(&["N", "P", "A"][..]),
        vec(select(&["N", "L", "H"][..]), 6),
    )
        .prop_map(|(av, at, ui, m)| {
            let m: Vec<_> = m;
            format!(
                "CVSS:4.0/AV:{av}/AC:L/AT:{at}/PR:N/UI:{ui}/VC:{}/VI:{}/VA:{}/SC:{}/SI:{}/SA:{}",
                m[0], m[1], m[2], m[3], m[4], m[5]
            )
        });
    prop_oneof![4 => three.boxed(), 1 => four.boxed()].prop_map(|vector| Severity::from_vector(&vector).unwrap())
}

fn verification() -> impl Strategy<Value = Verification> {
    let level = select(&[FixLevel::L0, FixLevel::L1, FixLevel::L2, FixLevel::L3, FixLevel::L4, FixLevel::L5][..]);
    (level, "[0-9a-f]{64}", sha256(), sha256(), 1..500_u32, 1..500_u32, sha256()).prop_map(
        |(level, runner, before, after, without, with, statement)| Verification {
            level,
            runner,
            builds: vec![
                Build { name: "vulnerable".into(), sha256: before },
                Build { name: "fixed".into(), sha256: after },
            ],
            runs: Runs { without: Tally { fired: without, total: without }, with: Tally { fired: 0, total: with } },
            statement,
        },
    )
}

fn credit() -> impl Strategy<Value = Credit> {
    let role = select(
        &[
            Role::Reporter,
            Role::Analyst,
            Role::Coordinator,
            Role::RemediationDeveloper,
            Role::RemediationReviewer,
            Role::RemediationVerifier,
            Role::Tool,
            Role::Sponsor,
        ][..],
    );
    (words(), of(words()), role).prop_map(|(name, organization, role)| Credit {
        name,
        organization,
        role,
        recorded: None,
    })
}

fn alias() -> impl Strategy<Value = String> {
    prop_oneof!["CVE-20[12][0-9]-[0-9]{4,7}", "GHSA-[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}", "DSA-[1-9][0-9]{3}-1"]
}

/// As many different records as wanted, each of them right.
pub fn drafts() -> impl Strategy<Value = Draft> {
    let known: Vec<String> = known_weaknesses().map(|(id, _)| id).chain(["CWE-1".into(), "CWE-99999".into()]).collect();
    let what = (words(), lines(), lines(), vec(affected(), 1..4), vec(alias(), 0..4), vec(select(known), 0..4));
    let who = (vec(credit(), 0..4), vec((words(), 0..100_000_000_i64), 0..4), words(), words(), url(), words());
    let how = (of(severity()), of((sha256(), of(verification()))), vec((lines(), of(url())), 1..4), vec(url(), 0..4));
    // From 2026 on: the names of weaknesses are those of the list at the time of publication.
    let when = (1_767_225_600..2_500_000_000_i64, any::<bool>(), 2000..2099_u16, 1..99_999_999_u32);
    (what, who, how, when).prop_map(|(what, who, how, when)| {
        let (title, summary, details, mut affected, mut aliases, mut weaknesses) = what;
        let (credits, finders, operator, publisher, namespace, contact) = who;
        let (severity, fix, remedies, urls) = how;
        let (second, embargoed, year, number) = when;
        let published = Instant::from_micros(second * 1_000_000 + i64::from(number));
        let mut seen = Vec::new();
        affected.retain(|one| {
            let fresh = !seen.contains(&one.product.purl);
            seen.push(one.product.purl.clone());
            fresh
        });
        let mut cve = false;
        aliases.retain(|alias| !alias.starts_with("CVE-") || !std::mem::replace(&mut cve, true));
        aliases.sort();
        aliases.dedup();
        weaknesses.sort();
        weaknesses.dedup();
        let mut finders: Vec<_> = finders;
        finders.sort_by_key(|(_, before)| std::cmp::Reverse(*before));
        let finders = finders.into_iter().map(|(name, before)| Credit {
            name,
            organization: None,
            role: Role::Finder,
            recorded: Some(Instant::from_micros(published.as_micros() - before)),
        });
        let fixed = affected.iter().flat_map(|one| &one.ranges).any(|range| range.fixed().is_some());
        let kinds: &[RemedyKind] = if fixed {
            &[RemedyKind::VendorFix, RemedyKind::DistributionFix, RemedyKind::Workaround, RemedyKind::Mitigation]
        } else {
            &[RemedyKind::NoneAvailable, RemedyKind::Workaround, RemedyKind::Mitigation]
        };
        let remedies = remedies.into_iter().enumerate();
        let remedies: Vec<_> =
            remedies.map(|(index, (details, url))| Remedy { kind: kinds[index % kinds.len()], details, url }).collect();
        let references = urls.into_iter().enumerate().map(|(index, url)| Reference {
            kind: ReferenceKind::Web,
            url: format!("{}/{index}", url.split('?').next().unwrap()),
            summary: operator.clone(),
        });
        let mut timeline = vec![Moment { at: published, what: Happening::Published }];
        if embargoed {
            timeline.insert(0, Moment { at: Instant::from_micros(published.as_micros() - 9), what: Happening::Found });
        }
        Draft {
            id: assay_advisory::record::AdvisoryId::new("ASSAY", year, number).unwrap(),
            title,
            summary,
            details,
            affected,
            aliases,
            weaknesses,
            severity,
            credits: finders.chain(credits).collect(),
            timeline,
            references: references.collect(),
            fix: fix.map(|(patch, verification)| Fix { patch, verification }),
            remedies,
            embargo: embargoed.then_some(Embargo { ended: published, reason: EndReason::PublicAwareness }),
            discovery: Discovery {
                found_by: FoundBy::Ai,
                tooling: Tooling::Confidential,
                model: None,
                harness: Some("h".into()),
                operator,
            },
            publisher: Publisher { name: publisher, namespace: namespace.split('?').next().unwrap().into(), contact },
            published,
        }
    })
}

/// The same, checked.
pub fn records() -> impl Strategy<Value = Record> {
    drafts().prop_map(|draft| Record::new(draft).unwrap_or_else(|faults| panic!("a made record is wrong: {faults}")))
}
