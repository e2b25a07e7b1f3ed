//! Which row each block stands in, and the spots that ways take in the rows between.

use super::{Cells, Plan, Size};
use std::collections::{BTreeMap, BTreeSet};

/// A way through more rows than this is a long one.
const LONG: usize = 6;

/// Blocks, labels and passing ways in rows. Where there are labels, blocks stand in even rows and labels in odd ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// All spots; the first are the blocks, by their index.
    pub(super) spots: Cells<Spot>,
    /// The spots of each row from left to right.
    pub(super) rows: Vec<Vec<usize>>,
    /// The spots in the next row that a spot leads to.
    pub(super) below: Cells<Vec<usize>>,
    /// The spots in the row before that lead to a spot.
    pub(super) above: Cells<Vec<usize>>,
    /// The spots of each link, from block to block.
    pub(super) chains: Vec<Vec<usize>>,
}

/// A place in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spot {
    /// Its row.
    pub(super) row: usize,
    /// What it needs.
    pub(super) size: Size,
    /// It is a way on its way, not a block.
    pub(super) passes: bool,
}

/// Gives all blocks their rows and cuts all ways at the rows they pass.
pub(super) fn rows(plan: &Plan) -> Rows {
    let layers = layers(plan);
    let every = if plan.links.iter().any(|link| link.label.width > 0) { 2 } else { 1 };
    let spot =
        |(at, block): (usize, &super::Block)| Spot { row: every * layers.at(at), size: block.size, passes: false };
    let mut spots: Vec<Spot> = plan.blocks.iter().enumerate().map(spot).collect();
    let mut chains = Vec::with_capacity(plan.links.len());
    // Long ways to the same block run as one: many of them, each with its own spot in every row, would be a wall of lines,
    // and would make the rows endless.
    let mut joined: BTreeMap<(usize, usize, usize), usize> = BTreeMap::new();
    for link in &plan.links {
        let (first, last) = (every * layers.at(link.from), every * layers.at(link.to));
        let mut chain = vec![link.from];
        let is_long = last.saturating_sub(first) > LONG;
        for row in first + 1..last {
            // A label stands right below the block that it says something of, or right above a block that was moved down.
            let is_moved = plan.blocks.get(link.to).is_some_and(|block| block.down > 0);
            let has_label = row == if is_moved { last - 1 } else { first + 1 };
            let size = if has_label { link.label } else { Size::default() };
            let next = spots.len();
            let spot = match is_long && !has_label {
                true => *joined.entry((link.to, link.strand, row)).or_insert(next),
                false => next,
            };
            if spot == next {
                spots.push(Spot { row, size, passes: true });
            }
            chain.push(spot);
        }
        chain.push(link.to);
        chains.push(chain);
    }
    let spots: Cells<Spot> = spots.into_iter().collect();
    let mut rows = Rows { above: Cells::new(spots.len()), below: Cells::new(spots.len()), ..Rows::default() };
    let mut seen = BTreeSet::new();
    for chain in &chains {
        for (from, to) in chain.iter().zip(chain.iter().skip(1)).filter(|piece| seen.insert(*piece)) {
            rows.below.change(*from, |below| below.push(*to));
            rows.above.change(*to, |above| above.push(*from));
        }
    }
    rows.rows = as_read(&spots, &rows.below, plan.blocks.len());
    Rows { spots, chains, ..rows }
}

/// The layer of each block: the one behind the last of those that lead to it.
fn layers(plan: &Plan) -> Cells<usize> {
    let count = plan.blocks.len();
    let mut open: Cells<usize> = Cells::new(count);
    let mut leads: Cells<Vec<usize>> = Cells::new(count);
    for link in &plan.links {
        open.change(link.to, |open| *open += 1);
        leads.change(link.from, |leads| leads.push(link.to));
    }
    let down = |block: usize| plan.blocks.get(block).map_or(0, |block| block.down);
    let mut layers: Cells<usize> = Cells::new(count);
    let mut ready: Vec<usize> = (0..count).filter(|block| open.at(*block) == 0).collect();
    while let Some(block) = ready.pop() {
        for to in leads.row(block) {
            layers.put(*to, layers.at(*to).max(layers.at(block) + 1 + down(*to)));
            open.change(*to, |open| *open -= 1);
            if open.at(*to) == 0 {
                ready.push(*to);
            }
        }
    }
    let deepest = layers.iter().copied().max().unwrap_or(0);
    for (at, _) in plan.blocks.iter().enumerate().filter(|(_, block)| block.last) {
        layers.put(at, deepest);
    }
    layers
}

/// Rows in the order in which somebody reads who follows each way to its end before the next: without a way that joins
/// another, nothing crosses.
fn as_read(spots: &Cells<Spot>, below: &Cells<Vec<usize>>, blocks: usize) -> Vec<Vec<usize>> {
    let height = spots.iter().map(|spot| spot.row + 1).max().unwrap_or(0);
    let mut rows = Cells::<Vec<usize>>::new(height);
    let mut seen: Cells<bool> = Cells::new(spots.len());
    for block in 0..blocks {
        let mut open = vec![block];
        while let Some(spot) = open.pop() {
            if !seen.at(spot) {
                seen.put(spot, true);
                rows.change(spots.at(spot).row, |row| row.push(spot));
                open.extend(below.row(spot).iter().rev());
            }
        }
    }
    rows.iter().cloned().collect()
}
