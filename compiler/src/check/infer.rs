//! Types of all variables and expressions, and whether each value fits its place.

use super::literal::{self, NumberLiteral};
use super::place::Place;
use super::types::{TYPE_NAMES, Type, Typed};
use super::url::{Landing, Piece, UrlTemplate};
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::{Names, Origin, Referent, VarId};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{
    BinaryOp, Call, ClauseKind, Expr, ExprKind, Field, File, Json, Name, Part, Path, Source, Step,
    StepKind, TypeName, UnaryOp,
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
        self.exprs
            .get(expr.id.0 as usize)
            .copied()
            .unwrap_or(Typed::UNKNOWN)
    }

    /// The type of a variable.
    pub fn var(&self, var: VarId) -> Typed {
        self.vars
            .get(var.0)
            .copied()
            .flatten()
            .unwrap_or(Typed::UNKNOWN)
    }
}

/// Finds all types of a file and says what does not fit.
pub fn infer(file: &File, names: &Names) -> (Types, Vec<Diagnostic>) {
    let types = Types {
        exprs: vec![Typed::UNKNOWN; file.expr_count],
        vars: vec![None; names.vars.len()],
    };
    let mut infer = Infer {
        file,
        names,
        types,
        diagnostics: Vec::new(),
    };
    for constant in &file.consts {
        infer.constant(&constant.value);
    }
    for trigger in &file.triggers {
        if let Source::Api(api) = &trigger.source {
            for input in &api.inputs {
                infer.declared(input, "an Expected Input needs a type");
            }
            if let Some(token) = &api.token {
                infer.place(token, Place::Token);
            }
        }
        infer.path(&trigger.body);
    }
    for path in &file.paths {
        for param in &path.params {
            infer.declared(param, "a parameter needs a type");
        }
        infer.path(&path.body);
    }
    (infer.types, infer.diagnostics)
}

