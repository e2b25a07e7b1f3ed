//! Types of all variables and expressions, and whether each value fits its place.

mod expr;
mod fits;
mod test;

use super::constant::constant_text;
use super::place::Place;
use super::sample::Found;
use super::types::{TYPE_NAMES, Type, Typed};
use super::url::{Landing, Piece, UrlTemplate};
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::{Names, Origin, VarId};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{
    Ask, Call, ClauseKind, Expr, ExprKind, Field, File, Json, Name, Part, Path, Source, Step, StepKind, TypeName,
    UnaryOp,
};
use crate::syntax::visit;

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
    let mut infer = Infer { file, names, found, types, diagnostics: Vec::new() };
    for constant in &file.consts {
        infer.constant(&constant.value);
    }
    for service in &file.services {
        infer.url(&service.url);
        service.clauses.iter().for_each(|clause| infer.clause(&clause.kind));
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

    fn path(&mut self, path: &'a Path) {
        for step in &path.steps {
            self.step(step);
            for inner in visit::inner_paths(step) {
                self.path(inner);
            }
        }
    }

    fn step(&mut self, step: &'a Step) {
        match &step.kind {
            StepKind::Call(call) => self.call(call),
            StepKind::Sms(sms) => {
                sms.to.iter().for_each(|to| self.place(to, Place::SmsTo));
                sms.from.iter().for_each(|from| self.place(from, Place::SmsFrom));
                sms.text.iter().for_each(|text| self.place(text, Place::Sms));
                sms.media.iter().for_each(|media| self.media(media));
            }
            StepKind::If(branch) => {
                self.place(&branch.condition, Place::Condition);
                if let Some(presence) = self.names.presences.get(&step.span) {
                    self.var(presence.present, step.span);
                }
            }
            StepKind::Match(choice) => {
                self.single(&choice.subject);
                for pattern in choice.cases.iter().flat_map(|case| &case.patterns) {
                    self.pattern(&choice.subject, pattern);
                }
            }
            StepKind::Ask(ask) => self.ask(ask),
            StepKind::Set(set) => {
                let typed = self.expr(&set.value, Place::Inside);
                if typed.ty == Type::Null {
                    self.not_printable(&set.value, Type::Null, Place::Inside);
                    self.set(&set.value, Typed::UNKNOWN);
                }
                self.bound(&set.name);
            }
            StepKind::Goto(goto) => {
                for arg in &goto.args {
                    self.expr(arg, Place::Inside);
                }
                self.arguments(&goto.path, &goto.args);
            }
            StepKind::Wait(_) | StepKind::End | StepKind::Group(_) | StepKind::Bad(_) => {}
        }
    }

    fn ask(&mut self, ask: &'a Ask) {
        ask.to.iter().for_each(|to| self.place(to, Place::SmsTo));
        ask.from.iter().for_each(|from| self.place(from, Place::SmsFrom));
        let again = ask.retry.iter().filter_map(|retry| retry.text.as_ref());
        ask.text.iter().chain(again).for_each(|text| self.place(text, Place::Sms));
        let Some(reply) = &ask.reply else { return };
        self.bound(&reply.name);
        let Some(written) = &reply.ty else { return };
        self.written(written);
        let span = written.item.as_ref().map_or(written.name.span, |item| written.name.span.to(item.span));
        let diagnostic = match Type::written(written) {
            Ok(Type::Json | Type::List(_)) => {
                Diagnostic::new(Code::WrongType, span, "a reply is a single value", "not one that is texted")
                    .with_help("the types of replies are `text`, `int`, `number`, `bool`, `phone` and `url`")
            }
            Ok(_) if reply.optional || written.optional => Diagnostic::new(
                Code::WrongType,
                reply.name.span.to(span),
                "a reply is there on the `reply` path, and not on the `timeout` path: it is never optional",
                "leave the `?` out",
            ),
            _ => return,
        };
        self.report(diagnostic);
    }

    fn call(&mut self, call: &'a Call) {
        if let Some(url) = &call.url {
            match call.service.as_ref().and_then(|name| self.names.services.get(&name.span)) {
                // Its base URL ends before the path, so all variables stand behind the host.
                Some(_) => self.url_behind("https://service.example", url),
                None => self.url(url),
            }
        }
        call.clauses.iter().for_each(|clause| self.clause(&clause.kind));
        for binding in &call.bindings {
            binding.field.ty.iter().for_each(|ty| self.written(ty));
            self.bound(&binding.field.name);
        }
    }

    fn url(&mut self, url: &'a Expr) {
        self.url_behind("", url);
    }

    /// A URL's parts, each in its own place; `base` is what stands before it.
    fn url_behind(&mut self, base: &str, url: &'a Expr) {
        self.set(url, Typed::of(Type::Text));
        let (file, names) = (self.file, self.names);
        let cut = UrlTemplate::cut(base, url, |expr| constant_text(file, names, expr));
        for piece in cut.into_iter().flat_map(|cut| cut.pieces) {
            if let Piece::Value(expr, landing) = piece {
                match landing {
                    Landing::Query => self.place(expr, Place::UrlQuery),
                    Landing::Path => self.place(expr, Place::UrlPath),
                    // A rule of its own tells that no variable may stand there.
                    Landing::Authority => {}
                }
            }
        }
    }

    fn clause(&mut self, clause: &'a ClauseKind) {
        match clause {
            ClauseKind::Header(_, value) => self.place(value, Place::Header),
            ClauseKind::Query(_, value) => self.place(value, Place::UrlQuery),
            ClauseKind::Basic(user, password) => {
                self.place(user, Place::Auth);
                self.place(password, Place::Auth);
            }
            ClauseKind::Bearer(token) => self.place(token, Place::Auth),
            ClauseKind::Oauth(oauth) => {
                self.url(&oauth.token_url);
                for value in [&oauth.client_id, &oauth.client_secret].into_iter().chain(&oauth.scope) {
                    self.place(value, Place::Auth);
                }
            }
            ClauseKind::Json(json) => self.json(json),
            ClauseKind::Form(fields) => fields.iter().for_each(|(_, value)| self.place(value, Place::TextBody)),
            ClauseKind::Xml(text) | ClauseKind::Text(text) => self.place(text, Place::TextBody),
            ClauseKind::Timeout(_) | ClauseKind::Retry(_) | ClauseKind::Sample(_) => {}
        }
    }

    /// A value that must be known when the flow is compiled.
    fn fixed(&mut self, expr: &'a Expr, place: Place) {
        self.place(expr, place);
        let is_bad = self.types.expr(expr).ty == Type::Unknown;
        if !is_bad && constant_text(self.file, self.names, expr).is_none() {
            self.report(
                Diagnostic::new(
                    Code::VariableNotAllowed,
                    expr.span,
                    format!("what stands {} is known when the flow is compiled", place.described()),
                    "known only when the flow runs",
                )
                .with_help("write it out, or take it from a `const`"),
            );
        }
    }

    fn json(&mut self, json: &'a Json) {
        visit::json_exprs(json, &mut |expr| self.place(expr, Place::JsonBody));
    }

    /// `media`: a URL, or a list of them.
    fn media(&mut self, media: &'a Expr) {
        let typed = self.expr(media, Place::Media);
        // A list that is missing is an empty one.
        if typed.ty != Type::List(super::types::Item::Url) {
            self.fits(media, typed, Place::Media);
        }
    }

    fn arguments(&mut self, name: &Name, args: &'a [Expr]) {
        let Some(path) = self.names.gotos.get(&name.span).and_then(|at| self.file.paths.get(*at)) else {
            return;
        };
        if args.len() != path.params.len() {
            let wanted: Vec<String> = path.params.iter().map(|param| format!("`{}`", param.name.text)).collect();
            let takes = if wanted.is_empty() { "nothing".to_owned() } else { wanted.join(", ") };
            self.report(
                Diagnostic::new(
                    Code::WrongArguments,
                    name.span,
                    format!(
                        "path `{}` takes {} but is given {}",
                        name.text,
                        count(path.params.len()),
                        count(args.len())
                    ),
                    format!("it takes {takes}"),
                )
                .with_label(path.name.span, "declared here"),
            );
            return;
        }
        for (arg, param) in args.iter().zip(&path.params) {
            let typed = self.types.expr(arg);
            let optional = param.optional || param.ty.as_ref().is_some_and(|ty| ty.optional);
            let wanted = param.ty.as_ref().and_then(|ty| Type::written(ty).ok()).unwrap_or(Type::Unknown);
            if typed.optional && !optional {
                self.optional(arg, Place::Inside);
            } else {
                self.expect(arg, typed.ty, wanted, &format!("for `{}`", param.name.text));
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
