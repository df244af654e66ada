//! The packages of this machine, or of a system whose root is a folder: what
//! dpkg, apk and rpm say is installed. Nothing else of it is looked at.

use std::path::Path;

use crate::find::{self, Outcome};
use crate::folder::beside;
use crate::place::{self, Database, Kind};
use crate::{Options, Refused, WalkError, Walked, limits, open, read};

/// The lists of a system's package managers.
///
/// # Errors
///
/// If none is there.
pub fn machine(root: &Path, options: &Options) -> Result<Walked, WalkError> {
    let mut outcomes = Vec::new();
    let mut seen = 0;
    for (place, database) in place::DATABASES {
        let at = root.join(place);
        let most = if database == Database::Rpm { limits::DATABASE } else { limits::FILE };
        let bytes = match open::whole(&at, most) {
            Ok(bytes) => bytes,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => continue,
            // `/lib` is a link to `/usr/lib` on most systems: one list has two names.
            Err(_) if at.is_symlink() => continue,
            Err(why) => {
                outcomes.push(Outcome::Refused(Refused { path: at.display().to_string(), why: why.to_string() }));
                continue;
            }
        };
        seen += 1;
        // One file under two names is read once.
        let known = outcomes.iter().any(|outcome| match outcome {
            Outcome::Read(inventory) => std::fs::canonicalize(&inventory.name).ok() == std::fs::canonicalize(&at).ok(),
            _ => false,
        });
        if known {
            continue;
        }
        let distribution = options.distribution.clone().or_else(|| beside(root, place));
        let name = at.display().to_string();
        outcomes.push(read::file(name, place, Kind::Installed(database), &bytes, distribution.as_ref()));
    }
    if outcomes.is_empty() {
        return Err(WalkError::Broken {
            path: root.display().to_string(),
            why: "no list of dpkg, apk or rpm is there. On another system, export the installed programs as CSV with \
                  the columns name, vendor and version, and read that"
                .to_owned(),
        });
    }
    Ok(find::walked(outcomes, std::collections::BTreeMap::new(), seen))
}
