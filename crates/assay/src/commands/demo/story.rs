//! What each report of the demo claims, and what its verdict means.

use super::house::{FAY, GUS};

/// One report.
pub struct Story {
    /// Its folder under `examples/`.
    pub name: &'static str,
    /// Who submits it.
    pub finder: &'static str,
    /// What it claims, in a few words.
    pub claim: &'static str,
    /// What the expected verdict means.
    pub meaning: &'static str,
}

/// All of them, in the order in which they come.
pub const STORIES: &[Story] = &[
    Story {
        name: "heap-overflow",
        finder: FAY,
        claim: "A device name with a bell character overruns a heap buffer.",
        meaning: "True. The sanitizer saw the bad write in every run, and the patched program is silent and alive.",
    },
    Story {
        name: "heap-overflow-second-finder",
        finder: GUS,
        claim: "A site label with tabs overruns one too, through another record.",
        meaning: "True as well, and in the same function: perhaps the same flaw. That is tried next.",
    },
    Story {
        name: "slop",
        finder: GUS,
        claim: "A critical over-read, with a long sanitizer report.",
        meaning: "Not true. The report was printed by the input itself, and printed text is no evidence.",
    },
    Story {
        name: "flaky",
        finder: FAY,
        claim: "A table is overrun, though not in every run.",
        meaning: "It fires now and then. Assay says how often, and does not round it to a yes.",
    },
    Story {
        name: "harness-bug",
        finder: GUS,
        claim: "A genuine crash on every long input.",
        meaning: "The crash lies in the harness that the finder wrote, and says nothing about the target.",
    },
    Story {
        name: "denial-of-service",
        finder: FAY,
        claim: "One frame keeps the program busy for ever.",
        meaning: "True, by the kernel's count of CPU time; a busy machine changes nothing.",
    },
    Story {
        name: "null-deref-signal",
        finder: FAY,
        claim: "A frame without a device crashes the program.",
        meaning: "True: the kernel reports the signal in every run of one version and in none of the other.",
    },
    Story {
        name: "partial",
        finder: GUS,
        claim: "Someone saw a crash twice in the field, and kept no input.",
        meaning: "Nothing can be run yet. It is not thrown away: it gets the exact list of what it lacks.",
    },
];

#[cfg(test)]
mod tests {
    use super::STORIES;
    use crate::examples;

    #[test]
    fn every_story_is_of_an_example_that_ships() {
        for story in STORIES {
            assert!(examples::names().any(|name| name == story.name), "{}", story.name);
        }
    }
}
