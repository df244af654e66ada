//! `assay claim`: so that nobody scans twice.

use std::time::Duration;

use assay_case::ids::LeaseId;
use assay_case::lease::{Availability, Lease, Method};
use assay_case::target::{Purl, Repository, SubPath, Target, Whole};
use clap::Args;
use serde_json::{Value, json};

use crate::cli::Common;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::report::plain;

/// The target is taken.
const TAKEN: u8 = 10;
/// Somebody searched it before.
const COVERED: u8 = 11;

/// Claim a target for a time, so that nobody scans it twice
///
/// A claim says what is to be searched and how. Of two who race exactly one gets it. Whoever asks learns only that a
/// target is free, taken, or covered up to a version: not by whom, and not what was found.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay claim pkg:cargo/smallvec@1.6.0 --method fuzzing --for 7d --as 'Ana Ruiz'
  assay claim https://git.example/tlv@0123456789abcdef0123456789abcdef01234567 --path src/parser --method model
  assay claim pkg:cargo/smallvec@1.6.0 --ask
  assay claim --renew lse_… --token 3 --for 7d
  assay claim --release lse_… --token 3 --covered 1.6.0

Exit codes: 0 claimed, renewed, released, or free; 10 taken; 11 covered; 2 the call is wrong; 1 Assay itself failed")]
pub struct ClaimArgs {
    /// A package URL, or a repository's address with @COMMIT
    #[arg(value_name = "TARGET", required_unless_present_any = ["renew", "release"], conflicts_with_all = ["renew", "release"])]
    pub target: Option<String>,
    /// Only this part of it
    #[arg(long, value_name = "SUB-PATH", requires = "target")]
    pub path: Option<String>,
    /// How it is searched: static, fuzzing, manual, model or other
    #[arg(long, value_name = "METHOD", value_parser = method, default_value = "other")]
    pub method: Method,
    /// For how long: minutes (90m), hours (12h) or days (7d), up to 30 days
    #[arg(long = "for", value_name = "TIME", value_parser = span, default_value = "7d")]
    pub ttl: Duration,
    /// Only ask whether it is free
    #[arg(long, requires = "target")]
    pub ask: bool,
    /// Prolong this lease from now on
    #[arg(long, value_name = "LEASE", requires = "token", conflicts_with = "release")]
    pub renew: Option<LeaseId>,
    /// Give this lease back
    #[arg(long, value_name = "LEASE", requires = "token")]
    pub release: Option<LeaseId>,
    /// The lease's fencing token
    #[arg(long, value_name = "N")]
    pub token: Option<u64>,
    /// Up to which version or commit it was searched, without a finding
    #[arg(long, value_name = "VERSION", requires = "release")]
    pub covered: Option<String>,
    #[command(flatten)]
    pub by: As,
}

fn method(text: &str) -> Result<Method, String> {
    Method::ALL.iter().copied().find(|method| method.as_str() == text).ok_or_else(|| {
        let words: Vec<_> = Method::ALL.iter().map(|method| method.as_str()).collect();
        format!("methods are {}", words.join(", "))
    })
}

/// A time as people write it.
fn span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time; write it as 90m, 12h or 7d");
    let (number, unit) = text.split_at(text.len().saturating_sub(1));
    let seconds = match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds)).map(Duration::from_secs).ok_or_else(wrong)
}

/// What a text names.
fn target(text: &str, path: Option<&str>) -> Result<Target, Failure> {
    let wrong = |error: String| Failure::call("target", error);
    let whole = if text.starts_with("pkg:") {
        Whole::Package(Purl::new(text).map_err(|error| wrong(error.to_string()))?)
    } else {
        Whole::Repository(Repository::new(text).map_err(|error| wrong(error.to_string()))?)
    };
    let sub_path = path.map(SubPath::new).transpose().map_err(|error| wrong(error.to_string()))?;
    Ok(Target { whole, sub_path })
}

/// Claims, renews, releases, or asks.
pub fn run(call: &ClaimArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.by.who()?;
    let local = desk::open()?;
    // clap has seen to it that a token stands beside these two.
    let token = call.token.unwrap_or_default();
    if let Some(id) = call.renew {
        return Ok(held(&local.renew(&who, id, token, call.ttl)?, "Renewed", common));
    }
    if let Some(id) = call.release {
        let lease = local.release(&who, id, token, call.covered.as_deref())?;
        tell(common, &format!("Released {}\n", lease.id), &shown(&lease));
        return Ok(0);
    }
    let target = target(call.target.as_deref().unwrap_or_default(), call.path.as_deref())?;
    if call.ask {
        let (code, text, json) = match local.availability(&who, &target, call.method)? {
            Availability::Free => (0, "Free\n".to_owned(), json!({ "answer": "free" })),
            Availability::Taken => (TAKEN, "Taken\n".to_owned(), json!({ "answer": "taken" })),
            Availability::Covered { at } => {
                let at = at.at.to_string();
                (
                    COVERED,
                    format!("Covered up to {}\n", plain::line(&at, 200)),
                    json!({ "answer": "covered", "at": at }),
                )
            }
        };
        tell(common, &text, &json);
        return Ok(code);
    }
    match local.claim(&who, &target, call.method, call.ttl) {
        Ok(lease) => Ok(held(&lease, "Claimed", common)),
        Err(refusal) if refusal.code == assay_case::Code::Taken.as_str() => {
            tell(
                common,
                "Taken: somebody holds this target, or a part that overlaps it\n",
                &json!({ "answer": "taken" }),
            );
            Ok(TAKEN)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

fn held(lease: &Lease, what: &str, common: &Common) -> u8 {
    let text = format!(
        "{what} {} by {}\n\n  lease   {}\n  token   {}\n  ends    {}\n\n\
         Next: scan, and `assay submit BUNDLE`; or `assay claim --release {} --token {} --covered VERSION`\n",
        plain::line(&lease.target.open().to_string(), 300),
        lease.method,
        lease.id,
        lease.token,
        lease.expires,
        lease.id,
        lease.token
    );
    tell(common, &text, &shown(lease));
    0
}

fn shown(lease: &Lease) -> Value {
    json!({
        "answer": "held",
        "lease": lease.id,
        "target": lease.target.open().to_string(),
        "method": lease.method.to_string(),
        "token": lease.token,
        "expires": lease.expires,
        "state": lease.phase.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(span("90m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(span("7d"), Ok(Duration::from_secs(604_800)));
        for wrong in ["", "d", "7", "7w", "-1d", "99999999999999999999d"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
