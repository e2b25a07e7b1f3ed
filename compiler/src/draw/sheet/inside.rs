//! A trigger or a path laid out by itself.

use super::super::fit::{Fitted, label};
use super::super::layout::{Block, Cells, Link, Placed, Plan, Point, Size, layered};
use super::super::picture::{Picture, ShapeKind, WayKind};
use super::Sheet;
use std::collections::{BTreeMap, BTreeSet};

/// Between shapes beside each other.
const GAP: i32 = 26;
/// So many steps that end a run or a path stand side by side below a decision.
const BESIDE: usize = 6;
/// From a step to the mark below it where the run ends.
const STEM: i32 = 18;

/// A cluster with the places of its shapes, seen from within its frame.
pub(super) struct Inside {
    placed: Placed,
    /// The shape that each block is.
    shapes: Vec<usize>,
    /// Marks, and the shapes that they stand right below, with the ways that lead to them.
    marks: Vec<Mark>,
    /// Ways, and the links that draw them or, for jumps, their beginnings.
    links: Vec<(usize, usize)>,
    /// Where drawn jumps leave the frame, from its left.
    pub(super) leaves: BTreeMap<usize, i32>,
    /// Where jumps enter the frame.
    pub(super) enters: i32,
    /// Its size with the frame.
    pub(super) size: Size,
}

/// The mark of a run's end, when nothing else can follow the step above it.
#[derive(Clone, Copy)]
struct Mark {
    shape: usize,
    above: usize,
    way: usize,
}

/// Lays out all clusters.
pub(super) fn all(
    picture: &Picture,
    fitted: &[Fitted],
    cluster_of: &Cells<usize>,
    drawn: &Cells<bool>,
    frame: i32,
) -> Vec<Inside> {
    let mut ways: Cells<Vec<usize>> = Cells::new(picture.clusters.len());
    let mut leaving: Cells<usize> = Cells::new(picture.shapes.len());
    for (at, way) in picture.ways.iter().enumerate().filter(|(at, way)| way.kind != WayKind::Jump || drawn.at(*at)) {
        ways.change(cluster_of.at(way.from), |ways| ways.push(at));
        leaving.change(way.from, |leaving| *leaving += 1);
    }
    let marks = |cluster: usize| {
        let mark = |at: &usize| {
            let way = picture.ways.get(*at)?;
            let kind = picture.shapes.get(way.to)?.kind;
            let is_alone = kind == ShapeKind::Done && way.label.is_empty() && leaving.at(way.from) == 1;
            is_alone.then_some(Mark { shape: way.to, above: way.from, way: *at })
        };
        ways.row(cluster).iter().filter_map(mark).collect()
    };
    let inside = |cluster| Inside::new(picture, fitted, cluster, ways.row(cluster), marks(cluster), frame);
    (0..picture.clusters.len()).map(inside).collect()
}

/// Of a decision with many ways to steps that lead nowhere else, every second, third or so of these steps stands further
/// down: side by side they would make a picture that is all width.
fn moved_down(picture: &Picture, ways: &[usize], marks: &BTreeMap<usize, usize>) -> BTreeMap<usize, usize> {
    let mut leaves: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let (mut leading, mut arriving) = (BTreeSet::new(), BTreeMap::new());
    let drawn = || ways.iter().filter_map(|at| picture.ways.get(*at)).filter(|way| !marks.contains_key(&way.to));
    for way in drawn() {
        leading.extend((way.kind != WayKind::Jump).then_some(way.from));
        *arriving.entry(way.to).or_insert(0) += 1;
    }
    for way in drawn().filter(|way| !leading.contains(&way.to) && arriving.get(&way.to) == Some(&1)) {
        if way.kind != WayKind::Jump && !way.label.is_empty() {
            leaves.entry(way.from).or_default().push(way.to);
        }
    }
    let crowds = leaves.into_values().filter(|leaves| leaves.len() > BESIDE);
    let moved = crowds.flat_map(|leaves| {
        let rows = leaves.len().div_ceil(BESIDE);
        leaves.into_iter().enumerate().map(move |(at, leaf)| (leaf, at % rows))
    });
    moved.collect()
}

