//! A picture as SVG 1.1 that needs nothing but itself, in light or dark as the reader has it.

use super::fit::{Fitted, LINE, MARK, POINT, SMALL_LINE, aside, label};
use super::layout::{Point, Size};
use super::picture::{Picture, Shape, ShapeKind, Walk, Way, WayKind};
use super::sheet::{Sheet, sheet};
use std::collections::BTreeMap;
use std::fmt::Write;

const STYLE: &str = include_str!("style.css");
/// What a picture of coverage has besides: colour says what is walked, and no longer what kind of step it is.
const COVERED: &str = include_str!("covered.css");

/// The heads of arrows, by their class.
const HEADS: [&str; 3] = ["head", "failhead", "jumphead"];
const COVERED_HEADS: [&str; 3] = ["walkedhead", "missedhead", "unaskedhead"];

/// Draws a picture.
pub(super) fn svg(picture: &Picture) -> String {
    let sheet = sheet(picture);
    let mut svg = Svg { text: String::new() };
    svg.begin(picture, sheet.size);
    for (corner, size) in &sheet.frames {
        svg.line(&format!("<rect class=\"frame\" {} rx=\"12\"/>", rect(*corner, *size)));
    }
    for (way, bends) in picture.ways.iter().zip(&sheet.bends).filter(|(_, bends)| !bends.is_empty()) {
        svg.way(picture, way, bends);
    }
    for (way, middle) in picture.ways.iter().zip(&sheet.labels) {
        if let Some(middle) = middle {
            svg.label(way, *middle);
        }
    }
    // A reader of the picture in a browser can follow a jump.
    let jumps = picture.ways.iter().filter(|way| way.kind == WayKind::Jump);
    let targets: BTreeMap<usize, &Shape> =
        jumps.filter_map(|way| Some((way.from, picture.shapes.get(way.to)?))).collect();
    for (at, shape) in picture.shapes.iter().enumerate() {
        svg.shape(&sheet, at, shape, targets.get(&at).map(|target| target.id.as_str()));
    }
    svg.line("</svg>");
    svg.text
}

struct Svg {
    text: String,
}

impl Svg {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn begin(&mut self, picture: &Picture, size: Size) {
        let name = super::measure::lines(&picture.name, "", 17, size.width - 48, 1);
        let name = name.first().map_or("", |line| line.keyword.as_str());
        let Size { width, height } = size;
        self.line(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"title desc\">"
        ));
        self.line(&format!("<title id=\"title\">{}</title>", escaped(&picture.name)));
        self.line(&format!("<desc id=\"desc\">{}</desc>", escaped(&picture.summary)));
        let is_covered = picture.shapes.iter().any(|shape| shape.walk != Walk::Untold);
        let (covered, heads) = if is_covered { (COVERED, COVERED_HEADS) } else { ("", HEADS) };
        self.line(&format!("<style>\n{STYLE}{covered}</style>"));
        self.line("<defs>");
        for class in heads {
            self.line(&format!(
                "<marker id=\"{class}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"{class}\" d=\"M0 0 8 4 0 8z\"/></marker>"
            ));
        }
        self.line("</defs>");
        self.line(&format!("<rect class=\"paper\" width=\"{width}\" height=\"{height}\" rx=\"10\"/>"));
        self.line(&format!("<text class=\"name\" x=\"24\" y=\"37\">{}</text>", escaped(name)));
    }

    fn way(&mut self, picture: &Picture, way: &Way, bends: &[Point]) {
        let id = |shape: usize| picture.shapes.get(shape).map_or("", |shape| shape.id.as_str());
        let class = class(way);
        self.line(&format!(
            "<path class=\"way{class}\" data-from=\"{}\" data-to=\"{}\" d=\"{}\"/>",
            id(way.from),
            id(way.to),
            curve(bends)
        ));
    }

    fn label(&mut self, way: &Way, middle: Point) {
        let size = label(&way.label);
        let corner = Point { x: middle.x - size.width / 2, y: middle.y - size.height / 2 };
        self.line(&format!(
            "<g class=\"label{}\"><rect {} rx=\"9\"/><text x=\"{}\" y=\"{}\">{}</text></g>",
            class(way),
            rect(corner, size),
            middle.x,
            middle.y + 4,
            escaped(&way.label)
        ));
    }

    fn shape(&mut self, sheet: &Sheet, at: usize, shape: &Shape, target: Option<&str>) {
        let (Some(corner), Some(fitted)) = (sheet.corners.get(at), sheet.fitted.get(at)) else {
            return;
        };
        if let Some(target) = target {
            let _ = write!(self.text, "<a href=\"#{target}\">");
        }
        let Size { width, height } = fitted.size;
        let _ = write!(
            self.text,
            "<g id=\"{}\" class=\"{}{}\" data-line=\"{}\" data-box=\"{} {} {width} {height}\">",
            shape.id,
            shape.kind.as_str(),
            walk(shape.walk),
            shape.line,
            corner.x,
            corner.y
        );
        self.text.push_str(&outline(shape.kind, *corner, fitted.size));
        self.words(shape.kind, *corner, fitted);
        self.line(if target.is_some() { "</g></a>" } else { "</g>" });
    }

    fn words(&mut self, kind: ShapeKind, corner: Point, fitted: &Fitted) {
        // What is to be read as text begins at the left; what is short stands in the middle.
        let is_text = matches!(kind, ShapeKind::Call | ShapeKind::Message);
        let (class, x) = match is_text {
            true => ("", corner.x + 12 + aside(kind)),
            false => (" middle", corner.x + (fitted.size.width + 1) / 2),
        };
        let mut y = corner.y + if kind.is_mark() { 2 * MARK - 2 } else { 9 };
        for line in &fitted.lines {
            let (keyword, words) = (escaped(&line.keyword), escaped(&line.words));
            let space = if keyword.is_empty() || words.is_empty() { "" } else { " " };
            let key = if keyword.is_empty() { keyword } else { format!("<tspan class=\"key\">{keyword}</tspan>") };
            let _ =
                write!(self.text, "<text class=\"words{class}\" x=\"{x}\" y=\"{}\">{key}{space}{words}</text>", y + 13);
            y += LINE;
        }
        for note in &fitted.notes {
            let _ =
                write!(self.text, "<text class=\"note{class}\" x=\"{x}\" y=\"{}\">{}</text>", y + 12, escaped(note));
            y += SMALL_LINE;
        }
    }
}

