//! IBM Watson Assistant v2 ("Create a session" and "Send user input to assistant" in IBM Cloud's API docs). It makes the
//! ids of sessions, which are kept from turn to turn, and it forgets sessions by its own clock, so that one may be gone.

use std::time::Duration;

use flow_query::bot;
use tracing::warn;

use super::turn::{self, Post, Turn};
use crate::clock::Time;
use crate::engine::journal::{Durability, JournalError};
use crate::engine::notes::{Note, Notes, Topic};
use crate::flow::{Auth, Failure, FailureKind, Iam, JsonBody, Watson};
use crate::step::web_call::Answer;
use crate::value::Json;

/// The most characters that it takes at a time.
const LONGEST: usize = 2_048;

/// How long a session is kept after its last turn. Watson's own limit is a setting of its instance: minutes to days.
const KEPT: Duration = Duration::from_hours(24);

/// One turn of `talk`, in the session that is kept for it, or in a new one; the answer in plain form.
pub(super) async fn say(turn: &mut Turn<'_>, watson: &Watson, talk: &str, notes: &dyn Notes) -> Result<Json, Failure> {
    let words = turn.words(LONGEST)?;
    let name = format!("{}:{talk}", watson.name);
    let kept = notes.noted(Topic::BotSession, &name).await.map_err(|error| unknown(&error))?;
    let mut session = match &kept {
        Some(note) => note.value.clone(),
        None => begin(turn, watson).await?,
    };
    let mut answer = tell(turn, watson, &session, talk, &words).await?;
    if answer.status == 404 && kept.is_some() {
        session = begin(turn, watson).await?;
        answer = tell(turn, watson, &session, talk, &words).await?;
    }
    let body = turn::body(&answer, says)?;
    let plain = bot::watson::read(&body, watson.end_flag).map_err(|why| turn::misread(&answer, &why))?;
    let is_done = plain.get("done").and_then(Json::as_bool).unwrap_or_default();
    keep(notes, name, (!is_done).then_some(session)).await;
    Ok(plain)
}

/// Begins a session; its id.
async fn begin(turn: &mut Turn<'_>, watson: &Watson) -> Result<String, Failure> {
    let path = bot::watson::sessions_path(watson.assistant, watson.environment);
    let answer = turn.post(post(watson, &path, JsonBody::Object(Vec::new()))).await?;
    let body = turn::body(&answer, says)?;
    let session = body.get("session_id").and_then(Json::as_str).filter(|id| !id.is_empty());
    let session =
        session.ok_or_else(|| turn::misread(&answer, "a session was begun, and the answer has no `session_id`"))?;
    Ok(session.to_owned())
}

/// Tells the words in a session.
async fn tell(turn: &mut Turn<'_>, watson: &Watson, session: &str, talk: &str, words: &str) -> Result<Answer, Failure> {
    let text = |text: &str| JsonBody::Text(text.to_owned());
    let options = JsonBody::Object(vec![("return_context", JsonBody::Bool(true))]);
    let input = vec![("message_type", text("text")), ("text", text(words)), ("options", options)];
    // By the user IBM counts who talks with an assistant; a session is none.
    let body = JsonBody::Object(vec![("input", JsonBody::Object(input)), ("user_id", text(talk))]);
    let path = bot::watson::message_path(watson.assistant, watson.environment, session);
    turn.post(post(watson, &path, body)).await
}

fn post(watson: &Watson, path: &str, body: JsonBody) -> Post {
    let auth = Auth::Iam(Box::new(Iam { token_url: watson.token_url.to_owned(), key: watson.key.clone() }));
    let query = vec![("version", watson.version.to_owned())];
    Post { url: format!("{}{path}", watson.url), query, auth, body }
}

/// Keeps the session for the next turn, or forgets it. The turn has taken place, whatever comes of this: without its
/// session the next one begins anew.
async fn keep(notes: &dyn Notes, name: String, session: Option<String>) {
    let kept = match session {
        Some(value) => {
            let now = Time::now();
            let note = Note { topic: Topic::BotSession, name, value, at: now, until: Some(now + KEPT) };
            notes.note(note, Durability::Written).await
        }
        None => notes.unnote(Topic::BotSession, &name).await,
    };
    if let Err(error) = kept {
        let reason = error.to_string();
        warn!(blame = "us", retry = false, reason, "the session of a talk with a bot is not kept");
    }
}

/// To go on in a new session would have the bot misunderstand words that answer a question of the old one.
fn unknown(error: &JournalError) -> Failure {
    Failure::new(FailureKind::Connect, format!("the session of the talk cannot be looked up: {error}"))
}

/// What it says of a request that it refuses: `: Invalid Session`.
fn says(answer: &Answer) -> Option<String> {
    let body = answer.json().ok()?;
    let first = body.get("errors").and_then(|errors| errors.get(0)?.get("message")?.as_str());
    let told =
        first.or_else(|| ["error", "message", "errorMessage"].into_iter().find_map(|name| body.get(name)?.as_str()));
    Some(format!(": {}", told?))
}
