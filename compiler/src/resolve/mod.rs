//! Names to bindings: which variable each `$name` means on the path where it stands.

mod missing;
pub mod names;
mod scope;
mod ways;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{Expr, ExprKind, Field, File, Name, Path, Source, TestStepKind};
use crate::syntax::visit;
use missing::Missing;
use names::{Names, Origin, Referent, VarId, Variable};
use scope::Scope;
use std::collections::HashMap;

/// What `on sms` brings along.
pub const SMS_VARIABLES: &[&str] = &["from", "to", "body", "media", "ANI", "DNIS"];
/// What `on api` brings along besides its Expected Inputs.
pub const API_VARIABLES: &[&str] = &["ANI", "DNIS"];
/// What `on schedule` brings along.
pub const SCHEDULE_VARIABLES: &[&str] = &["now"];

/// Resolves all names of a file.
pub fn resolve(file: &File) -> (Names, Vec<Diagnostic>) {
    let mut resolver = Resolver::new(file);
    resolver.declarations();
    for service in &file.services {
        resolver.outside(|resolver| {
            resolver.expr(&service.url);
            service.clauses.iter().for_each(|clause| visit::clause_exprs(clause, &mut |expr| resolver.expr(expr)));
        });
    }
    for bot in &file.bots {
        resolver.outside(|resolver| bot.exprs().for_each(|expr| resolver.expr(expr)));
    }
    for trigger in &file.triggers {
        resolver.outside(|resolver| visit::source_exprs(&trigger.source, &mut |expr| resolver.expr(expr)));
        match &trigger.source {
            Source::Schedule(_) => resolver.trigger_variables(SCHEDULE_VARIABLES),
            Source::Sms(_) => resolver.trigger_variables(SMS_VARIABLES),
            Source::Api(api) => {
                resolver.trigger_variables(API_VARIABLES);
                resolver.fields(&api.inputs, "input");
            }
            Source::Bad => resolver.scope.tainted = true,
        }
        resolver.body(&trigger.body);
    }
    for path in &file.paths {
        resolver.fields(&path.params, "parameter");
        resolver.body(&path.body);
    }
    for step in file.tests.iter().flat_map(|test| &test.steps) {
        resolver.outside(|resolver| visit::test_step_exprs(&step.kind, &mut |expr| resolver.expr(expr)));
        resolver.test_step(&step.kind);
    }
    (resolver.names, resolver.diagnostics)
}

struct Resolver<'a> {
    file: &'a File,
    names: Names,
    diagnostics: Vec<Diagnostic>,
    globals: HashMap<&'a str, (Referent, Span)>,
    paths: HashMap<&'a str, usize>,
    services: HashMap<&'a str, usize>,
    bots: HashMap<&'a str, usize>,
    scope: Scope<'a>,
    /// Names that were not bound where they are used, to be explained when the whole body is known.
    missing: Vec<Missing<'a>>,
    /// First variable of the body that is being walked.
    body_start: usize,
}

impl<'a> Resolver<'a> {
    fn new(file: &'a File) -> Self {
        Self {
            file,
            names: Names { uses: vec![None; file.expr_count], ..Names::default() },
            diagnostics: Vec::new(),
            globals: HashMap::new(),
            paths: HashMap::new(),
            services: HashMap::new(),
            bots: HashMap::new(),
            scope: Scope::default(),
            missing: Vec::new(),
            body_start: 0,
        }
    }

