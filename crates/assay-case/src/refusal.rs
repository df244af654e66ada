//! Why something is not done: a stable code, a sentence, and what to do next.
//!
//! A refusal never carries embargoed text: its detail holds ids, instants,
//! numbers and words of this crate only. A face that must not say that a thing
//! exists answers [`Code::NotThere`] instead.

use std::borrow::Cow;
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $sentence:literal, $next:literal;)*) => {
        /// Every reason there is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* #[doc = $sentence] $name,)*
        }

        impl Code {
            /// All of them, in the order of their areas.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What happened, as a sentence without its final dot.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }

            /// What to do next.
            pub fn next(self) -> &'static str {
                match self { $(Self::$name => $next,)* }
            }
        }
    };
}

codes! {
    NotThere = "not-there", "there is no such thing here", "check the id";
    AlreadyThere = "already-there", "this was already begun", "look at its state and go on from there";
    NoRight = "no-right", "your roles do not allow this", "ask a coordinator of your clearinghouse";
    AgentMayNot = "agent-may-not", "an agent may not do this", "have the person who answers for the agent do it";
    NeedsPerson = "needs-person", "only a person can do this", "have a person with the right role do it";
    Unchanged = "unchanged", "nothing would change", "nothing needs to be done";
    TooMany = "too-many", "there are too many of them", "split the request";
    BadValue = "bad-value", "a value is out of its bounds", "correct it and ask again";
    ChannelTooWeak = "channel.too-weak", "an e-mail can be forged, so it may only stop or slow", "confirm through the signed link or the command line";

    MemberLeft = "member.left", "the member has left", "join again as a new member";
    PersonUnknown = "member.person-unknown", "the member has no such person", "check the person's id";
    RoleNotYours = "member.role-not-yours", "you cannot give a role that you do not hold", "ask a coordinator to give it";
    NotNatural = "member.not-a-natural-person", "a person is named by a person's own name, never by a role account", "give the name of the human being who answers";

    Taken = "lease.taken", "somebody holds a lease that overlaps", "claim something else, or ask again later";
    OptedOut = "lease.opted-out", "the maintainer does not want this scanned", "leave it alone";
    TtlBounds = "lease.ttl", "a lease lasts from one minute to thirty days", "ask for a time within these bounds";
    LeaseOver = "lease.over", "the lease is over", "claim the target again";
    TokenOld = "lease.token-old", "the fencing token is not the lease's own", "stop: somebody else may hold the target by now";
    TokenOrder = "lease.token-order", "the store's view of fencing tokens is at its end", "report this to the administrator";
    NotHolder = "lease.not-holder", "the lease belongs to another member", "claim a target of your own";
    NotYetOver = "lease.not-yet-over", "the lease still runs", "wait until it expires";
    NotAsked = "lease.not-asked", "no opt-out covers this lease", "name the opt-out that does";
    OptOutLifted = "opt-out.lifted", "the opt-out was lifted", "record a new one";

    Ended = "finding.ended", "the finding has come to its end", "submit a new finding if there is something new";
    OwnFinding = "finding.own", "nobody verifies, judges or groups a finding that he submitted himself or through an agent", "have somebody else do it";
    NotSubmitter = "finding.not-submitter", "only who submitted a finding can do this", "ask the submitter";
    OtherBundle = "finding.other-bundle", "the run is of another bundle than the finding's", "run the finding's present bundle";
    SameRun = "finding.same-run", "this run is recorded already", "nothing needs to be done";
    CountsContradict = "finding.counts-contradict", "the counts of the runs contradict the verdict", "record the run as its statement says";
    TooFewRuns = "finding.too-few-runs", "the trigger must fire in three runs at least, each of them", "run it more often";
    ControlFires = "finding.control-fires", "a control fires, so nothing is proved", "correct the bundle's harness, inputs or fix, and supply it anew";
    ControlsMissing = "finding.controls-missing", "a proof says which controls were silent", "record the run with its controls";
    NotProven = "finding.not-proven", "the finding is not proved", "have it verified first";
    InCase = "finding.in-case", "the finding belongs to a case", "act on the case, or ask its coordinator";
    NotInCase = "finding.not-in-case", "the finding does not belong to this case", "name the finding's own case";
    SameFinding = "finding.same", "a finding is no duplicate of itself", "name the other finding";
    IsDuplicate = "finding.is-duplicate", "the finding is a duplicate", "act on the finding that it duplicates, or undo the merge";
    NotDuplicate = "finding.not-duplicate", "the finding is no duplicate", "nothing needs to be undone";
    OriginalNotValid = "finding.original-not-valid", "a duplicate needs an original that is proved", "have the original verified first";
    WeakEvidence = "finding.weak-evidence", "this evidence is a hint and no proof of one root cause", "have a coordinator look at both and confirm, or run each input against the other's fix";
    EvidenceSaysOther = "finding.evidence-says-other", "the evidence does not show that they are the same", "leave them apart, or bring other evidence";
    NothingMissing = "finding.nothing-missing", "name at least one item that is missing", "list what the submitter must supply";
    CaseNotPublished = "finding.case-not-published", "the case has not published an advisory for this finding", "publish the case first";
    NoSuchRun = "finding.no-such-run", "no recorded run has this verdict", "record the run that shows it, or close the finding for another reason";
    NoRefutation = "finding.no-refutation", "this verdict does not speak against the finding", "close the finding for another reason";
    ClaimChanged = "finding.claim-changed", "a finding in a case keeps its claim", "submit the other claim as a finding of its own";
    AlreadyFixedNeedsRun = "finding.already-fixed-needs-run", "a worker closes this as fixed only with a run that shows it", "name the run, or have a coordinator decide";

    Closed = "case.closed", "the case is closed", "open a new case if there is something new";
    Merged = "case.merged", "the case was merged into another one", "act on that one, or split them again";
    Published = "case.published", "the case is published", "nothing of this can be done afterwards";
    NotPublished = "case.not-published", "the case is not published", "publish it first";
    NoFindings = "case.no-findings", "a case is opened from at least one proved finding", "name the findings";
    HoldsOthers = "case.holds-others", "the case took in other cases", "split them off first";
    FindingElsewhere = "case.finding-not-here", "the finding does not belong to this case", "add it first";
    NotParticipant = "case.not-participant", "you take no part in this case", "ask its coordinator to invite you";
    NotInvited = "case.not-invited", "there is no open invitation", "ask the case's coordinator for one";
    AlreadyInvited = "case.already-invited", "this person was invited already", "wait for the answer";
    NotSignatory = "case.not-signatory", "this takes a signatory of the embargo", "accept the embargo first";
    ReadInOver = "case.read-in-over", "the time for which you were read in is over", "ask the case's coordinator for a new invitation";
    SponsorUnfit = "case.sponsor-unfit", "a sponsor is another signatory of the case", "name a signatory who answers for this person";
    CoordinatorStays = "case.coordinator-stays", "the last coordinator of a case cannot leave it", "invite another coordinator first";
    ExpiryPast = "case.expiry-past", "a read-in ends in the future", "name a later instant";

    EmbargoRuns = "embargo.runs", "the embargo still runs", "wait for its end, or have every signatory agree on an earlier one";
    EmbargoExited = "embargo.exited", "the embargo is over and cannot come back", "publish";
    CloseEmbargoed = "embargo.close", "a case is not closed while its embargo runs", "end the embargo by every signatory's agreement on an earlier end, or wait for its end; then close";
    NoEmbargo = "embargo.none", "no embargo is in force", "nothing needs to be done";
    NotViable = "embargo.not-viable", "what is known in public cannot be embargoed", "publish as soon as two persons approve";
    NoProposal = "embargo.no-proposal", "there is no such open proposal", "look at the open proposals";
    ProposalOpen = "embargo.proposal-open", "another proposal is still open", "have it accepted or rejected first";
    AlreadyAgreed = "embargo.already-agreed", "you agreed to this already", "wait for the others";
    EndPast = "embargo.end-past", "an embargo ends in the future", "name a later instant, or record a break";
    EndBeyondCap = "embargo.end-beyond-cap", "a binding party allows no end as late as this", "name an end within its policy";
    EndsDiffer = "embargo.ends-differ", "cases with different ends are not merged: one side's promise would be broken", "agree on one end in both cases first";

    NotVendor = "vendor.not-here", "there is no such vendor in this case", "invite a person of the vendor first";
    WrongOrder = "vendor.wrong-order", "the vendor's steps come in order: notified, fix ready, deployed", "record the step before";
    FixUnknown = "fix.unknown", "the case has no such fix", "attach it first";
    FixUnproved = "fix.unproved", "the runs do not carry the level", "record the level that the runs show";

    NoDraft = "advisory.no-draft", "no advisory is staged", "stage one";
    DraftChanged = "advisory.changed", "this is not the advisory that is staged", "read the staged one and approve that";
    DraftOutdated = "advisory.outdated", "the embargo's end moved after this advisory was staged, so its date is not true any more", "stage it again with the true date, and have two persons approve it";
    ApprovedAlready = "advisory.approved-already", "you approved this already, and the second must be another person", "have another person approve it";
    NotApproved = "advisory.not-approved", "an advisory goes out when two persons have approved it", "have another person approve it";
}

/// A refusal: its code, and what it is about in this instance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    code: Code,
    detail: Option<Cow<'static, str>>,
}

impl Refusal {
    /// A refusal that needs no detail.
    pub fn of(code: Code) -> Self {
        Self { code, detail: None }
    }

    /// A refusal with what it is about: an id, an instant, a number; never embargoed text.
    pub fn about(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: Some(detail.into()) }
    }

    /// Which it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What it is about, where that helps.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// What to do next.
    pub fn next(&self) -> &'static str {
        self.code.next()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.sentence())?;
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::of(code)
    }
}
