//! Bots: `lex …` and `watson …`, and the steps `ask BOT` and `chat BOT`.

use super::step::given_twice;
use super::{Lower, Pair, Parts, take};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Arms, Binding, Bot, ClauseKind, File, Query, Segment, Setting, StepKind, Talk, Vendor, vendor_settings, vendor_word,
};
use crate::syntax::grammar::Rule;

/// The clauses that a bot has of a call's.
const CLAUSES: &[&str] = &["timeout", "retry", "sample"];

impl Lower {
    /// `lex NAME SETTING*`
    pub(super) fn bot(&mut self, vendor: &str, mut parts: Parts<'_>, keyword: Span, file: &mut File) {
        let vendor = if vendor == vendor_word(Vendor::Lex) { Vendor::Lex } else { Vendor::Watson };
        let example = match vendor {
            Vendor::Lex => {
                "lex concierge region \"us-east-1\" bot \"ABCDEFGHIJ\" alias \"TSTALIASID\" keys $ID $SECRET"
            }
            Vendor::Watson => "watson desk url \"https://…\" assistant \"…\" key $KEY",
        };
        let Some(name) = self.declared_name(&mut parts, keyword, example) else { return };
        let mut bot = Bot { vendor, name, settings: Vec::new(), clauses: Vec::new(), incomplete: false };
        for part in parts {
            let span = self.span(&part);
            let understood = match part.as_rule() {
                Rule::setting => self.bot_setting(part, span, &mut bot),
                Rule::bad_clause => self.bad_setting(&part, vendor),
                _ => self.bot_clause(part, span, &mut bot),
            };
            bot.incomplete |= understood.is_none();
        }
        self.missing_settings(&mut bot, example);
        file.bots.push(bot);
    }

    fn bot_setting(&mut self, pair: Pair<'_>, span: Span, bot: &mut Bot) -> Option<()> {
        let mut parts = pair.into_inner();
        let written = parts.next()?;
        let word = written.as_str().trim();
        let (needed, possible) = vendor_settings(bot.vendor);
        let Some(word) = needed.iter().chain(possible).copied().find(|known| *known == word) else {
            let own = self.span(&written);
            let message = format!("a bot of `{}` has no `{word}`", vendor_word(bot.vendor));
            let diagnostic = Diagnostic::new(Code::UnknownClause, own, message, "not of this vendor");
            self.report(diagnostic.with_help(format!("it has {}", quoted(&[needed, possible, CLAUSES].concat()))));
            return None;
        };
        if let Some(first) = bot.setting(word) {
            self.report(given_twice(span, word).with_label(first.span, "the first one"));
        }
        let values: Vec<_> = parts.map(|value| self.value(value)).collect();
        let fits = if word == "keys" { 2..=3 } else { 1..=1 };
        if !fits.contains(&values.len()) {
            match (word, values.get(*fits.end())) {
                (_, Some(more)) => {
                    let instead = format!("the next word: `{word}` takes {} values at most", fits.end());
                    self.unexpected(more.span, "a value", &instead);
                }
                ("keys", None) => self.expected(
                    span,
                    "the id of an access key and its secret, as in `keys $AWS_ID $AWS_SECRET`; a session token may follow",
                ),
                (_, None) => self.expected(span, &format!("a value behind `{word}`")),
            }
            return None;
        }
        bot.settings.push(Setting { word, span, values });
        Some(())
    }

    fn bad_setting(&mut self, pair: &Pair<'_>, vendor: Vendor) -> Option<()> {
        if self.misspelt_item(pair) {
            self.met_item = true;
        } else if !self.quote_in_string(pair) {
            let (needed, possible) = vendor_settings(vendor);
            let known = [needed, possible, CLAUSES].concat();
            let told = format!("a bot of `{}` has no", vendor_word(vendor));
            self.unknown_word(Code::UnknownClause, pair, &known, &told, &quoted(&known));
        }
        None
    }

    fn bot_clause(&mut self, pair: Pair<'_>, span: Span, bot: &mut Bot) -> Option<()> {
        if pair.as_rule() == Rule::bindings {
            let message = "response variables belong to a step, not to a bot";
            let diagnostic = Diagnostic::new(Code::UnexpectedText, span, message, "not here");
            self.report(diagnostic.with_help("write them behind `ask` or `chat`"));
            return None;
        }
        let clause = self.clause_or_bad(pair, span)?;
        if !matches!(clause.kind, ClauseKind::Timeout(_) | ClauseKind::Retry(_) | ClauseKind::Sample(_)) {
            let message = "a bot has no such clause: what is sent to it is its vendor's";
            let diagnostic = Diagnostic::new(Code::UnexpectedText, span, message, "not here");
            self.report(diagnostic.with_help(format!("of a call's clauses it has {}", quoted(CLAUSES))));
            return None;
        }
        // A bot answers in many ways, so it may have many samples.
        let word = match clause.kind {
            ClauseKind::Timeout(_) => Some("timeout"),
            ClauseKind::Retry(_) => Some("retry"),
            _ => None,
        };
        let kind = std::mem::discriminant(&clause.kind);
        let first = bot.clauses.iter().find(|first| std::mem::discriminant(&first.kind) == kind);
        if let (Some(word), Some(first)) = (word, first) {
            self.report(given_twice(span, word).with_label(first.span, "the first one"));
        }
        bot.clauses.push(clause);
        Some(())
    }

