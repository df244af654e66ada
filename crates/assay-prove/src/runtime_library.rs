//! Whether this machine's compiler has the sanitizer that a bundle asks for:
//! distributions keep a compiler and its sanitizers' libraries in packages of
//! their own, and a build without the library would look like the bundle's fault.

use std::fs;
use std::path::Path;

use assay_bundle::manifest::{Instrument, Manifest, Recipe};
use assay_sandbox::{End, Sandbox, Spec, Task};

use crate::toolchain::{Tool, Toolchain};

/// What is missing, in a sentence that names the package; `None` if nothing is, or if nobody can tell.
pub fn missing(sandbox: &dyn Sandbox, manifest: &Manifest, toolchain: &Toolchain) -> Option<String> {
    let build = manifest.build.as_ref()?;
    let name = match build.instrument {
        Instrument::Asan => "asan",
        Instrument::Ubsan => "ubsan",
        Instrument::Lsan => "lsan",
        Instrument::Msan => "msan",
        Instrument::None => return None,
    };
    let tool = |wanted: &str| toolchain.tools.iter().find(|tool| tool.name == wanted);
    match &build.recipe {
        // A command of the claimant's own may bring anything.
        Recipe::Run(_) | Recipe::Wheel | Recipe::Npm => None,
        Recipe::Cargo => of_rust(tool("rust")?, name),
        Recipe::Cc
        | Recipe::Libfuzzer
        | Recipe::Debian
        | Recipe::Autotools
        | Recipe::Cmake
        | Recipe::Meson
        | Recipe::Make => match (tool("clang"), tool("cc")) {
            (Some(clang), _) => of_clang(sandbox, toolchain, clang, name),
            (None, Some(cc)) => of_gcc(sandbox, toolchain, cc, name),
            (None, None) => None,
        },
    }
}

fn of_clang(sandbox: &dyn Sandbox, toolchain: &Toolchain, clang: &Tool, name: &str) -> Option<String> {
    let word = if name == "ubsan" { "ubsan_standalone" } else { name };
    // Older builds name the architecture in the file, newer ones in its folder.
    let arch = std::env::consts::ARCH;
    let files = [format!("libclang_rt.{word}-{arch}.a"), format!("libclang_rt.{word}.a")];
    let found = files.iter().map(|file| has_file(sandbox, toolchain, clang, file)).collect::<Option<Vec<bool>>>()?;
    (!found.contains(&true)).then(|| {
        format!(
            "clang has no library of the sanitizer `{name}` here: install it (on Debian and Ubuntu: \
             `apt-get install libclang-rt-dev`, on Fedora `dnf install compiler-rt`)"
        )
    })
}

fn of_gcc(sandbox: &dyn Sandbox, toolchain: &Toolchain, cc: &Tool, name: &str) -> Option<String> {
    if name == "msan" {
        return Some(
            "gcc has no MemorySanitizer: name `clang` in `toolchain.needs` (on Debian and Ubuntu: \
             `apt-get install clang libclang-rt-dev`)"
                .to_owned(),
        );
    }
    let has = has_file(sandbox, toolchain, cc, &format!("lib{name}.so"))?;
    (!has).then(|| {
        format!(
            "the compiler `cc` has no library of the sanitizer `{name}` here: install it (on Debian and Ubuntu: \
             `apt-get install gcc libc6-dev`, on Fedora `dnf install lib{name}`)"
        )
    })
}

/// Whether the compiler finds this file among its own; `None` if it does not say. Asked inside the sandbox.
fn has_file(sandbox: &dyn Sandbox, toolchain: &Toolchain, compiler: &Tool, file: &str) -> Option<bool> {
    let argv = vec![compiler.path.display().to_string(), format!("-print-file-name={file}")];
    let env = vec![("PATH".to_owned(), toolchain.path_variable()), ("LC_ALL".to_owned(), "C.UTF-8".to_owned())];
    let mut spec = Spec::of(Task::Exec { argv, env });
    spec.mounts.clone_from(&toolchain.mounts);
    let finished = sandbox.run(&spec).ok().filter(|finished| finished.end == End::Exited(0))?;
    let answer = String::from_utf8(finished.stdout).ok()?;
    // A file that is not found is answered by its bare name.
    Some(answer.trim().starts_with('/'))
}

/// Distributions build their Rust without the sanitizers' libraries.
fn of_rust(rust: &Tool, name: &str) -> Option<String> {
    let sysroot = rust.path.parent()?.parent()?;
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let libraries = sysroot.join("lib/rustlib").join(target).join("lib");
    (!has_library(&libraries, name)).then(|| {
        format!(
            "the Rust toolchain has no library of the sanitizer `{name}` in `{}`: use one that the Rust project \
             built, such as rustup installs",
            libraries.display()
        )
    })
}

fn has_library(folder: &Path, name: &str) -> bool {
    let ending = format!("_rt.{name}.a");
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let file = entry.file_name();
        let file = file.to_string_lossy();
        file.starts_with("librustc") && file.ends_with(&ending)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use assay_sandbox::{Finished, Layers, SandboxError, Tier, Usage};

    use super::*;

    /// A sandbox in which every compiler gives this answer.
    struct Answering(&'static str, Layers);

    impl Sandbox for Answering {
        fn run(&self, _spec: &Spec) -> Result<Finished, SandboxError> {
            let (stdout, stderr, trees) = (self.0.as_bytes().to_vec(), Vec::new(), Vec::new());
            Ok(Finished { end: End::Exited(0), usage: Usage::default(), stdout, stderr, trees, pid: 2 })
        }

        fn layers(&self) -> &Layers {
            &self.1
        }
    }

    fn answering(answer: &'static str) -> Answering {
        let (layers, proofs) = (BTreeMap::new(), BTreeMap::new());
        Answering(
            answer,
            Layers { engine: "test".into(), tier: Tier::P, kernel: "0".into(), landlock_abi: 1, layers, proofs },
        )
    }

    fn compiler(name: &str) -> Tool {
        let path = format!("/usr/bin/{name}").into();
        Tool { name: name.into(), path, version: String::new(), sha256: String::new() }
    }

    #[test]
    fn a_library_that_is_not_there_is_named_with_its_package() {
        let none = answering("libasan.so\n");
        let tools = Toolchain::default();
        assert!(of_gcc(&none, &tools, &compiler("cc"), "asan").unwrap().contains("apt-get install gcc"));
        assert!(of_clang(&none, &tools, &compiler("clang"), "msan").unwrap().contains("libclang-rt-dev"));
        let there = answering("/usr/lib/gcc/x86_64-linux-gnu/12/libasan.so\n");
        assert_eq!(of_gcc(&there, &tools, &compiler("cc"), "asan"), None);
        assert_eq!(of_clang(&there, &tools, &compiler("clang"), "asan"), None);
        assert!(of_gcc(&there, &tools, &compiler("cc"), "msan").unwrap().contains("clang"), "whatever is there");
    }

    #[test]
    fn a_rust_without_sanitizers_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_library(folder.path(), "asan"));
        fs::write(folder.path().join("librustc-stable_rt.lsan.a"), "").unwrap();
        assert!(has_library(folder.path(), "lsan") && !has_library(folder.path(), "asan"));
    }
}
