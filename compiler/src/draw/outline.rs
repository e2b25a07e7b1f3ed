//! From the graph of a flow to its picture: which shape each step has, and what it says.

use super::picture::{Cluster, Picture, Shape, ShapeKind, Way, WayKind};
use super::words::{plain, shortened, words};
use crate::graph::{Entry, Expr, ExprKind, Fail, Fails, FlowGraph, Machine, Node, NodeId, NodeKind, Variable};
use crate::source::SourceFile;
use std::collections::{BTreeMap, BTreeSet};

/// Characters of a way's label.
const LABEL: usize = 28;

/// The picture of a flow; `source` is the file that the graph was built from.
pub(super) fn outline(graph: &FlowGraph, source: &SourceFile) -> Picture {
    let picture = Picture { name: plain(&graph.name), ..Picture::default() };
    let mut outline = Outline { source, picture, heads: Vec::new(), jumps: Vec::new() };
    for (at, machine) in graph.machines.iter().enumerate() {
        outline.machine(at, machine);
    }
    for (from, machine) in std::mem::take(&mut outline.jumps) {
        if let Some(to) = outline.heads.get(machine).copied() {
            outline.way(from, to, "", WayKind::Jump);
        }
    }
    outline.picture.summary = summary(&outline.picture);
    outline.picture
}

struct Outline<'a> {
    source: &'a SourceFile,
    picture: Picture,
    /// The head's shape of each machine.
    heads: Vec<usize>,
    /// The shapes that jump, and the machines that they jump to.
    jumps: Vec<(usize, usize)>,
}

/// A way that a step leads on.
struct Exit {
    /// `None` if the run is over.
    to: Option<NodeId>,
    label: String,
    kind: WayKind,
}

impl Exit {
    fn new(label: impl Into<String>, to: NodeId) -> Self {
        Self { to: Some(to), label: label.into(), kind: WayKind::Plain }
    }

    fn failing(label: impl Into<String>, to: Option<NodeId>) -> Self {
        Self { to, label: label.into(), kind: WayKind::Fail }
    }

    /// The ways of a step's failures; those that nothing takes end the run.
    fn failures(fails: &Fails) -> Vec<Self> {
        let narrowed = fails.narrowed.iter().map(|(filter, to)| Self::failing(filter.words(), Some(*to)));
        let otherwise = match fails.otherwise {
            Fail::Arm(to) => Some(to),
            Fail::Ends => None,
        };
        narrowed.chain([Self::failing("fail", otherwise)]).collect()
    }
}

