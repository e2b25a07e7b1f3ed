//! What is known of an expression when the flow is compiled.

use crate::resolve::names::{Names, Referent};
use crate::syntax::ast::{Expr, ExprKind, File, Part, UnaryOp};

/// The text of an expression that is known when the flow is compiled: a literal or a constant, or a string of these.
pub(crate) fn constant_text(file: &File, names: &Names, expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Text(parts) => parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => Some(text.value.clone()),
                Part::Value(value) => constant_text(file, names, value),
            })
            .collect(),
        ExprKind::Number(digits) => Some(digits.clone()),
        ExprKind::Bool(value) => Some(value.to_string()),
        ExprKind::Unary(UnaryOp::Minus, operand) => match &operand.kind {
            ExprKind::Number(digits) => Some(format!("-{digits}")),
            _ => None,
        },
        ExprKind::Variable(_, None) => match names.referent(expr.id) {
            // Names inside a constant's own value are not resolved, so this goes no deeper.
            Some(Referent::Const(at)) => constant_text(file, names, &file.consts.get(at)?.value),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression is a string with variables in it, so that only its fixed parts are known when the flow is
/// compiled.
pub(crate) fn is_template(file: &File, names: &Names, expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Text(_)) && constant_text(file, names, expr).is_none()
}
