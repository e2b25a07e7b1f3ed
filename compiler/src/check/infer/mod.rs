//! Types of all variables and expressions, and whether each value fits its place.

mod bot;
mod call;
mod expr;
mod fits;
mod step;
mod test;

use super::place::Place;
use super::sample::Found;
use super::types::{TYPE_NAMES, Type, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::{Names, Origin, VarId};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{Expr, ExprKind, Field, File, Name, Part, Source, TypeName, UnaryOp};

/// The types of a file.
#[derive(Debug)]
pub struct Types {
    exprs: Vec<Typed>,
    vars: Vec<Option<Typed>>,
}

impl Types {
    /// The type of an expression.
    pub fn expr(&self, expr: &Expr) -> Typed {
        self.exprs.get(expr.id.0 as usize).copied().unwrap_or(Typed::UNKNOWN)
    }

    /// The type of a variable.
    pub fn var(&self, var: VarId) -> Typed {
        self.vars.get(var.0).copied().flatten().unwrap_or(Typed::UNKNOWN)
    }
}

/// Finds all types of a file and says what does not fit.
pub(super) fn infer(file: &File, names: &Names, found: &Found) -> (Types, Vec<Diagnostic>) {
    let types = Types { exprs: vec![Typed::UNKNOWN; file.expr_count], vars: vec![None; names.vars.len()] };
    let mut infer = Infer { file, names, found, types, diagnostics: Vec::new(), in_string: false };
    for constant in &file.consts {
        infer.constant(&constant.value);
    }
    for service in &file.services {
        infer.url(&service.url);
        service.clauses.iter().for_each(|clause| infer.clause(&clause.kind));
    }
    for bot in &file.bots {
        infer.bot(bot);
    }
    for trigger in &file.triggers {
        match &trigger.source {
            Source::Api(api) => {
                for input in &api.inputs {
                    infer.declared(input, "an Expected Input needs a type");
                }
                api.token.iter().for_each(|token| infer.place(token, Place::Token));
            }
            Source::Sms(sms) => sms.to.iter().for_each(|to| infer.fixed(to, Place::SmsTo)),
            Source::Schedule(_) | Source::Bad => {}
        }
        infer.path(&trigger.body);
    }
    for path in &file.paths {
        for param in &path.params {
            infer.declared(param, "a parameter needs a type");
        }
        infer.path(&path.body);
    }
    for step in file.tests.iter().flat_map(|test| &test.steps) {
        infer.test_step(&step.kind);
    }
    (infer.types, infer.diagnostics)
}

struct Infer<'a> {
    file: &'a File,
    names: &'a Names,
    /// What samples tell of response variables.
    found: &'a Found,
    types: Types,
    diagnostics: Vec<Diagnostic>,
    /// What is looked at stands in a string.
    in_string: bool,
}

