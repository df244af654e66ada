//! Which engine a caller wants, in words that can come from a command line.

use std::fmt;
use std::os::fd::OwnedFd;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Sandbox;
use crate::bubblewrap::{Bubblewrap, BubblewrapOptions};
use crate::error::SandboxError;
use crate::join::Endpoint;
use crate::layers::Layers;
use crate::native::{Native, NativeOptions};
use crate::spec::{Finished, Spec};
use crate::tier::Tier;

/// The engines that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// [`Native`]: nothing installed.
    #[default]
    Native,
    /// [`Bubblewrap`]: the distribution's package of that name.
    Bubblewrap,
}

impl Engine {
    /// The stable word, as on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Bubblewrap => "bubblewrap",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Engine {
    type Err = String;

    /// Reads the word.
    ///
    /// # Errors
    ///
    /// Anything else, with the words that there are.
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Native, Self::Bubblewrap]
            .into_iter()
            .find(|engine| engine.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no sandbox engine: native or bubblewrap"))
    }
}

/// What a caller wants of a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    /// The engine.
    pub engine: Engine,
    /// The tier that is needed at least.
    pub minimum: Tier,
}

impl Choice {
    /// Opens the engine.
    ///
    /// # Errors
    ///
    /// The engine is not installed, a layer is missing, or the tier cannot be had
    /// here. No other engine or weaker tier takes its place.
    pub fn open(self) -> Result<Box<dyn Sandbox>, SandboxError> {
        let minimum = self.minimum;
        Ok(match self.engine {
            Engine::Native => Box::new(Native::open(&NativeOptions { minimum, ..NativeOptions::default() })?),
            Engine::Bubblewrap => {
                Box::new(Bubblewrap::open(&BubblewrapOptions { minimum, ..BubblewrapOptions::default() })?)
            }
        })
    }
}

impl Sandbox for Box<dyn Sandbox> {
    fn run(&self, spec: &Spec) -> Result<Finished, SandboxError> {
        self.as_ref().run(spec)
    }

    fn run_side(&self, spec: &Spec, endpoint: Endpoint, link: OwnedFd) -> Result<Finished, SandboxError> {
        self.as_ref().run_side(spec, endpoint, link)
    }

    fn layers(&self) -> &Layers {
        self.as_ref().layers()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_engine_is_named_by_its_word() {
        for engine in [Engine::Native, Engine::Bubblewrap] {
            assert_eq!(engine.as_str().parse(), Ok(engine));
        }
        assert!("docker".parse::<Engine>().unwrap_err().contains("native or bubblewrap"));
    }

    #[test]
    fn a_microvm_is_refused_whatever_the_engine() {
        for engine in [Engine::Native, Engine::Bubblewrap] {
            let refused = Choice { engine, minimum: Tier::M }.open().err().map(|error| error.layer);
            assert_eq!(refused, Some(crate::Layer::Microvm));
        }
    }
}
