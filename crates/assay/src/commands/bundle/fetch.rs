//! `assay bundle fetch`: the sources that bundles name, into the cache, by digest.

use std::path::{Path, PathBuf};

use assay_prove::deps;
use assay_prove::fetch::{self, Cache, Progress as Event, Reason, Wanted};
use clap::Args;
use serde::Serialize;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake::{self, Refusal};
use crate::output;
use crate::place;
use crate::progress::Progress;
use crate::report::problem_json::RefusalJson;
use crate::report::{check_text, next, plain, words};

/// A file could not be had: the network, a registry's client, the disk.
const FAILED: u8 = 1;
/// The bundle names what can never be had, or is itself wrong.
const WRONG: u8 = 2;

/// Get the sources that a bundle names, by digest; the only command that uses the network
///
/// No code of a package is run: files are picked from a registry's index by name and digest, and enter the cache
/// only if the digest is right. `--from` takes them from a folder instead, recognised by digest alone.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay bundle fetch cases/*
  assay bundle fetch report/ --from /media/usb/sources

Exit codes: 0 all is in the cache; 2 a bundle is wrong, or names a file that cannot be what it says;
1 a file could not be had (network, registry's client, disk)")]
pub struct FetchArgs {
    /// Folders or `.tar.zst` files with a proof.toml
    #[arg(required = true, value_name = "BUNDLE")]
    pub bundles: Vec<PathBuf>,
    /// Take the files from this folder, and not from the network
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
}

/// What became of one bundle's sources.
#[derive(Serialize)]
struct FetchJson<'a> {
    path: String,
    files: Vec<FileJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<RefusalJson<'a>>,
}

#[derive(Serialize)]
struct FileJson {
    package: String,
    file: String,
    /// `cached`, `stored` or `failed`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl FileJson {
    fn there(wanted: &Wanted, state: &'static str) -> Self {
        Self { package: wanted.purl.clone(), file: wanted.name.clone(), state, code: None, message: None, help: None }
    }

    fn failed(package: &str, file: &str, code: &'static str, message: String, help: String) -> Self {
        Self {
            package: package.to_owned(),
            file: file.to_owned(),
            state: "failed",
            code: Some(code),
            message: Some(message),
            help: Some(help),
        }
    }

    /// Whether trying again elsewhere cannot help.
    fn is_wrong(&self) -> bool {
        matches!(self.code, Some("refused" | "unsupported" | "other-digest"))
    }
}

/// One bundle's answer.
struct Answer<'a> {
    path: &'a Path,
    files: Vec<FileJson>,
    refusal: Option<Refusal>,
}

pub fn run(call: &FetchArgs, common: &Common) -> Result<u8, Failure> {
    let cache = place::cache()?;
    let mut answers = Vec::new();
    for path in &call.bundles {
        let answer = one(path, call.from.as_deref(), &cache, common)?;
        if common.format == Format::Text {
            tell(&answer);
        }
        answers.push(answer);
    }
    if common.format == Format::Json {
        #[derive(Serialize)]
        struct Json<'a> {
            bundles: Vec<FetchJson<'a>>,
        }
        let bundles = answers.iter_mut().map(|answer| FetchJson {
            path: answer.path.display().to_string(),
            files: std::mem::take(&mut answer.files),
            refusal: answer.refusal.as_ref().map(RefusalJson::of),
        });
        let bundles: Vec<FetchJson<'_>> = bundles.collect();
        let code = worst(bundles.iter().map(|bundle| code(&bundle.files, bundle.refusal.is_some())));
        output::json(&Json { bundles });
        return Ok(code);
    }
    Ok(worst(answers.iter().map(|answer| code(&answer.files, answer.refusal.is_some()))))
}

/// The exit code of one bundle.
fn code(files: &[FileJson], refused: bool) -> u8 {
    if refused || files.iter().any(FileJson::is_wrong) {
        WRONG
    } else if files.iter().any(|file| file.state == "failed") {
        FAILED
    } else {
        0
    }
}

/// What the author has to mend outranks what trying again may mend.
fn worst(codes: impl Iterator<Item = u8>) -> u8 {
    codes.max().unwrap_or_default()
}

