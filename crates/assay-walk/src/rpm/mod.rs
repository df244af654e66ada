//! rpm's databases: SQLite (since 2020), Berkeley DB (Enterprise Linux up to 8),
//! and SUSE's own.
//!
//! Each holds one header a package, which `assay_inventory::rpm_header` reads.

mod bdb;
mod ndb;
mod sqlite;

use assay_inventory::component::{Component, Skipped};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::{limits, rpm_header, rpm_source};

/// What is done in place of reading it.
const INSTEAD: &str = "print it with `rpm -qa --qf '%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE} %{ARCH} %{SOURCERPM}\\n'`, \
                       and read that list";

/// The packages of a database.
pub fn read(bytes: &[u8], distribution: Option<&Ecosystem>) -> Result<(Vec<Component>, Vec<Skipped>), String> {
    let mut list = List { distribution, components: Vec::new(), skipped: Vec::new(), n: 0 };
    let read = if bytes.starts_with(b"SQLite format 3\0") {
        sqlite::read(bytes, &mut list)
    } else if ndb::is_one(bytes) {
        ndb::read(bytes, &mut list)
    } else if bdb::is_one(bytes) {
        bdb::read(bytes, &mut list)
    } else {
        Err("it is no database of rpm that is known here".to_owned())
    };
    read.map_err(|why| format!("{why}; {INSTEAD}"))?;
    if list.n == 0 {
        return Err(format!("no package stands in the database; {INSTEAD}"));
    }
    rpm_source::epochs(&mut list.components);
    Ok((list.components, list.skipped))
}

/// Packages as they come.
pub struct List<'d> {
    distribution: Option<&'d Ecosystem>,
    components: Vec<Component>,
    skipped: Vec<Skipped>,
    n: usize,
}

impl List<'_> {
    /// Reads a header and lists its package.
    pub fn header(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.n += 1;
        if self.n > limits::COMPONENTS {
            return Err(format!("it lists more than {} packages", limits::COMPONENTS));
        }
        let at = format!("package {}", self.n);
        match rpm_header::read(bytes, self.distribution, at.clone()) {
            Ok(Some(component)) if component.is_bounded() => self.components.push(component),
            Ok(Some(_)) => self.skip(at, "a text of it is longer than any real one"),
            Ok(None) => {}
            Err(why) => self.skip(at, why),
        }
        Ok(())
    }

    /// Notes a package that was not read.
    fn skip(&mut self, at: String, why: &str) {
        if self.skipped.len() < limits::SKIPPED {
            self.skipped.push(Skipped { at, why: why.to_owned() });
        }
    }
}
