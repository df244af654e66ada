//! `assay finding severities`: how finders' severities compare with the
//! advisories that went out (R32).

use assay_app::agreement::{Agreement, By, LEAST, NotCompared, Reading, Source};
use clap::{Args, ValueEnum};

use crate::cli::{Common, Format};
use crate::desk::{self, As};
use crate::failure::Failure;
use crate::output;
use crate::report::grid::Grid;
use crate::report::{bold, plain};

/// Compare the severities that finders stated with those of the advisories that went out, for each source
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay finding severities --as 'Ana Ruiz'
  assay finding severities --by found-by --format json

Exit codes: 0 compared, 2 the call is wrong, 1 Assay itself failed.")]
pub struct SeveritiesArgs {
    /// What reports are told apart by
    #[arg(long = "by", value_name = "WHAT", value_enum, default_value = "member")]
    pub sources: Sources,
    #[command(flatten)]
    pub by: As,
}

/// What reports are told apart by.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Sources {
    /// The member whose report it is
    Member,
    /// The person who submitted it
    Person,
    /// Whether a person, a model or both found it
    FoundBy,
    /// The model that the report names
    Model,
}

impl Sources {
    fn of(self) -> (By, &'static str) {
        match self {
            Self::Member => (By::Member, "member"),
            Self::Person => (By::Person, "person"),
            Self::FoundBy => (By::FoundBy, "found by"),
            Self::Model => (By::Model, "model"),
        }
    }
}

/// Compares them.
pub fn run(call: &SeveritiesArgs, common: &Common) -> Result<u8, Failure> {
    let (by, word) = call.sources.of();
    let told = desk::open()?.agreement(&call.by.who()?, by)?;
    match common.format {
        Format::Json => output::json(&told),
        Format::Text => output::answer(&text(&told, word)),
    }
    Ok(0)
}

fn text(told: &Agreement, word: &str) -> String {
    if told.sources.is_empty() {
        return "Nothing to compare: no advisory is out of a case whose reports you may see.\n".to_owned();
    }
    let cases = if told.cases == 1 { "1 case".to_owned() } else { format!("{} cases", told.cases) };
    let mut text = format!(
        "Finders' severities beside the advisories that went out: {cases} whose reports you may see.\n\
         A case counts once for a source. None of this sets a priority.\n\n"
    );
    let mut grid = Grid::default();
    grid.row([word, "cases", "compared", "same word", "higher", "lower", "points above the advisory"].map(bold));
    for source in &told.sources {
        let counts = [source.cases, source.compared, source.agreed, source.higher, source.lower];
        let cells = [plain::line(&source.source, 60)].into_iter().chain(counts.map(|count| count.to_string()));
        grid.row(cells.chain([reading(source)]));
    }
    text.push_str(&grid.render(""));
    let left_out: Vec<String> = told.sources.iter().filter_map(not_compared).collect();
    if !left_out.is_empty() {
        text.push_str(&format!("\nNot compared:\n{}", left_out.concat()));
    }
    text
}

/// The mean difference in words.
fn reading(source: &Source) -> String {
    let (Some(mean), interval) = (source.mean, source.interval) else {
        return format!("too few to say: it takes {LEAST} cases");
    };
    let says = match source.reading {
        Reading::Higher => "rates higher than the advisories",
        Reading::Lower => "rates lower than the advisories",
        Reading::NoDifference => "no difference that shows",
        Reading::AllTheSame | Reading::TooFew => "the same in each case",
    };
    match interval {
        Some([low, high]) => format!("{mean:+.1} on average, 95 % interval {low:+.1} to {high:+.1}: {says}"),
        None => format!("{mean:+.1}: {says}"),
    }
}

fn not_compared(source: &Source) -> Option<String> {
    let why = |reason: NotCompared| match reason {
        NotCompared::NotStated => "the report states no severity",
        NotCompared::Unreadable => "the report states no CVSS base vector",
        NotCompared::OtherVersion => "one is CVSS 3 and the other CVSS 4",
        NotCompared::NotAssessed => "the advisory states no severity",
        NotCompared::Gone => "the report was shredded",
    };
    let reasons: Vec<String> =
        source.not_compared.iter().map(|(reason, count)| format!("{count}, as {}", why(*reason))).collect();
    (!reasons.is_empty()).then(|| format!("  {}: {}\n", plain::line(&source.source, 60), reasons.join("; ")))
}