fn class(way: &Way) -> &'static str {
    match (way.walk, way.kind) {
        (Walk::Untold, WayKind::Plain) => "",
        (Walk::Untold, WayKind::Fail) => " fail",
        (Walk::Untold, WayKind::Jump) => " jump",
        (told, _) => walk(told),
    }
}

fn walk(walk: Walk) -> &'static str {
    match walk {
        Walk::Untold => "",
        Walk::Walked => " walked",
        Walk::Missed => " missed",
        Walk::Unasked => " unasked",
    }
}

fn rect(corner: Point, size: Size) -> String {
    format!("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", corner.x, corner.y, size.width, size.height)
}

/// The outline of a shape; its form says what kind of step it is.
fn outline(kind: ShapeKind, corner: Point, size: Size) -> String {
    let Point { x, y } = corner;
    let Size { width, height } = size;
    match kind {
        ShapeKind::Trigger | ShapeKind::Path => {
            let round = (height / 2).min(20);
            format!("<rect class=\"box\" {} rx=\"{round}\"/>", rect(corner, size))
        }
        ShapeKind::Call | ShapeKind::Plain => format!("<rect class=\"box\" {} rx=\"4\"/>", rect(corner, size)),
        // A speech bubble, its tail at the lower left.
        ShapeKind::Message => {
            let (left, inner, straight) = (x + POINT, width - 2 * POINT, height - 9);
            format!(
                "<path class=\"box\" d=\"M{} {y}h{}a9 9 0 0 1 9 9v{}a9 9 0 0 1-9 9H{x}q{} -3 {POINT} -13V{}a9 9 0 0 1 9-9z\"/>",
                left + 9,
                inner - 18,
                straight - 9,
                POINT - 2,
                y + 9,
            )
        }
        ShapeKind::Decision => format!(
            "<path class=\"box\" d=\"M{x} {}l{POINT} -{half}h{flat}l{POINT} {half}l-{POINT} {rest}h-{flat}z\"/>",
            y + height / 2,
            half = height / 2,
            rest = height - height / 2,
            flat = width - 2 * POINT,
        ),
        // A signpost.
        ShapeKind::Jump => format!(
            "<path class=\"box\" d=\"M{x} {y}h{flat}l{POINT} {half}l-{POINT} {rest}h-{flat}l{notch} -{rest}z\"/>",
            flat = width - POINT,
            half = height / 2,
            rest = height - height / 2,
            notch = POINT / 2,
        ),
        ShapeKind::Done => {
            let (x, y) = (x + (width + 1) / 2, y + MARK);
            format!(
                "<circle class=\"mark\" cx=\"{x}\" cy=\"{y}\" r=\"6.5\"/><circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"3.5\"/>"
            )
        }
        ShapeKind::Failed => {
            let (x, y) = (x + (width + 1) / 2, y + MARK);
            format!(
                "<circle class=\"mark\" cx=\"{x}\" cy=\"{y}\" r=\"6.5\"/><path class=\"mark\" d=\"M{} {}l5 5m0 -5l-5 5\"/>",
                x - 2,
                y - 2
            )
        }
    }
}

/// A line through bends: straight down where they stand below each other, else an S that begins and ends straight down.
fn curve(bends: &[Point]) -> String {
    let mut path = String::new();
    let mut last: Option<Point> = None;
    for bend in bends {
        let Point { x, y } = *bend;
        let _ = match last {
            None => write!(path, "M{x} {y}"),
            Some(from) if from.x == x => write!(path, "V{y}"),
            Some(from) => {
                let middle = (from.y + y) / 2;
                write!(path, "C{} {middle} {x} {middle} {x} {y}", from.x)
            }
        };
        last = Some(*bend);
    }
    path
}

/// Text for XML, within an element or an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
