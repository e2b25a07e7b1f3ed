//! What calls and messages send, from the tree.

use super::build::Builder;
use super::expr::Lowering;
use super::{Ask, Auth, Binding, Body, Call, Expr, ExprKind, Json, Oauth, Sms, UrlPart};
use crate::check::constant::{constant_text, is_template};
use crate::check::service;
use crate::check::types::{Item, Type, Typed};
use crate::check::url::{Piece, UrlTemplate};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind};

/// Seconds that a call may take if it does not say (IntelePeer SmartFlows, "External Web Call Action Inputs").
pub(super) const DEFAULT_TIMEOUT: u32 = 10;

/// Seconds that a reply is waited for if the flow does not say: a day.
pub(super) const DEFAULT_WITHIN: u32 = 86_400;

impl Builder<'_> {
    /// `head`: the call's first words, up to its URL.
    pub(super) fn call(&self, head: Span, call: &ast::Call) -> Call {
        let lowering = self.lowering;
        let clauses = call.clauses.iter().map(|clause| clause.span);
        let bindings = call.bindings.iter().map(|binding| binding.query_span);
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
            sample: None,
            span: clauses.chain(bindings).fold(head, Span::to),
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
                ClauseKind::Sample(name) => lowered.sample = Some(name.value.clone()),
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
            audience: oauth.audience.as_ref().map(|audience| self.lowering.text(audience)),
            auth_method: oauth.auth_method.as_ref().map(|method| method.value.clone()),
        }
    }

    /// A call's URL, its service's before it.
    fn call_url(&self, call: &ast::Call) -> Vec<UrlPart> {
        let Lowering { file, names, .. } = self.lowering;
        let base = service::base_of(file, names, call).unwrap_or_default();
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

    pub(super) fn binding(&self, binding: &ast::Binding) -> Option<Binding> {
        let query = binding.query.clone();
        Some(Binding { variable: self.bound(&binding.field.name)?, query })
    }

    pub(super) fn ask(&self, ask: &ast::Ask) -> Ask {
        Ask {
            question: Sms {
                to: self.phone(ask.to.as_ref()),
                from: self.phone(ask.from.as_ref()),
                text: self.words(ask.text.as_ref()),
                media: Vec::new(),
            },
            reply: ask.reply.as_ref().and_then(|reply| self.bound(&reply.name)),
            within: ask.within.map_or(DEFAULT_WITHIN, |within| within.seconds),
            retries: ask.retry.as_ref().map_or(0, |retry| retry.times),
            again: ask.retry.as_ref().and_then(|retry| retry.text.as_ref()).map(|text| self.lowering.text(text)),
        }
    }

    fn phone(&self, phone: Option<&ast::Expr>) -> Option<Expr> {
        phone.map(|phone| self.lowering.expr_as(phone, Type::Phone))
    }

    fn words(&self, text: Option<&ast::Expr>) -> Expr {
        let empty = || Expr { typed: Typed::of(Type::Text), kind: ExprKind::Literal(String::new()) };
        text.map_or_else(empty, |text| self.lowering.text(text))
    }

    pub(super) fn sms(&self, sms: &ast::Sms) -> Sms {
        Sms {
            to: self.phone(sms.to.as_ref()),
            from: self.phone(sms.from.as_ref()),
            text: self.words(sms.text.as_ref()),
            media: sms.media.iter().map(|media| self.media(media)).collect(),
        }
    }

    fn media(&self, media: &ast::Expr) -> Expr {
        let Lowering { file, names, types } = self.lowering;
        match types.expr(media).ty {
            Type::List(Item::Url) => self.lowering.expr(media),
            _ if is_template(file, names, media) => {
                Expr { typed: Typed::of(Type::Url), kind: ExprKind::Url(self.url("", media)) }
            }
            _ => self.lowering.expr_as(media, Type::Url),
        }
    }
}
