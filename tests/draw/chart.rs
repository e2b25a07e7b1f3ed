//! What stands in an SVG picture, read back from it.

use roxmltree::{Document, Node};
use std::collections::BTreeSet;

/// A rectangle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Rect {
    fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { left: x, top: y, right: x + width, bottom: y + height }
    }

    /// Whether they have more in common than an edge.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    pub(crate) fn holds(&self, (x, y): (f64, f64)) -> bool {
        self.left < x && x < self.right && self.top < y && y < self.bottom
    }

    pub(crate) fn encloses(&self, other: &Self) -> bool {
        self.left <= other.left && other.right <= self.right && self.top <= other.top && other.bottom <= self.bottom
    }
}

/// A step or a mark.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) id: String,
    pub(crate) class: String,
    pub(crate) rect: Rect,
    pub(crate) texts: Vec<Text>,
}

/// A line of text: pieces with their weight, and where it begins or has its middle.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) pieces: Vec<(String, bool)>,
    pub(crate) size: f64,
    pub(crate) x: f64,
    pub(crate) baseline: f64,
    pub(crate) is_middle: bool,
}

/// A line from a shape to another.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) class: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// A whole picture.
#[derive(Debug)]
pub(crate) struct Chart {
    pub(crate) view: Rect,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) frames: Vec<Rect>,
    pub(crate) labels: Vec<(Rect, Text)>,
    pub(crate) ways: Vec<Way>,
    pub(crate) title: String,
    pub(crate) description: String,
}

impl Chart {
    /// Reads a picture; panics where it is not what flowc draws.
    pub(crate) fn read(svg: &str) -> Self {
        let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}:\n{svg}"));
        let root = document.root_element();
        assert_eq!((root.tag_name().name(), root.attribute("role")), ("svg", Some("img")));
        let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id is there twice: {ids:?}");
        let text_of =
            |name| root.children().find(|node| node.has_tag_name((root.tag_name().namespace().unwrap(), name)));
        let view: Vec<f64> = numbers(root.attribute("viewBox").unwrap());
        let of_class = |class: &'static str| {
            document.descendants().filter(move |node| class_of(node).split(' ').next() == Some(class))
        };
        let shapes = document.descendants().filter_map(|node| node.attribute("data-box").map(|rect| (node, rect)));
        Self {
            view: Rect::new(view[0], view[1], view[2], view[3]),
            shapes: shapes.map(|(node, rect)| shape(node, &numbers(rect))).collect(),
            frames: of_class("frame").map(rect).collect(),
            labels: of_class("label")
                .map(|node| (rect(child(node, "rect")), text(child(node, "text"), Some(11.0))))
                .collect(),
            ways: of_class("way").map(way).collect(),
            title: text_of("title").unwrap().text().unwrap_or_default().to_owned(),
            description: text_of("desc").unwrap().text().unwrap().to_owned(),
        }
    }
}

fn class_of<'a>(node: &Node<'a, '_>) -> &'a str {
    node.attribute("class").unwrap_or("")
}

fn child<'a, 'b>(node: Node<'a, 'b>, name: &str) -> Node<'a, 'b> {
    node.children().find(|child| child.tag_name().name() == name).unwrap()
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).unwrap().parse().unwrap()
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

fn rect(node: Node<'_, '_>) -> Rect {
    Rect::new(number(node, "x"), number(node, "y"), number(node, "width"), number(node, "height"))
}

fn shape(node: Node<'_, '_>, rect: &[f64]) -> Shape {
    Shape {
        id: node.attribute("id").unwrap().to_owned(),
        class: class_of(&node).to_owned(),
        rect: Rect::new(rect[0], rect[1], rect[2], rect[3]),
        texts: node.children().filter(|child| child.tag_name().name() == "text").map(|node| text(node, None)).collect(),
    }
}

fn text(node: Node<'_, '_>, size: Option<f64>) -> Text {
    let class = class_of(&node);
    let note = if class.contains("note") { 11.0 } else { 13.0 };
    let piece = |node: Node<'_, '_>| {
        let is_bold = class_of(&node) == "key";
        (node.text().unwrap_or_default().to_owned(), is_bold)
    };
    Text {
        pieces: node.children().map(piece).collect(),
        size: size.unwrap_or(note),
        x: number(node, "x"),
        baseline: number(node, "y"),
        is_middle: size.is_some() || class.contains("middle"),
    }
}

fn way(node: Node<'_, '_>) -> Way {
    Way {
        from: node.attribute("data-from").unwrap().to_owned(),
        to: node.attribute("data-to").unwrap().to_owned(),
        class: class_of(&node).to_owned(),
        points: points(node.attribute("d").unwrap()),
    }
}

/// Points along a path of `M`, `V` and `C`, each a few pixels from the one before.
fn points(path: &str) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let starts: Vec<usize> = path.match_indices(['M', 'V', 'C']).map(|(at, _)| at).collect();
    for (at, start) in starts.iter().enumerate() {
        let end = starts.get(at + 1).copied().unwrap_or(path.len());
        let numbers = numbers(&path[start + 1..end]);
        let (x, y) = points.last().copied().unwrap_or_default();
        let length = numbers.iter().fold(0.0_f64, |most, number| most.max((number - x).abs()).max((number - y).abs()));
        let steps = (length / 2.0).ceil().max(1.0) as usize;
        let along = (1..=steps).map(|step| step as f64 / steps as f64);
        match &path[*start..=*start] {
            "M" => points.push((numbers[0], numbers[1])),
            "V" => points.extend(along.map(|part| (x, y + (numbers[0] - y) * part))),
            _ => points.extend(along.map(|part| {
                let mix = |a: f64, b: f64, c: f64, d: f64| {
                    let rest = 1.0 - part;
                    a * rest.powi(3) + 3.0 * b * rest * rest * part + 3.0 * c * rest * part * part + d * part.powi(3)
                };
                (mix(x, numbers[0], numbers[2], numbers[4]), mix(y, numbers[1], numbers[3], numbers[5]))
            })),
        }
    }
    points
}
