//! Whether a value fits the place where it stands.

use super::Infer;
use crate::check::constant::constant_text;
use crate::check::literal;
use crate::check::place::Place;
use crate::check::sample::OfSample;
use crate::check::types::{Type, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::{Origin, Referent, Variable};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Part, UnaryOp};

impl<'a> Infer<'a> {
    /// A value of the one type or nature that its place wants.
    pub(super) fn place(&mut self, expr: &'a Expr, place: Place) {
        let typed = self.expr(expr, place);
        self.fits(expr, typed, place);
    }

    pub(super) fn fits(&mut self, expr: &'a Expr, typed: Typed, place: Place) {
        if typed.ty == Type::Unknown {
            return;
        }
        // In JSON there is a word for what is missing: `null`.
        if typed.optional && place != Place::JsonBody {
            return self.optional(expr, place);
        }
        match place.wants() {
            Some(wanted) => self.expect(expr, typed.ty, wanted, place.described()),
            None if place.is_text() && !typed.ty.is_printable() => self.not_printable(expr, typed.ty, place),
            None if place == Place::JsonBody && !typed.ty.fields().is_empty() => {
                self.not_printable(expr, typed.ty, place);
            }
            None => {}
        }
    }

    pub(super) fn not_printable(&mut self, expr: &Expr, ty: Type, place: Place) {
        let diagnostic = Diagnostic::new(
            Code::WrongType,
            expr.span,
            format!("{} cannot stand {}", ty.described(), place.described()),
            ty.described(),
        );
        self.report(match ty {
            Type::Null => diagnostic.with_help("`null` stands only in a comparison: `$name == null`, `$name != null`"),
            ty if !ty.fields().is_empty() => {
                let fields: Vec<String> = ty.fields().iter().map(|(field, _)| format!("`.{field}`")).collect();
                diagnostic.with_help(format!("name one of its fields: {}", fields.join(", ")))
            }
            _ => diagnostic.with_help("only a single value can; it fits into a `json` body as it is"),
        });
    }

    pub(super) fn optional(&mut self, expr: &Expr, place: Place) {
        let name = written_name(expr).unwrap_or_else(|| "value".to_owned());
        // Inside `${…}` a variable has no dollar sign.
        let is_bare = expr.span.range().len() == name.len();
        let instead = match (place, is_bare) {
            (_, true) => format!("`{name} ?? …`"),
            (Place::Sms, false) => format!("`${{{name} ?? \"\"}}`"),
            (_, false) => format!("`(${name} ?? …)`, or `${{{name} ?? \"\"}}` inside a string"),
        };
        let diagnostic = Diagnostic::new(
            Code::OptionalUnchecked,
            expr.span,
            format!("`${name}` may be missing {}", place.described()),
            "optional",
        );
        if place == Place::Condition && matches!(expr.kind, ExprKind::Variable(_, None)) {
            let asked = format!("${name} != null");
            let diagnostic = diagnostic.with_help(format!("ask whether it is there: `{asked}`"));
            return self.report(diagnostic.with_fix(expr.span, asked));
        }
        let diagnostic = diagnostic.with_help(format!("say what stands in its place: {instead}"));
        let is_in_string = place == Place::Sms && !is_bare && matches!(expr.kind, ExprKind::Variable(..));
        self.report(if is_in_string {
            diagnostic.with_fix(expr.span, format!("${{{name} ?? \"\"}}"))
        } else {
            diagnostic
        });
    }

    /// A single value that is there, as `match` wants it.
    pub(super) fn single(&mut self, expr: &'a Expr) {
        let typed = self.expr(expr, Place::Inside);
        match typed.ty {
            _ if typed.optional => self.optional(expr, Place::Inside),
            Type::Scalar => self.untyped(expr),
            ty if !ty.is_printable() => self.not_printable(expr, typed.ty, Place::Inside),
            _ => {}
        }
    }

    pub(super) fn pattern(&mut self, subject: &Expr, pattern: &'a Expr) {
        let literal = match &pattern.kind {
            ExprKind::Text(parts) => parts.iter().all(|part| matches!(part, Part::Literal(_))),
            ExprKind::Variable(..) => {
                matches!(self.names.referent(pattern.id), Some(Referent::Const(_)) | None)
            }
            ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Bad => true,
            ExprKind::Unary(UnaryOp::Minus, number) => matches!(number.kind, ExprKind::Number(_)),
            _ => false,
        };
        let typed = self.expr(pattern, Place::Inside);
        if !literal {
            self.report(
                Diagnostic::new(Code::WrongType, pattern.span, "a case is a literal or a constant", "not fixed")
                    .with_help("compare with a variable by `if $a == $b`"),
            );
            return;
        }
        let subject = self.types.expr(subject).ty;
        if subject != Type::Scalar {
            self.compare(pattern, subject, pattern, typed.ty);
        }
    }

