//! How a client authenticates to fetch its token.

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest;
use crate::syntax::ast::{AUTH_METHODS, ClauseKind, Text};

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_clause(context.file, &mut |clause| {
        if let ClauseKind::Oauth(oauth) = &clause.kind {
            out.extend(oauth.auth_method.as_ref().and_then(unknown));
        }
    });
}

fn unknown(method: &Text) -> Option<Diagnostic> {
    if AUTH_METHODS.contains(&method.value.as_str()) {
        return None;
    }
    let message = format!("no client authenticates by `{}`", method.value);
    let diagnostic = Diagnostic::new(Code::UnknownAuthMethod, method.span, message, "unknown `auth_method`");
    let written = method.value.to_ascii_lowercase().replace('-', "_");
    // `post` and `basic` are what people call them.
    let meant = AUTH_METHODS.iter().find(|known| written.ends_with(known.rsplit('_').next().unwrap_or(known))).copied();
    let near = suggest::nearest(&written, AUTH_METHODS.iter().copied());
    Some(match meant.or(near.first().copied()) {
        Some(known) => diagnostic.with_fix(method.span, format!("\"{known}\"")),
        None => {
            diagnostic.with_help("`client_secret_basic` sends the secret in a header, `client_secret_post` in the body")
        }
    })
}
