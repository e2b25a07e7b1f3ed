//! A layered layout after Sugiyama: boxes in rows, ways from row to row, so that no way runs through a box.
//!
//! `rows` gives each box its row and each way a spot in every row that it passes; `order` sorts the spots of a row so that
//! few ways cross; `place` gives them their x; `route` draws the ways. All numbers are pixels, y grows downwards. Each
//! step takes time about linear in the number of spots.

mod cells;
mod hang;
mod order;
mod place;
mod route;
mod rows;

pub(super) use cells::Cells;

/// How large something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// From left to right.
    pub(super) width: i32,
    /// From top to bottom.
    pub(super) height: i32,
}

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Point {
    /// From the left.
    pub(super) x: i32,
    /// From the top.
    pub(super) y: i32,
}

impl Point {
    /// Moved by another point.
    pub(super) fn plus(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y }
    }
}

/// Something to be put in a place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Block {
    /// Its size.
    pub(super) size: Size,
    /// How far left and right of its middle ways may meet its upper and its lower edge.
    pub(super) reach: i32,
    /// It goes into the last row.
    pub(super) last: bool,
    /// So many rows of blocks further down than what leads to it would have it.
    pub(super) down: usize,
}

/// A way to be drawn from the lower edge of one block to the upper edge of another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Link {
    /// Index of the block it leaves.
    pub(super) from: usize,
    /// Index of the block it leads to.
    pub(super) to: usize,
    /// Size of its label; nothing if it has none.
    pub(super) label: Size,
    /// Ways to the same block that have the same number here may join on their way; never where one has its label.
    pub(super) strand: usize,
    /// Where on the edge of the block it leaves, from the block's left; chosen by the layout if `None`.
    pub(super) leaves: Option<i32>,
    /// Where on the edge of the block it enters.
    pub(super) enters: Option<i32>,
}

/// What is laid out. The links make no circle.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// What is put in a place.
    pub(super) blocks: Vec<Block>,
    /// What leads from block to block; those that leave a block stand from left to right as far as the others let them.
    pub(super) links: Vec<Link>,
    /// Pixels between blocks beside each other.
    pub(super) gap: i32,
}

/// Where all is; the upper left corner is 0, 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Placed {
    /// The upper left corner of each block.
    pub(super) blocks: Cells<Point>,
    /// The bends of each link from its beginning to its end. Where x differs between two of them, no block is in between.
    pub(super) links: Vec<Vec<Point>>,
    /// The middle of each link's label.
    pub(super) labels: Vec<Option<Point>>,
    /// The size of the whole.
    pub(super) size: Size,
}

/// Lays out blocks and links.
pub(super) fn layered(plan: &Plan) -> Placed {
    let mut rows = rows::rows(plan);
    order::order(&mut rows);
    let middles = place::place(&rows, plan.gap);
    route::route(plan, &rows, middles)
}

/// Lays out large blocks whose links leave and enter at places of their own, so that these stand below each other.
pub(super) fn hanging(plan: &Plan) -> Placed {
    let mut rows = rows::rows(plan);
    order::order(&mut rows);
    let middles = hang::hang(plan, &mut rows);
    route::route(plan, &rows, middles)
}
