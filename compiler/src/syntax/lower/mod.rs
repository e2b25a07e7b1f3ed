//! Pairs of the grammar to the tree, and the words for what is missing or misplaced.

mod arm;
mod ask;
mod bot;
mod call;
mod duration;
mod expr;
mod foreign;
mod item;
mod junk;
mod listed;
mod path;
mod query;
mod raw;
mod source;
mod step;
mod stray;
mod string;
mod test;

use super::Parsed;
use super::ast::{self, Expr, ExprId, ExprKind, Name};
use super::grammar::Rule;
use super::nesting::MAX_NESTING;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{LineIndex, Span};
use crate::suggest;

pub(super) type Pair<'i> = pest::iterators::Pair<'i, Rule>;
type Parts<'i> = std::iter::Peekable<pest::iterators::Pairs<'i, Rule>>;

/// Builds the tree of a file from the pair of its rule.
pub(super) fn file(pair: Option<Pair<'_>>, text: &str) -> Parsed {
    let mut lower = Lower::default();
    let mut file = ast::File::default();
    for item in pair.into_iter().flat_map(Pair::into_inner) {
        lower.item(item, &mut file);
    }
    file.expr_count = lower.next_expr as usize;
    file.lost_names = lower.lost_names;
    Parsed { file, diagnostics: without_echoes(lower.diagnostics, text) }
}

/// The diagnostic for brackets or arms that are nested too deeply.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::NestedTooDeep,
        span,
        format!("this is nested more than {MAX_NESTING} levels deep"),
        "one level too many",
    )
    .with_help("move a part of it into a `path` of its own and reach that with `goto`")
}

/// Where something on a line was not understood, what else seems wrong behind it mostly is so because of that: one
/// mistake, not several. A mistake that was recognised for what it is has no such echoes, and neither has a string's
/// missing end, but for the line that it runs into. Behind a word that was misspelt only what is vague is an echo.
fn without_echoes(mut diagnostics: Vec<Diagnostic>, text: &str) -> Vec<Diagnostic> {
    if diagnostics.len() < 2 {
        return diagnostics;
    }
    let lines = LineIndex::new(text);
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    let (mut line, mut is_lost, mut is_doubtful, mut open_string) = (0, false, false, 0);
    diagnostics.retain(|diagnostic| {
        let own_line = lines.line(diagnostic.span.start);
        let follows = own_line == line;
        is_lost &= follows;
        is_doubtful &= follows;
        let runs_on = open_string != 0 && own_line == open_string + 1 && is_vague(diagnostic.code);
        let is_echo =
            runs_on || (is_doubtful && is_vague(diagnostic.code)) || (is_lost && !is_misspelt(diagnostic.code));
        line = own_line;
        is_lost |= is_vague(diagnostic.code);
        is_doubtful |= is_lost || is_misspelt(diagnostic.code);
        if diagnostic.code == Code::UnclosedString && !is_echo {
            open_string = own_line;
        }
        !is_echo
    });
    diagnostics
}

/// Says that something is not as expected, not what it is.
fn is_vague(code: Code) -> bool {
    matches!(
        code,
        Code::UnexpectedText
            | Code::MissingPart
            | Code::MissingArrow
            | Code::UnclosedString
            | Code::UnclosedBracket
            | Code::ArmWithoutStep
    )
}

/// Knows which word was meant.
fn is_misspelt(code: Code) -> bool {
    matches!(code, Code::UnknownStep | Code::UnknownClause)
}

#[derive(Default)]
struct Lower {
    diagnostics: Vec<Diagnostic>,
    next_expr: u32,
    /// Offset in the file of the text that is being lowered; not 0 inside `${…}`.
    base: usize,
    /// How many arms, branches and groups are open.
    depth: usize,
    /// The item before was not understood.
    in_stray_item: bool,
    /// In a step there stood a misspelt item: all that follows is that item's.
    met_item: bool,
    /// What misspelt items would have declared.
    lost_names: Vec<String>,
}

impl Lower {
    /// The place of a pair, without the white space that the grammar may have skipped behind it.
    fn span(&self, pair: &Pair<'_>) -> Span {
        Span::new(self.base + pair.as_span().start(), self.base + end_of(pair.clone()))
    }