impl Inside {
    fn new(picture: &Picture, fitted: &[Fitted], cluster: usize, ways: &[usize], marks: Vec<Mark>, frame: i32) -> Self {
        let size = |shape: usize| fitted.get(shape).map(|fitted| fitted.size).unwrap_or_default();
        let mut below: BTreeMap<usize, i32> = BTreeMap::new();
        let mut apart: BTreeMap<usize, usize> = BTreeMap::new();
        for mark in &marks {
            below.insert(mark.above, STEM + size(mark.shape).height);
            apart.insert(mark.shape, mark.way);
        }
        let down = moved_down(picture, ways, &apart);
        let range = picture.clusters.get(cluster).map(|cluster| cluster.shapes.clone()).unwrap_or_default();
        let shapes: Vec<usize> = range.filter(|shape| !apart.contains_key(shape)).collect();
        let block_of: BTreeMap<usize, usize> =
            shapes.iter().enumerate().map(|(block, shape)| (*shape, block)).collect();
        let block = |shape: &usize| {
            let Size { width, height } = size(*shape);
            let height = height + below.get(shape).copied().unwrap_or(0);
            let reach = fitted.get(*shape).map_or(0, |fitted| fitted.reach);
            Block { size: Size { width, height }, reach, last: false, down: down.get(shape).copied().unwrap_or(0) }
        };
        let mut plan = Plan { blocks: shapes.iter().map(block).collect(), links: Vec::new(), gap: GAP };
        let (mut links, mut ports) = (Vec::new(), Vec::new());
        for (at, way) in ways.iter().filter_map(|at| picture.ways.get(*at).map(|way| (*at, way))) {
            let Some(from) = block_of.get(&way.from).copied() else {
                continue;
            };
            let to = if way.kind == WayKind::Jump {
                ports.push((at, plan.blocks.len()));
                plan.blocks.push(Block { last: true, ..Block::default() });
                plan.blocks.len() - 1
            } else if let Some(to) = block_of.get(&way.to) {
                *to
            } else {
                continue;
            };
            links.push((at, plan.links.len()));
            let strand = usize::from(way.kind == WayKind::Fail);
            plan.links.push(Link { from, to, label: label(&way.label), strand, ..Link::default() });
        }
        let placed = layered(&plan);
        let leaves = ports.into_iter().map(|(way, block)| (way, placed.blocks.at(block).x + frame)).collect();
        let head = shapes.first().map_or(0, |head| (size(*head).width + 1) / 2);
        let enters = placed.blocks.at(0).x + head + frame;
        let size = Size { width: placed.size.width + 2 * frame, height: placed.size.height + 2 * frame };
        Self { placed, shapes, marks, links, leaves, enters, size }
    }

    /// Puts it on the sheet; `corner` is where what is within the frame begins.
    pub(super) fn put_into(&self, sheet: &mut Sheet, corner: Point) {
        for (shape, place) in self.shapes.iter().zip(self.placed.blocks.iter()) {
            if let Some(at) = sheet.corners.get_mut(*shape) {
                *at = place.plus(corner);
            }
        }
        for (way, link) in &self.links {
            let bends = self.placed.links.get(*link).into_iter().flatten();
            if let Some(way) = sheet.bends.get_mut(*way) {
                way.extend(bends.map(|bend| bend.plus(corner)));
            }
            let label = self.placed.labels.get(*link).copied().flatten();
            if let Some(way) = sheet.labels.get_mut(*way) {
                *way = label.map(|label| label.plus(corner));
            }
        }
        for mark in &self.marks {
            let size = |shape: usize| sheet.fitted.get(shape).map(|fitted| fitted.size).unwrap_or_default();
            let (above, own) = (size(mark.above), size(mark.shape));
            let at = sheet.corners.get(mark.above).copied().unwrap_or_default();
            let from = at.plus(Point { x: (above.width + 1) / 2, y: above.height });
            let to = from.plus(Point { x: 0, y: STEM });
            if let Some(way) = sheet.bends.get_mut(mark.way) {
                *way = vec![from, to];
            }
            if let Some(at) = sheet.corners.get_mut(mark.shape) {
                *at = Point { x: to.x - (own.width + 1) / 2, y: to.y };
            }
        }
    }
}