    fn declarations(&mut self) {
        let secrets = self.file.secrets.iter().enumerate().map(|(at, name)| (name, Referent::Secret(at)));
        let consts = self.file.consts.iter().enumerate().map(|(at, item)| (&item.name, Referent::Const(at)));
        for (name, referent) in secrets.chain(consts) {
            match self.globals.get(name.text.as_str()) {
                Some((_, first)) => self.diagnostics.push(declared_twice(name, *first)),
                None => {
                    self.globals.insert(&name.text, (referent, name.span));
                    self.names.globals_used.insert(name.span, false);
                }
            }
        }
        for (at, service) in self.file.services.iter().enumerate() {
            match self.services.get(service.name.text.as_str()).and_then(|first| self.file.services.get(*first)) {
                Some(first) => self.diagnostics.push(declared_twice(&service.name, first.name.span)),
                None => {
                    self.services.insert(&service.name.text, at);
                    self.names.globals_used.insert(service.name.span, false);
                }
            }
        }
        for (at, bot) in self.file.bots.iter().enumerate() {
            match self.bots.get(bot.name.text.as_str()).and_then(|first| self.file.bots.get(*first)) {
                Some(first) => self.diagnostics.push(declared_twice(&bot.name, first.name.span)),
                None => {
                    self.bots.insert(&bot.name.text, at);
                    self.names.globals_used.insert(bot.name.span, false);
                }
            }
        }
        for (at, path) in self.file.paths.iter().enumerate() {
            match self.paths.get(path.name.text.as_str()).and_then(|first| self.file.paths.get(*first)) {
                Some(first) => self.diagnostics.push(declared_twice(&path.name, first.name.span)),
                None => drop(self.paths.insert(&path.name.text, at)),
            }
        }
    }

