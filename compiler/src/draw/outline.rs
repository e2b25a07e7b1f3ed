//! From the graph of a flow to its picture: which shape each step has, and what it says.

use super::picture::{Cluster, Picture, Shape, ShapeKind, Walk, Way, WayKind};
use super::words::{plain, shortened, words};
use crate::coverage::Coverage;
use crate::graph::{Arm, Binding, Entry, FlowGraph, Machine, Node, NodeId, NodeKind, Variable};
use crate::source::SourceFile;
use crate::suite::report::Mark;
use std::collections::BTreeMap;

/// Characters of a way's label.
const LABEL: usize = 28;

/// The picture of a flow; `source` is the file that the graph was built from.
pub(super) fn outline(graph: &FlowGraph, source: &SourceFile, coverage: Option<&Coverage>) -> Picture {
    let picture = Picture { name: plain(&graph.name), ..Picture::default() };
    let mut outline = Outline { source, coverage, picture, heads: Vec::new(), jumps: Vec::new() };
    for (at, machine) in graph.machines.iter().enumerate() {
        outline.machine(at, machine);
    }
    for (from, machine) in std::mem::take(&mut outline.jumps) {
        if let Some(to) = outline.heads.get(machine).copied() {
            let walk = outline.picture.shapes.get(from).map(|shape| shape.walk).unwrap_or_default();
            outline.picture.ways.push(Way { from, to, label: String::new(), kind: WayKind::Jump, walk });
        }
    }
    outline.picture.summary = summary(&outline.picture);
    if let Some(share) = coverage.map(Coverage::share) {
        let walked = format!(" Tests walk {share} of its steps and ways; what they do not is dashed.");
        outline.picture.summary.push_str(&walked);
        outline.picture.name.push_str(&format!(": {} % tested", share.percent()));
    }
    outline.picture
}

struct Outline<'a> {
    source: &'a SourceFile,
    coverage: Option<&'a Coverage>,
    picture: Picture,
    /// The head's shape of each machine.
    heads: Vec<usize>,
    /// The shapes that jump, and the machines that they jump to.
    jumps: Vec<(usize, usize)>,
}

/// A way that leads on from a shape.
struct Exit {
    /// `None` if the run is over.
    to: Option<NodeId>,
    label: String,
    kind: WayKind,
    walk: Walk,
}

