//! Members and persons: who lets in whom, and who gives which role.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use assay_base::{Actor, PersonId};
use assay_case::member::{Action, Command, NewPersonName, State};
use assay_case::{Aggregate, Caller, Code, Role, Roles};
use proptest::prelude::*;
use support::{Play, agent_of, coordinator, day, finder, line};

fn new(name: &str, roles: &[Role]) -> NewPersonName {
    NewPersonName { name: line(name), roles: roles.iter().copied().collect() }
}

fn join(roles: &[Role]) -> Command {
    Command::Join { name: line("Hospital of the Valley"), first: new("Ada Byron", roles) }
}

/// A member with two persons: the first one with these roles, the second a finder.
fn two(roles: &[Role]) -> (Play<State>, Caller, Caller) {
    let mut play = Play::<State>::new(1);
    play.done(&Caller::CLOCK, join(roles), day(0));
    play.done(&coordinator(), Command::AddPerson(new("Grace Murray", &[Role::Finder])), day(0));
    let member = play.state.get().unwrap();
    let find = |name: &str| *member.persons.iter().find(|(_, person)| person.name.as_str() == name).unwrap().0;
    let (id, first, second) = (member.id, find("Ada Byron"), find("Grace Murray"));
    let caller = |person| play.state.caller(Actor::Person { member: id, person });
    let (first, second) = (caller(first), caller(second));
    (play, first, second)
}

#[test]
fn the_installation_or_a_coordinator_lets_a_member_in() {
    let mut play = Play::<State>::new(1);
    assert_eq!(play.refused(&finder(), join(&[]), day(0)), Code::NoRight);
    assert_eq!(play.refused(&agent_of(&coordinator()), join(&[]), day(0)), Code::AgentMayNot);
    assert_eq!(play.tries(&Caller::CLOCK, join(&[Role::Coordinator]), day(0)), Ok(2));
    assert_eq!(play.act(&coordinator(), join(&[Role::Vendor]), day(0)), Ok(2));
    assert_eq!(play.refused(&coordinator(), join(&[]), day(0)), Code::AlreadyThere);
}

#[test]
fn role_accounts_do_not_exist() {
    for name in ["psirt@example.org", "1234", "---"] {
        let command = Command::Join { name: line("A"), first: new(name, &[]) };
        assert_eq!(Play::<State>::new(1).refused(&coordinator(), command, day(0)), Code::NotNatural, "{name}");
    }
}

#[test]
fn nobody_gives_what_he_does_not_hold_and_only_coordinators_make_coordinators() {
    let (mut play, first, second) = two(&[Role::Vendor, Role::Coordinator]);
    let add = |roles| Command::AddPerson(new("Katherine Coleman", roles));
    assert_eq!(play.refused(&second, add(&[Role::Verifier]), day(1)), Code::RoleNotYours);
    assert_eq!(play.refused(&second, add(&[Role::Coordinator]), day(1)), Code::RoleNotYours);
    play.done(&second, add(&[Role::Finder]), day(1)).done(&first, add(&[Role::Coordinator]), day(1));
    // Nor does he take away what he could not give.
    let disarm = Command::SetRoles { person: first.actor.person().unwrap(), roles: Roles::NONE };
    assert_eq!(play.refused(&second, disarm, day(1)), Code::RoleNotYours);
    let remove = Command::RemovePerson { person: first.actor.person().unwrap() };
    assert_eq!(play.refused(&second, remove, day(1)), Code::RoleNotYours);
    let raise = Command::SetRoles { person: second.actor.person().unwrap(), roles: Roles::all() };
    assert_eq!(play.refused(&second, raise.clone(), day(1)), Code::RoleNotYours);
    assert_eq!(play.refused(&agent_of(&first), raise, day(1)), Code::AgentMayNot);
}

