//! `assay db versions`: holds a table of compared versions against the order
//! that scans use.

mod read;

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::version::{Scheme, Unordered};
use clap::Args;
use serde::Serialize;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::report::plain;

/// Every line agrees.
const AGREED: u8 = 0;
/// A line disagrees, or cannot be told.
const DISAGREED: u8 = 10;

/// Hold a table of compared versions against the order that Assay uses
///
/// Each line compares two versions of one ecosystem: `1.9 < 1.10`, `1.0 = 1.0.0`, `2.0 > 2.0-rc1`. Every line that Assay
/// sees otherwise is printed, with what it says instead or why it cannot tell. Empty lines and lines that begin with #
/// are passed over. Nothing is fetched.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay db versions npm pairs.txt
  echo '1.0~rc1 < 1.0' | assay db versions debian
  assay db versions rpm pairs.txt --format json | jq '.differs[]'

Ecosystems go by OSV's name, by their package URL's type or by their tool: npm, cargo, pypi, go, maven, gem, composer,
nuget, hex, pub, cran, hackage, bitnami, julia, swift, deb, rpm, apk, conan. Any case will do.

Exit codes:
   0  every line agrees
  10  a line disagrees, or it cannot be told
   2  the call is wrong, or a line is no comparison
   1  Assay itself failed")]
