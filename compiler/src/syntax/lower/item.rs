//! Items: `flow`, `secret`, `const`, `on`, `path`.

use super::path::PathBuilder;
use super::step::given_twice;
use super::{Lower, Pair, Parts, take};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{ApiSource, Const, Field, File, Name, Path, PathItem, Source, Trigger, TypeName};
use crate::syntax::grammar::Rule;

const ITEMS: &[&str] = &["flow", "secret", "const", "on", "path"];

impl Lower {
    pub(super) fn item(&mut self, pair: Pair<'_>, file: &mut File) {
        let rule = pair.as_rule();
        if rule == Rule::stray_item {
            let instead = "`flow`, `secret`, `const`, `on` or `path`";
            return self.unknown_word(Code::UnexpectedText, &pair, ITEMS, "nothing begins with", instead);
        }
        let mut parts = pair.into_inner().peekable();
        let Some(keyword) = parts.next() else { return };
        let keyword_span = self.span(&keyword);
        match rule {
            Rule::flow_item => self.flow(parts, keyword_span, file),
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
                let body = self.body(parts, span, !matches!(source.1, Source::Bad));
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
                let body = self.body(parts, keyword_span.to(name.span), true);
                file.paths.push(PathItem { name, params, body });
            }
            _ => {}
        }
    }

    fn flow(&mut self, mut parts: Parts<'_>, keyword: Span, file: &mut File) {
        let Some(string) = take(&mut parts, Rule::string) else {
            return self.expected(keyword, "the flow's name, as in `flow \"Weather Forecast\"`");
        };
        let name = self.plain_string(string, "a flow's name");
        if let Some(first) = &file.name {
            self.report(
                Diagnostic::new(Code::Repeated, name.span, "a file has one `flow` name", "the second one")
                    .with_label(first.span, "the first one")
                    .with_help("leave one of them out"),
            );
        } else {
            file.name = Some(name);
        }
    }

    fn constant(&mut self, mut parts: Parts<'_>, keyword: Span, file: &mut File) {
        let Some(name) = self.declared_name(&mut parts, keyword, "const HOTEL = \"Seaside Inn\"") else {
            return;
        };
        let value = self.assigned(&mut parts, name.span);
        file.consts.push(Const { name, value });
    }

    /// The name that an item declares.
    fn declared_name(&mut self, parts: &mut Parts<'_>, keyword: Span, example: &str) -> Option<Name> {
        match self.bound_name(parts) {
            Some(name) => Some(name),
            None => {
                self.expected(keyword, &format!("a name that is no word of the language, as in `{example}`"));
                None
            }
        }
    }

    fn source(&mut self, pair: Pair<'_>) -> (Span, Source) {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::sms_source => (span, Source::Sms),
            Rule::api_source => (span, self.api(pair)),
            _ => {
                let word = pair.as_str().trim();
                let diagnostic = Diagnostic::new(
                    Code::UnknownTrigger,
                    span,
                    format!("nothing starts a flow `on {word}`"),
                    "unknown trigger",
                )
                .with_help("a flow starts `on sms` or `on api \"name\"`");
                let near = suggest::nearest(word, ["sms", "api"]);
                self.report(match near.first() {
                    Some(near) => diagnostic.with_fix(span, *near),
                    None => diagnostic,
                });
                (span, Source::Bad)
            }
        }
    }

    fn api(&mut self, pair: Pair<'_>) -> Source {
        let span = self.span(&pair);
        let mut parts = pair.into_inner().peekable();
        let keyword = take(&mut parts, Rule::kw_api).map_or(span, |keyword| self.span(&keyword));
        let name = take(&mut parts, Rule::string).map(|name| self.plain_string(name, "a trigger's name"));
        let mut token = None;
        let mut inputs: Option<Vec<Field>> = None;
        for part in parts {
            let part_span = self.span(&part);
            if part.as_rule() == Rule::token_clause {
                let value = self.clause_value(part, "the Auth Token behind `token`, as in `token $ORDER_TOKEN`");
                self.repeated(token.is_some(), part_span, "token");
                token = value.or(token);
            } else {
                self.repeated(inputs.is_some(), part_span, "expect");
                let fields = self.inputs(part, part_span);
                inputs.get_or_insert_default().extend(fields);
            }
        }
        match name {
            Some(name) => Source::Api(ApiSource { name, token, inputs: inputs.unwrap_or_default() }),
            None => {
                self.expected(keyword, "the trigger's name, as in `on api \"order-ready\"`");
                Source::Bad
            }
        }
    }

    fn repeated(&mut self, again: bool, span: Span, word: &str) {
        if again {
            self.report(given_twice(span, word));
        }
    }

    fn inputs(&mut self, pair: Pair<'_>, span: Span) -> Vec<Field> {
        let inputs: Vec<_> = pair.into_inner().filter(|part| part.as_rule() == Rule::input).collect();
        if inputs.is_empty() {
            self.expected(span, "an Expected Input, as in `expect OrderNo: int`");
        }
        inputs.into_iter().filter_map(|input| self.field(input)).collect()
    }

    /// A name where it is declared or bound: there it has no dollar sign.
    pub(super) fn bound_name(&mut self, parts: &mut Parts<'_>) -> Option<Name> {
        let dollar = take(parts, Rule::dollar_mark).map(|dollar| self.span(&dollar));
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
            let span = self.span(&item);
            let Some(field) = self.field(item) else { continue };
            if field.ty.is_none() {
                self.expected(span, &format!("a type, as in `{}: text`", field.name.text));
            }
            params.push(field);
        }
        params
    }

    fn body(&mut self, parts: Parts<'_>, head: Span, told_if_empty: bool) -> Path {
        let mut builder = PathBuilder::new();
        let mut any = false;
        for part in parts {
            any = true;
            if let Some(stray) = builder.feed(self, part) {
                self.stray_else(&stray);
            }
        }
        if !any && told_if_empty {
            self.expected(head, "`->` and a step, as in `-> sms \"Hello\"`");
        }
        builder.finish(self)
    }
}

fn is_source(rule: Rule) -> bool {
    matches!(rule, Rule::sms_source | Rule::api_source | Rule::unknown_source)
}
