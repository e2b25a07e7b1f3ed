//! Indexes and slices: sections 2.3.3 and 2.3.4.

use crate::json_path::ast::Slice;

/// The place of an index in a list of this length; a negative one counts from the end.
pub(super) fn position(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let at = if index < 0 { index + length } else { index };
    usize::try_from(at).ok().filter(|_| at < length)
}

/// The places that a slice selects, in its order: section 2.3.4.2.2.
pub(super) fn positions(slice: Slice, length: usize) -> impl Iterator<Item = usize> {
    // No list is longer than an i64 counts, and the grammar keeps all bounds within 2^53.
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let step = slice.step;
    let normal = |bound: i64| if bound < 0 { bound + length } else { bound };
    let (first, last) = if step >= 0 {
        (slice.start.map_or(0, normal).clamp(0, length), slice.end.map_or(length, normal).clamp(0, length))
    } else {
        // The end of a slice is not part of it: -1 stands for the place before the first.
        let start = slice.start.map_or(length - 1, normal).clamp(-1, length - 1);
        (start, slice.end.map_or(-1, normal).clamp(-1, length - 1))
    };
    let within = move |at: &i64| match step {
        0 => false,
        1.. => *at < last,
        _ => *at > last,
    };
    std::iter::successors(Some(first), move |at| at.checked_add(step))
        .take_while(within)
        .filter_map(|at| usize::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(start: Option<i64>, end: Option<i64>, step: i64) -> Vec<usize> {
        positions(Slice { start, end, step }, 7).collect()
    }

    #[test]
    fn slices_are_those_of_the_rfcs_table() {
        assert_eq!(taken(Some(1), Some(3), 1), [1, 2]);
        assert_eq!(taken(Some(5), None, 1), [5, 6]);
        assert_eq!(taken(Some(1), Some(5), 2), [1, 3]);
        assert_eq!(taken(Some(5), Some(1), -2), [5, 3]);
        assert_eq!(taken(None, None, -1), [6, 5, 4, 3, 2, 1, 0]);
        assert_eq!(taken(Some(-2), None, 1), [5, 6]);
        assert_eq!(taken(None, None, 0), [0; 0]);
        assert_eq!(taken(Some(9), Some(-9), -3), [6, 3, 0]);
        let bound = 9_007_199_254_740_991;
        assert_eq!(taken(Some(-bound), Some(bound), bound), [0]);
        assert_eq!(taken(Some(bound), Some(-bound), -bound), [6]);
    }

    #[test]
    fn an_index_counts_from_either_end() {
        assert_eq!(position(-1, 7), Some(6));
        assert_eq!(position(6, 7), Some(6));
        assert_eq!((position(7, 7), position(-8, 7), position(0, 0)), (None, None, None));
    }
}
