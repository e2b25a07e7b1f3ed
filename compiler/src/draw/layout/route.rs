//! Gives each row its y, and each way its bends.

use super::rows::Rows;
use super::{Cells, Placed, Plan, Point, Size};
use std::collections::BTreeMap;

/// Pixels between two rows, where all ways go straight down and where one goes far to the side.
const BETWEEN: (i32, i32) = (17, 64);
/// The least where no row of labels is between two rows of blocks.
const BARE: i32 = 30;
/// How many pixels to the side make a pixel more between two rows.
const SLOPE: i32 = 6;
/// Pixels between two ways where they meet a block.
const APART: i32 = 18;

/// Draws the ways of rows whose spots have these middles.
pub(super) fn route(plan: &Plan, rows: &Rows, middles: Cells<i32>) -> Placed {
    let (leaving, entering) = (ports(plan, rows, &middles, true), ports(plan, rows, &middles, false));
    let x = |link: usize, number: usize, spot: usize, last: usize| match number {
        0 => leaving.at(link),
        _ if number == last => entering.at(link),
        _ => middles.at(spot),
    };
    let mut sideways: Cells<i32> = Cells::new(rows.rows.len());
    for (link, chain) in rows.chains.iter().enumerate() {
        let last = chain.len().saturating_sub(1);
        for (number, (from, to)) in chain.iter().zip(chain.iter().skip(1)).enumerate() {
            let far = (x(link, number, *from, last) - x(link, number + 1, *to, last)).abs();
            sideways.change(rows.spots.at(*from).row, |most| *most = (*most).max(far));
        }
    }
    let (tops, heights, height) = tops(rows, &sideways);
    let corner = |block: usize| {
        let spot = rows.spots.at(block);
        Point { x: middles.at(block) - (spot.size.width + 1) / 2, y: tops.at(spot.row) }
    };
    let mut placed = Placed { blocks: (0..plan.blocks.len()).map(corner).collect(), ..Placed::default() };
    for (link, chain) in rows.chains.iter().enumerate() {
        let last = chain.len().saturating_sub(1);
        let mut bends: Vec<Point> = Vec::new();
        let mut label = None;
        for (number, at) in chain.iter().enumerate() {
            let spot = rows.spots.at(*at);
            let x = x(link, number, *at, last);
            let (top, bottom) = (tops.at(spot.row), tops.at(spot.row) + heights.at(spot.row));
            match number {
                0 => bends.extend([Point { x, y: top + spot.size.height }, Point { x, y: bottom }]),
                _ if number == last => bends.push(Point { x, y: top }),
                _ => bends.extend([Point { x, y: top }, Point { x, y: bottom }]),
            }
            if spot.size.width > 0 && spot.passes {
                label = Some(Point { x, y: (top + bottom) / 2 });
            }
        }
        placed.links.push(without_needless(&bends));
        placed.labels.push(label);
    }
    let right = rows.spots.iter().zip(middles.iter()).map(|(spot, x)| x + (spot.size.width + 1) / 2).max();
    placed.size = Size { width: right.unwrap_or(0), height };
    placed
}

/// The y and the height of each row, and the y below the last.
fn tops(rows: &Rows, sideways: &Cells<i32>) -> (Cells<i32>, Cells<i32>, i32) {
    let heights: Cells<i32> = rows
        .rows
        .iter()
        .map(|row| row.iter().map(|spot| rows.spots.at(*spot).size.height).max().unwrap_or(0))
        .collect();
    let has_labels = rows.rows.iter().skip(1).step_by(2).flatten().all(|spot| rows.spots.at(*spot).passes);
    let (mut y, mut bottom) = (0, 0);
    let tops = (0..rows.rows.len())
        .map(|row| {
            let top = y;
            bottom = top + heights.at(row);
            let (least, most) = BETWEEN;
            let least = if has_labels { least } else { BARE };
            y = bottom + (sideways.at(row) / SLOPE).clamp(least, most);
            top
        })
        .collect();
    (tops, heights, bottom)
}

/// Where each link meets the block it leaves, or the one it enters: under its next bend if the block is wide enough, and
/// apart from the others.
fn ports(plan: &Plan, rows: &Rows, middles: &Cells<i32>, leaving: bool) -> Cells<i32> {
    let mut ports: Cells<i32> = Cells::new(plan.links.len());
    let mut of_block: Cells<BTreeMap<(i32, usize), Vec<usize>>> = Cells::new(plan.blocks.len());
    for (at, (link, chain)) in plan.links.iter().zip(&rows.chains).enumerate() {
        let (block, fixed) = if leaving { (link.from, link.leaves) } else { (link.to, link.enters) };
        match fixed {
            Some(fixed) => {
                let left = middles.at(block) - (rows.spots.at(block).size.width + 1) / 2;
                ports.put(at, left + fixed);
            }
            None => {
                let next = if leaving { chain.get(1) } else { chain.iter().rev().nth(1) };
                let next = next.copied().unwrap_or_default();
                // Ways that come from the same spot, or go to the same, are one here.
                of_block.change(block, |spots| spots.entry((middles.at(next), next)).or_default().push(at));
            }
        }
    }
    for ((at, block), spots) in plan.blocks.iter().enumerate().zip(of_block.iter()) {
        let spaces = i32::try_from(spots.len()).unwrap_or(i32::MAX).saturating_sub(1);
        let apart = (2 * block.reach).checked_div(spaces).unwrap_or(0).min(APART);
        let middle = middles.at(at);
        let mut xs: Vec<i32> = Vec::with_capacity(spots.len());
        for (x, _) in spots.keys() {
            let least = xs.last().map_or(middle - block.reach, |before| before + apart);
            xs.push((*x).clamp(middle - block.reach, middle + block.reach).max(least));
        }
        let mut most = middle + block.reach;
        for (x, links) in xs.iter().rev().zip(spots.values().rev()) {
            let x = (*x).min(most);
            most = x - apart;
            links.iter().for_each(|link| ports.put(*link, x));
        }
    }
    ports
}

/// Leaves out what repeats the bend before it, and what lies within a straight line.
fn without_needless(bends: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for bend in bends {
        let mut before = kept.iter().rev();
        let is_straight = matches!((before.next(), before.next()), (Some(last), Some(first)) if last.x == bend.x && first.x == bend.x);
        if is_straight || kept.last() == Some(bend) {
            kept.pop();
        }
        kept.push(*bend);
    }
    kept
}