impl Outline<'_> {
    fn machine(&mut self, at: usize, machine: &Machine) {
        let first = self.picture.shapes.len();
        let mut shape = self.head(machine);
        let start = Mark { machine: at, node: machine.start.0 };
        shape.walk = self.come_to(start);
        let title = format!("{} {}", shape.keyword, shape.words);
        let is_path = matches!(machine.entry, Entry::Path { .. });
        shape.id = if is_path { id(at, machine.start) } else { format!("m{at}") };
        let first_shape = self.add(shape);
        self.heads.push(first_shape);
        let mut shapes = BTreeMap::new();
        if is_path {
            shapes.insert(machine.start, first);
        }
        // A step is behind those it leads to, so from the last to the first is the order of the file.
        let reached = machine.reached();
        for number in reached.iter().rev().copied() {
            let Some(node) = machine.node(number).filter(|node| node.passes().is_none()) else {
                continue;
            };
            if let Some(shape) = self.shape(id(at, number), node).filter(|_| !shapes.contains_key(&number)) {
                let walk = self.come_to(Mark { machine: at, node: number.0 });
                shapes.insert(number, self.add(Shape { walk, ..shape }));
            }
            if let (NodeKind::Goto { machine, .. }, Some(from)) = (&node.kind, shapes.get(&number)) {
                self.jumps.push((*from, *machine));
            }
        }
        if !is_path {
            let walk = self.come_to(start);
            let begin = Exit { to: Some(machine.start), label: String::new(), kind: WayKind::Plain, walk };
            self.exit(first, begin, &shapes, machine);
        }
        for (number, from) in shapes.iter().rev() {
            let node = machine.node(*number);
            let mark = Mark { machine: at, node: number.0 };
            for exit in node.map(|node| self.exits(mark, node)).unwrap_or_default() {
                self.exit(*from, exit, &shapes, machine);
            }
        }
        let shapes = first..self.picture.shapes.len();
        self.picture.clusters.push(Cluster { title: title.trim().to_owned(), shapes });
    }

    fn add(&mut self, shape: Shape) -> usize {
        self.picture.shapes.push(shape);
        self.picture.shapes.len() - 1
    }

    /// Draws a way on. Where the run ends, a mark of the way's own stands: one for all would draw lines to itself from
    /// everywhere.
    fn exit(&mut self, from: usize, exit: Exit, shapes: &BTreeMap<NodeId, usize>, machine: &Machine) {
        let mut to = exit.to;
        while let Some(next) = to.and_then(|to| machine.node(to)).and_then(Node::passes) {
            to = Some(next);
        }
        let to = to.and_then(|to| shapes.get(&to).copied()).unwrap_or_else(|| {
            let (kind, word) = match (exit.to, exit.kind) {
                (None, WayKind::Fail) => (ShapeKind::Failed, "run fails"),
                _ => (ShapeKind::Done, "end"),
            };
            let of = |id: NodeId| machine.node(id).map(|node| node.line);
            let line = exit.to.and_then(of).or(self.picture.shapes.get(from).map(|shape| shape.line));
            self.add(Shape {
                id: format!("end{}", self.picture.shapes.len()),
                kind,
                line: line.unwrap_or(machine.line),
                keyword: String::new(),
                words: word.to_owned(),
                notes: Vec::new(),
                walk: exit.walk,
            })
        });
        self.picture.ways.push(Way { from, to, label: exit.label, kind: exit.kind, walk: exit.walk });
    }

    /// The shape of a step; `None` for the end of a run, which is a mark at each way that leads to it.
    fn shape(&self, id: String, node: &Node) -> Option<Shape> {
        let words = words(self.source.slice(node.span));
        let shape = |kind, keywords: usize, words: &[String], notes| {
            let (keyword, rest) = words.split_at(keywords.min(words.len()));
            Shape {
                id,
                kind,
                line: node.line,
                keyword: keyword.join(" "),
                words: rest.join(" "),
                notes,
                walk: Walk::Untold,
            }
        };
        Some(match &node.kind {
            NodeKind::Call { call, .. } => {
                let method = words.iter().position(|word| *word == call.method).unwrap_or(1);
                let url = words.get(method + 1).map(|url| address(url)).unwrap_or_default();
                let mut said: Vec<String> = words.into_iter().take(method + 1).collect();
                said.push(url);
                shape(ShapeKind::Call, method + 1, &said, bound(&call.bindings))
            }
            NodeKind::Talk { talk, .. } => {
                let end = words.iter().position(|word| word == "<" || word == "within").unwrap_or(words.len());
                let said = words.get(..end).unwrap_or(&words);
                shape(ShapeKind::Call, 2, said, bound(&talk.bindings))
            }
            NodeKind::Sms { .. } | NodeKind::Ask { .. } => {
                let (said, rest) = words.split_at(message(&words));
                let notes = if rest.is_empty() { Vec::new() } else { vec![rest.join(" ")] };
                shape(ShapeKind::Message, 1, said, notes)
            }
            NodeKind::If { .. } | NodeKind::Present { .. } | NodeKind::Match { .. } => {
                shape(ShapeKind::Decision, 1, &words, Vec::new())
            }
            NodeKind::Set { .. } | NodeKind::Unread { .. } | NodeKind::Wait { .. } => {
                shape(ShapeKind::Plain, 1, &words, Vec::new())
            }
            NodeKind::Goto { .. } => shape(ShapeKind::Jump, 1, &words, Vec::new()),
            NodeKind::Start { .. } | NodeKind::End => return None,
        })
    }

    /// The shape that a trigger or a path begins with.
    fn head(&self, machine: &Machine) -> Shape {
        let names = |variables: &[Variable]| {
            let names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
            names.join(", ")
        };
        let (kind, keyword, words, expected) = match &machine.entry {
            Entry::Sms { .. } => (ShapeKind::Trigger, "on sms", self.head_words(machine), String::new()),
            Entry::Schedule { .. } => (ShapeKind::Trigger, "on schedule", self.head_words(machine), String::new()),
            Entry::Api(api) => (ShapeKind::Trigger, "on api", format!("\"{}\"", plain(&api.name)), names(&api.inputs)),
            Entry::Path { name, params } if params.is_empty() => (ShapeKind::Path, "path", name.clone(), String::new()),
            Entry::Path { name, params } => {
                (ShapeKind::Path, "path", format!("{name}({})", names(params)), String::new())
            }
        };
        let notes = if expected.is_empty() { Vec::new() } else { vec![format!("expect {expected}")] };
        Shape {
            id: String::new(),
            kind,
            line: machine.line,
            keyword: keyword.to_owned(),
            words,
            notes,
            walk: Walk::Untold,
        }
    }

    /// What stands behind a trigger's `on sms` or `on schedule`.
    fn head_words(&self, machine: &Machine) -> String {
        let words = words(self.source.slice(machine.head));
        let keywords = words.iter().take_while(|word| matches!(word.as_str(), "on" | "sms" | "schedule")).count();
        words.iter().skip(keywords).map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The ways that lead on from a step, in the order of the file, as far as they are drawn.
    fn exits(&self, mark: Mark, node: &Node) -> Vec<Exit> {
        let ways = node.ways(self.source);
        let drawn = ways.iter().filter(|way| match (&node.kind, &way.arm) {
            // That a run ends where a message cannot be sent is so everywhere, and is drawn nowhere.
            (NodeKind::Sms { .. }, Arm::AnyFail) => way.to.is_some() || ways.len() > 2,
            (_, Arm::Timeout) => way.to.is_some() || self.within(node).is_some(),
            _ => true,
        });
        let mut exits: Vec<Exit> = drawn
            .map(|way| Exit {
                to: way.to,
                label: self.label(node, &way.arm),
                kind: if matches!(way.arm, Arm::Fail(_) | Arm::AnyFail) { WayKind::Fail } else { WayKind::Plain },
                walk: self.gone(mark, way.to),
            })
            .collect();
        if let (NodeKind::Sms { .. }, [only]) = (&node.kind, exits.as_mut_slice()) {
            only.label.clear();
        }
        exits
    }

    /// Whether tests have come to a step.
    fn come_to(&self, mark: Mark) -> Walk {
        Walk::of(self.coverage.map(|coverage| coverage.has_come_to(mark)))
    }

    /// Whether they have gone on from it so. Nobody wrote that a run is over with a step's outcome, so nobody misses it.
    fn gone(&self, from: Mark, to: Option<NodeId>) -> Walk {
        match Walk::of(self.coverage.map(|coverage| coverage.has_gone(from, to))) {
            Walk::Missed if to.is_none() => Walk::Unasked,
            walk => walk,
        }
    }

    /// When a way is taken, in a picture's words.
    fn label(&self, node: &Node, arm: &Arm) -> String {
        match arm {
            Arm::Holds => "yes".to_owned(),
            Arm::HoldsNot => "no".to_owned(),
            Arm::Timeout => {
                self.within(node).map_or_else(|| "no reply".to_owned(), |within| format!("no reply in {within}"))
            }
            Arm::Case(patterns) => shortened(&plain(patterns), LABEL),
            arm => arm.words(),
        }
    }

    /// How long an `ask` waits, if it says so.
    fn within(&self, node: &Node) -> Option<String> {
        words(self.source.slice(node.span)).into_iter().skip_while(|word| word != "within").nth(1)
    }
}

