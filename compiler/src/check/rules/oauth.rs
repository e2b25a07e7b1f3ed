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
    let diagnostic = Diagnostic::new(Code::UnknownAuthMethod, method.span, message, "unknown `auth_method`").with_help(
        "`client_secret_basic`, the default, sends the secret in a header, `client_secret_post` in the body",
    );
    let written = method.value.to_ascii_lowercase().replace('-', "_");
    // `post` and `basic` are what people call them.
    let meant = AUTH_METHODS.iter().find(|known| written.ends_with(known.rsplit('_').next().unwrap_or(known))).copied();
    // Another way with a name of its own (RFC 7591, 2) is no slip of the pen.
    let is_other = matches!(written.as_str(), "client_secret_jwt" | "private_key_jwt" | "none" | "tls_client_auth");
    let near = || suggest::nearest(&written, AUTH_METHODS.iter().copied()).first().copied();
    Some(match meant.or_else(|| if is_other { None } else { near() }) {
        Some(known) => diagnostic.with_fix(method.span, format!("\"{known}\"")),
        None => diagnostic,
    })
}
