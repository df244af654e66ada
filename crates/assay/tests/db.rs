//! `assay db` as people and publishers call it: built, published and fetched over a real server, and cut off anywhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../assay-index/tests/support/server.rs"]
mod server;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use assay_index::Layers;
use assay_index::mirror::{LIST, List};
use assay_index::store::Store;
use assay_seal::{SigningKey, TrustedKeys};
use serde_json::json;
use server::serve;
use support::{Bench, Said};

/// A publisher with its key, a mirror that a server hands out, and an operator beside it.
struct House {
    bench: Bench,
    key: SigningKey,
    address: String,
    /// Of each answer of the server at most so many bytes, if that is not zero.
    most: Arc<AtomicUsize>,
}

impl House {
    fn new() -> Self {
        let bench = Bench::new();
        let key = SigningKey::from_seed(&[7; 32]);
        fs::write(bench.path("publisher.key"), key.to_pem()).unwrap();
        fs::write(bench.path("publisher.pub"), key.verifying_key().to_pem()).unwrap();
        let most = Arc::new(AtomicUsize::new(0));
        let address = serve(&bench.path("mirror"), Arc::clone(&most));
        lock(&bench, "3.0.0");
        Self { bench, key, address, most }
    }

    /// Records of a hundred packages, each mended in this version, with texts that do not pack well.
    fn records(&self, fixed: &str) {
        let mut dice = Dice(1);
        for n in 0..100 {
            let noise: String = (0..30).map(|_| format!("{:x} ", dice.next())).collect();
            let record = json!({ "id": format!("T-{n:04}"), "modified": "2026-01-01T00:00:00Z",
                "aliases": [format!("CVE-2026-{n:04}")],
                "summary": format!("Flaw {n} of p{n} before {fixed}: {noise}"),
                "references": [{ "type": "WEB", "url": format!("https://example.org/{n}") }],
                "affected": [{ "package": { "ecosystem": "npm", "name": format!("p{n}") },
                    "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": fixed }] }] }] });
            let folder = self.bench.path("osv");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("T-{n:04}.json")), record.to_string()).unwrap();
        }
    }

    fn build(&self, fixed: &str) -> Said {
        self.records(fixed);
        self.run(BUILD).exits(0)
    }

    fn publish(&self) -> Said {
        self.run(PUBLISH).exits(0)
    }

    fn run(&self, call: &[&str]) -> Said {
        self.bench.run(&self.call(call))
    }

    fn call(&self, call: &[&str]) -> Vec<String> {
        call.iter().map(|word| word.replace("MIRROR", &self.address)).collect()
    }

    fn store(&self) -> Store {
        Store::at(&self.bench.path("store"))
    }

    /// Which version has the fix by what `db update` keeps: the whole of it is hashed, and a scan is asked.
    fn kept(&self) -> Option<String> {
        let layers = self.store().layers().expect("what is in use can be opened")?;
        layers.files().iter().for_each(|file| file.container().verify().expect("it is whole"));
        Some(fixed(&layers))
    }

    /// What the mirror says that it has.
    fn list(&self) -> List {
        let bytes = fs::read(self.bench.path("mirror").join(LIST)).unwrap();
        List::read(&bytes, &TrustedKeys::from_iter([self.key.verifying_key()])).unwrap()
    }

    /// The generation of the mirror, which has all that its list names.
    fn mirrored(&self) -> u64 {
        let list = self.list();
        let mut before = Vec::new();
        for file in &list.files {
            let path = self.bench.path("mirror").join(&file.name);
            let opened = assay_index::mirror::unpack(&path, &fs::read(&path).unwrap(), file, &before).unwrap();
            before.push(opened);
        }
        list.generation
    }
}

const BUILD: &[&str] = &["db", "build", "osv", "--into", "index.assay", "--key", "publisher.key"];
const PUBLISH: &[&str] = &["db", "publish", "index.assay", "--into", "mirror", "--key", "publisher.key"];
const UPDATE: &[&str] = &["db", "update", "--mirror", "MIRROR", "--trust", "publisher.pub", "--into", "store"];

