//! Where the parts of a log lie: tiles of hashes and bundles of entries, by path (C2SP tlog-tiles).

use std::fmt;
use std::str::FromStr;

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: usize = 256;

/// Levels are named 0 to 63 (C2SP tlog-tiles); a tree that is counted in 64 bits has no more than 8.
const LEVELS: u8 = 64;

/// The longest path of a tile: `tile/entries/`, six groups of digits, `.p/255`.
const MAX_PATH: usize = 64;

/// What a file under `tile/` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The entries themselves.
    Entries,
    /// Hashes of this level: 0 for leaves, 1 for roots of full tiles of level 0, ...
    Hashes(u8),
}

/// One file under `tile/`: what it holds, its number and its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    kind: Kind,
    number: u64,
    width: u16,
}

/// A path is not that of a tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the path of a tile or of an entry bundle")]
pub struct NotATile(pub String);

impl Tile {
    /// A tile. `None` if the width is not 1 to 256, the level above 63, or the number beyond 2^56
    /// (its entries could not be counted in 64 bits).
    #[must_use]
    pub fn new(kind: Kind, number: u64, width: usize) -> Option<Self> {
        let level = match kind {
            Kind::Entries => 0,
            Kind::Hashes(level) => level,
        };
        let right = (1..=WIDTH).contains(&width) && level < LEVELS && number < 1 << 56;
        let width = u16::try_from(width).ok()?;
        right.then_some(Self { kind, number, width })
    }

    /// What it holds.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.kind
    }

    /// Its place in its level: it begins with hash (or entry) 256 times this.
    #[must_use]
    pub fn number(self) -> u64 {
        self.number
    }

    /// How many hashes or entries it holds, 1 to 256.
    #[must_use]
    pub fn width(self) -> usize {
        usize::from(self.width)
    }

    /// Whether it holds all 256.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.width() == WIDTH
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Entries => f.write_str("tile/entries/")?,
            Kind::Hashes(level) => write!(f, "tile/{level}/")?,
        }
        let mut groups = vec![self.number % 1000];
        let mut rest = self.number / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        while let Some(group) = groups.pop() {
            if groups.is_empty() {
                write!(f, "{group:03}")?;
            } else {
                write!(f, "x{group:03}/")?;
            }
        }
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for Tile {
    type Err = NotATile;

    /// Reads exactly the paths that are written, and no other spelling of them.
    fn from_str(path: &str) -> Result<Self, NotATile> {
        let refused = || NotATile(path.chars().take(MAX_PATH).collect());
        if path.len() > MAX_PATH {
            return Err(refused());
        }
        let parsed = parse(path).ok_or_else(refused)?;
        if parsed.to_string() == path { Ok(parsed) } else { Err(refused()) }
    }
}

fn parse(path: &str) -> Option<Tile> {
    let (kind, number) = path.strip_prefix("tile/")?.split_once('/')?;
    let kind = if kind == "entries" { Kind::Entries } else { Kind::Hashes(kind.parse().ok()?) };
    let (number, width) = match number.split_once(".p/") {
        Some((number, width)) => (number, width.parse().ok().filter(|width| *width < WIDTH)?),
        None => (number, WIDTH),
    };
    let mut value: u64 = 0;
    for group in number.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        value = value.checked_mul(1000)?.checked_add(digits.parse::<u16>().ok()?.into())?;
    }
    Tile::new(kind, value, width)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_paths_of_the_specification() {
        for (kind, number, width, path) in [
            (Kind::Hashes(0), 1_234_067, 256, "tile/0/x001/x234/067"),
            (Kind::Hashes(1), 0, 256, "tile/1/000"),
            (Kind::Hashes(2), 0, 1, "tile/2/000.p/1"),
            (Kind::Entries, 273, 112, "tile/entries/273.p/112"),
            (Kind::Entries, 1000, 255, "tile/entries/x001/000.p/255"),
        ] {
            let tile = Tile::new(kind, number, width).unwrap();
            assert_eq!(tile.to_string(), path);
            assert_eq!(path.parse(), Ok(tile));
        }
    }

    #[test]
    fn another_spelling_of_a_path_is_refused() {
        for path in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/+0/000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/+01",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p",
            "tile/0/000/",
            "/tile/0/000",
            "tile/8/0/000",
            "tile/data/000",
            "tile/Entries/000",
            "tile/0/../0/000",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
            "tile/0/x072/x057/x594/x037/x927/936",
        ] {
            assert!(path.parse::<Tile>().is_err(), "{path}");
        }
        // 2^56 - 1 is the last number.
        assert!("tile/0/x072/x057/x594/x037/x927/935".parse::<Tile>().is_ok());
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back(level in 0u8..64, number in 0u64..1 << 56, width in 1usize..=256) {
            for kind in [Kind::Entries, Kind::Hashes(level)] {
                let tile = Tile::new(kind, number, width).unwrap();
                prop_assert_eq!(tile.to_string().parse(), Ok(tile));
            }
        }

        #[test]
        fn any_text_is_refused_or_read_as_itself(text in "(tile/)?[0-9a-z/.x]{0,40}") {
            if let Ok(tile) = text.parse::<Tile>() {
                prop_assert_eq!(tile.to_string(), text);
            }
        }
    }
}
