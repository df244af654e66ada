//! The tracker on the shipped packs, and on packs and evidence that try to be more than they are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_base::{Answer, Instant};
use assay_clock::Zone;
use assay_track::duty::{Certain, Evidence, Pack, State, Track};
use assay_track::read::BadFile;
use assay_track::render;
use proptest::prelude::*;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn east() -> Zone {
    Zone::named("America/New_York").unwrap()
}

fn track(evidence: &str, now: &str) -> Track {
    let evidence = Evidence::read(&format!("schema = \"assay.duty-evidence/1\"\n{evidence}")).unwrap();
    Track::make(&Pack::shipped().unwrap(), &evidence, at(now), east())
}

fn piece(duty: &str, says: &str, on: Option<&str>) -> String {
    let on = on.map(|on| format!("on = \"{on}\"\n")).unwrap_or_default();
    format!(
        "[[evidence]]\nduty = \"{duty}\"\nsays = \"{says}\"\n{on}title = \"A notice\"\nsource = \"https://example.org/n\"\n\
         entered-by = \"Jo Roe\"\nentered = \"2026-11-20\"\n"
    )
}

/// R81: 2 June and 30 or 60 days, 10 June and 60 or 180 days; the days end at midnight in Washington.
#[test]
fn the_golden_dates() {
    let track = track("", "2026-11-22T00:00:00Z");
    let due = |id: &str| {
        let item = track.items.iter().find(|item| item.id == id).unwrap();
        (item.due_day.unwrap().to_string(), item.due.unwrap().to_string())
    };
    let day = |day: &str, instant: &str| (day.to_owned(), instant.to_owned());
    assert_eq!(due("eo-14409-2-d"), day("2026-07-02", "2026-07-03T04:00:00.000000Z"));
    assert_eq!(due("eo-14409-3-b"), day("2026-08-01", "2026-08-02T04:00:00.000000Z"));
    assert_eq!(due("bod-26-04-process"), day("2026-08-09", "2026-08-10T04:00:00.000000Z"));
    // In December, Washington is an hour further from Greenwich.
    assert_eq!(due("bod-26-04-times"), day("2026-12-07", "2026-12-08T05:00:00.000000Z"));
    assert_eq!(due("cra-article-14"), day("2026-09-11", "2026-09-11T22:00:00.000000Z"));
}

#[test]
fn every_duty_is_unknown_until_somebody_enters_evidence_by_name() {
    for now in ["2026-06-01T00:00:00Z", "2026-11-22T00:00:00Z", "2040-01-01T00:00:00Z"] {
        let track = track("", now);
        assert_eq!((track.counts.unknown, track.counts.duties), (17, 17));
        assert!(track.items.iter().all(|item| !item.sources.is_empty() && item.in_time == Answer::Unknown));
    }
    // The letters of 2(e) and 2(f) are inferred, and it says so.
    let pack = Pack::eo_14409().unwrap();
    let inferred: Vec<_> = pack.duties.iter().filter(|duty| duty.certain == Certain::Inferred).collect();
    assert_eq!(inferred.iter().map(|duty| duty.section.as_str()).collect::<Vec<_>>(), ["2(e)", "2(f)"]);
}

#[test]
fn evidence_decides_and_never_more_than_it_says() {
    let id = "eo-14409-2-d";
    let now = "2026-11-22T00:00:00Z";
    let state = |evidence: &[String], now: &str| {
        let track = track(&evidence.concat(), now);
        let item = track.items.iter().find(|item| item.id == id).unwrap().clone();
        (item.state, item.in_time, item.why)
    };
    let done = |on: &str| piece(id, "done", Some(on));
    let not = |on: &str| piece(id, "not-done", Some(on));

    assert_eq!(state(&[done("2026-07-02")], now).0, State::Met);
    assert_eq!(state(&[done("2026-07-02")], now).1, Answer::Yes);
    let (found, in_time, why) = state(&[done("2026-07-17")], now);
    assert_eq!((found, in_time, why.as_str()), (State::Met, Answer::No, "It was done on 2026-07-17, 15 days late."));
    // Done, nobody knows when: met, and whether in time stays open.
    assert_eq!(state(&[piece(id, "done", None)], now).1, Answer::Unknown);
    assert_eq!(state(&[not("2026-07-03")], now).0, State::Missed);
    // As of the last day there were hours left.
    assert_eq!(state(&[not("2026-07-02")], now).0, State::Unknown);
    assert_eq!(state(&[not("2026-06-20")], now).0, State::Unknown);
    assert_eq!(state(&[piece(id, "not-done", None)], now).0, State::Unknown);
    assert_eq!(state(&[piece(id, "begun", None)], now).0, State::Unknown);
    // Not done, and later done: two witnesses who agree. The other way round they do not.
    assert_eq!(state(&[not("2026-07-03"), done("2026-07-17")], now).0, State::Met);
    assert_eq!(state(&[not("2026-07-17"), done("2026-07-03")], now).0, State::Contested);
    assert_eq!(state(&[not("2026-07-17"), piece(id, "done", None)], now).0, State::Contested);
}

