//! A small hospital that does not exist, with things that exist elsewhere.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_base::{Answer, Instant};
use assay_clock::{Directive, Kind, Organisation, Zone};
use assay_inventory::component::{Component, Format, Inventory, PatchedBy, Site, Skipped, SourcePackage, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_match::exposure::{AdvisoryFacts, Certainty, Exposure, Impact, KevFact, Touch};
use assay_match::vex::Suppressed;
use assay_plan::previous::Previous;
use assay_plan::uptake::Reports;
use assay_plan::{Plan, Request};

pub const NOW: &str = "2026-11-21T15:04:05Z";

pub fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

pub fn product(
    vendor: &str,
    product: &str,
    version: Option<&str>,
    place: &str,
    by: PatchedBy,
    exposed: Answer,
) -> Component {
    Component {
        what: What::Product { vendor: vendor.to_owned(), product: product.to_owned() },
        version: version.map(str::to_owned),
        purl: None,
        at: "line 2".to_owned(),
        site: Site { place: place.to_owned(), exposed, patched_by: by },
    }
}

pub fn package(ecosystem: Ecosystem, name: &str, version: &str) -> Component {
    let source = matches!(ecosystem, Ecosystem::Debian(_))
        .then(|| SourcePackage { name: name.trim_start_matches("lib").to_owned(), version: None });
    Component {
        what: What::Package { ecosystem, name: name.to_owned(), source },
        version: Some(version.to_owned()),
        purl: None,
        at: format!("package {name}"),
        site: Site::unknown(),
    }
}

pub fn advisory(id: &str, summary: &str) -> AdvisoryFacts {
    AdvisoryFacts {
        source: "records".to_owned(),
        id: id.to_owned(),
        aliases: Vec::new(),
        summary: summary.to_owned(),
        kev: None,
        automatable: Answer::Unknown,
        impact: Impact::Unknown,
        ssvc_from: String::new(),
        cvss: None,
        score: None,
        epss: None,
        published: Some("2025-03-01T00:00:00Z".to_owned()),
        references: vec![format!("https://example.org/{id}")],
    }
}

pub fn kev(mut advisory: AdvisoryFacts, added: &str, ransomware: Answer) -> AdvisoryFacts {
    advisory.kev = Some(KevFact {
        added: added.to_owned(),
        ransomware,
        action: "Apply mitigations per vendor instructions or discontinue use of the product.".to_owned(),
    });
    advisory
}

pub fn ssvc(mut advisory: AdvisoryFacts, automatable: bool, impact: Impact) -> AdvisoryFacts {
    advisory.automatable = automatable.into();
    advisory.impact = impact;
    advisory.ssvc_from = "CISA SSVC of 2024-10-24".to_owned();
    advisory
}

pub fn cvss(mut advisory: AdvisoryFacts, vector: &str, score: f64) -> AdvisoryFacts {
    advisory.cvss = Some(vector.to_owned());
    advisory.score = Some(score);
    advisory
}

pub fn exposure(component: Component, advisory: AdvisoryFacts, touch: Touch, fixed: &[&str]) -> Exposure {
    let inventory = match component.what {
        What::Package { ecosystem: Ecosystem::Debian(_), .. } => "portal-status",
        What::Package { .. } => "package-lock.json",
        What::Product { .. } => "devices.csv",
    };
    let why = match touch {
        Touch::Affected => "The record names versions before the fixed one, and the installed one is older.",
        Touch::CannotTell => "The record names the product and no version that could be compared.",
        Touch::NotAffected => "The installed version is not in the range.",
    };
    Exposure {
        inventory: inventory.to_owned(),
        certainty: if matches!(component.what, What::Package { .. }) { Certainty::Package } else { Certainty::Product },
        component,
        advisory,
        touch,
        why: why.to_owned(),
        fixed: fixed.iter().map(|text| (*text).to_owned()).collect(),
        remedies: Vec::new(),
    }
}

/// What touches the hospital.
pub fn exposures() -> Vec<Exposure> {
    use Answer::{No, Unknown, Yes};
    let vpn = product("Fortinet", "FortiOS", Some("7.2.4"), "Server room, edge firewall", PatchedBy::Us, Yes);
    let pump = product(
        "BD",
        "Alaris Infusion Central",
        Some("1.3.1"),
        "Ward 2, infusion pumps",
        PatchedBy::Vendor("Becton Dickinson service".to_owned()),
        No,
    );
    let imaging = product("Philips", "Vue PACS", None, "Radiology", PatchedBy::Unknown, Unknown);
    let portal = |name, version| package(Ecosystem::Npm, name, version);
    vec![
        exposure(
            vpn.clone(),
            ssvc(
                kev(advisory("CVE-2024-21762", "Out-of-bound write in sslvpnd"), "2024-02-09", Yes),
                true,
                Impact::Total,
            ),
            Touch::Affected,
            &["7.2.7", "7.4.3"],
        ),
        exposure(
            vpn,
            ssvc(
                kev(advisory("CVE-2023-27997", "Heap-based buffer overflow in SSL-VPN"), "2023-06-13", Yes),
                true,
                Impact::Total,
            ),
            Touch::Affected,
            &["7.2.5"],
        ),
        exposure(
            pump,
            cvss(
                advisory("CVE-2022-47376", "Hard-coded database password"),
                "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                7.3,
            ),
            Touch::Affected,
            &[],
        ),
        exposure(
            imaging.clone(),
            advisory("CVE-2021-28165", "Excessive CPU use on a large invalid frame"),
            Touch::CannotTell,
            &[],
        ),
        exposure(
            imaging,
            kev(advisory("CVE-2020-1938", "AJP connector file inclusion"), "2022-03-03", Unknown),
            Touch::CannotTell,
            &[],
        ),
        exposure(
            portal("minimist", "1.2.0"),
            cvss(
                advisory("GHSA-xvch-5gv4-984h", "Prototype pollution in minimist"),
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                9.8,
            ),
            Touch::Affected,
            &["1.2.6", "0.2.4"],
        ),
        exposure(
            portal("minimist", "1.2.0"),
            cvss(
                advisory("GHSA-vh95-rmgr-6w4m", "Prototype pollution in minimist"),
                "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L",
                5.6,
            ),
            Touch::Affected,
            &["0.2.1", "1.2.3"],
        ),
        exposure(
            package(Ecosystem::Debian(Some("12".to_owned())), "libexpat", "2.5.0-1"),
            {
                let mut facts = ssvc(advisory("CVE-2024-45491", "Integer overflow in dtdCopy"), true, Impact::Total);
                facts.aliases = vec!["DSA-5770-1".to_owned()];
                facts
            },
            Touch::Affected,
            &["2.5.0-1+deb12u1"],
        ),
        exposure(
            {
                let mut kiosk = product("Example", "Lobby Kiosk", Some("3.1"), "Lobby", PatchedBy::Us, No);
                kiosk.at = "line 9".to_owned();
                kiosk
            },
            ssvc(advisory("CVE-2024-0001", "Local denial of service"), false, Impact::Partial),
            Touch::Affected,
            &["3.2"],
        ),
        exposure(portal("left-pad", "1.3.0"), advisory("GHSA-none", "Not this version"), Touch::NotAffected, &[]),
    ]
}

/// Inventories that name what the exposures name.
pub fn inventories(exposures: &[Exposure]) -> Vec<Inventory> {
    let mut inventories: Vec<Inventory> = Vec::new();
    for exposure in exposures {
        let at = inventories.iter().position(|inventory| inventory.name == exposure.inventory).unwrap_or_else(|| {
            inventories.push(Inventory {
                name: exposure.inventory.clone(),
                format: Format::ProductList,
                components: Vec::new(),
                skipped: Vec::new(),
            });
            inventories.len() - 1
        });
        if !inventories[at].components.contains(&exposure.component) {
            inventories[at].components.push(exposure.component.clone());
        }
    }
    inventories
}

pub fn skipped() -> Skipped {
    Skipped { at: "line 7".to_owned(), why: "the line has no product".to_owned() }
}

/// Everything that a test may want to change about a plan.
pub struct Case {
    pub exposures: Vec<Exposure>,
    pub inventories: Vec<Inventory>,
    pub kind: Kind,
    pub now: String,
    pub kev_as_of: Option<&'static str>,
    pub previous: Option<String>,
    pub reports: Option<String>,
    pub suppressed: Vec<Suppressed>,
}

impl Case {
    pub fn new(exposures: Vec<Exposure>) -> Self {
        let inventories = inventories(&exposures);
        Self {
            exposures,
            inventories,
            kind: Kind::CriticalInfrastructure,
            now: NOW.to_owned(),
            kev_as_of: Some("2026-11-20"),
            previous: None,
            reports: None,
            suppressed: Vec::new(),
        }
    }

    pub fn plan(&self) -> Plan {
        let directive = Directive::bod_26_04().unwrap();
        let mut organisation = Organisation::of(self.kind);
        organisation.name = "Prairie View Hospital".to_owned();
        let now = at(&self.now);
        let previous = self.previous.as_ref().map(|json| Previous::read(json.as_bytes(), now).unwrap());
        let reports = self.reports.as_ref().map(|text| Reports::read(text).unwrap());
        let mut request = Request::new(&directive, &organisation, now, Zone::named("America/Chicago").unwrap());
        request.inventories = &self.inventories;
        request.exposures = &self.exposures;
        request.kev_as_of = self.kev_as_of.map(|day| day.parse().unwrap());
        request.previous = previous.as_ref();
        request.reports = reports.as_ref();
        request.suppressed = &self.suppressed;
        Plan::make(&request)
    }
}
