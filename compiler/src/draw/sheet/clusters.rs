//! Where the clusters stand: those that jumps connect below each other, and these groups beside each other.

use super::super::layout::{Block, Cells, Link, Plan, Point, Size, hanging};
use super::super::picture::Picture;
use super::inside::Inside;
use super::pack::packed;
use std::collections::BTreeMap;

/// Between clusters.
const APART: i32 = 40;

/// The clusters in their places.
pub(super) struct Outside {
    /// The upper left corner of each cluster's frame.
    pub(super) corners: Cells<Point>,
    /// The bends of each drawn jump from frame to frame.
    pub(super) bends: Vec<(usize, Vec<Point>)>,
    /// The size of all.
    pub(super) size: Size,
}

/// A jump that is drawn: the way, and the clusters it leaves and enters.
type Jump = (usize, usize, usize);

/// Puts the clusters in their places.
pub(super) fn outside(
    picture: &Picture,
    insides: &[Inside],
    cluster_of: &Cells<usize>,
    drawn: &Cells<bool>,
) -> Outside {
    let ways = picture.ways.iter().enumerate().filter(|(at, _)| drawn.at(*at));
    let jumps: Vec<Jump> = ways.map(|(at, way)| (at, cluster_of.at(way.from), cluster_of.at(way.to))).collect();
    let groups = groups(insides.len(), &jumps);
    let group_of: BTreeMap<usize, (usize, usize)> = groups
        .iter()
        .enumerate()
        .flat_map(|(group, clusters)| clusters.iter().enumerate().map(move |(at, cluster)| (*cluster, (group, at))))
        .collect();
    let mut plans: Vec<(Plan, Vec<usize>)> = groups
        .iter()
        .map(|group| {
            let sizes = group.iter().filter_map(|cluster| insides.get(*cluster)).map(|inside| inside.size);
            let blocks = sizes.map(|size| Block { size, ..Block::default() }).collect();
            (Plan { blocks, links: Vec::new(), gap: APART }, Vec::new())
        })
        .collect();
    for (way, from, to) in &jumps {
        let (Some((group, at)), Some((_, onto))) = (group_of.get(from), group_of.get(to)) else {
            continue;
        };
        let leaves = insides.get(*from).and_then(|inside| inside.leaves.get(way).copied());
        let enters = insides.get(*to).map(|inside| inside.enters);
        if let Some((plan, ways)) = plans.get_mut(*group) {
            plan.links.push(Link { from: *at, to: *onto, leaves, enters, ..Link::default() });
            ways.push(*way);
        }
    }
    let placed: Vec<_> = plans.into_iter().map(|(plan, ways)| (hanging(&plan), ways)).collect();
    let sizes: Vec<Size> = placed.iter().map(|(placed, _)| placed.size).collect();
    let (places, size) = packed(&sizes, APART);
    let mut outside = Outside { corners: Cells::new(insides.len()), bends: Vec::new(), size };
    for ((group, (placed, ways)), place) in groups.iter().zip(placed).zip(places) {
        for (at, cluster) in group.iter().enumerate() {
            outside.corners.put(*cluster, placed.blocks.at(at).plus(place));
        }
        for (way, bends) in ways.into_iter().zip(placed.links) {
            outside.bends.push((way, bends.into_iter().map(|bend| bend.plus(place)).collect()));
        }
    }
    outside
}

/// The clusters that drawn jumps connect, in the order of the file.
fn groups(count: usize, jumps: &[Jump]) -> Vec<Vec<usize>> {
    let mut near: Cells<Vec<usize>> = Cells::new(count);
    for (_, from, to) in jumps {
        near.change(*from, |near| near.push(*to));
        near.change(*to, |near| near.push(*from));
    }
    let mut seen: Cells<bool> = Cells::new(count);
    let mut groups = Vec::new();
    for start in 0..count {
        let (mut group, mut open) = (Vec::new(), vec![start]);
        while let Some(cluster) = open.pop() {
            if !seen.at(cluster) {
                seen.put(cluster, true);
                group.push(cluster);
                open.extend(near.row(cluster));
            }
        }
        group.sort_unstable();
        groups.extend((!group.is_empty()).then_some(group));
    }
    groups
}
