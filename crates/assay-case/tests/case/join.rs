//! Merging cases and splitting them.

use assay_case::case::{CaseWord, Command};
use assay_case::{Aggregate, Code, Role};

use crate::support::stage::{case_until, full_case, publish};
use crate::support::{SECOND, agent_of, at, coordinator, day, digest, id_of, other_finder, person, second_coordinator};

#[test]
fn merge_and_split_of_cases_is_identity() {
    let mut stays = full_case(1);
    let mut goes = case_until(2, Some(day(30)), day(0));
    goes.join(&other_finder(), Role::Finder, day(0)).join(&person(6, 61, &[Role::Vendor]), Role::Vendor, day(0));
    stays.approved(digest(1), day(1));
    let (before_stays, before_goes) = (stays.state.clone(), goes.state.clone());
    // Both sides ask a coordinator who takes part in both.
    let (into, part) = (stays.state.as_part().unwrap(), goes.state.as_part().unwrap());
    assert_eq!(
        goes.refused(&agent_of(&coordinator()), Command::MergeInto { into: into.clone() }, day(2)),
        Code::AgentMayNot
    );
    goes.done(&coordinator(), Command::MergeInto { into }, day(2));
    stays.done(&coordinator(), Command::Absorb { part: part.clone() }, day(2));
    assert_eq!(stays.refused(&coordinator(), Command::Absorb { part }, day(2)), Code::Unchanged);
    assert_eq!(goes.state.get().unwrap().word(), CaseWord::Merged);
    assert_eq!(goes.refused(&coordinator(), publish(digest(1)), day(30)), Code::Merged);
    let held = stays.state.get().unwrap();
    assert_eq!(held.all_findings().count(), 2);
    // Whoever came with it reads, and has a say on the end.
    assert!(
        held.sees(id_of(&other_finder()), day(2)).is_some() && held.signatories().contains(&id_of(&other_finder()))
    );
    assert_eq!(stays.state.as_part().unwrap_err().code(), Code::HoldsOthers);
    let id = goes.state.id().unwrap();
    let release = stays.state.release_of(id).unwrap();
    goes.done(&coordinator(), Command::Split { release }, day(3));
    stays.done(&coordinator(), Command::Release { case: id }, day(3));
    for (play, before) in [(&stays, before_stays), (&goes, before_goes)] {
        let mut after = play.state.get().unwrap().clone();
        after.changed = before.get().unwrap().changed;
        assert_eq!(Some(&after), before.get());
    }
    assert_eq!(goes.refused(&coordinator(), Command::Split { release }, day(3)), Code::NotThere);
}

#[test]
fn cases_with_other_promises_are_not_merged() {
    let other_ends = [Some(day(20)), Some(day(40)), None];
    for other in other_ends {
        let (mut stays, mut goes) = (case_until(1, Some(day(30)), day(0)), case_until(2, other, day(0)));
        let (into, part) = (stays.state.as_part().unwrap(), goes.state.as_part().unwrap());
        assert_eq!(goes.refused(&coordinator(), Command::MergeInto { into }, day(1)), Code::EndsDiffer);
        assert_eq!(stays.refused(&coordinator(), Command::Absorb { part }, day(1)), Code::EndsDiffer);
    }
}

#[test]
fn a_published_merge_publishes_all_of_it_and_is_not_split() {
    let now = day(0);
    let (mut stays, mut goes) = (case_until(1, None, now), case_until(2, None, now));
    stays.join(&second_coordinator(), Role::Coordinator, now);
    let (into, part) = (stays.state.as_part().unwrap(), goes.state.as_part().unwrap());
    goes.done(&coordinator(), Command::MergeInto { into }, now);
    stays.done(&coordinator(), Command::Absorb { part }, now).approved(digest(1), now);
    stays.done(&coordinator(), publish(digest(1)), at(SECOND));
    let publication = stays.state.publication().unwrap();
    assert_eq!(publication.findings().count(), 2);
    assert!(publication.is_of(goes.state.id()) && publication.is_of(stays.state.id()) && !publication.is_of(None));
    assert_eq!(stays.state.release_of(goes.state.id().unwrap()).unwrap_err().code(), Code::Published);
}