struct Infer<'a> {
    file: &'a File,
    names: &'a Names,
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
                Diagnostic::new(
                    Code::UnknownType,
                    field.name.span,
                    needed.to_owned(),
                    "of which type?",
                )
                .with_help(format!(
                    "write `{name}: text`, or one of {}",
                    quoted(TYPE_NAMES)
                )),
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
            _ => suggest::nearest(&word.text, TYPE_NAMES.iter().copied())
                .first()
                .copied(),
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
            Some(usual) => diagnostic
                .with_help(format!("did you mean `{usual}`?"))
                .with_fix(word.span, usual),
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
            Origin::Response(ty, optional) => declared_type(ty.as_ref(), *optional, Type::Scalar),
            Origin::Set(value) => self
                .types
                .exprs
                .get(value.0 as usize)
                .copied()
                .unwrap_or(Typed::UNKNOWN),
            Origin::Failure => Typed::of(Type::Failure),
            Origin::Merge(from) => self.merged(from, at),
        };
        if let Some(slot) = self.types.vars.get_mut(id.0) {
            *slot = Some(typed);
        }
        typed
    }

    fn merged(&mut self, from: &[VarId], at: Span) -> Typed {
        let types: Vec<(VarId, Typed)> =
            from.iter().map(|var| (*var, self.var(*var, at))).collect();
        let Some(((_, first), rest)) = types.split_first() else {
            return Typed::UNKNOWN;
        };
        match rest.iter().find(|(_, typed)| typed.ty != first.ty) {
            None => Typed {
                ty: first.ty,
                optional: types.iter().any(|(_, typed)| typed.optional),
            },
            Some((_, other)) if first.ty == Type::Unknown || other.ty == Type::Unknown => {
                Typed::UNKNOWN
            }
            Some((other_var, other)) => {
                let span_of =
                    |var: &VarId| self.names.var(*var).map_or(at, |variable| variable.span);
                let name = types
                    .first()
                    .and_then(|(var, _)| self.names.var(*var))
                    .map_or("", |var| var.name.as_str());
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
                .with_label(
                    types.first().map_or(at, |(var, _)| span_of(var)),
                    first.ty.described(),
                )
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
                sms.from
                    .iter()
                    .for_each(|from| self.place(from, Place::SmsFrom));
                sms.text
                    .iter()
                    .for_each(|text| self.place(text, Place::Sms));
                sms.media.iter().for_each(|media| self.media(media));
            }
            StepKind::If(branch) => self.place(&branch.condition, Place::Condition),
            StepKind::Match(choice) => {
                self.single(&choice.subject);
                for pattern in choice.cases.iter().flat_map(|case| &case.patterns) {
                    self.pattern(&choice.subject, pattern);
                }
            }
            StepKind::Set(set) => {
                self.expr(&set.value, Place::Inside);
                self.bound(&set.name);
            }
            StepKind::Goto(goto) => {
                for arg in &goto.args {
                    self.expr(arg, Place::Inside);
                }
                self.arguments(&goto.path, &goto.args);
            }
            StepKind::End | StepKind::Group(_) | StepKind::Bad(_) => {}
        }
    }

    fn call(&mut self, call: &'a Call) {
        if let Some(url) = &call.url {
            self.expr_untold(url);
            let file = self.file;
            let names = self.names;
            let cut = UrlTemplate::cut(url, |expr| constant_text(file, names, expr));
            for piece in cut.into_iter().flat_map(|cut| cut.pieces) {
                if let Piece::Value(expr, landing) = piece {
                    self.place(
                        expr,
                        if landing == Landing::Query {
                            Place::UrlQuery
                        } else {
                            Place::UrlPath
                        },
                    );
                }
            }
        }
        for clause in &call.clauses {
            match &clause.kind {
                ClauseKind::Header(_, value) => self.place(value, Place::Header),
                ClauseKind::Query(_, value) => self.place(value, Place::UrlQuery),
                ClauseKind::Basic(user, password) => {
                    self.place(user, Place::Auth);
                    self.place(password, Place::Auth);
                }
                ClauseKind::Bearer(token) => self.place(token, Place::Auth),
                ClauseKind::Json(json) => self.json(json),
                ClauseKind::Form(fields) => fields
                    .iter()
                    .for_each(|(_, value)| self.place(value, Place::TextBody)),
                ClauseKind::Text(text) => self.place(text, Place::TextBody),
                ClauseKind::Timeout(_) => {}
            }
        }
        for binding in &call.bindings {
            binding.field.ty.iter().for_each(|ty| self.written(ty));
            self.bound(&binding.field.name);
        }
    }

    fn json(&mut self, json: &'a Json) {
        visit::json_exprs(json, &mut |expr| self.place(expr, Place::JsonBody));
    }

    /// `media`: a URL, or a list of them.
    fn media(&mut self, media: &'a Expr) {
        let typed = self.expr(media, Place::Media);
        if typed.ty != Type::List(super::types::Item::Url) {
            self.fits(media, typed, Place::Media);
        }
    }

    /// A value of the one type or nature that its place wants.
    fn place(&mut self, expr: &'a Expr, place: Place) {
        let typed = self.expr(expr, place);
        self.fits(expr, typed, place);
    }

    fn fits(&mut self, expr: &'a Expr, typed: Typed, place: Place) {
        if typed.ty == Type::Unknown {
            return;
        }
        if typed.optional {
            return self.optional(expr, place);
        }
        match place.wants() {
            Some(wanted) => self.expect(expr, typed.ty, wanted, place.described()),
            None if place.is_text() && !typed.ty.is_printable() => {
                self.not_printable(expr, typed.ty, place)
            }
            None if place == Place::JsonBody && typed.ty == Type::Failure => {
                self.not_printable(expr, typed.ty, place)
            }
            None => {}
        }
    }

    fn not_printable(&mut self, expr: &Expr, ty: Type, place: Place) {
        let diagnostic = Diagnostic::new(
            Code::WrongType,
            expr.span,
            format!("{} cannot stand {}", ty.described(), place.described()),
            ty.described(),
        );
        self.report(match ty {
            Type::Failure => {
                diagnostic.with_help("name one of its fields: `.kind`, `.status`, `.message`")
            }
            _ => {
                diagnostic.with_help("only a single value can; it fits into a `json` body as it is")
            }
        });
    }

    fn optional(&mut self, expr: &Expr, place: Place) {
        let name = match &expr.kind {
            ExprKind::Variable(name, _) => name.text.as_str(),
            _ => "value",
        };
        let diagnostic = Diagnostic::new(
            Code::OptionalUnchecked,
            expr.span,
            format!("`${name}` may be missing {}", place.described()),
            "optional",
        );
        let diagnostic = match place {
            Place::Sms | Place::TextBody | Place::Header | Place::UrlPath | Place::UrlQuery => {
                diagnostic.with_help(format!(
                    "say what stands in its place: `${{{name} ?? \"\"}}`"
                ))
            }
            _ => diagnostic.with_help(format!("say what stands in its place: `(${name} ?? …)`")),
        };
        let in_text = !matches!(
            place,
            Place::Condition | Place::Inside | Place::SmsTo | Place::SmsFrom | Place::Media
        );
        let whole_variable = matches!(expr.kind, ExprKind::Variable(_, None));
        let fixed = diagnostic.with_fix(expr.span, format!("${{{name} ?? \"\"}}"));
        self.report(if in_text && whole_variable && place == Place::Sms {
            fixed
        } else {
            Diagnostic { fix: None, ..fixed }
        });
    }

    /// A single value that is there, as `match` wants it.
    fn single(&mut self, expr: &'a Expr) {
        let typed = self.expr(expr, Place::Inside);
        match typed.ty {
            _ if typed.optional => self.optional(expr, Place::Inside),
            Type::Scalar => self.untyped(expr),
            Type::Json | Type::List(_) | Type::Failure => {
                self.not_printable(expr, typed.ty, Place::Inside)
            }
            _ => {}
        }
    }

    fn pattern(&mut self, subject: &Expr, pattern: &'a Expr) {
        let literal = match &pattern.kind {
            ExprKind::Text(parts) => parts.iter().all(|part| matches!(part, Part::Literal(_))),
            ExprKind::Variable(..) => {
                matches!(
                    self.names.referent(pattern.id),
                    Some(Referent::Const(_)) | None
                )
            }
            ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Bad => true,
            _ => false,
        };
        let typed = self.expr(pattern, Place::Inside);
        if !literal {
            self.report(
                Diagnostic::new(
                    Code::WrongType,
                    pattern.span,
                    "a case is a literal or a constant",
                    "not fixed",
                )
                .with_help("compare with a variable by `if $a == $b`"),
            );
            return;
        }
        let subject = self.types.expr(subject).ty;
        if subject != Type::Scalar {
            self.compare(pattern, subject, pattern, typed.ty);
        }
    }

    fn arguments(&mut self, name: &Name, args: &'a [Expr]) {
        let Some(path) = self
            .names
            .gotos
            .get(&name.span)
            .and_then(|at| self.file.paths.get(*at))
        else {
            return;
        };
        if args.len() != path.params.len() {
            let wanted: Vec<String> = path
                .params
                .iter()
                .map(|param| format!("`{}`", param.name.text))
                .collect();
            let takes = if wanted.is_empty() {
                "nothing".to_owned()
            } else {
                wanted.join(", ")
            };
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
            let wanted = param
                .ty
                .as_ref()
                .and_then(|ty| Type::written(ty).ok())
                .unwrap_or(Type::Unknown);
            if typed.optional && !optional {
                self.optional(arg, Place::Inside);
            } else {
                self.expect(arg, typed.ty, wanted, &format!("for `{}`", param.name.text));
            }
        }
    }

    /// Says so if a value is not of the wanted type. A text literal may be a phone number or a URL.
    fn expect(&mut self, expr: &Expr, found: Type, wanted: Type, place: &str) {
        if found == wanted || found == Type::Unknown || wanted == Type::Unknown {
            return;
        }
        if found == Type::Int && wanted == Type::Number {
            return;
        }
        if let (Type::Phone | Type::Url, Some(text)) =
            (wanted, constant_text(self.file, self.names, expr))
        {
            return self.literal(expr, &text, wanted);
        }
        if found == Type::Scalar {
            return self.untyped(expr);
        }
        let diagnostic = Diagnostic::new(
            Code::WrongType,
            expr.span,
            format!(
                "{place} stands {}, not {}",
                wanted.described(),
                found.described()
            ),
            found.described(),
        );
        let diagnostic = self.with_binding(diagnostic, expr);
        self.report(match (wanted, found) {
            (Type::Phone, _) => diagnostic.with_help("give it the type `phone` where it is bound"),
            (Type::Text, found) if found.is_printable() => {
                diagnostic.with_help("put it into a text: `\"$name\"`")
            }
            (Type::Bool, _) => {
                diagnostic.with_help("compare it with something, as in `$x == \"yes\"`")
            }
            _ => diagnostic,
        });
    }

    fn with_binding(&self, diagnostic: Diagnostic, expr: &Expr) -> Diagnostic {
        let Some(Referent::Var(var)) = self.names.referent(expr.id) else {
            return diagnostic;
        };
        match self.names.var(var) {
            Some(variable) if variable.span != Span::default() => {
                diagnostic.with_label(variable.span, format!("`${}` is bound here", variable.name))
            }
            _ => diagnostic,
        }
    }

    fn literal(&mut self, expr: &Expr, text: &str, wanted: Type) {
        let (fits, help) = match wanted {
            Type::Phone => (
                literal::is_phone(text),
                "write it as `+` and the whole number, as in `\"+15550100\"`",
            ),
            _ => (
                literal::is_url(text),
                "write it whole, as in `\"https://example.com/menu.png\"`",
            ),
        };
        if !fits {
            let message = format!("`{text}` is not {}", wanted.described());
            self.report(
                Diagnostic::new(Code::BadLiteral, expr.span, message, "not understood")
                    .with_help(help),
            );
        }
    }

    fn untyped(&mut self, expr: &Expr) {
        let name = match &expr.kind {
            ExprKind::Variable(name, _) => name.text.as_str(),
            _ => "x",
        };
        let diagnostic = Diagnostic::new(
            Code::UntypedVariable,
            expr.span,
            format!("`${name}` has no type, so it can only be put into text"),
            "compared or computed with here",
        )
        .with_help(format!(
            "say what it is where it is bound: `{name}: int = …` or `{name}: text = …`"
        ));
        let diagnostic = self.with_binding(diagnostic, expr);
        self.report(diagnostic);
    }

    /// An expression whose parts are looked at on their own afterwards.
    fn expr_untold(&mut self, expr: &'a Expr) {
        self.set(expr, Typed::of(Type::Text));
    }

    fn set(&mut self, expr: &Expr, typed: Typed) -> Typed {
        if let Some(slot) = self.types.exprs.get_mut(expr.id.0 as usize) {
            *slot = typed;
        }
        typed
    }

    fn expr(&mut self, expr: &'a Expr, place: Place) -> Typed {
        let typed =
            match &expr.kind {
                ExprKind::Text(parts) => {
                    // Inside a text any single value may stand, but a secret only where the whole text may be secret.
                    let inner = if place.is_text() || place == Place::JsonBody {
                        text_place(place)
                    } else {
                        Place::Inside
                    };
                    for part in parts {
                        if let Part::Value(value) = part {
                            let typed = self.expr(value, inner);
                            self.fits(
                                value,
                                typed,
                                if place.is_text() {
                                    place
                                } else {
                                    text_place(place)
                                },
                            );
                        }
                    }
                    Typed::of(Type::Text)
                }
                ExprKind::Number(digits) => match literal::number(digits) {
                    Some(NumberLiteral::Int(_)) => Typed::of(Type::Int),
                    Some(NumberLiteral::Decimal) => Typed::of(Type::Number),
                    None => {
                        let diagnostic = Diagnostic::new(
                            Code::BadLiteral,
                            expr.span,
                            "this number has too many digits",
                            format!(
                                "{} digits",
                                digits.bytes().filter(u8::is_ascii_digit).count()
                            ),
                        );
                        self.report(diagnostic.with_help(
                            "a whole number has at most 18 digits; put an id into quotes",
                        ));
                        Typed::UNKNOWN
                    }
                },
                ExprKind::Bool(_) => Typed::of(Type::Bool),
                ExprKind::Variable(name, field) => self.variable(expr, name, field.as_ref(), place),
                ExprKind::Unary(UnaryOp::Not, operand) => {
                    self.operand(operand, Type::Bool);
                    Typed::of(Type::Bool)
                }
                ExprKind::Unary(UnaryOp::Minus, operand) => {
                    let typed = self.expr(operand, Place::Inside);
                    self.number(operand, typed, "behind `-`")
                }
                ExprKind::Binary(op, left, right) => self.binary(expr, *op, left, right, place),
                ExprKind::Function(name, args) => self.function(name, args),
                ExprKind::Bad => Typed::UNKNOWN,
            };
        self.set(expr, typed)
    }

    fn variable(&mut self, expr: &Expr, name: &Name, field: Option<&Name>, place: Place) -> Typed {
        let typed = match self.names.referent(expr.id) {
            Some(Referent::Var(var)) => self.var(var, expr.span),
            Some(Referent::Const(at)) => self
                .file
                .consts
                .get(at)
                .map_or(Typed::UNKNOWN, |constant| self.types.expr(&constant.value)),
            Some(Referent::Secret(_)) => {
                if !place.takes_secrets() {
                    self.secret_leaves(expr, name, place);
                }
                Typed::of(Type::Text)
            }
            None => Typed::UNKNOWN,
        };
        match (typed.ty, field) {
            (Type::Failure, Some(field)) => self.failure_field(field),
            (Type::Unknown, _) | (_, None) => typed,
            (_, Some(field)) => {
                let Name { text, .. } = name;
                let braced = format!("${{{text}}}.{}", field.text);
                self.report(
                    Diagnostic::new(
                        Code::UnknownField,
                        field.span,
                        format!(
                            "`${text}` has no fields, so `.{}` means nothing",
                            field.text
                        ),
                        "no such field",
                    )
                    .with_help(format!(
                        "if the dot belongs to the text, end the name with braces: `{braced}`"
                    ))
                    .with_fix(expr.span, braced),
                );
                Typed::UNKNOWN
            }
        }
    }

    fn failure_field(&mut self, field: &Name) -> Typed {
        match field.text.as_str() {
            "kind" | "message" => Typed::of(Type::Text),
            "status" => Typed {
                ty: Type::Int,
                optional: true,
            },
            other => {
                let near = suggest::nearest(other, ["kind", "status", "message"]);
                let diagnostic = Diagnostic::new(
                    Code::UnknownField,
                    field.span,
                    format!("`$failure` has no field `{other}`"),
                    "no such field",
                )
                .with_help("its fields are `kind`, `status` and `message`");
                self.report(match near.first() {
                    Some(near) => diagnostic.with_fix(field.span, *near),
                    None => diagnostic,
                });
                Typed::UNKNOWN
            }
        }
    }

    fn secret_leaves(&mut self, expr: &Expr, name: &Name, place: Place) {
        let what = match place {
            Place::Inside | Place::Condition => "a secret goes only where it is sent".to_owned(),
            place => format!(
                "the secret `${}` could leave {}",
                name.text,
                place.described()
            ),
        };
        self.report(
            Diagnostic::new(Code::SecretLeaves, expr.span, what, "a secret")
                .with_help("secrets fit only headers, `basic`, `bearer`, query values, bodies of calls and `token`"),
        );
    }

    /// An operand that must be of this type.
    fn operand(&mut self, expr: &'a Expr, wanted: Type) {
        let typed = self.expr(expr, Place::Inside);
        if typed.optional {
            self.optional(expr, Place::Inside);
        } else {
            self.expect(expr, typed.ty, wanted, "here");
        }
    }

    /// An operand that must be a number; gives which kind.
    fn number(&mut self, expr: &Expr, typed: Typed, place: &str) -> Typed {
        if typed.optional {
            self.optional(expr, Place::Inside);
            return Typed::UNKNOWN;
        }
        if typed.ty.is_numeric() || typed.ty == Type::Unknown {
            return typed;
        }
        self.expect(expr, typed.ty, Type::Number, place);
        Typed::UNKNOWN
    }

    fn binary(
        &mut self,
        expr: &Expr,
        op: BinaryOp,
        left: &'a Expr,
        right: &'a Expr,
        place: Place,
    ) -> Typed {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                self.operand(left, Type::Bool);
                self.operand(right, Type::Bool);
                Typed::of(Type::Bool)
            }
            BinaryOp::Coalesce => self.coalesce(expr, left, right, place),
            BinaryOp::Eq | BinaryOp::Ne => {
                let (a, b) = (
                    self.expr(left, Place::Inside),
                    self.expr(right, Place::Inside),
                );
                let mut whole = true;
                for (operand, typed) in [(left, a), (right, b)] {
                    if typed.optional {
                        self.optional(operand, Place::Inside);
                        whole = false;
                    } else if typed.ty == Type::Scalar {
                        self.untyped(operand);
                        whole = false;
                    }
                }
                if whole {
                    self.compare(left, a.ty, right, b.ty);
                }
                Typed::of(Type::Bool)
            }
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                let (a, b) = (
                    self.expr(left, Place::Inside),
                    self.expr(right, Place::Inside),
                );
                for (operand, typed) in [(left, a), (right, b)] {
                    match typed.ty {
                        _ if typed.optional => self.optional(operand, Place::Inside),
                        Type::Scalar => self.untyped(operand),
                        Type::Unknown => {}
                        ty if ty.is_numeric() => {}
                        ty => {
                            let message = format!(
                                "`{}` compares numbers, and this is {}",
                                op.as_str(),
                                ty.described()
                            );
                            let diagnostic = Diagnostic::new(
                                Code::UnlikeComparison,
                                operand.span,
                                message,
                                ty.described(),
                            );
                            self.report(
                                diagnostic.with_help("texts are compared with `==` and `!=`"),
                            );
                        }
                    }
                }
                Typed::of(Type::Bool)
            }
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => {
                self.arithmetic(op, left, right)
            }
        }
    }

    fn arithmetic(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr) -> Typed {
        let (a, b) = (
            self.expr(left, Place::Inside),
            self.expr(right, Place::Inside),
        );
        if op == BinaryOp::Add && (a.ty == Type::Text || b.ty == Type::Text) {
            let text = if a.ty == Type::Text { left } else { right };
            self.report(
                Diagnostic::new(
                    Code::WrongType,
                    text.span,
                    "`+` adds numbers, and this is a text",
                    "a text",
                )
                .with_help("join texts inside one string: `\"$first $second\"`"),
            );
            return Typed::UNKNOWN;
        }
        let (a, b) = (
            self.number(left, a, "in a calculation"),
            self.number(right, b, "in a calculation"),
        );
        match (a.ty, b.ty) {
            (Type::Unknown, _) | (_, Type::Unknown) => Typed::UNKNOWN,
            (Type::Int, Type::Int) if op != BinaryOp::Div => Typed::of(Type::Int),
            _ => Typed::of(Type::Number),
        }
    }

    fn coalesce(&mut self, expr: &Expr, left: &'a Expr, right: &'a Expr, place: Place) -> Typed {
        let (a, b) = (self.expr(left, place), self.expr(right, place));
        if !a.optional && a.ty != Type::Unknown {
            self.report(
                Diagnostic::new(
                    Code::NeverMissing,
                    left.span.to(expr.span),
                    "this is never missing, so the default behind `??` is never used",
                    "always there",
                )
                .with_help("leave `??` and what follows it out"),
            );
            return a;
        }
        let ty = match (a.ty, b.ty) {
            (Type::Unknown, other) | (other, Type::Unknown) => other,
            (a, b) if a == b => a,
            (Type::Number, Type::Int) | (Type::Int, Type::Number) => Type::Number,
            (wanted @ (Type::Phone | Type::Url), Type::Text) if !place.is_text() => {
                self.expect(right, Type::Text, wanted, "behind `??`");
                wanted
            }
            (a, b) if a.is_printable() && b.is_printable() => Type::Text,
            (a, b) => {
                let message = format!(
                    "{} cannot stand in place of {}",
                    b.described(),
                    a.described()
                );
                self.report(Diagnostic::new(
                    Code::WrongType,
                    right.span,
                    message,
                    b.described(),
                ));
                return Typed::UNKNOWN;
            }
        };
        Typed {
            ty,
            optional: b.optional,
        }
    }

    /// Says so if two values are not alike.
    fn compare(&mut self, left: &Expr, a: Type, right: &Expr, b: Type) {
        match (a, b) {
            (Type::Unknown, _) | (_, Type::Unknown) => {}
            (a, b) if a.is_numeric() && b.is_numeric() => {}
            (Type::Json | Type::List(_) | Type::Failure, _) => {
                self.not_printable(left, a, Place::Inside)
            }
            (a, b) if a == b => {}
            (wanted @ (Type::Phone | Type::Url), Type::Text) => {
                self.expect(right, b, wanted, "here")
            }
            (Type::Text, wanted @ (Type::Phone | Type::Url)) => {
                self.expect(left, a, wanted, "here")
            }
            (a, b) => {
                let message = format!("{} is compared with {}", a.described(), b.described());
                let diagnostic =
                    Diagnostic::new(Code::UnlikeComparison, right.span, message, b.described());
                let diagnostic = if left.span == right.span {
                    diagnostic
                } else {
                    diagnostic.with_label(left.span, a.described())
                };
                self.report(diagnostic.with_help("only like is compared with like"));
            }
        }
    }

    fn function(&mut self, name: &Name, args: &'a [Expr]) -> Typed {
        let Some(function) = Function::named(&name.text) else {
            for arg in args {
                self.expr(arg, Place::Inside);
            }
            let near = suggest::nearest(&name.text, Function::NAMES.iter().copied());
            let message = format!("there is no function `{}`", name.text);
            let diagnostic = Diagnostic::new(
                Code::UnknownFunction,
                name.span,
                message,
                "unknown function",
            )
            .with_help(format!("the functions are {}", quoted(Function::NAMES)));
            self.report(match near.first() {
                Some(near) => diagnostic.with_fix(name.span, *near),
                None => diagnostic,
            });
            return Typed::UNKNOWN;
        };
        let params = function.params();
        if args.len() != params.len() {
            self.report(Diagnostic::new(
                Code::WrongArguments,
                name.span,
                format!(
                    "`{}` takes {} but is given {}",
                    name.text,
                    count(params.len()),
                    count(args.len())
                ),
                function.usage(),
            ));
        }
        for (arg, wanted) in args.iter().zip(params) {
            let typed = self.expr(arg, Place::Inside);
            let text_like = matches!(typed.ty, Type::Phone | Type::Url) && *wanted == Type::Text;
            if typed.optional {
                self.optional(arg, Place::Inside);
            } else if !text_like {
                self.expect(arg, typed.ty, *wanted, "here");
            }
        }
        for arg in args.iter().skip(params.len()) {
            self.expr(arg, Place::Inside);
        }
        Typed::of(function.result())
    }
}

