//! What is known of a message's words when the flow is compiled.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::check::types::Type;
use crate::resolve::names::Referent;
use crate::sms;
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Part, Text};

/// The words of one message.
pub(super) struct Words {
    /// All of it.
    pub(super) span: Span,
    /// What is sent in any case: literals and constants.
    pub(super) fixed: String,
    /// The same with each value at its longest, as far as that is known.
    pub(super) longest: String,
    /// Values of any length, as they are written.
    pub(super) open: Vec<String>,
    /// Some values are known only when the flow runs.
    pub(super) varies: bool,
    /// The characters that GSM-7 does not hold, in their order.
    pub(super) dear: Vec<Dear>,
}

/// A character that GSM-7 does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dear {
    pub(super) character: char,
    /// Where it is written.
    pub(super) span: Span,
    /// The use of the constant that brings it.
    pub(super) of_constant: Option<Span>,
}

/// How long a value may become.
enum Extent {
    /// Known when the flow is compiled.
    Fixed(String),
    /// At most so many characters, all of them in GSM-7.
    AtMost(usize),
    /// Any.
    Open,
}

impl Words {
    /// `None`: it is no string.
    pub(super) fn of(context: &Context<'_>, text: &Expr) -> Option<Self> {
        let ExprKind::Text(parts) = &text.kind else { return None };
        let mut words = Self {
            span: text.span,
            fixed: String::new(),
            longest: String::new(),
            open: Vec::new(),
            varies: false,
            dear: Vec::new(),
        };
        for part in parts {
            match part {
                Part::Literal(literal) => {
                    words.dear_of(literal, None);
                    words.push(&literal.value);
                }
                Part::Value(value) => words.value(context, value),
            }
        }
        Some(words)
    }

    /// Nothing is sent, whatever happens when the flow runs.
    pub(super) fn is_empty(&self) -> bool {
        !self.varies && self.fixed.trim().is_empty()
    }

    fn push(&mut self, fixed: &str) {
        self.fixed.push_str(fixed);
        self.longest.push_str(fixed);
    }

    fn value(&mut self, context: &Context<'_>, value: &Expr) {
        self.dear_in(context, value);
        match extent(context, value) {
            Extent::Fixed(text) => self.push(&text),
            Extent::AtMost(characters) => {
                self.varies = true;
                self.longest.extend(std::iter::repeat_n('0', characters));
            }
            Extent::Open => {
                self.varies = true;
                self.open.push(match &value.kind {
                    ExprKind::Variable(name, None) => format!("${}", name.text),
                    ExprKind::Variable(name, Some(field)) => format!("${}.{}", name.text, field.text),
                    _ => context.source.get(value.span.range()).map_or("…".to_owned(), |text| format!("${{{text}}}")),
                });
            }
        }
    }

    /// The dear characters that a value brings for certain, or as the default behind `??`.
    fn dear_in(&mut self, context: &Context<'_>, value: &Expr) {
        match &value.kind {
            ExprKind::Text(parts) => {
                for part in parts {
                    match part {
                        Part::Literal(literal) => self.dear_of(literal, None),
                        Part::Value(inner) => self.dear_in(context, inner),
                    }
                }
            }
            ExprKind::Binary(BinaryOp::Coalesce, left, right) => {
                self.dear_in(context, left);
                self.dear_in(context, right);
            }
            ExprKind::Variable(_, None) => {
                let Some(Referent::Const(at)) = context.names.referent(value.id) else { return };
                let Some(ExprKind::Text(parts)) = context.file.consts.get(at).map(|constant| &constant.value.kind)
                else {
                    return;
                };
                for part in parts {
                    if let Part::Literal(literal) = part {
                        self.dear_of(literal, Some(value.span));
                    }
                }
            }
            _ => {}
        }
    }

    fn dear_of(&mut self, literal: &Text, of_constant: Option<Span>) {
        let is_plain = literal.span.range().len() == literal.value.len();
        for (at, character) in literal.value.char_indices().filter(|(_, character)| !sms::holds(*character)) {
            let start = literal.span.start as usize + at;
            // An escape is one place, whatever it stands for.
            let span = if is_plain { Span::new(start, start + character.len_utf8()) } else { literal.span };
            self.dear.push(Dear { character, span, of_constant });
        }
    }
}

fn extent(context: &Context<'_>, value: &Expr) -> Extent {
    if let Some(text) = constant_text(context.file, context.names, value) {
        return Extent::Fixed(text);
    }
    if let ExprKind::Binary(BinaryOp::Coalesce, left, right) = &value.kind {
        return match (characters(context, left), characters(context, right)) {
            (Some(left), Some(right)) => Extent::AtMost(left.max(right)),
            _ => Extent::Open,
        };
    }
    match context.types.expr(value).ty {
        // `-9223372036854775808`
        Type::Int => Extent::AtMost(20),
        // A sign, a zero, a point and 28 digits.
        Type::Number => Extent::AtMost(31),
        Type::Bool => Extent::AtMost(5),
        // E.164: a plus and 15 digits.
        Type::Phone => Extent::AtMost(16),
        _ => Extent::Open,
    }
}

/// The most characters of a value, if there is a bound.
fn characters(context: &Context<'_>, value: &Expr) -> Option<usize> {
    match extent(context, value) {
        Extent::Fixed(text) => Some(text.chars().count()),
        Extent::AtMost(characters) => Some(characters),
        Extent::Open => None,
    }
}
