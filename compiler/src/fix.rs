//! Mends a flow file by the edits that its diagnostics carry.
//!
//! An edit may uncover what it hid, so a file is checked again after each round, until nothing is left that a machine may
//! mend. A round that leaves more errors than there were is undone.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::sample::Samples;
use crate::source::{SourceFile, Span};

/// More than any file needs; it only ends what would go round in a circle.
const ROUNDS: usize = 32;

/// A file after its mending.
#[derive(Debug)]
pub struct Mended {
    /// The file with its new text.
    pub file: SourceFile,
    /// What is still to be said of it.
    pub diagnostics: Vec<Diagnostic>,
    /// How many edits were made for each code; empty if the text is what it was.
    pub made: BTreeMap<Code, usize>,
}

/// An edit, and the code of the diagnostic that it mends.
#[derive(Clone, Copy, Debug)]
struct Edit<'a> {
    code: Code,
    fix: &'a Fix,
}

impl Mended {
    /// How many of the edits that are still offered were not made, since they would have left more errors, or mended
    /// nothing.
    pub fn refused(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.fix.is_some()).count()
    }
}

/// Makes all edits that mend the file, which afterwards has no more errors than before.
///
/// All that an edit does not touch stays byte for byte as it is; a line break in what is put in is written as the file
/// writes its own.
pub fn fix(file: &SourceFile, samples: &dyn Samples) -> Mended {
    mend(file, &|file| crate::check(file, samples))
}

/// What is wrong with a text.
type Check<'a> = dyn Fn(&SourceFile) -> Vec<Diagnostic> + 'a;

fn mend(file: &SourceFile, check: &Check<'_>) -> Mended {
    let diagnostics = check(file);
    let mut mended = Mended { file: file.clone(), diagnostics, made: BTreeMap::new() };
    for _ in 0..ROUNDS {
        let Some(next) = round(&mended, check) else { break };
        mended = next;
    }
    mended
}

/// Makes as many edits at once as do not touch each other; `None` if there is none, or none that helps.
fn round(before: &Mended, check: &Check<'_>) -> Option<Mended> {
    let edits = apart(&before.diagnostics);
    if edits.is_empty() {
        return None;
    }
    if let Some(after) = attempt(before, &edits, check) {
        return Some(after);
    }
    // One of them does harm, or does not mend what it is for. The others are made one by one, the last one first: so the
    // places of those before it stay where they are.
    let mut last = None;
    for edit in edits.iter().rev() {
        let after = attempt(last.as_ref().unwrap_or(before), std::slice::from_ref(edit), check);
        last = after.or(last);
    }
    last
}

/// The edits in the order of their places, without those that overlap or touch the one before them.
fn apart(diagnostics: &[Diagnostic]) -> Vec<Edit<'_>> {
    let edits = diagnostics
        .iter()
        .filter_map(|diagnostic| diagnostic.fix.as_ref().map(|fix| Edit { code: diagnostic.code, fix }));
    let mut edits: Vec<_> = edits.collect();
    edits.sort_by_key(|edit| edit.fix.span);
    let mut end = None;
    edits.retain(|edit| {
        let is_apart = end.is_none_or(|end| edit.fix.span.start > end);
        if is_apart {
            end = Some(edit.fix.span.end);
        }
        is_apart
    });
    edits
}

