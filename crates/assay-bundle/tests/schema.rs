//! `docs/proof-1.schema.json` and the parser, held against each other.
//!
//! The schema is what authors and editors read, the parser is what decides. So
//! both know the same keys, both take every valid manifest, both refuse every
//! structural fault, and the schema never refuses what the parser takes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assay_bundle::manifest::{self, shape::SHAPES};
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn schema() -> Value {
    let text = std::fs::read_to_string(root().join("../../docs/proof-1.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn manifests(folder: &str) -> BTreeMap<String, Value> {
    let files = std::fs::read_dir(root().join("tests/manifests").join(folder)).unwrap();
    let mut out = BTreeMap::new();
    for file in files {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        // Those that are not TOML, or hold what JSON cannot carry, are no matter of a JSON Schema.
        if let Ok(value) = toml::from_str::<Value>(&text) {
            out.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), value);
        }
    }
    out
}

fn parses(value: &Value) -> bool {
    manifest::parse(&toml::to_string(value).unwrap()).is_ok()
}

/// Place -> keys, from every object of the schema that says which keys it lists.
fn schema_keys(value: &Value, out: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        Value::Object(object) => {
            let comment = object.get("$comment").and_then(Value::as_str);
            if let Some(place) = comment.and_then(|comment| comment.strip_prefix("keys of ")) {
                assert_eq!(object["additionalProperties"], json!(false), "{place}");
                let place = if place == "the manifest" { "" } else { place };
                let keys = object["properties"].as_object().unwrap().keys().cloned().collect();
                assert!(out.insert(place.to_owned(), keys).is_none(), "{place} twice");
            }
            object.values().for_each(|value| schema_keys(value, out));
        }
        Value::Array(list) => list.iter().for_each(|value| schema_keys(value, out)),
        _ => {}
    }
}

#[test]
fn schema_and_parser_know_the_same_keys() {
    let mut schema_side = BTreeMap::new();
    schema_keys(&schema(), &mut schema_side);
    let parser_side: BTreeMap<String, BTreeSet<String>> = SHAPES
        .iter()
        .map(|shape| {
            let keys = shape.keys.iter().map(|key| (*key).to_owned()).collect();
            (shape.place.to_owned(), keys)
        })
        .collect();
    assert_eq!(schema_side, parser_side);
}

#[test]
fn every_key_is_described() {
    fn walk(value: &Value, place: &str) {
        if let Some(properties) = value.get("properties").and_then(Value::as_object)
            && value.get("additionalProperties").is_some()
        {
            for (key, property) in properties {
                let said = property.get("description").and_then(Value::as_str);
                assert!(said.is_some_and(|said| said.ends_with('.')), "{place}.{key}");
            }
        }
        match value {
            Value::Object(object) => object.iter().for_each(|(key, v)| walk(v, &format!("{place}/{key}"))),
            Value::Array(list) => list.iter().for_each(|v| walk(v, place)),
            _ => {}
        }
    }
    walk(&schema(), "");
}

/// Where a table of a manifest stands, in the words of the shapes.
fn shape_place(path: &[String], manifest: &Value) -> Option<String> {
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    Some(match parts.as_slice() {
        [.., "limits"] => "*.limits".to_owned(),
        ["arms", _, "source"] => "arms.*.source".to_owned(),
        ["arms", _, "deps"] => "arms.*.deps".to_owned(),
        ["arms", arm] => format!("arms.{arm}"),
        ["arms", arm, "refusal"] => format!("arms.{arm}.refusal"),
        ["inputs", _, _] => "inputs.*[]".to_owned(),
        ["oracle"] => format!("oracle:{}", manifest["oracle"]["kind"].as_str()?),
        [.., "files" | "artifacts" | "packages"] | ["deps", "packages", _] => return None,
        ["arms", _, "deps", "packages", _] => return None,
        parts => parts.join("."),
    })
}

/// Calls `f` with the path of every value.
fn each(value: &Value, path: &mut Vec<String>, f: &mut impl FnMut(&[String], &Value)) {
    f(path, value);
    let children: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => return,
    };
    for (key, child) in children {
        path.push(key);
        each(child, path, f);
        path.pop();
    }
}

fn at<'a>(value: &'a mut Value, path: &[String]) -> &'a mut Value {
    path.iter().fold(value, |value, key| match value {
        Value::Array(list) => &mut list[key.parse::<usize>().unwrap()],
        value => &mut value[key.as_str()],
    })
}

#[test]
fn every_key_is_taken_by_both() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let mut wanted: BTreeSet<(String, String)> = SHAPES
        .iter()
        .flat_map(|shape| shape.keys.iter().map(|key| (shape.place.to_owned(), (*key).to_owned())))
        .collect();
    for (name, value) in manifests("valid") {
        let errors: Vec<_> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        assert!(parses(&value), "{name} does not survive JSON");
        each(&value, &mut Vec::new(), &mut |path, table| {
            if let (Value::Object(table), Some(place)) = (table, shape_place(path, &value)) {
                for key in table.keys() {
                    wanted.remove(&(place.clone(), key.clone()));
                }
            }
        });
    }
    assert!(wanted.is_empty(), "no valid manifest uses {wanted:?}");
}

#[test]
fn structural_faults_are_refused_by_both() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for (name, value) in manifests("valid") {
        each(&value, &mut Vec::new(), &mut |path, here| {
            let mut wrong = Vec::new();
            if !path.is_empty() {
                // No key takes a boolean.
                let mut other = value.clone();
                *at(&mut other, path) = json!(true);
                wrong.push(other);
            }
            if here.is_object() && shape_place(path, &value).is_some() {
                let mut other = value.clone();
                at(&mut other, path)["no-such-key"] = json!("x");
                wrong.push(other);
            }
            for other in wrong {
                assert!(!parses(&other), "{name}: the parser takes {path:?} of {other}");
                assert!(!validator.is_valid(&other), "{name}: the schema takes {path:?} of {other}");
            }
        });
    }
}

#[test]
fn the_schema_takes_what_the_parser_takes() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let mut taken = 0;
    let others = [json!(""), json!("x"), json!(0), json!(1.5), json!([]), json!(["x"]), json!({})];
    for (name, value) in manifests("valid") {
        each(&value, &mut Vec::new(), &mut |path, _| {
            let Some((last, before)) = path.split_last() else {
                return;
            };
            let mut changed = Vec::new();
            for new in &others {
                let mut other = value.clone();
                *at(&mut other, path) = new.clone();
                changed.push(other);
            }
            let mut other = value.clone();
            match at(&mut other, before) {
                Value::Object(object) => drop(object.remove(last)),
                Value::Array(list) => drop(list.remove(last.parse().unwrap())),
                _ => {}
            }
            changed.push(other);
            for other in changed {
                if parses(&other) {
                    taken += 1;
                    let error = validator.validate(&other).err().map(|e| e.to_string());
                    assert_eq!(error, None, "{name} at {path:?}");
                }
            }
        });
    }
    assert!(taken > 100, "{taken}");
}

#[test]
fn wrong_manifests_are_refused_by_the_schema_too() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for (name, value) in manifests("wrong").into_iter().chain(manifests("partial")) {
        // What spans several keys is beyond the schema.
        let beyond = ["circle", "msan-cargo", "msan-gcc"].contains(&name.as_str());
        assert_eq!(validator.is_valid(&value), beyond, "{name}");
    }
}
