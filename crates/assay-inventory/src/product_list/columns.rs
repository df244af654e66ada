//! Which column holds what: headers as people name them, in any order.

use csv::StringRecord;

/// What a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Vendor,
    Product,
    Version,
    Place,
    PatchedBy,
    Exposed,
}

/// Headers of a role, without spaces and punctuation; the earlier, the surer.
const HEADERS: [(Role, &[&str]); 6] = [
    (
        Role::Vendor,
        &[
            "vendor",
            "vendorname",
            "manufacturer",
            "make",
            "maker",
            "brand",
            "supplier",
            "publisher",
            "vendorproject",
            "company",
            "oem",
            "vendorormanufacturer",
            "manufacturername",
        ],
    ),
    (
        Role::Product,
        &[
            "product",
            "productname",
            "model",
            "modelname",
            "modelnumber",
            "device",
            "devicename",
            "devicetype",
            "software",
            "softwarename",
            "application",
            "applicationname",
            "system",
            "equipment",
            "item",
            "asset",
            "assetname",
            "name",
            "displayname",
            "packagename",
            "productormodel",
            "description",
        ],
    ),
    (
        Role::Version,
        &[
            "version",
            "softwareversion",
            "productversion",
            "firmware",
            "firmwareversion",
            "swversion",
            "fwversion",
            "osversion",
            "release",
            "build",
            "ver",
            "installedversion",
            "currentversion",
            "displayversion",
            "fw",
            "revision",
            "rev",
            "softwareorfirmwareversion",
        ],
    ),
    (
        Role::Place,
        &[
            "place",
            "location",
            "site",
            "where",
            "room",
            "department",
            "ward",
            "building",
            "facility",
            "unit",
            "area",
            "campus",
        ],
    ),
    (
        Role::PatchedBy,
        &[
            "patchedby",
            "whopatches",
            "whopatchesit",
            "patching",
            "managedby",
            "maintainedby",
            "supportedby",
            "servicedby",
            "responsible",
            "responsibleparty",
            "owner",
            "systemowner",
            "administrator",
            "support",
            "patchresponsibility",
            "patchingdoneby",
            "servicecontract",
        ],
    ),
    (
        Role::Exposed,
        &[
            "exposed",
            "exposedtointernet",
            "internetexposed",
            "internetfacing",
            "internet",
            "public",
            "publiclyexposed",
            "publicfacing",
            "externallyaccessible",
            "externalfacing",
            "reachablefrominternet",
            "exposure",
            "internetaccess",
            "internetaccessible",
        ],
    ),
];

/// Most words of a header; what is longer is a sentence.
const LONGEST: usize = 5;

/// Words of a role in a header that has no usual name, and words that give them another meaning (`Latest version`,
/// `Vendor contact`). In the order in which the roles choose.
const WORDS: [(Role, &[&str], &[&str]); 6] = [
    (
        Role::Exposed,
        &["internet", "public", "publicly", "exposed", "external", "externally", "outside", "reachable"],
        &["address", "ip", "name", "notes", "url"],
    ),
    (
        Role::PatchedBy,
        &["patched", "patches", "maintained", "maintains", "managed", "manages", "supported", "serviced", "updates"],
        &["date", "last", "notes", "on", "until"],
    ),
    (
        Role::Version,
        &["version", "versions", "ver", "firmware", "fw", "sw", "rev", "revision", "release", "build"],
        &[
            "available",
            "by",
            "check",
            "date",
            "fixed",
            "last",
            "latest",
            "new",
            "newest",
            "notes",
            "released",
            "target",
        ],
    ),
    (
        Role::Vendor,
        &["vendor", "manufacturer", "mfr", "mfg", "mfgr", "manuf", "make", "maker", "brand", "supplier", "oem"],
        &["contact", "email", "id", "model", "number", "phone", "product", "support", "url"],
    ),
    (
        Role::Product,
        &["product", "model", "device", "software", "application", "app", "system", "equipment"],
        &["category", "class", "date", "id", "notes", "owner", "serial", "status", "tag", "type"],
    ),
    (
        Role::Place,
        &["location", "site", "building", "room", "dept", "department", "floor", "campus"],
        &["notes", "url"],
    ),
];

/// The words of a header cell, in small letters.
fn words_of(cell: &str) -> Vec<String> {
    let words = cell.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(LONGEST + 1).map(|word| word.chars().take(64).collect::<String>().to_lowercase()).collect()
}

/// The place of each role's column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns {
    places: [Option<usize>; 6],
    /// How many columns the header line has.
    pub(super) count: usize,
}

impl Columns {
    /// Reads a header line.
    pub(super) fn of(header: &StringRecord) -> Self {
        let plain: Vec<String> = header
            .iter()
            .map(|cell| cell.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(64).collect())
            .collect();
        let mut columns = Self { count: header.len(), ..Self::default() };
        for (role, names) in HEADERS {
            let place = names.iter().find_map(|name| plain.iter().position(|cell| cell == name));
            columns.set(role, place);
        }
        columns.by_words(header);
        columns
    }

    fn set(&mut self, role: Role, place: Option<usize>) {
        if let Some(slot) = self.places.get_mut(role as usize) {
            *slot = place;
        }
    }

    /// Fills what no usual name gave by single words: `FW rev`, `Mfr`, `Software/Firmware`, `Reachable from outside`. A
    /// version column that nobody knows would turn a list with versions into one without.
    fn by_words(&mut self, header: &StringRecord) {
        let cells: Vec<Vec<String>> = header.iter().map(words_of).collect();
        // A title is a line too: `Device list, version 3`.
        let number = |word: &String| word.bytes().any(|c| c.is_ascii_digit());
        if cells.iter().filter(|words| !words.is_empty()).count() < 3 || cells.iter().flatten().any(number) {
            return;
        }
        for (role, known, others) in WORDS {
            if self.place(role).is_some() {
                continue;
            }
            let is_one = |words: &[String]| {
                let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
                (1..=LONGEST).contains(&words.len()) && has(known) && !has(others)
            };
            let free = |place: &usize| !self.places.contains(&Some(*place));
            let place = (0..cells.len()).filter(free).find(|place| cells.get(*place).is_some_and(|cell| is_one(cell)));
            self.set(role, place);
        }
    }

    /// The column that holds a role.
    pub(super) fn place(&self, role: Role) -> Option<usize> {
        self.places.get(role as usize).copied().flatten()
    }

    /// Whether a column is somebody's.
    pub(super) fn has(&self, place: usize) -> bool {
        self.places.contains(&Some(place))
    }

    /// Whether it can be a header line: a product, and one thing more that is said of it.
    pub(super) fn is_header(&self) -> bool {
        self.place(Role::Product).is_some() && self.places.iter().flatten().count() > 1
    }

    /// How many cells a row needs: without its product, vendor or version it may be shifted.
    pub(super) fn needed(&self) -> usize {
        [Role::Vendor, Role::Product, Role::Version]
            .into_iter()
            .filter_map(|role| self.place(role))
            .max()
            .map_or(0, |n| n + 1)
    }
}
