//! The desk: the clearinghouse on this machine, who asks it, and the engine
//! that runs its bundles.

use assay_app::home::Home;
use assay_app::local::Local;
use assay_app::refusal::Refusal;
use assay_app::reproduction::Prove;
use assay_app::who::Who;
use assay_base::Instant;
use assay_bundle::manifest::Manifest;
use assay_prove::load::LoadedBundle;
use assay_prove::proof::Proof;
use clap::Args;
use serde_json::Value;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::place;
use crate::runner::Runner;

/// Who asks.
#[derive(Debug, Clone, Args)]
pub struct As {
    /// The person who asks, by the name under which the clearinghouse knows them; ASSAY_AS stands for it
    #[arg(id = "as", long = "as", value_name = "PERSON")]
    pub person: Option<String>,
    /// A program asks on that person's behalf: it cannot publish, end an embargo, read people in or report attacks
    #[arg(long)]
    pub agent: bool,
}

impl As {
    /// The caller, from the call or the environment.
    pub fn who(&self) -> Result<Who, Failure> {
        let person = self.person.clone().or_else(|| std::env::var("ASSAY_AS").ok()).filter(|name| !name.is_empty());
        let person = person.ok_or_else(|| {
            Failure::call("no-person", "nobody is named who asks")
                .help("name a person with --as NAME, or set ASSAY_AS; `assay admin members` lists them")
        })?;
        Ok(Who { person, agent: self.agent })
    }
}

/// Opens the clearinghouse of this machine.
pub fn open() -> Result<Local, Failure> {
    let home = Home::open(&place::home()?)?;
    Ok(Local::open(home, Box::new(Instant::now))?)
}

impl Prove for Runner {
    fn prove(&self, bundle: &LoadedBundle, manifest: &Manifest) -> Result<Proof, Refusal> {
        Runner::prove(self, bundle, manifest, &|_| {}).map_err(|failure| {
            let refusal = Refusal::broken(failure.message);
            match failure.help {
                Some(help) => refusal.help(help),
                None => refusal,
            }
        })
    }
}

/// Answers in the form that was asked for.
pub fn tell(common: &Common, text: &str, json: &Value) {
    match common.format {
        Format::Text => output::answer(text),
        Format::Json => output::json(json),
    }
}
