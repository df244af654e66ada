//! A clearinghouse for tests: its people, bundles that differ, and a prover
//! that says of a bundle what is written in it, so that a load of thousands
//! needs no sandbox. What is recorded of it takes every step that a real one does.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_app::advisories::Text;
use assay_app::cases::Opening;
use assay_app::home::{Home, Instance};
use assay_app::local::Local;
use assay_app::refusal::Refusal;
use assay_app::reproduction::Prove;
use assay_app::who::Who;
use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_bundle::identity;
use assay_bundle::manifest::{ArmName, Manifest};
use assay_bundle::verdict::{Assurance, Outcome, Tier};
use assay_case::caller::{Role, Roles};
use assay_case::case::{Case, Channel, Command, Duty, Invitation, ReadInTier};
use assay_case::embargo::Policies;
use assay_case::ids::{CaseId, FindingId};
use assay_prove::cross;
use assay_prove::evidence::{ArmState, Cell, Evidence, Place, Reach, Role as InputRole, Run, Signature};
use assay_prove::load::LoadedBundle;
use assay_prove::pipeline::file_map;
use assay_prove::proof::{ArmRecord, InputRecord, Proof};
use assay_prove::verdict;
use assay_sandbox::Layers;
use assay_seal::SigningKey;

pub const ANA: &str = "Ana Ruiz";
pub const BEN: &str = "Ben Okafor";
pub const FAY: &str = "Fay Finder";
pub const GUS: &str = "Gus Second";
pub const VERA: &str = "Vera Vendor";

/// What a patch of the fake prover holds for: every input that has none of its `lets` lines.
pub const PATCH: &str = "fix.patch";

pub fn ana_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

pub fn ben_key() -> SigningKey {
    SigningKey::from_seed(&[2; 32])
}

pub fn who(name: &str) -> Who {
    Who::person(name)
}

thread_local! {
    /// How far the clock of this test is ahead of the machine's.
    static AHEAD: std::cell::Cell<Duration> = const { std::cell::Cell::new(Duration::ZERO) };
}

/// The time in this test: it goes on as everywhere, and [`wait`] leaps.
pub fn now() -> Instant {
    Instant::now().plus(AHEAD.get())
}

/// Leaps to just behind this instant, however busy the machine is until then.
pub fn wait(until: Instant) {
    let now = now();
    assert!(now < until, "what was to be done before {until} has taken too long");
    AHEAD.set(AHEAD.get() + until.since(now) + Duration::from_millis(2));
}

/// A new clearinghouse with everybody in it.
pub fn build(root: &Path) -> Local {
    let mut instance =
        Instance::new("Test Clearinghouse", "https://clearing.example", "desk at clearing.example", "ASSAY").unwrap();
    instance.cadence = 1;
    instance.batch = 4;
    let local = Local::open(Home::create(root, instance).unwrap(), Box::new(now)).unwrap();
    let roles = |roles: &[Role]| roles.iter().copied().collect::<Roles>();
    let desk = roles(&[Role::Coordinator, Role::Verifier]);
    local.join(None, "Clearing desk", ANA, desk).unwrap();
    local.add_person(&who(ANA), "Clearing desk", BEN, desk).unwrap();
    local.join(None, "Lab One", FAY, roles(&[Role::Finder])).unwrap();
    local.join(None, "Lab Two", GUS, roles(&[Role::Finder])).unwrap();
    local.join(None, "tlv project", VERA, roles(&[Role::Vendor])).unwrap();
    local.register_approver(ANA, ana_key().verifying_key()).unwrap();
    local.register_approver(BEN, ben_key().verifying_key()).unwrap();
    local
}

pub fn open(root: &Path) -> Local {
    Local::open(Home::open(root).unwrap(), Box::new(now)).unwrap()
}

fn example() -> LoadedBundle {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/heap-overflow");
    let mut bundle = LoadedBundle::read(&path).unwrap();
    bundle.expected = None;
    bundle
}

