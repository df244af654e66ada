//! The grant matcher on the shipped example, and on applicants who say little.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_base::{Answer, Instant};
use assay_clock::Zone;
use assay_track::grant::{Applicant, Attached, EvidencePack, Grants, Outcome, ProgrammePack, Role};
use assay_track::render;
use proptest::prelude::*;

const HOSPITAL: &str = "schema = \"assay.applicant/1\"\nname = \"Northfield Hospital\"\nkind = \"beneficiary-operator\"\n\
    stated-by = \"Jo Roe\"\nstated = \"2026-11-20\"\n[facts]\nsector = \"Hospital\"\nbeds = 22\nowner = \"county\"\n";

fn now() -> Instant {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

fn matched(applicant: &str) -> Grants {
    matched_at(applicant, now())
}

fn matched_at(applicant: &str, now: Instant) -> Grants {
    let pack = ProgrammePack::example().unwrap();
    let applicant = Applicant::read(applicant).unwrap();
    Grants::make(&pack.programmes, &applicant, now, &Zone::named("America/New_York").unwrap())
}

fn outcome(grants: &Grants, id: &str) -> Outcome {
    grants.programmes.iter().find(|fit| fit.programme == id).unwrap().outcome
}

#[test]
fn the_two_kinds_are_kept_apart_and_what_is_missing_is_asked() {
    let grants = matched(HOSPITAL);
    assert_eq!(outcome(&grants, "example-detection-research"), Outcome::DoesNotFit);
    assert_eq!(outcome(&grants, "example-state-local"), Outcome::Unfunded);
    let rural = grants.programmes.iter().find(|fit| fit.programme == "example-rural-health").unwrap();
    assert_eq!(rural.outcome, Outcome::CannotTell);
    let asked: Vec<(&str, &str)> = rural.ask.iter().map(|one| (one.of, one.question.as_str())).collect();
    assert_eq!(
        asked,
        [
            ("applicant", "Does the hospital lie in a rural area by the agency's list?"),
            ("agency", "How much money is left in the programme?"),
        ]
    );
    assert_eq!((grants.counts.unfunded, grants.counts.does_not_fit, grants.counts.fits), (1, 1, 0));

    let developer = HOSPITAL
        .replace("beneficiary-operator", "developer-of-detection")
        .replace("[facts]", "[facts]\ncountry = \"us\"\nopen-source-results = true");
    let grants = matched(&developer);
    assert_eq!(outcome(&grants, "example-detection-research"), Outcome::Fits);
    assert_eq!(outcome(&grants, "example-rural-health"), Outcome::DoesNotFit);
    // The deadline is the end of 31 January in Washington.
    let end: Instant = "2027-02-01T05:00:00Z".parse().unwrap();
    assert_eq!(outcome(&matched_at(&developer, end), "example-detection-research"), Outcome::Closed);
    let before = end.minus(std::time::Duration::from_secs(1));
    assert_eq!(outcome(&matched_at(&developer, before), "example-detection-research"), Outcome::Fits);
}

#[test]
fn a_kind_that_is_not_stated_is_asked_for() {
    let grants = matched(&HOSPITAL.replace("kind = \"beneficiary-operator\"\n", ""));
    assert!(grants.programmes.iter().all(|fit| fit.conditions[0].met == Answer::Unknown));
    assert_eq!(grants.counts.fits + grants.counts.does_not_fit, 0);
}

#[test]
fn an_answer_of_another_kind_is_not_guessed_at() {
    let grants = matched(&HOSPITAL.replace("beds = 22", "beds = \"twenty-two\""));
    let rural = grants.programmes.iter().find(|fit| fit.programme == "example-rural-health").unwrap();
    assert!(rural.ask.iter().any(|one| one.question.contains("licensed beds")));
    assert_eq!(rural.outcome, Outcome::CannotTell);
    assert_eq!(
        outcome(&matched(&HOSPITAL.replace("beds = 22", "beds = 50")), "example-rural-health"),
        Outcome::DoesNotFit
    );
}

#[test]
fn unfunded_applications_are_counted() {
    let sent = "[[applications]]\nprogramme = \"example-state-local\"\nresult = \"unfunded\"\non = \"2026-10-01\"\n\
                [[applications]]\nprogramme = \"another\"\nresult = \"waiting\"\non = \"2026-10-02\"\n";
    let grants = matched(&format!("{HOSPITAL}{sent}"));
    assert_eq!((grants.counts.applications.unfunded, grants.counts.applications.waiting), (1, 1));
    let text = render::grants(&grants, false);
    assert!(text.contains("Applications so far: 0 awarded, 0 refused, 1 unfunded, 0 withdrawn, 1 without an answer."));
    assert!(
        text.starts_with("Of 3 programmes for Northfield Hospital: 1 cannot be told yet, 1 unfunded, 1 does not fit.")
    );
    assert!(text.contains("UNFUNDED  EXAMPLE  Example State and Local Grant"), "{text}");
}

#[test]
fn an_old_record_says_so() {
    let later: Instant = "2027-02-20T00:00:00Z".parse().unwrap();
    assert!(matched_at(HOSPITAL, later).programmes.iter().all(|fit| fit.old));
    assert!(matched(HOSPITAL).programmes.iter().all(|fit| !fit.old));
}

#[test]
fn a_record_without_provenance_is_refused() {
    let whole = "schema = \"assay.programmes/1\"\nid = \"p\"\nversion = 1\nname = \"P\"\nzone = \"UTC\"\n[[programmes]]\nid = \"a\"\n\
        name = \"A\"\nagency = \"B\"\npays-for = \"C\"\nsource = \"https://example.org\"\nread-on = \"2026-01-01\"\nentered-by = \"Jo\"\n\
        kinds = []\nkinds-because = \"nothing is said\"\n";
    assert!(ProgrammePack::read(whole).is_ok());
    for line in
        ["source = \"https://example.org\"\n", "read-on = \"2026-01-01\"\n", "entered-by = \"Jo\"\n", "kinds = []\n"]
    {
        assert!(ProgrammePack::read(&whole.replace(line, "")).is_err(), "{line}");
    }
    let two = format!("{whole}[[programmes.conditions]]\nfact = \"x\"\nis = true\nat-most = 3\nwords = \"w\"\n");
    assert!(ProgrammePack::read(&two).unwrap_err().to_string().contains("exactly one of"));
}

#[test]
fn the_evidence_pack_names_files_and_holds_none() {
    let applicant = Applicant::read(HOSPITAL).unwrap();
    let fit = matched(HOSPITAL).programmes.into_iter().find(|fit| fit.programme == "example-rural-health").unwrap();
    let file = |role: Role, name: &str| Attached {
        role,
        name: name.to_owned(),
        bytes: 3,
        sha256: "ab".repeat(32),
        counts: vec![("things".to_owned(), 41)],
    };
    let files = vec![file(Role::Scan, "scan.json"), file(Role::Inventory, "products.csv")];
    let pack = EvidencePack::make(&applicant, fit, files, now());
    assert_eq!(pack.files[0].role, Role::Inventory);
    let text = pack.text();
    for words in
        ["THE PROGRAMME IS MADE UP", "open: It lies in a rural area", "beds: 22", "inventory: products.csv, 3 bytes"]
    {
        assert!(text.contains(words), "{text}");
    }
    let json = serde_json::to_value(&pack).unwrap();
    assert_eq!(json["schema"], "assay.grant-evidence/1");
    assert_eq!(json["files"][0]["role"], "inventory");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,400}") {
        let _ = Applicant::read(&text);
        let _ = ProgrammePack::read(&text);
    }

    /// Taking a fact away never makes a programme fit, and never makes it not fit.
    #[test]
    fn a_missing_fact_is_a_question(keep in prop::collection::vec(any::<bool>(), 5)) {
        let facts = ["sector = \"hospital\"\n", "beds = 22\n", "rural = true\n", "owner = \"county\"\n", "country = \"US\"\n"];
        let head = HOSPITAL.split_once("[facts]\n").unwrap().0;
        let all = matched(&format!("{head}[facts]\n{}", facts.concat()));
        let some: String = facts.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(fact, _)| *fact).collect();
        let some = matched(&format!("{head}[facts]\n{some}"));
        for fit in &some.programmes {
            let before = outcome(&all, &fit.programme);
            prop_assert!(fit.outcome == before || fit.outcome == Outcome::CannotTell, "{:?} {:?}", before, fit);
        }
    }
}
