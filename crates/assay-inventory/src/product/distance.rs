//! Misspellings: a bounded distance between two names.

/// Whether two different names may be one name misspelt: at most one letter
/// wrong, missing, added or swapped with its neighbour in names of 5 letters or
/// more, two in names of 9 or more. Digits must agree: `SMA100` and `SMA1000`
/// are two devices.
pub fn misspelt(a: &str, b: &str) -> bool {
    let shorter = a.chars().count().min(b.chars().count());
    let allowed = match shorter {
        0..5 => return false,
        5..9 => 1,
        _ => 2,
    };
    // Names are bounded (limits::NAME), but quadratic work on long ones serves nobody.
    if a == b || a.len() > 64 || b.len() > 64 || !digits(a).eq(digits(b)) {
        return false;
    }
    distance(a, b) <= allowed
}

fn digits(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(char::is_ascii_digit)
}

/// Damerau-Levenshtein in its restricted form (a letter is moved once).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x) {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}
