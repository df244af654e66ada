//! Every change of a ledger folder is refused by our verifier and by the Go program alike.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assay_base::Entropy as _;
use assay_ledger::hash::{HASH_BYTES, leaf_hash};
use assay_ledger::{Checkpoint, Folder, Hash, audit};
use assay_seal::SigningKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use support::{Files, ORIGIN, Repeatable, change, go, grow, key, read_all, sequencer, vkey};

/// Bytes of an entry in its bundle, with its length.
const ENTRY: usize = 48;

/// A log, what it was when it was smaller, and another one that the same key signed.
struct Scene {
    root: PathBuf,
    files: Files,
    older: Files,
    fork: Files,
    /// The checkpoint that the verifier keeps, in a file too.
    kept: (PathBuf, Vec<u8>),
}

impl Scene {
    fn new(place: &Path, name: &str, older: u64, size: u64, entropy: &mut Repeatable) -> Self {
        let root = place.join(name);
        let mut log = sequencer(&root, 1);
        grow(&mut log, older, entropy);
        let old = read_all(&root);
        let kept = (place.join(format!("{name}-kept")), old["checkpoint"].clone());
        fs::write(&kept.0, &kept.1).unwrap();
        grow(&mut log, size, entropy);
        let other = place.join(format!("{name}-fork"));
        let mut fork = sequencer(&other, 1);
        grow(&mut fork, older, &mut Repeatable(size));
        grow(&mut fork, size, &mut Repeatable(size));
        Self { files: read_all(&root), root, older: old, fork: read_all(&other), kept }
    }

    fn some_path(&self, random: &mut Repeatable, part: &str) -> String {
        let paths: Vec<&String> = self.files.keys().filter(|path| path.contains(part)).collect();
        paths[random.below(paths.len())].clone()
    }

    /// One change, and its name.
    fn mutate(&self, random: &mut Repeatable) -> (&'static str, Files) {
        let mut files = self.files.clone();
        let path = self.some_path(random, "");
        let bytes = files.get_mut(&path).unwrap();
        let at = random.below(bytes.len());
        let name = match random.below(24) {
            0..=3 => {
                bytes[at] ^= 1 << random.below(8);
                "a bit flipped"
            }
            4 => {
                bytes.truncate(at);
                "a file cut"
            }
            5 => {
                bytes.push(random.next() as u8);
                "a byte added"
            }
            6 => {
                bytes.remove(at);
                "a byte taken out"
            }
            7 => {
                let length = bytes.len();
                random.fill(&mut bytes[at..length]);
                "a file overwritten with noise"
            }
            8 => {
                let required = self.required();
                files.remove(&required[random.below(required.len())]);
                "a file deleted"
            }
            9 | 10 => {
                let other = self.some_path(random, "");
                let moved = files[&other].clone();
                let stayed = files.insert(path, moved).unwrap();
                files.insert(other, stayed);
                "two files swapped"
            }
            11 => {
                let other = self.some_path(random, "");
                files.insert(other, self.files[&path].clone());
                "a file copied over another"
            }
            12 | 13 => {
                let path = self.some_path(random, "entries");
                let count = files[&path].len() / ENTRY;
                self.swap_entries(&mut files, &path, random.below(count), random.below(count), false);
                "two entries swapped"
            }
            14 => {
                let path = self.some_path(random, "entries");
                let count = files[&path].len() / ENTRY;
                self.swap_entries(&mut files, &path, random.below(count), random.below(count), true);
                "two entries and their hashes swapped"
            }
            15 => {
                let path = self.some_path(random, "tile/0");
                let tile = files.get_mut(&path).unwrap();
                let count = tile.len() / HASH_BYTES;
                let (a, b) = (random.below(count), random.below(count));
                for byte in 0..HASH_BYTES {
                    tile.swap(a * HASH_BYTES + byte, b * HASH_BYTES + byte);
                }
                "two hashes swapped"
            }
            16 => {
                let path = self.some_path(random, "entries");
                let bundle = files.get_mut(&path).unwrap();
                let entry = random.below(bundle.len() / ENTRY) * ENTRY;
                bundle.drain(entry..entry + ENTRY);
                "an entry dropped"
            }
            17 => {
                let path = self.some_path(random, "entries");
                let bundle = files.get_mut(&path).unwrap();
                let entry = random.below(bundle.len() / ENTRY) * ENTRY;
                let again = bundle[entry..entry + ENTRY].to_vec();
                bundle.splice(entry..entry, again);
                "an entry doubled"
            }
            18 => {
                // What a log would add, without the checkpoint over it.
                let next = self.next_entry(random);
                for (path, bytes) in next {
                    files.insert(path, bytes);
                }
                "the log extended without a checkpoint"
            }
            19 => {
                let strays =
                    ["tile/0/999", "tile/entries/999", "tile/9/000", "tile/8/000", "x", "tile/0/0", "checkpoint~"];
                let copy = bytes.clone();
                files.insert(strays[random.below(strays.len())].to_owned(), copy);
                "a stray file"
            }
            20 => {
                let path = self.some_path(random, "tile");
                files.insert(path.clone(), self.fork.get(&path).cloned().unwrap_or_default());
                "a file of the fork"
            }
            21 | 22 => return (self.other_checkpoint(&mut files, random), files),
            _ => return (self.other_log(&mut files, random), files),
        };
        (name, files)
    }

