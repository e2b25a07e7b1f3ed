//! What a call takes from its service.

use super::constant::constant_text;
use crate::resolve::names::Names;
use crate::syntax::ast::{Call, Clause, ClauseKind, File, Name, Service};

/// The service that this name in a call means.
pub(crate) fn of<'a>(file: &'a File, names: &Names, name: &Name) -> Option<&'a Service> {
    names.services.get(&name.span).and_then(|at| file.services.get(*at))
}

/// A service's base URL, without a slash at its end; `None` if it is not fixed.
fn base(file: &File, names: &Names, service: &Service) -> Option<String> {
    constant_text(file, names, &service.url).map(|url| url.trim_end_matches('/').to_owned())
}

/// What stands before a call's URL: its service's base URL, or nothing. `None` if that is not known, which has been told.
pub(crate) fn base_of(file: &File, names: &Names, call: &Call) -> Option<String> {
    match &call.service {
        Some(name) => base(file, names, of(file, names, name)?),
        None => Some(String::new()),
    }
}

/// The clauses that hold for a call: its service's, then its own. Of the service's those are left out that the call
/// replaces: a header of the same name, its way to authenticate, its timeout, its retries, its sample.
pub(crate) fn clauses<'a>(file: &'a File, names: &Names, call: &'a Call) -> Vec<&'a Clause> {
    let service = call.service.as_ref().and_then(|name| of(file, names, name));
    let shared = service.map_or(&[][..], |service| service.clauses.as_slice());
    let kept = shared.iter().filter(|shared| !call.clauses.iter().any(|own| replaces(&own.kind, &shared.kind)));
    kept.chain(&call.clauses).collect()
}

fn replaces(own: &ClauseKind, shared: &ClauseKind) -> bool {
    match (own, shared) {
        (ClauseKind::Header(own, _), ClauseKind::Header(shared, _)) => own.value.eq_ignore_ascii_case(&shared.value),
        (ClauseKind::Timeout(_), ClauseKind::Timeout(_))
        | (ClauseKind::Retry(_), ClauseKind::Retry(_))
        | (ClauseKind::Sample(_), ClauseKind::Sample(_)) => true,
        (own, shared) => authenticates(own) && authenticates(shared),
    }
}

/// Whether a clause says who calls.
pub(crate) fn authenticates(clause: &ClauseKind) -> bool {
    match clause {
        ClauseKind::Basic(..) | ClauseKind::Bearer(_) | ClauseKind::Oauth(_) => true,
        ClauseKind::Header(name, _) => name.value.eq_ignore_ascii_case("authorization"),
        _ => false,
    }
}
