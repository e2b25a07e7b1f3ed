//! Which jumps are drawn as lines.

use super::super::layout::Cells;
use super::super::picture::{Picture, Way, WayKind};

/// A jump is drawn as a line if it leads down by at most so many clusters…
const CLUSTERS_DOWN: usize = 2;
/// …and if at most so many lead to the same path. Any other is told by the path's name alone.
const JUMPS_TO_ONE: usize = 6;

/// Which ways are jumps that are drawn as lines: never one that leads back up, and none that would cross all the picture.
pub(super) fn drawn(picture: &Picture, cluster_of: &Cells<usize>) -> Cells<bool> {
    let count = picture.clusters.len();
    let mut leads: Cells<Vec<usize>> = Cells::new(count);
    let mut arriving: Cells<usize> = Cells::new(count);
    for way in picture.ways.iter().filter(|way| way.kind == WayKind::Jump) {
        leads.change(cluster_of.at(way.from), |leads| leads.push(cluster_of.at(way.to)));
        arriving.change(cluster_of.at(way.to), |arriving| *arriving += 1);
    }
    let ranks = ranks(&leads);
    let is_drawn = |way: &Way| {
        let (from, to) = (cluster_of.at(way.from), cluster_of.at(way.to));
        let down = ranks.at(to).saturating_sub(ranks.at(from));
        way.kind == WayKind::Jump && (1..=CLUSTERS_DOWN).contains(&down) && arriving.at(to) <= JUMPS_TO_ONE
    };
    picture.ways.iter().map(is_drawn).collect()
}

/// How deep each cluster stands below those that jump to it, jumps back left aside.
fn ranks(leads: &Cells<Vec<usize>>) -> Cells<usize> {
    let count = leads.len();
    // Where a depth-first search leaves clusters, each is left before those that jump to it, unless they jump back.
    let mut left: Vec<usize> = Vec::with_capacity(count);
    let mut seen: Cells<bool> = Cells::new(count);
    for start in 0..count {
        let mut open = vec![(start, 0)];
        while let Some((cluster, next)) = open.pop() {
            if next == 0 && seen.at(cluster) {
                continue;
            }
            seen.put(cluster, true);
            match leads.row(cluster).get(next) {
                Some(to) => open.extend([(cluster, next + 1), (*to, 0)]),
                None => left.push(cluster),
            }
        }
    }
    let mut order: Cells<usize> = Cells::new(count);
    left.iter().rev().enumerate().for_each(|(at, cluster)| order.put(*cluster, at));
    let mut ranks: Cells<usize> = Cells::new(count);
    for cluster in left.iter().rev() {
        for to in leads.row(*cluster).iter().filter(|to| order.at(**to) > order.at(*cluster)) {
            ranks.put(*to, ranks.at(*to).max(ranks.at(*cluster) + 1));
        }
    }
    ranks
}
