//! `call`: service, method, URL, clauses, response variables.

use super::step::given_twice;
use super::{Lower, Pair, take};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Arms, Binding, Call, Clause, ClauseKind, Expr, Json, METHODS, OAUTH_WORDS, Oauth, Step, StepKind, Text,
};
use crate::syntax::grammar::Rule;
use std::collections::HashMap;

const CLAUSES: &[&str] =
    &["header", "query", "basic", "bearer", "oauth", "timeout", "retry", "json", "form", "xml", "text", "sample"];

/// How it ends what is told of an `oauth` that lacks something.
const IN_OAUTH: &str = ", in this `oauth`";

impl Lower {
    pub(super) fn call(&mut self, pair: Pair<'_>) -> Step {
        let mut parts = pair.into_inner().peekable();
        let mut span = take(&mut parts, Rule::kw_call).map_or(Span::default(), |keyword| self.span(&keyword));
        let first = take(&mut parts, Rule::method).map(|method| self.name(&method));
        let second = take(&mut parts, Rule::method).map(|method| self.name(&method));
        let (service, method) = match (first, second) {
            (Some(first), Some(second)) if METHODS.contains(&first.text.as_str()) => {
                let place = first.span.to(second.span);
                let ours = format!("{} {}", second.text, first.text);
                let message = "a call names its service before the method";
                let diagnostic = Diagnostic::new(Code::UnexpectedText, place, message, "the other way round");
                self.report(diagnostic.with_fix(place, ours));
                (Some(second), Some(first))
            }
            (first, Some(second)) => (first, Some(second)),
            (first, None) => (None, first),
        };
        let url = take(&mut parts, Rule::string).map(|url| self.string(url));
        match (&method, &url) {
            (_, None) => {
                self.expected(
                    method.as_ref().map_or(span, |method| method.span),
                    "a URL, as in `call GET \"https://…\"`",
                );
            }
            (None, Some(url)) => self.report(
                Diagnostic::new(
                    Code::MissingPart,
                    Span::at(url.span.start),
                    "expected a method before the URL: GET, POST, PATCH, PUT or DELETE",
                    "expected here",
                )
                .with_fix(Span::at(url.span.start), "GET "),
            ),
            _ => {}
        }
        span = span.to(url.as_ref().map_or(span, |url| url.span));
        let mut call = Call {
            incomplete: method.is_none() || url.is_none(),
            lost_bindings: method.is_none() || url.is_none(),
            service,
            method,
            url,
            clauses: Vec::new(),
            bindings: Vec::new(),
            arms: Arms::default(),
        };
        for part in parts {
            let clause_span = self.span(&part);
            call.lost_bindings |= part.as_rule() == Rule::bad_clause;
            match part.as_rule() {
                Rule::bindings => {
                    let (bindings, lost) = self.bindings(part, Self::binding);
                    call.bindings.extend(bindings);
                    call.lost_bindings |= lost;
                    call.incomplete |= lost;
                }
                _ => match self.clause_or_bad(part, clause_span) {
                    Some(clause) => call.clauses.push(clause),
                    None => call.incomplete = true,
                },
            }
        }
        Step { span, kind: StepKind::Call(Box::new(call)) }
    }

    /// A clause of a call or of a service; `None` if it was not understood, which has been told.
    pub(super) fn clause_or_bad(&mut self, pair: Pair<'_>, span: Span) -> Option<Clause> {
        if pair.as_rule() == Rule::bad_clause {
            if self.misspelt_item(&pair) {
                self.met_item = true;
                return None;
            }
            if self.quote_in_string(&pair) {
                return None;
            }
            let quoted: Vec<String> = CLAUSES.iter().map(|clause| format!("`{clause}`")).collect();
            let instead = format!("a clause ({}), `< … >` or `->`", quoted.join(", "));
            let known = [CLAUSES, OAUTH_WORDS].concat();
            let meant = self.unknown_word(Code::UnknownClause, &pair, &known, "a call has no clause", &instead);
            if meant.is_some_and(|meant| OAUTH_WORDS.contains(&meant)) {
                self.forgive_oauth();
            }
            return None;
        }
        self.clause(pair, span).map(|kind| Clause { span, kind })
    }

