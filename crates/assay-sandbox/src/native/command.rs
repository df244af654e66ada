//! A program found and made ready for exec.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// A program found and made ready for exec.
pub struct Command {
    /// Its path.
    pub program: CString,
    /// Its arguments, with the name it was called by.
    pub argv: Vec<CString>,
    /// Its environment.
    pub env: Vec<CString>,
}

impl Command {
    /// Looks it up as a shell would, inside the sandbox.
    pub fn new(argv: &[String], env: &[(String, String)]) -> Result<Self, String> {
        let text = |text: &str| CString::new(text).map_err(|_| "an argument holds a NUL byte".to_owned());
        let name = argv.first().filter(|name| !name.is_empty()).ok_or("the command is empty")?;
        let program = if name.contains('/') { text(name)? } else { Self::look_up(name, env)? };
        Ok(Self {
            program,
            argv: argv.iter().map(|a| text(a)).collect::<Result<_, _>>()?,
            env: env.iter().map(|(key, value)| text(&format!("{key}={value}"))).collect::<Result<_, _>>()?,
        })
    }

    fn look_up(name: &str, env: &[(String, String)]) -> Result<CString, String> {
        let path = env.iter().find(|(key, _)| key == "PATH").map_or("/usr/bin:/bin", |(_, value)| value);
        path.split(':')
            .map(|folder| Path::new(folder).join(name))
            .find(|candidate| candidate.is_file())
            .and_then(|found| CString::new(found.as_os_str().as_bytes()).ok())
            .ok_or_else(|| format!("`{name}` is not found in {path}"))
    }
}
