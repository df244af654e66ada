//! `assay review window` and what ends one.

use std::path::PathBuf;

use assay_base::Instant;
use assay_review::{Anchor, Command, ModelId, Residual, ResidualId, Text};
use clap::{Args, ValueEnum};

use super::{Signer, digest, send};
use crate::cli::Common;
use crate::failure::Failure;

/// Open a window (the developer's key): it ends at the anchor, and after thirty days of the family at the latest
#[derive(Debug, Args)]
pub struct WindowArgs {
    /// The engagement
    pub engagement: ModelId,
    #[command(flatten)]
    pub anchor: AnchorArgs,
    #[command(flatten)]
    pub signer: Signer,
}

/// State a new plan (the developer's key): an earlier instant ends the window earlier, a later one changes nothing
#[derive(Debug, Args)]
pub struct MoveAnchorArgs {
    /// The engagement
    pub engagement: ModelId,
    #[command(flatten)]
    pub anchor: AnchorArgs,
    #[command(flatten)]
    pub signer: Signer,
}

/// The developer's own plan.
#[derive(Debug, Args)]
pub struct AnchorArgs {
    /// What is planned
    #[arg(long, value_enum)]
    pub anchor: AnchorKind,
    /// When, as planned now
    #[arg(long, value_name = "INSTANT", required_if_eq_any = [("anchor", "release-to-other-trusted-partners"), ("anchor", "public-release")])]
    pub planned: Option<Instant>,
    /// Where the plan was stated
    #[arg(long, value_name = "WHERE", requires = "planned")]
    pub source: Option<String>,
}

/// What a window is anchored to.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum AnchorKind {
    /// Access for other trusted partners
    ReleaseToOtherTrustedPartners,
    /// A public release
    PublicRelease,
    /// No plan: only the thirty days count
    None,
}

/// End the window at an earlier instant than it would (the developer's key)
#[derive(Debug, Args)]
pub struct ShrinkArgs {
    /// The engagement
    pub engagement: ModelId,
    /// When; at or before now, it ends now
    #[arg(long, value_name = "INSTANT")]
    pub until: Instant,
    #[command(flatten)]
    pub signer: Signer,
}

// What each of these verbs does stands at its name in `ReviewCommand`.
#[derive(Debug, Args)]
pub struct PlainArgs {
    /// The engagement
    pub engagement: ModelId,
    #[command(flatten)]
    pub signer: Signer,
}

/// Say what is left with the organisation after the end (its key); without --item, nothing is
#[derive(Debug, Args)]
pub struct ResidualsArgs {
    /// The engagement
    pub engagement: ModelId,
    /// Something that is left; may be given again
    #[arg(long = "item", value_name = "TEXT")]
    pub items: Vec<String>,
    #[command(flatten)]
    pub signer: Signer,
}

/// Say that something that was left is destroyed (the organisation's key)
#[derive(Debug, Args)]
pub struct CertifyArgs {
    /// The engagement
    pub engagement: ModelId,
    /// Which of the things that are left; `assay review show` names them
    pub residual: ResidualId,
    /// The certificate of its destruction; only its digest is recorded
    #[arg(long, value_name = "FILE")]
    pub certificate: PathBuf,
    #[command(flatten)]
    pub signer: Signer,
}

fn text(written: &str) -> Result<Text, Failure> {
    Text::new(written).map_err(|error| Failure::call("text", error.to_string()))
}

fn anchor(call: &AnchorArgs) -> Result<Anchor, Failure> {
    let source = text(call.source.as_deref().unwrap_or("the developer"))?;
    Ok(match (call.anchor, call.planned) {
        (AnchorKind::ReleaseToOtherTrustedPartners, Some(planned)) => {
            Anchor::ReleaseToOtherTrustedPartners { planned, source }
        }
        (AnchorKind::PublicRelease, Some(planned)) => Anchor::PublicRelease { planned, source },
        // A date that is given and not kept would end nothing on its day.
        (AnchorKind::None, Some(planned)) => {
            return Err(Failure::call("anchor", format!("`--anchor none` has no date, and {planned} is given"))
                .help("leave --planned out, or name what is planned for then with --anchor"));
        }
        // clap asks for the instant where there is a plan.
        (_, None) => Anchor::None,
    })
}

/// Opens.
pub fn open(call: &WindowArgs, common: &Common) -> Result<u8, Failure> {
    send(&call.signer, call.engagement, Command::OpenWindow { anchor: anchor(&call.anchor)? }, common)
}

/// States a new plan.
pub fn move_anchor(call: &MoveAnchorArgs, common: &Common) -> Result<u8, Failure> {
    send(&call.signer, call.engagement, Command::MoveAnchor { anchor: anchor(&call.anchor)? }, common)
}

/// Shortens.
pub fn shrink(call: &ShrinkArgs, common: &Common) -> Result<u8, Failure> {
    send(&call.signer, call.engagement, Command::ShrinkWindow { ends_at: call.until }, common)
}

/// A command without arguments.
pub fn plain(call: &PlainArgs, command: Command, common: &Common) -> Result<u8, Failure> {
    send(&call.signer, call.engagement, command, common)
}

/// Lists what is left.
pub fn residuals(call: &ResidualsArgs, common: &Common) -> Result<u8, Failure> {
    let mut entropy = assay_base::SystemEntropy;
    let residuals = call
        .items
        .iter()
        .map(|item| Ok(Residual { residual: ResidualId::draw(&mut entropy), what: text(item)? }))
        .collect::<Result<Vec<_>, Failure>>()?;
    send(&call.signer, call.engagement, Command::ReportResiduals { residuals }, common)
}

/// Says that one of it is destroyed.
pub fn certify(call: &CertifyArgs, common: &Common) -> Result<u8, Failure> {
    let command = Command::CertifyDestroyed { residual: call.residual, certificate: digest(&call.certificate)? };
    send(&call.signer, call.engagement, command, common)
}
