//! What the sections of an index hold. Kinds are never used anew.

/// Sources, counts and whatever is small, as JSON: [`crate::meta::Meta`].
pub(crate) const META: u32 = 1;
/// Hashes of the packages' names, ascending.
pub(crate) const PACKAGE_HASHES: u32 = 2;
/// Where each package lies, and all of them: family, name, versions, entries.
pub(crate) const PACKAGE_OFFSETS: u32 = 3;
pub(crate) const PACKAGES: u32 = 4;
/// Of each record: the place of its source.
pub(crate) const RECORD_SOURCES: u32 = 5;
/// Where each record's facts lie, and all of them.
pub(crate) const RECORD_OFFSETS: u32 = 6;
pub(crate) const RECORDS: u32 = 7;
/// Of each record: where its packages stand in the list of packages' places.
pub(crate) const RECORD_PACKAGE_OFFSETS: u32 = 8;
pub(crate) const RECORD_PACKAGES: u32 = 9;
/// Hashes of the records' names (ids and aliases), ascending, and the record of each.
pub(crate) const NAME_HASHES: u32 = 10;
pub(crate) const NAME_RECORDS: u32 = 11;
/// Where each record's prose lies, and all of it. Not packed: a scan tells that of a handful of records, and unpacking
/// was half of its time; what goes over the line is packed as a whole.
pub(crate) const PROSE_OFFSETS: u32 = 12;
pub(crate) const PROSE: u32 = 13;
/// KEV: CVE numbers, ascending; where each entry lies; all of them, as JSON.
pub(crate) const KEV_NUMBERS: u32 = 14;
pub(crate) const KEV_OFFSETS: u32 = 15;
pub(crate) const KEV: u32 = 16;
/// SSVC: the same, each decision packed.
pub(crate) const SSVC_NUMBERS: u32 = 17;
pub(crate) const SSVC_OFFSETS: u32 = 18;
pub(crate) const SSVC: u32 = 19;
/// EPSS: CVE numbers, ascending, and the probability of each; probabilities that occur, and the percentile of each.
pub(crate) const EPSS_NUMBERS: u32 = 20;
pub(crate) const EPSS_SCORES: u32 = 21;
pub(crate) const EPSS_STEPS: u32 = 22;
pub(crate) const EPSS_PERCENTILES: u32 = 23;
/// Of a delta: what the index before it says no more, as JSON: [`crate::meta::Gone`].
pub(crate) const GONE: u32 = 25;
/// Vendors' products (24 was all of them in one piece): their names, as JSON; hashes of CVE ids, ascending, and what
/// is said of each; and end-of-life dates by their places.
pub(crate) const PRODUCT_NAMES: u32 = 26;
pub(crate) const PRODUCT_HASHES: u32 = 27;
pub(crate) const PRODUCT_OFFSETS: u32 = 28;
pub(crate) const PRODUCT_RECORDS: u32 = 29;
pub(crate) const LIFE_OFFSETS: u32 = 30;
pub(crate) const LIVES: u32 = 31;
/// Of a fleet: what is counted, as JSON; the names of its inventories; hashes of its packages' names, ascending, and of
/// each package what is installed where.
pub(crate) const FLEET_COUNTS: u32 = 32;
pub(crate) const FLEET_NAME_OFFSETS: u32 = 33;
pub(crate) const FLEET_NAMES: u32 = 34;
pub(crate) const FLEET_HASHES: u32 = 35;
pub(crate) const FLEET_OFFSETS: u32 = 36;
pub(crate) const FLEET_PACKAGES: u32 = 37;