    /// The files without which the log is not whole; the others are narrow ones that were replaced.
    fn required(&self) -> Vec<String> {
        let width =
            |path: &str| path.split_once(".p/").map(|(stem, width)| (stem.to_owned(), width.parse::<u64>().unwrap()));
        let mut widest = BTreeMap::new();
        for (stem, found) in self.files.keys().filter_map(|path| width(path)) {
            let most = widest.entry(stem).or_insert(0);
            *most = found.max(*most);
        }
        let whole = |path: &&String| width(path).is_none_or(|(stem, found)| widest[&stem] == found);
        self.files.keys().filter(whole).cloned().collect()
    }

    fn swap_entries(&self, files: &mut Files, path: &str, a: usize, b: usize, hashes: bool) {
        let bundle = files.get_mut(path).unwrap();
        for byte in 0..ENTRY {
            bundle.swap(a * ENTRY + byte, b * ENTRY + byte);
        }
        if hashes {
            let tile = path.replace("entries", "0");
            let leaves = bundle.chunks(ENTRY).flat_map(|entry| leaf_hash(&entry[2..]).0).collect();
            files.insert(tile, leaves);
        }
    }

    /// The files of one more entry. The last bundle is not full in any of the logs.
    fn next_entry(&self, random: &mut Repeatable) -> Files {
        let (number, width) = (self.size(&self.files) / 256, self.size(&self.files) % 256);
        let at = |kind: &str, width: u64| format!("tile/{kind}/{number:03}.p/{width}");
        let mut bundle = self.files[&at("entries", width)].clone();
        let mut entry = bundle[..ENTRY].to_vec();
        random.fill(&mut entry[ENTRY - 32..]);
        let mut tile = self.files[&at("0", width)].clone();
        tile.extend_from_slice(&leaf_hash(&entry[2..]).0);
        bundle.extend_from_slice(&entry);
        Files::from([(at("entries", width + 1), bundle), (at("0", width + 1), tile)])
    }

    /// Another checkpoint over the same files.
    fn other_checkpoint(&self, files: &mut Files, random: &mut Repeatable) -> &'static str {
        let note = String::from_utf8(files["checkpoint"].clone()).unwrap();
        let (text, signature) = note.split_once("\n\n").unwrap();
        let mut present: Checkpoint = format!("{text}\n").parse().unwrap();
        let stranger = SigningKey::from_seed(&[8; 32]);
        let (name, note) = match random.below(14) {
            0 => ("the checkpoint before", String::from_utf8(self.older["checkpoint"].clone()).unwrap()),
            1 => ("the checkpoint of the fork", String::from_utf8(self.fork["checkpoint"].clone()).unwrap()),
            2 => ("signed by another key", present.sign(&stranger).unwrap()),
            3 => {
                let line = present.sign(&stranger).unwrap();
                let line = line.lines().last().unwrap().split(' ').next_back().unwrap().to_owned();
                let ours = STANDARD.decode(signature.trim_end().split(' ').next_back().unwrap()).unwrap();
                let theirs = [&ours[..4], &STANDARD.decode(line).unwrap()[4..]].concat();
                (
                    "signed by another key under our id",
                    format!("{text}\n\n\u{2014} {ORIGIN} {}\n", STANDARD.encode(theirs)),
                )
            }
            4 => {
                present.root = Hash(random.thirty_two());
                ("another root, signed", present.sign(&key()).unwrap())
            }
            5 => {
                present.size += 1;
                ("a size too large, signed", present.sign(&key()).unwrap())
            }
            6 => {
                present.size -= 1;
                ("a size too small, signed", present.sign(&key()).unwrap())
            }
            7 => {
                // The last character before the padding has bits that no byte takes.
                let end = note.rfind("=").unwrap() - 1;
                let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
                let value = letters.find(note.as_bytes()[end] as char).unwrap();
                let other = letters.as_bytes()[value & !3 | ((value & 3) + 1 + random.below(3)) & 3] as char;
                let mut other_note = note.clone();
                other_note.replace_range(end..=end, &other.to_string());
                ("another spelling of the signature", other_note)
            }
            8 => ("the signature twice", format!("{note}{signature}")),
            9 => ("a wrong signature of the key besides", format!("{note}{}", signature.replacen('A', "B", 3) + "x")),
            10 => ("carriage returns", note.replace('\n', "\r\n")),
            11 => (
                "an extension line, signed",
                assay_ledger::note::sign(&format!("{text}\nmore\n"), ORIGIN, &key()).unwrap(),
            ),
            12 => ("the size in another spelling, signed", {
                let other = text.replacen(&format!("\n{}\n", present.size), &format!("\n0{}\n", present.size), 1);
                assay_ledger::note::sign(&format!("{other}\n"), ORIGIN, &key()).unwrap()
            }),
            _ => ("another origin, signed", {
                present.origin = "ledger.example/other".to_owned();
                assay_ledger::note::sign(&present.to_string(), ORIGIN, &key()).unwrap()
            }),
        };
        files.insert("checkpoint".to_owned(), note.into_bytes());
        name
    }

    /// A whole other log, right in itself and signed by the same key: only what was kept refuses it.
    fn other_log(&self, files: &mut Files, random: &mut Repeatable) -> &'static str {
        if random.below(2) == 0 {
            *files = self.fork.clone();
            return "a fork";
        }
        let place = tempfile::tempdir().unwrap();
        let size = random.below(usize::try_from(self.size(&self.older)).unwrap()) as u64;
        let mut log = sequencer(place.path(), 1);
        if size > 0 {
            grow(&mut log, size, &mut Repeatable(random.next()));
        }
        *files = read_all(place.path());
        "a smaller log"
    }

    fn size(&self, files: &Files) -> u64 {
        String::from_utf8_lossy(&files["checkpoint"]).lines().nth(1).unwrap().parse().unwrap()
    }
}

