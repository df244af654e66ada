//! Ids of what the rules speak of.

use assay_base::id_type;

id_type!(
    /// A lease: a time-limited claim on a target.
    LeaseId, "lse", "lease id"
);
id_type!(
    /// A maintainer's record that a target is not to be scanned.
    OptOutId, "opt", "opt-out id"
);
id_type!(
    /// A finding: a submitted claim with its bundle.
    FindingId, "fnd", "finding id"
);
id_type!(
    /// A case: the coordination of one root cause.
    CaseId, "cas", "case id"
);
id_type!(
    /// A patch attached to a case.
    FixId, "fix", "fix id"
);
id_type!(
    /// One staged form of an advisory. A changed record is another draft.
    AdvisoryDraftId, "drf", "advisory draft id"
);
id_type!(
    /// One proposed end of an embargo.
    ProposalId, "prp", "proposal id"
);
