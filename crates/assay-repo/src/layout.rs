//! Where things lie in a release folder. Every path follows from an advisory's
//! id and a fixed name, so none can lead out of the folder.

use assay_advisory::record::AdvisoryId;

/// The signed index: what is published, and nothing else is.
pub const INDEX: &str = "index.json";
/// The folder of the advisories.
pub const ADVISORIES: &str = "advisories";
/// Copies for readers of OSV, who want one folder of records.
pub const OSV: &str = "osv";
/// The ledger's tiles and checkpoint. The index lists the files; what they say is checked by the ledger's verifier.
pub const LEDGER: &str = "ledger";
/// What was revealed of the ledger, likewise.
pub const REVEALS: &str = "reveals";

/// What the approvers signed: the record, and the digests of everything beside it.
pub const RECORD: &str = "record.dsse.json";
/// The advisory as OSV.
pub const OSV_FORM: &str = "osv.json";
/// The advisory as OpenVEX.
pub const VEX_FORM: &str = "openvex.json";
/// The patch, for maintainers and vendors.
pub const PATCH: &str = "fix.patch";
/// The runner's signed statement about the patch.
pub const STATEMENT: &str = "fix.statement.dsse.json";

/// The path of a file of an advisory.
#[must_use]
pub fn of_advisory(id: &AdvisoryId, name: &str) -> String {
    format!("{ADVISORIES}/{id}/{name}")
}

/// The path of the copy for readers of OSV. They expect the file to be called as the record calls itself.
#[must_use]
pub fn osv_copy(id: &AdvisoryId) -> String {
    format!("{OSV}/{}.json", id.in_osv())
}

/// What a client remembers of the newest release that it saw. Only mirrors have it.
pub const STATE: &str = ".assay-sync.json";

/// Whether a release folder or a mirror can hold a file at this path. The ledger and what was revealed are trees of
/// their own.
pub(crate) fn is_ours(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [INDEX | STATE] => true,
        [LEDGER | REVEALS, ..] => is_beside(path),
        [ADVISORIES, id, name] => id.parse::<AdvisoryId>().is_ok_and(|id| names(&id).iter().any(|known| known == name)),
        [OSV, name] => name
            .strip_prefix("x_")
            .and_then(|name| name.strip_suffix(".json"))
            .is_some_and(|id| id.parse::<AdvisoryId>().is_ok()),
        _ => false,
    }
}

/// Deepest folder of a ledger: `ledger/tile/entries/x000/x000/000.p/1`.
pub(crate) const MAX_DEPTH: usize = 8;

/// Whether a file of the ledger or of what was revealed can have this path. Plain names only: none begins with a dot,
/// so none climbs.
pub(crate) fn is_beside(path: &str) -> bool {
    let mut parts = path.split('/');
    let plain = |part: &str| {
        (1..=100).contains(&part.len())
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    matches!(parts.next(), Some(LEDGER | REVEALS))
        && (1..=MAX_DEPTH).contains(&path.matches('/').count())
        && parts.all(plain)
}

/// The names that an advisory's folder can hold; the first four are always there.
pub(crate) fn names(id: &AdvisoryId) -> [String; 6] {
    [RECORD.into(), OSV_FORM.into(), id.csaf_file_name(), VEX_FORM.into(), PATCH.into(), STATEMENT.into()]
}
