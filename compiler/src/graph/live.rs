//! Live variables: what a step and all that follows it still need.

use super::{Auth, Body, Call, Expr, ExprKind, Fail, Fails, Json, Node, NodeId, NodeKind, Part, Sms, UrlPart};
use crate::check::types::{Type, Typed};
use std::collections::BTreeMap;

/// Variables by name.
pub(crate) type Live = BTreeMap<String, Typed>;

/// What is live before a step; the steps it leads to are in `nodes` already.
pub(super) fn before(kind: &NodeKind, nodes: &[Node]) -> Live {
    let after = |id: &NodeId| nodes.get(id.0).map(|node| node.live.clone()).unwrap_or_default();
    let after_failures = |fails: &Fails| {
        let otherwise = match &fails.otherwise {
            Fail::Arm(id) => after(id),
            Fail::Ends => Live::new(),
        };
        let mut live: Live = fails.narrowed.iter().flat_map(|(_, id)| after(id)).chain(otherwise).collect();
        live.remove("failure");
        live
    };
    let mut live = Live::new();
    match kind {
        NodeKind::Start { next } => live.extend(after(next)),
        NodeKind::Wait { next, .. } | NodeKind::Unread { next } => live.extend(after(next)),
        NodeKind::Ask { ask, reply, timeout } => {
            live.extend(after(reply));
            live.retain(|name, _| ask.reply.as_ref().is_none_or(|variable| variable.name != *name));
            live.extend(timeout.iter().flat_map(after));
        }
        NodeKind::Call { call, ok, fails } => {
            live.extend(after(ok));
            for binding in &call.bindings {
                live.remove(&binding.variable.name);
            }
            live.extend(after_failures(fails));
        }
        NodeKind::Talk { talk, ok, timeout, fails } => {
            live.extend(after(ok));
            for binding in &talk.bindings {
                live.remove(&binding.variable.name);
            }
            live.extend(timeout.iter().flat_map(after));
            live.extend(after_failures(fails));
        }
        NodeKind::Sms { ok, fails, .. } => {
            live.extend(after(ok));
            live.extend(after_failures(fails));
        }
        NodeKind::Present { variable, then, otherwise } => {
            live.extend(after(then));
            live.extend(after(otherwise));
            live.insert(variable.name.clone(), Typed { optional: true, ..variable.typed });
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
        ExprKind::Now(name, _) => drop(live.insert(name.clone(), Typed::of(Type::Now))),
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
            Self::Ask { ask, .. } => {
                ask.question.each_expr(visit);
                ask.again.iter().for_each(visit);
            }
            Self::Talk { talk, .. } => talk.each_expr(visit),
            Self::If { condition, .. } => visit(condition),
            Self::Match { subject, .. } => visit(subject),
            Self::Set { value, .. } => visit(value),
            Self::Goto { args, .. } => args.iter().for_each(visit),
            Self::Start { .. } | Self::Wait { .. } | Self::Unread { .. } | Self::Present { .. } | Self::End => {}
        }
    }
}

impl Call {
    fn each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        url_exprs(&self.url, visit);
        self.query.iter().chain(&self.headers).for_each(|(_, value)| visit(value));
        match &self.auth {
            Some(Auth::Basic(user, password)) => {
                visit(user);
                visit(password);
            }
            Some(Auth::Bearer(token)) => visit(token),
            Some(Auth::Oauth(oauth)) => {
                url_exprs(&oauth.token_url, visit);
                let credentials = [&oauth.client_id, &oauth.client_secret];
                credentials.into_iter().chain(&oauth.scope).chain(&oauth.audience).for_each(&mut *visit);
            }
            None => {}
        }
        match &self.body {
            Some(Body::Json(json)) => json.each_expr(visit),
            Some(Body::Form(fields)) => fields.iter().for_each(|(_, value)| visit(value)),
            Some(Body::Xml(parts)) => {
                for part in parts {
                    if let Part::Value(value) = part {
                        visit(value);
                    }
                }
            }
            Some(Body::Text(text)) => visit(text),
            None => {}
        }
    }
}

fn url_exprs<'a>(url: &'a [UrlPart], visit: &mut dyn FnMut(&'a Expr)) {
    for part in url {
        if let UrlPart::Value(value, _) = part {
            visit(value);
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
