//! The words of a message: that there are some, how long they are, and what makes them dear.

mod length;
mod ucs2;
mod words;

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Expr, StepKind};
use std::collections::HashSet;
use words::Words;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut rule = SmsText { context, told: HashSet::new(), out };
    super::each_step(context.file, &mut |step| match &step.kind {
        StepKind::Sms(sms) => sms.text.iter().for_each(|text| rule.message(text, !sms.media.is_empty())),
        StepKind::Ask(ask) => {
            let again = ask.retry.as_ref().and_then(|retry| retry.text.as_ref());
            ask.text.iter().chain(again).for_each(|text| rule.message(text, false));
        }
        _ => {}
    });
}

struct SmsText<'a, 'o> {
    context: &'a Context<'a>,
    /// Constants whose dear characters have been told: all messages that they stand in have one mistake in common.
    told: HashSet<Span>,
    out: &'o mut Vec<Diagnostic>,
}

impl SmsText<'_, '_> {
    fn message(&mut self, text: &Expr, has_media: bool) {
        let Some(words) = Words::of(self.context, text) else { return };
        if words.is_empty() && !has_media && self.is_closed(text) {
            self.out.push(empty(text));
        }
        let is_dear = ucs2::check(self.context.source, &words, &mut self.told, self.out);
        length::check(&words, is_dear, self.out);
    }

    /// A string that is never closed has been told, and the words it may have lost with it.
    fn is_closed(&self, text: &Expr) -> bool {
        let written = self.context.source.get(text.span.range()).unwrap_or_default();
        written.len() > 1 && written.ends_with('"')
    }
}

/// Twilio: error 21602, "Message body is required".
fn empty(text: &Expr) -> Diagnostic {
    Diagnostic::new(
        Code::EmptyMessage,
        text.span,
        "this message has no words, and carriers refuse it",
        "nothing to send",
    )
    .with_help("write some, or leave the message out; only one with `media` may go without")
}
