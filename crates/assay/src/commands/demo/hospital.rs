//! Chapter 7: does this touch me, and what do I do tonight?

use std::fs;

use assay_base::Instant;
use assay_clock::{Kind, Organisation, Zone};
use assay_match::exposure::Touch;
use assay_match::scan::Keep;
use assay_plan::previous::Previous;
use assay_plan::{Plan, render};
use serde_json::json;

use super::house::{self, House};
use super::teller::Teller;
use crate::commands;
use crate::examples::HOSPITAL;
use crate::failure::Failure;
use crate::scan_input::{self, Sources};

/// What runs between the hospital's bedside devices and its records: the program of the demo's advisory is part of it.
fn gateway(version: &str) -> String {
    format!(
        r#"{{ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [
  {{ "type": "library", "name": "tlv", "version": "{version}", "purl": "pkg:generic/tlv@{version}" }} ] }}
"#
    )
}

fn failed(error: impl ToString) -> Failure {
    Failure::own("demo", error.to_string())
}

/// Tells it.
pub fn tell(house: &House, teller: &mut Teller) -> Result<(), Failure> {
    teller.chapter("A small hospital asks: does this touch me?");
    let folder = house.hospital();
    for (path, content) in HOSPITAL {
        house::write(&folder.join(path), content)?;
    }
    let own = folder.join("device-gateway.cdx.json");
    house::write(&own, gateway("0.3.1").as_bytes())?;
    let sources = Sources {
        paths: vec![
            folder.join("products.csv"),
            folder.join("patient-portal/Cargo.lock"),
            folder.join("patient-portal/package-lock.json"),
            folder.join("imaging-gateway/bom.cdx.json"),
            own.clone(),
        ],
        advisories: vec![house.mirror().join(assay_repo::layout::OSV), folder.join("public/osv")],
        kev: Some(folder.join("public/known-exploited.json")),
        ssvc: Some(folder.join("public/ssvc.csv")),
        cve: Some(folder.join("public/cve")),
        ..Sources::default()
    };
    let now = Instant::now();
    let before = plan(&sources, now, None)?;
    let scanned = scan_input::scan(&sources, Keep::Touched)?;
    let tally = scanned.tally();
    let things: usize = scanned.inventories.iter().map(|inventory| inventory.components.len()).sum();
    let ours =
        scanned.exposures.iter().filter(|one| one.component.purl.as_deref().is_some_and(|purl| purl.contains("/tlv@")));
    let ours = ours.filter(|one| one.touch == Touch::Affected).count();
    teller.said(
        &format!(
            "It has {things} things: a spreadsheet of products, two lock files, two software bills of materials. {} are \
             affected, {} cannot be told from what it knows, {} no record names. Nothing about them left the machine.",
            tally.affected, tally.cannot_tell, tally.unnamed
        ),
        json!({ "things": things, "affected": tally.affected, "cannot-tell": tally.cannot_tell, "unnamed": tally.unnamed }),
    );
    teller.expect(ours == 1, "the device gateway is found to hold the flawed program");
    teller.expect(tally.affected > 1 && tally.cannot_tell > 0, "public records touch the hospital as well");
    teller.aside("The public records are facts of real advisories and of CISA's catalogue, as of the days that they carry; summaries are our own.");
    let dated = before.cards.len();
    teller.said(
        &format!(
            "CISA's BOD 26-04 does not bind a hospital, so its dates are targets: {dated} cards, most urgent first, and {} \
             things to find out first.",
            before.find_out.len()
        ),
        json!({ "cards": dated, "find-out": before.find_out.len() }),
    );
    for card in before.cards.iter().take(3) {
        teller.line(&format!("    {}", crate::report::plain::line(&render::headline(card), 94)));
    }
    fs::write(house.page(), render::html(&before)).map_err(failed)?;
    teller.did(&format!("All of it is one page that prints a card a sheet: {}", house.page().display()));

    house::write(&own, gateway("0.3.2").as_bytes())?;
    let json = serde_json::to_vec(&before).map_err(failed)?;
    let earlier = Previous::read(&json, now).map_err(failed)?;
    let after = plan(&sources, Instant::now(), Some(&earlier))?;
    teller.said(
        &format!(
            "The vendor installs 0.3.2 on the gateway. The next scan sees it: {} card is done, verified by the scan and not \
             by anybody's word.",
            after.verified().count()
        ),
        json!({ "done": after.verified().count() }),
    );
    teller.expect(after.verified().count() == 1, "the next scan shows the gateway as done");
    teller.next("The one person for computers takes the first card, and calls the vendor whose device it is.");
    Ok(())
}

fn plan(sources: &Sources, now: Instant, previous: Option<&Previous>) -> Result<Plan, Failure> {
    let organisation = Organisation::of(Kind::CriticalInfrastructure);
    let scanned = scan_input::scan(sources, if previous.is_some() { Keep::All } else { Keep::Touched })?;
    let zone = Zone::named("America/Chicago").map_err(failed)?;
    commands::plan::plan(&scanned, &organisation, zone, now, previous, None)
}
