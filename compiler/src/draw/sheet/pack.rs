//! Puts groups of clusters beside and below each other, so that the picture is about as wide as a page on a screen.

use super::super::layout::{Point, Size};

/// A stretch of the lower edge of what is placed.
#[derive(Clone, Copy)]
struct Edge {
    left: i32,
    right: i32,
    y: i32,
}

/// The upper left corner of each group, and the size of all: the highest first, each as far up, then as far left, as it
/// goes (the skyline heuristic of bin packing).
pub(super) fn packed(sizes: &[Size], apart: i32) -> (Vec<Point>, Size) {
    let area: i64 = sizes.iter().map(|size| i64::from(size.width + apart) * i64::from(size.height + apart)).sum();
    let widest = sizes.iter().map(|size| size.width).max().unwrap_or(0);
    // Three to two.
    let width = i32::try_from((area * 3 / 2).isqrt()).unwrap_or(i32::MAX / 2).max(widest) + apart;
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|at| sizes.get(*at).map_or(0, |size| -size.height));
    let mut skyline = vec![Edge { left: 0, right: width, y: 0 }];
    let mut places = vec![Point::default(); sizes.len()];
    let mut all = Size::default();
    for (at, size) in order.iter().filter_map(|at| sizes.get(*at).map(|size| (*at, *size))) {
        let place = lowest(&skyline, size.width + apart, width);
        let (right, bottom) = (place.x + size.width, place.y + size.height);
        all = Size { width: all.width.max(right), height: all.height.max(bottom) };
        raise(&mut skyline, Edge { left: place.x, right: right + apart, y: bottom + apart });
        if let Some(to) = places.get_mut(at) {
            *to = place;
        }
    }
    (places, all)
}

/// Where something of this width goes.
fn lowest(skyline: &[Edge], width: i32, most: i32) -> Point {
    let fits = skyline.iter().filter(|edge| edge.left + width <= most);
    let point = |start: &Edge| {
        let under = skyline.iter().filter(|edge| edge.left < start.left + width && start.left < edge.right);
        Point { x: start.left, y: under.map(|edge| edge.y).max().unwrap_or(0) }
    };
    fits.map(point).min_by_key(|point| (point.y, point.x)).unwrap_or_default()
}

/// Lays something onto the skyline.
fn raise(skyline: &mut Vec<Edge>, new: Edge) {
    let mut next = Vec::with_capacity(skyline.len() + 2);
    for edge in skyline.iter().copied() {
        let pieces =
            [Edge { right: edge.right.min(new.left), ..edge }, Edge { left: edge.left.max(new.right), ..edge }];
        next.extend(pieces.into_iter().filter(|piece| piece.left < piece.right));
    }
    next.push(new);
    next.sort_by_key(|edge| edge.left);
    *skyline = next;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_small_fills_the_room_beside_what_is_large() {
        let (large, small) = (Size { width: 100, height: 100 }, Size { width: 40, height: 40 });
        let (places, size) = packed(&[small, large, small], 10);
        assert_eq!(places, [Point { x: 110, y: 0 }, Point { x: 0, y: 0 }, Point { x: 110, y: 50 }]);
        assert_eq!(size, Size { width: 150, height: 100 });
    }
}
