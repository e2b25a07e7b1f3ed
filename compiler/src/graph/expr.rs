//! Typed expressions: what is left of an expression when names, types and constants are known.

use super::UrlPart;
use crate::check::constant::constant_text;
use crate::check::function::Function;
use crate::check::infer::Types;
use crate::check::types::{Type, Typed};
use crate::resolve::names::{Names, Referent};
use crate::syntax::ast::{self, BinaryOp, File, UnaryOp};

/// An expression with its type.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its type.
    pub typed: Typed,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// Fixed words; of type text, phone or url.
    Literal(String),
    /// Words with values in them.
    Template(Vec<Part>),
    /// A URL with values in it.
    Url(Vec<UrlPart>),
    /// A whole number.
    Int(i64),
    /// A decimal by its digits.
    Number(String),
    /// `true`, `false`
    Bool(bool),
    /// A variable.
    Variable(String),
    /// A field of `$failure`.
    Failure(FailureField),
    /// A field of `$now`, or of a variable that was set to it.
    Now(String, String),
    /// A secret.
    Secret(String),
    /// `not x`
    Not(Box<Expr>),
    /// `-x`
    Minus(Box<Expr>),
    /// All operators but `??`.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a ?? b`
    Coalesce(Box<Expr>, Box<Expr>),
    /// A function of the language.
    Function(Function, Vec<Expr>),
    /// A whole number where a decimal is wanted.
    ToNumber(Box<Expr>),
    /// `null`: nothing, where a value may be missing.
    Missing,
    /// `x == null`
    IsMissing(Box<Expr>),
    /// A value that is there, where one may be missing.
    Present(Box<Expr>),
}

/// A part of a text.
#[derive(Clone, Debug)]
pub enum Part {
    /// Fixed words.
    Literal(String),
    /// A single value.
    Value(Expr),
}

/// The fields of `$failure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FailureField {
    Kind,
    Status,
    Message,
}

/// Turns expressions of the tree into typed ones.
#[derive(Clone, Copy)]
pub(super) struct Lowering<'a> {
    pub(super) file: &'a File,
    pub(super) names: &'a Names,
    pub(super) types: &'a Types,
}

impl Lowering<'_> {
    /// As a text: any single value becomes one.
    pub(super) fn text(&self, expr: &ast::Expr) -> Expr {
        let lowered = self.expr(expr);
        match (&lowered.kind, lowered.typed.ty) {
            (_, Type::Text) if !lowered.typed.optional => lowered,
            _ => Expr { typed: Typed::of(Type::Text), kind: ExprKind::Template(vec![Part::Value(lowered)]) },
        }
    }

    /// As a value of this type, which the checks have found it to fit.
    pub(super) fn expr_as(&self, expr: &ast::Expr, wanted: Type) -> Expr {
        if matches!(wanted, Type::Phone | Type::Url)
            && let Some(text) = constant_text(self.file, self.names, expr)
        {
            return Expr { typed: Typed::of(wanted), kind: ExprKind::Literal(text) };
        }
        coerced(self.expr(expr), wanted)
    }

    pub(super) fn expr(&self, expr: &ast::Expr) -> Expr {
        let typed = self.types.expr(expr);
        Expr { typed, kind: self.kind(expr, typed) }
    }

    fn kind(&self, expr: &ast::Expr, typed: Typed) -> ExprKind {
        match &expr.kind {
            ast::ExprKind::Text(parts) => self.template(parts),
            ast::ExprKind::Number(digits) => number(digits),
            ast::ExprKind::Bool(value) => ExprKind::Bool(*value),
            ast::ExprKind::Variable(name, field) => self.variable(expr, name, field.as_ref()),
            ast::ExprKind::Unary(UnaryOp::Not, operand) => ExprKind::Not(Box::new(self.expr(operand))),
            ast::ExprKind::Unary(UnaryOp::Minus, operand) if matches!(operand.kind, ast::ExprKind::Number(_)) => {
                negative(self.kind(operand, typed))
            }
            ast::ExprKind::Unary(UnaryOp::Minus, operand) => ExprKind::Minus(Box::new(self.expr(operand))),
            ast::ExprKind::Binary(BinaryOp::Coalesce, left, right) => {
                ExprKind::Coalesce(Box::new(self.expr(left)), Box::new(self.expr_as(right, typed.ty)))
            }
            ast::ExprKind::Binary(op, left, right) if is_null(left) || is_null(right) => {
                let value = if is_null(left) { right } else { left };
                let missing = ExprKind::IsMissing(Box::new(self.expr(value)));
                match op {
                    BinaryOp::Ne => ExprKind::Not(Box::new(Expr { typed, kind: missing })),
                    _ => missing,
                }
            }
            ast::ExprKind::Binary(op, left, right) => {
                let (wanted_left, wanted_right) = self.operand_types(*op, left, right, typed);
                ExprKind::Binary(
                    *op,
                    Box::new(self.expr_as(left, wanted_left)),
                    Box::new(self.expr_as(right, wanted_right)),
                )
            }
            ast::ExprKind::Function(name, args) => match Function::named(&name.text) {
                Some(function) => {
                    let params = function.params();
                    let args = args.iter().zip(params).map(|(arg, wanted)| self.expr_as(arg, *wanted)).collect();
                    ExprKind::Function(function, args)
                }
                None => ExprKind::Literal(String::new()),
            },
            ast::ExprKind::Null => ExprKind::Missing,
            ast::ExprKind::Bad => ExprKind::Literal(String::new()),
        }
    }

    /// A text cut at its values.
    pub(super) fn parts(&self, expr: &ast::Expr) -> Vec<Part> {
        match self.text(expr).kind {
            ExprKind::Template(parts) => parts,
            ExprKind::Literal(text) => vec![Part::Literal(text)],
            kind => vec![Part::Value(Expr { typed: Typed::of(Type::Text), kind })],
        }
    }

    /// Both operands of arithmetic and comparisons are of one type.
    fn operand_types(&self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, typed: Typed) -> (Type, Type) {
        let (a, b) = (self.types.expr(left).ty, self.types.expr(right).ty);
        match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => (typed.ty, typed.ty),
            _ if a.is_numeric() && b.is_numeric() && a != b => (Type::Number, Type::Number),
            // A text literal beside a phone number or a URL is one itself.
            _ if matches!(a, Type::Phone | Type::Url) => (a, a),
            _ if matches!(b, Type::Phone | Type::Url) => (b, b),
            _ => (a, b),
        }
    }

    fn template(&self, parts: &[ast::Part]) -> ExprKind {
        let mut lowered: Vec<Part> = Vec::new();
        for part in parts {
            let literal = match part {
                ast::Part::Literal(text) => Some(text.value.clone()),
                ast::Part::Value(expr) => constant_text(self.file, self.names, expr),
            };
            match (literal, lowered.last_mut(), part) {
                (Some(text), Some(Part::Literal(before)), _) => before.push_str(&text),
                (Some(text), _, _) => lowered.push(Part::Literal(text)),
                (None, _, ast::Part::Value(expr)) => lowered.push(Part::Value(self.expr(expr))),
                (None, _, ast::Part::Literal(_)) => {}
            }
        }
        match lowered.as_mut_slice() {
            [] => ExprKind::Literal(String::new()),
            [Part::Literal(text)] => ExprKind::Literal(std::mem::take(text)),
            _ => ExprKind::Template(lowered),
        }
    }

    fn variable(&self, expr: &ast::Expr, name: &ast::Name, field: Option<&ast::Name>) -> ExprKind {
        match (self.names.referent(expr.id), field.map(|field| field.text.as_str())) {
            (Some(Referent::Secret(_)), _) => ExprKind::Secret(name.text.clone()),
            (Some(Referent::Const(at)), _) => match self.file.consts.get(at) {
                Some(constant) => self.expr(&constant.value).kind,
                None => ExprKind::Literal(String::new()),
            },
            (Some(Referent::Var(var)), Some(field)) if self.types.var(var).ty == Type::Now => {
                ExprKind::Now(name.text.clone(), field.to_owned())
            }
            (_, Some("status")) => ExprKind::Failure(FailureField::Status),
            (_, Some("message")) => ExprKind::Failure(FailureField::Message),
            (_, Some(_)) => ExprKind::Failure(FailureField::Kind),
            (_, None) => ExprKind::Variable(name.text.clone()),
        }
    }
}

