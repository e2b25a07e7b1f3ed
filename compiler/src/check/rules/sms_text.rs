//! A message's length and alphabet, as far as its fixed words tell.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::diagnostic::{Code, Diagnostic};
use crate::gsm7;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Part, StepKind};

/// Characters a carrier takes in one message (Twilio, "Message body length limit").
const MOST_CHARACTERS: usize = 1600;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_step(context.file, &mut |step| {
        let texts = match &step.kind {
            StepKind::Sms(sms) => [sms.text.as_ref(), None],
            StepKind::Ask(ask) => [ask.text.as_ref(), ask.retry.as_ref().and_then(|retry| retry.text.as_ref())],
            _ => return,
        };
        for text in texts.into_iter().flatten() {
            check_text(context, text, out);
        }
    });
}

fn check_text(context: &Context<'_>, text: &Expr, out: &mut Vec<Diagnostic>) {
    let ExprKind::Text(parts) = &text.kind else {
        return;
    };
    let fixed: String = parts
        .iter()
        .map(|part| match part {
            Part::Literal(words) => words.value.clone(),
            Part::Value(expr) => constant_text(context.file, context.names, expr).unwrap_or_default(),
        })
        .collect();
    let characters = fixed.chars().count();
    if characters > MOST_CHARACTERS {
        out.push(
            Diagnostic::new(
                Code::SmsTooLong,
                text.span,
                format!("a message has at most {MOST_CHARACTERS} characters, and this has {characters}"),
                "too long",
            )
            .with_help("shorten it, or send two messages"),
        );
        return;
    }
    if let Some(character) = fixed.chars().find(|c| !gsm7::holds(*c)) {
        out.push(forced_to_ucs2(text.span, character));
        return;
    }
    let segments = gsm7::segments(&fixed);
    if segments > 1 {
        let units = gsm7::units(&fixed);
        out.push(
            Diagnostic::new(
                Code::SeveralSegments,
                text.span,
                format!("this message is sent and charged as {segments} segments"),
                format!("{units} characters; one segment holds 160"),
            )
            .with_help(format!("shorten it by {} characters for a single segment", units - 160)),
        );
    }
}

fn forced_to_ucs2(span: Span, character: char) -> Diagnostic {
    let code = u32::from(character);
    let diagnostic = Diagnostic::new(
        Code::ForcedUcs2,
        span,
        format!("`{character}` (U+{code:04X}) is not in the GSM-7 alphabet, so a segment holds 70 characters, not 160"),
        format!("`{character}` forces UCS-2"),
    );
    match gsm7::plain_twin(character) {
        Some(twin) => diagnostic.with_help(format!("write `{twin}` instead")),
        None => diagnostic.with_help("leave it out if it need not be there"),
    }
}