/// A bundle like no other: of this target, with this title, and a trigger that holds `mark`.
pub fn bundle(target: &str, title: &str, mark: &str) -> LoadedBundle {
    let mut bundle = example();
    bundle.manifest = bundle
        .manifest
        .replace("pkg:generic/tlv@0.3.1", target)
        .replace("Heap overflow when a device name has a control character", title);
    for file in &mut bundle.files {
        if file.path.as_str() == "poc/device-bell.tlv" {
            file.content.extend_from_slice(mark.as_bytes());
        }
        if file.path.as_str() == PATCH {
            file.content = format!("a patch for {mark}\n").into_bytes();
        }
    }
    bundle
}

/// Says that a trigger fires on the vulnerable version, and on the fixed one if the patch names it as one that it
/// lets through. A title with the word `slop` never fires.
pub struct Fake;

impl Prove for Fake {
    fn prove(&self, bundle: &LoadedBundle, manifest: &Manifest) -> Result<Proof, Refusal> {
        let trigger = bundle.files.iter().find(|file| file.path.as_str() == "poc/device-bell.tlv").unwrap();
        let text = String::from_utf8_lossy(&trigger.content).into_owned();
        let patch = cross::patch_of(bundle, manifest).map(|patch| String::from_utf8_lossy(patch).into_owned());
        let through = patch.is_some_and(|patch| {
            patch.lines().filter_map(|line| line.strip_prefix("lets ")).any(|mark| text.contains(mark))
        });
        let fires = !manifest.title.contains("slop");
        let outcome = |fired: bool| if fired { Outcome::Fired } else { Outcome::Silent };
        let mut runs = Vec::new();
        for (arm, role, outcome) in [
            (ArmName::Vulnerable, InputRole::Trigger, outcome(fires)),
            (ArmName::Vulnerable, InputRole::Benign, Outcome::Silent),
            (ArmName::Fixed, InputRole::Trigger, outcome(fires && through)),
            (ArmName::Fixed, InputRole::Benign, Outcome::Silent),
        ] {
            runs.extend((0..3).map(|repetition| run(arm, role, repetition, outcome)));
        }
        let evidence = Evidence {
            vulnerable: ArmState::Built,
            fixed: Some(ArmState::Built),
            reach: Reach::Reached,
            wanted: 3,
            growth: verdict::Growth::None,
            runs,
        };
        let files = file_map(bundle);
        let record = |name| ArmRecord {
            name,
            source: Some(Sha256::of(b"source")),
            artifacts: Some(Sha256::of(b"artifact")),
            build: Duration::from_secs(1),
            builds: assay_prove::proof::Builds { made: 1, kept: 0 },
        };
        let input = |name: &str| InputRecord { name: name.into(), sha256: Sha256::of(name.as_bytes()) };
        Ok(Proof {
            ruling: verdict::decide(manifest, &evidence),
            bundle_id: identity::bundle_id(&bundle.manifest, &files).unwrap(),
            claim_id: identity::claim_id(&bundle.manifest, &files).unwrap(),
            assurance: Assurance::Claimant,
            claimants_parts: vec!["the harness is the claimant's".into()],
            second: None,
            tier: Some(Tier::P),
            layers: Some(Layers {
                engine: "native".into(),
                tier: assay_sandbox::Tier::P,
                kernel: "6.1.0".into(),
                landlock_abi: 4,
                layers: BTreeMap::from([("seccomp".into(), "deny list".into())]),
                proofs: BTreeMap::from([("connect".into(), "refused".into())]),
            }),
            evidence,
            arms: vec![record(ArmName::Vulnerable), record(ArmName::Fixed)],
            tools: Vec::new(),
            inputs: vec![input("poc/trigger"), input("poc/benign")],
            running: Duration::ZERO,
            started: "2026-01-01T00:00:00Z".parse().unwrap(),
            finished: "2026-01-01T00:00:02Z".parse().unwrap(),
            manifest: manifest.clone(),
        })
    }
}

fn run(arm: ArmName, role: InputRole, repetition: u32, outcome: Outcome) -> Run {
    let fired = outcome == Outcome::Fired;
    Run {
        cell: Cell { arm, role, input: 0 },
        repetition,
        outcome,
        alive: (role == InputRole::Benign).then_some(true),
        signature: fired.then(|| Signature {
            kind: "heap-buffer-overflow".into(),
            function: Some("tlv_printable".into()),
            place: Place::Target,
        }),
        saw: "what the oracle saw".into(),
        end: if fired { "signal SIGABRT" } else { "exit 0" }.into(),
        cpu: Duration::from_millis(10),
        wall: Duration::from_millis(30),
        max_rss: 1 << 20,
        compared: None,
        logs: Vec::new(),
    }
}

