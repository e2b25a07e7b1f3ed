//! The tree of a checked flow to its graph, from the ends of the paths backwards.

use super::expr::Lowering;
use super::{
    Api, Ask, Auth, Binding, Body, Call, Entry, Expr, Fail, Fails, FlowGraph, Json, Machine, Node, NodeId, NodeKind,
    Oauth, Sms, UrlPart, Variable, live,
};
use crate::check::constant::constant_text;
use crate::check::infer::Types;
use crate::check::service;
use crate::check::types::{Item, Type, Typed};
use crate::check::url::{Piece, UrlTemplate};
use crate::resolve::names::{Names, VarId};
use crate::source::{LineIndex, SourceFile, Span};
use crate::syntax::ast::{self, Arms, ClauseKind, ExprKind, Field, File, Path, Source, Step, StepKind};

/// Seconds that a call may take if it does not say (IntelePeer SmartFlows, "External Web Call Action Inputs").
const DEFAULT_TIMEOUT: u32 = 10;

/// Builds the graph of a flow in which no check has found an error.
pub fn build(source: &SourceFile, file: &File, names: &Names, types: &Types) -> FlowGraph {
    let builder = Builder { lowering: Lowering { file, names, types }, lines: LineIndex::new(&source.text) };
    let file_name = source.name.rsplit(['/', '\\']).next().unwrap_or(&source.name);
    let stem = file_name.strip_suffix(".flow").unwrap_or(file_name);
    let mut graph = FlowGraph {
        name: file.name.as_ref().map_or_else(|| stem.to_owned(), |name| name.value.clone()),
        source: file_name.to_owned(),
        timezone: file.timezone.as_ref().map(|zone| zone.value.clone()),
        secrets: file.secrets.iter().map(|name| name.text.clone()).collect(),
        machines: Vec::new(),
    };
    for trigger in &file.triggers {
        let entry = match &trigger.source {
            Source::Api(api) => Entry::Api(builder.api(api)),
            Source::Sms(sms) => builder.sms_entry(sms),
            Source::Schedule(cron) => Entry::Schedule { cron: cron.value.clone() },
            Source::Bad => Entry::Sms { to: None, matching: None },
        };
        graph.machines.push(builder.machine(entry, trigger.span, &trigger.body));
    }
    for path in &file.paths {
        let params = builder.fields(&path.params);
        let entry = Entry::Path { name: path.name.text.clone(), params };
        graph.machines.push(builder.machine(entry, path.name.span, &path.body));
    }
    needed_numbers(&mut graph);
    graph
}

struct Builder<'a> {
    lowering: Lowering<'a>,
    lines: LineIndex,
}

