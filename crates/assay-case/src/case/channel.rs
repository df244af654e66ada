//! By which way an answer came, and what may come that way.
//!
//! Invariant 31: a forgeable message never weakens protection. An e-mail may
//! stop or slow; agreeing, publishing and shortening need a signed link or the
//! command line. The whole table is a stored file.

use super::table::words;
use crate::refusal::{Code, Refusal};

words! {
    /// By which way something came.
    Channel {
        /// A link that only its addressee got, signed by this instance.
        SignedLink = "signed-link",
        /// An e-mail: anybody can write any sender.
        Email = "email",
        /// The command line or the API, with the person's own key or token.
        Cli = "cli",
    }
}

words! {
    /// What came.
    Message {
        /// The vendor says that he has read the notice.
        Acknowledge = "acknowledge",
        /// He says: later.
        Later = "answer-later",
        /// He says: stop.
        Stop = "answer-stop",
        /// He says that he will fix it.
        Fix = "answer-fix",
        /// He says that he will not.
        WontFix = "answer-wont-fix",
        /// He says that the product's life has ended.
        EndOfLife = "answer-eol",
        /// He says that it is no vulnerability.
        NotAVulnerability = "answer-not-a-vulnerability",
        /// An invitation is turned down.
        DeclineInvitation = "decline-invitation",
        /// A signatory takes his consent back: fewer would have to agree from then on.
        WithdrawConsent = "withdraw-consent",
        /// An invitation is accepted.
        AcceptEmbargo = "accept-embargo",
        /// Another end is proposed.
        ProposeEnd = "propose-end",
        /// A proposal is agreed to.
        AgreeEnd = "agree-end",
        /// An earlier end is turned down: the later one stays.
        RejectEarlierEnd = "reject-earlier-end",
        /// A later end, or a first one, is turned down: what would have been kept secret longer is not.
        RejectLaterEnd = "reject-later-end",
        /// A fix is ready.
        FixReady = "fix-ready",
        /// A fix is deployed.
        FixDeployed = "fix-deployed",
        /// An advisory is approved.
        Approve = "approve-advisory",
    }
}

impl Message {
    /// Whether it can only stop or slow.
    pub fn only_stops_or_slows(self) -> bool {
        matches!(self, Self::Acknowledge | Self::Later | Self::Stop | Self::DeclineInvitation | Self::RejectEarlierEnd)
    }
}

impl Channel {
    /// Whether this may come by this way.
    pub fn carries(self, message: Message) -> bool {
        self != Self::Email || message.only_stops_or_slows()
    }

    /// Passes if it may.
    ///
    /// # Errors
    /// Otherwise.
    pub fn check(self, message: Message) -> Result<(), Refusal> {
        if self.carries(message) { Ok(()) } else { Err(Refusal::about(Code::ChannelTooWeak, message.as_str())) }
    }
}

/// The table: message, channel, whether it is taken.
pub fn render() -> String {
    let mut out = String::from("# message | channel | taken. Written by the test `tables` with UPDATE=1.\n");
    for message in Message::ALL {
        for channel in Channel::ALL {
            let taken = if channel.carries(*message) { "taken" } else { "refused" };
            out.push_str(&format!("{:<27}| {:<12}| {taken}\n", message.as_str(), channel.as_str()));
        }
    }
    out
}