    fn missing_settings(&mut self, bot: &mut Bot, example: &str) {
        if bot.incomplete {
            return;
        }
        let (needed, _) = vendor_settings(bot.vendor);
        let missing: Vec<&str> = needed.iter().copied().filter(|word| bot.setting(word).is_none()).collect();
        if !missing.is_empty() {
            let end = bot.settings.last().map_or(bot.name.span, |last| last.span);
            self.expected(end, &format!("{}, as in `{example}`", quoted(&missing)));
            bot.incomplete = true;
        }
    }

    /// `ask BOT V < … >`, `chat BOT V [within 10m] < … >`
    pub(super) fn talk(&mut self, pair: Pair<'_>) -> StepKind {
        let mut parts = pair.into_inner().peekable();
        let Some(keyword) = parts.next() else { return StepKind::Bad(Vec::new()) };
        let (is_chat, word, word_span) = (keyword.as_rule() == Rule::kw_chat, keyword.as_str(), self.span(&keyword));
        let bot = take(&mut parts, Rule::name).map(|name| self.name(&name));
        let is_words =
            |part: &Pair<'_>| !matches!(part.as_rule(), Rule::within_clause | Rule::bindings | Rule::bad_talk_clause);
        let words = parts.next_if(is_words).map(|words| self.value(words));
        let (bot, words) = match (bot, words) {
            (Some(bot), Some(words)) => (bot, words),
            (bot, _) => {
                let behind = bot.as_ref().map_or(word_span, |bot| bot.span);
                let what = if bot.is_some() { "what the bot is told" } else { "a bot and what it is told" };
                self.expected(behind, &format!("{what}, as in `{word} concierge $body`"));
                return StepKind::Bad(Vec::new());
            }
        };
        let mut talk = Talk {
            bot,
            words,
            is_chat,
            within: None,
            bindings: Vec::new(),
            incomplete: false,
            lost_bindings: false,
            arms: Arms::default(),
            timeout: None,
        };
        for part in parts {
            let part_span = self.span(&part);
            match part.as_rule() {
                Rule::within_clause => self.talk_within(part, part_span, &mut talk),
                Rule::bindings => {
                    let (bindings, lost) = self.bindings(part, Self::told);
                    talk.bindings.extend(bindings);
                    talk.lost_bindings |= lost;
                }
                _ => {
                    talk.lost_bindings = true;
                    let known: &[&str] = if is_chat { &["within"] } else { &[] };
                    let instead = if is_chat { "`within 10m`, `< … >` or `->`" } else { "`< … >` or `->`" };
                    let told = format!("`{word}` has no clause");
                    self.unknown_word(Code::UnknownClause, &part, known, &told, instead);
                }
            }
        }
        talk.incomplete |= talk.lost_bindings;
        StepKind::Talk(Box::new(talk))
    }

    fn talk_within(&mut self, pair: Pair<'_>, span: Span, talk: &mut Talk) {
        self.repeated(talk.within.is_some(), span, "within");
        if !talk.is_chat {
            let message = "`ask` waits for no reply of a person: the bot answers at once";
            let diagnostic = Diagnostic::new(Code::UnexpectedText, span, message, "not here");
            self.report(diagnostic.with_help("`chat` goes on with the bot until it is done, and takes `within`"));
            talk.incomplete = true;
            return;
        }
        let mut parts = pair.into_inner().peekable();
        let keyword = take(&mut parts, Rule::kw_within).map_or(span, |keyword| self.span(&keyword));
        let within = self.duration_behind(&mut parts, keyword, "within 10m");
        talk.incomplete |= within.is_none();
        talk.within = within.or(talk.within);
    }

    /// `intent`, `reply = message`, `nights?: int = slots.Nights`: without a query, by its own name.
    fn told(&mut self, pair: Pair<'_>, span: Span) -> Option<Binding> {
        let assigned = pair.clone().into_inner().any(|part| part.as_rule() == Rule::assign);
        if assigned {
            let mut binding = self.binding(pair, span)?;
            if let Query::Label(label) = binding.query {
                binding.query = Query::Path(vec![Segment::Member(label)]);
            }
            return Some(binding);
        }
        let field = self.field(pair)?;
        let query = Query::Path(vec![Segment::Member(field.name.text.clone())]);
        Some(Binding { query_span: field.name.span, field, query })
    }
}

fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