#[test]
fn no_change_of_a_ledger_is_accepted_by_either_verifier() {
    let Some(program) = go::build("mutations") else { return };
    let mut judge = go::Judge::start(&program, &vkey().to_string());
    let place = tempfile::tempdir().unwrap();
    let key = vkey();
    let mut random = Repeatable(20_261_121);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut judged = 0;
    for (name, older, size, wanted) in
        [("small", 3, 5, 200), ("two", 300, 330, 500), ("four", 700, 1000, 300), ("large", 65_600, 66_000, 12)]
    {
        let scene = Scene::new(place.path(), name, older, size, &mut random);
        let kept = [scene.kept.1.as_slice()];
        let mut ask = |files: &Files| {
            change(&scene.root, &scene.files, files);
            let ours = audit(&Folder::new(&scene.root), &key, &kept, &[]);
            let theirs = judge.judge(&scene.root, std::slice::from_ref(&scene.kept.0));
            change(&scene.root, files, &scene.files);
            (ours, theirs)
        };
        let (ours, theirs) = ask(&scene.files);
        assert_eq!(theirs, Ok(format!("{size} {}", ours.unwrap().checkpoint.root)), "the log as it is");
        let mut done = 0;
        while done < wanted {
            let (name, files) = scene.mutate(&mut random);
            if files == scene.files {
                continue;
            }
            let (ours, theirs) = ask(&files);
            match (&ours, &theirs) {
                (Err(_), Err(_)) => {}
                _ => panic!("{name}, in a log of {size}: we say {ours:?}, Go says {theirs:?}"),
            }
            *counts.entry(name).or_default() += 1;
            done += 1;
        }
        judged += done;
    }
    println!("{judged} changes, all refused by both:");
    counts.iter().for_each(|(name, count)| println!("{count:6} {name}"));
    assert!(judged >= 1000);
    assert!(counts.len() >= 30, "{counts:?}");
}

/// What changes nothing that was promised is accepted by both: a witness's signature besides the
/// log's, and the loss of a narrow file that a wider one replaced.
#[test]
fn both_verifiers_accept_what_the_specifications_allow() {
    let Some(program) = go::build("allowed") else { return };
    let mut judge = go::Judge::start(&program, &vkey().to_string());
    let place = tempfile::tempdir().unwrap();
    let scene = Scene::new(place.path(), "log", 300, 330, &mut Repeatable(4));
    let mut witnessed = scene.files.clone();
    witnessed.get_mut("checkpoint").unwrap().extend_from_slice("\u{2014} witness.example AAAAAAAA\n".as_bytes());
    let mut tidied = scene.files.clone();
    assert!(tidied.remove("tile/0/001.p/44").is_some());
    assert!(tidied.remove("tile/entries/001.p/44").is_some());
    for files in [witnessed, tidied] {
        change(&scene.root, &scene.files, &files);
        assert!(audit(&Folder::new(&scene.root), &vkey(), &[], &[]).is_ok());
        assert!(judge.judge(&scene.root, &[]).is_ok());
        change(&scene.root, &files, &scene.files);
    }
}
