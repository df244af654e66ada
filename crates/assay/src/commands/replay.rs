//! `assay replay`: another runner's verdict, held against this one's or others'.

use std::fs;
use std::path::{Path, PathBuf};

use assay_prove::agreement::{Agreement, Voice};
use assay_prove::attest;
use assay_seal::{Envelope, TrustedKeys, VerifyingKey};
use clap::Args;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake;
use crate::output;
use crate::place;
use crate::progress::Progress;
use crate::report::{agreement, next, plain};
use crate::runner::Runner;
use crate::whole_file::WholeFile;

/// Runners say different things.
const DIFFER: u8 = 10;
/// Too few say anything.
const TOO_FEW: u8 = 13;

/// Hold runners' verdicts on a bundle against each other
///
/// A verdict is one runner's word. With --bundle, this machine runs the same bundle as often as the statement says,
/// and compares what came out: verdict, controls, and what fired where. Without it, the statements are compared with
/// each other. A runner is a key: one key is one voice, its latest. A statement is believed only if a key that you
/// trust signed it: this machine's own, or one named with --trust.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay replay theirs.dsse.json --trust their-runner.pub --bundle report/
  assay replay theirs.dsse.json --trust their-runner.pub --bundle report/ --attest mine.dsse.json
  assay replay a.json b.json c.json --trust a.pub --trust b.pub --trust c.pub --need 2

Exit codes: 0 they agree; 10 they differ; 13 too few could say anything; 2 the call, a statement or the bundle is
wrong; 1 Assay itself failed")]
pub struct ReplayArgs {
    /// Signed statements that `assay prove --attest` wrote
    #[arg(required = true, value_name = "STATEMENT")]
    pub statements: Vec<PathBuf>,
    /// Run this bundle here as well: the one that the statements speak of
    #[arg(long, value_name = "BUNDLE")]
    pub bundle: Option<PathBuf>,
    /// Believe what this public key (PEM) signed; may be given several times
    #[arg(long, value_name = "FILE")]
    pub trust: Vec<PathBuf>,
    /// So many runners must say the same; without it, all of them and at least two
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub need: Option<u16>,
    /// Write what this machine says as a signed statement to this file
    #[arg(long, value_name = "FILE", requires = "bundle")]
    pub attest: Option<PathBuf>,
    /// Sign with this Ed25519 key (PEM) and not with the runner's own
    #[arg(long, value_name = "FILE", requires = "bundle")]
    pub key: Option<PathBuf>,
}

/// Compares.
pub fn run(call: &ReplayArgs, common: &Common) -> Result<u8, Failure> {
    let trusted = trusted(call)?;
    let mut voices = Vec::new();
    for path in &call.statements {
        voices.push(voice_of(path, &trusted)?);
    }
    // Looked at before the work: what cannot be compared need not be run.
    let theirs = Agreement::of(voices.clone()).map_err(not_comparable)?;
    let mut own = None;
    if let Some(path) = &call.bundle {
        let voice = here(path, call, &theirs, common)?;
        own = Some(voice.runner);
        voices.push(voice);
    }
    let all = Agreement::of(voices).map_err(not_comparable)?;
    let holds = all.holds(call.need.map(usize::from));
    match common.format {
        Format::Text => output::answer(&agreement::render(&all, holds, own)),
        Format::Json => output::json(&agreement::shown(&all, holds, own)),
    }
    Ok(match holds {
        Some(true) => 0,
        Some(false) => DIFFER,
        None => TOO_FEW,
    })
}

fn not_comparable(error: assay_prove::agreement::NotComparable) -> Failure {
    Failure::call("not-comparable", error.to_string())
        .help("name statements about one bundle, by one version of the rule")
}

/// The keys that are believed: those that were named, and this machine's own where it has one.
fn trusted(call: &ReplayArgs) -> Result<TrustedKeys, Failure> {
    let mut keys = Vec::new();
    for path in &call.trust {
        let failed = |error: String| Failure::call("no-key", format!("the key {}: {error}", next::quoted(path)));
        let pem = read(path).map_err(failed)?;
        let text = String::from_utf8(pem).map_err(|_| failed("it is not text".into()))?;
        keys.push(VerifyingKey::from_pem(&text).map_err(|error| {
            failed(error.to_string()).help("name the public half: a file that begins with BEGIN PUBLIC KEY")
        })?);
    }
    keys.extend(crate::key::own_public()?);
    Ok(TrustedKeys::from_iter(keys))
}

