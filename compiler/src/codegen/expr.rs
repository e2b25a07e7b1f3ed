//! Expressions. All variables are owned locals where an expression is evaluated; the last use of one moves it.

use super::border::is_copy;
use super::encoded;
use super::names::Names;
use crate::check::function::Function;
use crate::check::types::{Type, Typed};
use crate::graph::{Expr, ExprKind, FailureField, Part};
use crate::syntax::ast::BinaryOp;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// An owned value of the expression's Rust type.
pub(super) fn value(names: Names<'_>, expr: &Expr) -> TokenStream {
    match &expr.kind {
        ExprKind::Literal(text) => literal(text, expr.typed.ty),
        ExprKind::Template(parts) => template(names, parts),
        ExprKind::Url(parts) => {
            let url = encoded::url(names, parts);
            quote!(encode::url(#url)?)
        }
        ExprKind::Int(number) => {
            let number = Literal::i64_suffixed(*number);
            quote!(#number)
        }
        ExprKind::Number(digits) => quote!(value::number(#digits)),
        ExprKind::Bool(truth) => quote!(#truth),
        ExprKind::Variable(name) => {
            let variable = names.variable(name);
            if is_copy(expr.typed) || names.may_move(name) { quote!(#variable) } else { quote!(#variable.clone()) }
        }
        ExprKind::Failure(FailureField::Kind) => quote!(failure.kind.to_string()),
        ExprKind::Failure(FailureField::Message) => quote!(failure.message.clone()),
        ExprKind::Failure(FailureField::Status) => quote!(failure.status.map(i64::from)),
        ExprKind::Now(variable, field) => {
            let field = now(names, variable, field);
            if is_copy(expr.typed) { field } else { quote!(#field.clone()) }
        }
        ExprKind::Secret(name) => quote!(secrets.get(#name).to_owned()),
        ExprKind::Not(operand) => {
            let operand = operand_of(names, operand);
            quote!(!#operand)
        }
        ExprKind::Minus(operand) => {
            let negate = if expr.typed.ty == Type::Int { quote!(math::neg_int) } else { quote!(math::neg) };
            let operand = value(names, operand);
            quote!(#negate(#operand)?)
        }
        ExprKind::Binary(op, left, right) => binary(names, *op, left, right),
        ExprKind::Coalesce(left, right) => coalesce(names, expr.typed, left, right),
        ExprKind::Function(function, args) => call(names, *function, args),
        ExprKind::IsMissing(operand) => {
            let operand = match &operand.kind {
                ExprKind::Variable(name) => {
                    let variable = names.variable(name);
                    quote!(#variable)
                }
                _ => value(names, operand),
            };
            quote!(#operand.is_none())
        }
        ExprKind::Missing => quote!(None),
        ExprKind::Present(operand) => {
            let operand = value(names, operand);
            quote!(Some(#operand))
        }
        ExprKind::ToNumber(operand) => {
            let number = value(names, operand);
            if operand.typed.optional { quote!(#number.map(Number::from)) } else { quote!(Number::from(#number)) }
        }
    }
}

/// A `&str` of a text, a phone number or a URL.
pub(super) fn str_of(names: Names<'_>, expr: &Expr) -> TokenStream {
    match &expr.kind {
        ExprKind::Literal(text) => quote!(#text),
        ExprKind::Variable(name) => {
            let variable = names.variable(name);
            quote!(#variable.as_str())
        }
        ExprKind::Secret(name) => quote!(secrets.get(#name)),
        ExprKind::Failure(FailureField::Kind) => quote!(failure.kind.as_str()),
        ExprKind::Failure(FailureField::Message) => quote!(failure.message.as_str()),
        ExprKind::Now(variable, field) => {
            let field = now(names, variable, field);
            quote!(#field.as_str())
        }
        _ => {
            let text = value(names, expr);
            quote!(#text.as_str())
        }
    }
}

/// Something that `Display` writes as the value's text; cheaper than [`value`] where a borrow will do.
pub(super) fn display(names: Names<'_>, expr: &Expr) -> TokenStream {
    match &expr.kind {
        ExprKind::Literal(text) => quote!(#text),
        ExprKind::Variable(name) => {
            let variable = names.variable(name);
            quote!(#variable)
        }
        ExprKind::Secret(name) => quote!(secrets.get(#name)),
        ExprKind::Failure(FailureField::Kind) => quote!(failure.kind),
        ExprKind::Failure(FailureField::Message) => quote!(&failure.message),
        ExprKind::Now(variable, field) => {
            let field = now(names, variable, field);
            if is_copy(expr.typed) { field } else { quote!(&#field) }
        }
        ExprKind::Coalesce(left, right) => match (&left.kind, &right.kind, left.typed.ty) {
            (ExprKind::Variable(name), ExprKind::Literal(default), Type::Text) => {
                let variable = names.variable(name);
                quote!(#variable.as_deref().unwrap_or(#default))
            }
            _ => value(names, expr),
        },
        _ => value(names, expr),
    }
}

/// A field of a variable that holds `$now`.
fn now(names: Names<'_>, variable: &str, field: &str) -> TokenStream {
    let (variable, field) = (names.variable(variable), format_ident!("{field}"));
    quote!(#variable.#field)
}

fn literal(text: &str, ty: Type) -> TokenStream {
    match ty {
        Type::Phone => quote!(Phone::literal(#text)),
        Type::Url => quote!(Url::literal(#text)),
        _ if text.is_empty() => quote!(String::new()),
        _ => quote!(#text.to_owned()),
    }
}

fn template(names: Names<'_>, parts: &[Part]) -> TokenStream {
    let mut format = Format::default();
    for part in parts {
        match part {
            Part::Literal(text) => format.words(text),
            Part::Value(expr) => match &expr.kind {
                ExprKind::Variable(name) => format.inline(&names.variable(name).to_string()),
                _ => format.argument(&display(names, expr)),
            },
        }
    }
    format.finish()
}

/// A `format!` that is being put together. What is no local yet becomes one before it: prettyplease leaves the inside of
/// a macro as it is, so only names go there.
#[derive(Default)]
struct Format {
    text: String,
    locals: Vec<TokenStream>,
}

impl Format {
    /// Fixed words.
    fn words(&mut self, words: &str) {
        self.text.push_str(&words.replace('{', "{{").replace('}', "}}"));
    }

    /// A local by its name.
    fn inline(&mut self, ident: &str) {
        self.text.push('{');
        self.text.push_str(ident);
        self.text.push('}');
    }

    /// Any expression that can be displayed.
    fn argument(&mut self, argument: &TokenStream) {
        let local = format_ident!("part_{}", self.locals.len() + 1);
        self.locals.push(quote!(let #local = #argument;));
        self.inline(&local.to_string());
    }

    fn finish(self) -> TokenStream {
        let Self { text, locals } = self;
        let format = quote!(format!(#text));
        if locals.is_empty() { format } else { quote!({ #(#locals)* #format }) }
    }
}

/// The expression, in parentheses if an operator before it would tear it apart.
fn operand_of(names: Names<'_>, expr: &Expr) -> TokenStream {
    let tokens = value(names, expr);
    match &expr.kind {
        ExprKind::Binary(op, ..) if !is_arithmetic(*op) => quote!((#tokens)),
        _ => tokens,
    }
}

fn is_arithmetic(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div)
}

fn binary(names: Names<'_>, op: BinaryOp, left: &Expr, right: &Expr) -> TokenStream {
    if is_arithmetic(op) {
        return arithmetic(names, op, left, right);
    }
    let is_text = matches!(left.typed.ty, Type::Text | Type::Phone | Type::Url);
    let (a, b) = if is_text {
        (str_of(names, left), str_of(names, right))
    } else {
        (operand_of(names, left), operand_of(names, right))
    };
    match op {
        BinaryOp::And => quote!(#a && #b),
        BinaryOp::Or => quote!(#a || #b),
        BinaryOp::Ne => quote!(#a != #b),
        BinaryOp::Lt => quote!(#a < #b),
        BinaryOp::Le => quote!(#a <= #b),
        BinaryOp::Gt => quote!(#a > #b),
        BinaryOp::Ge => quote!(#a >= #b),
        _ => quote!(#a == #b),
    }
}

fn arithmetic(names: Names<'_>, op: BinaryOp, left: &Expr, right: &Expr) -> TokenStream {
    let is_int = left.typed.ty == Type::Int;
    let function = match (op, is_int) {
        (BinaryOp::Add, true) => quote!(math::add_int),
        (BinaryOp::Sub, true) => quote!(math::sub_int),
        (BinaryOp::Mul, true) => quote!(math::mul_int),
        (BinaryOp::Add, false) => quote!(math::add),
        (BinaryOp::Sub, false) => quote!(math::sub),
        (BinaryOp::Mul, false) => quote!(math::mul),
        _ => quote!(math::div),
    };
    let (a, b) = (value(names, left), value(names, right));
    quote!(#function(#a, #b)?)
}

fn coalesce(names: Names<'_>, typed: Typed, left: &Expr, right: &Expr) -> TokenStream {
    let optional = value(names, left);
    let default = value(names, right);
    let becomes_text = |expr: &Expr| typed.ty == Type::Text && expr.typed.ty != Type::Text;
    let optional = if becomes_text(left) {
        quote!(#optional.map(|some| some.to_string()))
    } else if typed.ty == Type::Number && left.typed.ty == Type::Int {
        quote!(#optional.map(Number::from))
    } else {
        optional
    };
    let default = match (becomes_text(right), right.typed.optional) {
        (true, true) => quote!(#default.map(|some| some.to_string())),
        (true, false) => quote!(#default.to_string()),
        _ => default,
    };
    match &right.kind {
        _ if right.typed.optional => quote!(#optional.or(#default)),
        ExprKind::Int(_) | ExprKind::Bool(_) => quote!(#optional.unwrap_or(#default)),
        ExprKind::Literal(text) if text.is_empty() && typed.ty == Type::Text => quote!(#optional.unwrap_or_default()),
        ExprKind::Literal(_) | ExprKind::Variable(_) => {
            quote!(#optional.unwrap_or_else(|| #default))
        }
        // The default may end the function (`?`), which a closure cannot.
        _ => quote!(match #optional { Some(some) => some, None => #default }),
    }
}

fn call(names: Names<'_>, function: Function, args: &[Expr]) -> TokenStream {
    if let (Function::Length, [list]) = (function, args)
        && matches!(list.typed.ty, Type::List(_))
    {
        let list = display(names, list);
        return quote!(text::count(&#list));
    }
    let name = match function {
        Function::Upper => quote!(text::upper),
        Function::Lower => quote!(text::lower),
        Function::Trim => quote!(text::trim),
        Function::Length => quote!(text::length),
        Function::Contains => quote!(text::contains),
        Function::Digits => quote!(text::digits),
        Function::Matches => quote!(text::matches),
        Function::Round => quote!(math::round),
    };
    let args = args.iter().map(|arg| match function {
        Function::Round => value(names, arg),
        _ => str_of(names, arg),
    });
    quote!(#name(#(#args),*))
}
