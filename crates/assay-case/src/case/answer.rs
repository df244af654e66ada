//! What a maintainer may answer (R44), and what then happens.
//!
//! Each answer has its consequence written down, and none is shown as
//! negligence. Not answering is a status of its own (R47): silence is never
//! read as "not affected".

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use super::channel::Message;
use super::table::words;

/// A maintainer's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum VendorAnswer {
    /// He has read the notice, and looks.
    Acknowledge,
    /// He will fix it.
    Fix {
        /// By when he thinks to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Instant>,
    },
    /// He asks to be asked again.
    Later {
        /// When.
        until: Instant,
    },
    /// He will not fix it.
    WontFix,
    /// The product's life has ended.
    Eol,
    /// It is no vulnerability.
    NotAVulnerability,
    /// He does not want to be written to.
    Stop,
}

impl VendorAnswer {
    /// Its kind, as the table of channels knows it.
    pub fn message(self) -> Message {
        match self {
            Self::Acknowledge => Message::Acknowledge,
            Self::Fix { .. } => Message::Fix,
            Self::Later { .. } => Message::Later,
            Self::WontFix => Message::WontFix,
            Self::Eol => Message::EndOfLife,
            Self::NotAVulnerability => Message::NotAVulnerability,
            Self::Stop => Message::Stop,
        }
    }

    /// What follows from it.
    pub fn consequence(self) -> Consequence {
        match self {
            Self::Acknowledge => Consequence::KeepClock,
            Self::Fix { .. } => Consequence::AwaitFix,
            Self::Later { .. } => Consequence::AskAgain,
            Self::WontFix => Consequence::PublishWithMitigation,
            Self::Eol => Consequence::PublishAsUnsupported,
            Self::NotAVulnerability => Consequence::SecondLook,
            Self::Stop => Consequence::NoMoreMessages,
        }
    }
}

words! {
    /// What follows from an answer. None moves the end of an embargo.
    Consequence {
        /// The clock runs on, nobody is reminded for a week.
        KeepClock = "keep-clock",
        /// The fix is awaited; the advisory names it.
        AwaitFix = "await-fix",
        /// Nobody writes before the day he named; the embargo's end stays.
        AskAgain = "ask-again",
        /// At the embargo's end an advisory goes out that says how to live without a fix.
        PublishWithMitigation = "publish-with-mitigation",
        /// At the embargo's end an advisory goes out that says what to replace.
        PublishAsUnsupported = "publish-as-unsupported",
        /// A coordinator who did not handle the case looks at it again with the maintainer's reasons.
        SecondLook = "second-look",
        /// No message is sent to him any more; the embargo's end stays.
        NoMoreMessages = "no-more-messages",
    }
}

words! {
    /// A vendor's status, as it is shown.
    VendorStatus {
        /// He has not answered.
        NotAnswered = "not-answered",
        /// He looks.
        Investigating = "investigating",
        /// His product is affected.
        Affected = "affected",
        /// He says that it is not.
        NotAffected = "not-affected",
        /// His fix is ready or out.
        Fixed = "fixed",
    }
}

/// The table: answer, message, consequence, status.
pub fn render() -> String {
    let mut out = String::from("# answer | consequence | status. Written by the test `tables` with UPDATE=1.\n");
    let never = Instant::from_micros(0);
    for answer in [
        VendorAnswer::Acknowledge,
        VendorAnswer::Fix { by: None },
        VendorAnswer::Later { until: never },
        VendorAnswer::WontFix,
        VendorAnswer::Eol,
        VendorAnswer::NotAVulnerability,
        VendorAnswer::Stop,
    ] {
        let (word, consequence, status) = (answer.message(), answer.consequence(), VendorStatus::after(Some(answer)));
        out.push_str(&format!("{:<27}| {:<24}| {status}\n", word.as_str(), consequence.as_str()));
    }
    out.push_str(&format!("{:<27}| {:<24}| {}\n", "(none)", "coordinator takes over", VendorStatus::after(None)));
    out
}

impl VendorStatus {
    /// The status that an answer gives, before any fix.
    pub fn after(answer: Option<VendorAnswer>) -> Self {
        match answer {
            None => Self::NotAnswered,
            // Being asked to stop or to wait says nothing about the product.
            Some(VendorAnswer::Acknowledge | VendorAnswer::Later { .. } | VendorAnswer::Stop) => Self::Investigating,
            Some(VendorAnswer::Fix { .. } | VendorAnswer::WontFix | VendorAnswer::Eol) => Self::Affected,
            Some(VendorAnswer::NotAVulnerability) => Self::NotAffected,
        }
    }
}
