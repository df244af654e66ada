//! A break of an embargo (R39): how much came out, how, and what is done.

use super::table::words;

words! {
    /// How much came out.
    Extent {
        /// That there is something.
        Existence = "existence",
        /// Something of what it is.
        Partial = "partial",
        /// All of it.
        Full = "full",
    }
}

words! {
    /// How it came out.
    Cause {
        /// By mistake.
        Accidental = "accidental",
        /// On purpose, by somebody who was read in or who took it.
        Malicious = "malicious",
        /// Somebody else found it by himself.
        Independent = "independent",
    }
}

words! {
    /// What is done unless the parties agree on something else.
    BreakAction {
        /// The embargo stays; have it taken down, look again in a day.
        Watch = "watch",
        /// The embargo stays; propose an end within three days, have the interim advisory approved.
        Prepare = "prepare",
        /// It is public: the embargo ends at once, the interim advisory goes out.
        End = "end",
    }
}

impl BreakAction {
    /// The default action.
    pub fn of(extent: Extent, cause: Cause) -> Self {
        match (extent, cause) {
            (Extent::Full, _) | (Extent::Partial, Cause::Malicious | Cause::Independent) => Self::End,
            (Extent::Partial, Cause::Accidental) | (Extent::Existence, Cause::Malicious | Cause::Independent) => {
                Self::Prepare
            }
            (Extent::Existence, Cause::Accidental) => Self::Watch,
        }
    }
}

/// The table: extent, cause, action.
pub fn render() -> String {
    let mut out = String::from("# extent | cause | default action. Written by the test `tables` with UPDATE=1.\n");
    for extent in Extent::ALL {
        for cause in Cause::ALL {
            let action = BreakAction::of(*extent, *cause);
            out.push_str(&format!("{:<10}| {:<12}| {action}\n", extent.as_str(), cause.as_str()));
        }
    }
    out
}