    fn trigger_variables(&mut self, names: &[&'static str]) {
        for name in names {
            self.bind_new(name, Span::default(), Origin::Trigger);
        }
    }

    fn fields(&mut self, fields: &'a [Field], what: &str) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for field in fields {
            let name = &field.name;
            if let Some(first) = seen.insert(&name.text, name.span) {
                self.diagnostics.push(declared_twice(name, first));
                continue;
            }
            let is_taken = API_VARIABLES.contains(&name.text.as_str()) || name.text == "flowId";
            if is_taken && what == "input" {
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::DuplicateName,
                        name.span,
                        format!("`{}` is part of every request and needs no `expect`", name.text),
                        "already there",
                    )
                    .with_help(
                        "leave it out; `flowId` names the flow, `$ANI` is the destination, `$DNIS` the source number",
                    ),
                );
                continue;
            }
            self.bind(name, Origin::Declared(field.ty.clone(), field.optional));
        }
    }

    fn body(&mut self, body: &'a Path) {
        self.path(body);
        self.explain_missing();
        self.scope = Scope::default();
        self.body_start = self.names.vars.len();
    }

    /// Resolves what stands outside of any path, where there are secrets and constants only.
    fn outside(&mut self, walk: impl FnOnce(&mut Self)) {
        walk(self);
        self.explain_missing();
    }

    fn explain_missing(&mut self) {
        let known = self.names.vars.get(self.body_start..).unwrap_or_default();
        self.names.unknown.extend(self.missing.iter().map(|missing| missing.name.text.clone()));
        let lost = &self.file.lost_names;
        for missing in self.missing.drain(..).filter(|missing| !lost.contains(&missing.name.text)) {
            self.diagnostics.push(missing.explain(known, &self.globals));
        }
    }

    fn service(&mut self, name: &'a Name) {
        if let Some(at) = self.services.get(name.text.as_str()) {
            self.names.services.insert(name.span, *at);
            if let Some(service) = self.file.services.get(*at) {
                self.names.globals_used.insert(service.name.span, true);
            }
            return;
        }
        let known = self.services.keys().copied().collect();
        let declaration = format!("service {} \"https://…\"", name.text);
        self.undeclared(Code::UnknownService, "service", name, known, &declaration);
    }

    /// A bot that a step talks with.
    fn bot(&mut self, name: &'a Name) {
        if !self.known_bot(name) {
            let known = self.bots.keys().copied().collect();
            self.unknown_bot(name, known);
        } else if let Some(bot) = self.bots.get(name.text.as_str()).and_then(|at| self.file.bots.get(*at)) {
            self.names.globals_used.insert(bot.name.span, true);
        }
    }

    fn known_bot(&mut self, name: &'a Name) -> bool {
        let at = self.bots.get(name.text.as_str()).copied();
        self.names.bots.extend(at.map(|at| (name.span, at)));
        at.is_some()
    }

    fn unknown_bot(&mut self, name: &Name, known: Vec<&str>) {
        let declaration = format!("lex {} region …` or `watson {} url …", name.text, name.text);
        self.undeclared(Code::UnknownBot, "bot", name, known, &declaration);
    }

    /// A bot that a test names, which does not use it.
    fn test_step(&mut self, step: &'a TestStepKind) {
        let (name, words): (_, &[&str]) = match step {
            TestStepKind::GivenBot(given) => (&given.bot, &["sms"]),
            TestStepKind::ThenBot(bot, _) => (bot, &["sms", "call", "nothing", "waits", "fails"]),
            _ => return,
        };
        if !self.known_bot(name) {
            let known = self.bots.keys().chain(words).copied().collect();
            self.unknown_bot(name, known);
        }
    }

    fn goto(&mut self, name: &'a Name) {
        if let Some(at) = self.paths.get(name.text.as_str()) {
            self.names.gotos.insert(name.span, *at);
            return;
        }
        let known = self.paths.keys().copied().collect();
        self.undeclared(Code::UnknownPath, "path", name, known, &format!("path {} -> …", name.text));
    }

    /// Says that no item declares a name: what was probably meant, or how to declare it.
    fn undeclared(&mut self, code: Code, what: &str, name: &Name, mut known: Vec<&str>, declaration: &str) {
        self.names.unknown.push(name.text.clone());
        if self.file.lost_names.contains(&name.text) {
            return;
        }
        let message = format!("there is no {what} `{}` in this file", name.text);
        let diagnostic = Diagnostic::new(code, name.span, message, format!("unknown {what}"));
        known.sort_unstable();
        let near = suggest::nearest(&name.text, known);
        self.diagnostics.push(match near.first() {
            Some(best) => diagnostic.with_help(suggest::did_you_mean(&near, "")).with_fix(name.span, *best),
            None => diagnostic.with_help(format!("declare it: `{declaration}`")),
        });
    }

    fn expr(&mut self, expr: &'a Expr) {
        visit::exprs(expr, &mut |expr| {
            if let ExprKind::Variable(name, _) = &expr.kind {
                self.variable(expr, name);
            }
        });
    }

    fn variable(&mut self, expr: &Expr, name: &'a Name) {
        let referent = match (self.scope.get(&name.text), self.globals.get(name.text.as_str())) {
            (Some(var), _) => {
                self.mark_used(var);
                Referent::Var(var)
            }
            (None, Some((referent, span))) => {
                self.names.globals_used.insert(*span, true);
                *referent
            }
            (None, None) => {
                if !self.scope.tainted {
                    self.missing.push(Missing { name, span: expr.span, visible: self.scope.names().collect() });
                }
                return;
            }
        };
        if let Some(slot) = self.names.uses.get_mut(expr.id.0 as usize) {
            *slot = Some(referent);
        }
    }

    /// Marks a variable as used, and those it was merged from.
    fn mark_used(&mut self, var: VarId) {
        let mut open = vec![var];
        while let Some(var) = open.pop() {
            let Some(variable) = self.names.vars.get_mut(var.0).filter(|variable| !variable.used) else {
                continue;
            };
            variable.used = true;
            match &variable.origin {
                Origin::Merge(from) => open.extend(from),
                Origin::Present(optional) => open.push(*optional),
                _ => {}
            }
        }
    }

    fn bind(&mut self, name: &'a Name, origin: Origin) {
        if let Some((referent, first)) = self.globals.get(name.text.as_str()) {
            let what = if matches!(referent, Referent::Secret(_)) { "secret" } else { "constant" };
            self.diagnostics.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    name.span,
                    format!("`{}` is a {what} of this file already", name.text),
                    "the same name",
                )
                .with_label(*first, "declared here")
                .with_help("choose another name for the variable"),
            );
        }
        let var = self.bind_new(&name.text, name.span, origin);
        self.names.bindings.insert(name.span, var);
    }

    fn bind_new(&mut self, name: &'a str, span: Span, origin: Origin) -> VarId {
        let var = VarId(self.names.vars.len());
        self.names.vars.push(Variable { name: name.to_owned(), span, origin, used: false });
        self.scope.bind(name, var);
        var
    }
}

fn declared_twice(name: &Name, first: Span) -> Diagnostic {
    Diagnostic::new(Code::DuplicateName, name.span, format!("`{}` is declared twice", name.text), "the second one")
        .with_label(first, "the first one")
        .with_help("rename one of them")
}
