//! The values that a flow tells apart: what it compares with, and examples of each type around them.

use serde_json::{Value as Json, json};

use super::pattern;
use crate::check::function::Function;
use crate::check::types::{Item, Type};
use crate::graph::{Entry, Expr, ExprKind, FlowGraph, NodeKind};
use crate::syntax::ast::BinaryOp;
use flow_query::Pattern;

/// A text that no flow expects.
const SOMETHING_ELSE: &str = "something else";

/// What a flow compares values with, over all its triggers and paths, each once and in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// Words, and texts that its patterns match.
    pub(super) texts: Vec<String>,
    /// Numbers, each with the next one below and above.
    numbers: Vec<String>,
    /// How long a text or a list may be.
    lengths: Vec<usize>,
    /// It looks at the digits of texts.
    takes_digits: bool,
    /// It looks at the pictures of a message.
    pub(super) takes_media: bool,
}

impl Pool {
    /// Reads a flow.
    pub(super) fn of(graph: &FlowGraph) -> Self {
        let mut pool = Self::default();
        for machine in &graph.machines {
            if let Entry::Sms { matching: Some(matching), .. } = &machine.entry {
                let fits = Pattern::whole_in_any_case(matching);
                let fits = |text: &str| fits.as_ref().is_ok_and(|pattern| pattern.is_match(text));
                pattern::texts(matching, &fits).into_iter().for_each(|text| pool.text(text));
            }
            // Each step stands behind those it leads to.
            for node in machine.nodes.iter().rev() {
                node.kind.each_expr(&mut |expr| expr.walk(&mut |expr| pool.expr(expr)));
                if let NodeKind::Match { cases, .. } = &node.kind {
                    cases.iter().flat_map(|(patterns, _)| patterns).for_each(|pattern| pool.literal(pattern));
                }
            }
        }
        pool.with_digits();
        pool
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Binary(op, left, right) if compares(*op) => {
                let measured =
                    [left, right].iter().any(|side| matches!(side.kind, ExprKind::Function(Function::Length, _)));
                for side in [left, right] {
                    match (&side.kind, measured) {
                        (ExprKind::Int(length), true) => self.length(*length),
                        _ => self.literal(side),
                    }
                }
            }
            ExprKind::Function(Function::Contains, args) => args.iter().skip(1).for_each(|part| self.literal(part)),
            ExprKind::Function(Function::Matches, args) => {
                if let Some(Expr { kind: ExprKind::Literal(text), .. }) = args.get(1) {
                    let fits = Pattern::whole(text);
                    let fits = |text: &str| fits.as_ref().is_ok_and(|pattern| pattern.is_match(text));
                    pattern::texts(text, &fits).into_iter().for_each(|text| self.text(text));
                }
            }
            ExprKind::Function(Function::Digits, _) => self.takes_digits = true,
            ExprKind::Variable(name) => {
                self.takes_media |= name == "media" && expr.typed.ty == Type::List(Item::Url);
            }
            _ => {}
        }
    }

    fn literal(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(text) => self.text(text.clone()),
            ExprKind::Int(value) => {
                let around = [value.checked_sub(1), Some(*value), value.checked_add(1)];
                around.into_iter().flatten().for_each(|value| self.number(value.to_string()));
            }
            ExprKind::Number(digits) => {
                // An example needs no more digits than a float has.
                let value: f64 = digits.parse().unwrap_or_default();
                [(value - 1.0).to_string(), digits.clone(), (value + 1.0).to_string()]
                    .into_iter()
                    .for_each(|number| self.number(number));
            }
            ExprKind::ToNumber(inner) | ExprKind::Present(inner) => self.literal(inner),
            _ => {}
        }
    }

    fn text(&mut self, text: String) {
        if !self.texts.contains(&text) {
            self.texts.push(text);
        }
    }

    fn number(&mut self, number: String) {
        if !self.numbers.contains(&number) {
            self.numbers.push(number);
        }
    }

    fn length(&mut self, length: i64) {
        const MOST: i64 = 1_600;
        for length in [length - 1, length, length + 1] {
            if (0..=MOST).contains(&length)
                && let Ok(length) = usize::try_from(length)
                && !self.lengths.contains(&length)
            {
                self.lengths.push(length);
            }
        }
    }

    /// A word and a number, as in `towels 101`: where a flow takes the digits out of a text, some other words lead there.
    fn with_digits(&mut self) {
        if !self.takes_digits {
            return;
        }
        let lengths: Vec<usize> = if self.lengths.is_empty() { vec![3] } else { self.lengths.clone() };
        let numbers: Vec<String> = lengths.into_iter().filter(|length| *length > 0).map(digits).collect();
        let words: Vec<String> =
            self.texts.iter().filter(|text| text.chars().all(char::is_alphabetic)).cloned().collect();
        let words = words.iter().filter(|word| !word.is_empty());
        let both: Vec<String> =
            words.flat_map(|word| numbers.iter().map(move |number| format!("{word} {number}"))).collect();
        both.into_iter().chain(numbers.clone()).for_each(|text| self.text(text));
    }

    /// What a person may write of their own accord, or where any reply will do: something that is not expected first.
    pub(super) fn words(&self) -> Vec<String> {
        let plain = if self.texts.is_empty() { "hello" } else { SOMETHING_ELSE };
        let mut words = vec![plain.to_owned()];
        words.extend(self.texts.iter().filter(|text| !text.is_empty()).cloned());
        words.extend(self.lengths.iter().filter(|length| **length > 0).map(|length| self.long(*length)));
        // Words that the carriers and the program know (CTIA, "Messaging Principles and Best Practices") come last: where
        // another word leads to the same step, it is the clearer example.
        let (known, others): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| is_known(word));
        others.into_iter().chain(known).collect()
    }

    fn long(&self, length: usize) -> String {
        if self.takes_digits { digits(length) } else { "a".repeat(length) }
    }

    /// Examples of a type, the plainest first; `name` is what the value is called.
    pub(super) fn values(&self, name: &str, ty: Type) -> Vec<Json> {
        match ty {
            Type::Text | Type::Unknown | Type::Scalar => {
                let own = plain(name, ty);
                let texts = self.texts.iter().cloned();
                let long = self.lengths.iter().map(|length| self.long(*length));
                let texts = texts.chain(long).map(Json::from).filter(|text| *text != own);
                [own.clone()].into_iter().chain(texts).collect()
            }
            Type::Int => self.numbers("2").filter_map(|text| text.parse::<i64>().ok()).map(Json::from).collect(),
            Type::Number => self.numbers("12.5").filter_map(|text| serde_json::from_str(&text).ok()).collect(),
            Type::Bool => vec![json!(true), json!(false)],
            Type::Phone => {
                let own = "+13055550177".to_owned();
                let known = self.texts.iter().filter(|text| crate::check::literal::is_phone(text)).cloned();
                [own].into_iter().chain(known).map(Json::from).collect()
            }
            Type::Url => vec![json!("https://example.com/a")],
            Type::Json | Type::Failure | Type::Now | Type::Null => vec![json!({ "a": 1 })],
            Type::List(item) => {
                let element = self.values(name, item.into()).into_iter().next().unwrap_or_default();
                let lengths = [1, 0].into_iter().chain(self.lengths.iter().copied().filter(|length| *length < 20));
                let mut lists: Vec<Json> = Vec::new();
                for length in lengths {
                    let list = Json::Array(vec![element.clone(); length]);
                    if !lists.contains(&list) {
                        lists.push(list);
                    }
                }
                lists
            }
        }
    }

    /// As replies to a question that takes this type: as a person writes them.
    pub(super) fn replies(&self, name: &str, ty: Type) -> Vec<String> {
        match ty {
            Type::Text | Type::Scalar | Type::Unknown => self.words(),
            Type::Bool => ["yes", "no"].map(str::to_owned).into(),
            _ => self.values(name, ty).iter().map(written).collect(),
        }
    }

    fn numbers(&self, own: &str) -> impl Iterator<Item = String> {
        let own = own.to_owned();
        let others: Vec<String> = self.numbers.iter().filter(|number| **number != own).cloned().collect();
        [own].into_iter().chain(others)
    }

    /// HTTP statuses that the flow may tell apart.
    pub(super) fn statuses(&self) -> impl Iterator<Item = u16> {
        self.numbers.iter().filter_map(|number| number.parse().ok()).filter(|status| (400..600).contains(status))
    }
}

/// A reply that has none of the types but `text`.
pub(super) fn not_understood() -> &'static str {
    SOMETHING_ELSE
}

/// A value without the quotes of JSON.
pub(super) fn written(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn compares(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge)
}

fn digits(length: usize) -> String {
    "1234567890".chars().cycle().take(length).collect()
}

fn is_known(text: &str) -> bool {
    let known = ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "start", "unstop", "help", "info"];
    known.contains(&text.trim().to_ascii_lowercase().as_str())
}

/// What a value of this name may look like.
fn plain(name: &str, ty: Type) -> Json {
    let name = name.to_ascii_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    match ty {
        Type::Scalar if has(&["temp", "price", "amount", "total", "count", "points", "degrees"]) => json!(72),
        _ if has(&["name"]) => json!("Ann"),
        _ if has(&["city", "town"]) => json!("Springfield"),
        _ if has(&["mail"]) => json!("ann@example.com"),
        _ if has(&["date", "day"]) => json!("2030-01-08"),
        _ if has(&["time"]) => json!("18:30"),
        _ if has(&["number", "code", "ticket", "id", "room"]) => json!("A12"),
        _ => json!(format!("some {name}")),
    }
}
