//! `call`: method, URL, clauses, response variables.

use super::{Lower, Pair, take};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{Arms, Binding, Call, Clause, ClauseKind, Expr, Json, Query, Segment, Step, StepKind, Text};
use crate::syntax::grammar::Rule;

const CLAUSES: &[&str] = &["header", "query", "basic", "bearer", "timeout", "json", "form", "text"];

const INSTEAD_OF_CLAUSE: &str =
    "a clause (`header`, `query`, `basic`, `bearer`, `timeout`, `json`, `form`, `text`), `< … >` or `->`";

impl Lower {
    pub(super) fn call(&mut self, pair: Pair<'_>) -> Step {
        let mut parts = pair.into_inner().peekable();
        let mut span = take(&mut parts, Rule::kw_call).map_or(Span::default(), |keyword| self.span(&keyword));
        let method = take(&mut parts, Rule::method).map(|method| self.name(&method));
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
            method,
            url,
            clauses: Vec::new(),
            bindings: Vec::new(),
            arms: Arms::default(),
        };
        for part in parts {
            let clause_span = self.span(&part);
            match part.as_rule() {
                Rule::bindings => self.bindings(part, &mut call),
                Rule::bad_clause => {
                    call.incomplete = true;
                    self.unknown_word(Code::UnknownClause, &part, CLAUSES, "a call has no clause", INSTEAD_OF_CLAUSE);
                }
                _ => match self.clause(part, clause_span) {
                    Some(kind) => call.clauses.push(Clause { span: clause_span, kind }),
                    None => call.incomplete = true,
                },
            }
        }
        Step { span, kind: StepKind::Call(Box::new(call)) }
    }

    fn clause(&mut self, pair: Pair<'_>, span: Span) -> Option<ClauseKind> {
        let rule = pair.as_rule();
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
            Rule::timeout_clause => match take(&mut parts, Rule::duration) {
                Some(duration) => self.seconds(&duration).map(ClauseKind::Timeout),
                None => {
                    self.expected(span, "a number of seconds, as in `timeout 10s`");
                    None
                }
            },
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

    /// `10s` in seconds; `2m` and `1h` are understood too, so that the range check can answer them.
    fn seconds(&mut self, pair: &Pair<'_>) -> Option<u32> {
        let text = pair.as_str();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit_seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => {
                let span = self.span(pair);
                let diagnostic = Diagnostic::new(
                    Code::BadDuration,
                    span,
                    format!("`{text}` is not a number of whole seconds with its unit"),
                    if unit.is_empty() { "in which unit?" } else { "not understood" },
                )
                .with_help("write whole seconds, as in `timeout 10s`");
                self.report(if unit.is_empty() { diagnostic.with_fix(span, format!("{text}s")) } else { diagnostic });
                return None;
            }
        };
        Some(number.parse::<u32>().unwrap_or(u32::MAX).saturating_mul(unit_seconds))
    }

    fn json(&mut self, pair: Pair<'_>) -> Option<Json> {
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
        for item in listed.items {
            match self.member(item) {
                Some(member) => members.push(member),
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
            _ => {
                self.expected(key.span, &format!("`:` and a value, {EXAMPLE}"));
                None
            }
        }
    }

    fn bindings(&mut self, pair: Pair<'_>, call: &mut Call) {
        let listed = self.listed(pair, ("<", ">"), "two response variables");
        call.incomplete |= !listed.closed;
        if listed.items.is_empty() && listed.closed {
            self.expected(listed.open, "a response variable, as in `< temp = temperature >`");
        }
        for item in listed.items {
            let span = self.span(&item);
            let binding = if item.as_rule() == Rule::binding {
                self.binding(item, span)
            } else {
                self.unexpected(span, item.as_str(), "a response variable, as in `temp = temperature`");
                None
            };
            call.incomplete |= binding.is_none();
            call.bindings.extend(binding);
        }
    }

    fn binding(&mut self, pair: Pair<'_>, span: Span) -> Option<Binding> {
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

    fn query(&mut self, pair: Pair<'_>) -> Option<Query> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::part_query => {
                let mut parts = pair.into_inner().peekable();
                let word = parts.next()?;
                let argument = parts.next();
                match (word.as_str(), argument) {
                    ("@status", None) => Some(Query::Status),
                    ("@body", None) => Some(Query::Body),
                    ("@header", Some(name)) => Some(Query::Header(self.plain_string(name, "a header's name"))),
                    ("@header", None) => {
                        self.expected(span, "the header's name, as in `@header \"ETag\"`");
                        None
                    }
                    (word, _) => {
                        let near = suggest::nearest(word, ["@status", "@header", "@body"]);
                        let diagnostic = self.bad_query(span, format!("an answer has no part `{word}`"));
                        let diagnostic =
                            diagnostic.with_help("its parts are `@status`, `@header \"Name\"` and `@body`");
                        self.report(match near.first() {
                            Some(near) => diagnostic.with_fix(span, *near),
                            None => diagnostic,
                        });
                        None
                    }
                }
            }
            Rule::path_query => self.path_query(pair.as_str(), span),
            _ => {
                let text = self.plain_string(pair, "a query").value;
                let diagnostic = if text.starts_with('$') {
                    self.bad_query(span, "JSONPath queries are not understood by this version of flowc".to_owned())
                        .with_help("write a bare label (`temperature`) or a dotted path (`periods[0].name`)")
                } else {
                    self.bad_query(span, "a label is written without quotes".to_owned()).with_fix(span, text)
                };
                self.report(diagnostic);
                None
            }
        }
    }

    fn bad_query(&self, span: Span, message: String) -> Diagnostic {
        Diagnostic::new(Code::BadQuery, span, message, "not a query")
    }

    /// `temperature`, `periods[0].name`
    fn path_query(&mut self, text: &str, span: Span) -> Option<Query> {
        let mut segments = Vec::new();
        for (position, piece) in text.split('.').enumerate() {
            let mut rest = piece;
            let label_end = piece.find('[').unwrap_or(piece.len());
            let (label, mut indices) = rest.split_at(label_end);
            rest = label;
            let index_only = position == 0 && label.is_empty() && !indices.is_empty();
            if !index_only {
                if rest.is_empty() || rest.contains([']', '?', '*', '$', '\'']) {
                    let message = format!("`{text}` is neither a label nor a dotted path");
                    let diagnostic = self.bad_query(span, message);
                    self.report(diagnostic.with_help("write `temperature`, `customer.city` or `periods[0].name`"));
                    return None;
                }
                segments.push(Segment::Member(rest.to_owned()));
            }
            while !indices.is_empty() {
                let inside = indices.strip_prefix('[').and_then(|indices| indices.split_once(']'));
                let index = inside.and_then(|(digits, after)| Some((digits.parse::<usize>().ok()?, after)));
                let Some((index, after)) = index else {
                    let message = format!("`{text}` has an index that is no whole number in brackets");
                    let diagnostic = self.bad_query(span, message);
                    self.report(diagnostic.with_help("write an index as in `periods[0].name`; the first is 0"));
                    return None;
                };
                segments.push(Segment::Index(index));
                indices = after;
            }
        }
        match segments.as_mut_slice() {
            [Segment::Member(label)] => Some(Query::Label(std::mem::take(label))),
            _ => Some(Query::Path(segments)),
        }
    }
}
