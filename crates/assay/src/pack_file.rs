//! Directives, duties and policies as a call names them: one that ships, a
//! signed file, or a plain file of the caller's own.

use std::path::{Path, PathBuf};

use assay_clock::pack::LARGEST;
use assay_clock::shelf::{Pack, shipped};
use assay_seal::{Envelope, KeyId, MAX_BYTES, TrustedKeys, VerifyingKey};

use crate::failure::Failure;
use crate::scan_input::open;

/// The type that a signed pack has in its envelope.
pub const TYPE: &str = "application/vnd.assay.pack+toml";

/// Who vouches for a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is built into this program.
    Shipped,
    /// A key that the caller trusts signed it.
    Signed(KeyId),
    /// Nobody but the file itself.
    Unsigned,
}

impl Origin {
    /// As a clause.
    pub fn words(&self) -> String {
        match self {
            Self::Shipped => "ships with this program".to_owned(),
            Self::Signed(key) => format!("signed by {key}"),
            Self::Unsigned => "not signed: it is taken at the word of its file".to_owned(),
        }
    }
}

/// Reads the pack of that id or file. A signed one is read only if a key of `keys` signed it.
///
/// # Errors
///
/// It is neither an id nor a readable file, its signature does not hold, or its reader refuses it.
pub fn load(named: &str, keys: &[PathBuf]) -> Result<(Pack, Origin), Failure> {
    let path = Path::new(named);
    let bad = |error: String| Failure::call("bad-pack", format!("`{named}`: {error}"));
    if let Some(text) = shipped(named) {
        let pack = Pack::read(text).map_err(|error| Failure::own("bad-pack", format!("`{named}`: {error}")))?;
        return Ok((pack, Origin::Shipped));
    }
    if !path.exists() {
        return Err(
            bad("neither a pack that ships nor a file".to_owned()).help("`assay directive list` shows what ships")
        );
    }
    let (text, origin) = text(path, keys)?;
    let pack = Pack::read(&text).map_err(|error| bad(error.to_string()))?;
    // A file that calls itself by the id of what ships is a newer version of it, and says by whose word.
    if origin == Origin::Unsigned
        && let Some(known) = shipped(pack.id())
        && known != text
    {
        return Err(bad(format!(
            "it calls itself `{}`, which ships with this program, and nobody signed it",
            pack.id()
        ))
        .help("give it an id of your own, or have it signed (`assay directive sign`) and name the key"));
    }
    Ok((pack, origin))
}

/// The text of a pack of any kind: a signed one, if a key of `keys` signed it, or a plain one. What kind it is stands in
/// its own `schema`, so that a signature over one kind is none over another.
///
/// # Errors
///
/// It cannot be read, is no UTF-8 text, or its signature does not hold.
pub fn text(path: &Path, keys: &[PathBuf]) -> Result<(String, Origin), Failure> {
    let bad = |error: String| Failure::call("bad-pack", format!("`{}`: {error}", path.display()));
    let bytes = open::whole(path, LARGEST.max(MAX_BYTES))?;
    let signed = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let (bytes, origin) = if signed {
        let trusted = trusted(keys)?;
        if keys.is_empty() {
            return Err(bad("it is signed, and no key to check it with is named".to_owned())
                .help("name the public key of whoever you trust for it with --pack-key"));
        }
        let verified = Envelope::parse(&bytes)
            .and_then(|envelope| envelope.verify(TYPE, &trusted))
            .map_err(|error| bad(error.to_string()))?;
        let signer = verified.signers().first().copied().ok_or_else(|| bad("nobody signed it".to_owned()))?;
        (verified.payload().to_vec(), Origin::Signed(signer))
    } else {
        (bytes, Origin::Unsigned)
    };
    let text = String::from_utf8(bytes).map_err(|_| bad("it is no UTF-8 text".to_owned()))?;
    Ok((text, origin))
}

fn trusted(keys: &[PathBuf]) -> Result<TrustedKeys, Failure> {
    let mut all = Vec::new();
    for path in keys {
        let bad = |error: String| Failure::call("no-key", format!("`{}`: {error}", path.display()));
        let pem = String::from_utf8(open::whole(path, LARGEST)?).map_err(|_| bad("it is no text".to_owned()))?;
        all.push(VerifyingKey::from_pem(&pem).map_err(|error| bad(error.to_string()))?);
    }
    Ok(TrustedKeys::from_iter(all))
}
