//! Flags and sources of the `cc` recipe.
//!
//! A claimant chooses flags, so each is an attack on the control until shown
//! harmless: one that reaches the linker, the assembler or the instrumentation
//! can make the oracle deaf in one arm, or plant code. Only what real builds
//! of a few files need is let through.

use super::value;
use crate::manifest::fault::Fault;
use crate::manifest::problem::shown;
use crate::path::BundlePath;

/// Runtimes of sanitizers: linking one by hand changes what reports.
const RUNTIMES: &[&str] = &["asan", "ubsan", "lsan", "msan", "tsan", "hwasan"];

/// One flag.
pub(super) fn check(flag: &str) -> Result<String, Fault> {
    let refuse = |why: &str| {
        Err(Fault::new("forbidden-flag", format!("`{}` is refused: {why}", shown(flag)))
            .help("only -O -D -I -W -w -std -l are allowed; `build.instrument` chooses the sanitizer"))
    };
    if flag.len() > 1_024 || flag.chars().any(char::is_control) {
        return refuse("it is too long or contains control characters");
    }
    let lower = flag.to_ascii_lowercase();
    if lower.contains("sanitize") || lower.contains("instrument") {
        return refuse("it touches the instrumentation");
    }
    if flag.starts_with('@') {
        return refuse("a file of flags could hide others");
    }
    if ["-Wl,", "-Wa,", "-Wp,"].iter().any(|hand| flag.starts_with(hand)) {
        return refuse("it hands options to another program of the compiler");
    }
    let good = match flag.as_bytes() {
        b"-w" => true,
        [b'-', b'O', level @ ..] => {
            matches!(level, b"" | b"0" | b"1" | b"2" | b"3" | b"s" | b"g" | b"z" | b"fast")
        }
        [b'-', b'D', define @ ..] => define.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_'),
        [b'-', b'W', warning @ ..] => warning.iter().all(|b| b.is_ascii_alphanumeric() || b"-+=_".contains(b)),
        [b'-', b's', b't', b'd', b'=', standard @ ..] => {
            !standard.is_empty() && standard.iter().all(|b| b.is_ascii_alphanumeric() || b"+:".contains(b))
        }
        [b'-', b'l', library @ ..] => {
            let name = std::str::from_utf8(library).unwrap_or("");
            if RUNTIMES.iter().any(|runtime| name.contains(runtime)) {
                return refuse("it links a sanitizer's runtime by hand");
            }
            library.first().is_some_and(u8::is_ascii_alphanumeric)
                && library.iter().all(|b| b.is_ascii_alphanumeric() || b"+._-".contains(b))
        }
        [b'-', b'I', ..] => return include(flag),
        _ => return refuse("it is not one of the allowed flags"),
    };
    if good {
        Ok(flag.to_owned())
    } else {
        refuse("its value is not of the expected form; flag and value are one word")
    }
}

fn include(flag: &str) -> Result<String, Fault> {
    let folder = flag.get(2..).unwrap_or("");
    if folder == "." {
        return Ok(flag.to_owned());
    }
    let plain = folder.parse::<BundlePath>().is_ok() && !folder.starts_with(['-', '=', '$']);
    if plain {
        return Ok(flag.to_owned());
    }
    Err(Fault::new("forbidden-flag", format!("`{}` does not name a folder of the bundle", shown(flag)))
        .help("write `-Isrc/include`, relative to the bundle's root, as one word"))
}

/// Libraries come last, or the linker does not find what they define.
pub(super) fn libraries_last(flags: &[String]) -> bool {
    let mut libraries = false;
    flags.iter().all(|flag| {
        let library = flag.starts_with("-l");
        libraries |= library;
        library || !libraries
    })
}

/// A source file or folder, of the bundle or under `src/`.
pub(super) fn source(text: &str) -> Result<BundlePath, Fault> {
    // The compiler would read either as something other than a file.
    if text.starts_with(['-', '@']) {
        return Err(Fault::new("bad-path", format!("`{}` would be read as an option of the compiler", shown(text)))
            .help("rename the file so that it begins with a letter"));
    }
    value::path(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_flags_pass() {
        for good in [
            "-O",
            "-O1",
            "-Ofast",
            "-Og",
            "-DNDEBUG",
            "-DA=1",
            "-D_GNU_SOURCE",
            "-I.",
            "-Isrc",
            "-Isrc/include",
            "-Iinclude",
            "-Wall",
            "-Wno-error=format",
            "-Wformat=2",
            "-w",
            "-std=c11",
            "-std=gnu++17",
            "-lm",
            "-lstdc++",
            "-W",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "-",
            "O1",
            "-fsanitize=address",
            "-fno-sanitize=all",
            "-finstrument-functions",
            "-Wl,-z,now",
            "-Wl,--wrap=malloc",
            "-Wa,x",
            "-Wp,x",
            "-include",
            "-I/usr/include",
            "-I../x",
            "-I",
            "-I$SRC",
            "-I-",
            "-D",
            "-D1",
            "-l",
            "-l:libx.a",
            "-lasan",
            "-lclang_rt.asan",
            "@flags",
            "-L.",
            "-B.",
            "-x",
            "-specs=x",
            "-fplugin=x.so",
            "-o",
            "-O9",
            "-std=",
            "-D\nx",
            "-U__SANITIZE_ADDRESS__",
            "-D__SANITIZE_ADDRESS__",
            "-Dno_sanitize=x",
            "-wrapper",
            "-Xlinker",
            "-W,l",
            "-lm,-z",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn libraries_stand_at_the_end() {
        let flags = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(libraries_last(&flags("-O1 -lm -lz")));
        assert!(!libraries_last(&flags("-lm -O1")));
    }

    #[test]
    fn sources_are_no_options() {
        assert!(source("harness.c").is_ok() && source("src/a.c").is_ok());
        assert!(source("-o").is_err() && source("@x").is_err());
    }
}
