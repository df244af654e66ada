//! Where a result points to: files, lines and functions, without the folders of the machine that the tool ran on.

use serde_json::Value;

use super::message;
use crate::text;

/// Places that are told of one result.
const PLACES: usize = 12;
/// Steps that are told of one code flow.
const STEPS: usize = 24;
/// Results whose files are looked at for the folder that they share.
const LOOKED_AT: usize = 20_000;

/// Where something is.
pub(super) struct Place {
    text: String,
    pub(super) function: Option<String>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// What is needed to read the places of one run's results.
pub(super) struct Places<'a> {
    run: &'a Value,
    /// The folder that all files with an absolute path share, with its closing slash: the machine's, and none of the
    /// project's.
    folder: Option<String>,
}

impl<'a> Places<'a> {
    /// Looks at all results of a run.
    pub(super) fn of_run(run: &'a Value) -> Self {
        let mut folder: Option<String> = None;
        let results = run.get("results").and_then(Value::as_array).into_iter().flatten().take(LOOKED_AT);
        let locations = results.filter_map(|result| result.get("locations")?.as_array()).flatten();
        for path in locations.filter_map(|location| file(run, location)).map(plain).filter(|path| is_absolute(path)) {
            let own = &path[..=path.rfind('/').unwrap_or(0)];
            folder = Some(match folder {
                None => own.to_owned(),
                Some(known) => shared(&known, own).to_owned(),
            });
        }
        Self { run, folder: folder.filter(|folder| folder.len() > 1) }
    }

    /// Whether a folder of the machine was taken out of the paths.
    pub(super) fn shortens(&self) -> bool {
        self.folder.is_some()
    }

    /// The places of a result (3.27.12).
    pub(super) fn of(&self, result: &Value) -> Vec<Place> {
        let list = result.get("locations").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(|location| self.place(location)).take(PLACES).collect()
    }

    /// The steps of the first code flow (3.27.18).
    pub(super) fn flow(&self, result: &Value) -> Vec<String> {
        let locations = result.pointer("/codeFlows/0/threadFlows/0/locations").and_then(Value::as_array);
        let step = |one: &Value| {
            let location = one.get("location")?;
            let place = self.place(location)?;
            let words = message::of(location.get("message"), None).unwrap_or_default();
            Some(text::line(&format!("{place}: {}", text::without_homes(&words)), 300))
        };
        locations.into_iter().flatten().filter_map(step).take(STEPS).collect()
    }

    fn place(&self, location: &Value) -> Option<Place> {
        let logical = location.get("logicalLocations").and_then(Value::as_array).and_then(|list| list.first());
        let function = logical.and_then(|one| {
            let kind = one.get("kind").and_then(Value::as_str);
            let is_code =
                kind.is_none_or(|kind| matches!(kind, "function" | "member" | "type" | "module" | "namespace"));
            let name = one.get("fullyQualifiedName").or_else(|| one.get("name"))?.as_str()?;
            is_code.then(|| text::line(name, 300))
        });
        let line = location.pointer("/physicalLocation/region/startLine").and_then(Value::as_u64);
        let text = match (file(self.run, location).map(|uri| self.path(uri)), line, &function) {
            (Some(path), Some(line), _) => format!("{path}:{line}"),
            (Some(path), None, _) => path,
            (None, _, Some(function)) => function.clone(),
            (None, _, None) => return None,
        };
        Some(Place { text, function })
    }

    /// A file's place in the project.
    fn path(&self, uri: &str) -> String {
        let path = plain(uri);
        let path = self.folder.as_deref().and_then(|folder| path.strip_prefix(folder)).unwrap_or(&path);
        text::line(&text::without_homes(path), 300)
    }
}

/// The file of a location (3.28.3): by itself, or by its number among the run's artifacts (3.4.5).
fn file<'a>(run: &'a Value, location: &'a Value) -> Option<&'a str> {
    let artifact = location.pointer("/physicalLocation/artifactLocation")?;
    let numbered = || {
        let index = usize::try_from(artifact.get("index")?.as_u64()?).ok()?;
        run.get("artifacts")?.as_array()?.get(index)?.pointer("/location/uri")?.as_str()
    };
    artifact.get("uri").and_then(Value::as_str).or_else(numbered)
}

/// The path of a URI: without `file://`, and with its escapes undone (RFC 3986, 2.1; RFC 8089).
fn plain(uri: &str) -> String {
    let Some(path) = uri.strip_prefix("file://") else { return unescaped(uri) };
    let path = unescaped(path.strip_prefix("localhost").unwrap_or(path));
    // `/C:/src/a.c` of `file:///C:/src/a.c`.
    match path.strip_prefix('/') {
        Some(drive) if has_drive(drive) => drive.to_owned(),
        _ => path,
    }
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || has_drive(path)
}

fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic())
}

/// `%20` is a blank; what is no escape, or makes no text, stays as it is.
fn unescaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        rest = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                &tail[2..]
            }
            _ => {
                out.push(*first);
                tail
            }
        };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// The longest folder that both lie in.
fn shared<'a>(one: &'a str, other: &str) -> &'a str {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    // A folder ends with its slash, so that no character is cut and `/src` is no part of `/src2`.
    let end = one.as_bytes()[..same].iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    &one[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(uri: &str) -> Value {
        json!({ "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri }, "region": { "startLine": 3 } } }] })
    }

    fn told(run: &Value) -> Vec<String> {
        let places = Places::of_run(run);
        let results = run["results"].as_array().into_iter().flatten();
        results.flat_map(|result| places.of(result)).map(|place| place.to_string()).collect()
    }

    #[test]
    fn the_machines_own_folder_is_taken_out() {
        let run =
            json!({ "results": [at("file:///builds/secret/src/a%20b.c"), at("/builds/secret/src2/c.c"), at("d.c")] });
        assert_eq!(told(&run), ["src/a b.c:3", "src2/c.c:3", "d.c:3"]);
        assert_eq!(told(&json!({ "results": [at("file:///C:/build/x.c")] })), ["x.c:3"]);
        assert_eq!(
            told(&json!({ "results": [at("/a.c"), at("/b/c.c")] })),
            ["/a.c:3", "/b/c.c:3"],
            "nothing is shared"
        );
        assert_eq!(told(&json!({ "results": [at("/é/a.c"), at("/è/a.c")] })), ["/é/a.c:3", "/è/a.c:3"]);
    }

    #[test]
    fn a_file_may_be_named_by_its_number() {
        let run = json!({
            "artifacts": [{ "location": { "uri": "zero.c" } }, { "location": { "uri": "one.c" } }],
            "results": [{ "locations": [{ "physicalLocation": { "artifactLocation": { "index": 1 } } }] }],
        });
        assert_eq!(told(&run), ["one.c"]);
    }

    #[test]
    fn escapes_are_undone_where_they_make_text() {
        for (coded, plain) in [("a%20b", "a b"), ("100%", "100%"), ("%zz%4", "%zz%4"), ("%ff", "%ff"), ("%C3%A9", "é")]
        {
            assert_eq!(unescaped(coded), plain);
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

        #[test]
        fn no_path_panics_and_none_shares_more_than_a_folder(one in "\\PC{0,12}|(/[abé%0-9]{0,2}){0,5}", other in "(/[abé]{0,2}){0,5}") {
            let _ = told(&json!({ "results": [at(&one), at(&other)] }));
            let folder = shared(&one, &other);
            proptest::prop_assert!(one.starts_with(folder) && other.starts_with(folder));
            proptest::prop_assert!(folder.is_empty() || folder.ends_with('/'));
        }
    }
}
