//! A call's URL: it parses, where it goes is fixed, and credentials do not travel in clear.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::check::url::{Landing, Piece, UrlTemplate, authority};
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::Referent;
use crate::syntax::ast::{Call, ClauseKind, Expr, ExprKind, Step};
use crate::syntax::visit;
use url::{Host, ParseError, Url};

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_call(context.file, &mut |step, call| {
        let Some(url) = &call.url else { return };
        let Some(cut) = UrlTemplate::cut(url, |expr| constant_text(context.file, context.names, expr)) else {
            return;
        };
        let in_authority = cut.pieces.iter().find_map(|piece| match piece {
            Piece::Value(expr, Landing::Authority) => Some(*expr),
            _ => None,
        });
        if let Some(expr) = in_authority {
            return out.push(variable_in_host(expr));
        }
        match parse(&cut.example()) {
            Ok(parsed) => out.extend(in_clear(context, step, call, &parsed)),
            Err((message, help)) => {
                let diagnostic = Diagnostic::new(Code::BadUrl, url.span, message, "not a URL for a call");
                out.push(match help {
                    Some(help) => diagnostic.with_help(help),
                    None => diagnostic.with_help("write it whole, as in `\"https://example.com/hours\"`"),
                });
            }
        }
    });
}

fn variable_in_host(expr: &Expr) -> Diagnostic {
    Diagnostic::new(
        Code::VariableInHost,
        expr.span,
        "where a call goes is fixed: no variable in the scheme, host or port of a URL",
        "would decide where the request goes",
    )
    .with_help("write the host out or take it from a `const`; variables fit into the path and the query")
}

fn parse(text: &str) -> Result<Url, (String, Option<&'static str>)> {
    let url = Url::parse(text).map_err(|error| match error {
        ParseError::RelativeUrlWithoutBase => {
            ("this URL does not say where to: it needs `https://` and a host".to_owned(), None)
        }
        error => (format!("this URL cannot be read: {error}"), None),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err((format!("a call speaks `https` or `http`, not `{}`", url.scheme()), None));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let help = "use `basic USER PASSWORD` with a `secret`";
        return Err(("a user name or password in a URL ends up in logs".to_owned(), Some(help)));
    }
    if url.fragment().is_some() {
        let help = "leave `#` and what follows it out";
        return Err(("the part of a URL behind `#` is never sent".to_owned(), Some(help)));
    }
    if text.chars().any(|c| c.is_whitespace() || c == '\\') || authority(text).is_none() {
        return Err(("a URL holds no spaces and no backslashes".to_owned(), Some("write a space as `%20`")));
    }
    Ok(url)
}

fn in_clear(context: &Context<'_>, step: &Step, call: &Call, url: &Url) -> Option<Diagnostic> {
    let loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    if url.scheme() != "http" || loopback {
        return None;
    }
    let auth = call.clauses.iter().find(|clause| match &clause.kind {
        ClauseKind::Basic(..) | ClauseKind::Bearer(_) => true,
        ClauseKind::Header(name, _) => name.value.eq_ignore_ascii_case("authorization"),
        _ => false,
    });
    let mut secret = None;
    visit::step_exprs(step, &mut |expr| {
        visit::exprs(expr, &mut |expr| {
            let is_secret = matches!(context.names.referent(expr.id), Some(Referent::Secret(_)));
            if is_secret && matches!(expr.kind, ExprKind::Variable(..)) {
                secret.get_or_insert(expr.span);
            }
        });
    });
    let what = auth.map(|clause| clause.span).or(secret)?;
    Some(
        Diagnostic::new(
            Code::CredentialsInClear,
            call.url.as_ref().map_or(step.span, |url| url.span),
            "credentials are sent over `http:`, where anybody on the way can read them",
            "not encrypted",
        )
        .with_label(what, "credentials")
        .with_help("use `https:`"),
    )
}
