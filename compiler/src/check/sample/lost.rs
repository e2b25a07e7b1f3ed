//! The part of a query that finds nothing in the sample, and what was probably meant.

use super::{Try, near, segments};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{Query, Segment};
use flow_query::{JsonPath, Node, Value};
use std::ops::Range;

/// At most this many names are listed.
const MOST_NAMES: usize = 8;
/// Shorter names are near to too many others.
const SHORTEST_MISSPELT: usize = 4;
/// At most this many places are looked at for names.
const MOST_PLACES: usize = 100;

/// Where a query loses its way.
pub(super) struct Lost<'a> {
    /// The part that finds nothing.
    span: Span,
    wanted: Wanted,
    /// The values among whose members or elements it looks.
    here: Vec<Node<'a>>,
    /// It looks at any depth.
    deep: bool,
    /// How the values are reached, as it is written; empty for the root.
    way: String,
    form: Form,
    /// It stands without quotes, so that other steps may take its place.
    bare: bool,
}

enum Wanted {
    Member(String),
    Index(i64),
    /// A filter, a slice and the like.
    Others,
}

/// How another name would be written in its place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Label,
    Path,
    JsonPath,
}

impl<'a> Lost<'a> {
    /// `None`: all of it is found, and the value is `null`.
    pub(super) fn of(attempt: &Try<'a>) -> Option<Self> {
        match &attempt.binding.query {
            Query::Label(name) => attempt.root.label(name).is_none().then(|| Self {
                span: attempt.binding.query_span,
                wanted: Wanted::Member(name.clone()),
                here: vec![attempt.root],
                deep: true,
                way: String::new(),
                form: Form::Label,
                bare: true,
            }),
            Query::Path(path) => Self::in_path(attempt, path),
            Query::JsonPath(text) => Self::in_json_path(attempt, text),
            Query::Status | Query::Header(_) | Query::Body => None,
        }
    }

    fn in_path(attempt: &Try<'a>, path: &[Segment]) -> Option<Self> {
        let written = attempt.written();
        let start = attempt.binding.query_span.start as usize;
        let reached = |count: usize| attempt.root.path(path.iter().take(count).map(Segment::of_query));
        let lost = (0..path.len()).find(|at| reached(at + 1).is_none())?;
        let (here, wanted) = (reached(lost)?, path.get(lost)?);
        let place = segments::of_path(written, path).into_iter().nth(lost)?;
        let wanted = match wanted {
            Segment::Member(name) => Wanted::Member(name.clone()),
            Segment::Index(index) => Wanted::Index(i64::try_from(*index).unwrap_or(i64::MAX)),
        };
        let way = written.get(..place.start).unwrap_or_default().trim_end_matches('.').to_owned();
        let span = Span::new(start + place.start, start + place.end);
        Some(Self { span, wanted, here: vec![here], deep: false, way, form: Form::Path, bare: true })
    }

    fn in_json_path(attempt: &Try<'a>, text: &str) -> Option<Self> {
        let Node::Json(json) = attempt.root else { return None };
        let ends = segments::ends(text);
        let prefix = |end: usize| text.get(..end).and_then(|prefix| JsonPath::parse(prefix).ok());
        let steps = ends.iter().zip(ends.iter().skip(1));
        // What finds nothing does not find more behind it.
        let (from, to) =
            steps.into_iter().find(|(_, to)| prefix(**to).is_some_and(|path| path.first(json).is_none()))?;
        let segment = text.get(*from..*to)?;
        let here = prefix(*from)?.all(json);
        let here: Vec<_> = here.into_iter().take(MOST_PLACES).map(Node::Json).collect();
        let of_segment = |(_, place): &(String, Range<usize>)| place.start >= *from && place.end <= *to;
        let names: Vec<_> = JsonPath::parse(text).ok()?.names().into_iter().filter(of_segment).collect();
        let selector = segment.trim_start_matches('.').trim_start_matches(['[', ' ']);
        let mut deep = segment.starts_with("..");
        let whole = *to - segment.trim_start_matches('.').len()..*to;
        let (place, wanted) = match names.as_slice() {
            _ if selector.starts_with('?') => {
                deep = true;
                let known = near::names(&here, true);
                match names.iter().find(|(name, _)| !known.contains(&name.as_str())) {
                    Some((name, place)) => (place.clone(), Wanted::Member(name.clone())),
                    None => (whole, Wanted::Others),
                }
            }
            [(name, place)] => (place.clone(), Wanted::Member(name.clone())),
            _ => match selector.trim_end_matches([']', ' ']).parse() {
                Ok(index) => (whole, Wanted::Index(index)),
                Err(_) => (whole, Wanted::Others),
            },
        };
        // Each quote in the text is written with a backslash before it.
        let written = |at: usize| at + text.get(..at).map_or(0, |before| before.matches('"').count());
        let start = attempt.binding.query_span.start as usize + 1;
        let span = Span::new(start + written(place.start), start + written(place.end));
        let way = text.get(..*from)?.trim_start_matches('$').to_owned();
        let bare = text.get(..place.start)?.ends_with('.');
        Some(Self { span, wanted, here, deep, way, form: Form::JsonPath, bare })
    }

