//! What stands between brackets, with commas between.

use super::{Lower, Pair};
use crate::source::Span;
use crate::syntax::grammar::Rule;

/// The items of a list.
pub(super) struct Listed<'i> {
    /// Without brackets and commas; text that is no item is among them.
    pub(super) items: Vec<Pair<'i>>,
    /// The opening bracket.
    pub(super) open: Span,
    /// Whether the closing bracket is there; if not, that has been told.
    pub(super) closed: bool,
}

impl Lower {
    /// Takes a list apart. Between two items a comma must stand, behind the last one may; `two_items` names them in the
    /// error: "two values".
    pub(super) fn listed<'i>(&mut self, pair: Pair<'i>, brackets: (&str, &str), two_items: &str) -> Listed<'i> {
        let whole = self.span(&pair);
        let open = Span { start: whole.start, end: whole.start + 1 };
        let mut listed = Listed { items: Vec::new(), open, closed: false };
        let mut after_comma = true;
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::open_paren | Rule::open_brace | Rule::open_bracket | Rule::open_angle => {}
                Rule::close_paren | Rule::close_brace | Rule::close_bracket | Rule::close_angle => listed.closed = true,
                Rule::comma if after_comma => self.unexpected(span, ",", "an item, or the end of the list"),
                Rule::comma => after_comma = true,
                rule => {
                    let is_item = !matches!(rule, Rule::bad_member | Rule::bad_binding);
                    if is_item && !after_comma {
                        self.expected(Span::at(span.start), &format!("`,` between {two_items}"));
                    }
                    after_comma = false;
                    listed.items.push(part);
                }
            }
        }
        if !listed.closed {
            self.unclosed(open, brackets.0, brackets.1);
        }
        listed
    }
}
