//! The lines of strace, strictly: what is not understood stops the test.

use std::collections::HashMap;

/// One call that came to its end.
#[derive(Debug)]
pub struct Call {
    /// The line on which it began.
    pub start: usize,
    /// And ended.
    pub end: usize,
    pub name: String,
    pub args: Vec<String>,
    /// What it gave; negative for an error.
    pub gave: i64,
}

impl Call {
    /// An argument that is a text or bytes, as they were.
    pub fn bytes(&self, at: usize) -> Vec<u8> {
        let text = self.args[at].strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let text = text.unwrap_or_else(|| panic!("a whole string was expected: {:.200?}", self.args[at]));
        text.split("\\x").skip(1).map(|digits| u8::from_str_radix(digits, 16).unwrap()).collect()
    }

    pub fn path(&self, at: usize) -> String {
        String::from_utf8(self.bytes(at)).unwrap()
    }

    pub fn number(&self, at: usize) -> u64 {
        self.args[at].parse().unwrap_or_else(|_| panic!("a number was expected: {self:.200?}"))
    }

    pub fn fd(&self, at: usize) -> i64 {
        self.args[at].parse().unwrap_or_else(|_| panic!("a descriptor was expected: {self:.200?}"))
    }
}

/// Every call, in the order of their ends.
pub fn calls(log: &str) -> Vec<Call> {
    let mut open: HashMap<&str, (usize, String)> = HashMap::new();
    let mut found = Vec::new();
    for (line, text) in log.lines().enumerate() {
        let (pid, text) = text.split_once(' ').unwrap_or_else(|| panic!("line {line}: no process"));
        let text = text.trim_start();
        if text.starts_with("+++") || text.starts_with("---") {
            continue;
        }
        if let Some(begun) = text.strip_suffix(" <unfinished ...>") {
            assert!(open.insert(pid, (line, begun.to_owned())).is_none(), "line {line}: two calls at once");
            continue;
        }
        let (start, whole) = match text.strip_prefix("<... ") {
            Some(rest) => {
                let (name, rest) = rest.split_once(" resumed>").unwrap_or_else(|| panic!("line {line}: {text:.200}"));
                let (start, begun) = open.remove(pid).unwrap_or_else(|| panic!("line {line}: resumes nothing"));
                assert!(begun.starts_with(name), "line {line}: resumes another call");
                (start, begun + rest)
            }
            None => (line, text.to_owned()),
        };
        let (name, rest) = whole.split_once('(').unwrap_or_else(|| panic!("line {line}: {whole:.200}"));
        let (args, gave) = rest.rsplit_once(" = ").unwrap_or_else(|| panic!("line {line}: {whole:.200}"));
        let args = args.trim_end().strip_suffix(')').unwrap_or_else(|| panic!("line {line}: {whole:.200}"));
        let gave = gave.split(' ').next().unwrap();
        let gave = match gave.strip_prefix("0x") {
            Some(address) => i64::from_str_radix(address, 16).unwrap(),
            None => gave.parse().unwrap_or_else(|_| panic!("line {line}: gave {gave}")),
        };
        let args = args.split(", ").map(str::to_owned).collect();
        found.push(Call { start, end: line, name: name.to_owned(), args, gave });
    }
    assert!(open.is_empty(), "calls without an end: {open:.300?}");
    found
}
