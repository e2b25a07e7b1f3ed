//! Types in calls and services: URLs, clauses, bodies.

use super::Infer;
use crate::check::constant::constant_text;
use crate::check::place::Place;
use crate::check::types::{Type, Typed};
use crate::check::url::{Landing, Piece, UrlTemplate};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Call, ClauseKind, Expr, Json};
use crate::syntax::visit;

impl<'a> Infer<'a> {
    pub(super) fn call(&mut self, call: &'a Call) {
        if let Some(url) = &call.url {
            match call.service.as_ref().and_then(|name| self.names.services.get(&name.span)) {
                // Its base URL ends before the path, so all variables stand behind the host.
                Some(_) => self.url_behind("https://service.example", url),
                None => self.url(url),
            }
        }
        call.clauses.iter().for_each(|clause| self.clause(&clause.kind));
        for binding in &call.bindings {
            binding.field.ty.iter().for_each(|ty| self.written(ty));
            self.bound(&binding.field.name);
        }
    }

    pub(super) fn url(&mut self, url: &'a Expr) {
        self.url_behind("", url);
    }

    fn url_behind(&mut self, base: &str, url: &'a Expr) {
        self.set(url, Typed::of(Type::Text));
        self.url_values(base, url, Place::UrlPath, Place::UrlQuery);
    }

    /// The values in a URL, each in the place where it lands; `base` is what stands before it.
    pub(super) fn url_values(&mut self, base: &str, url: &'a Expr, in_path: Place, in_query: Place) {
        let (file, names) = (self.file, self.names);
        let cut = UrlTemplate::cut(base, url, |expr| constant_text(file, names, expr));
        let outside = std::mem::replace(&mut self.in_string, true);
        for piece in cut.into_iter().flat_map(|cut| cut.pieces) {
            if let Piece::Value(expr, landing) = piece {
                match landing {
                    Landing::Query => self.place(expr, in_query),
                    Landing::Path => self.place(expr, in_path),
                    // A rule of its own tells that no variable may stand there.
                    Landing::Authority => {}
                }
            }
        }
        self.in_string = outside;
    }

    pub(super) fn clause(&mut self, clause: &'a ClauseKind) {
        match clause {
            ClauseKind::Header(_, value) => self.place(value, Place::Header),
            ClauseKind::Query(_, value) => self.place(value, Place::UrlQuery),
            ClauseKind::Basic(user, password) => {
                self.place(user, Place::Auth);
                self.place(password, Place::Auth);
            }
            ClauseKind::Bearer(token) => self.place(token, Place::Auth),
            ClauseKind::Oauth(oauth) => {
                self.url(&oauth.token_url);
                let credentials = [&oauth.client_id, &oauth.client_secret];
                for value in credentials.into_iter().chain(&oauth.scope).chain(&oauth.audience) {
                    self.place(value, Place::Auth);
                }
            }
            ClauseKind::Json(json) => self.json(json),
            ClauseKind::Form(fields) => fields.iter().for_each(|(_, value)| self.place(value, Place::TextBody)),
            ClauseKind::Xml(text) | ClauseKind::Text(text) => self.place(text, Place::TextBody),
            ClauseKind::Timeout(_) | ClauseKind::Retry(_) | ClauseKind::Sample(_) => {}
        }
    }

    /// A value that must be known when the flow is compiled.
    pub(super) fn fixed(&mut self, expr: &'a Expr, place: Place) {
        self.place(expr, place);
        let is_bad = self.types.expr(expr).ty == Type::Unknown;
        if !is_bad && constant_text(self.file, self.names, expr).is_none() {
            self.report(
                Diagnostic::new(
                    Code::VariableNotAllowed,
                    expr.span,
                    format!("what stands {} is known when the flow is compiled", place.described()),
                    "known only when the flow runs",
                )
                .with_help("write it out, or take it from a `const`"),
            );
        }
    }

    fn json(&mut self, json: &'a Json) {
        visit::json_exprs(json, &mut |expr| self.place(expr, Place::JsonBody));
    }
}