fn id(machine: usize, node: NodeId) -> String {
    format!("m{machine}s{}", node.0)
}

/// Response variables, as a note.
fn bound(bindings: &[Binding]) -> Vec<String> {
    let names: Vec<&str> = bindings.iter().map(|binding| binding.variable.name.as_str()).collect();
    if names.is_empty() { Vec::new() } else { vec![format!("< {} >", names.join(", "))] }
}

/// A URL without its quotes and its scheme, which say nothing in a picture.
fn address(url: &str) -> String {
    let bare = url.strip_prefix('"').and_then(|url| url.strip_suffix('"')).unwrap_or(url);
    bare.strip_prefix("https://").or_else(|| bare.strip_prefix("http://")).unwrap_or(bare).to_owned()
}

/// How many words of a step there are up to what it says to somebody: the first string that is no phone number.
fn message(words: &[String]) -> usize {
    let is_text = |(at, word): (usize, &String)| {
        let before = at.checked_sub(1).and_then(|at| words.get(at)).map(String::as_str);
        word.starts_with('"') && !matches!(before, Some("to" | "from"))
    };
    words.iter().enumerate().position(is_text).map_or(words.len(), |at| at + 1)
}

fn summary(picture: &Picture) -> String {
    let steps = |cluster: &Cluster| {
        let own = picture.shapes.get(cluster.shapes.clone()).unwrap_or_default();
        let steps = own.iter().skip(1).filter(|shape| !shape.kind.is_mark()).count();
        let word = if steps == 1 { "step" } else { "steps" };
        format!("{}: {steps} {word}", cluster.title)
    };
    let clusters: Vec<String> = picture.clusters.iter().map(steps).collect();
    format!("The flow as a chart, from top to bottom. {}.", clusters.join("; "))
}
