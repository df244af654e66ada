//! Whether a record of one release speaks of a package of another.
//!
//! A release that is not known, or that is written so that it may be either,
//! answers *unknown*, never *no* (invariant 11).

use assay_base::Answer;

use super::{Ecosystem, Rpm};

impl Ecosystem {
    /// Whether a record of this ecosystem speaks of a package that was installed from `installed`.
    ///
    /// A record without a release speaks of all. An unknown release of the installed package is unknown, not no. Two
    /// distributions never speak of each other: a fix in one's build says nothing of the other's (AlmaLinux, Red Hat).
    pub fn speaks_of(&self, installed: &Self) -> Answer {
        if self.family() != installed.family() {
            return Answer::No;
        }
        let (of, mine) = match (self.release(), installed.release()) {
            (None, _) => return Answer::Yes,
            (Some(_), None) => return Answer::Unknown,
            (Some(of), Some(mine)) => (of, mine),
        };
        if of.eq_ignore_ascii_case(mine) {
            return Answer::Yes;
        }
        match self {
            Self::Maven(_) | Self::Packagist(_) | Self::VsCode(_) => registry(of, mine),
            Self::Ubuntu(_) => ubuntu(of, mine),
            Self::Apk(..) => Answer::from(numbers(of) == numbers(mine)),
            Self::Rpm(Rpm::RedHat, _) => red_hat(of, mine),
            Self::Rpm(Rpm::Suse, _) => suse(of, mine),
            Self::Rpm(Rpm::OpenEuler, _) => open_euler(of, mine),
            // `8` and `8.10` are one release; `8.4` and `8.10` have one stream of updates, and are not told apart here.
            Self::Rpm(Rpm::AlmaLinux | Rpm::RockyLinux | Rpm::Mageia | Rpm::AzureLinux, _) => {
                Answer::from(major(of) == major(mine))
            }
            _ => Answer::No,
        }
    }
}

/// A mirror of one's own may carry either.
fn registry(of: &str, mine: &str) -> Answer {
    let bare = |url: &str| url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/').to_lowercase();
    if bare(of) == bare(mine) { Answer::Yes } else { Answer::Unknown }
}

/// `22.04`, `22.04:LTS`, `Pro:22.04:LTS`: one release. A flaw that Pro alone repairs is there without Pro too. Builds
/// with a name of their own (`Pro:FIPS:22.04:LTS`) may be installed or not.
fn ubuntu(of: &str, mine: &str) -> Answer {
    let number = |release: &str| {
        release.split(':').find(|part| part.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
    };
    if number(of) != number(mine) || number(of).is_none() {
        return Answer::No;
    }
    let special = |release: &str| {
        release.split(':').any(|part| !matches!(part, "Pro" | "LTS") && part.starts_with(|c: char| c.is_alphabetic()))
    };
    if special(of) == special(mine) { Answer::Yes } else { Answer::Unknown }
}

/// `enterprise_linux:8::baseos` speaks of Enterprise Linux 8. Streams of extended support and layered products may be
/// installed on any machine of that number.
fn red_hat(of: &str, mine: &str) -> Answer {
    let parts = |cpe: &str| {
        let mut parts = cpe.split(':');
        (parts.next().unwrap_or_default().to_owned(), major(parts.next().unwrap_or_default()).to_owned())
    };
    let ((product, number), (my_product, my_number)) = (parts(of), parts(mine));
    let system = |product: &str| product == "enterprise_linux" || product.starts_with("rhel_");
    match (product == my_product, number == my_number) {
        (true, same) => Answer::from(same),
        (false, false) if system(&product) && system(&my_product) => Answer::No,
        (false, _) => Answer::Unknown,
    }
}

/// `Linux Enterprise Module for Basesystem 15 SP5` may be installed on `Linux Enterprise Server 15 SP5`, and not on SP4.
fn suse(of: &str, mine: &str) -> Answer {
    let pack = |product: &str| {
        let at = product.find(|c: char| c.is_ascii_digit())?;
        let mut words = product.get(at..)?.split([' ', '-']);
        let number = words.next()?.to_owned();
        let pack = words.next().filter(|word| word.starts_with("SP")).unwrap_or("SP0").to_owned();
        Some((number, pack))
    };
    match (pack(of), pack(mine)) {
        (Some(of), Some(mine)) if of != mine => Answer::No,
        _ => Answer::Unknown,
    }
}

/// `22.03` may be `22.03-LTS` or `22.03-LTS-SP1`.
fn open_euler(of: &str, mine: &str) -> Answer {
    let number = |release: &str| release.split('-').next().unwrap_or_default().to_owned();
    let plain = |release: &str| !release.contains('-');
    if number(of) == number(mine) && (plain(of) || plain(mine)) { Answer::Unknown } else { Answer::No }
}

fn numbers(release: &str) -> &str {
    release.strip_prefix('v').unwrap_or(release)
}

fn major(release: &str) -> &str {
    release.split('.').next().unwrap_or_default()
}
