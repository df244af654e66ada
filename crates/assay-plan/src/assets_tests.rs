//! What a file of assets says, and what wins where it and a list differ.
#![allow(clippy::unwrap_used)]

use assay_inventory::component::Site;
use proptest::prelude::*;

use super::*;

const FILE: &str = r#"schema = "assay.assets/1"
stated-by = "Pat, 2026-11-01"
[[assets]]
place = "DMZ*"
exposed = "yes"
windows = ["every Sunday 02:00 for 4 hours"]
[[assets]]
vendor = "BD"
product = "*alaris*"
critical = "yes"
patched-by = "BD service"
[[assets]]
inventory = "*.lock"
exposed = "no"
"#;

fn thing(vendor: &str, product: &str, place: &str, exposed: Answer, by: PatchedBy) -> Component {
    Component {
        what: What::Product { vendor: vendor.to_owned(), product: product.to_owned() },
        version: None,
        purl: None,
        at: "line 2".to_owned(),
        site: Site { place: place.to_owned(), exposed, patched_by: by },
    }
}

fn merged(file: &str, component: Component) -> (Component, Vec<String>) {
    let assets = Assets::read(file).unwrap();
    let mut lists = [Inventory {
        name: "lists/products.csv".to_owned(),
        format: assay_inventory::component::Format::ProductList,
        components: vec![component],
        skipped: Vec::new(),
    }];
    let told = assets.apply(&mut lists, &mut []);
    (lists[0].components[0].clone(), told)
}

#[test]
fn a_file_fills_what_a_list_leaves_open() {
    let (component, told) = merged(FILE, thing("BD", "Alaris Gateway", "dmz 2", Answer::Unknown, PatchedBy::Unknown));
    assert_eq!(component.site.exposed, Answer::Yes);
    assert_eq!(component.site.patched_by, PatchedBy::Vendor("BD service".to_owned()));
    assert_eq!(told, ["1 entry of the file of assets is about nothing in these lists: number 3."]);
    let said = Assets::read(FILE).unwrap().said("lists/products.csv", &component);
    assert_eq!((said.critical, said.windows.len()), (Answer::Yes, 1));
}

#[test]
fn of_two_words_the_one_that_asks_for_more_counts_and_it_is_told() {
    let (component, told) = merged(FILE, thing("X", "Y", "DMZ", Answer::No, PatchedBy::Us));
    assert_eq!((component.site.exposed, &component.site.patched_by), (Answer::Yes, &PatchedBy::Us));
    assert!(told[0].contains("said both ways: taken as yes"), "{told:?}");
    // A list that says yes is not talked down by a file.
    let down = FILE.replacen("exposed = \"yes\"", "exposed = \"no\"", 1);
    let (component, _) = merged(&down, thing("X", "Y", "DMZ", Answer::Yes, PatchedBy::Us));
    assert_eq!(component.site.exposed, Answer::Yes);
    // Who patches it: the list's own word counts.
    let (component, told) = merged(FILE, thing("BD", "Alaris", "Ward", Answer::No, PatchedBy::Us));
    assert_eq!(component.site.patched_by, PatchedBy::Us);
    assert!(told[0].contains("the list counts"), "{told:?}");
}

#[test]
fn what_is_no_file_of_assets_is_refused_with_every_reason() {
    let text = FILE
        .replace("assay.assets/1", "assay.assets/2")
        .replace("every Sunday", "now and then")
        .replace("place = \"DMZ*\"\n", "")
        .replace("exposed = \"no\"\n", "");
    let error = Assets::read(&text).unwrap_err().to_string();
    for words in ["is not `assay.assets/1`", "entry 1 names nothing", "entry 3 says nothing", "is no window"] {
        assert!(error.contains(words), "{words}: {error}");
    }
    assert!(Assets::read("schema = 1").is_err() && Assets::read(&"x".repeat(MOST + 1)).is_err());
}

proptest! {
    #[test]
    fn no_file_makes_an_exposed_thing_look_safe(exposed in prop::sample::select(vec!["yes", "no", "unknown"]), place in "[a-zA-Z]{1,8}") {
        let file = format!("schema = \"assay.assets/1\"\n[[assets]]\nplace = \"*\"\nexposed = \"{exposed}\"\n");
        let (component, _) = merged(&file, thing("V", "P", &place, Answer::Yes, PatchedBy::Us));
        prop_assert_eq!(component.site.exposed, Answer::Yes);
        let (component, _) = merged(&file, thing("V", "P", &place, Answer::Unknown, PatchedBy::Us));
        prop_assert_eq!(component.site.exposed.as_str(), exposed);
    }

    #[test]
    fn damaged_files_do_not_panic(at in 0..FILE.len(), byte in 32_u8..127) {
        let mut bytes = FILE.as_bytes().to_vec();
        bytes[at] = byte;
        let _ = Assets::read(&String::from_utf8_lossy(&bytes));
    }
}
