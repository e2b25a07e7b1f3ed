//! URLs of calls, services, tokens and media: each parses, where it goes is fixed, and credentials do not travel in clear.

use crate::check::Context;
use crate::check::constant::{constant_text, is_template};
use crate::check::service;
use crate::check::url::{Landing, Piece, UrlTemplate, authority};
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::Referent;
use crate::source::Span;
use crate::syntax::ast::{Call, Clause, ClauseKind, Expr, ExprKind, Name, Service, StepKind};
use crate::syntax::visit;
use url::{Host, ParseError, Url};

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for service in &context.file.services {
        of_service(context, service, out);
    }
    super::each_call(context.file, &mut |_, call| of_call(context, call, out));
    super::each_clause(context.file, &mut |clause| {
        if let ClauseKind::Oauth(oauth) = &clause.kind
            && let Some(url) = whole(context, Use::Call, "", &oauth.token_url, out)
        {
            out.extend(in_clear(&oauth.token_url, Some(clause.span), &url));
        }
    });
    super::each_step(context.file, &mut |step| {
        let StepKind::Sms(sms) = &step.kind else { return };
        for media in sms.media.iter().filter(|media| is_template(context.file, context.names, media)) {
            whole(context, Use::Media, "", media, out);
        }
    });
}

/// What a URL is for.
#[derive(Clone, Copy)]
enum Use {
    /// The flow sends a request there.
    Call,
    /// The carrier fetches a picture from there.
    Media,
}

fn of_service(context: &Context<'_>, service: &Service, out: &mut Vec<Diagnostic>) {
    let Some(url) = whole(context, Use::Call, "", &service.url, out) else { return };
    if url.query().is_some() {
        out.push(
            Diagnostic::new(Code::BadUrl, service.url.span, "a service's URL has no query", "not a base for calls")
                .with_help("write it as a clause of the service: `query \"key\" = \"value\"`"),
        );
        return;
    }
    let secret = service.clauses.iter().find_map(|clause| credentials(context, clause));
    out.extend(in_clear(&service.url, secret, &url));
}

fn of_call(context: &Context<'_>, call: &Call, out: &mut Vec<Diagnostic>) {
    let Some(url) = &call.url else { return };
    let names_service = |method: &Name| context.file.services.iter().any(|service| service.name.text == method.text);
    let base = match &call.service {
        // A rule of its own tells that the method is missing.
        None if call.method.as_ref().is_some_and(names_service) => return,
        None => String::new(),
        Some(name) => {
            let Some(base) = service::base_of(context.file, context.names, call) else { return };
            if let Some(diagnostic) = no_path(context, name.text.as_str(), url, &base) {
                return out.push(diagnostic);
            }
            base
        }
    };
    let Some(parsed) = whole(context, Use::Call, &base, url, out) else { return };
    let own = call.clauses.iter().find_map(|clause| credentials(context, clause));
    out.extend(in_clear(url, own.or_else(|| secret_in(context, url)), &parsed));
}

/// What a call of a service has is a path, which begins with `/`.
fn no_path(context: &Context<'_>, name: &str, url: &Expr, base: &str) -> Option<Diagnostic> {
    let written = UrlTemplate::cut("", url, |expr| constant_text(context.file, context.names, expr))?.example();
    if written.is_empty() || written.starts_with(['/', '?']) {
        return None;
    }
    let diagnostic = Diagnostic::new(
        Code::BadUrl,
        url.span,
        format!("a call of the service `{name}` gives the path behind its URL"),
        "does not begin with `/`",
    );
    Some(match written.strip_prefix(base) {
        Some("") => diagnostic.with_fix(url.span, "\"\""),
        Some(rest) if rest.starts_with('/') && rest.is_ascii() && !rest.contains(['"', '\\', '$']) => {
            let is_fixed = constant_text(context.file, context.names, url).is_some();
            let diagnostic = diagnostic.with_help(format!("`{base}` is the service's own"));
            if is_fixed { diagnostic.with_fix(url.span, format!("\"{rest}\"")) } else { diagnostic }
        }
        _ if written.contains("://") => diagnostic.with_help(format!("leave `{name}` out to call another place")),
        _ => {
            let inside = Span { start: url.span.start + 1, end: url.span.start + 1 };
            diagnostic.with_fix(inside, "/")
        }
    })
}

