//! The scaffolds of `assay bundle new`, inside the program: `templates/`.

use clap::ValueEnum;

/// What a scaffold is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scaffold {
    /// C or C++ files and a harness of one's own
    Cc,
    /// A Rust package, and programs that use it
    Cargo,
    /// A Python wheel and a script
    Wheel,
    /// An npm package and a script
    Npm,
    /// A Debian source package; the vulnerable version is the packaged one less a patch
    Debian,
    /// A project with a makefile
    Make,
    /// A project with a CMakeLists.txt
    Cmake,
    /// A project with a meson.build
    Meson,
    /// A project with a configure script
    Autotools,
    /// A fuzz target, run on a testcase
    Libfuzzer,
    /// Nothing is built: files are used as they are
    Plain,
}

/// Path in the bundle -> content.
pub type Files = Vec<(&'static str, &'static [u8])>;

macro_rules! template {
    ($($path:literal => $file:literal),* $(,)?) => {
        vec![$(($path, include_bytes!(concat!("../../../templates/", $file)).as_slice())),*]
    };
}

impl Scaffold {
    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cc => "cc",
            Self::Cargo => "cargo",
            Self::Wheel => "wheel",
            Self::Npm => "npm",
            Self::Debian => "debian",
            Self::Make => "make",
            Self::Cmake => "cmake",
            Self::Meson => "meson",
            Self::Autotools => "autotools",
            Self::Libfuzzer => "libfuzzer",
            Self::Plain => "plain",
        }
    }

    /// The example's own package URL.
    pub fn example(self) -> &'static str {
        match self {
            Self::Cargo => "pkg:cargo/greet@1.0.0",
            Self::Wheel => "pkg:pypi/greet@1.0.0",
            Self::Npm => "pkg:npm/greet@1.0.0",
            Self::Debian => "pkg:deb/debian/greet@1.0.0-1",
            _ => "pkg:generic/greet@1.0.0",
        }
    }

    /// The manifest, with places to fill.
    pub fn manifest(self) -> String {
        let own = match self {
            Self::Cc => include_str!("../../../templates/cc/proof.toml"),
            Self::Cargo => include_str!("../../../templates/cargo/proof.toml"),
            Self::Wheel => include_str!("../../../templates/wheel/proof.toml"),
            Self::Npm => include_str!("../../../templates/npm/proof.toml"),
            Self::Debian => include_str!("../../../templates/debian/proof.toml"),
            Self::Make => include_str!("../../../templates/make/proof.toml"),
            Self::Cmake => include_str!("../../../templates/cmake/proof.toml"),
            Self::Meson => include_str!("../../../templates/meson/proof.toml"),
            Self::Autotools => include_str!("../../../templates/autotools/proof.toml"),
            Self::Libfuzzer => include_str!("../../../templates/libfuzzer/proof.toml"),
            Self::Plain => include_str!("../../../templates/plain/proof.toml"),
        };
        let (head, tail) = (include_str!("../../../templates/head.toml"), include_str!("../../../templates/tail.toml"));
        format!("{head}\n{own}{tail}")
    }

    /// All other files.
    pub fn files(self) -> Files {
        let mut files = match self {
            Self::Cc => template!["harness.c" => "cc/harness.c"],
            Self::Libfuzzer => template!["fuzz.c" => "libfuzzer/fuzz.c"],
            Self::Make => template!["target/Makefile" => "make/Makefile"],
            Self::Cmake => template!["target/CMakeLists.txt" => "cmake/CMakeLists.txt"],
            Self::Meson => template!["target/meson.build" => "meson/meson.build"],
            Self::Autotools => template!["target/configure" => "autotools/configure"],
            Self::Debian => template![
                "target/greet.c" => "debian/greet.c",
                "target/debian/rules" => "debian/rules",
                "target/debian/patches/series" => "debian/series",
                "target/debian/patches/length.patch" => "debian/length.patch",
            ],
            Self::Cargo => template![
                "fix.patch" => "cargo/fix.patch",
                "harness/Cargo.toml" => "cargo/harness/Cargo.toml",
                "harness/src/bin/benign.rs" => "cargo/harness/src/bin/benign.rs",
                "harness/src/bin/trigger.rs" => "cargo/harness/src/bin/trigger.rs",
                "target/Cargo.toml" => "cargo/target/Cargo.toml",
                "target/src/lib.rs" => "cargo/target/src/lib.rs",
            ],
            Self::Wheel => template![
                "fix.patch" => "wheel/fix.patch",
                "harness.py" => "wheel/harness.py",
                "target/greet/__init__.py" => "wheel/target/greet/__init__.py",
            ],
            Self::Npm => template![
                "fix.patch" => "npm/fix.patch",
                "harness.js" => "npm/harness.js",
                "target/index.js" => "npm/target/index.js",
                "target/package.json" => "npm/target/package.json",
            ],
            Self::Plain => template![
                "fix.patch" => "plain/fix.patch",
                "harness.py" => "plain/harness.py",
                "target/letters.py" => "plain/target/letters.py",
            ],
        };
        if !matches!(self, Self::Cargo | Self::Wheel | Self::Npm | Self::Plain) {
            files.extend(template![
                "target/greet.h" => "c/greet.h",
                "poc/trigger" => "c/poc/trigger",
                "poc/benign" => "c/poc/benign",
            ]);
            if self != Self::Debian {
                files.extend(template!["target/greet.c" => "c/greet.c", "fix.patch" => "c/fix.patch"]);
            }
            if !matches!(self, Self::Cc | Self::Libfuzzer) {
                files.extend(template!["target/main.c" => "c/main.c"]);
            }
        }
        files
    }
}