/// A lock with one package that the records name.
fn lock(bench: &Bench, version: &str) -> PathBuf {
    let path = bench.path("package-lock.json");
    let lock = json!({ "name": "x", "version": "1.0.0", "lockfileVersion": 3,
        "packages": { "node_modules/p7": { "version": version } } });
    fs::write(&path, lock.to_string()).unwrap();
    path
}

/// The version that has the fix of one package, as a scan tells it.
fn fixed(layers: &Arc<Layers>) -> String {
    let lock = json!({ "lockfileVersion": 3, "packages": { "node_modules/p7": { "version": "0.1.0" } } });
    let read = assay_inventory::read("package-lock.json", lock.to_string().as_bytes(), &Default::default()).unwrap();
    let index = layers.index(&assay_match::wanted::Wanted::of(std::slice::from_ref(&read))).unwrap();
    let found = index.scan(&read, assay_match::scan::Keep::Touched);
    layers.is_whole().unwrap();
    let [exposure] = found.exposures.as_slice() else { panic!("{found:?}") };
    assert!(exposure.advisory.summary.contains(&exposure.fixed[0]), "prose and range are of one record: {exposure:?}");
    exposure.fixed[0].clone()
}

fn index(path: &Path) -> String {
    let layers = Layers::open(&[path.to_owned()]).unwrap();
    layers.newest().container().verify().unwrap();
    fixed(&layers)
}

