//! Brings folders out of the sandbox: init writes them to the report pipe,
//! bounded; nothing of the host is ever writable inside.

use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use super::message::{Tag, write_frame};
use crate::spec::Collect;

/// Deepest folder that is brought out.
const MAX_DEPTH: usize = 64;

struct Writer<'a, W> {
    to: &'a mut W,
    bytes_left: u64,
    entries_left: u64,
    truncated: bool,
}

/// Writes one folder as frames. All its processes have ended, so nothing changes under the walk.
pub fn send(collect: &Collect, to: &mut impl Write) -> io::Result<()> {
    write_frame(to, Tag::Tree, b"")?;
    let mut writer = Writer { to, bytes_left: collect.max_bytes, entries_left: collect.max_entries, truncated: false };
    if is_plain_folder(&collect.from) {
        writer.folder(&collect.from, Path::new(""), 0)?;
    } else {
        writer.truncated = true;
    }
    if writer.truncated {
        write_frame(writer.to, Tag::Truncated, b"")?;
    }
    Ok(())
}

/// Whether no part of the path is a link that the program put there: it could
/// lead to what init may read and the program may not.
fn is_plain_folder(path: &Path) -> bool {
    path.ancestors().all(|part| fs::symlink_metadata(part).is_ok_and(|meta| meta.is_dir()))
}

impl<W: Write> Writer<'_, W> {
    /// Errors of reading (a name too long, a folder vanished) cut the tree; only errors of the pipe end the walk.
    fn folder(&mut self, host: &Path, relative: &Path, depth: usize) -> io::Result<()> {
        // The program may have taken its own rights away; init may give them back.
        let _ = fs::set_permissions(host, fs::Permissions::from_mode(0o700));
        let Ok(entries) = fs::read_dir(host) else {
            self.truncated = true;
            return Ok(());
        };
        let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).take(self.bounded_entries()).collect();
        names.sort();
        for name in names {
            let Some(left) = self.entries_left.checked_sub(1) else {
                self.truncated = true;
                return Ok(());
            };
            self.entries_left = left;
            self.entry(&host.join(&name), &relative.join(&name), depth)?;
        }
        Ok(())
    }

    fn bounded_entries(&self) -> usize {
        usize::try_from(self.entries_left).unwrap_or(usize::MAX).saturating_add(1)
    }

    fn entry(&mut self, host: &Path, relative: &Path, depth: usize) -> io::Result<()> {
        let name = relative.as_os_str().as_bytes();
        let Ok(meta) = fs::symlink_metadata(host) else {
            self.truncated = true;
            return Ok(());
        };
        if meta.is_symlink() {
            let target = fs::read_link(host).unwrap_or_default();
            let mut payload = u32::try_from(name.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
            payload.extend_from_slice(name);
            payload.extend_from_slice(target.as_os_str().as_bytes());
            write_frame(self.to, Tag::Link, &payload)
        } else if meta.is_dir() {
            write_frame(self.to, Tag::Folder, name)?;
            if depth >= MAX_DEPTH {
                self.truncated = true;
                return Ok(());
            }
            self.folder(host, relative, depth + 1)
        } else if meta.is_file() {
            let executable = u8::from(meta.permissions().mode() & 0o111 != 0);
            write_frame(self.to, Tag::File, &[&[executable], name].concat())?;
            self.content(host)
        } else {
            write_frame(self.to, Tag::Other, name)
        }
    }

    fn content(&mut self, host: &Path) -> io::Result<()> {
        let _ = fs::set_permissions(host, fs::Permissions::from_mode(0o600));
        let opened = File::options().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(host);
        let Ok(mut file) = opened else {
            self.truncated = true;
            return Ok(());
        };
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let Ok(count) = file.read(&mut buffer) else {
                self.truncated = true;
                return Ok(());
            };
            if count == 0 {
                return Ok(());
            }
            let sent = u64::try_from(count).unwrap_or(u64::MAX).min(self.bytes_left);
            let chunk = buffer.get(..usize::try_from(sent).unwrap_or(0)).unwrap_or_default();
            if !chunk.is_empty() {
                write_frame(self.to, Tag::Content, chunk)?;
            }
            self.bytes_left -= sent;
            if chunk.len() < count {
                self.truncated = true;
                return Ok(());
            }
        }
    }
}
