//! Product lists as people export them.
#![allow(clippy::unwrap_used, clippy::panic)]

use assay_base::Answer;
use assay_inventory::component::{Format, Inventory, PatchedBy, What};
use assay_inventory::{Options, detect, product_list, read};

fn list(bytes: &[u8]) -> Inventory {
    assert_eq!(detect("assets.csv", bytes), Ok(Format::ProductList));
    read("assets.csv", bytes, &Options::default()).unwrap()
}

fn products(inventory: &Inventory) -> Vec<(&str, &str, Option<&str>)> {
    inventory
        .components
        .iter()
        .map(|c| match &c.what {
            What::Product { vendor, product } => (vendor.as_str(), product.as_str(), c.version.as_deref()),
            What::Package { .. } => panic!("a list has no packages"),
        })
        .collect()
}

#[test]
fn the_example_is_read() {
    let inventory = list(product_list::EXAMPLE.as_bytes());
    assert_eq!(
        products(&inventory),
        [
            ("Fortinet", "FortiGate 60F", Some("7.4.3")),
            ("Baxter", "Infusion pump", None),
            ("Microsoft", "Windows Server 2019", None)
        ]
    );
    let sites: Vec<_> = inventory.components.iter().map(|c| (&c.site.exposed, &c.site.patched_by)).collect();
    assert_eq!(
        sites,
        [
            (&Answer::Yes, &PatchedBy::Us),
            (&Answer::No, &PatchedBy::Vendor("Baxter service".to_owned())),
            (&Answer::Unknown, &PatchedBy::Us)
        ]
    );
    assert_eq!(inventory.components[1].site.place, "ward 3");
    assert_eq!(inventory.components[0].at, "line 2");
    assert!(inventory.skipped.is_empty());
}

#[test]
fn columns_by_single_words() {
    for (header, exposed) in [
        ("Tag,Mfr,Model,Software/Firmware,Department,Internet?,Serviced by", true),
        ("Asset ID,Mfg,Device type,Model #,FW rev,Dept/Room,Reachable from outside,Who updates it", true),
        ("Serial,Make,Model #,SW ver,Site,Publicly reachable?,Maintained by (contract)", true),
        ("Row,Supplier,System,Release / build,Floor,Latest version,Support", false),
    ] {
        let columns: Vec<&str> = header.split(',').collect();
        let cell = |name: &str| match name {
            "Mfr" | "Mfg" | "Make" | "Supplier" => "Acme",
            "Model" | "Model #" | "System" => "Pump",
            "Software/Firmware" | "FW rev" | "SW ver" | "Release / build" => "1.2",
            "Department" | "Dept/Room" | "Site" | "Floor" => "ward",
            "Internet?" | "Reachable from outside" | "Publicly reachable?" => "yes",
            "Latest version" => "9.9",
            _ => "us",
        };
        let row: Vec<&str> = columns.iter().map(|name| cell(name)).collect();
        let inventory = list(format!("{header}\n{}\n", row.join(",")).as_bytes());
        assert_eq!(products(&inventory), [("Acme", "Pump", Some("1.2"))], "{header}");
        let site = &inventory.components[0].site;
        assert_eq!((site.place.as_str(), site.exposed == Answer::Yes), ("ward", exposed), "{header}");
        assert_eq!(site.patched_by, PatchedBy::Us, "{header}");
    }
    // A title is no header, whatever words stand in it.
    let titled = list(b"Device list of the clinic,version 3,site B\nVendor,Product,Version\nA,B,1\n");
    assert_eq!(products(&titled), [("A", "B", Some("1"))]);
}

