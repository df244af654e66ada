//! The examples that ship, inside the program.

use std::path::PathBuf;

use assay_bundle::files::{EXPECTED, MANIFEST};
use assay_bundle::pack::Entry;
use assay_prove::load::LoadedBundle;

/// Name -> path in the bundle -> content; made by `build.rs` from `examples/`.
type Example = (&'static str, &'static [(&'static str, &'static [u8])]);

static EXAMPLES: &[Example] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// The small hospital of `examples/hospital`: path -> content.
pub static HOSPITAL: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/hospital.rs"));

/// The names of all examples.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    EXAMPLES.iter().map(|(name, _)| *name)
}

/// The example of this name, as if it had been read from `examples/NAME`.
pub fn load(name: &str) -> Option<LoadedBundle> {
    let (_, files) = EXAMPLES.iter().find(|(known, _)| *known == name)?;
    let mut bundle = LoadedBundle {
        origin: PathBuf::from("examples").join(name),
        manifest: String::new(),
        expected: None,
        files: Vec::new(),
    };
    for (path, content) in *files {
        let text = || String::from_utf8(content.to_vec()).ok();
        match *path {
            MANIFEST => bundle.manifest = text()?,
            EXPECTED => bundle.expected = text(),
            path => bundle.files.push(Entry { path: path.parse().ok()?, content: content.to_vec(), executable: false }),
        }
    }
    bundle.files.sort_by(|a, b| a.path.cmp(&b.path));
    Some(bundle)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;

    #[test]
    fn an_embedded_example_is_what_lies_in_the_folder() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
        assert!(names().count() >= 8);
        for name in names() {
            let mut read = LoadedBundle::read(&root.join(name)).unwrap();
            read.origin = PathBuf::from("examples").join(name);
            assert_eq!(load(name).unwrap(), read, "{name}");
        }
    }
}