/// The functions of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Function {
    Upper,
    Lower,
    Trim,
    Length,
    Round,
    Contains,
    Digits,
}

impl Function {
    /// What they are called.
    pub const NAMES: &[&str] = &[
        "upper", "lower", "trim", "length", "round", "contains", "digits",
    ];

    /// Finds a function.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "upper" => Self::Upper,
            "lower" => Self::Lower,
            "trim" => Self::Trim,
            "length" => Self::Length,
            "round" => Self::Round,
            "contains" => Self::Contains,
            "digits" => Self::Digits,
            _ => return None,
        })
    }

    /// The types it takes.
    pub fn params(self) -> &'static [Type] {
        match self {
            Self::Upper | Self::Lower | Self::Trim | Self::Length | Self::Digits => &[Type::Text],
            Self::Round => &[Type::Number, Type::Int],
            Self::Contains => &[Type::Text, Type::Text],
        }
    }

    fn result(self) -> Type {
        match self {
            Self::Upper | Self::Lower | Self::Trim | Self::Digits => Type::Text,
            Self::Length => Type::Int,
            Self::Round => Type::Number,
            Self::Contains => Type::Bool,
        }
    }

    fn usage(self) -> &'static str {
        match self {
            Self::Upper => "upper(text)",
            Self::Lower => "lower(text)",
            Self::Trim => "trim(text)",
            Self::Length => "length(text)",
            Self::Digits => "digits(text)",
            Self::Round => "round(number, places)",
            Self::Contains => "contains(text, part)",
        }
    }
}

