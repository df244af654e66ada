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
            product: format!("Thing {n}"),
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

fn simulated(change: impl FnOnce(&mut Vec<Decided>, &mut Vec<Listed>), capacity: usize) -> Option<assets::Days> {
    let (mut decided, mut listed) = cases();
    change(&mut decided, &mut listed);
    assets::simulate(&assets::Simulation {
        decided: &decided,
        listed: &listed,
        until: day("2025-06-01"),
        from: day("2024-12-02"),
        assets: &[],
        capacity: Some(capacity),
        scores: None,
    })
}

fn days(of: &assets::Days, rule: assets::Rule) -> f64 {
    of.rows.iter().find(|row| row.order == rule).unwrap().days.value
}

#[test]
fn an_order_that_knows_leaves_fewer_days_than_none() {
    use assets::Rule;
    let of = simulated(|_, _| {}, 50).unwrap();
    assert_eq!((of.assets, of.exploited, of.flaws, of.months, of.capacity), (1_000, 10, 1_000, 6, 50));
    // Ten flaws, listed on the 30th day of 180.
    assert!((of.untouched - 1_500.0).abs() < 1e-9, "{}", of.untouched);
    let (random, ours, tier) = (days(&of, Rule::Random), days(&of, Rule::Assay), days(&of, Rule::Tier));
    assert!(ours < random * 0.7 && ours <= tier, "{ours} {tier} {random}");
    assert!(random < of.untouched);
    for row in &of.rows {
        assert!(row.days.low <= row.days.value && row.days.value <= row.days.high, "{row:?}");
    }
    assert!(of.rows.iter().all(|row| row.order != Rule::Epss), "without scores there is no such order");
    // Twice as many hands leave fewer days, and the figures come out again.
    assert!(days(&simulated(|_, _| {}, 100).unwrap(), Rule::Random) < random);
    assert_eq!(simulated(|_, _| {}, 50), simulated(|_, _| {}, 50));
}

#[test]
fn with_facts_dealt_out_anew_nothing_is_left_of_the_order() {
    let of = simulated(|_, _| {}, 50).unwrap();
    assert!(of.holds, "{}", of.shuffled);
    // Many flaws of one asset bring it forward at random as well: that is no knowledge.
    let many = simulated(
        |decided, _| {
            for (n, case) in decided.iter_mut().enumerate() {
                case.product = format!("Thing {}", n % 40 * (n % 3));
            }
        },
        4,
    );
    let many = many.unwrap();
    assert!((0.8..=1.2).contains(&many.shuffled), "{}", many.shuffled);
}

#[test]
fn an_asset_of_a_list_is_found_by_its_name_and_an_unknown_one_is_counted() {
    let (decided, listed) = cases();
    let asset = |vendor: &str, product: &str| assets::Asset { vendor: vendor.to_owned(), product: product.to_owned() };
    let list = [asset("OFTEN Inc.", "thing_100"), asset("often", "Thing 100"), asset("Nobody", "Nothing")];
    let mut simulation = assets::Simulation {
        decided: &decided,
        listed: &listed,
        until: day("2025-06-01"),
        from: day("2024-12-02"),
        assets: &list,
        capacity: None,
        scores: None,
    };
    let of = assets::simulate(&simulation).unwrap();
    assert_eq!((of.assets, of.unnamed, of.exploited, of.capacity), (2, 1, 2, 1));
    // No month, or nothing listed in the time: nothing is simulated.
    simulation.until = day("2024-12-20");
    assert_eq!(assets::simulate(&simulation), None);
    simulation.until = day("2025-06-01");
    simulation.from = day("2025-01-01");
    assert_eq!(assets::simulate(&simulation), None, "what is listed by the first day is known by then");
}