    /// Says so if a value is not of the wanted type. A text literal may be a phone number or a URL.
    pub(super) fn expect(&mut self, expr: &Expr, found: Type, wanted: Type, place: &str) {
        if found == wanted || found == Type::Unknown || wanted == Type::Unknown {
            return;
        }
        if found == Type::Int && wanted == Type::Number {
            return;
        }
        if let (Type::Phone | Type::Url, Some(text)) = (wanted, constant_text(self.file, self.names, expr)) {
            return self.literal(expr, &text, wanted);
        }
        if found == Type::Scalar {
            return self.untyped(expr);
        }
        let diagnostic = Diagnostic::new(
            Code::WrongType,
            expr.span,
            format!("{place} stands {}, not {}", wanted.described(), found.described()),
            found.described(),
        );
        let diagnostic = self.with_binding(diagnostic, expr);
        self.report(match (wanted, found) {
            (Type::Phone, _) => diagnostic.with_help("give it the type `phone` where it is bound"),
            (Type::Text, found) if found.is_printable() => diagnostic.with_help("put it into a text: `\"$name\"`"),
            (Type::Int | Type::Url, _) if self.of_sample(expr).is_some() => {
                diagnostic.with_help("if it is one, give it that type where it is bound")
            }
            (Type::Url, _) if matches!(expr.kind, ExprKind::Text(_)) => {
                diagnostic.with_help("variables stand in the URL of a call and behind `media`, and in no other URL")
            }
            (Type::Url, _) => diagnostic.with_help("give it the type `url` where it is bound"),
            (Type::Bool, _) => diagnostic.with_help("compare it with something, as in `$x == \"yes\"`"),
            _ => diagnostic,
        });
    }

    /// Points at what binds the variable, and says from which sample its type is.
    pub(super) fn with_binding(&self, diagnostic: Diagnostic, expr: &Expr) -> Diagnostic {
        let Some(Referent::Var(var)) = self.names.referent(expr.id) else {
            return diagnostic;
        };
        match self.names.var(var) {
            Some(_) if self.of_sample(expr).is_some() => self.with_sample(diagnostic, expr),
            Some(variable) if variable.span != Span::default() => {
                diagnostic.with_label(variable.span, format!("`${}` is bound here", variable.name))
            }
            _ => diagnostic,
        }
    }

    /// Says from which sample a variable's type is, if it is from one.
    pub(super) fn with_sample(&self, diagnostic: Diagnostic, expr: &Expr) -> Diagnostic {
        match self.of_sample(expr) {
            Some((variable, found)) => {
                let (name, ty, sample) = (&variable.name, found.ty.described(), &found.sample);
                diagnostic.with_label(variable.span, format!("`${name}` is {ty} in {sample}"))
            }
            None => diagnostic,
        }
    }

    /// The response variable that stands here, and the sample that gave it its type.
    fn of_sample(&self, expr: &Expr) -> Option<(&'a Variable, &'a OfSample)> {
        let Some(Referent::Var(mut var)) = self.names.referent(expr.id) else {
            return None;
        };
        let mut variable = self.names.var(var)?;
        while let Origin::Present(optional) = variable.origin {
            var = optional;
            variable = self.names.var(var)?;
        }
        let found = self.found.at(variable.span).filter(|found| found.ty != Type::Unknown)?;
        Some((variable, found))
    }

    pub(super) fn literal(&mut self, expr: &Expr, text: &str, wanted: Type) {
        let (fits, help) = match wanted {
            Type::Phone => (literal::is_phone(text), "write it as `+` and the whole number, as in `\"+15550100\"`"),
            _ => (literal::is_url(text), "write it whole, as in `\"https://example.com/menu.png\"`"),
        };
        if !fits {
            let message = format!("`{text}` is not {}", wanted.described());
            self.report(Diagnostic::new(Code::BadLiteral, expr.span, message, "not understood").with_help(help));
        }
    }

    pub(super) fn untyped(&mut self, expr: &Expr) {
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
        .with_help(format!("say what it is where it is bound: `{name}: int = …` or `{name}: text = …`"));
        let diagnostic = self.with_binding(diagnostic, expr);
        self.report(diagnostic);
    }

    /// Says so if two values are not alike.
    pub(super) fn compare(&mut self, left: &Expr, a: Type, right: &Expr, b: Type) {
        match (a, b) {
            (Type::Unknown, _) | (_, Type::Unknown) => {}
            (a, b) if a.is_numeric() && b.is_numeric() => {}
            (a, _) if !a.is_printable() => self.not_printable(left, a, Place::Inside),
            (_, b) if !b.is_printable() => self.not_printable(right, b, Place::Inside),
            (a, b) if a == b => {}
            (wanted @ (Type::Phone | Type::Url), Type::Text) => self.expect(right, b, wanted, "here"),
            (Type::Text, wanted @ (Type::Phone | Type::Url)) => self.expect(left, a, wanted, "here"),
            (a, b) => {
                let message = format!("{} is compared with {}", a.described(), b.described());
                let diagnostic = Diagnostic::new(Code::UnlikeComparison, right.span, message, b.described());
                let diagnostic =
                    if left.span == right.span { diagnostic } else { diagnostic.with_label(left.span, a.described()) };
                let diagnostic = self.with_sample(self.with_sample(diagnostic, left), right);
                self.report(diagnostic.with_help("only like is compared with like"));
            }
        }
    }
}

/// A variable with its field, without the dollar sign: `failure.status`.
fn written_name(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Variable(name, Some(field)) => Some(format!("{}.{}", name.text, field.text)),
        ExprKind::Variable(name, None) => Some(name.text.clone()),
        _ => None,
    }
}
