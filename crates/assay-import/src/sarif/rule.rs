//! The rule behind a result (SARIF 2.1.0, 3.49, 3.52), and what it says of weaknesses.

use serde_json::Value;

use super::message;
use crate::text;

/// What is known of a rule.
pub(super) struct Rule<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) object: Option<&'a Value>,
    pub(super) short: Option<String>,
    pub(super) full: Option<String>,
    /// Its name, where that says more than its id.
    pub(super) name: Option<&'a str>,
    /// Where it is explained (3.49.12).
    pub(super) help: Option<&'a str>,
    pub(super) level: Option<&'a str>,
    pub(super) severity: Option<f64>,
}

impl<'a> Rule<'a> {
    /// The rule of a result: by index, else by id; the result's own words come first.
    pub(super) fn of(run: &'a Value, result: &'a Value) -> Self {
        let reference = result.get("rule");
        let index = result.get("ruleIndex").or_else(|| reference?.get("index")).and_then(Value::as_u64);
        let id = result.get("ruleId").or_else(|| reference?.get("id")).and_then(Value::as_str);
        // Rules of an extension are numbered within it (3.54.5).
        let component = reference.and_then(|reference| reference.get("toolComponent")?.get("index")?.as_u64());
        let rules = component_rules(run, component);
        let by_index = index.and_then(|index| rules.get(usize::try_from(index).ok()?));
        let named = |rule: &&Value| rule.get("id").and_then(Value::as_str).is_some_and(|own| is_of(id, own));
        // An index that points at a rule of another name is wrong; the name is what people see.
        let by_index = by_index.filter(|rule| id.is_none() || named(rule));
        let object = by_index.or_else(|| all_rules(run).find(named));
        let words = |key: &str| message::of(object.and_then(|rule| rule.get(key)), None);
        let own = |key: &str| object.and_then(|rule| rule.get(key)?.as_str());
        Self {
            name: own("name").filter(|name| Some(*name) != id && !name.is_empty()),
            help: own("helpUri").filter(|uri| uri.starts_with("https://") || uri.starts_with("http://")),
            id: id.or_else(|| object?.get("id")?.as_str()),
            object,
            short: words("shortDescription"),
            full: words("fullDescription"),
            level: object.and_then(|rule| rule.pointer("/defaultConfiguration/level")?.as_str()),
            severity: object.and_then(severity),
        }
    }
}

/// A result may name a sub-rule: `CA1000/1` belongs to `CA1000` (3.52.4).
fn is_of(id: Option<&str>, rule: &str) -> bool {
    id.is_some_and(|id| id == rule || id.strip_prefix(rule).is_some_and(|rest| rest.starts_with('/')))
}

fn component_rules(run: &Value, component: Option<u64>) -> &[Value] {
    let object = match component {
        Some(index) => {
            usize::try_from(index).ok().and_then(|index| run.pointer("/tool/extensions")?.as_array()?.get(index))
        }
        None => run.pointer("/tool/driver"),
    };
    object.and_then(|object| object.get("rules")?.as_array()).map(Vec::as_slice).unwrap_or_default()
}

fn all_rules(run: &Value) -> impl Iterator<Item = &Value> {
    let extensions = run.pointer("/tool/extensions").and_then(Value::as_array).into_iter().flatten();
    let components = run.pointer("/tool/driver").into_iter().chain(extensions);
    components.filter_map(|one| one.get("rules")?.as_array()).flatten()
}

/// `security-severity` of the rule's properties: a text or a number, 0 to 10.
fn severity(rule: &Value) -> Option<f64> {
    let value = rule.pointer("/properties/security-severity")?;
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (0.0..=10.0).contains(&number).then_some(number)
}

/// The tool with its version, as the run claims.
pub(super) fn tool(run: &Value) -> Option<String> {
    let driver = run.pointer("/tool/driver")?;
    let name = driver.get("name")?.as_str()?;
    let version = ["semanticVersion", "version"].iter().find_map(|key| driver.get(*key)?.as_str());
    Some(text::line(&format!("{name} {}", version.unwrap_or_default()), 200)).filter(|tool| !tool.is_empty())
}

