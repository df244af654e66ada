//! What each shipped example is about, in plain sentences.

/// One example, explained.
pub struct Story {
    /// Its folder under `examples/`.
    pub name: &'static str,
    /// What the reporter says.
    pub claim: &'static str,
    /// What the expected verdict means, and why Assay gives it.
    pub meaning: &'static str,
    /// What a person does now.
    pub next: &'static str,
}

/// All of them, in the order in which they are told.
pub const STORIES: &[Story] = &[
    Story {
        name: "heap-overflow",
        claim: "A finder says that a device name with a bell character runs over a heap buffer, and brings the input, a \
                harmless input, and a patch.",
        meaning: "The flaw is real. The sanitizer saw the bad write in the named function in every run, the patched \
                  program stays silent on the same input, and both versions work on the harmless one.",
        next: "The maintainer can take the patch. The harness came with the report, so the assurance is `claimant`: \
               someone reads it first.",
    },
    Story {
        name: "heap-overflow-second-finder",
        claim: "Someone else reports an overflow through another record, a site label with tabs, with a patch of their \
                own.",
        meaning: "Also real, and in the same function as the first: two reports of one flaw. Each patch also silences the \
                  other's input, which is how Assay will tell duplicates.",
        next: "A coordinator joins the two, and both finders keep their credit.",
    },
    Story {
        name: "slop",
        claim: "A report calls a heap over-read critical and shows a long sanitizer report, which its program prints.",
        meaning: "Printed text is no evidence. The text came out of the input itself; the kernel saw the program end as \
                  usual, and the sanitizer wrote nothing into the log that only the runner can read.",
        next: "The report is answered with this verdict. Nobody had to take it apart by hand.",
    },
    Story {
        name: "flaky",
        claim: "A finder says that a table is overrun, though not in every run: it depends on a seed that the program \
                draws.",
        meaning: "The flaw fires in about half of 20 runs. That is neither reproduced nor refuted, so Assay says how often \
                  and with which interval, and does not round it to a yes.",
        next: "Someone looks for what decides. To believe a fix, seven silent runs in a row are the least at this rate.",
    },
    Story {
        name: "harness-bug",
        claim: "A report shows a genuine crash under the sanitizer on every long input.",
        meaning: "The crash is real, but it lies in the harness that the finder wrote: the harness copies any file into \
                  128 bytes. It says nothing about the target.",
        next: "The finder is asked to mend the harness. The maintainer is not bothered.",
    },
    Story {
        name: "denial-of-service",
        claim: "A finder says that one frame keeps the program busy for ever, and brings a patch.",
        meaning: "Real: the frame used up its 2 seconds of CPU time, by the kernel's count, in every run; with the patch it \
                  ends at once. Wall time has no say, so a busy machine changes nothing.",
        next: "The patch can be taken; the bundle stays as a regression test.",
    },
    Story {
        name: "one-input-patch",
        claim: "A maintainer's patch refuses control characters in device names, and the first finder's input is silent \
                with it.",
        meaning: "The fix blocks one way in and leaves the flaw: the second finder's input still fires on the patched \
                  program. This patch would have shipped with a green test.",
        next: "The patch goes back, with the input that still works.",
    },
    Story {
        name: "null-deref-signal",
        claim: "A finder says that a frame without a device crashes the program, and names only the signal.",
        meaning: "Real, and no sanitizer was needed: the kernel reports SIGSEGV in every run of the vulnerable version and \
                  in none of the fixed one.",
        next: "The maintainer can take the patch, after a look at the harness.",
    },
    Story {
        name: "canary-write",
        claim: "A finder says that an unpacker can be led to write outside the folder that it is given.",
        meaning: "Real: the runner compared the whole scratch folder before and after, and found the escaped file. Nothing \
                  that the program prints was asked.",
        next: "The maintainer can take the patch; all of it happened in a sandbox, so nothing was overwritten here.",
    },
    Story {
        name: "partial",
        claim: "Someone saw a crash twice in the field, kept no input, and suspects a function.",
        meaning: "There is nothing to run yet, and nothing wrong with that. A partial report is not thrown away: it gets \
                  the exact list of what a proof still needs.",
        next: "The reporter sends what is on the list, one piece at a time; `assay bundle check` says how far it is.",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::STORIES;
    use crate::examples;

    #[test]
    fn every_example_has_its_story() {
        let told: BTreeSet<&str> = STORIES.iter().map(|story| story.name).collect();
        assert_eq!(told, examples::names().collect());
    }
}
