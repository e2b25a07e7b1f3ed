//! Items: `flow`, `timezone`, `secret`, `const`, `service`, `lex`, `watson`, `on`, `path`.

use super::path::PathBuilder;
use super::source::is_source;
use super::step::given_twice;
use super::{Lower, Pair, Parts, take};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Const, Field, File, Name, Path, PathItem, Service, Source, Text, Trigger, TypeName};
use crate::syntax::grammar::Rule;

impl Lower {
    pub(super) fn item(&mut self, pair: Pair<'_>, file: &mut File) {
        let rule = pair.as_rule();
        if rule == Rule::stray_item {
            return self.stray_item(&pair);
        }
        self.in_stray_item = false;
        let mut parts = pair.into_inner().peekable();
        let Some(keyword) = parts.next() else { return };
        let keyword_span = self.span(&keyword);
        match rule {
            Rule::flow_item => {
                let name = self.setting(parts, keyword_span, "a flow's name", "flow \"Weather Forecast\"");
                self.set_once(&mut file.name, name, "`flow` name");
            }
            Rule::timezone_item => {
                let zone = self.setting(parts, keyword_span, "a time zone", "timezone \"America/New_York\"");
                self.set_once(&mut file.timezone, zone, "`timezone`");
            }
            Rule::service_item => self.service(parts, keyword_span, file),
            Rule::bot_item => self.bot(keyword.as_str(), parts, keyword_span, file),
            Rule::test_item => self.test(parts, keyword_span, file),
            Rule::secret_item => file.secrets.extend(self.declared_name(&mut parts, keyword_span, "secret TOKEN")),
            Rule::const_item => self.constant(parts, keyword_span, file),
            Rule::trigger_item => {
                let source_pair = parts.next_if(|part| is_source(part.as_rule()));
                let source = match source_pair {
                    Some(pair) => self.source(pair),
                    None => {
                        self.expected(keyword_span, "what starts the flow, as in `on sms` or `on api \"order-ready\"`");
                        (keyword_span, Source::Bad)
                    }
                };
                let span = keyword_span.to(source.0);
                let body = self.body(parts, span, &source.1);
                let span = match &source.1 {
                    Source::Api(api) => keyword_span.to(api.name.span),
                    _ => span,
                };
                file.triggers.push(Trigger { span, source: source.1, body });
            }
            Rule::path_item => {
                let Some(name) = self.declared_name(&mut parts, keyword_span, "path menu(name: text)") else {
                    return;
                };
                let params = take(&mut parts, Rule::params).map(|params| self.params(params)).unwrap_or_default();
                let body = self.path_body(parts, keyword_span.to(name.span));
                file.paths.push(PathItem { name, params, body });
            }
            _ => {}
        }
    }

    /// The one string of `flow` or `timezone`.
    fn setting(&mut self, mut parts: Parts<'_>, keyword: Span, what: &str, example: &str) -> Option<Text> {
        match take(&mut parts, Rule::string) {
            Some(string) => Some(self.plain_string(string, what)),
            None => {
                self.expected(keyword, &format!("{what}, as in `{example}`"));
                None
            }
        }
    }

    fn set_once(&mut self, slot: &mut Option<Text>, value: Option<Text>, what: &str) {
        let Some(value) = value else { return };
        match slot {
            Some(first) => self.report(
                Diagnostic::new(Code::Repeated, value.span, format!("a file has one {what}"), "the second one")
                    .with_label(first.span, "the first one")
                    .with_help("leave one of them out"),
            ),
            None => *slot = Some(value),
        }
    }

    fn service(&mut self, mut parts: Parts<'_>, keyword: Span, file: &mut File) {
        let Some(name) = self.declared_name(&mut parts, keyword, "service crm \"https://crm.example.com/v2\"") else {
            return;
        };
        let Some(url) = take(&mut parts, Rule::string).map(|url| self.string(url)) else {
            let example = format!("its base URL, as in `service {} \"https://crm.example.com/v2\"`", name.text);
            self.expected(name.span, &example);
            let url = self.bad_expr(name.span);
            return file.services.push(Service { name, url, clauses: Vec::new(), incomplete: true });
        };
        let mut service = Service { name, url, clauses: Vec::new(), incomplete: false };
        for part in parts {
            let span = self.span(&part);
            if part.as_rule() == Rule::bindings {
                let message = "response variables belong to a call, not to a service";
                let diagnostic = Diagnostic::new(Code::UnexpectedText, span, message, "not here");
                self.report(diagnostic.with_help("write them behind the calls of this service"));
                service.incomplete = true;
                continue;
            }
            match self.clause_or_bad(part, span) {
                Some(clause) if clause.kind.is_body() => {
                    let message = "a body belongs to a call, not to a service";
                    let diagnostic = Diagnostic::new(Code::UnexpectedText, span, message, "not here");
                    self.report(diagnostic.with_help("write it behind the calls of this service"));
                }
                Some(clause) => service.clauses.push(clause),
                None => service.incomplete = true,
            }
        }
        file.services.push(service);
    }

