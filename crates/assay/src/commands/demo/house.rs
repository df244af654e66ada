//! The demo's own clearinghouse: a folder, its keys, its people.

use std::fs;
use std::path::{Path, PathBuf};

use assay_app::home::{Home, Instance};
use assay_app::local::Local;
use assay_app::who::Who;
use assay_base::{Instant, MemberId};
use assay_case::caller::{Role, Roles};
use assay_repo::Trust;
use assay_seal::SigningKey;

use crate::failure::Failure;

/// The coordinator who does the daily work.
pub const ANA: &str = "Ana Ruiz";
/// The second one: nobody publishes alone.
pub const BEN: &str = "Ben Okafor";
/// Finds things with a model's help.
pub const FAY: &str = "Fay Lindqvist";
/// Finds things too.
pub const GUS: &str = "Gus Marchetti";
/// Maintains the little program that the reports are about.
pub const VERA: &str = "Vera Lang";
/// Releases models for a developer.
pub const DEV: &str = "Dana Osei";
/// Reviews models for an evaluator.
pub const EVE: &str = "Eve Tanaka";

/// A clearinghouse in a folder of its own.
pub struct House {
    /// Where all of it lies.
    pub folder: PathBuf,
    /// The clearinghouse.
    pub local: Local,
    /// Ana's key for approving.
    pub ana: SigningKey,
    /// Ben's.
    pub ben: SigningKey,
    /// The model's developer.
    pub developer: MemberId,
    /// The reviewing organisation.
    pub reviewer: MemberId,
}

fn failed(error: impl ToString) -> Failure {
    Failure::own("demo", format!("the demo's folder: {}", error.to_string()))
        .help("name a folder that is not there yet with --into, or set TMPDIR to one that this user can write")
}

impl House {
    /// Makes it.
    pub fn build(into: Option<&Path>) -> Result<Self, Failure> {
        let folder = match into {
            Some(folder) if folder.exists() => {
                return Err(Failure::call("exists", format!("`{}` is there already", folder.display()))
                    .help("name a folder that is not there yet"));
            }
            Some(folder) => {
                fs::create_dir_all(folder).map_err(failed)?;
                folder.canonicalize().map_err(failed)?
            }
            // Kept on purpose: it holds the page to open.
            None => tempfile::Builder::new().prefix("assay-demo-").tempdir().map_err(failed)?.keep(),
        };
        let mut instance = Instance::new(
            "Demonstration clearinghouse",
            "https://clearinghouse.example",
            "desk at clearinghouse.example",
            "ASSAY",
        )?;
        // A minute between two batches is right for a house, and long for a demonstration.
        instance.cadence = 1;
        let home = Home::create(&folder.join("clearinghouse"), instance)?;
        let local = Local::open(home, Box::new(Instant::now))?;
        let roles = |roles: &[Role]| roles.iter().copied().collect::<Roles>();
        local.join(None, "Clearing desk", ANA, roles(&[Role::Coordinator, Role::Verifier]))?;
        local.add_person(&Who::person(ANA), "Clearing desk", BEN, roles(&[Role::Coordinator, Role::Verifier]))?;
        local.join(None, "Northern AI lab", FAY, roles(&[Role::Finder]))?;
        local.join(None, "Independent researchers", GUS, roles(&[Role::Finder]))?;
        local.join(None, "tlv project", VERA, roles(&[Role::Vendor]))?;
        let developer = local.join(None, "Model developer", DEV, roles(&[Role::Developer]))?.id;
        let reviewer = local.join(None, "Evaluation institute", EVE, roles(&[Role::Finder]))?.id;
        let (ana, ben) = (key()?, key()?);
        local.register_approver(ANA, ana.verifying_key())?;
        local.register_approver(BEN, ben.verifying_key())?;
        let house = Self { folder, local, ana, ben, developer, reviewer };
        fs::write(house.trust_file(), house.trust()?.to_json()).map_err(failed)?;
        Ok(house)
    }

    /// What members are given by hand.
    pub fn trust(&self) -> Result<Trust, Failure> {
        Ok(self.local.trust()?)
    }

    /// Where that lies.
    pub fn trust_file(&self) -> PathBuf {
        self.folder.join("trust.json")
    }

    /// The hospital's files.
    pub fn hospital(&self) -> PathBuf {
        self.folder.join("hospital")
    }

    /// The hospital's copy of the release folder.
    pub fn mirror(&self) -> PathBuf {
        self.folder.join("hospital/mirror")
    }

    /// The page to open.
    pub fn page(&self) -> PathBuf {
        self.folder.join("action-cards.html")
    }
}

/// A fresh key.
pub fn key() -> Result<SigningKey, Failure> {
    SigningKey::generate().map_err(|error| Failure::own("no-key", format!("no key could be made: {error}")))
}

/// Writes a file with the folders above it.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::write(path, content).map_err(failed)
}
