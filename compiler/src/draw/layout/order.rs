//! Sorts the spots of each row so that few ways cross: sweeps by barycentre, the best of them is kept.

use super::Cells;
use super::rows::Rows;

/// Sweeps without a better order after which it is enough.
const PATIENCE: usize = 4;
/// Sweeps at most, for pictures of so many spots and for larger ones.
const SWEEPS: [(usize, usize); 2] = [(20_000, 24), (usize::MAX, 4)];

/// Sorts all rows.
pub(super) fn order(rows: &mut Rows) {
    let most = SWEEPS.iter().find(|(spots, _)| rows.spots.len() <= *spots).map_or(0, |(_, sweeps)| *sweeps);
    let mut best = (crossings(rows), rows.rows.clone());
    let mut waited = 0;
    for sweep in 0..most {
        if best.0 == 0 || waited == PATIENCE {
            break;
        }
        sort(rows, sweep % 2 == 0);
        let found = crossings(rows);
        waited += 1;
        if found < best.0 {
            best = (found, rows.rows.clone());
            waited = 0;
        }
    }
    rows.rows = best.1;
}

/// The place of each spot within its row.
pub(super) fn positions(rows: &[Vec<usize>], spots: usize) -> Cells<usize> {
    let mut positions = Cells::new(spots);
    for row in rows {
        for (position, spot) in row.iter().enumerate() {
            positions.put(*spot, position);
        }
    }
    positions
}

/// Sorts each row by where the neighbours in the row before are, from top to bottom or from bottom to top.
fn sort(rows: &mut Rows, down: bool) {
    let mut positions = positions(&rows.rows, rows.spots.len());
    let neighbours = if down { &rows.above } else { &rows.below };
    let count = rows.rows.len();
    for step in 0..count {
        let Some(row) = rows.rows.get_mut(if down { step } else { count - 1 - step }) else {
            continue;
        };
        // Thousandths of a position: whole numbers are the same on all machines.
        row.sort_by_cached_key(|spot| {
            let near = neighbours.row(*spot);
            let sum: usize = near.iter().map(|near| positions.at(*near)).sum();
            (1000 * sum).checked_div(near.len()).unwrap_or(1000 * positions.at(*spot))
        });
        for (position, spot) in row.iter().enumerate() {
            positions.put(*spot, position);
        }
    }
}

/// How many ways cross, counted row by row with a Fenwick tree (Barth, Jünger and Mutzel, "Simple and Efficient Bilayer
/// Cross Counting", 2002).
fn crossings(rows: &Rows) -> usize {
    let positions = positions(&rows.rows, rows.spots.len());
    let mut found = 0;
    for row in &rows.rows {
        let mut ends = Vec::new();
        for spot in row {
            let mut below: Vec<usize> = rows.below.row(*spot).iter().map(|spot| positions.at(*spot)).collect();
            below.sort_unstable();
            ends.extend(below);
        }
        let width = ends.iter().max().map_or(0, |most| most + 2);
        let mut tree: Cells<usize> = Cells::new(width);
        for (before, end) in ends.iter().enumerate() {
            // How many of those before end at or left of here; the others cross.
            let (mut at, mut left) = (end + 1, 0);
            while at > 0 {
                left += tree.at(at);
                at &= at - 1;
            }
            found += before - left;
            at = end + 1;
            while at < width {
                tree.change(at, |count| *count += 1);
                at += at & at.wrapping_neg();
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::rows::rows;
    use super::super::{Block, Link, Plan};
    use super::*;

    fn plan(links: &[(usize, usize)]) -> Plan {
        let blocks = links.iter().flat_map(|(from, to)| [*from, *to]).max().map_or(0, |most| most + 1);
        let links = links.iter().map(|(from, to)| Link { from: *from, to: *to, ..Link::default() }).collect();
        Plan { blocks: vec![Block::default(); blocks], links, gap: 10 }
    }

    #[test]
    fn crossings_are_counted_and_undone() {
        // 0 and 1 above 2 and 3, each leading to the other side.
        let mut rows = rows(&plan(&[(0, 2), (1, 3), (0, 3)]));
        rows.rows = vec![vec![0, 1]];
        rows.rows.extend([rows.chains.iter().filter_map(|chain| chain.get(1).copied()).collect(), vec![3, 2]]);
        assert!(crossings(&rows) > 0);
        order(&mut rows);
        assert_eq!(crossings(&rows), 0);
    }

    #[test]
    fn what_must_cross_crosses_once() {
        let mut rows = rows(&plan(&[(0, 2), (0, 3), (1, 2), (1, 3)]));
        order(&mut rows);
        assert_eq!(crossings(&rows), 1);
    }
}
