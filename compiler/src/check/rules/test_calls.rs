//! The requests in tests: each is one that a call of the flow can send, unless the test redirects some.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::check::glob::Glob;
use crate::check::service;
use crate::check::url::{Piece, UrlTemplate};
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest;
use crate::syntax::ast::{Answer, Call, ClauseKind, Expr, ExprKind, Name, Part, Test, TestStepKind, Text};
use std::collections::{HashMap, HashSet};
use url::Url;

/// At most this many calls are looked through for the nearest.
const MOST_COMPARED: usize = 1_000;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let tests = context.file.tests.iter().filter(|test| !redirects(test));
    let lines = tests.flat_map(|test| &test.steps).filter_map(|step| match &step.kind {
        TestStepKind::Given(given) => Some((&given.method, &given.url)),
        TestStepKind::ThenCall(call) => Some((&call.method, &call.url)),
        _ => None,
    });
    let mut lines = lines.filter(|(method, _)| super::method::unknown(context, method).is_none()).peekable();
    if lines.peek().is_none() {
        return;
    }
    let Some(requests) = Request::all(context) else { return };
    let mut known: HashMap<(&str, &str), bool> = HashMap::new();
    for (method, url) in lines {
        let is_sent = known.entry((&method.text, &url.value)).or_insert_with(|| {
            let wanted = wanted(url);
            requests.iter().any(|request| request.method == method.text && request.goes_to(&wanted))
        });
        if !*is_sent {
            out.push(unsent(&requests, method, url));
        }
    }
}

/// Whether a service of this test sends a call elsewhere (RFC 9110, 15.4): to a URL that no call of the flow names, and by
/// another method where `POST` becomes `GET`.
fn redirects(test: &Test) -> bool {
    let is_redirect = |answer: &Answer| match answer {
        Answer::Response { status: 300..=399, headers, .. } => {
            headers.iter().any(|(name, _)| name.value.eq_ignore_ascii_case("location"))
        }
        _ => false,
    };
    test.steps.iter().any(|step| match &step.kind {
        TestStepKind::Given(given) => given.answers.iter().any(is_redirect),
        _ => false,
    })
}

/// A request that the flow can send.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Request {
    method: String,
    /// Its URL as it is sent, with a gap for each variable.
    url: Glob,
    /// Clauses add to its query.
    has_more: bool,
}

impl Request {
    /// All of them, each once; `None` where what one of them is has not been understood, which has been told.
    fn all(context: &Context<'_>) -> Option<Vec<Self>> {
        let mut all = Some(Vec::new());
        let mut seen = HashSet::new();
        let mut add = |request: Option<Self>| match (request, &mut all) {
            (Some(request), Some(known)) if seen.insert(request.clone()) => known.push(request),
            (Some(_), _) => {}
            (None, _) => all = None,
        };
        super::each_call(context.file, &mut |_, call| add(Self::of(context, call)));
        super::each_clause(context.file, &mut |clause| {
            if let ClauseKind::Oauth(oauth) = &clause.kind {
                let url = glob(context, "", &oauth.token_url);
                add(url.map(|url| Self { method: "POST".to_owned(), url, has_more: false }));
            }
        });
        all
    }

    fn of(context: &Context<'_>, call: &Call) -> Option<Self> {
        let base = service::base_of(context.file, context.names, call)?;
        let clauses = service::clauses(context.file, context.names, call);
        Some(Self {
            method: call.method.as_ref()?.text.clone(),
            url: glob(context, &base, call.url.as_ref()?)?,
            has_more: clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Query(..))),
        })
    }

    /// Whether its URL can be the wanted one in one of its forms, which may leave the query out.
    fn goes_to(&self, forms: &[Glob]) -> bool {
        let mut whole = self.url.clone();
        if self.has_more {
            whole.push_str(if whole.text().contains('?') { "&" } else { "?" });
            whole.push_gap();
        }
        let bare = self.url.before('?');
        forms.iter().any(|url| bare.meets(url) || whole.meets(url))
    }

    fn shown(&self) -> String {
        format!("{} {}", self.method, self.url.text())
    }
}

/// A URL as it is sent, with a gap for each variable.
fn glob(context: &Context<'_>, base: &str, url: &Expr) -> Option<Glob> {
    let ExprKind::Text(parts) = &url.kind else { return None };
    let is_bad = |part: &Part| matches!(part, Part::Value(value) if matches!(value.kind, ExprKind::Bad));
    if parts.iter().any(is_bad) {
        return None;
    }
    let cut = UrlTemplate::cut(base, url, |expr| constant_text(context.file, context.names, expr))?;
    let pieces = cut.pieces.iter().map(|piece| match piece {
        Piece::Fixed(text) => text.as_str(),
        Piece::Value(..) => "*",
    });
    Some(Glob::starred(&as_sent(&pieces.collect::<String>())))
}

/// The URL of a test, as it is written and as it is sent: a star behind the host can stand for a path.
fn wanted(url: &Text) -> [Glob; 2] {
    [Glob::starred(&url.value), Glob::starred(&as_sent(&url.value))]
}

/// A URL with the path `/` if it has none, without a default port, and percent-encoded where it must be (URL Standard, "URL
/// serializing"). A star is a character like others there.
fn as_sent(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), String::from)
}

fn unsent(requests: &[Request], method: &Name, url: &Text) -> Diagnostic {
    let forms = wanted(url);
    let mut methods: Vec<&str> =
        requests.iter().filter(|request| request.goes_to(&forms)).map(|request| request.method.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    if let [first, others @ ..] = methods.as_slice() {
        let quoted: Vec<String> = methods.iter().map(|method| format!("`{method}`")).collect();
        let message = format!("this flow calls this URL by {}, not by `{}`", quoted.join(", "), method.text);
        let diagnostic = Diagnostic::new(Code::TestMisfit, method.span, message, "no such call");
        return match others {
            [] => diagnostic.with_fix(method.span, *first),
            _ => diagnostic.with_help("name the call that is meant"),
        };
    }
    let diagnostic =
        Diagnostic::new(Code::TestMisfit, url.span, "no call of this flow goes to this URL", "never called");
    let wanted = format!("{} {}", method.text, url.value);
    let nearest = requests
        .iter()
        .take(MOST_COMPARED)
        .min_by_key(|request| (strsim::osa_distance(&request.shown(), &wanted), request.shown()));
    let Some(nearest) = nearest else {
        return diagnostic.with_help("it calls nobody: leave this line out");
    };
    let written = nearest.url.text();
    let is_near = !suggest::nearest(&url.value, [written.as_str()]).is_empty();
    let diagnostic =
        diagnostic.with_help(format!("the nearest call is `{}`; `*` stands for anything", nearest.shown()));
    match is_near && nearest.method == method.text && !written.contains(['"', '\\', '$']) {
        true => diagnostic.with_fix(url.span, format!("\"{written}\"")),
        false => diagnostic,
    }
}