#[test]
fn before_the_date_what_is_begun_is_pending() {
    let one = "[[evidence]]\nduty = \"bod-26-04-times\"\nsays = \"begun\"\ntitle = \"A notice\"\nsource = \"https://example.org\"\n\
               entered-by = \"Jo Roe\"\nentered = \"2026-11-20\"\n";
    let of = |now: &str| track(one, now).items.iter().find(|item| item.id == "bod-26-04-times").unwrap().state;
    assert_eq!(of("2026-12-08T04:59:59Z"), State::Pending);
    assert_eq!(of("2026-12-08T05:00:00Z"), State::Unknown);
    // What is entered on the 20th is no evidence on the 19th; it is shown, and not used.
    let early = track(one, "2026-11-19T12:00:00Z");
    assert_eq!((early.counts.pending, early.unused.len()), (0, 1));
    assert!(early.unused[0].why.contains("after this time"));
    assert_eq!(track(&piece("eo-99999-1", "done", None), "2026-11-22T00:00:00Z").unused.len(), 1);
}

#[test]
fn evidence_without_provenance_is_none() {
    let whole = piece("eo-14409-2-d", "done", Some("2026-07-02"));
    for (cut, words) in [
        ("source = \"https://example.org/n\"\n", "source"),
        ("entered-by = \"Jo Roe\"\n", "entered-by"),
        ("entered = \"2026-11-20\"\n", "entered"),
        ("title = \"A notice\"\n", "title"),
    ] {
        let text = format!("schema = \"assay.duty-evidence/1\"\n{}", whole.replace(cut, ""));
        let error = Evidence::read(&text).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    let later = piece("eo-14409-2-d", "done", Some("2026-11-21"));
    let error = Evidence::read(&format!("schema = \"assay.duty-evidence/1\"\n{later}")).unwrap_err().to_string();
    assert!(error.contains("entered before the day"), "{error}");
    let link = whole.replace("https://example.org/n", "javascript:alert(1)");
    assert!(Evidence::read(&format!("schema = \"assay.duty-evidence/1\"\n{link}")).is_err());
}

const PACK: &str = "schema = \"assay.duties/1\"\nid = \"own\"\nversion = 1\nname = \"Own\"\nshort = \"Own\"\nissuer = \"We\"\n\
    issued = \"2026-07-01\"\nsource = \"a letter\"\nentered-by = \"Jo Roe\"\nentered = \"2026-07-01\"\nzone = \"America/New_York\"\n\
    [[duties]]\nid = \"a\"\nsection = \"1\"\nowner = \"we\"\nwhat = \"Do it\"\ncertain = \"primary-text\"\nsources = [\"a letter\"]\n";

#[test]
fn a_pack_of_ones_own_counts_working_days_and_contradicts_itself_in_nothing() {
    let pack = Pack::read(&format!("{PACK}days = 2\ncounting = \"us-federal-business\"\n")).unwrap();
    // Friday 3 July 2026 is free, because Independence Day falls on a Saturday.
    assert_eq!(pack.duties[0].term.as_ref().unwrap().day.to_string(), "2026-07-06");
    let wrong = |more: &str| Pack::read(&format!("{PACK}{more}")).unwrap_err().to_string();
    assert!(wrong("days = 30\ndate = \"2026-08-01\"\n").contains("30 days after 2026-07-01 are 2026-07-31"));
    assert!(wrong("sorces = []\n").contains("sorces"));
    assert!(wrong("date = \"31 July\"\n").contains("no date such as"));
    assert!(wrong("counting = \"us-federal-business\"\n").contains("no `days`"));
    let twice = PACK.split_once("[[duties]]").unwrap().1;
    assert!(wrong(&format!("[[duties]]{twice}")).contains("stands there twice"));
    assert!(matches!(Pack::read(&" ".repeat(2 << 20)), Err(BadFile::TooLarge(_))));
}

#[test]
fn the_text_reads_well_and_the_calendar_is_one() {
    let track = track(&piece("eo-14409-2-d", "done", Some("2026-07-17")), "2026-11-22T00:00:00Z");
    let text = render::text(&track, false);
    assert!(text.starts_with("17 duties: 1 met, 16 unknown. Unknown is neither met nor missed:"), "{text}");
    assert!(text.contains("MET  2(d)  due Thu 2 July 2026, end of day EDT, 30 days after the issue\n"), "{text}");
    assert!(text.contains("15 days late"));
    assert!(render::text(&track, true).contains("inferred from reports"));

    let calendar = render::ics(&track);
    assert!(calendar.lines().all(|line| line.len() <= 75));
    assert!(calendar.ends_with("END:VCALENDAR\r\n") && !calendar.replace("\r\n", "").contains(['\r', '\n']));
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), 15, "all but the two duties without a date");
    assert!(calendar.contains("DTSTART;VALUE=DATE:20261207\r\n"));
    assert!(calendar.contains("UID:eo-14409-2-d@duties.assay.invalid\r\n"));

    let page = render::html(&track);
    assert!(page.contains("Skip to the duties") && !page.contains("<script"));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,400}|schema = \"assay.duties/1\"\n.{0,200}") {
        let _ = Pack::read(&text);
        let _ = Evidence::read(&text);
    }

    /// Whatever comes in: no state but *unknown* without evidence about that very duty.
    #[test]
    fn nothing_is_met_or_missed_without_evidence(
        pieces in prop::collection::vec(("[a-c]", 0..3_usize, prop::option::of(1..28_u8)), 0..6),
        days in prop::option::of(0..40_u16), hour in 0..3000_i64,
    ) {
        let term = days.map(|days| format!("days = {days}\n")).unwrap_or_default();
        let second = PACK.split_once("[[duties]]").unwrap().1.replace("id = \"a\"", "id = \"b\"");
        let pack = Pack::read(&format!("{PACK}{term}[[duties]]{second}{term}")).unwrap();
        let mut text = "schema = \"assay.duty-evidence/1\"\n".to_owned();
        for (duty, says, day) in &pieces {
            let on = day.map(|day| format!("2026-07-{day:02}"));
            text.push_str(&piece(duty, ["done", "not-done", "begun"][*says], on.as_deref()));
        }
        let evidence = Evidence::read(&text).unwrap();
        let now = at("2026-06-01T00:00:00Z").plus(std::time::Duration::from_secs(hour as u64 * 7200));
        let track = Track::make(&[pack], &evidence, now, east());
        for item in &track.items {
            let says = |word: &str| item.evidence.iter().any(|one| serde_json::to_value(one.says).unwrap() == word);
            prop_assert!(item.evidence.iter().all(|one| one.duty == item.id));
            match item.state {
                State::Met => prop_assert!(says("done")),
                State::Missed => prop_assert!(says("not-done") && now >= item.due.unwrap()),
                State::Contested => prop_assert!(says("done") && says("not-done")),
                State::Pending => prop_assert!(!item.evidence.is_empty()),
                State::Unknown => {}
            }
            prop_assert!(item.in_time != Answer::Yes || item.state == State::Met);
        }
        prop_assert_eq!(track.counts.duties, State::ALL.iter().map(|state| track.counts.in_state(*state)).sum::<usize>());
        prop_assert!(render::ics(&track).lines().all(|line| line.len() <= 75));
    }
}
