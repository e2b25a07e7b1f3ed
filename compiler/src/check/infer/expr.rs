//! Types of expressions.

use super::{Infer, count, quoted};
use crate::check::function::Function;
use crate::check::literal::{self, NumberLiteral};
use crate::check::place::Place;
use crate::check::types::{Type, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::Referent;
use crate::suggest;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Name, Part, UnaryOp};

impl<'a> Infer<'a> {
    pub(super) fn set(&mut self, expr: &Expr, typed: Typed) -> Typed {
        if let Some(slot) = self.types.exprs.get_mut(expr.id.0 as usize) {
            *slot = typed;
        }
        typed
    }

    pub(super) fn expr(&mut self, expr: &'a Expr, place: Place) -> Typed {
        let typed = match &expr.kind {
            ExprKind::Text(parts) => {
                // Inside a text any single value may stand, but a secret only where the whole text may be secret.
                let inner = if place.is_text() || place == Place::JsonBody { text_place(place) } else { Place::Inside };
                let outside = std::mem::replace(&mut self.in_string, true);
                for part in parts {
                    if let Part::Value(value) = part {
                        let typed = self.expr(value, inner);
                        self.fits(value, typed, text_place(place));
                    }
                }
                self.in_string = outside;
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
                        format!("{} digits", digits.bytes().filter(u8::is_ascii_digit).count()),
                    );
                    self.report(diagnostic.with_help("a whole number has at most 18 digits; put an id into quotes"));
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
            ExprKind::Null => Typed::of(Type::Null),
            ExprKind::Bad => Typed::UNKNOWN,
        };
        self.set(expr, typed)
    }

    fn variable(&mut self, expr: &Expr, name: &Name, field: Option<&Name>, place: Place) -> Typed {
        let typed = match self.names.referent(expr.id) {
            Some(Referent::Var(var)) => self.var(var, expr.span),
            Some(Referent::Const(at)) => {
                self.file.consts.get(at).map_or(Typed::UNKNOWN, |constant| self.types.expr(&constant.value))
            }
            Some(Referent::Secret(_)) => {
                if !place.takes_secrets() {
                    self.secret_leaves(expr, name, place);
                }
                Typed::of(Type::Text)
            }
            None => Typed::UNKNOWN,
        };
        match (typed.ty, field) {
            (ty, Some(field)) if !ty.fields().is_empty() => self.field(name, field, ty.fields()),
            (Type::Unknown, _) | (_, None) => typed,
            (_, Some(field)) => {
                self.no_fields(expr, name, field);
                Typed::UNKNOWN
            }
        }
    }

    fn no_fields(&mut self, expr: &Expr, name: &Name, field: &Name) {
        let Name { text, .. } = name;
        let diagnostic = Diagnostic::new(
            Code::UnknownField,
            field.span,
            format!("`${text}` has no fields, so `.{}` means nothing", field.text),
            "no such field",
        );
        let braced = format!("${{{text}}}.{}", field.text);
        // Right behind a name in a string the dot may be the text's own; in an expression it is not.
        let has_dollar = expr.span.start < name.span.start;
        self.report(match Function::named(&field.text) {
            Some(_) => diagnostic.with_help(format!("a function stands before its value: `{}(${text})`", field.text)),
            None if self.in_string && has_dollar => diagnostic
                .with_help(format!("if the dot belongs to the text, end the name with braces: `{braced}`"))
                .with_fix(expr.span, braced),
            None => diagnostic.with_help("only `$failure` and `$now` have fields"),
        });
    }

