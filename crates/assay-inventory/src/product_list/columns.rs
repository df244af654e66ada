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
            if let Some(slot) = columns.places.get_mut(role as usize) {
                *slot = place;
            }
        }
        columns
    }

    /// The column that holds a role.
    pub(super) fn place(&self, role: Role) -> Option<usize> {
        self.places.get(role as usize).copied().flatten()
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