#[test]
fn a_few_loose_records_are_read_as_many_are() {
    let bench = Bench::new();
    lock(&bench, "1.0.0");
    let record = |id: &str, name: &str, more: &str| {
        json!({ "id": id, "modified": "2026-01-01T00:00:00Z", "details": more,
            "affected": [{ "package": { "ecosystem": "npm", "name": name },
                "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "2.0.0" }] }] }] })
    };
    fs::create_dir_all(bench.path("few/npm")).unwrap();
    fs::write(bench.path("few/npm/T-1.json"), record("T-1", "p7", "").to_string()).unwrap();
    // Longer than what is looked at to tell what a file is.
    fs::write(bench.path("few/npm/T-2.json"), record("T-2", "p8", &"long ".repeat(80_000)).to_string()).unwrap();
    fs::write(bench.path("few/npm/readme.json"), "{}").unwrap();
    for (source, records) in [("few", 2), ("few/npm/T-1.json", 1)] {
        let call = ["db", "build", source, "--into", "few.assay", "--format", "json"];
        let built = bench.run(&call).exits(0).json();
        assert_eq!((&built["records"], built["sources"].as_array().unwrap().len()), (&records.into(), 1), "{built}");
        assert_eq!(built["sources"][0]["name"], "OSV npm");
        assert_eq!(built["passed"].as_array().unwrap().len(), records - 1, "{built}");
        bench.run(&["scan", "package-lock.json", "--db", "few.assay"]).exits(10).says("T-1");
    }
}

#[test]
fn built_published_fetched_and_asked() {
    let house = House::new();
    let said = house.build("2.0.0");
    said.says("index.assay: 100 records of 100 packages");
    said.says("Next: assay scan INVENTORY --db index.assay");
    let info = house.run(&["db", "info", "index.assay", "--verify", "--trust", "publisher.pub"]).exits(0);
    info.says("All of it was hashed, and the key that you trust signed it.");
    house.publish().says("generation 1, a whole index of");
    let said = house.run(UPDATE).exits(0);
    said.says("store: new index, generation 1");

    // Mirror and key are remembered; a second publication is a delta, and nothing new is said as such.
    house.publish().says("nothing has changed, generation 1");
    fs::remove_file(house.bench.path("osv/T-0050.json")).unwrap();
    let one = house.bench.path("osv/T-0007.json");
    fs::write(&one, fs::read_to_string(&one).unwrap().replace("2.0.0", "4.0.0")).unwrap();
    house.run(BUILD).exits(0);
    house.publish().says("1 records new or changed, 1 removed");
    let again = house.run(&["db", "update", "--into", "store", "--format", "json"]).exits(0).json();
    assert_eq!((&again["from"], &again["to"]), (&1.into(), &2.into()));
    assert_eq!(house.kept().as_deref(), Some("4.0.0"));
    house.run(&["db", "update", "--into", "store"]).exits(0).says("up to date, generation 2");

    // Both directions, through the files that were fetched.
    let scan = house.run(&["scan", "package-lock.json", "--db", "store"]).exits(10);
    scan.says("T-0007 affects versions before 4.0.0, which has the fix, and 3.0.0 is one.");
    let touched = ["db", "touched", "CVE-2026-0007", "--fleet", "package-lock.json", "--db", "store"];
    house.run(&touched).exits(10).says("CVE-2026-0007: 1 of 1 inventory affected");
    let gone = ["db", "touched", "T-0050", "--fleet", "package-lock.json", "--db", "store"];
    house.run(&gone).exits(11).says("T-0050: the index has no record of this name");
    fs::write(house.bench.path("pairs"), "1.9 < 1.10\n1.0.0-rc1 < 1.0.0\n").unwrap();
    house.run(&["db", "versions", "npm", "pairs"]).exits(0);
}

#[test]
fn a_cut_is_gone_on_with_and_no_lie_is_believed() {
    let house = House::new();
    house.build("2.0.0");
    house.publish();
    let old = house.bench.path("old-mirror");
    copy(&house.bench.path("mirror"), &old);
    let packed = fs::metadata(house.bench.path("mirror/index-00000001.zst")).unwrap().len() as usize;
    let list = fs::metadata(house.bench.path("mirror").join(LIST)).unwrap().len() as usize;
    house.most.store(list.max(packed * 2 / 3), Ordering::Relaxed);
    let said = house.run(UPDATE).exits(1);
    said.says("could not be fetched");
    said.says("the index is as it was");
    assert!(house.kept().is_none(), "two thirds of an index are none");
    house.most.store(0, Ordering::Relaxed);
    let said = house.run(&[UPDATE, &["--format", "json"]].concat()).exits(0).json();
    let came = said["fetched"][0]["bytes"].as_u64().unwrap() as usize;
    assert!(came < packed / 2, "{came} of {packed} bytes came again");

    house.build("5.0.0");
    house.publish();
    let lying = house.bench.path("lying");
    copy(&house.bench.path("mirror"), &lying);
    let newest = lying.join(house.list().files.pop().unwrap().name);
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&newest, bytes).unwrap();
    let (lying, stale) = (serve(&lying, Arc::default()), serve(&old, Arc::default()));
    // One mirror that lies, alone: refused, and what is in use stays.
    let said = house.run(&["db", "update", "--mirror", &lying, "--into", "store"]).exits(10);
    said.says("is not the file that the signed list names");
    assert_eq!(house.kept().as_deref(), Some("2.0.0"));
    // Beside an honest one it costs nothing but a line.
    let three =
        ["db", "update", "--mirror", "http://127.0.0.1:1", "--mirror", &lying, "--mirror", "MIRROR", "--into", "store"];
    let said = house.run(&three).exits(0);
    said.says("store: generation 1 -> 2");
    said.says(&format!("not from {lying}: "));
    assert_eq!(house.kept().as_deref(), Some("5.0.0"));
    // An older index never takes the place of a newer one, and a stranger's key signs nothing.
    let said = house.run(&["db", "update", "--mirror", &stale, "--into", "store"]).exits(10);
    said.says("it has generation 1, and 2 is in use here already");
    fs::write(house.bench.path("other.pub"), SigningKey::from_seed(&[8; 32]).verifying_key().to_pem()).unwrap();
    let strangers = ["db", "update", "--mirror", "MIRROR", "--trust", "other.pub", "--into", "elsewhere"];
    house.run(&strangers).exits(10).says("the list of the mirror is refused");
    assert_eq!(house.kept().as_deref(), Some("5.0.0"));

    // A file that rotted on the operator's own disk is found, and mended by the next update.
    let file = files(&house.bench.path("store"), ".assay").remove(0);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    house.run(&["db", "info", "store", "--verify"]).exits(10).says("was changed after it was written");
    house.run(UPDATE).exits(0);
    house.run(&["db", "info", "store", "--verify"]).exits(0);
}

/// Twenty moments of each call: the program is killed, and what was there before it is there, or what it was to make.
#[test]
fn killed_at_any_moment_the_old_index_stays() {
    let house = House::new();
    house.build("2.0.0");
    house.publish();
    house.run(UPDATE).exits(0);
    house.records("5.0.0");
    let mut dice = Dice(2);
    for (call, place) in [(BUILD, "index.assay"), (PUBLISH, "mirror"), (UPDATE, "store")] {
        let state = || match place {
            "index.assay" => index(&house.bench.path("index.assay")),
            "mirror" => house.mirrored().to_string(),
            _ => house.kept().unwrap(),
        };
        let before = state();
        let (place, safe) = (house.bench.path(place), house.bench.path("safe"));
        copy(&place, &safe);
        let (mut whole, mut cut) = (Duration::from_millis(300), 0);
        for turn in 0..20 {
            let mut child = spawn(&house, call);
            thread::sleep(whole.mul_f64(dice.next() as f64 / u32::MAX as f64));
            let ended = child.try_wait().unwrap().is_some();
            child.kill().unwrap();
            child.wait().unwrap();
            let now = state();
            if ended {
                // A run that had ended says that most of what lies so late is of no use.
                whole = whole.mul_f64(0.8);
            } else {
                cut += 1;
            }
            if now != before {
                remove(&place);
                copy(&safe, &place);
            } else {
                assert!(!ended, "turn {turn}: it ended, and nothing has changed");
            }
        }
        println!("{}: {cut} of 20 runs cut short", call[1]);
        assert!(cut >= 5, "{}: only {cut} of 20 runs were cut short", call[1]);
        house.run(call).exits(0);
        assert_ne!(state(), before);
        remove(&safe);
    }
    // What killed ones left behind is cleared away where nobody would ever look for it.
    for folder in ["mirror", "store"] {
        assert!(files(&house.bench.path(folder), "").iter().all(|name| !name.to_string_lossy().contains("/.assay-")));
    }
}

#[test]
fn a_full_disk_ends_it_with_a_word_and_the_old_index_stays() {
    let house = House::new();
    house.build("2.0.0");
    house.publish();
    house.run(UPDATE).exits(0);
    house.records("5.0.0");
    // Files of so many half kilobytes at most, which none of the three gets by with.
    for (call, most) in [(BUILD, 16), (PUBLISH, 1), (UPDATE, 16)] {
        match call {
            BUILD => {}
            PUBLISH => drop(house.run(BUILD).exits(0)),
            _ => drop(house.publish()),
        }
        let words: Vec<String> = house.call(call);
        let mut shell = Command::new("sh");
        let limited = house.bench.command();
        let limit = format!("trap '' XFSZ; ulimit -f {most}; exec \"$@\"");
        shell.args(["-c", &limit, "sh"]).arg(limited.get_program()).args(words);
        shell.env_clear().envs(limited.get_envs().filter_map(|(key, value)| Some((key, value?))));
        let said = support::said(shell.current_dir(limited.get_current_dir().unwrap()).stdin(Stdio::null()));
        let said = said.exits(1);
        said.says("File too large");
        match call {
            BUILD => assert_eq!(index(&house.bench.path("index.assay")), "2.0.0"),
            PUBLISH => assert_eq!(house.mirrored(), 1),
            _ => assert_eq!(house.kept().as_deref(), Some("2.0.0")),
        }
    }
    house.run(UPDATE).exits(0);
    assert_eq!(house.kept().as_deref(), Some("5.0.0"));
}

#[test]
fn a_fleet_kept_as_a_file_answers_as_its_inventories() {
    let house = House::new();
    house.build("2.0.0");
    for (site, package, version) in [("a", "p7", "1.9.9"), ("b", "p7", "2.0.0"), ("c", "p8", "1.0.0"), ("d", "p7", "x")]
    {
        let lock =
            json!({ "lockfileVersion": 3, "packages": { format!("node_modules/{package}"): { "version": version } } });
        let folder = house.bench.path(&format!("sites/{site}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("package-lock.json"), lock.to_string()).unwrap();
    }
    let keep = ["db", "fleet", "sites", "--into", "fleet.assay", "--key", "publisher.key"];
    house.run(&keep).exits(0).says("fleet.assay: 4 inventories, 4 components of 2 packages, ");
    let again = house.run(&[&keep[..], &["--format", "json"]].concat()).exits(0).json();
    assert_eq!((&again["inventories"], &again["packages"], &again["unread"]), (&4.into(), &2.into(), &0.into()));
    for (id, exit) in [("cve-2026-0007", 10), ("T-0008", 10), ("T-0050", 0), ("CVE-1999-0001", 11)] {
        for format in ["json", "text"] {
            let ask = |fleet| ["db", "touched", id, "--fleet", fleet, "--db", "index.assay", "--format", format];
            let (folder, file) = (house.run(&ask("sites")).exits(exit), house.run(&ask("fleet.assay")).exits(exit));
            assert_eq!(folder.stdout, file.stdout, "{id}");
        }
    }
    let said = house.run(&["db", "touched", "T-0007", "--fleet", "fleet.assay", "--db", "index.assay"]).exits(10);
    said.says("T-0007: 1 of 4 inventories affected, and of 1 it cannot be told");
    said.says("affected  sites/a/package-lock.json: p7 1.9.9 (T-0007)");

    // Whose it is, and that it is whole; and nothing else is taken for it.
    house
        .run(&["db", "info", "fleet.assay", "--trust", "publisher.pub"])
        .exits(0)
        .says("the key that you trust signed it");
    fs::write(house.bench.path("other.pub"), SigningKey::from_seed(&[8; 32]).verifying_key().to_pem()).unwrap();
    house.run(&["db", "info", "fleet.assay", "--trust", "other.pub"]).exits(10);
    let with = |fleet: &str, key: &str| {
        house.run(&["db", "touched", "T-0007", "--fleet", fleet, "--db", "index.assay", "--trust", key])
    };
    with("fleet.assay", "publisher.pub").exits(10).says("T-0007: 1 of 4 inventories affected");
    with("fleet.assay", "other.pub").exits(2).says("error[not-signed]");
    with("sites", "publisher.pub").exits(2).says("`sites` is no file of a fleet, so no key that you trust signed it");
    house.run(&["db", "fleet", "sites", "--into", "plain.assay"]).exits(0);
    with("plain.assay", "publisher.pub").exits(2).says("it has no signature");
    with("fleet.assay", "fleet.assay").exits(2);
    let twice = ["db", "touched", "T-0007", "--fleet", "fleet.assay", "--fleet", "sites", "--db", "index.assay"];
    house.run(&twice).exits(2).says("is named twice");
    let index = ["db", "touched", "T-0007", "--fleet", "index.assay", "--db", "index.assay"];
    house.run(&index).exits(2).says("is an index of records, and the file of a fleet is needed");
    house.run(&["scan", "package-lock.json", "--db", "fleet.assay"]).exits(2).says("is the file of a fleet");
    let mut bytes = fs::read(house.bench.path("fleet.assay")).unwrap();
    let at = bytes.windows(5).position(|window| window == b"1.9.9").unwrap();
    bytes[at] = b'3';
    fs::write(house.bench.path("fleet.assay"), bytes).unwrap();
    house.run(&["db", "info", "fleet.assay"]).exits(10).says("was changed after it was written");
    let rotten = ["db", "touched", "T-0007", "--fleet", "fleet.assay", "--db", "index.assay"];
    house.run(&rotten).exits(2).says("was changed after it was written");
}

/// A list of things is planned from the index alone as it is from the feeds: ends of support, and how often KEV has
/// listed a vendor.
#[test]
fn ends_of_support_and_a_vendors_history_are_in_the_index() {
    let bench = Bench::new();
    let list = "Make;Model;Firmware;Site;Maintained by;Internet facing\nExampletron;Gateway 9;9.3;Well 1;us;yes\n\
                Exampletron;Gateway OS;8.1;Well 4;us;no\n";
    fs::write(bench.path("list.csv"), list).unwrap();
    let life = json!({ "id": "gateway-os", "title": "Exampletron Gateway OS",
        "identifiers": [{ "cpe": "cpe:2.3:o:exampletron:gateway_os" }],
        "releases": [{ "releaseCycle": "9", "eol": "2099-01-01" }, { "releaseCycle": "8", "eol": "2020-01-31" }] });
    fs::write(bench.path("eol.jsonl"), format!("{life}\n")).unwrap();
    let listed = |cve: &str, vendor: &str| {
        json!({ "cveID": cve, "vendorProject": vendor, "product": "P", "dateAdded": "2026-01-02",
            "knownRansomwareCampaignUse": "Unknown" })
    };
    let listed = [
        listed("CVE-2025-0001", "Exampletron Inc."),
        listed("CVE-2025-0002", "Exampletron"),
        listed("CVE-2025-0003", "Somebody else"),
    ];
    let kev = json!({ "dateReleased": "2026-01-20T00:00:00Z", "vulnerabilities": listed });
    fs::write(bench.path("kev.json"), kev.to_string()).unwrap();
    let record = json!({ "dataType": "CVE_RECORD", "dataVersion": "5.1",
        "cveMetadata": { "cveId": "CVE-2026-0001", "state": "PUBLISHED", "dateUpdated": "2026-01-02T00:00:00Z" },
        "containers": { "cna": { "descriptions": [{ "lang": "en", "value": "A flaw of Gateway 9." }],
            "affected": [{ "vendor": "Exampletron", "product": "Gateway 9", "defaultStatus": "unaffected",
                "versions": [{ "version": "0", "lessThan": "9.4", "status": "affected", "versionType": "custom" }] }] } } });
    fs::write(bench.path("cves.jsonl"), format!("{record}\n")).unwrap();
    bench.run(&["db", "build", "eol.jsonl", "kev.json", "cves.jsonl", "--into", "index.assay"]).exits(0);

    let feeds = ["--eol", "eol.jsonl", "--kev", "kev.json", "--cve", "cves.jsonl"];
    let index = ["--db", "index.assay"];
    let scan =
        |from: &[&str]| bench.run(&[&["scan", "list.csv", "--format", "json"][..], from].concat()).exits(10).json();
    let (from_feeds, from_index) = (scan(&feeds), scan(&index));
    for key in ["exposures", "notices", "unnamed"] {
        assert_eq!(from_index[key], from_feeds[key], "{key}");
    }
    let notice = &from_index["notices"][0];
    assert!(notice["why"].as_str().unwrap().contains("ended on 2020-01-31"), "{notice}");

    for from in [&feeds[..], &index[..]] {
        let plan = bench.run(&[&["plan", "list.csv"][..], from].concat()).exits(10).stdout;
        let words = plan.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("KEV of 2026-01-20 has 2 of its vendor"), "{from:?}: {plan}");
    }
}

#[test]
fn two_updates_do_not_get_into_each_others_way() {
    let house = House::new();
    house.build("2.0.0");
    house.publish();
    let held = house.store().lock().unwrap();
    house.run(UPDATE).exits(1).says("another update is at work");
    drop(held);
    house.run(UPDATE).exits(0);
}

fn spawn(house: &House, call: &[&str]) -> std::process::Child {
    let mut command = house.bench.command();
    command.args(house.call(call)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = all.filter(|path| path.to_string_lossy().ends_with(end)).collect();
    found.sort();
    found
}

fn remove(path: &Path) {
    if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
}

/// Numbers of 32 bits that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 32
    }
}
