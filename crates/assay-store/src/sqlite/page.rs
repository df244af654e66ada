//! Pages: a list goes on after the last row's instant and id, so that what is
//! added meanwhile neither doubles nor hides a row.

use assay_base::Instant;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::limits;
use crate::row::FindingRow;
use crate::sqlite::cells::all;
use crate::sqlite::rows;
use crate::store::{FindingFilter, Page, StoreError};

/// The key of a row: where the next page begins.
pub fn key(at: Instant, id: [u8; 16]) -> String {
    format!("{}.{:032x}", at.as_micros(), u128::from_be_bytes(id))
}

/// Where a page begins.
pub fn begin(after: Option<&str>) -> Result<(i64, Vec<u8>), StoreError> {
    let Some(text) = after else { return Ok((i64::MIN, Vec::new())) };
    let (at, id) = text.split_once('.').ok_or(StoreError::NotAPage)?;
    let at: i64 = at.parse().map_err(|_| StoreError::NotAPage)?;
    if id.len() != 32 {
        return Err(StoreError::NotAPage);
    }
    let id = u128::from_str_radix(id, 16).map_err(|_| StoreError::NotAPage)?.to_be_bytes();
    // One text a key: what this store did not write, it does not read.
    if key(Instant::from_micros(at), id) == text { Ok((at, id.to_vec())) } else { Err(StoreError::NotAPage) }
}

/// A page of what was found, when one row more than the page holds was asked for.
pub fn paged<T>(mut found: Vec<T>, limit: i64, key: impl Fn(&T) -> String) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = found.len() > limit;
    found.truncate(limit);
    let next = if more { found.last().map(key) } else { None };
    Page { rows: found, next }
}

/// Findings, oldest first.
pub fn findings(
    conn: &Connection,
    filter: &FindingFilter,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<FindingRow>, StoreError> {
    let (at, id) = begin(after)?;
    let limit = limit.min(limits::ANSWER) as i64;
    let mut wanted: Vec<(&str, Value)> = Vec::new();
    if let Some(bundle) = filter.bundle {
        wanted.push(("bundle", Value::Blob(bundle.0.to_vec())));
    }
    if let Some(claim) = filter.claim {
        wanted.push(("claim", Value::Blob(claim.0.to_vec())));
    }
    if let Some(case) = filter.case {
        wanted.push(("case_id", Value::Blob(case.to_bytes().to_vec())));
    }
    if let Some(target) = filter.target {
        wanted.push(("target", Value::Blob(target.0.to_vec())));
    }
    if let Some(member) = filter.member {
        wanted.push(("member", Value::Blob(member.to_bytes().to_vec())));
    }
    if let Some(state) = &filter.state {
        wanted.push(("state", Value::Text(state.clone())));
    }
    // The index is named, not guessed: the first of these selects most.
    let index = match wanted.iter().map(|(column, _)| *column).collect::<Vec<_>>().as_slice() {
        ["bundle", ..] => "finding_by_bundle",
        ["claim", ..] => "finding_by_claim",
        ["case_id", ..] => "finding_by_case",
        ["target", ..] => "finding_by_target",
        ["member", "state"] => "finding_by_member_state",
        ["member"] => "finding_by_member",
        ["state"] => "finding_by_state",
        _ => "finding_by_time",
    };
    let mut sql = format!("{} INDEXED BY {index} WHERE (received, id) > (?, ?)", rows::FINDING);
    let mut values = vec![Value::Integer(at), Value::Blob(id)];
    for (column, value) in wanted {
        sql.push_str(" AND ");
        sql.push_str(column);
        sql.push_str(" = ?");
        values.push(value);
    }
    sql.push_str(" ORDER BY received, id LIMIT ?");
    values.push(Value::Integer(limit + 1));
    let found = all(conn, "finding", &sql, params_from_iter(values), rows::finding)?;
    Ok(paged(found, limit, |row| key(row.received, row.id.to_bytes())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_not_given_is_not_taken() {
        let good = key(Instant::from_micros(5), [0xab; 16]);
        assert_eq!(begin(Some(&good)).unwrap(), (5, vec![0xab; 16]));
        for bad in ["", ".", "5.", "x.y", "+5.abababababababababababababababab", "5.ABABABABABABABABABABABABABABABAB"] {
            assert!(matches!(begin(Some(bad)), Err(StoreError::NotAPage)), "{bad}");
        }
        assert!(begin(Some(&good.replace("5.", "05."))).is_err());
    }

    proptest! {
        #[test]
        fn key_and_back(at: i64, id: [u8; 16]) {
            let at = Instant::from_micros(at);
            prop_assert_eq!(begin(Some(&key(at, id))).unwrap(), (at.as_micros(), id.to_vec()));
        }

        #[test]
        fn any_text_is_taken_or_refused(text in ".{0,60}") {
            let _ = begin(Some(&text));
        }
    }
}
