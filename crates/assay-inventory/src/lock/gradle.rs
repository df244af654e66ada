//! gradle.lockfile, and the older lockfiles of single configurations.

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::syntax::{CONFLICT, is_conflict, utf8};

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let maven = Ecosystem::from_osv("Maven");
    let mut found = Found::default();
    let mut any = false;
    for (n, line) in utf8(bytes)?.lines().enumerate() {
        let at = format!("line {}", n + 1);
        if is_conflict(line) {
            return Err(Broken::at(at, CONFLICT));
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            any |= line.contains("Gradle generated");
            continue;
        }
        // Configurations that lock nothing.
        if line.starts_with("empty=") {
            any = true;
            continue;
        }
        let (coordinates, configurations) = line.split_once('=').unwrap_or((line, ""));
        let parts: Vec<&str> = coordinates.split(':').collect();
        let [group, artifact, version] = parts.as_slice() else {
            found.skip(at, "not `group:artifact:version`");
            continue;
        };
        any = true;
        let only_tests =
            !configurations.is_empty() && configurations.split(',').all(|c| c.to_ascii_lowercase().contains("test"));
        let at = if only_tests { format!("{at} (for tests)") } else { at };
        let component = Component::package(maven.clone(), &format!("{group}:{artifact}"), Some(version), at);
        found.push(component)?;
    }
    if !any {
        return Err(Broken::at("the file", "no `group:artifact:version` stands in it; is it Gradle's lockfile?"));
    }
    Ok(found.done())
}
