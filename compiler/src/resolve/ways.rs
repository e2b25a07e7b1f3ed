//! What is bound on each way through a path: a branch is walked and undone, and where ways come together only what all of
//! them bind is there.

use super::Resolver;
use super::names::{Origin, Presence, VarId};
use super::scope::Delta;
use crate::source::Span;
use crate::syntax::ast::{
    Arm, Arms, Ask, BinaryOp, Binding, Call, Expr, ExprKind, If, Name, Path, Step, StepKind, Talk,
};
use crate::syntax::visit;
use std::collections::HashSet;

/// Whether a path's end can be reached.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum End {
    Open,
    Left,
}

impl<'a> Resolver<'a> {
    pub(super) fn path(&mut self, path: &'a Path) -> End {
        let mut end = End::Open;
        for step in &path.steps {
            end = self.step(step);
        }
        end
    }

    fn step(&mut self, step: &'a Step) -> End {
        visit::step_exprs(step, &mut |expr| self.expr(expr));
        match &step.kind {
            StepKind::Call(call) => self.call(call),
            StepKind::Sms(sms) => {
                let ways = self.ways(&sms.arms, step.span, |_| {});
                self.join(ways)
            }
            StepKind::Bad(arms) => {
                self.scope.tainted = true;
                self.bad(arms, step.span)
            }
            StepKind::Talk(talk) => self.talk(talk, step.span),
            StepKind::Ask(ask) => self.ask(ask),
            StepKind::If(branch) => self.choice(branch, step.span),
            StepKind::Match(choice) => {
                let mut ways = Vec::new();
                for case in &choice.cases {
                    ways.push(self.branch(|this| this.path(&case.path)));
                }
                ways.push(match &choice.otherwise {
                    Some(arm) => self.branch(|this| this.path(&arm.path)),
                    None => None,
                });
                self.join(ways)
            }
            StepKind::Set(set) => {
                self.bind(&set.name, Origin::Set(set.value.id));
                End::Open
            }
            StepKind::Goto(goto) => {
                self.goto(&goto.path);
                End::Left
            }
            StepKind::Wait(_) => End::Open,
            StepKind::End => End::Left,
            StepKind::Group(path) => self.path(path),
        }
    }

    /// Both ways of an `if`; behind `$x != null` the optional `$x` is there.
    fn choice(&mut self, branch: &'a If, span: Span) -> End {
        let asked =
            presence(&branch.condition).and_then(|(name, then)| Some((name, self.scope.get(&name.text)?, then)));
        let present = |this: &mut Self, own: bool| {
            let Some((name, optional, then)) = asked.filter(|(_, _, then)| *then == own) else { return };
            let present = this.bind_new(&name.text, name.span, Origin::Present(optional));
            // `if $x` for a variable that is optional is told, with what it should be; nothing else is.
            if matches!(branch.condition.kind, ExprKind::Binary(..)) {
                this.names.presences.insert(span, Presence { optional, present, then });
            }
        };
        let then = self.branch(|this| {
            present(this, true);
            this.path(&branch.then)
        });
        let otherwise = self.branch(|this| {
            present(this, false);
            branch.otherwise.as_ref().map_or(End::Open, |arm| this.path(&arm.path))
        });
        self.join([then, otherwise])
    }

    fn ask(&mut self, ask: &'a Ask) -> End {
        let reply = self.branch(|this| {
            this.scope.tainted |= ask.incomplete;
            if let Some(field) = &ask.reply {
                this.bind(&field.name, Origin::Reply(field.ty.clone()));
            }
            ask.arms.reply.as_ref().map_or(End::Open, |arm| this.path(&arm.path))
        });
        // Without a `timeout` arm the run is over.
        let timeout = ask.arms.timeout.as_ref().and_then(|arm| self.branch(|this| this.path(&arm.path)));
        self.join([reply, timeout])
    }

    /// The arms of a step that was not understood: any of them may be the one that goes on.
    fn bad(&mut self, arms: &'a [Arm], span: Span) -> End {
        let mut ways = vec![self.branch(|_| End::Open)];
        for arm in arms {
            ways.push(self.branch(|this| {
                this.bind_new("failure", span, Origin::Failure);
                this.path(&arm.path)
            }));
        }
        self.join(ways)
    }