    fn field(&mut self, record: &Name, field: &Name, fields: &'static [(&'static str, Typed)]) -> Typed {
        if let Some((_, typed)) = fields.iter().find(|(known, _)| *known == field.text) {
            return *typed;
        }
        let known: Vec<&str> = fields.iter().map(|(known, _)| *known).collect();
        let diagnostic = Diagnostic::new(
            Code::UnknownField,
            field.span,
            format!("`${}` has no field `{}`", record.text, field.text),
            "no such field",
        )
        .with_help(format!("its fields are {}", quoted(&known)));
        self.report(match suggest::nearest(&field.text, known).first() {
            Some(near) => diagnostic.with_fix(field.span, *near),
            None => diagnostic,
        });
        Typed::UNKNOWN
    }

    fn secret_leaves(&mut self, expr: &Expr, name: &Name, place: Place) {
        let what = match place {
            Place::Inside | Place::Condition => "a secret goes only where it is sent".to_owned(),
            place => format!("the secret `${}` could leave {}", name.text, place.described()),
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

    fn binary(&mut self, expr: &Expr, op: BinaryOp, left: &'a Expr, right: &'a Expr, place: Place) -> Typed {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                self.operand(left, Type::Bool);
                self.operand(right, Type::Bool);
                Typed::of(Type::Bool)
            }
            BinaryOp::Coalesce => self.coalesce(expr, left, right, place),
            BinaryOp::Eq | BinaryOp::Ne => {
                let (a, b) = (self.expr(left, Place::Inside), self.expr(right, Place::Inside));
                if a.ty == Type::Null || b.ty == Type::Null {
                    let (value, typed) = if a.ty == Type::Null { (right, b) } else { (left, a) };
                    self.presence(value, typed);
                    return Typed::of(Type::Bool);
                }
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
                let (a, b) = (self.expr(left, Place::Inside), self.expr(right, Place::Inside));
                for (operand, typed) in [(left, a), (right, b)] {
                    match typed.ty {
                        _ if typed.optional => self.optional(operand, Place::Inside),
                        Type::Scalar => self.untyped(operand),
                        Type::Unknown => {}
                        ty if ty.is_numeric() => {}
                        ty => {
                            let message = format!("`{}` compares numbers, and this is {}", op.as_str(), ty.described());
                            let diagnostic =
                                Diagnostic::new(Code::UnlikeComparison, operand.span, message, ty.described());
                            let diagnostic = self.with_sample(diagnostic, operand);
                            self.report(diagnostic.with_help("texts are compared with `==` and `!=`"));
                        }
                    }
                }
                Typed::of(Type::Bool)
            }
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => self.arithmetic(op, left, right),
        }
    }

    /// `$x == null`: makes sense only for what may be missing.
    fn presence(&mut self, value: &Expr, typed: Typed) {
        if typed.optional || typed.ty == Type::Unknown {
            return;
        }
        let message = match typed.ty {
            Type::Null => "`null` is compared with `null`",
            _ => "this is never missing, so it is never `null`",
        };
        let diagnostic = Diagnostic::new(Code::NeverMissing, value.span, message, "always there");
        let diagnostic = self.with_binding(diagnostic, value);
        self.report(diagnostic.with_help("leave the comparison out"));
    }

    fn arithmetic(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr) -> Typed {
        let (a, b) = (self.expr(left, Place::Inside), self.expr(right, Place::Inside));
        if op == BinaryOp::Add && (a.ty == Type::Text || b.ty == Type::Text) {
            let text = if a.ty == Type::Text { left } else { right };
            let diagnostic =
                Diagnostic::new(Code::WrongType, text.span, "`+` adds numbers, and this is a text", "a text")
                    .with_help("join texts inside one string: `\"$first $second\"`");
            self.report(self.with_sample(diagnostic, text));
            return Typed::UNKNOWN;
        }
        if let (BinaryOp::Div, ExprKind::Number(digits)) = (op, &right.kind)
            && !digits.contains(|c: char| c.is_ascii_digit() && c != '0')
        {
            let diagnostic = Diagnostic::new(Code::BadLiteral, right.span, "nothing can be divided by zero", "zero");
            self.report(diagnostic.with_help("a run would end here with a fault"));
            return Typed::UNKNOWN;
        }
        let (a, b) = (self.number(left, a, "in a calculation"), self.number(right, b, "in a calculation"));
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
            return if a.ty.is_printable() { a } else { Typed::UNKNOWN };
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
                let message = format!("{} cannot stand in place of {}", b.described(), a.described());
                self.report(Diagnostic::new(Code::WrongType, right.span, message, b.described()));
                return Typed::UNKNOWN;
            }
        };
        Typed { ty, optional: b.optional }
    }

    fn function(&mut self, name: &Name, args: &'a [Expr]) -> Typed {
        let Some(function) = Function::named(&name.text) else {
            for arg in args {
                self.expr(arg, Place::Inside);
            }
            let near = suggest::nearest(&name.text, Function::NAMES.iter().copied());
            let message = format!("there is no function `{}`", name.text);
            let diagnostic = Diagnostic::new(Code::UnknownFunction, name.span, message, "unknown function")
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
                format!("`{}` takes {} but is given {}", name.text, count(params.len()), count(args.len())),
                function.usage(),
            ));
        }
        for (arg, wanted) in args.iter().zip(params) {
            let typed = self.expr(arg, Place::Inside);
            let text_like = matches!(typed.ty, Type::Phone | Type::Url) && *wanted == Type::Text;
            let is_list = matches!(typed.ty, Type::List(_)) && function.takes_lists();
            if typed.optional {
                self.optional(arg, Place::Inside);
            } else if !text_like && !is_list {
                self.expect(arg, typed.ty, *wanted, "here");
            }
        }
        for arg in args.iter().skip(params.len()) {
            self.expr(arg, Place::Inside);
        }
        Typed::of(function.result())
    }
}

fn text_place(place: Place) -> Place {
    match place {
        Place::JsonBody => Place::TextBody,
        Place::SmsTo | Place::SmsFrom | Place::Media | Place::Condition | Place::Inside => Place::Sms,
        other => other,
    }
}
