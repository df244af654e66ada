//! Leases: who gets one, how it ends, and that no two overlap.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use assay_base::Instant;
use assay_case::lease::{Action, Availability, Command, Coverage, Lease, Method, Phase, State, View};
use assay_case::target::{Purl, Repository, SubPath, Target, Whole};
use assay_case::{Aggregate, Caller, Code, Embargoed, Role, opt_out};
use proptest::prelude::*;
use support::{DAY, Play, SECOND, agent_of, at, coordinator, day, finder, line, other_finder, person, secret, vendor};

fn package(text: &str, part: Option<&str>) -> Target {
    Target { whole: Whole::Package(Purl::new(text).unwrap()), sub_path: part.map(|part| SubPath::new(part).unwrap()) }
}

fn claim(target: &Target, ttl: u64, view: View) -> Command {
    let ttl = Duration::from_micros(ttl);
    Command::Claim { target: Embargoed::new(target.clone()), method: Method::Fuzzing, ttl, view }
}

/// What a store would say of these leases.
fn view(leases: &[Play<State>], target: &Target, method: Method) -> View {
    let mut view = View::default();
    for lease in leases.iter().filter_map(|play| play.state.get()) {
        if lease.method == method && lease.target.open().whole.project() == target.whole.project() {
            view.last_token = view.last_token.max(lease.token);
            if lease.phase == Phase::Active {
                view.active.push(lease.standing());
            }
        }
    }
    view
}

#[test]
fn one_of_two_claims_wins_and_the_other_learns_nothing() {
    let target = package("pkg:npm/left-pad@1.0.0", None);
    let mut first = Play::<State>::new(1);
    first.done(&finder(), claim(&target, DAY, View::default()), day(0));
    let around = view(std::slice::from_ref(&first), &target, Method::Fuzzing);
    let refusal = Play::<State>::new(2).act(&other_finder(), claim(&target, DAY, around.clone()), at(1)).unwrap_err();
    assert_eq!((refusal.code(), refusal.detail()), (Code::Taken, None), "nothing of who or until when");
    assert_eq!(around.availability(&target, Method::Fuzzing, at(1)), Availability::Taken);
    assert_eq!(around.availability(&target, Method::Static, at(1)), Availability::Free);
    // At its expiry it is over, whether or not the clock has said so.
    assert_eq!(around.availability(&target, Method::Fuzzing, day(1)), Availability::Free);
    let mut second = Play::<State>::new(3);
    second.done(&other_finder(), claim(&target, DAY, around), day(1));
    assert_eq!(second.state.get().unwrap().token, 2);
    // The first one's token is worth nothing any more.
    let lease: &Lease = first.state.get().unwrap();
    assert_eq!(lease.fence(1, day(1)).unwrap_err().code(), Code::LeaseOver);
    assert_eq!(second.state.get().unwrap().fence(1, day(1)).unwrap_err().code(), Code::TokenOld);
    assert!(second.state.get().unwrap().fence(2, day(1)).is_ok());
}

