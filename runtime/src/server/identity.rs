//! Which flow answers: what `numbers assign` looks for before it leads texts here.

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use crate::flow::Program;

/// The header that says what the flow does, by its hash.
pub(crate) const IDENTITY: HeaderName = HeaderName::from_static("x-flow-identity");

/// The header that says what people call the flow.
pub(crate) const NAME: HeaderName = HeaderName::from_static("x-flow-name");

/// Says in an answer's headers which flow has given it; its name only where a header can hold it: in printable ASCII.
pub(crate) fn signed(program: &'static Program, mut answer: Response) -> Response {
    answer.headers_mut().insert(IDENTITY, HeaderValue::from_static(program.identity));
    if let Ok(name) = HeaderValue::from_str(program.name) {
        answer.headers_mut().insert(NAME, name);
    }
    answer
}
