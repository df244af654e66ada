//! Paths of debug information.

/// Without `.`, `..` and doubled slashes, by the text alone: a harness that
/// names the target as `../src` is compiled as `/bundle/harness/../src/lib.rs`.
/// A relative path keeps the `..` at its head.
pub(super) fn lexical(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute { format!("/{joined}") } else { joined }
}
