//! `build`: a recipe of the runner, or the claimant's own command.

use std::collections::BTreeMap;

use super::{flag, limits, value};
use crate::manifest::bounds;
use crate::manifest::document::{Node, Value};
use crate::manifest::fault::Fault;
use crate::manifest::name;
use crate::manifest::plain::unknown_word;
use crate::manifest::problem::shown;
use crate::manifest::reader::Reader;
use crate::manifest::shape;
use crate::manifest::suggest;
use crate::manifest::types::{Build, Instrument, Recipe};
use crate::manifest::variable::{Variable, argument};

/// Inputs are not mounted while building, and no canary is drawn yet.
const VARIABLES: &[Variable] = &[Variable::Out, Variable::Src, Variable::Deps, Variable::Scratch];

/// Keys that only some recipes read: given to another one they would be silently ignored.
const ONLY_FOR: &[(&str, &[&str])] = &[
    ("sources", &["cc", "libfuzzer", "cargo"]),
    ("flags", &["cc", "libfuzzer"]),
    ("configure", &["autotools", "cmake", "meson"]),
    ("targets", &["autotools", "cmake", "meson", "make", "debian"]),
    ("artifacts", &["autotools", "cmake", "meson", "make", "debian"]),
];

pub(in crate::manifest) fn read(root: &Reader<'_>) -> Option<Build> {
    let build = root.table("build", &shape::BUILD)?;
    let recipe = recipe(&build);
    let instrument = build
        .word(
            "instrument",
            &[
                ("asan", Instrument::Asan),
                ("ubsan", Instrument::Ubsan),
                ("lsan", Instrument::Lsan),
                ("msan", Instrument::Msan),
                ("none", Instrument::None),
            ],
        )
        .unwrap_or(Instrument::None);
    let sources = build.each("sources", flag::source);
    let flags = build.each("flags", flag::check);
    if !flag::libraries_last(&flags) {
        let fault = Fault::new("forbidden-flag", "a `-l` stands before other flags");
        build.fault("flags", fault.help("put libraries last"));
    }
    let configure = build.each("configure", configure_argument);
    let targets = build.each("targets", target);
    let artifacts = artifacts(&build);
    let generate = generate(&build, root);
    let limits = limits::read(&build);
    let recipe = recipe?;
    fits_recipe(&build, &recipe, instrument);
    Some(Build { recipe, sources, flags, instrument, configure, targets, artifacts, generate, limits })
}

fn recipe(build: &Reader<'_>) -> Option<Recipe> {
    let known = build.parsed("recipe", |text| recipe_of(text).ok_or_else(|| unknown_word(text, RECIPES)));
    let run = value::command(build, "run", VARIABLES);
    if build.has("recipe") && build.has("run") {
        let fault = Fault::new("conflict", "either a `recipe` of the runner or a `run` of one's own");
        build.fault("run", fault.help("keep the recipe where it suffices: `run` lowers the assurance to `claimant`"));
        return None;
    }
    if build.has("run") {
        return run.map(Recipe::Run);
    }
    build.require("recipe");
    known
}

const RECIPES: &[&str] = &["cc", "libfuzzer", "cargo", "wheel", "npm", "debian", "autotools", "cmake", "meson", "make"];

fn recipe_of(word: &str) -> Option<Recipe> {
    Some(match word {
        "cc" => Recipe::Cc,
        "libfuzzer" => Recipe::Libfuzzer,
        "cargo" => Recipe::Cargo,
        "wheel" => Recipe::Wheel,
        "npm" => Recipe::Npm,
        "debian" => Recipe::Debian,
        "autotools" => Recipe::Autotools,
        "cmake" => Recipe::Cmake,
        "meson" => Recipe::Meson,
        "make" => Recipe::Make,
        _ => return None,
    })
}

