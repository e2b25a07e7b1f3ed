//! The requests in tests: each is one that a call of the flow can send.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::check::glob::Glob;
use crate::check::service;
use crate::check::url::{Piece, UrlTemplate};
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest;
use crate::syntax::ast::{Call, ClauseKind, Expr, ExprKind, Name, Part, TestStepKind, Text};
use std::collections::{HashMap, HashSet};

/// At most this many calls are looked through for the nearest.
const MOST_COMPARED: usize = 1_000;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let lines = context.file.tests.iter().flat_map(|test| &test.steps).filter_map(|step| match &step.kind {
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
            let wanted = rooted(Glob::starred(&url.value));
            requests.iter().any(|request| request.method == method.text && request.goes_to(&wanted))
        });
        if !*is_sent {
            out.push(unsent(&requests, method, url));
        }
    }
}

/// A request that the flow can send.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Request {
    method: String,
    /// Its URL with a gap for each variable.
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

    /// Whether its URL can be this one, which may leave the query out.
    fn goes_to(&self, url: &Glob) -> bool {
        let mut whole = self.url.clone();
        if self.has_more {
            whole.push_str(if whole.text().contains('?') { "&" } else { "?" });
            whole.push_gap();
        }
        rooted(self.url.before('?')).meets(url) || whole.meets(url)
    }

    fn shown(&self) -> String {
        format!("{} {}", self.method, self.url.text())
    }
}

/// A URL with a gap for each variable.
fn glob(context: &Context<'_>, base: &str, url: &Expr) -> Option<Glob> {
    let ExprKind::Text(parts) = &url.kind else { return None };
    let is_bad = |part: &Part| matches!(part, Part::Value(value) if matches!(value.kind, ExprKind::Bad));
    if parts.iter().any(is_bad) {
        return None;
    }
    let cut = UrlTemplate::cut(base, url, |expr| constant_text(context.file, context.names, expr))?;
    let mut glob = Glob::starred("");
    for piece in &cut.pieces {
        match piece {
            Piece::Fixed(text) => glob.push_str(text),
            Piece::Value(..) => glob.push_gap(),
        }
    }
    Some(rooted(glob))
}

/// A URL without a path has the path `/` (RFC 9110, 4.2.3).
fn rooted(mut url: Glob) -> Glob {
    let text = url.text();
    if text.split_once("://").is_some_and(|(_, rest)| !rest.contains(['/', '?', '*'])) {
        url.push_str("/");
    }
    url
}

fn unsent(requests: &[Request], method: &Name, url: &Text) -> Diagnostic {
    let wanted = rooted(Glob::starred(&url.value));
    let mut methods: Vec<&str> =
        requests.iter().filter(|request| request.goes_to(&wanted)).map(|request| request.method.as_str()).collect();
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
