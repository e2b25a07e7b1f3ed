//! Gives each spot its x: Brandes and Köpf, "Fast and Simple Horizontal Coordinate Assignment" (2002).
//!
//! Spots are strung to blocks with a neighbour above or below, so that long ways are straight; blocks are pushed as near
//! together as their widths let them. That is done from all four corners, and the mean of the two middle results is taken.

use super::Cells;
use super::order::positions;
use super::rows::Rows;
use std::collections::BTreeSet;

/// Pixels between two ways that pass beside each other.
const PASSING: i32 = 18;

/// The middle of each spot.
pub(super) fn place(rows: &Rows, gap: i32) -> Cells<i32> {
    let crossed = crossed(rows);
    let mut results: Vec<Cells<i32>> = Vec::with_capacity(4);
    for down in [true, false] {
        for right in [true, false] {
            results.push(Corner::new(rows, &crossed, gap, down, right).place());
        }
    }
    let narrowest = results.iter().map(|xs| extent(rows, xs)).min_by_key(|(left, right)| right - left);
    let (left, right) = narrowest.unwrap_or_default();
    let shifts: Vec<i32> = results
        .iter()
        .enumerate()
        .map(|(at, xs)| {
            let (own_left, own_right) = extent(rows, xs);
            // Results that were pushed to the left meet at the left edge, the others at the right one.
            if at % 2 == 0 { left - own_left } else { right - own_right }
        })
        .collect();
    let middle = |spot| {
        let mut xs: Vec<i32> = results.iter().zip(&shifts).map(|(xs, shift)| xs.at(spot) + shift).collect();
        xs.sort_unstable();
        xs.iter().skip(1).take(2).sum::<i32>().div_euclid(2)
    };
    let middles: Cells<i32> = (0..rows.spots.len()).map(middle).collect();
    let (left, _) = extent(rows, &middles);
    middles.iter().map(|x| x - left).collect()
}

/// The leftmost and the rightmost pixel.
fn extent(rows: &Rows, middles: &Cells<i32>) -> (i32, i32) {
    let spots = || rows.spots.iter().zip(middles.iter());
    let left = spots().map(|(spot, x)| x - half(spot.size.width)).min();
    let right = spots().map(|(spot, x)| x + half(spot.size.width)).max();
    (left.unwrap_or(0), right.unwrap_or(0))
}

/// Half of a width, not less.
fn half(width: i32) -> i32 {
    (width + 1) / 2
}

/// The pieces of ways that give way because a long way crosses them, whose own piece is to be straight.
fn crossed(rows: &Rows) -> BTreeSet<(usize, usize)> {
    let positions = positions(&rows.rows, rows.spots.len());
    let passing_above = |spot: usize| {
        let above = rows.above.row(spot).first().copied().filter(|_| rows.spots.at(spot).passes);
        above.filter(|above| rows.spots.at(*above).passes)
    };
    let mut crossed = BTreeSet::new();
    for (above, row) in rows.rows.iter().zip(rows.rows.iter().skip(1)) {
        let (mut left, mut from) = (0, 0);
        for (at, spot) in row.iter().enumerate() {
            let straight = passing_above(*spot);
            if straight.is_none() && at + 1 < row.len() {
                continue;
            }
            let right = straight.map_or(above.len(), |above| positions.at(above));
            for spot in row.iter().take(at + 1).skip(from) {
                for near in rows.above.row(*spot) {
                    let position = positions.at(*near);
                    if (position < left || position > right) && passing_above(*spot).is_none() {
                        crossed.insert((*near, *spot));
                    }
                }
            }
            (left, from) = (right, at + 1);
        }
    }
    crossed
}

/// The rows as seen from one corner: what is down there is up, what is right is left, as need be.
struct Corner<'a> {
    rows: &'a Rows,
    crossed: &'a BTreeSet<(usize, usize)>,
    gap: i32,
    down: bool,
    right: bool,
    view: Vec<Vec<usize>>,
}

impl<'a> Corner<'a> {
    fn new(rows: &'a Rows, crossed: &'a BTreeSet<(usize, usize)>, gap: i32, down: bool, right: bool) -> Self {
        let mut view = rows.rows.clone();
        if !down {
            view.reverse();
        }
        if !right {
            view.iter_mut().for_each(|row| row.reverse());
        }
        Self { rows, crossed, gap, down, right, view }
    }

    fn place(&self) -> Cells<i32> {
        let roots = self.roots();
        let xs = self.compacted(&roots);
        let x = |spot| if self.right { xs.at(roots.at(spot)) } else { -xs.at(roots.at(spot)) };
        (0..roots.len()).map(x).collect()
    }

    /// The first spot of the block that each spot belongs to.
    fn roots(&self) -> Cells<usize> {
        let count = self.rows.spots.len();
        let positions = positions(&self.view, count);
        let mut roots: Cells<usize> = (0..count).collect();
        let mut strung: Cells<bool> = Cells::new(count);
        let neighbours = if self.down { &self.rows.above } else { &self.rows.below };
        for row in &self.view {
            // Blocks do not cross: each neighbour is taken right of the one before.
            let mut free = 0;
            for spot in row {
                let mut near: Vec<(usize, usize)> =
                    neighbours.row(*spot).iter().map(|near| (positions.at(*near), *near)).collect();
                near.sort_unstable();
                near.dedup();
                let Some(last) = near.len().checked_sub(1) else {
                    continue;
                };
                for (position, near) in near.iter().take(last / 2 + last % 2 + 1).skip(last / 2) {
                    let piece = if self.down { (*near, *spot) } else { (*spot, *near) };
                    if *position >= free && !strung.at(*near) && !self.crossed.contains(&piece) {
                        strung.put(*near, true);
                        roots.put(*spot, roots.at(*near));
                        free = position + 1;
                        break;
                    }
                }
            }
        }
        roots
    }

    /// The x of each block by its root: as far left as can be, then as near to what is right of it as can be.
    fn compacted(&self, roots: &Cells<usize>) -> Cells<i32> {
        let count = roots.len();
        let mut after: Cells<Vec<(usize, i32)>> = Cells::new(count);
        let mut open: Cells<usize> = Cells::new(count);
        for row in &self.view {
            for (left, right) in row.iter().zip(row.iter().skip(1)) {
                let (from, to) = (roots.at(*left), roots.at(*right));
                after.change(from, |after| after.push((to, self.distance(*left, *right))));
                open.change(to, |open| *open += 1);
            }
        }
        let mut xs: Cells<i32> = Cells::new(count);
        let mut order: Vec<usize> = (0..count).filter(|spot| roots.at(*spot) == *spot && open.at(*spot) == 0).collect();
        let mut next = 0;
        while let Some(block) = order.get(next).copied() {
            next += 1;
            for (to, distance) in after.row(block) {
                xs.put(*to, xs.at(*to).max(xs.at(block) + distance));
                open.change(*to, |open| *open -= 1);
                if open.at(*to) == 0 {
                    order.push(*to);
                }
            }
        }
        for block in order.iter().rev() {
            let most = after.row(*block).iter().map(|(to, distance)| xs.at(*to) - distance).min();
            if let Some(most) = most {
                xs.put(*block, xs.at(*block).max(most));
            }
        }
        xs
    }

    /// Between the middles of two spots beside each other.
    fn distance(&self, left: usize, right: usize) -> i32 {
        let (left, right) = (self.rows.spots.at(left), self.rows.spots.at(right));
        let bare = |spot: super::rows::Spot| spot.passes && spot.size.width == 0;
        let gap = if bare(left) || bare(right) { PASSING } else { self.gap };
        half(left.size.width) + half(right.size.width) + gap
    }
}