/// The voice of the runner that made the run, if a trusted key of its own signed.
fn voice_of(path: &Path, trusted: &TrustedKeys) -> Result<Voice, Failure> {
    let wrong = |error: String| Failure::call("no-statement", format!("{}: {error}", next::quoted(path)));
    let bytes = read(path).map_err(wrong)?;
    let attested = attest::verify(&bytes, trusted).map_err(|error| {
        let signers: Vec<String> = Envelope::parse(&bytes)
            .map(|envelope| envelope.claimed_signers().map(|id| id.to_string()).collect())
            .unwrap_or_default();
        let refused = wrong(error.to_string());
        match signers.as_slice() {
            [] => refused.help("name a file that `assay prove --attest` wrote"),
            ids => refused.help(format!(
                "it says that it is signed by {}: if you trust that runner, name its public key with --trust",
                plain::line(&ids.join(", "), 300)
            )),
        }
    })?;
    // Only the runner that made the run speaks: whoever signed below it has run nothing.
    let made_it = attested.statement.run().runner.id.clone();
    let runner = attested.signers.iter().find(|signer| signer.to_string() == made_it);
    let runner = runner.ok_or_else(|| {
        wrong(format!("the runner that it names, {}, did not sign it", plain::line(&made_it, 100)))
            .help("ask that runner for its own statement")
    })?;
    Ok(Voice { runner: *runner, statement: attested.statement.clone() })
}

/// What this machine says: the same bundle, run as often as the statements say.
fn here(path: &Path, call: &ReplayArgs, theirs: &Agreement, common: &Common) -> Result<Voice, Failure> {
    let mut ready = intake::ready(path).map_err(|_| {
        Failure::call("no-bundle", format!("{} cannot be run", next::quoted(path)))
            .help(format!("assay bundle check {} says why", next::quoted(path)))
    })?;
    let attest_to = match &call.attest {
        Some(file) => Some(WholeFile::begin(file)?),
        None => None,
    };
    let key = crate::key::signing_key(call.key.as_deref())?;
    let runs = theirs.voices.iter().flat_map(|voice| &voice.run().arms).map(|cell| cell.total).max().unwrap_or(0);
    if runs > 0 {
        // At most what a bundle itself may ask for: the number is a stranger's.
        ready.manifest.repeat.runs = runs.clamp(ready.manifest.repeat.runs, 1_000);
    }
    let files = assay_prove::pipeline::file_map(&ready.bundle);
    let id = assay_bundle::identity::bundle_id(&ready.bundle.manifest, &files).ok();
    if id != Some(theirs.bundle) {
        return Err(Failure::call(
            "another-bundle",
            format!("{} is not the bundle that the statements speak of, {}", next::quoted(path), theirs.bundle),
        )
        .help(format!("assay bundle digest {} shows what it is", next::quoted(path))));
    }
    let progress = Progress::start(&next::quoted(path), !common.no_progress);
    let runner = Runner::open(place::cache()?);
    let proof = runner.prove(&ready.bundle, &ready.manifest, &|event| progress.hear(event))?;
    drop(progress);
    let failed =
        |error: attest::AttestError| Failure::own("no-statement", format!("the statement could not be made: {error}"));
    let own = key.verifying_key();
    let envelope = attest::attest(&proof, &key).map_err(failed)?;
    // What is compared is what was signed, read back like anybody's.
    let attested = attest::verify(&envelope, &TrustedKeys::from_iter([own])).map_err(failed)?;
    if let Some(file) = attest_to {
        file.finish(&envelope, 0o644)?;
    }
    Ok(Voice { runner: own.id(), statement: attested.statement })
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    // One byte more than an envelope may have: what is longer is seen to be longer.
    file.take(assay_seal::MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}