    fn clause(&mut self, pair: Pair<'_>, span: Span) -> Option<ClauseKind> {
        let rule = pair.as_rule();
        if rule == Rule::retry_clause {
            return self.call_retry(pair, span);
        }
        let mut parts = pair.into_inner().peekable();
        let keyword = parts.next()?;
        let keyword_span = self.span(&keyword);
        match rule {
            Rule::header_clause => {
                let (key, value) = self.key_value(parts, keyword_span, "header \"X-Api-Key\" = $KEY")?;
                Some(ClauseKind::Header(key, value))
            }
            Rule::query_clause => {
                let (key, value) = self.key_value(parts, keyword_span, "query \"phone\" = $from")?;
                Some(ClauseKind::Query(key, value))
            }
            Rule::basic_clause => {
                let user = parts.next().map(|user| self.value(user));
                let password = parts.next().map(|password| self.value(password));
                match (user, password) {
                    (Some(user), Some(password)) => Some(ClauseKind::Basic(user, password)),
                    _ => {
                        self.expected(span, "a user name and a password, as in `basic $USER $PASSWORD`");
                        None
                    }
                }
            }
            Rule::bearer_clause => match parts.next() {
                Some(token) => Some(ClauseKind::Bearer(self.value(token))),
                None => {
                    self.expected(span, "a token, as in `bearer $TOKEN`");
                    None
                }
            },
            Rule::oauth_clause => self.oauth(parts, keyword_span),
            Rule::timeout_clause => {
                self.duration_behind(&mut parts, keyword_span, "timeout 10s").map(ClauseKind::Timeout)
            }
            Rule::json_clause => match parts.next() {
                Some(json) => self.json(json).map(ClauseKind::Json),
                None => {
                    self.expected(span, "a JSON value, as in `json { \"name\": $name }`");
                    None
                }
            },
            Rule::form_clause => match parts.next() {
                Some(form) => self.form(form).map(ClauseKind::Form),
                None => {
                    self.expected(span, "the fields, as in `form { \"name\": $name }`");
                    None
                }
            },
            Rule::text_clause => match parts.next() {
                Some(text) => Some(ClauseKind::Text(self.string(text))),
                None => {
                    self.expected(span, "a text, as in `text \"Hello\"`");
                    None
                }
            },
            Rule::xml_clause => match parts.next() {
                Some(xml) => Some(ClauseKind::Xml(self.string(xml))),
                None => {
                    self.expected(span, "an XML document, as in `xml \"<order>$OrderNo</order>\"`");
                    None
                }
            },
            Rule::sample_clause => match parts.next() {
                Some(name) => Some(ClauseKind::Sample(self.plain_string(name, "a sample's name"))),
                None => {
                    self.expected(span, "the file with a recorded answer, as in `sample \"forecast.json\"`");
                    None
                }
            },
            _ => None,
        }
    }

    fn key_value(&mut self, parts: super::Parts<'_>, keyword: Span, example: &str) -> Option<(Text, Expr)> {
        let mut parts = parts;
        let Some(key) = take(&mut parts, Rule::string) else {
            self.expected(keyword, &format!("a name in quotes, as in `{example}`"));
            return None;
        };
        let key = self.plain_string(key, "this name");
        if take(&mut parts, Rule::assign).is_none() {
            self.expected(key.span, &format!("`=` and a value, as in `{example}`"));
            return None;
        }
        match parts.next() {
            Some(value) => Some((key, self.value(value))),
            None => {
                self.expected(key.span, &format!("a value behind `=`, as in `{example}`"));
                None
            }
        }
    }

    fn call_retry(&mut self, pair: Pair<'_>, span: Span) -> Option<ClauseKind> {
        let (times, text) = self.retry(pair, span, "retry 2");
        if let Some(text) = text {
            self.unexpected(text.span, "a text", "the next clause: a call is tried again without words");
        }
        times.map(ClauseKind::Retry)
    }

    /// `oauth token_url "…" client_id V client_secret V [scope V] [audience V] [auth_method "…"]`
    fn oauth(&mut self, parts: super::Parts<'_>, keyword: Span) -> Option<ClauseKind> {
        let mut values: HashMap<&str, Expr> = HashMap::new();
        let mut auth_method = None;
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for part in parts {
            let span = self.span(&part);
            let mut inner = part.into_inner();
            let Some(written) = inner.next() else { continue };
            let Some(word) = OAUTH_WORDS.iter().copied().find(|known| *known == written.as_str().trim()) else {
                continue;
            };
            let Some(value) = inner.next() else {
                self.expected(span, &format!("a value behind `{word}`"));
                return None;
            };
            if let Some(first) = seen.insert(word, span) {
                self.report(given_twice(span, word).with_label(first, "the first one"));
            }
            if word != "auth_method" {
                values.insert(word, self.value(value));
            } else if value.as_rule() == Rule::string {
                auth_method = Some(self.plain_string(value, "`auth_method`"));
            } else {
                self.expected(self.span(&written), "its name in quotes, as in `auth_method \"client_secret_basic\"`, the default, or `\"client_secret_post\"`");
                return None;
            }
        }
        let mut take = |word| values.remove(word);
        match (take("token_url"), take("client_id"), take("client_secret")) {
            (Some(token_url), Some(client_id), Some(client_secret)) => {
                let (scope, audience) = (take("scope"), take("audience"));
                let oauth = Oauth { token_url, client_id, client_secret, scope, audience, auth_method };
                Some(ClauseKind::Oauth(Box::new(oauth)))
            }
            (token_url, client_id, _) => {
                let missing = match (token_url, client_id) {
                    (None, _) => "`token_url \"https://…\"`, where the token is fetched",
                    (_, None) => "`client_id $ID`",
                    _ => "`client_secret $SECRET`",
                };
                self.expected(keyword, &format!("{missing}{IN_OAUTH}"));
                None
            }
        }
    }