impl Outline<'_> {
    fn machine(&mut self, at: usize, machine: &Machine) {
        let first = self.picture.shapes.len();
        let mut shape = self.head(machine);
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
        let reached = reached(machine);
        for number in reached.iter().rev().copied() {
            let Some(node) = machine.node(number).filter(|node| passed(node).is_none()) else {
                continue;
            };
            if let Some(shape) = self.shape(id(at, number), node).filter(|_| !shapes.contains_key(&number)) {
                shapes.insert(number, self.add(shape));
            }
            if let (NodeKind::Goto { machine, .. }, Some(from)) = (&node.kind, shapes.get(&number)) {
                self.jumps.push((*from, *machine));
            }
        }
        if !is_path {
            self.exit(first, Exit::new("", machine.start), &shapes, machine);
        }
        for (number, from) in shapes.iter().rev() {
            let node = machine.node(*number);
            for exit in node.map(|node| self.exits(node)).unwrap_or_default() {
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

    fn way(&mut self, from: usize, to: usize, label: impl Into<String>, kind: WayKind) {
        self.picture.ways.push(Way { from, to, label: label.into(), kind });
    }

    /// Draws a way on. Where the run ends, a mark of the way's own stands: one for all would draw lines to itself from
    /// everywhere.
    fn exit(&mut self, from: usize, exit: Exit, shapes: &BTreeMap<NodeId, usize>, machine: &Machine) {
        let mut to = exit.to;
        while let Some(next) = to.and_then(|to| machine.node(to)).and_then(passed) {
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
            })
        });
        self.way(from, to, exit.label, exit.kind);
    }

    /// The shape of a step; `None` for the end of a run, which is a mark at each way that leads to it.
    fn shape(&self, id: String, node: &Node) -> Option<Shape> {
        let words = words(self.source.slice(node.span));
        let shape = |kind, keywords: usize, words: &[String], notes| {
            let (keyword, rest) = words.split_at(keywords.min(words.len()));
            Shape { id, kind, line: node.line, keyword: keyword.join(" "), words: rest.join(" "), notes }
        };
        Some(match &node.kind {
            NodeKind::Call { call, .. } => {
                let method = words.iter().position(|word| *word == call.method).unwrap_or(1);
                let url = words.get(method + 1).map(|url| address(url)).unwrap_or_default();
                let mut said: Vec<String> = words.into_iter().take(method + 1).collect();
                said.push(url);
                let names: Vec<&str> = call.bindings.iter().map(|binding| binding.variable.name.as_str()).collect();
                let notes = if names.is_empty() { Vec::new() } else { vec![format!("< {} >", names.join(", "))] };
                shape(ShapeKind::Call, method + 1, &said, notes)
            }
            NodeKind::Sms { .. } | NodeKind::Ask { .. } => {
                let (said, rest) = words.split_at(message(&words));
                let notes = if rest.is_empty() { Vec::new() } else { vec![rest.join(" ")] };
                shape(ShapeKind::Message, 1, said, notes)
            }
            NodeKind::If { .. } | NodeKind::Present { .. } | NodeKind::Match { .. } => {
                shape(ShapeKind::Decision, 1, &words, Vec::new())
            }
            NodeKind::Set { .. } | NodeKind::Wait { .. } => shape(ShapeKind::Plain, 1, &words, Vec::new()),
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
        Shape { id: String::new(), kind, line: machine.line, keyword: keyword.to_owned(), words, notes }
    }

    /// What stands behind a trigger's `on sms` or `on schedule`.
    fn head_words(&self, machine: &Machine) -> String {
        let words = words(self.source.slice(machine.head));
        let keywords = words.iter().take_while(|word| matches!(word.as_str(), "on" | "sms" | "schedule")).count();
        words.iter().skip(keywords).map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The ways that lead on from a step, in the order of the file.
    fn exits(&self, node: &Node) -> Vec<Exit> {
        match &node.kind {
            NodeKind::Start { next } | NodeKind::Set { next, .. } | NodeKind::Wait { next, .. } => {
                vec![Exit::new("", *next)]
            }
            // That a run ends where a message cannot be sent is so everywhere, and is drawn nowhere.
            NodeKind::Sms { ok, fails, .. } if fails.narrowed.is_empty() && matches!(fails.otherwise, Fail::Ends) => {
                vec![Exit::new("", *ok)]
            }
            NodeKind::Call { ok, fails, .. } | NodeKind::Sms { ok, fails, .. } => {
                [Exit::new("ok", *ok)].into_iter().chain(Exit::failures(fails)).collect()
            }
            NodeKind::Ask { reply, timeout, .. } => {
                let mut exits = vec![Exit::new("reply", *reply)];
                let words = words(self.source.slice(node.span));
                let within = words.iter().skip_while(|word| *word != "within").nth(1);
                let label = within.map_or_else(|| "no reply".to_owned(), |within| format!("no reply in {within}"));
                if timeout.is_some() || within.is_some() {
                    exits.push(Exit { to: *timeout, label, kind: WayKind::Plain });
                }
                exits
            }
            NodeKind::If { then, otherwise, .. } => vec![Exit::new("yes", *then), Exit::new("no", *otherwise)],
            NodeKind::Present { then, otherwise, .. } => {
                // `$x == null` asks whether it is missing.
                let is_missing = self.source.slice(node.span).contains("==");
                let (yes, no) = if is_missing { (*otherwise, *then) } else { (*then, *otherwise) };
                vec![Exit::new("yes", yes), Exit::new("no", no)]
            }
            NodeKind::Match { cases, otherwise, .. } => {
                let cases = cases.iter().map(|(patterns, to)| {
                    let patterns: Vec<String> = patterns.iter().map(literal).collect();
                    Exit::new(shortened(&patterns.join(" | "), LABEL), *to)
                });
                cases.chain(otherwise.map(|to| Exit::new("else", to))).collect()
            }
            NodeKind::Goto { .. } | NodeKind::End => Vec::new(),
        }
    }
}

/// Where a step leads that only fits types to each other: nobody wrote it, so nobody is shown it.
fn passed(node: &Node) -> Option<NodeId> {
    match &node.kind {
        NodeKind::Set { value, next, .. } if matches!(value.kind, ExprKind::Present(_)) => Some(*next),
        _ => None,
    }
}

/// The steps that a run can come to.
fn reached(machine: &Machine) -> BTreeSet<NodeId> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![machine.start]);
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(machine.node(id).map(|node| node.kind.successors()).unwrap_or_default());
        }
    }
    reached
}

fn id(machine: usize, node: NodeId) -> String {
    format!("m{machine}s{}", node.0)
}

/// A pattern of `match` as it is written.
fn literal(pattern: &Expr) -> String {
    match &pattern.kind {
        ExprKind::Literal(text) => format!("\"{}\"", plain(text).replace('\\', "\\\\").replace('"', "\\\"")),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Number(digits) => digits.clone(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Minus(value) => format!("-{}", literal(value)),
        ExprKind::ToNumber(value) => literal(value),
        _ => "…".to_owned(),
    }
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