fn one<'a>(path: &'a Path, from: Option<&Path>, cache: &Cache, common: &Common) -> Result<Answer<'a>, Failure> {
    let ready = match intake::ready(path) {
        Ok(ready) => ready,
        Err(refusal) => return Ok(Answer { path, files: Vec::new(), refusal: Some(refusal) }),
    };
    let manifest = deps::with_lock(&ready.manifest, &ready.bundle).map_err(|error| {
        Failure::call("bad-lock", error.to_string())
            .help("mend the lock file, or name each package in `[deps.packages]`")
    })?;
    let files = match from {
        Some(folder) => import(folder, &fetch::wanted(&manifest), cache)?,
        None => {
            let progress = Progress::start(&next::quoted(path), !common.no_progress);
            let mut files = Vec::new();
            // The files that failed are told one by one as they fail.
            let _ = fetch::fetch(&manifest, cache, &mut |event| match event {
                Event::Cached(wanted) => files.push(FileJson::there(wanted, "cached")),
                Event::Stored(wanted) => files.push(FileJson::there(wanted, "stored")),
                Event::Asking { purl, files } => {
                    progress.say(&format!("asking for {} of {}", words::count(files, "file"), plain::line(purl, 200)));
                }
                Event::Failed(error) => files.push(FileJson::failed(
                    &error.purl,
                    &error.file,
                    error.reason.code(),
                    error.reason.to_string(),
                    help(&error.reason, path),
                )),
            });
            files
        }
    };
    Ok(Answer { path, files, refusal: None })
}

/// The remedy, with this bundle's own path in the command it names.
fn help(reason: &Reason, path: &Path) -> String {
    let command = format!("`assay bundle fetch {} --from DIR`", next::quoted(path));
    reason.remedy().replace("`assay bundle fetch --from DIR`", &command)
}

fn import(folder: &Path, wanted: &[Wanted], cache: &Cache) -> Result<Vec<FileJson>, Failure> {
    let before: Vec<bool> = wanted.iter().map(|file| cache.get(&file.sha256).is_some()).collect();
    let imported = fetch::import_from(folder, wanted, cache)
        .map_err(|error| Failure::call("not-found", error.to_string()).help("name a folder that holds the files"))?;
    let mut files = Vec::new();
    for (file, cached) in wanted.iter().zip(before) {
        if cached {
            files.push(FileJson::there(file, "cached"));
        } else if imported.found.contains(file) {
            files.push(FileJson::there(file, "stored"));
        } else {
            let other = imported
                .other_digest
                .iter()
                .find(|(path, _)| path.file_name().is_some_and(|name| name == file.name.as_str()));
            let (code, message) = match other {
                Some((path, digest)) => (
                    "other-digest",
                    format!("`{}` has the digest {digest}, and the manifest asks for {}", path.display(), file.sha256),
                ),
                None => ("not-found", format!("no file in `{}` has the digest {}", folder.display(), file.sha256)),
            };
            let mut help = "get the file as the registry has it, and put it into the folder".to_owned();
            if imported.cut_short {
                help.push_str("; the folder is larger than what is searched, so name a smaller one");
            }
            files.push(FileJson::failed(&file.purl, &file.name, code, message, help));
        }
    }
    Ok(files)
}

fn tell(answer: &Answer<'_>) {
    if let Some(refusal) = &answer.refusal {
        output::say(check_text::refusal(answer.path, refusal).trim_end());
        return;
    }
    let path = next::quoted(answer.path);
    let count = |state| answer.files.iter().filter(|file| file.state == state).count();
    let (cached, stored, failed) = (count("cached"), count("stored"), count("failed"));
    let mut text = if answer.files.is_empty() {
        format!("{path}: names no source to fetch\n")
    } else {
        format!("{path}: {stored} fetched, {cached} already there, {failed} failed\n")
    };
    for file in answer.files.iter().filter(|file| file.state == "stored") {
        text.push_str(&format!("  fetched  {} of {}\n", plain::line(&file.file, 200), plain::line(&file.package, 200)));
    }
    for file in answer.files.iter().filter(|file| file.state == "failed") {
        text.push_str(&format!(
            "  failed   {} of {}: {}: {}\n           {}\n",
            plain::line(&file.file, 200),
            plain::line(&file.package, 200),
            file.code.unwrap_or_default(),
            plain::line(file.message.as_deref().unwrap_or_default(), 1000),
            plain::line(file.help.as_deref().unwrap_or_default(), 1000)
        ));
    }
    if failed == 0 {
        text.push_str(&format!("Prove it: `assay prove {path}`.\n"));
    }
    output::answer(&text);
}