/// The URL with a plain word in place of each variable; `None` if it is none, which has been told.
fn whole(context: &Context<'_>, purpose: Use, base: &str, url: &Expr, out: &mut Vec<Diagnostic>) -> Option<Url> {
    let cut = UrlTemplate::cut(base, url, |expr| constant_text(context.file, context.names, expr))?;
    let in_authority = cut.pieces.iter().find_map(|piece| match piece {
        Piece::Value(expr, Landing::Authority) => Some(*expr),
        _ => None,
    });
    // Without `https://` all of it seems to be a host, but what is missing is where it goes.
    let begins_fixed = matches!(cut.pieces.first(), Some(Piece::Fixed(_)));
    if let Some(expr) = in_authority.filter(|_| !begins_fixed || cut.example().contains("://")) {
        out.push(variable_in_host(purpose, expr));
        return None;
    }
    if let Some(diagnostic) = super::url_characters::forbidden(context, url) {
        out.push(diagnostic);
        return None;
    }
    match parse(purpose, &cut.example()) {
        Ok(parsed) => Some(parsed),
        Err((message, help)) => {
            let (label, example) = match purpose {
                Use::Call => ("not a URL for a call", "write it whole, as in `\"https://example.com/hours\"`"),
                Use::Media => ("not a URL of media", "write it whole, as in `\"https://example.com/${name}.png\"`"),
            };
            out.push(Diagnostic::new(Code::BadUrl, url.span, message, label).with_help(help.unwrap_or(example)));
            None
        }
    }
}

fn variable_in_host(purpose: Use, expr: &Expr) -> Diagnostic {
    let (what, label) = match purpose {
        Use::Call => ("where a call goes is fixed", "would decide where the request goes"),
        Use::Media => ("where media come from is fixed", "would decide where the picture comes from"),
    };
    let message = format!("{what}: no variable in the scheme, host or port of a URL");
    Diagnostic::new(Code::VariableInHost, expr.span, message, label)
        .with_help("write the host out or take it from a `const`; variables fit into the path and the query")
}

fn parse(purpose: Use, text: &str) -> Result<Url, (String, Option<&'static str>)> {
    let url = Url::parse(text).map_err(|error| match error {
        ParseError::RelativeUrlWithoutBase => {
            ("this URL does not say where to: it needs `https://` and a host".to_owned(), None)
        }
        error => (format!("this URL cannot be read: {error}"), None),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        let what = match purpose {
            Use::Call => "a call speaks",
            Use::Media => "media are fetched by",
        };
        return Err((format!("{what} `https` or `http`, not `{}`", url.scheme()), None));
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

/// Where a clause carries credentials.
fn credentials(context: &Context<'_>, clause: &Clause) -> Option<Span> {
    if service::authenticates(&clause.kind) {
        return Some(clause.span);
    }
    let mut secret = None;
    visit::clause_exprs(clause, &mut |expr| secret = secret.or_else(|| secret_in(context, expr)));
    secret
}

/// Where an expression reads a secret.
fn secret_in(context: &Context<'_>, expr: &Expr) -> Option<Span> {
    let mut secret = None;
    visit::exprs(expr, &mut |expr| {
        let is_secret = matches!(context.names.referent(expr.id), Some(Referent::Secret(_)));
        if is_secret && matches!(expr.kind, ExprKind::Variable(..)) {
            secret.get_or_insert(expr.span);
        }
    });
    secret
}

/// Warns of credentials that go to this URL.
fn in_clear(written: &Expr, credentials: Option<Span>, url: &Url) -> Option<Diagnostic> {
    let loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    if url.scheme() != "http" || loopback {
        return None;
    }
    Some(
        Diagnostic::new(
            Code::CredentialsInClear,
            written.span,
            "credentials are sent over `http:`, where anybody on the way can read them",
            "not encrypted",
        )
        .with_label(credentials?, "credentials")
        .with_help("use `https:`"),
    )
}