    /// Goes one level deeper: into an arm, a branch or a group.
    fn enter(&mut self, span: Span) {
        if self.depth == MAX_NESTING {
            self.report(too_deep(span));
        }
        self.depth += 1;
    }

    /// Comes back from a level. False: it was too deep, which has been told, and its steps are dropped.
    fn leave(&mut self) -> bool {
        self.depth -= 1;
        self.depth < MAX_NESTING
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Says that something is missing behind `after`; `what` names it: "a name, as in `secret TOKEN`".
    fn expected(&mut self, after: Span, what: &str) {
        let diagnostic =
            Diagnostic::new(Code::MissingPart, Span::at(after.end), format!("expected {what}"), "expected here");
        self.report(diagnostic);
    }

    fn unclosed(&mut self, open: Span, bracket: &str, close: &str) {
        self.report(
            Diagnostic::new(
                Code::UnclosedBracket,
                open,
                format!("this `{bracket}` is never closed"),
                format!("no `{close}` belongs to it"),
            )
            .with_help(format!("write `{close}` where it ends")),
        );
    }

    fn unexpected(&mut self, span: Span, text: &str, instead: &str) {
        self.report(
            Diagnostic::new(Code::UnexpectedText, span, format!("unexpected `{}`", shorten(text)), "not understood")
                .with_help(format!("here may stand {instead}")),
        );
    }

    /// Says that a word is not known here: with the known word that was probably meant, and the edit that makes it so, or
    /// with what may stand here `instead`. `told` is the first half of the sentence: "there is no step".
    fn unknown_word(
        &mut self,
        code: Code,
        pair: &Pair<'_>,
        known: &[&'static str],
        told: &str,
        instead: &str,
    ) -> Option<&'static str> {
        let span = self.span(pair);
        let text = pair.as_str();
        let word = first_word(text);
        let near = || suggest::nearest(word, known.iter().copied()).first().copied();
        match foreign::word(word, known).or_else(near) {
            Some(near) => {
                let span = Span { start: span.start, end: span.start + Span::new(0, word.len()).end };
                let message = format!("{told} `{word}`; did you mean `{near}`?");
                let diagnostic = Diagnostic::new(code, span, message, "not understood");
                // What stands behind a foreign word is often foreign too, and would not do behind ours.
                let is_foreign_list = text.get(word.len()..).is_some_and(|rest| rest.trim_start().starts_with('{'));
                self.report(if is_foreign_list { diagnostic } else { diagnostic.with_fix(span, near) });
                Some(near)
            }
            None => {
                self.unexpected(span, text, instead);
                None
            }
        }
    }

    fn new_expr(&mut self, span: Span, kind: ExprKind) -> Expr {
        let id = ExprId(self.next_expr);
        self.next_expr += 1;
        Expr { id, span, kind }
    }

    fn bad_expr(&mut self, span: Span) -> Expr {
        self.new_expr(span, ExprKind::Bad)
    }

    fn name(&self, pair: &Pair<'_>) -> Name {
        Name { text: pair.as_str().to_owned(), span: self.span(pair) }
    }
}

/// Takes the next part if it is of this rule.
fn take<'i>(parts: &mut Parts<'i>, rule: Rule) -> Option<Pair<'i>> {
    parts.next_if(|part| part.as_rule() == rule)
}

/// The word that a text begins with; empty if it begins with none.
fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("")
}

/// Where a pair ends but for white space and comments: where the last of its tokens does.
fn end_of(pair: Pair<'_>) -> usize {
    let span = pair.as_span();
    let at_end_of_text = span.end() == span.get_input().len();
    // What the grammar skips ends in white space, or with a comment at the end of the text.
    if !span.as_str().ends_with(char::is_whitespace) && !at_end_of_text {
        return span.end();
    }
    pair.into_inner().next_back().map_or(span.end(), end_of)
}

/// The first line of a text, cut at 40 characters.
fn shorten(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or("").trim_end();
    match line.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or(line)),
        None => line.to_owned(),
    }
}
