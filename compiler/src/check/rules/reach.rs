//! What can be reached: steps behind an end, paths, triggers, loops.

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Arms, Goto, Path, Source, Step, StepKind};
use crate::syntax::visit;
use std::collections::HashSet;

/// No step follows `end`, `goto`, or a group that never comes out.
pub(super) fn steps_after_the_end(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut paths: Vec<&Path> = visit::bodies(context.file).collect();
    while let Some(path) = paths.pop() {
        paths.extend(path.steps.iter().flat_map(visit::inner_paths));
        if has_bad_step(path) {
            continue;
        }
        let Some(at) = path.steps.iter().position(leaves) else {
            continue;
        };
        let (Some(last), Some(after)) = (path.steps.get(at), path.steps.get(at + 1)) else {
            continue;
        };
        let what = match &last.kind {
            StepKind::Goto(_) => "`goto`",
            StepKind::End => "`end`",
            _ => "this group, whose ways all leave",
        };
        out.push(
            Diagnostic::new(Code::AfterEnd, after.span, format!("no step behind {what} ever runs"), "never reached")
                .with_label(last.span, "the path ends here")
                .with_help("leave it out, move it before the end, or, behind an `if`, begin it with `else ->`"),
        );
    }
}

/// Whether no way through a step leads on to the next one.
fn leaves(step: &Step) -> bool {
    match &step.kind {
        StepKind::End | StepKind::Goto(_) => true,
        StepKind::Set(_) | StepKind::Wait(_) | StepKind::Bad(_) => false,
        StepKind::Group(path) => path_leaves(path),
        StepKind::If(branch) => {
            path_leaves(&branch.then) && branch.otherwise.as_ref().is_some_and(|arm| path_leaves(&arm.path))
        }
        StepKind::Match(choice) => {
            choice.cases.iter().all(|case| path_leaves(&case.path))
                && choice.otherwise.as_ref().is_none_or(|arm| path_leaves(&arm.path))
        }
        StepKind::Call(call) => arms_leave(&call.arms),
        StepKind::Sms(sms) => arms_leave(&sms.arms),
        StepKind::Talk(talk) => {
            arms_leave(&talk.arms) && talk.timeout.as_ref().is_none_or(|arm| path_leaves(&arm.path))
        }
        // Without a `timeout` arm the run is over when no reply comes.
        StepKind::Ask(ask) => {
            ask.arms.reply.as_ref().is_some_and(|arm| path_leaves(&arm.path))
                && ask.arms.timeout.as_ref().is_none_or(|arm| path_leaves(&arm.path))
        }
    }
}

fn arms_leave(arms: &Arms) -> bool {
    // Without a `fail` arm a failure ends the run; without an `ok` arm success goes on.
    arms.ok.as_ref().is_some_and(|arm| path_leaves(&arm.path))
        && arms.fails.iter().all(|fail| path_leaves(&fail.arm.path))
}

fn path_leaves(path: &Path) -> bool {
    !has_bad_step(path) && path.steps.iter().any(leaves)
}

/// Where a step was not understood, those behind it may stand in another place than was meant.
fn has_bad_step(path: &Path) -> bool {
    path.steps.iter().any(|step| matches!(step.kind, StepKind::Bad(_)))
}

/// A file has a trigger.
pub(super) fn triggers(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if context.file.triggers.is_empty() {
        let span = context.file.name.as_ref().map_or_else(Default::default, |name| name.span);
        out.push(
            Diagnostic::new(Code::NoTrigger, span, "nothing starts this flow", "no trigger in this file")
                .with_help("add `on sms -> …` or `on api \"name\" -> …`"),
        );
    }
}

/// Every path is reached from a trigger, and none leads only back to itself.
pub(super) fn paths(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let file = context.file;
    let mut misspelt = false;
    for body in visit::bodies(file) {
        each_goto(body, &mut |goto| misspelt |= !context.names.gotos.contains_key(&goto.path.span));
    }
    // What seems unreached then may well be what was meant.
    if misspelt || file.triggers.iter().any(|trigger| matches!(trigger.source, Source::Bad)) {
        return;
    }
    let reached: HashSet<usize> =
        file.triggers.iter().flat_map(|trigger| reached_from(context, &trigger.body)).collect();
    for (at, path) in file.paths.iter().enumerate() {
        if !reached.contains(&at) && !file.triggers.is_empty() {
            let name = &path.name;
            out.push(
                Diagnostic::new(
                    Code::UnreachedPath,
                    name.span,
                    format!("no trigger reaches the path `{}`", name.text),
                    "never runs",
                )
                .with_help(format!("lead to it with `goto {}`, or leave it out", name.text)),
            );
        }
    }
    endless_loops(context, out);
}

/// The paths that can be reached from a body, by their index in the file.
pub(super) fn reached_from(context: &Context<'_>, body: &Path) -> Vec<usize> {
    let mut reached = Vec::new();
    let mut seen = HashSet::new();
    let mut open = vec![body];
    while let Some(body) = open.pop() {
        each_goto(body, &mut |goto| {
            let Some(at) = context.names.gotos.get(&goto.path.span) else {
                return;
            };
            if seen.insert(*at) {
                reached.push(*at);
                open.extend(context.file.paths.get(*at).map(|path| &path.body));
            }
        });
    }
    reached
}

fn each_goto<'a>(body: &'a Path, visit_goto: &mut dyn FnMut(&'a Goto)) {
    visit::steps(body, &mut |step| {
        if let StepKind::Goto(goto) = &step.kind {
            visit_goto(goto);
        }
    });
}

fn endless_loops(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let next: Vec<Option<(usize, &Goto)>> = context
        .file
        .paths
        .iter()
        .map(|path| {
            let goto = only_leads_on(&path.body)?;
            Some((*context.names.gotos.get(&goto.path.span)?, goto))
        })
        .collect();
    let mut told = HashSet::new();
    for start in 0..next.len() {
        let mut seen = vec![start];
        let mut at = start;
        while let Some((to, goto)) = next.get(at).copied().flatten() {
            if to == start {
                if seen.iter().all(|path| !told.contains(path)) {
                    out.push(
                        Diagnostic::new(
                            Code::EndlessLoop,
                            goto.path.span,
                            "this loop has no step that does anything and no way out",
                            "leads back to where it began",
                        )
                        .with_help("let it end, or do something on the way"),
                    );
                }
                told.extend(seen.iter().copied());
                break;
            }
            if seen.contains(&to) {
                break;
            }
            seen.push(to);
            at = to;
        }
    }
}

/// The `goto` of a path that does nothing else.
fn only_leads_on(path: &Path) -> Option<&Goto> {
    for step in &path.steps {
        match &step.kind {
            StepKind::Set(_) => {}
            StepKind::Goto(goto) => return Some(goto),
            StepKind::Group(inner) if !inner.steps.iter().all(|step| matches!(step.kind, StepKind::Set(_))) => {
                return only_leads_on(inner);
            }
            StepKind::Group(_) => {}
            _ => return None,
        }
    }
    None
}
