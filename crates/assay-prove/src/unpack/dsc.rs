//! The `.dsc` file of a Debian source package: its format and its files.
//!
//! It may be clearsigned. The signature is not checked here: the bundle names
//! every file by digest, the `.dsc` included.

use std::collections::BTreeMap;

use super::error::{UnpackError, shown};

/// Bytes of a `.dsc`.
pub(super) const MAX_DSC: usize = 1 << 20;
/// Files of one source package.
const MAX_FILES: usize = 256;

/// How a Debian source package is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `1.0`: original and one diff, or native.
    One,
    /// `3.0 (quilt)`: original, components, a `debian/` archive, a series of patches.
    Quilt,
    /// `3.0 (native)`: one archive.
    Native,
}

/// What a `.dsc` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dsc {
    /// Name of the source package.
    pub source: String,
    /// Its version.
    pub version: String,
    /// Its format.
    pub format: Format,
    /// Names of its files, sorted, without detached signatures.
    pub files: Vec<String>,
}

impl Dsc {
    /// Reads a `.dsc`.
    ///
    /// # Errors
    /// When a field is missing or wrong, or a file's name could be a path.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, UnpackError> {
        let bad = |reason: String| UnpackError::Debian { file: shown(name.as_bytes()), reason };
        if bytes.len() > MAX_DSC {
            return Err(bad(format!("it is longer than {MAX_DSC} bytes")));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| bad("it is not UTF-8".into()))?;
        let fields = fields(text).map_err(|reason| bad(reason.into()))?;
        let field = |key: &str| fields.get(key).ok_or_else(|| bad(format!("the field `{key}` is missing")));
        let format = match field("format")?.trim() {
            "1.0" => Format::One,
            "3.0 (quilt)" => Format::Quilt,
            "3.0 (native)" => Format::Native,
            other => {
                return Err(bad(format!("source format `{}` is not supported", shown(other.as_bytes()))));
            }
        };
        let list = fields.get("files").or_else(|| fields.get("checksums-sha256"));
        let list = list.ok_or_else(|| bad("the field `Files` is missing".into()))?;
        let mut files = Vec::new();
        for line in list.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let file = line.split_ascii_whitespace().nth(2).unwrap_or_default();
            if !is_plain(file) {
                return Err(bad(format!("`{}` is not the name of a file", shown(line.as_bytes()))));
            }
            if !file.ends_with(".asc") {
                files.push(file.to_owned());
            }
        }
        files.sort();
        files.dedup();
        match files.len() {
            1..=MAX_FILES => {}
            n => {
                return Err(bad(format!("it names {n} files; 1 to {MAX_FILES} are allowed")));
            }
        }
        Ok(Self {
            source: field("source")?.trim().to_owned(),
            version: field("version")?.trim().to_owned(),
            format,
            files,
        })
    }
}

/// Whether a name is that of a file in the same folder.
pub(super) fn is_plain(name: &str) -> bool {
    (1..=255).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-_~:%".contains(&b))
}

/// The fields of the one paragraph, keys in lower case.
fn fields(text: &str) -> Result<BTreeMap<String, String>, &'static str> {
    let mut lines = text.lines().peekable();
    let signed = lines.peek().is_some_and(|l| l.trim_end() == "-----BEGIN PGP SIGNED MESSAGE-----");
    if signed {
        // The armour's own headers end with an empty line.
        lines.by_ref().take_while(|l| !l.trim().is_empty()).for_each(drop);
    }
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut last: Option<String> = None;
    for line in lines {
        let line = if signed { line.strip_prefix("- ").unwrap_or(line) } else { line };
        if line.trim().is_empty() {
            if fields.is_empty() { continue } else { break }
        }
        if line.starts_with("-----") {
            break;
        }
        if line.starts_with([' ', '\t']) {
            let key = last.as_ref().ok_or("it starts with a continued line")?;
            if let Some(value) = fields.get_mut(key) {
                value.push('\n');
                value.push_str(line);
            }
            continue;
        }
        let (key, value) = line.split_once(':').ok_or("a line is neither a field nor the continuation of one")?;
        let key = key.trim().to_ascii_lowercase();
        if fields.insert(key.clone(), value.to_owned()).is_some() {
            return Err("a field stands twice");
        }
        last = Some(key);
    }
    Ok(fields)
}