pub struct VersionsArgs {
    /// Whose rules order the versions
    #[arg(value_name = "ECOSYSTEM")]
    ecosystem: String,
    /// The table; without it, standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// What came out, as JSON prints it.
#[derive(Debug, Default, Serialize)]
struct Answer {
    /// OSV's name, or the name of the rules.
    ecosystem: String,
    /// The rules' name.
    rules: &'static str,
    /// Comparisons in the table.
    compared: usize,
    /// Those that agree.
    agreed: usize,
    /// Those that Assay sees otherwise.
    differ: usize,
    /// Those without an order.
    cannot_tell: usize,
    /// Every line that does not agree, in the table's order.
    disagreements: Vec<Disagreement>,
}

/// A line that does not agree: with what Assay says instead, or why it cannot tell.
#[derive(Debug, Serialize)]
struct Disagreement {
    line: usize,
    a: String,
    /// `<`, `=` or `>`, as the table has it.
    written: &'static str,
    b: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    says: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Compares.
pub fn run(call: &VersionsArgs, common: &Common) -> Result<u8, Failure> {
    let (name, scheme) = rules(&call.ecosystem)?;
    let text = read::text(call.file.as_deref())?;
    let place = call.file.as_deref().map_or_else(|| "standard input".into(), Path::to_string_lossy);
    let answer = compare(name, scheme, &text, &place)?;
    match common.format {
        Format::Text => output::answer(&told(&answer)),
        Format::Json => output::json(&answer),
    }
    Ok(if answer.agreed == answer.compared { AGREED } else { DISAGREED })
}

/// The rules that are meant, and what they are called in the answer.
fn rules(written: &str) -> Result<(String, Scheme), Failure> {
    let unknown = || {
        Failure::call("unknown-ecosystem", format!("no ecosystem is called `{written}`")).help(
            "`assay db versions --help` lists them: npm, cargo, pypi, go, maven, gem, composer, nuget, deb, rpm, ...",
        )
    };
    if let Some(scheme) = Scheme::from_spelling(written) {
        return Ok((scheme.name().to_owned(), scheme));
    }
    let ecosystem = Ecosystem::from_spelling(written).ok_or_else(unknown)?;
    let scheme = Scheme::of(&ecosystem).ok_or_else(unknown)?;
    Ok((ecosystem.to_string(), scheme))
}

fn compare(ecosystem: String, scheme: Scheme, text: &str, place: &str) -> Result<Answer, Failure> {
    let mut answer = Answer { ecosystem, rules: scheme.name(), ..Answer::default() };
    for line in read::lines(text, place) {
        let line = line?;
        answer.compared += 1;
        let (says, why) = match order(scheme, line.a, line.b) {
            Ok(order) if order == line.order => {
                answer.agreed += 1;
                continue;
            }
            Ok(order) => {
                answer.differ += 1;
                (Some(sign(order)), None)
            }
            Err(why) => {
                answer.cannot_tell += 1;
                (None, Some(why.to_string()))
            }
        };
        let (a, b, written) = (line.a.to_owned(), line.b.to_owned(), sign(line.order));
        answer.disagreements.push(Disagreement { line: line.number, a, written, b, says, why });
    }
    Ok(answer)
}

fn order(scheme: Scheme, a: &str, b: &str) -> Result<Ordering, Unordered> {
    scheme.parse(a)?.compare(&scheme.parse(b)?)
}

fn sign(order: Ordering) -> &'static str {
    match order {
        Ordering::Less => "<",
        Ordering::Equal => "=",
        Ordering::Greater => ">",
    }
}

/// What came out, for people: each line that does not agree, then the count.
fn told(answer: &Answer) -> String {
    let mut out = String::new();
    for Disagreement { line, a, written, b, says, why } in &answer.disagreements {
        let instead = match (says, why) {
            (Some(says), _) => format!("Assay says {a} {says} {b}"),
            (None, why) => format!("cannot tell: {}", why.as_deref().unwrap_or_default()),
        };
        out.push_str(&plain::line(&format!("line {line}: {a} {written} {b}: {instead}"), 1600));
        out.push('\n');
    }
    out.push_str(&count(answer));
    out
}

fn count(answer: &Answer) -> String {
    let Answer { ecosystem, rules, compared, agreed, differ, cannot_tell, .. } = answer;
    let by = if ecosystem == rules { ecosystem.clone() } else { format!("{ecosystem}, by the rules of {rules}") };
    let comparisons = if *compared == 1 { "comparison" } else { "comparisons" };
    format!("{by}: {compared} {comparisons}, {agreed} agreed, {differ} differ, {cannot_tell} cannot be told\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{compare, rules, told};

    fn answer(ecosystem: &str, table: &str) -> Result<String, String> {
        let (name, scheme) = rules(ecosystem).map_err(|failure| failure.message)?;
        compare(name, scheme, table, "table").map(|answer| told(&answer)).map_err(|failure| failure.message)
    }

    #[test]
    fn each_line_that_does_not_agree_is_said() {
        let table = "\u{feff}# npm\n\n1.9.0 < 1.10.0\r\n 1.0-rc1 > 1.0 \nlatest < 1.0\n1.0.0+a = 1.0.0+b\n";
        assert_eq!(
            answer("NPM", table).unwrap(),
            "line 4: 1.0-rc1 > 1.0: Assay says 1.0-rc1 < 1.0\n\
             line 5: latest < 1.0: cannot tell: `latest` is not a version by the rules of SemVer\n\
             npm, by the rules of SemVer: 4 comparisons, 2 agreed, 1 differ, 1 cannot be told\n"
        );
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_line() {
        assert_eq!(answer("deb", "1 < 2\n1 2\n").unwrap_err(), "table, line 2: no comparison: 1 2");
        assert_eq!(answer("deb", "1 < 2 > 1").unwrap_err(), "table, line 1: more than one comparison: 1 < 2 > 1");
        assert_eq!(answer("deb", "1 < 2 < 3").unwrap_err(), "table, line 1: more than one comparison: 1 < 2 < 3");
        let long = format!("{} < 1", "1".repeat(2000));
        assert!(answer("deb", &long).unwrap_err().starts_with("table, line 1: longer than two versions can be: 111"));
        assert_eq!(answer("nothing", "").unwrap_err(), "no ecosystem is called `nothing`");
        // A lone sign is one side missing, not an empty version.
        assert!(answer("deb", "< 2").is_err());
    }
}
