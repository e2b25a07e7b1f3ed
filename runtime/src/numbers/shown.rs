//! What is told of numbers: to people, or to programs as one JSON object a line.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Here;
use crate::carrier::numbers::{LeadsTo, Owned};
use crate::terminal::plain;
use crate::value::Phone;

/// What a command has to tell.
pub(super) struct Shown {
    json: bool,
    /// For standard output.
    pub(super) out: String,
    /// For standard error.
    pub(super) err: String,
    /// Something was not done.
    pub(super) failed: bool,
}

/// What was done about a number.
pub(super) enum Line {
    Assigned,
    Cleared,
    /// It was so before.
    Unchanged,
}

impl Shown {
    pub(super) fn new(json: bool) -> Self {
        Self { json, out: String::new(), err: String::new(), failed: false }
    }

    /// Numbers, and where each leads.
    pub(super) fn list(&mut self, numbers: &[Owned], here: &Here) {
        if self.json {
            for owned in numbers {
                let this_flow = here.webhook.as_ref().map(|_| here.is(&owned.leads_to));
                let leads_to = match &owned.leads_to {
                    LeadsTo::Nowhere | LeadsTo::Unknown => Value::Null,
                    known => place(known).into(),
                };
                self.line(&json!({ "number": owned.number, "leads_to": leads_to, "this_flow": this_flow }));
            }
            return;
        }
        if numbers.is_empty() {
            self.out.push_str("this account has no number that takes texts\n");
            return;
        }
        let width = numbers.iter().map(|owned| owned.number.as_str().len()).max().unwrap_or_default();
        // A String takes whatever is written to it.
        let _ = writeln!(self.out, "{:<width$}  LEADS TO", "NUMBER");
        for owned in numbers {
            let mark = if here.is(&owned.leads_to) { "  (this flow)" } else { "" };
            let _ = writeln!(self.out, "{:<width$}  {}{mark}", owned.number.as_str(), plain(&place(&owned.leads_to)));
        }
    }

    /// What came of changing a number.
    pub(super) fn change(&mut self, number: &Phone, done: Result<Line, String>, here: &Here) {
        self.failed |= done.is_err();
        if self.json {
            self.line(&match done {
                Ok(Line::Assigned) => json!({ "number": number, "done": "assigned" }),
                Ok(Line::Cleared) => json!({ "number": number, "done": "cleared" }),
                Ok(Line::Unchanged) => json!({ "number": number, "done": "unchanged" }),
                Err(why) => json!({ "number": number, "error": why }),
            });
            return;
        }
        let webhook = here.webhook.clone().map(LeadsTo::Url).unwrap_or(LeadsTo::Nowhere);
        let _ = match done {
            Ok(Line::Assigned) => writeln!(self.out, "{number} leads to {} now", place(&webhook)),
            Ok(Line::Cleared) => writeln!(self.out, "{number} leads nowhere now"),
            Ok(Line::Unchanged) => writeln!(self.out, "{number}: nothing to change"),
            Err(why) => writeln!(self.err, "error: {number}: {}", plain(&why)),
        };
    }

    /// Why nothing was done.
    pub(super) fn failed(&mut self, why: &str) {
        self.failed = true;
        if self.json {
            self.line(&json!({ "error": why }));
        } else {
            let _ = writeln!(self.err, "error: {}", plain(why));
        }
    }

    fn line(&mut self, object: &Value) {
        let _ = writeln!(self.out, "{object}");
    }
}

/// Where a number leads, without what may be secret in its URL: credentials and the query.
pub(super) fn place(leads_to: &LeadsTo) -> String {
    match leads_to {
        LeadsTo::Nowhere => "nowhere".to_owned(),
        LeadsTo::Unknown => "a place that the carrier does not tell".to_owned(),
        LeadsTo::Other(what) => what.clone(),
        LeadsTo::Url(url) => {
            let bare = url.split(['?', '#']).next().unwrap_or_default();
            let (scheme, rest) = bare.split_once("://").unwrap_or(("", bare));
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = authority.rsplit('@').next().unwrap_or_default();
            if scheme.is_empty() { format!("{host}{path}") } else { format!("{scheme}://{host}{path}") }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_carrier_says_steers_the_terminal() {
        let number = Phone::literal("+13055550100");
        let owned = |leads_to| Owned { number: number.clone(), id: String::new(), leads_to };
        let here = Here { webhook: None };
        let mut shown = Shown::new(false);
        shown.list(&[owned(LeadsTo::Url("\u{1b}[2Jx".to_owned())), owned(LeadsTo::Other("\u{7}".to_owned()))], &here);
        shown.change(&number, Err("\u{1b}c".to_owned()), &here);
        shown.failed("a\rb");
        assert_eq!(shown.out, "NUMBER        LEADS TO\n+13055550100  \u{fffd}[2Jx\n+13055550100  \u{fffd}\n");
        assert_eq!(shown.err, "error: +13055550100: \u{fffd}c\nerror: a\u{fffd}b\n");
    }

    #[test]
    fn no_secret_of_a_url_is_shown() {
        for (url, shown) in [
            ("https://flows.example/carrier/twilio", "https://flows.example/carrier/twilio"),
            ("https://a:canary@flows.example/x?token=canary#canary", "https://flows.example/x"),
            ("https://flows.example?token=canary", "https://flows.example"),
            ("canary@host", "host"),
        ] {
            assert_eq!(place(&LeadsTo::Url(url.to_owned())), shown);
        }
    }
}
