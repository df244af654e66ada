//! `assay directive notice`: the text that a duty asks for, and its record.
//! It is written here and sent by nobody but its author.

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use assay_base::Instant;
use assay_clock::duty::Moment;
use assay_clock::notice::{Notice, NoticeFacts};
use assay_clock::shelf::Pack;
use assay_clock::{Kind, Organisation};
use clap::Args;

use crate::cli::{Common, Format};
use crate::commands::plan::files;
use crate::failure::Failure;
use crate::output;
use crate::pack_file;
use crate::report::plain;
use crate::whole_file::WholeFile;

/// A notice is its author's until they send it.
const MODE: u32 = 0o600;

/// What a notice is about.
#[derive(Debug, Args)]
pub struct NoticeArgs {
    /// The duty: one that ships, by its id, or a file
    #[arg(value_name = "ID|FILE")]
    pub duty: String,
    /// What set it off: exploited-vulnerability or severe-incident
    #[arg(long, value_name = "EVENT", default_value = "exploited-vulnerability")]
    pub event: String,
    /// Which step: early-warning, notification or final-report
    #[arg(long, value_name = "STEP", default_value = "early-warning")]
    pub step: String,
    /// Since when you know of it, such as 2026-11-20T17:30:00Z: the first hours count from here
    #[arg(long, value_name = "INSTANT")]
    pub aware: Instant,
    /// Since when a fix or a mitigation is available
    #[arg(long, value_name = "INSTANT")]
    pub fix_available: Option<Instant>,
    /// When the notification was sent
    #[arg(long, value_name = "INSTANT")]
    pub notified: Option<Instant>,
    /// Who makes the product
    #[arg(long, value_name = "NAME", default_value = "")]
    pub manufacturer: String,
    /// The product, with its versions
    #[arg(long, value_name = "NAME", default_value = "")]
    pub product: String,
    /// A name that gives nothing away: a CVE id or a case number
    #[arg(long, value_name = "ID", default_value = "")]
    pub reference: String,
    /// A member state where the product is known to be available; again for more
    #[arg(long, value_name = "STATE")]
    pub member_state: Vec<String>,
    /// Whom to call
    #[arg(long, value_name = "WHOM", default_value = "")]
    pub contact: String,
    /// Where your clocks stand, such as Europe/Berlin; else this machine's zone
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// What time it is, so that a notice can be made again as it was
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<Instant>,
    /// The folder for the text and its record
    #[arg(long, value_name = "FOLDER")]
    pub into: PathBuf,
    /// The public key of whoever you trust for a signed duty
    #[arg(long, value_name = "FILE")]
    pub pack_key: Vec<PathBuf>,
}

/// Writes it.
pub fn run(call: &NoticeArgs, common: &Common) -> Result<u8, Failure> {
    let (pack, _) = pack_file::load(&call.duty, &call.pack_key)?;
    let Pack::Duty(duty) = pack else {
        return Err(Failure::call(
            "no-duty",
            format!("`{}` is a {}, and asks for no notice", call.duty, pack.kind().as_str()),
        )
        .help("`assay directive list` shows which packs are duties"));
    };
    let one_of = |what: &str, ids: Vec<&str>| {
        Failure::call("no-such-step", format!("`{}` has no such {what}", duty.id))
            .help(format!("it has {}", ids.join(", ")))
    };
    let event = duty
        .event(&call.event)
        .ok_or_else(|| one_of("event", duty.events.iter().map(|event| event.id.as_str()).collect()))?;
    let step = event
        .steps
        .iter()
        .find(|step| step.id == call.step)
        .ok_or_else(|| one_of("step", event.steps.iter().map(|step| step.id.as_str()).collect()))?;
    let zone = files::zone(call.zone.as_deref(), &Organisation::of(Kind::Unknown))?;
    let now = call.now.unwrap_or_else(Instant::now);
    let mut come = BTreeMap::from([(Moment::Aware, call.aware)]);
    come.extend(call.fix_available.map(|at| (Moment::FixAvailable, at)));
    come.extend(call.notified.map(|at| (Moment::Notified, at)));
    let facts = NoticeFacts {
        manufacturer: call.manufacturer.clone(),
        product: call.product.clone(),
        reference: call.reference.clone(),
        member_states: call.member_state.clone(),
        contact: call.contact.clone(),
    };
    let notice = Notice::make(&duty, event, step, &facts, &come, (call.aware, now), &zone)
        .map_err(|error| Failure::call("bad-notice", error.to_string()))?;
    DirBuilder::new().recursive(true).mode(0o700).create(&call.into).map_err(|error| {
        Failure::own("cannot-write", format!("the folder `{}` cannot be made: {error}", call.into.display()))
    })?;
    // The instant is in the name: a second notice of the same step is another one, and takes the place of none.
    let stem = format!("{}-{}-{}-{}", duty.id, event.id, step.id, now.to_jiff().strftime("%Y%m%dT%H%M%SZ"));
    let (text, record) = (call.into.join(format!("{stem}.txt")), call.into.join(format!("{stem}.json")));
    let json = serde_json::to_vec_pretty(&notice)
        .map_err(|error| Failure::own("not-json", format!("the record cannot be written: {error}")))?;
    WholeFile::begin(&text)?.finish(notice.text.as_bytes(), MODE)?;
    WholeFile::begin(&record)?.finish(&json, MODE)?;
    match common.format {
        Format::Json => output::json(&notice),
        Format::Text => {
            let mut answer = notice.text.clone();
            if notice.blanks > 0 {
                answer.push_str(&format!(
                    "\n{} left to fill in before it is sent.\n",
                    if notice.blanks == 1 { "1 blank is".to_owned() } else { format!("{} blanks are", notice.blanks) }
                ));
            }
            output::answer(&answer);
        }
    }
    output::say(&format!("written: {} and its record {}; nothing was sent", plain::path(&text), plain::path(&record)));
    Ok(0)
}
