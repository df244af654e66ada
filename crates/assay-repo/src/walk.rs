//! Everything that is in a folder, by path.

use std::fs;
use std::io;
use std::path::Path;

use crate::layout;
use crate::read::ReadError;
use crate::refusal::Refusal;

/// Most files and folders: an index names no more.
const MAX_FILES: usize = 100_000;

/// The paths of all files. A link is refused, wherever it leads.
pub(crate) fn files(root: &Path) -> Result<Vec<String>, ReadError> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let items = match fs::read_dir(root.join(&folder)) {
            Ok(items) => items,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(ReadError::Failed(error)),
        };
        for item in items {
            let item = item.map_err(ReadError::Failed)?;
            let name = item.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let kind = item.file_type().map_err(ReadError::Failed)?;
            match (kind.is_dir(), kind.is_file()) {
                (true, _) if depth < layout::MAX_DEPTH => folders.push((path, depth + 1)),
                (true, _) => return Err(ReadError::Refused(Refusal::Unlisted { path })),
                (_, true) => found.push(path),
                _ => return Err(ReadError::Refused(Refusal::NotAFile { path })),
            }
            if found.len() + folders.len() > MAX_FILES {
                return Err(ReadError::Refused(Refusal::TooMuch { what: "files", most: MAX_FILES as u64 }));
            }
        }
    }
    Ok(found)
}
