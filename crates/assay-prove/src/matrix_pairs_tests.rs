#![allow(clippy::unwrap_used)]
use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::verdict::Verdict;
use proptest::prelude::*;

use super::*;
use crate::evidence::Reach;
use crate::matrix::{Column, Row};

/// Rows of `s` silenced, `f` still fires, `d` known to tell nothing, `-` evidence that was lost; `own` says who brings which column.
fn matrix(cells: &[&str], own: &[Option<usize>]) -> Matrix {
    let rows = cells.iter().enumerate().map(|(at, _)| Row {
        name: format!("r{at}"),
        title: String::new(),
        purl: "pkg:generic/t@1".into(),
        verdict: Verdict::Reproduced,
        sentence: String::new(),
        fires: true,
        own: own.get(at).copied().flatten(),
    });
    let width = cells.first().map_or(0, |row| row.len());
    let columns = (0..width).map(|number| Column {
        name: format!("p{number}"),
        sha256: Sha256::of(&[number as u8]),
        of: Vec::new(),
        patch: Vec::new(),
        wide: None,
    });
    let entry = |cell: char| Entry {
        crossed: match cell {
            's' => Crossed::Silenced,
            'f' => Crossed::StillFires,
            _ => Crossed::NoEvidence("it did not build".into()),
        },
        reach: Reach::Unknown,
        harm: None,
        lost: cell == '-',
    };
    Matrix {
        target: "pkg:generic/t".into(),
        rows: rows.collect(),
        columns: columns.collect(),
        entries: cells.iter().map(|row| row.chars().map(entry).collect()).collect(),
        pairs: Vec::new(),
        proofs: 0,
        took: Duration::ZERO,
    }
}

/// Every patch is one that cannot be made smaller.
fn all_same(matrix: &Matrix) -> Narrow {
    let rows = matrix.rows.len();
    let all = (0..matrix.columns.len())
        .flat_map(|column| (0..rows).flat_map(move |a| (0..rows).map(move |b| (column, a, b))));
    all.map(|key| (key, Same::Yes)).collect()
}

fn word_of(cells: &[&str], own: &[Option<usize>]) -> (Conclusion, String) {
    let matrix = matrix(cells, own);
    let pair = conclude(&matrix, &all_same(&matrix)).remove(0);
    (pair.conclusion, pair.sentence)
}

#[test]
fn the_words_follow_from_the_cells() {
    use Conclusion::{CannotTell, Different, Duplicate, Related};
    let both = [Some(0), Some(1)];
    let one = [Some(0), None];
    for (cells, own, expected) in [
        (["ss", "ss"], &both[..], Duplicate),
        (["sf", "fs"], &both, Different),
        (["ss", "fs"], &both, Related),
        (["sf", "ss"], &both, Related),
        (["s-", "ss"], &both, Related),
        (["sf", "-s"], &both, CannotTell),
        (["ss-", "sss"], &both, Related),
        (["ssd", "ssd"], &both, Duplicate),
        (["ssd", "sss"], &both, Related),
        (["ss-", "ss-"], &both, Related),
        (["sfd", "fsd"], &both, Different),
        (["sfs", "fs-"], &both, CannotTell),
        (["s-", "-s"], &both, CannotTell),
        (["s", "s"], &one, Duplicate),
        (["s", "f"], &one, CannotTell),
        (["s", "-"], &one, CannotTell),
        (["sfs", "fss"], &both, Related),
        (["f", "f"], &[None, None], CannotTell),
        (["", ""], &[None, None], CannotTell),
        (["s", "s"], &[Some(0), Some(0)], Duplicate),
    ] {
        let (word, sentence) = word_of(&cells, own);
        assert_eq!(word, expected, "{cells:?}: {sentence}");
        assert!(!sentence.is_empty());
    }
}