#[test]
fn a_column_of_versions_that_nobody_knows_is_told() {
    let with = |header: &str, cells: [&str; 4]| {
        let rows: Vec<String> = cells.iter().map(|cell| format!("A,B,{cell}\n")).collect();
        list(format!("Vendor,Product,{header}\n{}", rows.concat()).as_bytes())
    };
    let told = with("Stand", ["1.2", "v4.0.1", "", "7.0.1-5035"]);
    assert_eq!(told.components.len(), 4);
    assert!(told.components.iter().all(|component| component.version.is_none()));
    assert_eq!((told.skipped.len(), told.skipped[0].at.as_str()), (1, "the header line"));
    assert!(told.skipped[0].why.contains("`Stand`") && told.skipped[0].why.contains("name it Version"));
    for (header, cells) in [
        ("IP", ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]),
        ("Node", ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]),
        ("Since", ["01.02.2021", "03.04.2022", "05.06.2023", "07.08.2024"]),
        ("Price", ["1.20", "3.40", "5.60", "7.80"]),
        ("Stand", ["1.2", "4.0", "yes", ""]),
        ("Version", ["1.2", "4.0", "1.3", "1.4"]),
    ] {
        assert!(with(header, cells).skipped.is_empty(), "{header}");
    }
}

#[test]
fn delimiters_and_encodings_give_the_same() {
    let rows = "Hersteller;Manufacturer;Model;Firmware Version;Room\n;Dräger;Infinity “M540”;VG4.1;Ward 3\n";
    let utf8 = list(rows.as_bytes());
    assert_eq!(products(&utf8), [("Dräger", "Infinity “M540”", Some("VG4.1"))]);

    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(rows.as_bytes());
    assert_eq!(list(&marked), utf8);

    let windows: Vec<u8> = rows
        .chars()
        .map(|c| match c {
            '“' => 0x93,
            '”' => 0x94,
            c => u8::try_from(u32::from(c)).unwrap(),
        })
        .collect();
    assert_eq!(list(&windows), utf8);

    for (mark, big) in [(Some([0xff, 0xfe]), false), (Some([0xfe, 0xff]), true), (None, false), (None, true)] {
        let mut bytes: Vec<u8> = mark.into_iter().flatten().collect();
        bytes.extend(rows.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }));
        assert_eq!(list(&bytes), utf8, "{mark:?} {big}");
    }

    let tabs = rows.replace(';', "\t").replace('\n', "\r\n");
    assert_eq!(list(tabs.as_bytes()), utf8);
    let commas = rows.replace(';', ",");
    assert_eq!(list(commas.as_bytes()), utf8);
    let named = format!("sep=;\r\n{rows}");
    let named = list(named.as_bytes());
    assert_eq!(products(&named), products(&utf8));
    assert_eq!(named.components[0].at, "line 3");
}

#[test]
fn what_people_put_in_cells() {
    let text = "\
Asset list of the clinic, exported 2026-11-01

product, vendor ,internet-facing,managed by,version
\"PACS server,
main\",Acme,maybe,vendor,unknown
=cmd|' /C calc'!A0,@SUM(1),Y,IT,+1.0
,,,,

\"Pump \"\"B\"\"\",,N,,3
,Acme,yes,us,1
short,Acme
long,Acme,yes,us,1,extra
padded,Acme,no,us,1,,
";
    let inventory = list(text.as_bytes());
    assert_eq!(
        products(&inventory),
        [
            ("Acme", "PACS server,\nmain", None),
            // A cell is text, whatever a spreadsheet would do with it.
            ("@SUM(1)", "=cmd|' /C calc'!A0", Some("+1.0")),
            ("", "Pump \"B\"", Some("3")),
            ("Acme", "padded", Some("1")),
        ]
    );
    let first = &inventory.components[0];
    assert_eq!(first.site.patched_by, PatchedBy::Vendor("Acme".to_owned()));
    assert_eq!(first.site.exposed, Answer::Unknown);
    assert_eq!(inventory.components[2].site.patched_by, PatchedBy::Unknown);
    let skipped: Vec<_> = inventory.skipped.iter().map(|s| format!("{}: {}", s.at, s.why)).collect();
    assert_eq!(
        skipped,
        [
            "line 4: `maybe` says neither yes nor no to *exposed*; taken as unknown",
            "line 10: the row names no product",
            "line 11: the row has 2 of 5 columns",
            "line 12: the row has 6 columns, the header has 5: a cell with a delimiter in it needs quotes",
        ]
    );
}

