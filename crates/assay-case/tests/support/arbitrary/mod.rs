//! Strategies for every event.

pub mod case;
pub mod finding;

use assay_base::{Actor, Instant, MemberId, PersonId};
use assay_bundle::digest::Sha256;
use assay_case::case::Channel;
use assay_case::lease::{Coverage, Method};
use assay_case::member::NewPerson;
use assay_case::target::{Purl, Repository, SubPath, Target, Whole};
use assay_case::text::Line;
use assay_case::{Embargoed, Event, Recorded, Role, Roles, lease, member, opt_out};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// A few of each, so that streams, persons and findings meet in one history.
macro_rules! few {
    ($name:ident, $type:ty) => {
        pub fn $name() -> impl Strategy<Value = $type> {
            (0u8..4).prop_map(|n| <$type>::from_bytes([n; 16]))
        }
    };
}
few!(member_id, MemberId);
few!(person_id, PersonId);
few!(lease_id, assay_case::ids::LeaseId);
few!(opt_out_id, assay_case::ids::OptOutId);
few!(finding_id, assay_case::ids::FindingId);
few!(case_id, assay_case::ids::CaseId);
few!(fix_id, assay_case::ids::FixId);
few!(draft_id, assay_case::ids::AdvisoryDraftId);
few!(proposal_id, assay_case::ids::ProposalId);

pub fn sha() -> impl Strategy<Value = Sha256> {
    (0u8..4).prop_map(|n| Sha256::from_bytes([n; 32]))
}

pub fn instant() -> impl Strategy<Value = Instant> {
    // What can be written: within the years 1 to 9999.
    (-62_135_596_800_000_000i64..253_402_207_200_000_000).prop_map(Instant::from_micros)
}

pub fn text() -> impl Strategy<Value = Line> {
    ".{1,30}".prop_filter_map("no line", |text| Line::new(&text).ok())
}

pub fn hidden() -> impl Strategy<Value = Embargoed<Line>> {
    text().prop_map(Embargoed::new)
}

pub fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        (member_id(), person_id()).prop_map(|(member, person)| Actor::Person { member, person }),
        (member_id(), person_id()).prop_map(|(member, person)| Actor::Agent { member, person }),
        Just(Actor::Clock),
    ]
}

pub fn target() -> impl Strategy<Value = Target> {
    let whole = select(vec![
        Whole::Package(Purl::new("pkg:npm/%40a/b@1+2").unwrap()),
        Whole::Package(Purl::new("pkg:pypi/x_y").unwrap()),
        Whole::Repository(Repository::new("https://example.org/a/b").unwrap()),
        Whole::Repository(Repository::new(&format!("https://example.org/a/b@{}", "ab".repeat(20))).unwrap()),
    ]);
    let part = option::of(select(vec!["src", "src/a", "doc"]));
    (whole, part).prop_map(|(whole, part)| Target { whole, sub_path: part.map(|part| SubPath::new(part).unwrap()) })
}

fn roles() -> impl Strategy<Value = Roles> {
    vec(select(Role::ALL.to_vec()), 0..4).prop_map(|roles| roles.into_iter().collect())
}

fn all<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = T> {
    select(values)
}

fn member_happened() -> impl Strategy<Value = member::Happened> {
    use member::Happened as H;
    prop_oneof![
        text().prop_map(|name| H::Joined { name }),
        (person_id(), text(), roles()).prop_map(|(person, name, roles)| H::PersonAdded(NewPerson {
            person,
            name,
            roles
        })),
        (person_id(), roles()).prop_map(|(person, roles)| H::RolesSet { person, roles }),
        person_id().prop_map(|person| H::PersonLeft { person }),
        Just(H::Left),
    ]
}

fn opt_out_happened() -> impl Strategy<Value = opt_out::Happened> {
    use opt_out::Happened as H;
    prop_oneof![
        (target(), all(Channel::ALL), hidden()).prop_map(|(target, channel, source)| H::Recorded {
            target: Embargoed::new(target),
            channel,
            source
        }),
        all(Channel::ALL).prop_map(|channel| H::Lifted { channel }),
    ]
}

fn lease_happened() -> impl Strategy<Value = lease::Happened> {
    use lease::Happened as H;
    prop_oneof![
        (target(), all(Method::ALL), any::<u64>(), instant()).prop_map(|(target, method, token, expires)| {
            H::Claimed { target: Embargoed::new(target), method, token, expires }
        }),
        instant().prop_map(|expires| H::Renewed { expires }),
        option::of(text()).prop_map(|at| H::Released { covered: at.map(|at| Coverage { at }) }),
        Just(H::Expired),
        opt_out_id().prop_map(|opt_out| H::Cancelled { opt_out }),
    ]
}

pub fn recorded<I: std::fmt::Debug + 'static, W: std::fmt::Debug + 'static>(
    stream: impl Strategy<Value = I> + 'static,
    what: impl Strategy<Value = W> + 'static,
) -> BoxedStrategy<Recorded<I, W>> {
    (stream, instant(), actor(), what)
        .prop_map(|(stream, at, by, what)| Recorded { stream, at, by, version: 1, what })
        .boxed()
}

/// Any event of any aggregate.
pub fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        1 => recorded(member_id(), member_happened()).prop_map(Event::Member),
        1 => recorded(lease_id(), lease_happened()).prop_map(Event::Lease),
        1 => recorded(opt_out_id(), opt_out_happened()).prop_map(Event::OptOut),
        2 => recorded(finding_id(), finding::finding_happened()).prop_map(Event::Finding),
        3 => recorded(case_id(), prop_oneof![case::case_people(), case::case_embargo(), case::case_work()]).prop_map(Event::Case),
    ]
}
