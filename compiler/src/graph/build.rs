//! The tree of a checked flow to its graph, from the ends of the paths backwards.

use super::expr::Lowering;
use super::{
    Api, Entry, Expr, Fail, Fails, FlowGraph, Machine, Node, NodeId, NodeKind, Variable, acting, live, numbers,
};
use crate::check::constant::constant_text;
use crate::check::cron;
use crate::check::infer::Types;
use crate::check::types::Type;
use crate::resolve::names::{Names, VarId};
use crate::source::{LineIndex, SourceFile, Span};
use crate::syntax::ast::{self, Arms, ExprKind, Field, File, Path, Source, Step, StepKind};

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
            Source::Schedule(text) => {
                // A graph is built only of what was understood.
                Entry::Schedule { cron: text.value.clone(), times: cron::parse(&text.value).unwrap_or_default() }
            }
            Source::Bad => Entry::Sms { to: None, matching: None },
        };
        graph.machines.push(builder.machine(entry, trigger.span, &trigger.body));
    }
    for path in &file.paths {
        let params = builder.fields(&path.params);
        let entry = Entry::Path { name: path.name.text.clone(), params };
        graph.machines.push(builder.machine(entry, path.name.span, &path.body));
    }
    numbers::note_needed(&mut graph);
    graph
}

pub(super) struct Builder<'a> {
    pub(super) lowering: Lowering<'a>,
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

    pub(super) fn bound(&self, name: &ast::Name) -> Option<Variable> {
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
        machine.lead_to(start);
        let mut nodes = machine.nodes;
        if let (Entry::Path { params, .. }, Some(node)) = (&entry, nodes.get_mut(start.0)) {
            // Whoever enters brings all of them along.
            node.live.extend(params.iter().map(|param| (param.name.clone(), param.typed)));
        }
        Machine { entry, head, line, start, nodes }
    }
}

struct MachineBuilder<'a, 'b> {
    builder: &'b Builder<'a>,
    nodes: Vec<Node>,
}

impl MachineBuilder<'_, '_> {
    fn add(&mut self, span: Span, kind: NodeKind) -> NodeId {
        // Whatever leads to a step that does nothing leads to what is behind it.
        if !matches!(kind, NodeKind::Unread { .. }) {
            kind.successors().into_iter().for_each(|to| self.lead_to(to));
        }
        let live = live::before(&kind, &self.nodes);
        let line = self.builder.line(span);
        self.nodes.push(Node { span, line, kind, live, incoming: 0 });
        NodeId(self.nodes.len() - 1)
    }

    /// Counts one more step that leads there.
    fn lead_to(&mut self, to: NodeId) {
        let to = acting(&self.nodes, to);
        if let Some(node) = self.nodes.get_mut(to.0) {
            node.incoming += 1;
        }
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
                let call = self.builder.call(step.span, call);
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
            StepKind::Talk(talk) => {
                let (ok, fails) = self.arms(&talk.arms, next);
                let timeout = talk.timeout.as_ref().map(|arm| self.path(&arm.path, next));
                // A graph is built only of what was understood.
                let Some(talk) = self.builder.talk(step.span, talk) else { return next };
                let ok = talk.bindings.iter().fold(ok, |ok, binding| self.widened(step.span, &binding.variable, ok));
                NodeKind::Talk { talk: Box::new(talk), ok, timeout, fails }
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
                Some(variable) if self.needs(next, &variable) => {
                    let next = self.widened(step.span, &variable, next);
                    NodeKind::Set { variable, value: lowering.expr(&set.value), next }
                }
                // Its value would make others live that nothing else reads.
                _ => NodeKind::Unread { next },
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