fn fits_recipe(build: &Reader<'_>, recipe: &Recipe, instrument: Instrument) {
    let word = RECIPES.iter().find(|word| recipe_of(word).as_ref() == Some(recipe));
    let Some(word) = word else {
        // The claimant's own command reads none of them.
        for (key, recipes) in ONLY_FOR {
            if build.has(key) {
                let message = format!("`{key}` is not read beside `run`");
                let help = format!("give it to your command, or use a recipe: {}", suggest::list(recipes));
                build.fault(key, Fault::new("conflict", message).help(help));
            }
        }
        return;
    };
    for (key, recipes) in ONLY_FOR {
        if build.has(key) && !recipes.contains(word) {
            let message = format!("the recipe `{word}` does not read `{key}`");
            let help = format!("`{key}` belongs to {}", suggest::list(recipes));
            build.fault(key, Fault::new("conflict", message).help(help));
        }
    }
    if matches!(recipe, Recipe::Cc | Recipe::Libfuzzer | Recipe::Cargo) {
        match build.node("sources").map(|node| &node.value) {
            None => build.missing("sources"),
            Some(Value::List(list)) if list.is_empty() => {
                build.fault("sources", Fault::new("empty", "there is nothing to build"));
            }
            Some(_) => {}
        }
    }
    if matches!(recipe, Recipe::Wheel | Recipe::Npm) && instrument != Instrument::None {
        let message = format!("the recipe `{word}` compiles nothing that could be instrumented");
        build.fault("instrument", Fault::new("conflict", message).help("leave `instrument` out"));
    }
}

fn configure_argument(text: &str) -> Result<String, Fault> {
    let text = argument(text, VARIABLES)?;
    let lower = text.to_ascii_lowercase();
    if lower.contains("sanitize") || lower.contains("finstrument") {
        let message = format!("`{}` touches the instrumentation", shown(&text));
        let help = "`build.instrument` chooses the sanitizer";
        return Err(Fault::new("forbidden-flag", message).help(help));
    }
    Ok(text)
}

/// A word of a makefile; `A=b` would set a variable and `-x` an option.
fn target(text: &str) -> Result<String, Fault> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._+/-".contains(&b);
    let first = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
    if text.starts_with(first) && text.len() <= 255 && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    Err(Fault::new("bad-name", format!("`{}` is not a build target", shown(text)))
        .help("write the target's plain name: `all`, `xmllint`"))
}

fn artifacts(build: &Reader<'_>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let Some(table) = build.free_table("artifacts") else {
        return out;
    };
    if table.entries().count() > bounds::LIST {
        let message = format!("it names more than {} files", bounds::LIST);
        table.fault_here(Fault::new("too-large", message));
        return out;
    }
    for (key, _) in table.entries() {
        if let Err(fault) = name::file(key) {
            table.fault(key, fault);
        }
        let path = table.parsed(key, |text| {
            let path = value::path(text)?;
            if path.first_segment() == "src" && path.as_str() != "src" {
                return Ok(path.to_string());
            }
            let message = format!("`{}` does not lie in the built tree", shown(text));
            Err(Fault::new("bad-path", message).help("write it as `src/xmllint`"))
        });
        if let Some(path) = path {
            out.insert(key.clone(), path);
        }
    }
    out
}

/// Generators: each a command whose program is declared in `toolchain.needs`.
fn generate(build: &Reader<'_>, root: &Reader<'_>) -> Vec<Vec<String>> {
    let needs = root.peek(&["toolchain", "needs"]);
    let mut out = Vec::new();
    for (place, node) in build.list("generate", 64).unwrap_or_default() {
        let words = build.each_of(&place, node, |text| argument(text, VARIABLES));
        let Some(program) = words.first() else {
            build.fault_at(&place, Some(node.line), Fault::new("empty", "a command begins with the program to run"));
            continue;
        };
        if !needs.is_some_and(|needs| names(needs, program)) {
            let message = format!("`{}` is not among the declared tools", shown(program));
            let help = "add its plain name to `toolchain.needs`";
            build.fault_at(&place, Some(node.line), Fault::new("conflict", message).help(help));
        }
        out.push(words);
    }
    out
}

fn names(list: &Node, word: &str) -> bool {
    let Value::List(list) = &list.value else {
        return false;
    };
    list.iter().any(|node| matches!(&node.value, Value::Text(text) if text == word))
}