impl<'a> Infer<'a> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn constant(&mut self, value: &'a Expr) {
        let fixed = match &value.kind {
            ExprKind::Text(parts) => parts.iter().all(|part| matches!(part, Part::Literal(_))),
            ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Bad => true,
            ExprKind::Unary(UnaryOp::Minus, operand) => matches!(operand.kind, ExprKind::Number(_)),
            _ => false,
        };
        if fixed {
            self.expr(value, Place::Inside);
        } else {
            self.report(
                Diagnostic::new(
                    Code::ConstNotFixed,
                    value.span,
                    "a constant is a text, a number, `true` or `false`, without variables",
                    "not known when the flow is compiled",
                )
                .with_help("use `set` inside a path for what is known only when the flow runs"),
            );
        }
    }

    /// The type of an input or a parameter, which must be written.
    fn declared(&mut self, field: &'a Field, needed: &str) {
        if let Some(ty) = &field.ty {
            self.written(ty);
        } else {
            let name = &field.name.text;
            self.report(
                Diagnostic::new(Code::UnknownType, field.name.span, needed.to_owned(), "of which type?")
                    .with_help(format!("write `{name}: text`, or one of {}", quoted(TYPE_NAMES))),
            );
        }
        self.bound(&field.name);
    }

    fn written(&mut self, ty: &'a TypeName) {
        let Err(word) = Type::written(ty) else { return };
        let usual = match word.text.to_ascii_lowercase().as_str() {
            "string" | "str" | "varchar" => Some("text"),
            "integer" | "long" => Some("int"),
            "float" | "double" | "decimal" => Some("number"),
            "boolean" => Some("bool"),
            "uri" | "link" => Some("url"),
            "object" | "any" => Some("json"),
            "tel" | "phonenumber" => Some("phone"),
            _ => suggest::nearest(&word.text, TYPE_NAMES.iter().copied()).first().copied(),
        };
        let message = match (word.text.as_str(), &ty.item) {
            ("list", None) => "a list says what it holds, as in `list<text>`".to_owned(),
            (name, Some(item)) if item.span != word.span && name != "list" => {
                format!("`{name}` holds no other type")
            }
            (name, _) => format!("there is no type `{name}`"),
        };
        let diagnostic = Diagnostic::new(Code::UnknownType, word.span, message, "no type");
        self.report(match usual.filter(|usual| *usual != "list") {
            Some(usual) => diagnostic.with_help(format!("did you mean `{usual}`?")).with_fix(word.span, usual),
            None => diagnostic.with_help(format!("the types are {}", quoted(TYPE_NAMES))),
        });
    }

    /// Works out the type of the variable that is bound at this name.
    fn bound(&mut self, name: &Name) {
        if let Some(var) = self.names.bindings.get(&name.span) {
            self.var(*var, name.span);
        }
    }

    fn var(&mut self, id: VarId, at: Span) -> Typed {
        if let Some(known) = self.types.vars.get(id.0).copied().flatten() {
            return known;
        }
        let Some(variable) = self.names.var(id) else {
            return Typed::UNKNOWN;
        };
        let typed = match &variable.origin {
            Origin::Trigger => Typed::of(trigger_variable(&variable.name)),
            Origin::Declared(ty, optional) => declared_type(ty.as_ref(), *optional, Type::Unknown),
            Origin::Response(ty, optional) => {
                let of_sample = self.found.at(variable.span).map(|found| found.ty);
                declared_type(ty.as_ref(), *optional, of_sample.unwrap_or(Type::Scalar))
            }
            Origin::Reply(ty) => declared_type(ty.as_ref(), false, Type::Text),
            Origin::Present(optional) => Typed { optional: false, ..self.var(*optional, at) },
            Origin::Set(value) => self.types.exprs.get(value.0 as usize).copied().unwrap_or(Typed::UNKNOWN),
            Origin::Failure => Typed::of(Type::Failure),
            Origin::Merge(from) => self.merged(from, at),
        };
        if let Some(slot) = self.types.vars.get_mut(id.0) {
            *slot = Some(typed);
        }
        typed
    }

    fn merged(&mut self, from: &[VarId], at: Span) -> Typed {
        let types: Vec<(VarId, Typed)> = from.iter().map(|var| (*var, self.var(*var, at))).collect();
        let Some(((_, first), rest)) = types.split_first() else {
            return Typed::UNKNOWN;
        };
        match rest.iter().find(|(_, typed)| typed.ty != first.ty) {
            None => Typed { ty: first.ty, optional: types.iter().any(|(_, typed)| typed.optional) },
            Some((_, other)) if first.ty == Type::Unknown || other.ty == Type::Unknown => Typed::UNKNOWN,
            Some((other_var, other)) => {
                let span_of = |var: &VarId| self.names.var(*var).map_or(at, |variable| variable.span);
                let name = types.first().and_then(|(var, _)| self.names.var(*var)).map_or("", |var| var.name.as_str());
                let diagnostic = Diagnostic::new(
                    Code::WrongType,
                    at,
                    format!(
                        "`${name}` is {} or {}, depending on the way here",
                        first.ty.described(),
                        other.ty.described()
                    ),
                    "used here",
                )
                .with_label(types.first().map_or(at, |(var, _)| span_of(var)), first.ty.described())
                .with_label(span_of(other_var), other.ty.described())
                .with_help("bind the same type on each way, or use two names");
                self.report(diagnostic);
                Typed::UNKNOWN
            }
        }
    }
}

fn declared_type(ty: Option<&TypeName>, optional: bool, otherwise: Type) -> Typed {
    match ty {
        Some(written) => {
            Typed { ty: Type::written(written).unwrap_or(Type::Unknown), optional: optional || written.optional }
        }
        None => Typed { ty: otherwise, optional },
    }
}

fn trigger_variable(name: &str) -> Type {
    match name {
        "body" => Type::Text,
        "media" => Type::List(super::types::Item::Url),
        "now" => Type::Now,
        _ => Type::Phone,
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn count(number: usize) -> String {
    match number {
        0 => "no value".to_owned(),
        1 => "1 value".to_owned(),
        more => format!("{more} values"),
    }
}