impl Builder<'_> {
    fn line(&self, span: Span) -> u32 {
        self.lines.line(span.start)
    }

    fn sms_entry(&self, sms: &ast::SmsSource) -> Entry {
        let Lowering { file, names, .. } = self.lowering;
        Entry::Sms {
            to: sms.to.as_ref().and_then(|to| constant_text(file, names, to)),
            matching: sms.matching.as_ref().map(|pattern| pattern.text.clone()),
        }
    }

    fn api(&self, api: &ast::ApiSource) -> Api {
        let token = match api.token.as_ref().map(|token| &token.kind) {
            Some(ExprKind::Variable(name, _)) => Some(name.text.clone()),
            _ => None,
        };
        Api {
            name: api.name.value.clone(),
            token,
            inputs: self.fields(&api.inputs),
            needs_ani: false,
            needs_dnis: false,
        }
    }

    fn fields(&self, fields: &[Field]) -> Vec<Variable> {
        fields.iter().filter_map(|field| self.bound(&field.name)).collect()
    }

    fn bound(&self, name: &ast::Name) -> Option<Variable> {
        let var: &VarId = self.lowering.names.bindings.get(&name.span)?;
        Some(Variable { name: name.text.clone(), typed: self.lowering.types.var(*var) })
    }

    fn machine(&self, entry: Entry, head: Span, body: &Path) -> Machine {
        let mut machine = MachineBuilder { builder: self, nodes: Vec::new() };
        let end = machine.add(head, NodeKind::End);
        let mut start = machine.path(body, end);
        if matches!(entry, Entry::Path { .. }) {
            start = machine.add(head, NodeKind::Start { next: start });
        }
        let line = self.line(head);
        let mut nodes = machine.nodes;
        if let Some(node) = nodes.get_mut(start.0) {
            node.incoming += 1;
            if let Entry::Path { params, .. } = &entry {
                // Whoever enters brings all of them along.
                node.live.extend(params.iter().map(|param| (param.name.clone(), param.typed)));
            }
        }
        Machine { entry, head, line, start, nodes }
    }

    fn call(&self, call: &ast::Call) -> Call {
        let lowering = self.lowering;
        let mut lowered = Call {
            method: call.method.as_ref().map(|method| method.text.clone()).unwrap_or_default(),
            url: self.call_url(call),
            query: Vec::new(),
            headers: Vec::new(),
            auth: None,
            timeout: DEFAULT_TIMEOUT,
            retries: None,
            body: None,
            bindings: call.bindings.iter().filter_map(|binding| self.binding(binding)).collect(),
        };
        for clause in service::clauses(lowering.file, lowering.names, call) {
            match &clause.kind {
                ClauseKind::Header(name, value) => lowered.headers.push((name.value.clone(), lowering.text(value))),
                ClauseKind::Query(name, value) => lowered.query.push((name.value.clone(), lowering.text(value))),
                ClauseKind::Basic(user, password) => {
                    lowered.auth = Some(Auth::Basic(lowering.text(user), lowering.text(password)));
                }
                ClauseKind::Bearer(token) => lowered.auth = Some(Auth::Bearer(lowering.text(token))),
                ClauseKind::Oauth(oauth) => lowered.auth = Some(Auth::Oauth(Box::new(self.oauth(oauth)))),
                ClauseKind::Timeout(timeout) => lowered.timeout = timeout.seconds,
                ClauseKind::Retry(times) => lowered.retries = Some(*times),
                ClauseKind::Json(json) => lowered.body = Some(Body::Json(self.json(json))),
                ClauseKind::Form(fields) => {
                    let fields = fields.iter().map(|(name, value)| (name.value.clone(), lowering.text(value)));
                    lowered.body = Some(Body::Form(fields.collect()));
                }
                ClauseKind::Xml(xml) => lowered.body = Some(Body::Xml(lowering.parts(xml))),
                ClauseKind::Text(text) => lowered.body = Some(Body::Text(lowering.text(text))),
                ClauseKind::Sample(_) => {}
            }
        }
        lowered
    }

    fn oauth(&self, oauth: &ast::Oauth) -> Oauth {
        Oauth {
            token_url: self.url("", &oauth.token_url),
            client_id: self.lowering.text(&oauth.client_id),
            client_secret: self.lowering.text(&oauth.client_secret),
            scope: oauth.scope.as_ref().map(|scope| self.lowering.text(scope)),
        }
    }

    /// A call's URL, its service's before it.
    fn call_url(&self, call: &ast::Call) -> Vec<UrlPart> {
        let Lowering { file, names, .. } = self.lowering;
        let service = call.service.as_ref().and_then(|name| service::of(file, names, name));
        let base = service.and_then(|service| service::base(file, names, service)).unwrap_or_default();
        call.url.as_ref().map(|url| self.url(&base, url)).unwrap_or_default()
    }

    fn url(&self, base: &str, url: &ast::Expr) -> Vec<UrlPart> {
        let lowering = self.lowering;
        let cut = UrlTemplate::cut(base, url, |expr| constant_text(lowering.file, lowering.names, expr));
        let pieces = cut.map(|cut| cut.pieces).unwrap_or_default();
        pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Fixed(text) => UrlPart::Fixed(text),
                Piece::Value(expr, landing) => UrlPart::Value(lowering.expr(expr), landing),
            })
            .collect()
    }

    fn json(&self, json: &ast::Json) -> Json {
        match json {
            ast::Json::Null => Json::Null,
            ast::Json::Value(value) => Json::Value(self.lowering.expr(value)),
            ast::Json::List(items) => Json::List(items.iter().map(|item| self.json(item)).collect()),
            ast::Json::Object(members) => {
                Json::Object(members.iter().map(|(name, value)| (name.value.clone(), self.json(value))).collect())
            }
        }
    }

    fn binding(&self, binding: &ast::Binding) -> Option<Binding> {
        let query = binding.query.clone();
        Some(Binding { variable: self.bound(&binding.field.name)?, query })
    }

    fn ask(&self, ask: &ast::Ask) -> Ask {
        Ask {
            question: Sms {
                to: self.phone(ask.to.as_ref()),
                from: self.phone(ask.from.as_ref()),
                text: self.words(ask.text.as_ref()),
                media: Vec::new(),
            },
            reply: ask.reply.as_ref().and_then(|reply| self.bound(&reply.name)),
            within: ask.within.map(|within| within.seconds),
            retries: ask.retry.as_ref().map_or(0, |retry| retry.times),
            again: ask.retry.as_ref().and_then(|retry| retry.text.as_ref()).map(|text| self.lowering.text(text)),
        }
    }

    fn phone(&self, phone: Option<&ast::Expr>) -> Option<Expr> {
        phone.map(|phone| self.lowering.expr_as(phone, Type::Phone))
    }

    fn words(&self, text: Option<&ast::Expr>) -> Expr {
        let empty = || Expr { typed: Typed::of(Type::Text), kind: super::ExprKind::Literal(String::new()) };
        text.map_or_else(empty, |text| self.lowering.text(text))
    }

    fn sms(&self, sms: &ast::Sms) -> Sms {
        Sms {
            to: self.phone(sms.to.as_ref()),
            from: self.phone(sms.from.as_ref()),
            text: self.words(sms.text.as_ref()),
            media: sms
                .media
                .iter()
                .map(|media| match self.lowering.types.expr(media).ty {
                    Type::List(Item::Url) => self.lowering.expr(media),
                    _ => self.lowering.expr_as(media, Type::Url),
                })
                .collect(),
        }
    }
}

