//! The items of a file, the blank lines between them, and their heads.

use super::writer::{Blank, INDENT, Line, Writer};
use crate::source::Span;
use crate::syntax::ast::{ApiSource, Bot, Expr, File, Path, PathItem, Service, Source, Test, Trigger};

/// Where the clauses of a trigger stand: deeper than its arrows.
const CLAUSES: usize = 5;

enum Item<'a> {
    /// `flow`, `timezone`, `secret`, `const`
    Setting,
    Service(&'a Service),
    Bot(&'a Bot),
    Trigger(&'a Trigger),
    Path(&'a PathItem),
    Test(&'a Test),
}

/// Which neighbours stay together if the writer put them so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kin {
    Setting,
    TriggerLine,
    PathLine,
    /// An item of several lines stands alone.
    None,
}

impl Writer<'_> {
    /// Writes a whole file.
    pub(super) fn file(&mut self, file: &File) {
        let items = self.items(file);
        let mut before = Kin::Setting;
        for (at, (start, item)) in items.iter().enumerate() {
            let end = items.get(at + 1).map_or_else(|| self.end_of_file(), |(start, _)| *start);
            self.to(*start);
            let kin = self.kin(item, *start, end);
            let blank = if at == 0 || (kin == before && kin != Kin::None) { Blank::Keep } else { Blank::Force };
            self.begin(Line { indent: 0, comments: 0, blank, ends_item: before != Kin::Setting });
            match item {
                Item::Setting => self.expression(end, INDENT, 0),
                Item::Service(service) => self.service(service, end),
                Item::Bot(bot) => self.bot(bot, end),
                Item::Trigger(trigger) => {
                    let clauses = self.source_clauses(&trigger.source);
                    self.with_path(&clauses, &trigger.body, end, is_short(&trigger.source), kin);
                }
                Item::Path(path) => self.with_path(&[], &path.body, end, true, kin),
                Item::Test(test) => self.test(test, end),
            }
            self.to(end);
            before = kin;
        }
        self.begin(Line { indent: 0, comments: 0, blank: Blank::Keep, ends_item: before != Kin::Setting });
    }

    fn kin(&self, item: &Item<'_>, start: usize, end: usize) -> Kin {
        let is_line = |path| self.flat_body(path, start).is_some() && self.fits(start, end, 0);
        match item {
            Item::Setting => Kin::Setting,
            Item::Service(service) if service.clauses.len() < 2 && self.fits(start, end, 0) => Kin::Setting,
            Item::Trigger(trigger) if is_short(&trigger.source) && is_line(&trigger.body) => Kin::TriggerLine,
            Item::Path(path) if is_line(&path.body) => Kin::PathLine,
            _ => Kin::None,
        }
    }

    /// The items in the order in which they stand, each with its first token.
    fn items<'a>(&self, file: &'a File) -> Vec<(usize, Item<'a>)> {
        // The word before a name.
        let word = |span: Span| self.index(span.start).saturating_sub(1);
        let settings = file.name.iter().chain(&file.timezone).map(|text| text.span);
        let names = file.secrets.iter().chain(file.consts.iter().map(|constant| &constant.name)).map(|name| name.span);
        let mut items: Vec<_> = settings.chain(names).map(|span| (word(span), Item::Setting)).collect();
        items.extend(file.services.iter().map(|service| (word(service.name.span), Item::Service(service))));
        items.extend(file.bots.iter().map(|bot| (word(bot.name.span), Item::Bot(bot))));
        items.extend(file.triggers.iter().map(|trigger| (self.index(trigger.span.start), Item::Trigger(trigger))));
        items.extend(file.paths.iter().map(|path| (word(path.name.span), Item::Path(path))));
        items.extend(file.tests.iter().map(|test| (word(test.name.span), Item::Test(test))));
        items.sort_by_key(|(start, _)| *start);
        items
    }

    fn service(&mut self, service: &Service, end: usize) {
        let starts = self.clause_starts(&service.clauses);
        match starts.as_slice() {
            [_] | [] => self.clauses(&starts, end, INDENT),
            _ => self.clauses_below(&starts, end, INDENT),
        }
    }

    /// Writes a bot, a line for each of its settings.
    fn bot(&mut self, bot: &Bot, end: usize) {
        let settings = bot.settings.iter().map(|setting| self.index(setting.span.start));
        let mut starts: Vec<usize> = settings.chain(self.clause_starts(&bot.clauses)).collect();
        starts.sort_unstable();
        self.clauses_below(&starts, end, INDENT);
    }

    /// Writes an item with a path; `is_short`: its head may stand on one line.
    fn with_path(&mut self, clauses: &[usize], path: &Path, end: usize, is_short: bool, kin: Kin) {
        if kin != Kin::None {
            return self.to(end);
        }
        let arrow = path.steps.first().map_or(end, |step| self.index(step.span.start).saturating_sub(1));
        if is_short && self.has_room(arrow) {
            self.to(arrow);
        } else {
            self.clauses_below(clauses, arrow, CLAUSES);
        }
        self.rows(path, INDENT, false);
    }

    /// Writes a head whose clauses begin a line each.
    fn clauses_below(&mut self, starts: &[usize], end: usize, indent: usize) {
        let ends = starts.iter().skip(1).copied().chain([end]);
        self.words(starts.first().copied().unwrap_or(end), 0);
        for (start, end) in starts.iter().zip(ends) {
            self.line(indent, Blank::Drop);
            if self.text(*start) == "expect" {
                let inputs: Vec<usize> = self
                    .outside_brackets(*start, end)
                    .filter(|at| self.text(*at) == ",")
                    .map(|comma| comma + 1)
                    .filter(|input| *input < end)
                    .collect();
                self.parts(&inputs, end, indent + "expect ".len());
            } else {
                self.clause(*start, end, indent);
            }
        }
    }

    /// Where the clauses of a trigger begin.
    fn source_clauses(&self, source: &Source) -> Vec<usize> {
        let mut starts: Vec<usize> = match source {
            Source::Api(ApiSource { token, inputs, .. }) => {
                let expect = inputs.first().map(|input| self.index(input.name.span.start).saturating_sub(1));
                token.iter().map(|token| self.word_before(token)).chain(expect).collect()
            }
            Source::Sms(sms) => {
                let matching = sms.matching.iter().map(|words| self.index(words.span.start).saturating_sub(1));
                sms.to.iter().map(|to| self.word_before(to)).chain(matching).collect()
            }
            Source::Schedule(_) | Source::Bad => Vec::new(),
        };
        starts.sort_unstable();
        starts
    }

    /// The word that a value belongs to, which may be in parentheses.
    fn word_before(&self, value: &Expr) -> usize {
        let value = self.index(value.span.start);
        (0..value).rev().find(|at| self.text(*at) != "(").unwrap_or(0)
    }
}

/// Whether a source may stand on one line: a token and Expected Inputs are two subjects, the filters of messages are one.
fn is_short(source: &Source) -> bool {
    !matches!(source, Source::Api(ApiSource { token: Some(_), inputs, .. }) if !inputs.is_empty())
}