/// The text of an expression that is known when the flow is compiled: a literal or a constant, or a string of these.
pub(crate) fn constant_text(file: &File, names: &Names, expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Text(parts) => parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => Some(text.clone()),
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
            Some(Referent::Const(at)) => {
                let value = &file.consts.get(at)?.value;
                // A constant holds no variables, so this goes no deeper.
                matches!(&value.kind, ExprKind::Text(parts) if parts.iter().any(|part| matches!(part, Part::Value(_))))
                    .then_some(())
                    .map_or_else(|| constant_text(file, names, value), |()| None)
            }
            _ => None,
        },
        _ => None,
    }
}

fn text_place(place: Place) -> Place {
    match place {
        Place::JsonBody => Place::TextBody,
        Place::SmsTo | Place::SmsFrom | Place::Media | Place::Condition | Place::Inside => {
            Place::Sms
        }
        other => other,
    }
}

fn declared_type(ty: Option<&TypeName>, optional: bool, otherwise: Type) -> Typed {
    match ty {
        Some(written) => Typed {
            ty: Type::written(written).unwrap_or(Type::Unknown),
            optional: optional || written.optional,
        },
        None => Typed {
            ty: otherwise,
            optional,
        },
    }
}

fn trigger_variable(name: &str) -> Type {
    match name {
        "body" => Type::Text,
        "media" => Type::List(super::types::Item::Url),
        _ => Type::Phone,
    }
}

fn quoted(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn count(number: usize) -> String {
    match number {
        0 => "no value".to_owned(),
        1 => "1 value".to_owned(),
        more => format!("{more} values"),
    }
}
