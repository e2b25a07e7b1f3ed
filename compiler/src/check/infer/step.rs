//! Types in steps.

use super::{Infer, count};
use crate::check::constant::is_template;
use crate::check::place::Place;
use crate::check::types::{Item, Type, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Ask, Expr, Name, Path, Step, StepKind};
use crate::syntax::visit;

impl<'a> Infer<'a> {
    pub(super) fn path(&mut self, path: &'a Path) {
        for step in &path.steps {
            self.step(step);
            for inner in visit::inner_paths(step) {
                self.path(inner);
            }
        }
    }

    fn step(&mut self, step: &'a Step) {
        match &step.kind {
            StepKind::Call(call) => self.call(call),
            StepKind::Sms(sms) => {
                sms.to.iter().for_each(|to| self.place(to, Place::SmsTo));
                sms.from.iter().for_each(|from| self.place(from, Place::SmsFrom));
                sms.text.iter().for_each(|text| self.place(text, Place::Sms));
                sms.media.iter().for_each(|media| self.media(media));
            }
            StepKind::If(branch) => {
                self.place(&branch.condition, Place::Condition);
                if let Some(presence) = self.names.presences.get(&step.span) {
                    self.var(presence.present, step.span);
                }
            }
            StepKind::Match(choice) => {
                self.single(&choice.subject);
                for pattern in choice.cases.iter().flat_map(|case| &case.patterns) {
                    self.pattern(&choice.subject, pattern);
                }
            }
            StepKind::Ask(ask) => self.ask(ask),
            StepKind::Talk(talk) => self.talk(talk),
            StepKind::Set(set) => {
                let typed = self.expr(&set.value, Place::Inside);
                if typed.ty == Type::Null {
                    self.not_printable(&set.value, Type::Null, Place::Inside);
                    self.set(&set.value, Typed::UNKNOWN);
                }
                self.bound(&set.name);
            }
            StepKind::Goto(goto) => {
                for arg in &goto.args {
                    self.expr(arg, Place::Inside);
                }
                self.arguments(&goto.path, &goto.args);
            }
            StepKind::Wait(_) | StepKind::End | StepKind::Group(_) | StepKind::Bad(_) => {}
        }
    }

    fn ask(&mut self, ask: &'a Ask) {
        ask.to.iter().for_each(|to| self.place(to, Place::SmsTo));
        ask.from.iter().for_each(|from| self.place(from, Place::SmsFrom));
        let again = ask.retry.iter().filter_map(|retry| retry.text.as_ref());
        ask.text.iter().chain(again).for_each(|text| self.place(text, Place::Sms));
        let Some(reply) = &ask.reply else { return };
        self.bound(&reply.name);
        let Some(written) = &reply.ty else { return };
        self.written(written);
        let span = written.item.as_ref().map_or(written.name.span, |item| written.name.span.to(item.span));
        let diagnostic = match Type::written(written) {
            Ok(Type::Json | Type::List(_)) => {
                Diagnostic::new(Code::WrongType, span, "a reply is a single value", "not one that is texted")
                    .with_help("the types of replies are `text`, `int`, `number`, `bool`, `phone` and `url`")
            }
            Ok(_) if reply.optional || written.optional => Diagnostic::new(
                Code::WrongType,
                reply.name.span.to(span),
                "a reply is there on the `reply` path, and not on the `timeout` path: it is never optional",
                "leave the `?` out",
            ),
            _ => return,
        };
        self.report(diagnostic);
    }

    /// `media`: a URL, one with variables in it, or a list of them.
    fn media(&mut self, media: &'a Expr) {
        if is_template(self.file, self.names, media) {
            self.set(media, Typed::of(Type::Url));
            return self.url_values("", media, Place::MediaUrl, Place::MediaUrl);
        }
        let typed = self.expr(media, Place::Media);
        // A list that is missing is an empty one.
        if typed.ty != Type::List(Item::Url) {
            self.fits(media, typed, Place::Media);
        }
    }

    fn arguments(&mut self, name: &Name, args: &'a [Expr]) {
        let Some(path) = self.names.gotos.get(&name.span).and_then(|at| self.file.paths.get(*at)) else {
            return;
        };
        if args.len() != path.params.len() {
            let wanted: Vec<String> = path.params.iter().map(|param| format!("`{}`", param.name.text)).collect();
            let takes = if wanted.is_empty() { "nothing".to_owned() } else { wanted.join(", ") };
            self.report(
                Diagnostic::new(
                    Code::WrongArguments,
                    name.span,
                    format!(
                        "path `{}` takes {} but is given {}",
                        name.text,
                        count(path.params.len()),
                        count(args.len())
                    ),
                    format!("it takes {takes}"),
                )
                .with_label(path.name.span, "declared here")
                .with_help(match path.params.len() {
                    0 => format!("leave them out: `goto {}`", name.text),
                    _ => format!("give a value for each: `goto {}(…)` with {takes}", name.text),
                }),
            );
            return;
        }
        for (arg, param) in args.iter().zip(&path.params) {
            let typed = self.types.expr(arg);
            let optional = param.optional || param.ty.as_ref().is_some_and(|ty| ty.optional);
            let wanted = param.ty.as_ref().and_then(|ty| Type::written(ty).ok()).unwrap_or(Type::Unknown);
            if typed.ty == Type::Null && optional {
                // `null` is how nothing is given for what may be missing.
            } else if typed.optional && !optional {
                self.optional(arg, Place::Inside);
            } else {
                self.expect(arg, typed.ty, wanted, &format!("for `{}`", param.name.text));
            }
        }
    }
}
