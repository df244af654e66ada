//! Chapter 6: the instant comes, the advisory goes out, and a stranger checks
//! all of it from outside.

use std::fs;
use std::path::Path;
use std::time::Duration;

use assay_base::Instant;
use assay_ledger::{Folder, Reveal, VerifierKey, audit};
use assay_repo::{Client, Source, verify_folder};
use serde_json::json;

use super::coordination::Waiting;
use super::house::House;
use super::teller::Teller;
use crate::failure::Failure;

/// How long the ledger's reveals are waited for.
const PATIENCE: Duration = Duration::from_secs(20);

fn failed(error: impl ToString) -> Failure {
    Failure::own("demo", error.to_string())
}

/// Tells it.
pub fn tell(house: &House, waiting: &Waiting, teller: &mut Teller) -> Result<(), Failure> {
    teller.chapter("The embargo ends, and the advisory goes out");
    let local = &house.local;
    let now = local.now();
    if now < waiting.end {
        std::thread::sleep(waiting.end.since(now));
    }
    let done = local.do_due()?;
    let at = local.now();
    let number = done.published.first().map(|(_, number)| number.clone());
    teller.expect(
        done.published.first().is_some_and(|(case, _)| *case == waiting.case) && done.stuck.is_empty(),
        &format!("the case is published at its instant ({})", done.stuck.join("; ")),
    );
    teller.said(
        &format!(
            "{} is out {:.1} s after the instant: as OSV, CSAF and OpenVEX from one record, with the patch and what it is \
             verified at, in a signed folder that any web server or a stick can carry.",
            number.as_deref().unwrap_or("Nothing"),
            at.since(waiting.end).as_secs_f64()
        ),
        json!({ "advisory": number, "seconds": at.since(waiting.end).as_secs_f64() }),
    );
    // The ledger takes what happened at its own pace, and the reveals go out with the next state of the folder.
    let deadline = local.now().plus(PATIENCE);
    loop {
        let done = local.do_due()?;
        // A batch without an event: all of them were in the one before, and the folder has their reveals.
        let quiet = done.batch.as_ref().is_some_and(|batch| batch.events == 0);
        if quiet || local.now() >= deadline {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    outside(house, teller)
}

/// What a stranger does who has only the folder and the trust file.
fn outside(house: &House, teller: &mut Teller) -> Result<(), Failure> {
    let release = house.local.home().release();
    let trust = house.trust()?;
    let report = verify_folder(&release, &trust, Instant::now()).map_err(failed)?;
    let key: VerifierKey = trust.ledger().unwrap_or_default().parse().map_err(failed)?;
    let reveals = reveals(&release.join(assay_repo::layout::REVEALS))?;
    let ledger = release.join(assay_repo::layout::LEDGER);
    let audited = audit(&Folder::new(&ledger), &key, &[], &reveals).map_err(failed)?;
    teller.said(
        &format!(
            "A stranger checks it with the trust file alone: {} files, each byte signed; {} ledger entries recomputed; {} \
             of them opened, and each opens to what was committed to while it was secret.",
            report.files, audited.checkpoint.size, audited.reveals
        ),
        json!({ "version": report.index.index().version, "entries": audited.checkpoint.size, "reveals": audited.reveals }),
    );
    teller.expect(audited.reveals > 0, "the ledger was revealed");

    let source = |path: &Path| Source::parse(&path.display().to_string()).map_err(failed);
    let client = Client::new(house.mirror(), trust.clone());
    fs::create_dir_all(house.hospital()).map_err(failed)?;
    client.sync(&source(&release)?, Instant::now()).map_err(failed)?;
    let forged = house.folder.join("forged");
    copy(&release, &forged)?;
    let advisory = forged.join("advisories");
    let touched = tamper(&advisory)?;
    // Another hospital, which has no copy yet: it would have to believe what it is sent.
    let other = house.folder.join("other-hospital");
    fs::create_dir_all(&other).map_err(failed)?;
    let stranger = Client::new(other.join("mirror"), trust.clone());
    let why = stranger.sync(&source(&forged)?, Instant::now()).err().map(|error| error.to_string());
    teller.said(
        &format!(
            "A hospital copies the folder. Another one is sent a copy with one byte changed in {touched}, and refuses it: {}.",
            why.as_deref().unwrap_or("not at all")
        ),
        json!({ "refused": why }),
    );
    teller.expect(
        why.is_some() && verify_folder(&house.mirror(), &trust, Instant::now()).is_ok(),
        "the forged folder is refused, and the good copy holds",
    );
    for gone in [&forged, &other] {
        fs::remove_dir_all(gone).map_err(failed)?;
    }
    teller.next("Members fetch it with `assay sync`, and hold it against what they own.");
    Ok(())
}

fn reveals(folder: &Path) -> Result<Vec<Reveal>, Failure> {
    let mut reveals = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let bytes = fs::read(entry.map_err(failed)?.path()).map_err(failed)?;
        reveals.push(Reveal::parse(&bytes).map_err(failed)?);
    }
    Ok(reveals)
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target).map_err(failed)?;
        }
    }
    Ok(())
}

/// Changes one byte of the first patch below.
fn tamper(advisories: &Path) -> Result<String, Failure> {
    for entry in fs::read_dir(advisories).map_err(failed)? {
        let patch = entry.map_err(failed)?.path().join("fix.patch");
        if let Ok(mut bytes) = fs::read(&patch)
            && let Some(byte) = bytes.last_mut()
        {
            *byte ^= 1;
            fs::write(&patch, bytes).map_err(failed)?;
            return Ok("the patch".to_owned());
        }
    }
    Err(failed("no patch is published"))
}