#[test]
fn a_row_may_end_early_where_nothing_is_lost() {
    let inventory = list(b"vendor,product,version,place,exposed\nA,B,1\nA,B\n");
    assert_eq!(inventory.components.len(), 1);
    assert_eq!(inventory.components[0].site.exposed, Answer::Unknown);
    assert_eq!(inventory.skipped.len(), 1);
}

#[test]
fn without_a_header_the_error_shows_one() {
    let error = read("a.csv", b"Foo,Bar,Baz\n1,2,3\n", &Options::default()).unwrap_err().to_string();
    assert!(error.contains("Columns found: `Foo`, `Bar`, `Baz`"), "{error}");
    assert!(error.ends_with(product_list::EXAMPLE), "{error}");
    let error = read("a.csv", b"product\nPump\n", &Options::default()).unwrap_err().to_string();
    assert!(error.contains("one for its vendor or version"), "{error}");
    let error = read("a.csv", b"", &Options::default()).unwrap_err().to_string();
    assert!(error.contains("Columns found: none"), "{error}");
    let error = read("a.xlsx", b"PK\x03\x04....", &Options::default()).unwrap_err().to_string();
    assert!(error.contains("save the list as CSV"), "{error}");
    let error = read("notes.txt", b"hello\n", &Options::default()).unwrap_err().to_string();
    assert!(error.contains("CycloneDX (JSON, XML)") && error.contains("Cargo.lock, package-lock.json"), "{error}");
}

#[test]
fn what_windows_and_asset_registers_export() {
    let registry =
        "\"DisplayName\",\"DisplayVersion\",\"Publisher\"\r\n\"7-Zip 24.09 (x64)\",\"24.09\",\"Igor Pavlov\"\r\n";
    assert_eq!(products(&list(registry.as_bytes())), [("Igor Pavlov", "7-Zip 24.09 (x64)", Some("24.09"))]);
    let wmic: Vec<u8> = "\r\nNode,Name,Vendor,Version\r\nPC-1,Java 8 Update 202,Oracle Corporation,8.0.2020.8\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let wmic = [b"\xff\xfe".as_slice(), &wmic].concat();
    assert_eq!(products(&list(&wmic)), [("Oracle Corporation", "Java 8 Update 202", Some("8.0.2020.8"))]);
    let register = "Plant register 2026,,,,,,\n,,,,,,\nAsset tag,Make,Model,Rev,Qty,IP address,Notes\n\
                    A-1,Moxa,EDR-810,5.1,2,10.0.0.1,\"behind the door,\nupper shelf\"\nA-2,Siemens,Multiple,,,,\n";
    let register = list(register.as_bytes());
    assert_eq!(products(&register), [("Moxa", "EDR-810", Some("5.1"))]);
    // A row that names no product is no thing, and is not dropped in silence.
    assert_eq!((register.skipped.len(), register.skipped[0].at.as_str()), (1, "line 6"));
    assert!(register.skipped[0].why.contains("names no product"), "{}", register.skipped[0].why);
}

#[test]
fn any_order_of_columns() {
    let columns =
        [("vendor", "V"), ("product", "P"), ("version", "1"), ("location", "L"), ("exposed", "no"), ("owner", "us")];
    for turn in 0..columns.len() {
        let mut turned = columns;
        turned.rotate_left(turn);
        let line =
            |of: fn(&(&'static str, &'static str)) -> &'static str| turned.iter().map(of).collect::<Vec<_>>().join(";");
        let text = format!("{}\n{}\n", line(|c| c.0), line(|c| c.1));
        let inventory = list(text.as_bytes());
        assert_eq!(products(&inventory), [("V", "P", Some("1"))]);
        assert_eq!(inventory.components[0].site.place, "L");
        assert_eq!(inventory.components[0].site.exposed, Answer::No);
        assert_eq!(inventory.components[0].site.patched_by, PatchedBy::Us);
    }
}