/// A literal with its sign.
fn negative(number: ExprKind) -> ExprKind {
    match number {
        ExprKind::Int(value) => ExprKind::Int(-value),
        ExprKind::Number(digits) => ExprKind::Number(format!("-{digits}")),
        other => other,
    }
}

fn is_null(expr: &ast::Expr) -> bool {
    matches!(expr.kind, ast::ExprKind::Null)
}

/// A whole number becomes a decimal where one is wanted.
fn coerced(expr: Expr, wanted: Type) -> Expr {
    if expr.typed.ty != Type::Int || wanted != Type::Number {
        return expr;
    }
    let typed = Typed { ty: Type::Number, optional: expr.typed.optional };
    let kind = match expr.kind {
        ExprKind::Int(value) => ExprKind::Number(value.to_string()),
        _ => ExprKind::ToNumber(Box::new(expr)),
    };
    Expr { typed, kind }
}

fn number(digits: &str) -> ExprKind {
    match digits.parse::<i64>() {
        Ok(value) => ExprKind::Int(value),
        Err(_) => ExprKind::Number(digits.to_owned()),
    }
}

impl Expr {
    /// Calls back for this expression and all within it.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        match &self.kind {
            ExprKind::Template(parts) => {
                for part in parts {
                    if let Part::Value(value) = part {
                        value.walk(visit);
                    }
                }
            }
            ExprKind::Url(parts) => {
                for part in parts {
                    if let UrlPart::Value(value, _) = part {
                        value.walk(visit);
                    }
                }
            }
            ExprKind::Not(operand)
            | ExprKind::Minus(operand)
            | ExprKind::ToNumber(operand)
            | ExprKind::IsMissing(operand)
            | ExprKind::Present(operand) => operand.walk(visit),
            ExprKind::Binary(_, left, right) | ExprKind::Coalesce(left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            ExprKind::Function(_, args) => args.iter().for_each(|arg| arg.walk(visit)),
            ExprKind::Literal(_)
            | ExprKind::Int(_)
            | ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::Variable(_)
            | ExprKind::Missing
            | ExprKind::Failure(_)
            | ExprKind::Now(..)
            | ExprKind::Secret(_) => {}
        }
    }
}
