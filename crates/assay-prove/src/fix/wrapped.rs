//! Measures that a check in too few bits takes for small ones: a length of 257 is
//! 1 in one byte, one of 200 is below zero in a signed one.

/// The first measures from the edge on that are no larger than one, or below zero, for who looks at fewer of their
/// bits; a number can be larger than a length.
pub(super) fn wrapped(edge: u64, number: bool) -> Vec<u64> {
    let mut measures = Vec::new();
    for bits in [8, 16, 32].into_iter().take(if number { 3 } else { 2 }) {
        let round = 1_u64 << bits;
        let Some(start) = edge.checked_next_multiple_of(round) else { break };
        measures.push(start.saturating_add(1));
        // The upper half of the round in which the edge lies is below zero with a sign.
        let lower = start.saturating_sub(round / 2).saturating_add(2);
        measures.push(if lower >= edge { lower } else { start.saturating_add(round / 2 + 2) });
    }
    measures
}

#[cfg(test)]
mod tests {
    #[test]
    fn lengths_that_come_out_small_are_found() {
        for edge in [2, 33, 254, 256, 300, 65_535, 70_000] {
            let measures = super::wrapped(edge, false);
            assert!(measures.iter().all(|measure| *measure >= edge), "{edge}: {measures:?}");
            assert!(measures.iter().any(|measure| measure % 256 <= 1), "{edge}: {measures:?}");
            assert!(measures.iter().any(|measure| measure % 65_536 <= 1), "{edge}: {measures:?}");
            assert!(measures.iter().any(|measure| measure % 256 > 127), "{edge}: {measures:?}");
            assert!(measures.iter().any(|measure| measure % 65_536 > 32_767), "{edge}: {measures:?}");
        }
        assert!(super::wrapped(u64::MAX - 3, true).len() < 7);
    }
}
