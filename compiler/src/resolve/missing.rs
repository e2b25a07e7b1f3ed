//! A name that is not bound where it is used: why, and what was probably meant.

use super::names::{Origin, Referent, Variable};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::Name;
use std::collections::HashMap;

/// A use of a name that is not bound there.
pub(super) struct Missing<'a> {
    pub(super) name: &'a Name,
    /// With its dollar sign.
    pub(super) span: Span,
    /// What is bound there.
    pub(super) visible: Vec<&'a str>,
}

/// The type of a variable that triggers bring along, which a path does not see.
fn type_of_trigger_variable(name: &str) -> Option<&'static str> {
    Some(match name {
        "from" | "to" | "ANI" | "DNIS" => "phone",
        "body" => "text",
        "media" => "list<url>",
        "failure" | "now" => "text",
        _ => return None,
    })
}

impl Missing<'_> {
    /// Whether what is bound here is a trigger's, of which a name may be missing.
    fn is_in_trigger(&self, visible: &[&str]) -> bool {
        visible.iter().any(|name| matches!(*name, "ANI" | "now"))
    }

    /// How to bring a variable into a path.
    fn not_passed(&self, name: &str) -> String {
        match name {
            "failure" => {
                "a path knows only what it is given: declare `path …(kind: text)` and pass `$failure.kind`".to_owned()
            }
            "now" => "a path knows only what it is given: declare `path …(time: text)` and pass `$now.time`".to_owned(),
            name => {
                let ty = type_of_trigger_variable(name).unwrap_or("text");
                format!(
                    "a path knows only what it is given: declare `path …({name}: {ty})` and pass `${name}` with `goto`"
                )
            }
        }
    }

    /// `known`: all variables of the same trigger or path, wherever they are bound.
    pub(super) fn explain(&self, known: &[Variable], globals: &HashMap<&str, (Referent, Span)>) -> Diagnostic {
        match known.iter().find(|variable| variable.name == self.name.text) {
            Some(variable) => self.bound_elsewhere(variable),
            None => self.unknown(globals),
        }
    }

    fn bound_elsewhere(&self, variable: &Variable) -> Diagnostic {
        let name = &self.name.text;
        let diagnostic = Diagnostic::new(
            Code::NotBoundHere,
            self.span,
            format!("`${name}` is not bound on this path"),
            "not bound here",
        );
        match &variable.origin {
            Origin::Response(..) => diagnostic
                .with_label(variable.span, format!("`${name}` is bound here, on the call's `ok` path"))
                .with_help("use it on that path; if this step is for both ways, put the call and its arms in braces"),
            Origin::Reply(_) => diagnostic
                .with_label(variable.span, format!("`${name}` is bound here, by the reply"))
                .with_help("use it on the `reply` path, or give the `timeout` path words of its own"),
            Origin::Failure => {
                Diagnostic { message: "`$failure` is there only on a `fail` path".to_owned(), ..diagnostic }
                    .with_help("use it behind `fail ->`")
            }
            _ => diagnostic
                .with_label(variable.span, format!("`${name}` is bound here"))
                .with_help("bind it before this step, on every way that leads here"),
        }
    }

    fn unknown(&self, globals: &HashMap<&str, (Referent, Span)>) -> Diagnostic {
        let name = &self.name.text;
        let diagnostic =
            Diagnostic::new(Code::UnknownVariable, self.span, format!("there is no variable `${name}`"), "unknown");
        let mut visible: Vec<&str> = self.visible.iter().copied().chain(globals.keys().copied()).collect();
        visible.sort_unstable();
        let near = suggest::nearest(name, visible.iter().copied());
        match near.first() {
            Some(best) if best.eq_ignore_ascii_case(name) => diagnostic
                .with_help(format!("only the case differs from `${best}`; names match exactly and by case"))
                .with_fix(self.name.span, *best),
            Some(best) => diagnostic.with_help(suggest::did_you_mean(&near, "$")).with_fix(self.name.span, *best),
            None if visible.is_empty() || !self.is_in_trigger(&visible) && type_of_trigger_variable(name).is_some() => {
                diagnostic.with_help(self.not_passed(name))
            }
            None if name == "now" => diagnostic.with_help("`$now` is there only in a run that `on schedule` starts"),
            // Secrets are written so.
            None if name.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit()) => {
                diagnostic.with_help(format!("if it is a secret, declare it: `secret {name}`"))
            }
            None => {
                let all: Vec<String> = visible.iter().take(12).map(|name| format!("`${name}`")).collect();
                let more = if visible.len() > 12 { " and more" } else { "" };
                diagnostic.with_help(format!("bound here: {}{more}", all.join(", ")))
            }
        }
    }
}
