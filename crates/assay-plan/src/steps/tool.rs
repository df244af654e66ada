//! How an ecosystem's own tool updates one dependency.

use assay_inventory::ecosystem::Ecosystem;

/// The commands of a tool. Each takes words that are plain already.
pub(crate) struct Tool {
    /// Lists who uses a package.
    pub(crate) why: fn(&str) -> String,
    /// Sets it to a version: its name, from, to.
    pub(crate) set: fn(&str, &str, &str) -> String,
    /// Lists what is there now.
    pub(crate) see: fn(&str) -> String,
    /// The files that come back on undo.
    pub(crate) files: &'static str,
}

/// The tool of an ecosystem; none if it has no single one.
pub(crate) fn tool(ecosystem: &Ecosystem) -> Option<&'static Tool> {
    Some(match ecosystem {
        Ecosystem::Cargo => &CARGO,
        Ecosystem::Npm => &NPM,
        Ecosystem::PyPi => &PYPI,
        Ecosystem::Go => &GO,
        Ecosystem::RubyGems => &BUNDLE,
        Ecosystem::Packagist(_) => &COMPOSER,
        Ecosystem::NuGet => &DOTNET,
        Ecosystem::Hex => &MIX,
        Ecosystem::Pub => &DART,
        _ => return None,
    })
}

const CARGO: Tool = Tool {
    why: |name| format!("cargo tree --invert {name}"),
    set: |name, from, to| format!("cargo update --package {name}@{from} --precise {to}"),
    see: |name| format!("cargo tree --invert {name}"),
    files: "Cargo.toml and Cargo.lock",
};
const NPM: Tool = Tool {
    why: |name| format!("npm ls {name}"),
    // Not `npm install name@version`: that would make somebody else's dependency one of the project's own.
    set: |name, _, _| format!("npm update {name}"),
    see: |name| format!("npm ls {name}"),
    files: "package.json and package-lock.json",
};
const PYPI: Tool = Tool {
    why: |name| format!("python3 -m pip show {name}"),
    set: |name, _, to| format!("python3 -m pip install --upgrade \"{name}>={to}\""),
    see: |name| format!("python3 -m pip show {name}"),
    files: "the requirements file or lock",
};
const GO: Tool = Tool {
    why: |name| format!("go mod why -m {name}"),
    set: |name, _, to| format!("go get {name}@v{} && go mod tidy", to.trim_start_matches('v')),
    see: |name| format!("go list -m {name}"),
    files: "go.mod and go.sum",
};
const BUNDLE: Tool = Tool {
    why: |name| format!("bundle info {name}"),
    set: |name, _, _| format!("bundle update --conservative {name}"),
    see: |name| format!("bundle info {name}"),
    files: "Gemfile and Gemfile.lock",
};
const COMPOSER: Tool = Tool {
    why: |name| format!("composer why {name}"),
    set: |name, _, _| format!("composer update --with-dependencies {name}"),
    see: |name| format!("composer show {name}"),
    files: "composer.json and composer.lock",
};
const DOTNET: Tool = Tool {
    why: |name| format!("dotnet nuget why . {name}"),
    // The way that the tool's makers name for what another package brings in, too: a reference of one's own wins.
    set: |name, _, to| format!("dotnet add package {name} --version {to}"),
    see: |_| "dotnet list package --include-transitive".to_owned(),
    files: "the project files and packages.lock.json",
};
const MIX: Tool = Tool {
    why: |_| "mix deps.tree".to_owned(),
    set: |name, _, _| format!("mix deps.update {name}"),
    see: |_| "mix deps".to_owned(),
    files: "mix.exs and mix.lock",
};
const DART: Tool = Tool {
    why: |_| "dart pub deps".to_owned(),
    set: |name, _, _| format!("dart pub upgrade {name}"),
    see: |_| "dart pub deps".to_owned(),
    files: "pubspec.yaml and pubspec.lock",
};
