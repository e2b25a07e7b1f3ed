//! Live variables: what a step and all that follows it still need.

use super::{Auth, Body, Call, Expr, ExprKind, Fail, Json, Node, NodeId, NodeKind, Sms, UrlPart};
use crate::check::types::{Type, Typed};
use std::collections::BTreeMap;

/// Variables by name.
pub(crate) type Live = BTreeMap<String, Typed>;

/// What is live before a step; the steps it leads to are in `nodes` already.
pub(super) fn before(kind: &NodeKind, nodes: &[Node]) -> Live {
    let after = |id: &NodeId| nodes.get(id.0).map(|node| node.live.clone()).unwrap_or_default();
    let after_failure = |fail: &Fail| match fail {
        Fail::Arm(id) => {
            let mut live = after(id);
            live.remove("failure");
            live
        }
        Fail::Ends => Live::new(),
    };
    let mut live = Live::new();
    match kind {
        NodeKind::Start { next } => live.extend(after(next)),
        NodeKind::Call { call, ok, fail } => {
            live.extend(after(ok));
            for binding in &call.bindings {
                live.remove(&binding.variable.name);
            }
            live.extend(after_failure(fail));
        }
        NodeKind::Sms { ok, fail, .. } => {
            live.extend(after(ok));
            live.extend(after_failure(fail));
        }
        NodeKind::If { then, otherwise, .. } => {
            live.extend(after(then));
            live.extend(after(otherwise));
        }
        NodeKind::Match { .. } => kind.successors().iter().for_each(|to| live.extend(after(to))),
        NodeKind::Set { variable, next, .. } => {
            live.extend(after(next));
            live.remove(&variable.name);
        }
        NodeKind::Goto { .. } | NodeKind::End => {}
    }
    kind.each_expr(&mut |expr| live.extend(variables(expr)));
    live
}

/// The variables that an expression reads.
pub(crate) fn variables(expr: &Expr) -> Live {
    let mut live = Live::new();
    expr.walk(&mut |expr| match &expr.kind {
        ExprKind::Variable(name) => drop(live.insert(name.clone(), expr.typed)),
        ExprKind::Failure(_) => drop(live.insert("failure".to_owned(), Typed::of(Type::Failure))),
        _ => {}
    });
    live
}

impl NodeKind {
    /// Calls back for each expression that the step itself evaluates.
    pub fn each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            Self::Call { call, .. } => call.each_expr(visit),
            Self::Sms { sms, .. } => sms.each_expr(visit),
            Self::If { condition, .. } => visit(condition),
            Self::Match { subject, .. } => visit(subject),
            Self::Set { value, .. } => visit(value),
            Self::Goto { args, .. } => args.iter().for_each(visit),
            Self::Start { .. } | Self::End => {}
        }
    }
}

impl Call {
    fn each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        for part in &self.url {
            if let UrlPart::Value(value, _) = part {
                visit(value);
            }
        }
        self.query.iter().chain(&self.headers).for_each(|(_, value)| visit(value));
        match &self.auth {
            Some(Auth::Basic(user, password)) => {
                visit(user);
                visit(password);
            }
            Some(Auth::Bearer(token)) => visit(token),
            None => {}
        }
        match &self.body {
            Some(Body::Json(json)) => json.each_expr(visit),
            Some(Body::Form(fields)) => fields.iter().for_each(|(_, value)| visit(value)),
            Some(Body::Text(text)) => visit(text),
            None => {}
        }
    }
}

impl Json {
    fn each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            Self::Null => {}
            Self::Value(value) => visit(value),
            Self::List(items) => items.iter().for_each(|item| item.each_expr(visit)),
            Self::Object(members) => members.iter().for_each(|(_, value)| value.each_expr(visit)),
        }
    }
}

impl Sms {
    fn each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        self.to.iter().chain(&self.from).chain([&self.text]).chain(&self.media).for_each(visit);
    }
}