/// Makes these edits and looks at what came of them; `None` if it is no better.
fn attempt(before: &Mended, edits: &[Edit<'_>], check: &Check<'_>) -> Option<Mended> {
    let (text, places) = apply(&before.file.text, edits)?;
    let file = SourceFile::new(before.file.name.as_str(), text);
    let diagnostics = check(&file);
    let errors = |all: &[Diagnostic]| all.iter().filter(|diagnostic| diagnostic.is_error()).count();
    // An edit that is asked for again where it was just made has mended nothing.
    let again = |(edit, place): (&Edit<'_>, &Span)| {
        let touches = |fix: &Fix| fix.span.start <= place.end && fix.span.end >= place.start;
        diagnostics.iter().any(|told| told.code == edit.code && told.fix.as_ref().is_some_and(touches))
    };
    if errors(&diagnostics) > errors(&before.diagnostics) || edits.iter().zip(&places).any(again) {
        return None;
    }
    let mut made = before.made.clone();
    for edit in edits {
        *made.entry(edit.code).or_default() += 1;
    }
    Some(Mended { file, diagnostics, made })
}

/// The text with these edits, which are in order and apart, and the places in it that are new; `None` if one of them is
/// outside the text.
fn apply(text: &str, edits: &[Edit<'_>]) -> Option<(String, Vec<Span>)> {
    let breaks = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut new = String::with_capacity(text.len() + 64);
    let mut places = Vec::with_capacity(edits.len());
    let mut done = 0;
    for Edit { fix, .. } in edits {
        let range = fix.span.range();
        new.push_str(text.get(done..range.start)?);
        let start = new.len();
        new.push_str(&fix.replacement.replace("\r\n", "\n").replace('\n', breaks));
        places.push(Span::new(start, new.len()));
        done = range.end;
    }
    new.push_str(text.get(done..)?);
    Some((new, places))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::sample::NoSamples;

    fn fixed(text: &str) -> Mended {
        fix(&SourceFile::new("wx.flow", text), &NoSamples)
    }

    /// Finds each of these words in a text, and offers what stands beside it.
    fn words(text: &str, offers: &[(&str, &str)]) -> Vec<Diagnostic> {
        let found = offers.iter().flat_map(|(word, offer)| {
            let span = |at: usize| Span::new(at, at + word.len());
            let told =
                move |(at, _)| Diagnostic::new(Code::UnknownVariable, span(at), "m", "l").with_fix(span(at), *offer);
            text.match_indices(word).map(told).collect::<Vec<_>>()
        });
        found.collect()
    }

    fn codes(mended: &Mended) -> Vec<(&'static str, usize)> {
        mended.made.iter().map(|(code, count)| (code.id(), *count)).collect()
    }

    #[test]
    fn all_that_a_machine_may_mend_is_mended() {
        let mended = fixed("on sms sms \"$boddy costs $5\" -> smss \"${$form}\"\n");
        assert_eq!(mended.file.text, "on sms -> sms \"$body costs $$5\" -> sms \"${from}\"\n");
        assert_eq!(mended.diagnostics, []);
        // What is inside `${…}` is known once the dollar sign is gone.
        assert_eq!(codes(&mended), [("F0005", 1), ("F0006", 1), ("F0012", 1), ("F0014", 1), ("F0201", 2)]);
    }

    #[test]
    fn a_file_without_mistakes_stays_as_it_is() {
        let text = "on sms -> sms \"Hi\"";
        let mended = fixed(text);
        assert_eq!((mended.file.text.as_str(), mended.made.len()), (text, 0));
    }

    #[test]
    fn line_ends_and_byte_order_mark_stay() {
        let mended = fixed("\u{feff}# a\r\non sms\r\n  -> sms \"$boddy\"\r\n  -> sms \"b\"\n");
        assert_eq!(mended.file.text, "\u{feff}# a\r\non sms\r\n  -> sms \"$body\"\r\n  -> sms \"b\"\n");
    }

    #[test]
    fn an_edit_that_leads_to_more_errors_is_undone() {
        let check =
            |file: &SourceFile| words(&file.text, &[("c", "x"), ("bad", "worse worse worse worse"), ("worse", "")]);
        let mended = mend(&SourceFile::new("wx.flow", "c bad c"), &check);
        assert_eq!((mended.file.text.as_str(), mended.made.len(), mended.refused()), ("x bad x", 1, 1));
    }

    #[test]
    fn an_edit_that_mends_nothing_is_not_made_again_and_again() {
        let check = |file: &SourceFile| words(&file.text, &[("$", "$$")]);
        let mended = mend(&SourceFile::new("wx.flow", "a $5"), &check);
        assert_eq!((mended.file.text.as_str(), mended.made.len(), mended.refused()), ("a $5", 0, 1));
        let check = |file: &SourceFile| words(&file.text, &[("a", "b"), ("b", "a")]);
        assert_eq!(mend(&SourceFile::new("wx.flow", "a"), &check).file.text, "a");
    }

    #[test]
    fn edits_that_touch_are_not_made_at_once() {
        let of = |start, end| {
            Diagnostic::new(Code::UnknownVariable, Span::new(start, end), "m", "l").with_fix(Span::new(start, end), "x")
        };
        let diagnostics = [of(4, 6), of(0, 2), of(2, 3), of(5, 9), of(7, 7), of(7, 7), of(12, 13)];
        let spans: Vec<_> = apart(&diagnostics).iter().map(|edit| edit.fix.span.range()).collect();
        assert_eq!(spans, [0..2, 4..6, 7..7, 12..13]);
    }

    #[test]
    fn an_edit_outside_the_text_is_not_made() {
        for span in [Span::new(5, 9), Span::new(1, 2)] {
            let fix = Fix { span, replacement: String::new() };
            assert_eq!(apply("aé", &[Edit { code: Code::UnknownVariable, fix: &fix }]), None);
        }
    }

    #[test]
    fn a_line_break_is_written_as_the_file_does() {
        let fix = Fix { span: Span::at(3), replacement: "b\nc\n".to_owned() };
        let edit = Edit { code: Code::UnknownVariable, fix: &fix };
        let (text, places) = apply("a\r\nd", &[edit]).unwrap();
        assert_eq!((text.as_str(), places), ("a\r\nb\r\nc\r\nd", vec![Span::new(3, 9)]));
    }
}
