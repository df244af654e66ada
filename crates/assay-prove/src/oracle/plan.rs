//! What an oracle knows before a run, and what it asks for.

use assay_bundle::manifest::Instrument;
use assay_sandbox::{Profile, RunLimits};

/// The run that is planned.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// Which sanitizer is compiled in.
    pub instrument: Instrument,
    /// The limits of the run.
    pub limits: &'a RunLimits,
    /// The status with which a sanitizer's runtime shall end the process when it
    /// does not abort. Drawn for each run (see [`Plan::draw_exit_code`]), so that
    /// a program cannot know it beforehand.
    pub exit_code: u8,
}

impl Plan<'_> {
    /// An exit status from one random byte: 70 to 119, clear of small statuses,
    /// of the shell's 126 and above, and of the usual ones of `sysexits.h`' ends.
    #[must_use]
    pub fn draw_exit_code(random: u8) -> u8 {
        70 + random % 50
    }
}

/// What a run needs so that its oracle can judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOptions {
    /// Variables to add to the environment. Where the recipe sets the same name,
    /// join them with [`RunOptions::merge`].
    pub env: Vec<(String, String)>,
    /// Whether a log folder is needed at [`super::LOG`], and brought back.
    pub log_folder: bool,
    /// Whether [`super::SCRATCH`] is compared before and after.
    pub snapshot_scratch: bool,
    /// Whether a canary folder is needed at [`super::CANARY`], and compared.
    pub snapshot_canary: bool,
    /// Whether the files of [`crate::hook::FILES`] are needed, read-only, at [`super::HOOK`].
    pub hook: bool,
    /// Whether the processes beside the first are counted, so that silence is that of all of them.
    pub family: bool,
    /// Which seccomp filter.
    pub profile: Profile,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            env: Vec::new(),
            log_folder: false,
            snapshot_scratch: false,
            snapshot_canary: false,
            hook: false,
            family: false,
            profile: Profile::Default,
        }
    }
}

impl RunOptions {
    /// The environment of a run: the recipe's with this one on top. Search paths
    /// and option lists are joined, the oracle's part first; of anything else the
    /// oracle's value holds.
    #[must_use]
    pub fn merge(&self, recipe: &[(String, String)]) -> Vec<(String, String)> {
        let mut env = recipe.to_vec();
        for (name, ours) in &self.env {
            let separator = match name.as_str() {
                "PYTHONPATH" | "NODE_PATH" => Some(':'),
                "NODE_OPTIONS" => Some(' '),
                _ => None,
            };
            match env.iter_mut().find(|(known, _)| known == name) {
                Some((_, value)) => {
                    *value = match separator {
                        Some(separator) => format!("{ours}{separator}{value}"),
                        None => ours.clone(),
                    };
                }
                None => env.push((name.clone(), ours.clone())),
            }
        }
        env
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_joined() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let options = RunOptions { env: vec![pair("PYTHONPATH", "/hook"), pair("A", "1")], ..RunOptions::default() };
        assert_eq!(
            options.merge(&[pair("PYTHONPATH", "/out/site"), pair("A", "2"), pair("B", "3")]),
            vec![pair("PYTHONPATH", "/hook:/out/site"), pair("A", "1"), pair("B", "3")]
        );
    }

    #[test]
    fn drawn_statuses_stay_in_their_range() {
        for random in 0..=u8::MAX {
            assert!((70..120).contains(&Plan::draw_exit_code(random)));
        }
    }
}