struct MachineBuilder<'a, 'b> {
    builder: &'b Builder<'a>,
    nodes: Vec<Node>,
}

impl MachineBuilder<'_, '_> {
    fn add(&mut self, span: Span, kind: NodeKind) -> NodeId {
        for to in kind.successors() {
            if let Some(node) = self.nodes.get_mut(to.0) {
                node.incoming += 1;
            }
        }
        let live = live::before(&kind, &self.nodes);
        let line = self.builder.line(span);
        self.nodes.push(Node { span, line, kind, live, incoming: 0 });
        NodeId(self.nodes.len() - 1)
    }

    /// The first step of a path whose last leads to `next`.
    fn path(&mut self, path: &Path, next: NodeId) -> NodeId {
        path.steps.iter().rev().fold(next, |next, step| self.step(step, next))
    }

    fn step(&mut self, step: &Step, next: NodeId) -> NodeId {
        let lowering = self.builder.lowering;
        let kind = match &step.kind {
            StepKind::Call(call) => {
                let (ok, fails) = self.arms(&call.arms, next);
                let call = self.builder.call(call);
                let ok = call.bindings.iter().fold(ok, |ok, binding| self.widened(step.span, &binding.variable, ok));
                NodeKind::Call { call: Box::new(call), ok, fails }
            }
            StepKind::Sms(sms) => {
                let (ok, fails) = self.arms(&sms.arms, next);
                NodeKind::Sms { sms: self.builder.sms(sms), ok, fails }
            }
            StepKind::Ask(ask) => {
                let reply = ask.arms.reply.as_ref().map_or(next, |arm| self.path(&arm.path, next));
                let timeout = ask.arms.timeout.as_ref().map(|arm| self.path(&arm.path, next));
                let ask = self.builder.ask(ask);
                let reply = ask.reply.iter().fold(reply, |reply, variable| self.widened(step.span, variable, reply));
                NodeKind::Ask { ask: Box::new(ask), reply, timeout }
            }
            StepKind::Wait(duration) => NodeKind::Wait { seconds: duration.seconds, next },
            StepKind::If(branch) if lowering.names.presences.contains_key(&step.span) => {
                return self.presence(step.span, branch, next);
            }
            StepKind::If(branch) => {
                let then = self.path(&branch.then, next);
                let otherwise = branch.otherwise.as_ref().map_or(next, |arm| self.path(&arm.path, next));
                NodeKind::If { condition: lowering.expr_as(&branch.condition, Type::Bool), then, otherwise }
            }
            StepKind::Match(choice) => {
                let ty = lowering.types.expr(&choice.subject).ty;
                let mut cases = Vec::new();
                for case in &choice.cases {
                    let patterns = case.patterns.iter().map(|pattern| lowering.expr_as(pattern, ty)).collect();
                    cases.push((patterns, self.path(&case.path, next)));
                }
                let otherwise = choice.otherwise.as_ref().map(|arm| self.path(&arm.path, next));
                NodeKind::Match { subject: lowering.expr(&choice.subject), cases, otherwise }
            }
            StepKind::Set(set) => match self.builder.bound(&set.name) {
                // What nothing reads afterwards is not computed.
                Some(variable) if self.needs(next, &variable) => {
                    let next = self.widened(step.span, &variable, next);
                    NodeKind::Set { variable, value: lowering.expr(&set.value), next }
                }
                _ => return next,
            },
            StepKind::Goto(goto) => self.goto(goto),
            StepKind::End => NodeKind::End,
            StepKind::Group(path) => return self.path(path, next),
            StepKind::Bad(_) => return next,
        };
        self.add(step.span, kind)
    }

