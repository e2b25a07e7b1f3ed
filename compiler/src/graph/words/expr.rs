//! An expression as a flow would write it, constants by their values. Two expressions have the same words exactly if they
//! say the same.

use crate::graph::{Expr, ExprKind, FailureField, Part, UrlPart};
use std::fmt::Write;

/// Where an expression stands: names have a dollar sign, but for those within `${…}`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Within,
}

/// The words of an expression that stands by itself.
pub(super) fn expr(expr: &Expr) -> String {
    written(expr, Place::Outside)
}

/// A text in its quotes.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text cut at its values, in its quotes.
pub(super) fn template(parts: &[Part]) -> String {
    string(parts.iter().map(|part| match part {
        Part::Literal(text) => Piece::Fixed(text),
        Part::Value(value) => Piece::Value(value),
    }))
}

/// A URL cut at its values, in its quotes.
pub(super) fn url(parts: &[UrlPart]) -> String {
    string(parts.iter().map(|part| match part {
        UrlPart::Fixed(text) => Piece::Fixed(text),
        UrlPart::Value(value, _) => Piece::Value(value),
    }))
}

enum Piece<'a> {
    Fixed(&'a str),
    Value(&'a Expr),
}

fn string<'a>(pieces: impl Iterator<Item = Piece<'a>>) -> String {
    let pieces: Vec<Piece<'_>> = pieces.collect();
    let mut words = String::from("\"");
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Fixed(text) => words.push_str(&escaped(text)),
            Piece::Value(value) => {
                let next = match pieces.get(at + 1) {
                    Some(Piece::Fixed(text)) => text.chars().next(),
                    _ => None,
                };
                // What stands behind a name might be taken for a part of it.
                let is_apart = next.is_none_or(|next| !next.is_ascii_alphanumeric() && !matches!(next, '_' | '.'));
                let is_name = matches!(
                    value.kind,
                    ExprKind::Variable(_) | ExprKind::Failure(_) | ExprKind::Now(..) | ExprKind::Secret(_)
                );
                if is_name && is_apart {
                    words.push_str(&written(value, Place::Outside));
                } else {
                    // A `String` takes whatever is written to it.
                    let _ = write!(words, "${{{}}}", written(value, Place::Within));
                }
            }
        }
    }
    words.push('"');
    words
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '$' => escaped.push_str("$$"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn written(expr: &Expr, place: Place) -> String {
    let name = |name: &str| match place {
        Place::Outside => format!("${name}"),
        Place::Within => name.to_owned(),
    };
    let part = |expr: &Expr| written(expr, place);
    match &expr.kind {
        ExprKind::Literal(text) => quoted(text),
        ExprKind::Template(parts) => template(parts),
        ExprKind::Url(parts) => url(parts),
        ExprKind::Int(number) => number.to_string(),
        ExprKind::Number(digits) => digits.clone(),
        ExprKind::Bool(truth) => truth.to_string(),
        ExprKind::Variable(variable) => name(variable),
        ExprKind::Secret(secret) => name(secret),
        ExprKind::Failure(field) => name(match field {
            FailureField::Kind => "failure.kind",
            FailureField::Status => "failure.status",
            FailureField::Message => "failure.message",
        }),
        ExprKind::Now(variable, field) => name(&format!("{variable}.{field}")),
        ExprKind::Not(operand) => format!("not ({})", part(operand)),
        ExprKind::Minus(operand) => format!("-({})", part(operand)),
        ExprKind::Binary(op, left, right) => format!("({} {} {})", part(left), op.as_str(), part(right)),
        ExprKind::Coalesce(left, right) => format!("({} ?? {})", part(left), part(right)),
        ExprKind::Function(function, args) => {
            let args: Vec<String> = args.iter().map(part).collect();
            format!("{}({})", function.name(), args.join(", "))
        }
        ExprKind::Missing => "null".to_owned(),
        ExprKind::IsMissing(operand) => format!("({} == null)", part(operand)),
        // What the compiler adds has no words.
        ExprKind::ToNumber(operand) | ExprKind::Present(operand) => part(operand),
    }
}