    fn constant(&mut self, mut parts: Parts<'_>, keyword: Span, file: &mut File) {
        let Some(name) = self.declared_name(&mut parts, keyword, "const HOTEL = \"Seaside Inn\"") else {
            return;
        };
        let value = self.assigned(&mut parts, name.span);
        file.consts.push(Const { name, value });
    }

    /// The name that an item declares.
    pub(super) fn declared_name(&mut self, parts: &mut Parts<'_>, keyword: Span, example: &str) -> Option<Name> {
        match self.bound_name(parts) {
            Some(name) => Some(name),
            None => {
                self.expected(keyword, &format!("a name that is no word of the language, as in `{example}`"));
                None
            }
        }
    }

    pub(super) fn repeated(&mut self, again: bool, span: Span, word: &str) {
        if again {
            self.report(given_twice(span, word));
        }
    }

    /// A name where it is declared or bound: there it has no dollar sign.
    pub(super) fn bound_name(&mut self, parts: &mut Parts<'_>) -> Option<Name> {
        let dollar = take(parts, Rule::dollar_mark).map(|dollar| self.span(&dollar));
        if let Some(reserved) = take(parts, Rule::reserved_name) {
            let (word, span) = (reserved.as_str(), self.span(&reserved));
            let message = format!("`{word}` is a word of the language and cannot be a name");
            let diagnostic = Diagnostic::new(Code::UnexpectedText, span, message, "not a name");
            self.report(diagnostic.with_help(format!("choose another, such as `{word}_`")));
            return Some(Name { text: word.to_owned(), span });
        }
        let name = take(parts, Rule::name).map(|name| self.name(&name))?;
        if let Some(dollar) = dollar {
            let message = format!("`{}` is declared here, and a name is declared without `$`", name.text);
            self.report(
                Diagnostic::new(Code::DollarInDeclaration, dollar, message, "one `$` too many")
                    .with_help("`$` stands before it where it is used")
                    .with_fix(dollar, ""),
            );
        }
        Some(name)
    }

    /// `name?: type`
    pub(super) fn field(&mut self, pair: Pair<'_>) -> Option<Field> {
        let mut parts = pair.into_inner().peekable();
        let name = self.bound_name(&mut parts)?;
        let optional = take(&mut parts, Rule::optional_mark).is_some();
        let ty = take(&mut parts, Rule::type_note).and_then(|note| self.type_note(note));
        Some(Field { name, optional, ty })
    }

    fn type_note(&mut self, pair: Pair<'_>) -> Option<TypeName> {
        let mut parts = pair.into_inner().peekable();
        let colon = take(&mut parts, Rule::colon).map(|colon| self.span(&colon))?;
        let Some(pair) = take(&mut parts, Rule::type_name) else {
            self.expected(colon, "a type, as in `Phone: phone`");
            return None;
        };
        let mut parts = pair.into_inner().peekable();
        let name = take(&mut parts, Rule::word).map(|word| self.name(&word))?;
        let mut item = None;
        if let Some(args) = take(&mut parts, Rule::type_args) {
            let span = self.span(&args);
            let mut parts = args.into_inner().peekable();
            take(&mut parts, Rule::open_angle);
            item = take(&mut parts, Rule::item_type).map(|word| self.name(&word));
            if item.is_none() || take(&mut parts, Rule::close_angle).is_none() {
                self.expected(span, "a type in angle brackets, as in `list<url>`");
            }
        }
        let optional = take(&mut parts, Rule::optional_mark).is_some();
        Some(TypeName { name, item, optional })
    }

    fn params(&mut self, pair: Pair<'_>) -> Vec<Field> {
        let mut params = Vec::new();
        for item in self.listed(pair, ("(", ")"), "two parameters").items {
            params.extend(self.field(item));
        }
        params
    }

    /// The path of a trigger.
    fn body(&mut self, mut parts: Parts<'_>, head: Span, source: &Source) -> Path {
        let clauses: &[&str] = match source {
            Source::Sms(_) => &["to", "matching"],
            Source::Api(_) => &["token", "expect"],
            Source::Schedule(_) => &[],
            Source::Bad => {
                // What belongs to a trigger that is not known is not known either.
                while take(&mut parts, Rule::junk).is_some() {}
                &[]
            }
        };
        let is_told = matches!(source, Source::Bad);
        self.elements(parts, PathBuilder::behind(clauses), (!is_told).then_some(head))
    }

    fn path_body(&mut self, parts: Parts<'_>, head: Span) -> Path {
        self.elements(parts, PathBuilder::behind(&[]), Some(head))
    }

    /// `head`: where it is told that no step follows.
    fn elements(&mut self, parts: Parts<'_>, mut builder: PathBuilder, head: Option<Span>) -> Path {
        let mut any = false;
        for part in parts {
            any = true;
            if let Some(stray) = builder.feed(self, part) {
                self.stray_else(&stray);
            }
        }
        if let (false, Some(head)) = (any, head) {
            self.expected(head, "`->` and a step, as in `-> sms \"Hello\"`");
        }
        builder.finish(self)
    }
}
