//! The order against the ecosystems' own programs, wherever they are installed:
//! rpm, Ruby, Composer, Python's packaging, node's semver, Maven. A program
//! that is missing is said; dpkg has a test of its own, which must not skip.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use std::cmp::Ordering;
use std::io::Write as _;
use std::process::{Command, Stdio};

use assay_inventory::version::Scheme;
use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;

/// Pairs of versions of a shape: two of their own, and one with something put behind it.
fn pairs(shape: &'static str, behind: &[&str]) -> Vec<(String, String)> {
    let mut runner = TestRunner::deterministic();
    let shape = string_regex(shape).unwrap();
    let mut pick = || shape.new_tree(&mut runner).unwrap().current();
    let mut pairs = Vec::new();
    for n in 0..1500 {
        let (a, b) = (pick(), pick());
        pairs.push((a.clone(), format!("{a}{}", behind[n % behind.len()])));
        pairs.push((a, b));
    }
    pairs
}

/// Runs a program that reads lines `A<tab>B` and writes `<`, `=`, `>`, or `?` where it refuses one. Where it is
/// missing, the reason is said.
fn ask(program: &str, arguments: &[&str], pairs: &[(String, String)]) -> Option<Vec<char>> {
    let text: String = pairs.iter().map(|(a, b)| format!("{a}\t{b}\n")).collect();
    let run = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = run else {
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // One that ends at once, for want of its library, reads nothing.
    let _ = writer.join().unwrap();
    let answers: Vec<char> = String::from_utf8_lossy(&output.stdout).chars().filter(|c| "<=>?".contains(*c)).collect();
    if !output.status.success() || answers.len() != pairs.len() {
        eprintln!("skipped: {program} has not what it needs ({} answers)", answers.len());
        return None;
    }
    Some(answers)
}

/// Every pair that the program orders is ordered so here.
#[track_caller]
fn agrees(name: &str, scheme: Scheme, pairs: &[(String, String)], answers: Option<Vec<char>>) {
    let Some(answers) = answers else { return };
    let mut compared = 0;
    for ((a, b), theirs) in pairs.iter().zip(answers) {
        if theirs == '?' {
            continue;
        }
        let ours = scheme.parse(a).and_then(|x| x.compare(&scheme.parse(b)?));
        let ours = ours.map(|order| match order {
            Ordering::Less => '<',
            Ordering::Equal => '=',
            Ordering::Greater => '>',
        });
        assert_eq!(ours, Ok(theirs), "{name}: {a} against {b}");
        compared += 1;
    }
    eprintln!("{name}: {compared} pairs, no disagreement");
    assert!(compared > pairs.len() / 3, "{name}: only {compared} compared");
}

#[test]
fn rpm() {
    let pairs = pairs(
        "([0-9]:)?[0-9]{1,2}([.~^_+][0-9a-z]{1,4}){0,3}(-[0-9]{1,2}(\\.[~^]?[a-z0-9]{1,3})?)?",
        &["", ".0", "~a", "^b", "-", "-1"],
    );
    let script = "%{lua: for l in io.stdin:lines() do local a, b = l:match('^(.-)\t(.*)$') local c = rpm.vercmp(a, b) \
                  io.write(c < 0 and '<' or c == 0 and '=' or '>') end}";
    agrees("rpm", Scheme::Rpm, &pairs, ask("rpm", &["--eval", script], &pairs));
}

#[test]
fn ruby() {
    let pairs =
        pairs("[0-9]{1,2}(\\.(0|[0-9]{1,2}|a|b|rc|pre|[0-9]a|B)){0,4}(-(a|1|rc1))?", &["", ".0", ".a", ".0.0.1", "-1"]);
    let script = "STDIN.each_line { |l| a, b = l.chomp.split(\"\t\"); \
                  begin; print ['=', '>', '<'][Gem::Version.new(a) <=> Gem::Version.new(b)]; \
                  rescue ArgumentError; print '?'; end }";
    agrees("Ruby", Scheme::Gem, &pairs, ask("ruby", &["-e", script], &pairs));
}

#[test]
fn composer() {
    let pairs = pairs(
        "v?[0-9]{1,2}(\\.[0-9]{1,2}){0,3}([-._]?(alpha|beta|RC|a|b|p|pl|patch|stable)[.-]?[0-9]?)?([.-]?dev)?(\\+x)?",
        &["", ".0", "-dev", "-RC1", "p1"],
    );
    let script = "require '/usr/share/php/Composer/Semver/autoload.php'; \
        use Composer\\Semver\\VersionParser; use Composer\\Semver\\Comparator; $p = new VersionParser(); \
        while (($l = fgets(STDIN)) !== false) { [$a, $b] = explode(\"\t\", rtrim($l, \"\n\")); \
        try { $a = $p->normalize($a); $b = $p->normalize($b); } catch (Exception $e) { echo '?'; continue; } \
        echo Comparator::lessThan($a, $b) ? '<' : (Comparator::greaterThan($a, $b) ? '>' : '='); }";
    agrees("Composer", Scheme::Composer, &pairs, ask("php", &["-r", script], &pairs));
}

#[test]
fn python() {
    let pairs = pairs(
        "([0-9]!)?[0-9]{1,2}(\\.[0-9]{1,2}){0,3}([-_.]?(a|b|rc|alpha)[-_.]?[0-9]?)?([-_.]?post[0-9]?)?([-.]?dev[0-9]?)?(\\+[a-z0-9]{1,3})?",
        &["", ".0", ".dev1", "rc1", "+1"],
    );
    let script = "import sys\nfrom packaging.version import Version, InvalidVersion\nfor l in sys.stdin:\n \
                  try: a, b = map(Version, l.rstrip('\\n').split('\\t')); print('<' if a < b else '>' if a > b else '=', end='')\n \
                  except InvalidVersion: print('?', end='')\n";
    agrees("packaging", Scheme::Pep440, &pairs, ask("/usr/bin/python3", &["-c", script], &pairs));
}

#[test]
fn node() {
    let pairs = pairs(
        "[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}(-[0-9a-zA-Z-]{1,3}(\\.[0-9a-zA-Z-]{1,3}){0,2})?",
        &["", ".0", "-0", "-a.b", "+x"],
    );
    let script = "const {execSync} = require('child_process'); \
        const s = require(execSync('npm root -g 2>/dev/null').toString().trim() + '/npm/node_modules/semver'); \
        for (const l of require('fs').readFileSync(0, 'utf8').split('\\n')) { if (!l) continue; \
        const [a, b] = l.split('\\t').map(v => s.parse(v)); \
        process.stdout.write(a && b ? '=><'.at(a.compare(b)) : '?'); }";
    agrees("node", Scheme::SemVer, &pairs, ask("node", &["-e", script], &pairs));
}

#[test]
fn maven() {
    // One change between numbers and words: behind more of them Maven's lists have cases that are not followed.
    let pairs = pairs(
        "[0-9]{1,2}(\\.[0-9]{1,2}){0,3}([.-]?(alpha|beta|M|RC|CR|SNAPSHOT|Final|GA|SP|jre|a|b|foo)[.-]?[0-9]{0,2})?",
        &["", ".0", "-1", "-SNAPSHOT", ".Final"],
    );
    let folder = std::env::temp_dir().join(format!("assay-maven-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let source = folder.join("Order.java");
    let program = "import org.apache.maven.artifact.versioning.ComparableVersion; import java.io.*; public class Order { \
        public static void main(String[] x) throws Exception { var r = new BufferedReader(new InputStreamReader(System.in)); \
        for (String l; (l = r.readLine()) != null; ) { var p = l.split(\"\\t\"); \
        int c = new ComparableVersion(p[0]).compareTo(new ComparableVersion(p[1])); \
        System.out.print(c < 0 ? '<' : c > 0 ? '>' : '='); } } }";
    std::fs::write(&source, program).unwrap();
    let jars =
        "/usr/share/java/maven3-artifact.jar:/usr/share/java/commons-lang3.jar:/usr/share/java/plexus-utils2.jar";
    let answers = ask("java", &["-cp", jars, source.to_str().unwrap()], &pairs);
    std::fs::remove_dir_all(&folder).unwrap();
    agrees("Maven", Scheme::Maven, &pairs, answers);
}