/// A case of these findings under an embargo, with Ben in it, and Vera if she is asked.
pub fn case(local: &Local, findings: &[FindingId], title: &str, vendor: bool) -> Case {
    let opening =
        Opening { findings: findings.to_vec(), title: title.into(), policies: Policies::default(), embargo: true };
    let case = local.open_case(&who(ANA), &opening).unwrap();
    let guests: &[(&str, Role)] =
        if vendor { &[(BEN, Role::Coordinator), (VERA, Role::Vendor)] } else { &[(BEN, Role::Coordinator)] };
    for (name, role) in guests {
        invite(local, case.id, name, *role).unwrap();
        local.act_on_case(&who(name), case.id, Command::AcceptEmbargo { channel: Channel::Cli }).unwrap();
    }
    case
}

pub fn invite(local: &Local, case: CaseId, name: &str, role: Role) -> Result<Case, Refusal> {
    let (_, persons) = local.members().unwrap();
    let find = |name: &str| persons.iter().find(|person| person.name == name).unwrap();
    let invitation = Invitation {
        person: find(name).id,
        member: find(name).member,
        role,
        sponsor: find(ANA).id,
        duty: Duty::Analyse,
        tier: ReadInTier::T1,
        expires: None,
    };
    local.act_on_case(&who(ANA), case, Command::Invite(Box::new(invitation)))
}

/// Everybody in the case agrees on this end.
pub fn end(local: &Local, case: CaseId, end: Instant, others: &[&str]) -> Result<(), Refusal> {
    let proposed = local.act_on_case(&who(ANA), case, Command::ProposeEnd { end, channel: Channel::Cli })?;
    let Some(proposal) = proposed.proposal.map(|open| open.id) else { return Ok(()) };
    for name in others {
        local.act_on_case(&who(name), case, Command::AgreeEnd { proposal, channel: Channel::Cli })?;
    }
    Ok(())
}

/// What is said of a flaw, with a text of its own.
pub fn text(title: &str) -> Text {
    toml::from_str(&format!(
        r#"
title = "{title}"
summary = "A crafted frame writes behind a heap buffer."
details = "Three characters are reserved for a byte that is written as four."
weaknesses = ["CWE-787"]
cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
[[affected]]
product = {{ purl = "pkg:generic/tlv", name = "tlv", vendor = "tlv project" }}
ranges = [{{ introduced = "0.1.0", until = {{ fixed = "0.3.2" }} }}]
[[remedies]]
kind = "vendor-fix"
details = "Install version 0.3.2."
"#
    ))
    .unwrap()
}

/// From a finding that is in to an advisory that waits for nothing but its instant.
pub fn ready(local: &Local, finding: FindingId, title: &str, left: Duration) -> (CaseId, String, Instant) {
    ready_told(local, finding, title, left, &|_, _| {})
}

/// The same; tells number and instant before the last signature.
pub fn ready_told(
    local: &Local,
    finding: FindingId,
    title: &str,
    left: Duration,
    tell: &dyn Fn(&str, Instant),
) -> (CaseId, String, Instant) {
    local.reproduce(Some(&who(BEN)), finding, &Fake).unwrap();
    let case = case(local, &[finding], title, false);
    local.try_fix(&who(ANA), case.id, format!("a patch of {title}").as_bytes(), &Fake).unwrap().attached.unwrap();
    let at = local.now().plus(left);
    end(local, case.id, at, &[BEN]).unwrap();
    let staged = local.stage_advisory(&who(ANA), case.id, &text(title)).unwrap();
    let number = staged.record.id.to_string();
    local.approve_advisory(&who(ANA), case.id, &ana_key()).unwrap();
    tell(&number, staged.record.published);
    local.approve_advisory(&who(BEN), case.id, &ben_key()).unwrap();
    (case.id, number, at)
}
