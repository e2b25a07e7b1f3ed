//! Where everything of a picture stands: each trigger and each path is laid out by itself, then they are, by their jumps.

mod clusters;
mod inside;
mod jumps;
mod pack;

use super::fit::{Fitted, fit};
use super::layout::{Cells, Point, Size};
use super::picture::Picture;
use inside::Inside;

/// Between a cluster's frame and its shapes, and around all.
const FRAME: i32 = 20;
const MARGIN: i32 = 24;
/// Height of the flow's name, and the least width.
const NAME: i32 = 34;
const NARROWEST: i32 = 240;

/// A picture with all its places.
#[derive(Debug)]
pub(super) struct Sheet {
    /// The size of the whole.
    pub(super) size: Size,
    /// The frame of each cluster: its corner and its size. None if there is only one cluster.
    pub(super) frames: Vec<(Point, Size)>,
    /// Each shape's words, broken into lines.
    pub(super) fitted: Vec<Fitted>,
    /// Each shape's upper left corner.
    pub(super) corners: Vec<Point>,
    /// The bends of each way; none for a jump that is not drawn.
    pub(super) bends: Vec<Vec<Point>>,
    /// The middle of each way's label.
    pub(super) labels: Vec<Option<Point>>,
}

/// Puts everything in its place.
pub(super) fn sheet(picture: &Picture) -> Sheet {
    let fitted: Vec<Fitted> = picture.shapes.iter().map(fit).collect();
    let numbered = picture.clusters.iter().enumerate();
    let cluster_of: Cells<usize> = numbered.flat_map(|(at, cluster)| cluster.shapes.clone().map(move |_| at)).collect();
    let drawn = jumps::drawn(picture, &cluster_of);
    let frame = if picture.clusters.len() > 1 { FRAME } else { 0 };
    let insides: Vec<Inside> = inside::all(picture, &fitted, &cluster_of, &drawn, frame);
    let outside = clusters::outside(picture, &insides, &cluster_of, &drawn);

    let mut sheet = Sheet {
        size: Size {
            width: (outside.size.width + 2 * MARGIN).max(NARROWEST),
            height: outside.size.height + 2 * MARGIN + NAME,
        },
        frames: Vec::new(),
        fitted,
        corners: vec![Point::default(); picture.shapes.len()],
        bends: vec![Vec::new(); picture.ways.len()],
        labels: vec![None; picture.ways.len()],
    };
    let margin = Point { x: (sheet.size.width - outside.size.width) / 2, y: MARGIN + NAME };
    for (cluster, inside) in insides.iter().enumerate() {
        let corner = outside.corners.at(cluster).plus(margin);
        if frame > 0 {
            sheet.frames.push((corner, inside.size));
        }
        inside.put_into(&mut sheet, corner.plus(Point { x: frame, y: frame }));
    }
    for (way, moved) in outside.bends {
        let head = picture.ways.get(way).and_then(|way| sheet.corners.get(way.to)).copied().unwrap_or_default();
        if let Some(bends) = sheet.bends.get_mut(way) {
            // What begins inside goes on outside, and from the frame on straight to the head of the path.
            bends.extend(moved.into_iter().map(|bend| bend.plus(margin)));
            if let Some(last) = bends.last().copied() {
                bends.push(Point { x: last.x, y: head.y });
            }
        }
    }
    sheet
}
