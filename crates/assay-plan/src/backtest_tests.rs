//! The back-test finds what is there, and its controls find what is wrong.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A thousand CVEs of which ten are listed after the cut: those of a vendor that was listed before.
fn cases() -> (Vec<Decided>, Vec<Listed>) {
    let decided = (0..1_000)
        .map(|n| Decided {
            cve: format!("CVE-2024-{n:04}"),
            day: day("2024-06-01"),
            automatable: Answer::from(n % 3 == 0),
            impact: if n % 2 == 0 { Impact::Total } else { Impact::Partial },
            published_exploit: n % 5 == 0,
            score: Some(f64::from(n % 10)),
            vendor: if n % 100 == 0 { "Often" } else { "Seldom" }.to_owned(),
        })
        .collect();
    let mut listed: Vec<Listed> = (0..10)
        .map(|n| Listed { cve: format!("CVE-2024-{:04}", n * 100), day: day("2025-01-01"), vendor: "Often".to_owned() })
        .collect();
    listed.extend((0..5).map(|n| Listed {
        cve: format!("CVE-2020-{n}"),
        day: day("2024-01-01"),
        vendor: "often".to_owned(),
    }));
    (decided, listed)
}

fn report(cuts: &[&str]) -> Result<Report, Unmeasurable> {
    let (decided, listed) = cases();
    let cuts: Vec<Date> = cuts.iter().map(|cut| day(cut)).collect();
    measure(&Question { decided: &decided, listed: &listed, until: day("2025-06-01"), cuts: &cuts, scores: None })
}

fn auc(report: &Report, order: Order) -> f64 {
    report.orders.iter().find(|row| row.order == order).unwrap().measured.auc.value
}

#[test]
fn an_order_that_knows_measures_one_and_none_measures_a_half() {
    let report = report(&["2024-12-31"]).unwrap();
    assert_eq!((report.cuts[0].cves, report.cuts[0].positives, report.cuts[0].out_of_reach), (1_000, 10, 0));
    assert!((auc(&report, Order::Vendor) - 1.0).abs() < 1e-9, "{}", auc(&report, Order::Vendor));
    assert!((auc(&report, Order::Random) - 0.5).abs() < 1e-9, "{}", auc(&report, Order::Random));
    let random = &report.orders.iter().find(|row| row.order == Order::Random).unwrap().measured;
    assert!((random.at_effort[1].value - 0.152).abs() < 1e-9 && (random.at_first[0].value - 0.02).abs() < 1e-9);
}

#[test]
fn both_controls_hold_and_would_not_if_something_were_wrong() {
    let good = report(&["2024-12-31"]).unwrap();
    assert!(good.controls.iter().all(|control| control.holds), "{:?}", good.controls);
    assert!((good.controls[0].auc - 0.5).abs() < 0.05);
    // Scores from after the cut are told as what they are.
    let (decided, listed) = cases();
    let scores = Scores { day: day("2025-05-01"), by_cve: BTreeMap::from([("CVE-2024-0100".to_owned(), 0.9)]) };
    let cuts = [day("2024-12-31")];
    let question =
        Question { decided: &decided, listed: &listed, until: day("2025-06-01"), cuts: &cuts, scores: Some(&scores) };
    let report = measure(&question).unwrap();
    assert!(report.controls[2].what.contains("no rival"), "{:?}", report.controls[2]);
}

#[test]
fn a_feature_is_as_of_the_cut() {
    // Before the vendor was ever listed, its history orders nothing.
    let report = report(&["2023-12-31", "2024-12-31"]);
    assert_eq!(report.unwrap().cuts[0].cves, 0);
    let (mut decided, listed) = cases();
    for case in &mut decided {
        case.day = day("2023-06-01");
    }
    let cuts = [day("2023-12-31")];
    let question = Question { decided: &decided, listed: &listed, until: day("2025-06-01"), cuts: &cuts, scores: None };
    let report = measure(&question).unwrap();
    assert!((auc(&report, Order::Vendor) - 0.5).abs() < 1e-9);
}

#[test]
fn what_cannot_be_measured_is_said() {
    assert_eq!(report(&[]), Err(Unmeasurable::NoCut));
    assert!(matches!(report(&["2025-05-31"]), Err(Unmeasurable::NoPositives(_))));
}

#[test]
fn ties_are_shared_and_figures_come_out_again() {
    let first = report(&["2024-12-31"]).unwrap();
    assert_eq!(first, report(&["2024-12-31"]).unwrap());
    for row in &first.orders {
        let measured = &row.measured;
        assert!(measured.auc.low <= measured.auc.value && measured.auc.value <= measured.auc.high);
    }
}