    fn call(&mut self, call: &'a Call) -> End {
        if let Some(name) = &call.service {
            self.service(name);
        }
        let ways = self.ways(&call.arms, Span::default(), |this| {
            this.scope.tainted |= call.lost_bindings;
            this.bindings(&call.bindings);
        });
        self.join(ways)
    }

    fn talk(&mut self, talk: &'a Talk, span: Span) -> End {
        self.bot(&talk.bot);
        let mut ways = self.ways(&talk.arms, span, |this| {
            this.scope.tainted |= talk.lost_bindings;
            this.bindings(&talk.bindings);
        });
        ways.extend(talk.timeout.iter().map(|arm| self.branch(|this| this.path(&arm.path))));
        self.join(ways)
    }

    fn bindings(&mut self, bindings: &'a [Binding]) {
        let mut seen = HashSet::new();
        for Binding { field, .. } in bindings {
            // A name that is bound twice by one step is told as such, not also as unused.
            if !seen.insert(&field.name.text)
                && let Some(var) = self.scope.get(&field.name.text)
            {
                self.mark_used(var);
            }
            self.bind(&field.name, Origin::Response(field.ty.clone(), field.optional));
        }
    }

    /// The ways on from a step, of which `on_ok` binds what only its success gives.
    fn ways(&mut self, arms: &'a Arms, span: Span, on_ok: impl FnOnce(&mut Self)) -> Vec<Option<Delta<'a>>> {
        let ok = self.branch(|this| {
            on_ok(this);
            arms.ok.as_ref().map_or(End::Open, |arm| this.path(&arm.path))
        });
        let mut ways = vec![ok];
        for fail in &arms.fails {
            ways.push(self.branch(|this| {
                this.bind_new("failure", span, Origin::Failure);
                this.path(&fail.arm.path)
            }));
        }
        ways
    }

    /// Walks one way and comes back; `None` if it leaves.
    fn branch(&mut self, walk: impl FnOnce(&mut Self) -> End) -> Option<Delta<'a>> {
        let mark = self.scope.mark();
        let end = walk(self);
        let delta = self.scope.rollback(&mark);
        (end == End::Open).then_some(delta)
    }

    /// Goes on where several ways come together: bound is what is bound on each of them.
    fn join(&mut self, ways: impl IntoIterator<Item = Option<Delta<'a>>>) -> End {
        let ways: Vec<Delta<'a>> = ways.into_iter().flatten().collect();
        if ways.is_empty() {
            return End::Left;
        }
        self.scope.tainted |= ways.iter().any(|way| way.tainted);
        let mut names: Vec<&'a str> = ways.iter().flat_map(|way| way.bound.keys().copied()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let outside = self.scope.get(name);
            let vars: Option<Vec<VarId>> = ways.iter().map(|way| way.bound.get(name).copied().or(outside)).collect();
            let Some(mut vars) = vars else { continue };
            vars.sort_unstable();
            vars.dedup();
            match vars.as_slice() {
                [var] => self.scope.bind(name, *var),
                _ => {
                    let span =
                        vars.first().and_then(|var| self.names.var(*var)).map_or(Span::default(), |var| var.span);
                    self.bind_new(name, span, Origin::Merge(vars));
                }
            }
        }
        End::Open
    }
}

/// Whether a condition asks just for the presence of a variable, and whether it holds where that is there.
fn presence(condition: &Expr) -> Option<(&Name, bool)> {
    let (op, left, right) = match &condition.kind {
        ExprKind::Binary(op @ (BinaryOp::Eq | BinaryOp::Ne), left, right) => (op, left, right),
        ExprKind::Variable(name, None) => return Some((name, true)),
        _ => return None,
    };
    match (&left.kind, &right.kind) {
        (ExprKind::Variable(name, None), ExprKind::Null) | (ExprKind::Null, ExprKind::Variable(name, None)) => {
            Some((name, *op == BinaryOp::Ne))
        }
        _ => None,
    }
}