#[test]
fn what_takes_life_or_mends_two_things_makes_no_duplicate() {
    let mut wide = matrix(&["ss", "ss"], &[Some(0), Some(1)]);
    wide.columns[1].wide = Some("with it, benign input 1 shows no signs of life of r2".into());
    let pair = conclude(&wide, &all_same(&wide)).remove(0);
    assert_eq!(pair.conclusion, Conclusion::Related);
    assert!(pair.sentence.contains("no signs of life"), "{}", pair.sentence);
    for same in [Same::No, Same::NotKnown("it has 40 hunks".into())] {
        let two = matrix(&["s", "s"], &[Some(0), None]);
        let mut narrow = all_same(&two);
        narrow.insert((0, 1, 0), same);
        assert_eq!(conclude(&two, &narrow).remove(0).conclusion, Conclusion::Related);
    }
    let unasked = matrix(&["s", "s"], &[Some(0), None]);
    assert_eq!(conclude(&unasked, &Narrow::new()).remove(0).conclusion, Conclusion::Related);
}

#[test]
fn a_patch_that_fails_on_its_own_proof_takes_no_part() {
    // The third one's patch filters the first one's input and mends nothing.
    let mut matrix = matrix(&["ss", "sf", "sf"], &[Some(0), Some(0), Some(1)]);
    matrix.columns[0].of = vec![0, 1];
    matrix.columns[1].of = vec![2];
    matrix.rows[2].verdict = Verdict::ControlFailed;
    let pairs = conclude(&matrix, &all_same(&matrix));
    assert!(pairs.iter().all(|pair| pair.conclusion == Conclusion::Duplicate), "{pairs:?}");
    // One that is not known to fail does.
    matrix.rows[2].verdict = Verdict::Inconclusive;
    assert_eq!(conclude(&matrix, &all_same(&matrix)).remove(0).conclusion, Conclusion::Related);
}

#[test]
fn a_proof_that_does_not_fire_is_compared_with_nothing() {
    let mut matrix = matrix(&["s", "s"], &[Some(0), None]);
    matrix.rows[1].fires = false;
    matrix.rows[1].verdict = Verdict::NotRun;
    let pair = conclude(&matrix, &all_same(&matrix)).remove(0);
    assert_eq!(pair.conclusion, Conclusion::CannotTell);
    assert!(pair.sentence.contains("not-run"));
}

fn rank(conclusion: Conclusion) -> u8 {
    match conclusion {
        Conclusion::CannotTell => 0,
        Conclusion::Related => 1,
        Conclusion::Duplicate | Conclusion::Different => 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    /// Evidence that goes missing never makes a conclusion firmer, and the order of two proofs is of no matter.
    #[test]
    fn less_evidence_is_never_a_stronger_word(
        rows in proptest::collection::vec("[sfd-]{4}", 2..4), own in proptest::collection::vec(proptest::option::of(0_usize..4), 3),
        lost in (0_usize..2, 0_usize..4), drop_narrow: bool
    ) {
        let cells: Vec<&str> = rows.iter().map(String::as_str).collect();
        // A proof fires without its own patch and is silent with it, or there is no such patch.
        let own: Vec<Option<usize>> = own.iter().zip(&cells)
            .map(|(own, row)| own.filter(|column| row.chars().nth(*column) == Some('s'))).collect();
        let whole = matrix(&cells, &own);
        let mut narrow = all_same(&whole);
        let before = conclude(&whole, &narrow).remove(0).conclusion;
        let mut less = whole.clone();
        if drop_narrow {
            narrow.remove(&(lost.1, 0, 1));
        } else {
            let entry = &mut less.entries[lost.0][lost.1];
            (entry.crossed, entry.lost) = (Crossed::NoEvidence("lost".into()), true);
        }
        let after = conclude(&less, &narrow).remove(0).conclusion;
        prop_assert!(after == before || rank(after) < rank(before).max(1) || rank(before) < 2 && rank(after) < 2, "{before:?} -> {after:?}");

        let swapped: Vec<&str> = [cells[1], cells[0]].into_iter().collect();
        let swapped = matrix(&swapped, &[own[1], own[0]]);
        let straight = matrix(&cells[..2], &own[..2]);
        prop_assert_eq!(
            conclude(&swapped, &all_same(&swapped)).remove(0).conclusion,
            conclude(&straight, &all_same(&straight)).remove(0).conclusion
        );
    }
}