#[test]
fn who_left_has_no_role() {
    let (mut play, first, second) = two(&[Role::Coordinator]);
    play.done(&second, Command::RemovePerson { person: second.actor.person().unwrap() }, day(1));
    assert_eq!(play.state.caller(second.actor).roles, Roles::NONE);
    let again = Command::SetRoles { person: second.actor.person().unwrap(), roles: Roles::all() };
    assert_eq!(play.refused(&first, again, day(2)), Code::PersonUnknown);
    assert!(
        play.state.caller(first.actor).has(Role::Coordinator)
            && play.state.caller(agent_of(&first).actor).has(Role::Coordinator)
    );
    // A stranger who says that he is of this member is not.
    let member = play.state.get().unwrap().id;
    let stranger = Actor::Person { member, person: PersonId::from_bytes([9; 16]) };
    assert!(play.state.caller(stranger).roles.is_empty());
    play.done(&first, Command::Leave, day(3));
    assert_eq!(play.state.caller(first.actor).roles, Roles::NONE);
    assert_eq!(play.refused(&coordinator(), Command::Leave, day(4)), Code::MemberLeft);
}

proptest! {
    #[test]
    fn what_is_allowed_is_done_and_nothing_else(steps in proptest::collection::vec((0usize..4, 0usize..5, 0u8..64), 0..20)) {
        let (mut play, first, second) = two(&[Role::Vendor, Role::Verifier]);
        let roles_of = |bits: u8| Role::ALL.into_iter().enumerate().filter(|(n, _)| bits >> n & 1 == 1).map(|(_, role)| role).collect::<Roles>();
        for (who, action, bits) in steps {
            let cast = [play.state.caller(first.actor), play.state.caller(second.actor), coordinator(), Caller::CLOCK];
            for caller in &cast {
                for action in State::ACTIONS {
                    let member = play.state.get().unwrap();
                    // Himself if he is of it, else anybody who is there.
                    let person = caller.actor.person().filter(|person| member.persons.get(person).is_some_and(|p| p.left.is_none()))
                        .or_else(|| member.persons.iter().find(|(_, person)| person.left.is_none()).map(|(id, _)| *id))
                        .unwrap_or(PersonId::from_bytes([0; 16]));
                    let now_has = member.roles(person);
                    let command = match action {
                        Action::Join => join(&[]),
                        Action::AddPerson => Command::AddPerson(new("Mary Winston", &[])),
                        Action::SetRoles => Command::SetRoles {
                            person,
                            roles: if now_has.is_empty() { Role::ALL.into_iter().collect() } else { Roles::NONE },
                        },
                        Action::RemovePerson => Command::RemovePerson { person },
                        Action::Leave => Command::Leave,
                    };
                    let allowed = play.state.allowed(caller, day(1)).contains(action);
                    let done = play.tries(caller, command, day(1));
                    prop_assert_eq!(allowed, done.is_ok(), "{:?} {:?} {:?}", caller, action, done);
                }
            }
            let persons: Vec<_> = play.state.get().unwrap().persons.keys().copied().collect();
            let person = persons[usize::from(bits) % persons.len()];
            let before = play.state.clone();
            let command = match action {
                0 | 1 => Command::AddPerson(new("Dorothy Johnson", &[])),
                2 | 3 => Command::SetRoles { person, roles: roles_of(bits) },
                _ => Command::RemovePerson { person },
            };
            if play.act(&cast[who], command, day(1)).is_ok() && !cast[who].has(Role::Coordinator) {
                // Nobody but a coordinator makes anybody stronger than himself.
                let after = play.state.get().unwrap();
                for id in after.persons.keys() {
                    let had = before.get().unwrap().roles(*id);
                    let gained: Roles = after.roles(*id).iter().filter(|role| !had.has(*role)).collect();
                    prop_assert!(gained.within(cast[who].roles.without(Role::Coordinator)));
                }
            }
        }
        prop_assert_eq!(&State::replay(&play.history), &play.state);
    }
}
