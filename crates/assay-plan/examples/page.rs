//! Writes pages for the browser's tests: `page FOLDER` makes `hospital.html`,
//! `empty.html`, `many.html`, `hostile.html` and `since.html` in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;

use assay_base::Answer;
use assay_inventory::component::PatchedBy;
use assay_inventory::ecosystem::Ecosystem;
use assay_match::exposure::{Impact, Touch};
use assay_plan::render;
use hospital::{Case, advisory, exposure, kev, package, product, ssvc};

#[path = "../tests/hospital/mod.rs"]
mod hospital;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("call it with a folder"));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let write = |name: &str, case: &Case| {
        std::fs::write(folder.join(name).with_extension("html"), render::html(&case.plan()))
            .expect("the page can be written");
    };
    write("hospital", &Case::new(hospital::exposures()));
    write("empty", &Case::new(Vec::new()));
    write("many", &many());
    write("hostile", &hostile());
    write("since", &since());
}

/// Two hundred libraries with long names, and one with a hundred records.
fn many() -> Case {
    let mut exposures: Vec<_> = (0..200)
        .map(|n| {
            let name = format!("a-library-with-quite-a-long-name-that-does-not-break-{n}");
            exposure(
                package(Ecosystem::Npm, &name, "1.0.0"),
                advisory(&format!("GHSA-{n}"), "x"),
                Touch::Affected,
                &["1.0.1"],
            )
        })
        .collect();
    let server = product("Example", "Server Operating System", Some("2019"), "Server room", PatchedBy::Us, Answer::Yes);
    exposures.extend((0..100).map(|n| {
        let summary = "A summary that says at some length what may happen if somebody sends something to it";
        let facts =
            kev(ssvc(advisory(&format!("CVE-2024-{n:04}"), summary), true, Impact::Total), "2024-02-09", Answer::Yes);
        exposure(server.clone(), facts, Touch::Affected, &["2019.1", "2022.4"])
    }));
    Case::new(exposures)
}

/// Names that try to act.
fn hostile() -> Case {
    let name = "<script>document.title='hit'</script>\u{202e}\"><img src=x onerror=\"document.title='hit'\">";
    let mut facts = advisory(name, name);
    facts.references = vec![format!("javascript:{name}"), "https://example.org/".to_owned()];
    let things = [
        product(name, name, Some(name), name, PatchedBy::Vendor(name.to_owned()), Answer::Yes),
        package(Ecosystem::Npm, name, name),
        package(Ecosystem::Debian(Some(name.to_owned())), &"x".repeat(5_000), &"1".repeat(5_000)),
    ];
    Case::new(things.into_iter().map(|thing| exposure(thing, facts.clone(), Touch::Affected, &[name])).collect())
}

/// A second plan: one card done, one deferred, one reported done that is not.
fn since() -> Case {
    let first = Case::new(hospital::exposures()).plan();
    let mut found = hospital::exposures();
    for one in found.iter_mut().take(2) {
        (one.component.version, one.touch) = (Some("7.2.8".to_owned()), Touch::NotAffected);
    }
    let mut case = Case::new(found);
    case.inventories = hospital::inventories(&hospital::exposures());
    let updated =
        product("Fortinet", "FortiOS", Some("7.2.8"), "Server room, edge firewall", PatchedBy::Us, Answer::Yes);
    for inventory in &mut case.inventories {
        inventory.components.retain(|component| component.version.as_deref() != Some("7.2.4"));
    }
    case.inventories[0].components.push(updated);
    case.now = "2026-11-24T15:00:00Z".to_owned();
    case.previous = Some(serde_json::to_string(&first).expect("a plan is JSON"));
    let id = |part: &str| first.cards.iter().find(|card| card.title.contains(part)).expect("it is there").id.clone();
    case.reports = Some(format!(
        "schema = \"assay.reports/1\"\n\
         [[report]]\ncard = \"{}\"\nstate = \"done\"\nby = \"Pat\"\nat = \"2026-11-23T10:00:00Z\"\n\
         [[report]]\ncard = \"{}\"\nstate = \"deferred\"\nby = \"Pat\"\nat = \"2026-11-23T10:00:00Z\"\n\
         why = \"the portal moves in December\"\ncontrol = \"behind the VPN\"\nreview = \"2026-12-10\"\n",
        id("expat"),
        id("minimist")
    ));
    case
}
