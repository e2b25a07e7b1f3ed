//! Expressions: operators by precedence, variables, functions.

use super::{Lower, Pair, Parts, take};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Name, Part, Pattern, Text, UnaryOp};
use crate::syntax::grammar::Rule;
use crate::syntax::nesting::MAX_NESTING;

impl Lower {
    /// An expression; inside `${…}` (`bare`) a variable has no dollar sign.
    pub(super) fn expr(&mut self, pair: Pair<'_>, bare: bool) -> Expr {
        let span = self.span(&pair);
        let operators = pair.clone().into_inner().filter(is_operator).count();
        if operators > MAX_NESTING {
            self.report(
                Diagnostic::new(
                    Code::NestedTooDeep,
                    span,
                    format!("an expression may have at most {MAX_NESTING} operators"),
                    format!("this has {operators}"),
                )
                .with_help("give parts of it names with `set`"),
            );
            return self.bad_expr(span);
        }
        let mut parts = pair.into_inner().peekable();
        self.binary(&mut parts, 0, bare, span)
    }

    /// `= EXPR` behind a name.
    pub(super) fn assigned(&mut self, parts: &mut Parts<'_>, name: Span) -> Expr {
        let assign = take(parts, Rule::assign).map(|assign| self.span(&assign));
        let value = take(parts, Rule::expr).map(|expr| self.expr(expr, false));
        match (assign, value) {
            (Some(_), Some(value)) => value,
            (None, _) => {
                self.expected(name, "`=` and a value");
                self.bad_expr(name)
            }
            (Some(assign), None) => {
                self.expected(assign, "a value behind `=`");
                self.bad_expr(name)
            }
        }
    }

    /// Precedence climbing over the flat row of operands and operators.
    fn binary(&mut self, parts: &mut Parts<'_>, least: u8, bare: bool, span: Span) -> Expr {
        let mut left = self.unary(parts, bare, span);
        while let Some(next) = parts.peek() {
            if next.as_rule() == Rule::dangling {
                let operator = self.span(next);
                self.expected(operator, &format!("a value behind `{}`", next.as_str().trim()));
                parts.next();
                return self.bad_expr(span);
            }
            let Some(op) = binary_op(next, bare) else {
                break;
            };
            if op.precedence() < least {
                break;
            }
            match next.as_rule() {
                Rule::op_single_eq => self.single_equals(next),
                _ => self.operator_spelling(next, bare),
            }
            parts.next();
            // `??` groups to the right, all others to the left.
            let above = if op == BinaryOp::Coalesce { op.precedence() } else { op.precedence() + 1 };
            let right = self.binary(parts, above, bare, span);
            left = self.new_expr(left.span.to(right.span), ExprKind::Binary(op, Box::new(left), Box::new(right)));
        }
        left
    }

    fn unary(&mut self, parts: &mut Parts<'_>, bare: bool, span: Span) -> Expr {
        let Some(part) = parts.next() else {
            return self.bad_expr(span);
        };
        let op = match part.as_rule() {
            Rule::op_not | Rule::foreign_not => UnaryOp::Not,
            Rule::op_minus => UnaryOp::Minus,
            _ => return self.value_in(part, bare),
        };
        let start = self.span(&part);
        self.operator_spelling(&part, bare);
        // `not` takes a whole comparison, `-` a single value.
        let operand = match op {
            UnaryOp::Not => self.binary(parts, BinaryOp::Eq.precedence(), bare, span),
            UnaryOp::Minus => self.unary(parts, bare, span),
        };
        self.new_expr(start.to(operand.span), ExprKind::Unary(op, Box::new(operand)))
    }

    fn single_equals(&mut self, pair: &Pair<'_>) {
        let span = self.span(pair);
        self.report(
            Diagnostic::new(Code::SingleEquals, span, "a comparison is written `==`", "this binds a name")
                .with_fix(span, "=="),
        );
    }

    /// A value outside `${…}`.
    pub(super) fn value(&mut self, pair: Pair<'_>) -> Expr {
        self.value_in(pair, false)
    }