#[test]
fn the_answer_is_one_word() {
    let target = package("pkg:npm/left-pad@1.0.0", None);
    let opted_out = View { opted_out: true, ..View::default() };
    let covered = View { covered: Some(Coverage { at: line("1f2e") }), ..View::default() };
    let words = [View::default(), opted_out, covered]
        .map(|view| serde_json::to_string(&view.availability(&target, Method::Manual, day(0))).unwrap());
    assert_eq!(words, [r#"{"answer":"free"}"#, r#"{"answer":"taken"}"#, r#"{"answer":"covered","at":{"at":"1f2e"}}"#]);
}

#[test]
fn versions_and_parts_overlap_as_they_lie() {
    let whole = package("pkg:npm/a@1", None);
    for (other, overlaps) in [
        (package("pkg:npm/a@1", Some("src")), true),
        (package("pkg:npm/a", Some("src/x")), true),
        (package("pkg:npm/a@2", None), false),
        (package("pkg:npm/b@1", None), false),
        (package("pkg:pypi/a@1", None), false),
    ] {
        assert_eq!((whole.overlaps(&other), other.overlaps(&whole)), (overlaps, overlaps), "{other}");
    }
    let (src, doc) = (package("pkg:npm/a@1", Some("src")), package("pkg:npm/a@1", Some("doc")));
    assert!(!src.overlaps(&doc) && src.overlaps(&package("pkg:npm/a@1", Some("src/deep"))));
    let commit =
        |c: &str| Target::all_of(Whole::Repository(Repository::new(&format!("https://h/r@{}", c.repeat(40))).unwrap()));
    assert!(!commit("a").overlaps(&commit("b")) && commit("a").overlaps(&commit("a")));
    assert_eq!(commit("a").whole.project(), commit("b").whole.project(), "tokens grow over all commits");
}

#[test]
fn a_lease_lasts_within_its_bounds() {
    let target = package("pkg:npm/a@1", None);
    for (ttl, fits) in
        [(60 * SECOND - 1, false), (60 * SECOND, true), (30 * DAY, true), (30 * DAY + 1, false), (0, false)]
    {
        let mut play = Play::<State>::new(1);
        let done = play.act(&finder(), claim(&target, ttl, View::default()), day(0));
        assert_eq!(done.map_err(|refusal| refusal.code()), if fits { Ok(1) } else { Err(Code::TtlBounds) }, "{ttl}");
    }
}

#[test]
fn only_its_member_renews_and_releases_it_and_only_with_its_token() {
    let mut play = Play::<State>::new(1);
    play.done(&agent_of(&finder()), claim(&package("pkg:npm/a@1", None), DAY, View::default()), day(0));
    let renew = |token| Command::Renew { token, ttl: Duration::from_secs(86_400) };
    let release = |token| Command::Release { token, covered: None };
    assert_eq!(play.refused(&other_finder(), renew(1), at(1)), Code::NotHolder);
    assert_eq!(play.refused(&coordinator(), release(1), at(1)), Code::NotHolder);
    assert_eq!(play.refused(&finder(), renew(2), at(1)), Code::TokenOld);
    assert_eq!(play.refused(&finder(), release(0), at(1)), Code::TokenOld);
    assert_eq!(play.refused(&Caller::CLOCK, Command::Expire, day(1).minus(Duration::from_micros(1))), Code::NotYetOver);
    play.done(&finder(), renew(1), at(DAY - 1));
    assert_eq!(play.state.get().unwrap().expires, at(2 * DAY - 1));
    // A colleague of the same member goes on with it.
    play.done(&person(2, 99, &[Role::Finder]), renew(1), at(2 * DAY - 2));
    assert_eq!(play.refused(&finder(), renew(1), day(30)), Code::LeaseOver);
    assert_eq!(play.refused(&finder(), release(1), day(30)), Code::LeaseOver);
    play.done(&Caller::CLOCK, Command::Expire, day(30));
    assert_eq!(play.state.get().unwrap().phase, Phase::Expired);
    assert_eq!(play.refused(&Caller::CLOCK, Command::Expire, day(31)), Code::LeaseOver);
}

#[test]
fn who_is_no_finder_claims_nothing() {
    let target = package("pkg:npm/a@1", None);
    let mut play = Play::<State>::new(1);
    assert_eq!(play.refused(&vendor(), claim(&target, DAY, View::default()), day(0)), Code::NoRight);
    assert_eq!(play.refused(&Caller::CLOCK, claim(&target, DAY, View::default()), day(0)), Code::NeedsPerson);
    assert_eq!(play.refused(&finder(), Command::Expire, day(0)), Code::NotThere);
}

#[test]
fn an_opt_out_refuses_new_claims_and_cancels_running_ones() {
    let target = package("pkg:npm/a@1", Some("src"));
    let mut lease = Play::<State>::new(1);
    lease.done(&finder(), claim(&target, DAY, View::default()), day(0));
    let project = Embargoed::new(package("pkg:npm/a", None));
    let mut opt_out = Play::<opt_out::State>::new(2);
    let record =
        |channel| opt_out::Command::Record { target: project.clone(), channel, source: secret("their policy") };
    // To stop is what an e-mail may do; agents and finders may not do it at all.
    assert_eq!(opt_out.refused(&agent_of(&vendor()), record(assay_case::case::Channel::Cli), at(1)), Code::AgentMayNot);
    assert_eq!(opt_out.refused(&finder(), record(assay_case::case::Channel::Cli), at(1)), Code::NoRight);
    opt_out.done(&vendor(), record(assay_case::case::Channel::Email), at(1));
    assert!(opt_out.state.covers(&target) && !opt_out.state.covers(&package("pkg:npm/b", None)));
    let id = opt_out.state.id().unwrap();
    let cancel = |target: &str| Command::Cancel { opt_out: id, target: Embargoed::new(package(target, None)) };
    assert_eq!(lease.refused(&Caller::CLOCK, cancel("pkg:npm/b"), at(1)), Code::NotAsked);
    assert_eq!(lease.refused(&finder(), cancel("pkg:npm/a"), at(1)), Code::NoRight);
    lease.done(&Caller::CLOCK, cancel("pkg:npm/a"), at(1));
    assert_eq!(lease.state.get().unwrap().phase, Phase::Cancelled);
    assert_eq!(lease.state.get().unwrap().fence(1, at(1)).unwrap_err().code(), Code::LeaseOver);
    let around = View { opted_out: opt_out.state.covers(&target), ..View::default() };
    assert_eq!(Play::<State>::new(3).refused(&finder(), claim(&target, DAY, around), at(2)), Code::OptedOut);
    // To let scanning go on takes more than an e-mail.
    let lift = |channel| opt_out::Command::Lift { channel };
    assert_eq!(opt_out.refused(&vendor(), lift(assay_case::case::Channel::Email), at(3)), Code::ChannelTooWeak);
    assert_eq!(
        opt_out.refused(&person(6, 61, &[Role::Vendor]), lift(assay_case::case::Channel::Cli), at(3)),
        Code::NoRight
    );
    opt_out.done(&vendor(), lift(assay_case::case::Channel::SignedLink), at(3));
    assert!(!opt_out.state.covers(&target));
    assert_eq!(opt_out.refused(&vendor(), lift(assay_case::case::Channel::Cli), at(4)), Code::OptOutLifted);
}

#[test]
fn the_last_token_is_not_wrapped_around() {
    let around = View { last_token: u64::MAX, ..View::default() };
    let target = package("pkg:npm/a@1", None);
    assert_eq!(Play::<State>::new(1).refused(&finder(), claim(&target, DAY, around), day(0)), Code::TokenOrder);
}

/// One step of a history.
#[derive(Debug, Clone)]
enum Step {
    Claim { who: bool, target: usize, method: usize, ttl: u64 },
    Renew { lease: usize, ttl: u64, token: u64 },
    Release { lease: usize },
    Expire { lease: usize },
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let ttl = prop_oneof![60 * SECOND..DAY, Just(0), Just(31 * DAY)];
    let step = prop_oneof![
        4 => (any::<bool>(), 0usize..6, 0usize..2, ttl.clone())
            .prop_map(|(who, target, method, ttl)| Step::Claim { who, target, method, ttl }),
        2 => (0usize..8, ttl, 0u64..5).prop_map(|(lease, ttl, token)| Step::Renew { lease, ttl, token }),
        1 => (0usize..8).prop_map(|lease| Step::Release { lease }),
        1 => (0usize..8).prop_map(|lease| Step::Expire { lease }),
    ];
    proptest::collection::vec((0..DAY / 4, step), 1..60)
}

proptest! {
    #[test]
    fn no_two_active_leases_overlap_and_tokens_grow(steps in steps()) {
        let targets = [
            package("pkg:npm/a@1", None), package("pkg:npm/a@1", Some("src")), package("pkg:npm/a@1", Some("src/x")),
            package("pkg:npm/a@2", None), package("pkg:npm/a", Some("doc")), package("pkg:npm/b@1", None),
        ];
        let mut leases: Vec<Play<State>> = Vec::new();
        let mut tokens: BTreeMap<(String, Method), u64> = BTreeMap::new();
        let mut now: Instant = day(0);
        for (wait, step) in steps {
            now = now.plus(Duration::from_micros(wait));
            match step {
                Step::Claim { who, target, method, ttl } => {
                    let (target, method) = (&targets[target], Method::ALL[method]);
                    let mut play = Play::<State>::new(u64::try_from(leases.len()).unwrap());
                    let command = Command::Claim {
                        target: Embargoed::new(target.clone()),
                        method,
                        ttl: Duration::from_micros(ttl),
                        view: view(&leases, target, method),
                    };
                    if play.act(&if who { finder() } else { other_finder() }, command, now).is_ok() {
                        let token = play.state.get().unwrap().token;
                        let before = tokens.insert((target.whole.project().to_owned(), method), token).unwrap_or(0);
                        prop_assert!(token > before, "{} after {}", token, before);
                        leases.push(play);
                    }
                }
                Step::Renew { lease, ttl, token } => if let Some(play) = leases.get_mut(lease) {
                    let held = play.state.get().unwrap().clone();
                    let caller = person(2, 21, &[Role::Finder]);
                    let caller = if held.member == caller.actor.member().unwrap() { caller } else { other_finder() };
                    let done = play.act(&caller, Command::Renew { token, ttl: Duration::from_micros(ttl) }, now);
                    // Nothing is done under an expired lease or another token.
                    prop_assert!(done.is_err() || (held.is_active(now) && token == held.token));
                },
                Step::Release { lease } => if let Some(play) = leases.get_mut(lease) {
                    let token = play.state.get().unwrap().token;
                    let _ = play.act(&finder(), Command::Release { token, covered: None }, now);
                },
                Step::Expire { lease } => if let Some(play) = leases.get_mut(lease) {
                    let _ = play.act(&Caller::CLOCK, Command::Expire, now);
                },
            }
            let active: Vec<&Lease> =
                leases.iter().filter_map(|play| play.state.get()).filter(|lease| lease.is_active(now)).collect();
            for (place, one) in active.iter().enumerate() {
                for other in &active[place + 1..] {
                    prop_assert!(one.method != other.method || !one.target.open().overlaps(other.target.open()));
                }
            }
        }
        for play in &leases {
            prop_assert_eq!(&State::replay(&play.history), &play.state);
        }
    }

    #[test]
    fn what_is_allowed_is_done_and_nothing_else(steps in steps(), seed in any::<u64>()) {
        let mut play = Play::<State>::new(seed);
        let target = package("pkg:npm/a@1", None);
        let canonical = |action: Action, state: &State| {
            let token = state.get().map_or(1, |lease| lease.token);
            match action {
                Action::Claim => claim(&target, DAY, View::default()),
                Action::Renew => Command::Renew { token, ttl: Duration::from_secs(3_600) },
                Action::Release => Command::Release { token, covered: None },
                Action::Expire => Command::Expire,
                Action::Cancel => Command::Cancel {
                    opt_out: assay_case::ids::OptOutId::from_bytes([1; 16]),
                    target: Embargoed::new(target.clone()),
                },
            }
        };
        let mut now = day(0);
        for (wait, step) in steps {
            now = now.plus(Duration::from_micros(wait * 2));
            for caller in [finder(), other_finder(), coordinator(), vendor(), agent_of(&finder()), Caller::CLOCK] {
                for action in State::ACTIONS {
                    let allowed = play.state.allowed(&caller, now).contains(action);
                    let done = play.tries(&caller, canonical(*action, &play.state), now);
                    prop_assert_eq!(allowed, done.is_ok(), "{:?} {:?}", action, done);
                }
            }
            let action = match step {
                Step::Claim { .. } => Action::Claim,
                Step::Renew { .. } => Action::Renew,
                Step::Release { lease: 0 } => Action::Release,
                _ => Action::Expire,
            };
            let _ = play.act(&finder(), canonical(action, &play.state), now);
        }
    }
}