/// Weaknesses: of taxa (3.27.8), of the rule's relationships, and of tags, in the order found.
pub(super) fn weaknesses(run: &Value, result: &Value, rule: Option<&Value>) -> Vec<String> {
    let mut found = Vec::new();
    let taxa = result.get("taxa").and_then(Value::as_array).into_iter().flatten();
    let related = rule.and_then(|rule| rule.get("relationships")?.as_array()).into_iter().flatten();
    let related = related.filter_map(|one| one.get("target"));
    for reference in taxa.chain(related) {
        let component = reference.pointer("/toolComponent/name").and_then(Value::as_str);
        let by_index = || taxon(run, reference);
        if let Some(id) = reference.get("id").and_then(Value::as_str).or_else(by_index) {
            let is_cwe = component.is_none_or(|name| name.eq_ignore_ascii_case("cwe"));
            found.extend(cwe(id, is_cwe && component.is_some()));
        }
    }
    let tags = [Some(result), rule].into_iter().flatten();
    let tags = tags.filter_map(|one| one.pointer("/properties/tags")?.as_array()).flatten();
    found.extend(tags.filter_map(|tag| cwe(tag.as_str()?, false)));
    // Some tools have properties of their own for it: a text or a list.
    for one in [Some(result), rule].into_iter().flatten() {
        match one.pointer("/properties/cwe") {
            Some(Value::String(text)) => found.extend(cwe(text, true)),
            Some(Value::Array(list)) => found.extend(list.iter().filter_map(|one| cwe(one.as_str()?, true))),
            _ => {}
        }
    }
    found
}

fn taxon<'a>(run: &'a Value, reference: &Value) -> Option<&'a str> {
    let at = |key: &str| reference.pointer(key)?.as_u64().and_then(|n| usize::try_from(n).ok());
    let taxonomy = run.get("taxonomies")?.as_array()?.get(at("/toolComponent/index")?)?;
    taxonomy.get("taxa")?.as_array()?.get(at("/index")?)?.get("id")?.as_str()
}

/// `CWE-125` of `external/cwe/cwe-125`, `CWE-125: Out-of-bounds read`, and of `125` in a taxonomy of that name.
fn cwe(text: &str, bare: bool) -> Option<String> {
    let last = text.rsplit('/').next().unwrap_or(text).trim();
    let word = last.split([':', ' ']).next()?;
    let lower = word.to_ascii_lowercase();
    let digits = match lower.strip_prefix("cwe-") {
        Some(digits) => digits,
        None if bare => lower.as_str(),
        None => return None,
    };
    let digits = digits.trim_start_matches('0');
    (!digits.is_empty() && digits.len() <= 5 && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| format!("CWE-{digits}"))
}

/// Identifiers of known vulnerabilities, where the rule or the result is one.
pub(super) fn ids(result: &Value, rule: Option<&Value>) -> Vec<String> {
    let own = [result.get("ruleId"), rule.and_then(|rule| rule.get("id"))];
    let is_known = |id: &&str| ["CVE-", "GHSA-", "RUSTSEC-"].iter().any(|start| id.starts_with(start));
    own.into_iter().flatten().filter_map(Value::as_str).filter(is_known).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weaknesses_are_found_in_all_their_spellings() {
        for (text, bare, found) in [
            ("external/cwe/cwe-078", false, Some("CWE-78")),
            ("CWE-125: Out-of-bounds Read", false, Some("CWE-125")),
            ("787", true, Some("CWE-787")),
            ("787", false, None),
            ("security", false, None),
            ("cwe-", false, None),
            ("cwe-123456", false, None),
        ] {
            assert_eq!(cwe(text, bare).as_deref(), found, "{text}");
        }
    }
}