    /// Whether what is wanted is most probably a name that is here, misspelt. For what may be missing that is told only
    /// where little else can be meant: a short name or another number, as `line2` beside `line1`, may well be its own.
    pub(super) fn is_misspelt(&self) -> bool {
        let Wanted::Member(name) = &self.wanted else { return false };
        let known = near::names(&self.here, self.deep);
        let letters = |name: &str| name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        suggest::nearest(name, known).into_iter().any(|near| {
            let is_long = name.chars().count() >= SHORTEST_MISSPELT;
            near.eq_ignore_ascii_case(name) || (is_long && letters(near) != letters(name))
        })
    }

    /// Tells it.
    pub(super) fn explain(self, sample: &str) -> Diagnostic {
        match &self.wanted {
            Wanted::Member(name) => self.no_member(sample, name),
            Wanted::Index(index) => {
                let what = self.here.first().map_or_else(String::new, |place| counted(*place));
                let message = format!("{sample} has no element `[{index}]` {}: {what}", self.place());
                self.diagnostic(message).with_help(match self.here.first() {
                    Some(Node::Json(Value::Array(elements))) if !elements.is_empty() => range(elements.len()),
                    Some(Node::Json(Value::Array(_))) => "record an answer in which the list has elements".to_owned(),
                    Some(Node::Xml(place)) if place.siblings() > 0 => range(place.siblings()),
                    _ => self.what_is_here(),
                })
            }
            Wanted::Others => {
                let message = format!("nothing in {sample} fits this part of the query");
                self.diagnostic(message).with_help(self.what_is_here())
            }
        }
    }

    fn no_member(&self, sample: &str, name: &str) -> Diagnostic {
        let known = near::names(&self.here, self.deep);
        let diagnostic = self.diagnostic(match (self.form, self.here.as_slice()) {
            (Form::Label, _) => format!("{sample} has no `{name}`"),
            (_, [place]) if !place.has_members() && !self.deep => {
                format!("{sample} has no `{name}` {}: there is {}", self.place(), place.describe())
            }
            _ => format!("{sample} has no `{name}` {}", self.place()),
        });
        let found = suggest::nearest(name, known.iter().copied());
        let with_fix = |diagnostic: Diagnostic, instead: &str| match self.rewritten(instead) {
            Some(text) => diagnostic.with_fix(self.span, text),
            None => diagnostic,
        };
        if let Some(best) = found.first().filter(|best| best.eq_ignore_ascii_case(name)) {
            let help = format!("only the case differs from `{best}`; names match exactly and by case");
            return with_fix(diagnostic.with_help(help), best);
        }
        // The name is right, and what leads to it is not all there.
        let way = self.here.first().filter(|_| !self.deep).and_then(|place| near::way_to(*place, name));
        if let Some(way) = way {
            return self.with_way(diagnostic, &way);
        }
        match found.first() {
            Some(best) => with_fix(diagnostic.with_help(suggest::did_you_mean(&found, "")), best),
            None => diagnostic.with_help(self.what_is_here()),
        }
    }

    /// Says by which steps the name is reached from here.
    fn with_way(&self, diagnostic: Diagnostic, way: &str) -> Diagnostic {
        let here = self.way.trim_start_matches('.');
        let dot = if here.is_empty() || way.starts_with('[') { "" } else { "." };
        let diagnostic = diagnostic.with_help(format!("the first one below is at `{here}{dot}{way}`"));
        match (self.bare, way.starts_with('[')) {
            (true, false) => diagnostic.with_fix(self.span, way),
            // The dot before the name goes.
            (true, true) if !here.is_empty() => {
                diagnostic.with_fix(Span { start: self.span.start - 1, ..self.span }, way)
            }
            _ => diagnostic,
        }
    }

    /// Where it was looked for: "at its root", "in `periods[0]`".
    fn place(&self) -> String {
        match (self.way.is_empty(), self.deep) {
            (true, true) => "at any depth".to_owned(),
            (true, false) => "at its root".to_owned(),
            (false, _) => format!("in `{}`", self.way.trim_start_matches('.')),
        }
    }

    fn what_is_here(&self) -> String {
        let known = near::names(&self.here, self.deep);
        if known.is_empty() {
            return match self.here.first() {
                Some(place) => format!("at this place there is {}", place.describe()),
                None => "at this place there is nothing".to_owned(),
            };
        }
        let listed: Vec<String> = known.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
        let more = match known.len().saturating_sub(MOST_NAMES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let place = if self.deep { "the sample has" } else { "at this place the sample has" };
        format!("{place} {}{more}", listed.join(", "))
    }

    /// Another name, written as this part of the query wants it; `None` where it needs a form of its own.
    fn rewritten(&self, name: &str) -> Option<String> {
        match self.form {
            _ if near::is_plain(name) => Some(name.to_owned()),
            Form::Label if matches!(self.here.as_slice(), [Node::Xml(_)]) => None,
            Form::Label if !name.contains(['\'', '\\', '"']) && !name.chars().any(char::is_control) => {
                Some(format!("\"$..['{name}']\""))
            }
            _ => None,
        }
    }

    fn diagnostic(&self, message: String) -> Diagnostic {
        Diagnostic::new(Code::NotInSample, self.span, message, "not in the sample")
    }
}

/// What is there in place of an element of a list; in XML an index counts the elements of one name.
fn counted(place: Node<'_>) -> String {
    match place {
        Node::Xml(element) if element.siblings() == 1 => "there is one of this name".to_owned(),
        Node::Xml(element) if element.siblings() > 1 => format!("there are {} of this name", element.siblings()),
        _ => format!("there is {}", place.describe()),
    }
}

fn range(count: usize) -> String {
    format!("the first is `[0]`, the last is `[{}]`", count.saturating_sub(1))
}
