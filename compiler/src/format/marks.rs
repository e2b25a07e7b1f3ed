//! What the tree knows of single tokens and their text does not show: whether `-` is a sign, whether `<` opens a list.

use crate::source::Span;
use crate::syntax::ast::{Binding, Expr, ExprKind, Field, File, Query, Source, StepKind, UnaryOp};
use crate::syntax::visit;

/// What is known of the token that begins at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// A name whose arguments follow: its `(` stands close to it.
    Callee,
    /// A sign, close to its operand.
    Sign,
    /// A variable in angle brackets; for the first one, `<` is before it.
    Listed,
    /// The `T` of `list<T>`.
    TypeItem,
    /// A label or a dotted path, which ends at this offset, whatever is in it.
    Query(u32),
}

/// The marks of a file in the order of their places.
pub(super) fn marks(file: &File) -> Vec<(u32, Mark)> {
    let mut marks = Marks(Vec::new());
    marks.heads(file);
    for body in visit::bodies(file) {
        visit::steps(body, &mut |step| {
            visit::step_exprs(step, &mut |expr| marks.expr(expr));
            match &step.kind {
                StepKind::Call(call) => marks.bindings(&call.bindings),
                StepKind::Talk(talk) => marks.bindings(&talk.bindings),
                StepKind::Ask(ask) => ask.reply.iter().for_each(|reply| marks.listed(reply)),
                StepKind::Goto(goto) => marks.put(goto.path.span, Mark::Callee),
                _ => {}
            }
        });
    }
    for line in file.tests.iter().flat_map(|test| &test.steps) {
        visit::test_step_exprs(&line.kind, &mut |expr| marks.expr(expr));
    }
    marks.0.sort_unstable();
    marks.0
}

struct Marks(Vec<(u32, Mark)>);

impl Marks {
    fn put(&mut self, span: Span, mark: Mark) {
        self.0.push((span.start, mark));
    }

    fn heads(&mut self, file: &File) {
        file.consts.iter().for_each(|constant| self.expr(&constant.value));
        for clause in file.services.iter().flat_map(|service| &service.clauses) {
            visit::clause_exprs(clause, &mut |expr| self.expr(expr));
        }
        file.bots.iter().flat_map(|bot| bot.exprs()).for_each(|expr| self.expr(expr));
        for trigger in &file.triggers {
            visit::source_exprs(&trigger.source, &mut |expr| self.expr(expr));
            if let Source::Api(api) = &trigger.source {
                api.inputs.iter().for_each(|input| self.field(input));
            }
        }
        for path in &file.paths {
            self.put(path.name.span, Mark::Callee);
            path.params.iter().for_each(|param| self.field(param));
        }
    }

    fn bindings(&mut self, bindings: &[Binding]) {
        for binding in bindings {
            self.listed(&binding.field);
            let has_query = binding.query_span != binding.field.name.span;
            if has_query && matches!(binding.query, Query::Label(_) | Query::Path(_)) {
                self.put(binding.query_span, Mark::Query(binding.query_span.end));
            }
        }
    }

    fn listed(&mut self, field: &Field) {
        self.put(field.name.span, Mark::Listed);
        self.field(field);
    }

    fn field(&mut self, field: &Field) {
        if let Some(item) = field.ty.as_ref().and_then(|ty| ty.item.as_ref()) {
            self.put(item.span, Mark::TypeItem);
        }
    }

    /// The marks of an expression. Those inside strings are passed over later, since a string is one token.
    fn expr(&mut self, expr: &Expr) {
        visit::exprs(expr, &mut |expr| match &expr.kind {
            ExprKind::Unary(UnaryOp::Minus, _) => self.put(expr.span, Mark::Sign),
            ExprKind::Function(name, _) => self.put(name.span, Mark::Callee),
            _ => {}
        });
    }
}