    fn arms(&mut self, arms: &Arms, next: NodeId) -> (NodeId, Fails) {
        let ok = arms.ok.as_ref().map_or(next, |arm| self.path(&arm.path, next));
        let mut fails = Fails { narrowed: Vec::new(), otherwise: Fail::Ends };
        for fail in &arms.fails {
            let to = self.path(&fail.arm.path, next);
            match fail.filter {
                Some(filter) => fails.narrowed.push((filter, to)),
                None => fails.otherwise = Fail::Arm(to),
            }
        }
        (ok, fails)
    }

    /// `if $x != null`: the way on which the variable is there knows it without its `?`.
    fn presence(&mut self, span: Span, branch: &ast::If, next: NodeId) -> NodeId {
        let lowering = self.builder.lowering;
        let Some(presence) = lowering.names.presences.get(&span).copied() else { return next };
        let name = lowering.names.var(presence.present).map(|variable| variable.name.clone()).unwrap_or_default();
        let variable = Variable { name, typed: lowering.types.var(presence.present) };
        let there = self.widened(span, &variable, next);
        let (then_next, else_next) = if presence.then { (there, next) } else { (next, there) };
        let then = self.path(&branch.then, then_next);
        let otherwise = branch.otherwise.as_ref().map_or(else_next, |arm| self.path(&arm.path, else_next));
        let (then, otherwise) = if presence.then { (then, otherwise) } else { (otherwise, then) };
        self.add(span, NodeKind::Present { variable, then, otherwise })
    }

    /// Where ways come together on one of which a variable may be missing, it is made so on the others too.
    fn widened(&mut self, span: Span, variable: &Variable, next: NodeId) -> NodeId {
        let wanted = self.nodes.get(next.0).and_then(|node| node.live.get(&variable.name)).copied();
        let Some(wanted) = wanted.filter(|wanted| wanted.optional && !variable.typed.optional) else { return next };
        let there = Expr { typed: variable.typed, kind: super::ExprKind::Variable(variable.name.clone()) };
        let value = Expr { typed: wanted, kind: super::ExprKind::Present(Box::new(there)) };
        let variable = Variable { name: variable.name.clone(), typed: wanted };
        self.add(span, NodeKind::Set { variable, value, next })
    }

    fn needs(&self, step: NodeId, variable: &Variable) -> bool {
        self.nodes.get(step.0).is_some_and(|node| node.live.contains_key(&variable.name))
    }

    fn goto(&self, goto: &ast::Goto) -> NodeKind {
        let lowering = self.builder.lowering;
        let Some(at) = lowering.names.gotos.get(&goto.path.span).copied() else {
            return NodeKind::End;
        };
        let params = lowering.file.paths.get(at).map(|path| self.builder.fields(&path.params)).unwrap_or_default();
        let args = goto.args.iter().zip(params).map(|(arg, param)| lowering.expr_as(arg, param.typed.ty));
        NodeKind::Goto { machine: lowering.file.triggers.len() + at, args: args.collect() }
    }
}

/// Finds out which api triggers write to `$ANI` or from `$DNIS`, over all the paths they reach.
fn needed_numbers(graph: &mut FlowGraph) {
    for at in 0..graph.machines.len() {
        let (ani, dnis) = numbers_of(graph, at);
        if let Some(Machine { entry: Entry::Api(api), .. }) = graph.machines.get_mut(at) {
            api.needs_ani = ani;
            api.needs_dnis = dnis;
        }
    }
}

fn numbers_of(graph: &FlowGraph, machine: usize) -> (bool, bool) {
    let mut seen = vec![false; graph.machines.len()];
    let mut open = vec![machine];
    let (mut ani, mut dnis) = (false, false);
    while let Some(at) = open.pop() {
        let Some(flag) = seen.get_mut(at).filter(|seen| !**seen) else {
            continue;
        };
        *flag = true;
        let Some(found) = graph.machines.get(at) else {
            continue;
        };
        for node in &found.nodes {
            match &node.kind {
                NodeKind::Ask { ask, .. } => {
                    ani |= ask.question.to.is_none();
                    dnis |= ask.question.from.is_none();
                }
                NodeKind::Sms { sms, .. } => {
                    ani |= sms.to.is_none();
                    dnis |= sms.from.is_none();
                }
                NodeKind::Goto { machine, .. } => open.push(*machine),
                _ => {}
            }
        }
        if at == machine {
            let live = found.node(found.start).map(|node| &node.live);
            ani |= live.is_some_and(|live| live.contains_key("ANI"));
            dnis |= live.is_some_and(|live| live.contains_key("DNIS"));
        }
    }
    (ani, dnis)
}