    fn value_in(&mut self, pair: Pair<'_>, bare: bool) -> Expr {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::string => self.string(pair),
            Rule::number => self.new_expr(span, ExprKind::Number(pair.as_str().to_owned())),
            Rule::kw_true => self.new_expr(span, ExprKind::Bool(true)),
            Rule::kw_false => self.new_expr(span, ExprKind::Bool(false)),
            Rule::kw_null => self.new_expr(span, ExprKind::Null),
            Rule::variable => {
                if bare {
                    self.dollar_in_interpolation(span);
                }
                self.variable(pair)
            }
            Rule::bare_name | Rule::bare_value if bare => self.variable(pair),
            // Nobody knows whether a variable or a word was meant, so nothing else is told of it.
            Rule::bare_name | Rule::bare_value => match self.foreign_value(&pair) {
                Some(kind) => self.new_expr(span, kind),
                None => {
                    self.missing_dollar(&pair);
                    self.bad_expr(span)
                }
            },
            Rule::paren => {
                let mut parts = pair.into_inner().peekable();
                let open = take(&mut parts, Rule::open_paren).map_or(span, |open| self.span(&open));
                let inner = take(&mut parts, Rule::expr).map(|inner| self.expr(inner, bare));
                if take(&mut parts, Rule::close_paren).is_none() {
                    self.unclosed(open, "(", ")");
                }
                inner.unwrap_or_else(|| {
                    self.expected(open, "an expression between the parentheses");
                    self.bad_expr(span)
                })
            }
            Rule::loose_function => {
                let written = pair.as_str().trim_end();
                let message = "where a clause's value stands, an expression stands in parentheses";
                self.report(
                    Diagnostic::new(Code::MissingPart, span, message, "without parentheses")
                        .with_fix(span, format!("({written})")),
                );
                self.bad_expr(span)
            }
            Rule::negative => {
                let mut parts = pair.into_inner().filter(|part| part.as_rule() == Rule::number);
                let Some(number) = parts.next().map(|number| self.value_in(number, bare)) else {
                    return self.bad_expr(span);
                };
                self.new_expr(span, ExprKind::Unary(UnaryOp::Minus, Box::new(number)))
            }
            Rule::bare_function => {
                let mut parts = pair.into_inner();
                let name = parts.next().map(|name| self.name(&name));
                let value = parts.next().map(|value| self.value_in(value, bare));
                let (Some(name), Some(value)) = (name, value) else { return self.bad_expr(span) };
                let message = format!("`{}` takes its values in parentheses", name.text);
                let place = Span { start: name.span.end, end: value.span.start };
                self.report(
                    Diagnostic::new(Code::MissingPart, span, message, "without parentheses")
                        .with_help(format!("as in `{}(…)`", name.text))
                        .with_label(place, "`(` belongs here"),
                );
                self.bad_expr(span)
            }
            Rule::function => {
                let mut parts = pair.into_inner().peekable();
                let name = take(&mut parts, Rule::function_name).map(|name| self.name(&name));
                let takes_pattern = name.as_ref().is_some_and(|name| name.text == "matches");
                let args = match take(&mut parts, Rule::args) {
                    Some(args) if takes_pattern => self.text_and_pattern(args, bare),
                    Some(args) => self.args(args, bare),
                    None => Vec::new(),
                };
                match name {
                    Some(name) => self.new_expr(span, ExprKind::Function(name, args)),
                    None => self.bad_expr(span),
                }
            }
            _ => self.bad_expr(span),
        }
    }

    /// `(a, b)` of a function or of `goto`.
    pub(super) fn args(&mut self, pair: Pair<'_>, bare: bool) -> Vec<Expr> {
        let listed = self.listed(pair, ("(", ")"), "two values");
        listed.items.into_iter().map(|item| self.expr(item, bare)).collect()
    }

    /// `(text, "pattern")`: the pattern is read raw, so it is a string and nothing else.
    fn text_and_pattern(&mut self, pair: Pair<'_>, bare: bool) -> Vec<Expr> {
        let listed = self.listed(pair, ("(", ")"), "two values");
        let mut args = Vec::new();
        for (at, item) in listed.items.into_iter().enumerate() {
            args.push(if at == 1 { self.pattern_argument(item) } else { self.expr(item, bare) });
        }
        args
    }

    fn pattern_argument(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let Some(string) = only_string(pair) else {
            self.report(
                Diagnostic::new(Code::BadPattern, span, "a pattern is written out, in quotes", "not a string")
                    .with_help("patterns are compiled with the flow: `matches($body, \"[0-9]{5}\")`"),
            );
            return self.bad_expr(span);
        };
        let span = self.span(&string);
        let text = self.pattern(&string).map(|pattern| vec![Part::Literal(Text { value: pattern.text, span })]);
        self.new_expr(span, text.map_or(ExprKind::Bad, ExprKind::Text))
    }

    /// A regular expression; `None` if it is none, which has been told.
    pub(super) fn pattern(&mut self, pair: &Pair<'_>) -> Option<Pattern> {
        let raw = self.raw(pair);
        // Whatever any place can do with it, it can be compiled there: by case and without.
        match flow_query::Pattern::whole_in_any_case(&raw.text) {
            Ok(_) => Some(Pattern { span: raw.span, text: raw.text }),
            Err(error) => {
                self.raw_mistake(Code::BadPattern, &raw, error, "in this regular expression");
                None
            }
        }
    }

    /// `$name`, `$name.field` or the same without the dollar sign.
    pub(super) fn variable(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let mut name = None;
        let mut field = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::ident => name = Some(self.name(&part)),
                Rule::field if field.is_none() => {
                    let ident = part.into_inner().next();
                    field = ident.map(|ident| self.name(&ident));
                }
                _ => {}
            }
        }
        match name {
            Some(name) => {
                let end = field.as_ref().map_or(name.span, |field: &Name| field.span);
                self.new_expr(Span { start: span.start, end: end.end }, ExprKind::Variable(name, field))
            }
            None => self.bad_expr(span),
        }
    }

    /// `True`, `None`: told, and taken for what was meant.
    fn foreign_value(&mut self, pair: &Pair<'_>) -> Option<ExprKind> {
        let (written, span) = (pair.as_str().trim(), self.span(pair));
        let (ours, kind) = match written {
            "True" | "TRUE" => ("true", ExprKind::Bool(true)),
            "False" | "FALSE" => ("false", ExprKind::Bool(false)),
            "None" | "NULL" | "nil" | "undefined" => ("null", ExprKind::Null),
            _ => return None,
        };
        self.foreign(span, written, ours, "this value");
        Some(kind)
    }

    fn missing_dollar(&mut self, pair: &Pair<'_>) {
        let span = self.span(pair);
        let name = pair.as_str().trim();
        self.report(
            Diagnostic::new(Code::MissingDollar, span, format!("a variable is written `${name}`"), "no `$` before it")
                .with_help(format!("write `${name}` for the variable, `\"{name}\"` for the word"))
                .with_fix(Span::at(span.start), "$"),
        );
    }

    fn dollar_in_interpolation(&mut self, span: Span) {
        let dollar = Span { start: span.start, end: span.start + 1 };
        self.report(
            Diagnostic::new(
                Code::DollarInInterpolation,
                dollar,
                "inside `${…}` a variable is written without `$`",
                "one `$` too many",
            )
            .with_fix(dollar, ""),
        );
    }
}

