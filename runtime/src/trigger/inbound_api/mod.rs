//! `on api`: the Inbound API, in the wire format of IntelePeer's "Trigger a Flow".

mod inputs;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tracing::{info, warn};

use self::inputs::Accepted;
use self::token::Token;
use super::members::Members;
use crate::flow::{ApiTrigger, Trigger};
use crate::run::{Engine, Parties};
use crate::server::{body, reply};
use crate::value::Json;

/// The header that names the run in a 202.
const RUN_HEADER: &str = "X-Flow-Run";

struct Api {
    engine: Arc<Engine>,
    entries: Vec<Entry>,
}

struct Entry {
    trigger: &'static ApiTrigger,
    token: Option<Token>,
}

/// The routes of all api triggers; the trigger is told by `flowId` in the body.
pub(crate) fn routes(engine: &Arc<Engine>) -> Router {
    let entries: Vec<Entry> = engine
        .program
        .triggers
        .iter()
        .filter_map(|trigger| match trigger {
            Trigger::Api(trigger) => {
                let token = trigger.token.map(|secret| Token::new(engine.secrets.get(secret)));
                Some(Entry { trigger, token })
            }
            Trigger::Sms(_) | Trigger::Schedule(_) => None,
        })
        .collect();
    if entries.is_empty() {
        return Router::new();
    }
    let api = Arc::new(Api { engine: Arc::clone(engine), entries });
    Router::new()
        .route("/_rest/v4/sfgen/apitriggers", post(receive))
        .route("/v2/api/apitriggers", post(receive))
        .with_state(api)
}

async fn receive(State(api): State<Arc<Api>>, request: Request) -> Response {
    api.receive(request).await.unwrap_or_else(|refused| refused)
}

impl Api {
    async fn receive(&self, request: Request) -> Result<Response, Response> {
        let headers = request.headers().clone();
        let bad = |problems| reply::errors(StatusCode::BAD_REQUEST, problems);
        let body = body::read_json(request).await?;
        let mut members = Members::parse(&body).map_err(|problem| bad(vec![problem]))?;
        let entry = self.entry(&mut members).map_err(|(status, told)| reply::error(status, told))?;
        // Before the inputs are looked at, so that their names are for those alone who have the token.
        if let Some(token) = &entry.token
            && !token.admits(&headers)
        {
            warn!(line = entry.trigger.line, status = 401, "request refused: its token is missing or wrong");
            let refused =
                reply::error(StatusCode::UNAUTHORIZED, "a valid token is needed: Authorization: Bearer <token>");
            return Err(([(header::WWW_AUTHENTICATE, "Bearer")], refused).into_response());
        }
        let Accepted { api, ignored } = inputs::read(entry.trigger, members).map_err(bad)?;
        let parties = Parties { person: api.ani.clone(), own: api.dnis.clone() };
        let start = entry.trigger.start;
        let run = self
            .engine
            .accept(entry.trigger.line, parties, move |secrets| start(api, secrets))
            .map_err(IntoResponse::into_response)?;
        if !ignored.is_empty() {
            info!(%run, line = entry.trigger.line, ignored = ignored.join(", "), "members that the flow does not expect");
        }
        Ok(([(RUN_HEADER, run.to_string())], reply::json(StatusCode::ACCEPTED, &true)).into_response())
    }

    fn entry(&self, members: &mut Members) -> Result<&Entry, (StatusCode, &'static str)> {
        match members.take("flowId") {
            Some(Json::String(name)) => self
                .entries
                .iter()
                .find(|entry| entry.trigger.name == name)
                .ok_or((StatusCode::NOT_FOUND, "there is no flow with this flowId")),
            Some(_) => Err((StatusCode::BAD_REQUEST, "\"flowId\" should be a text: the name of the flow's `on api`")),
            None => Err((StatusCode::BAD_REQUEST, "\"flowId\" is missing: the name of the flow's `on api`")),
        }
    }
}