    /// Takes back that the `oauth` right before a misspelt word of it lacks something: that is this word, or what stands
    /// behind it.
    fn forgive_oauth(&mut self) {
        let Some(before) = self.diagnostics.len().checked_sub(2) else { return };
        let lacks = |told: &Diagnostic| told.code == Code::MissingPart && told.message.ends_with(IN_OAUTH);
        if self.diagnostics.get(before).is_some_and(lacks) {
            self.diagnostics.remove(before);
        }
    }

    pub(super) fn json(&mut self, pair: Pair<'_>) -> Option<Json> {
        match pair.as_rule() {
            Rule::object => {
                let mut members = Vec::new();
                for (key, value) in self.members(pair)? {
                    members.push((key, self.json(value)?));
                }
                Some(Json::Object(members))
            }
            Rule::list => {
                let items = self.listed(pair, ("[", "]"), "two values").items;
                items.into_iter().map(|item| self.json(item)).collect::<Option<Vec<Json>>>().map(Json::List)
            }
            Rule::kw_null => Some(Json::Null),
            _ => Some(Json::Value(self.value(pair))),
        }
    }

    fn form(&mut self, pair: Pair<'_>) -> Option<Vec<(Text, Expr)>> {
        let mut fields = Vec::new();
        for (key, value) in self.members(pair)? {
            let span = self.span(&value);
            if matches!(value.as_rule(), Rule::object | Rule::list | Rule::kw_null) {
                self.unexpected(span, value.as_str(), "a text, a number or a variable: a form has no nested values");
                return None;
            }
            fields.push((key, self.value(value)));
        }
        Some(fields)
    }

    /// The members of `{ "key": value, … }`, values not yet built.
    fn members<'i>(&mut self, pair: Pair<'i>) -> Option<Vec<(Text, Pair<'i>)>> {
        let listed = self.listed(pair, ("{", "}"), "two members");
        let mut whole = listed.closed;
        let mut members = Vec::new();
        let mut seen: HashMap<String, Span> = HashMap::new();
        for item in listed.items {
            match self.member(item) {
                Some((key, value)) => {
                    let first = *seen.entry(key.value.clone()).or_insert(key.span);
                    if first != key.span {
                        let diagnostic = given_twice(key.span, &key.value).with_label(first, "the first one");
                        self.report(diagnostic);
                    }
                    members.push((key, value));
                }
                None => whole = false,
            }
        }
        whole.then_some(members)
    }

    fn member<'i>(&mut self, pair: Pair<'i>) -> Option<(Text, Pair<'i>)> {
        const EXAMPLE: &str = "as in `\"name\": $name`";
        if pair.as_rule() == Rule::bad_member {
            let span = self.span(&pair);
            self.unexpected(span, pair.as_str(), &format!("a member, {EXAMPLE}"));
            return None;
        }
        let mut parts = pair.into_inner().peekable();
        let key = take(&mut parts, Rule::string)?;
        let key = self.plain_string(key, "a member's name");
        let colon = take(&mut parts, Rule::colon);
        match (colon, parts.next()) {
            (Some(_), Some(value)) => Some((key, value)),
            (Some(colon), None) => {
                self.expected(self.span(&colon), &format!("a value behind `:`, {EXAMPLE}"));
                None
            }
            (None, _) => {
                self.expected(key.span, &format!("`:` and a value, {EXAMPLE}"));
                None
            }
        }
    }

    /// Response variables, and whether one may have been lost with what was not understood. `read` reads one.
    pub(super) fn bindings(
        &mut self,
        pair: Pair<'_>,
        read: fn(&mut Self, Pair<'_>, Span) -> Option<Binding>,
    ) -> (Vec<Binding>, bool) {
        let listed = self.listed(pair, ("<", ">"), "two response variables");
        let (mut bindings, mut lost) = (Vec::new(), !listed.closed);
        if listed.items.is_empty() && listed.closed {
            self.expected(listed.open, "a response variable, as in `< temp = temperature >`");
        }
        for item in listed.items {
            let span = self.span(&item);
            let binding = if item.as_rule() == Rule::binding {
                read(self, item, span)
            } else {
                self.unexpected(span, item.as_str(), "a response variable, as in `temp = temperature`");
                None
            };
            lost |= binding.is_none();
            bindings.extend(binding);
        }
        (bindings, lost)
    }

    pub(super) fn binding(&mut self, pair: Pair<'_>, span: Span) -> Option<Binding> {
        let parts = pair.clone().into_inner();
        let field = self.field(pair)?;
        let query = parts.into_iter().find(|part| part.as_rule() == Rule::query);
        let Some(query) = query else {
            let name = &field.name.text;
            self.expected(span, &format!("`=` and where the value is found, as in `{name} = {name}`"));
            return None;
        };
        let query_span = self.span(&query);
        let query = self.query(query.into_inner().next()?)?;
        Some(Binding { field, query, query_span })
    }
}