fn is_operator(pair: &Pair<'_>) -> bool {
    binary_op(pair, false).is_some() || matches!(pair.as_rule(), Rule::op_not | Rule::foreign_not)
}

/// `bare`: inside `${…}`, where `||` is meant as a default.
fn binary_op(pair: &Pair<'_>, bare: bool) -> Option<BinaryOp> {
    Some(match pair.as_rule() {
        Rule::foreign_or if bare => BinaryOp::Coalesce,
        Rule::foreign_is if pair.as_str().contains("not") => BinaryOp::Ne,
        Rule::foreign_is => BinaryOp::Eq,
        Rule::op_or | Rule::foreign_or => BinaryOp::Or,
        Rule::op_and | Rule::foreign_and => BinaryOp::And,
        Rule::foreign_eq if pair.as_str().starts_with('!') => BinaryOp::Ne,
        Rule::foreign_eq => BinaryOp::Eq,
        Rule::op_coalesce => BinaryOp::Coalesce,
        Rule::op_eq | Rule::op_single_eq => BinaryOp::Eq,
        Rule::op_ne => BinaryOp::Ne,
        Rule::op_lt => BinaryOp::Lt,
        Rule::op_le => BinaryOp::Le,
        Rule::op_gt => BinaryOp::Gt,
        Rule::op_ge => BinaryOp::Ge,
        Rule::op_add => BinaryOp::Add,
        Rule::op_minus => BinaryOp::Sub,
        Rule::op_mul => BinaryOp::Mul,
        Rule::op_div => BinaryOp::Div,
        _ => return None,
    })
}

/// The string that an expression is, be it in parentheses.
fn only_string(pair: Pair<'_>) -> Option<Pair<'_>> {
    let is_string = |pair: &Pair<'_>| pair.as_rule() == Rule::string && pair.as_str().starts_with('"');
    let mut parts = pair.into_inner().filter(|part| !matches!(part.as_rule(), Rule::open_paren | Rule::close_paren));
    match (parts.next(), parts.next()) {
        (Some(only), None) if is_string(&only) => Some(only),
        (Some(only), None) if matches!(only.as_rule(), Rule::paren | Rule::expr) => only_string(only),
        _ => None,
    }
}
