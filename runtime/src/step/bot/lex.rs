//! Amazon Lex V2 ("RecognizeText" in its API reference). Lex keeps sessions under names that its clients make up, and ends
//! them by itself, so nothing is kept here.

use flow_query::bot;

use super::turn::{self, Post, Turn};
use crate::flow::{Auth, Aws, Failure, JsonBody, Lex};
use crate::step::web_call::{Answer, error_type};
use crate::value::Json;

/// The most characters that it takes at a time.
const LONGEST: usize = 1_024;

/// The name under which requests to it are signed.
const SERVICE: &str = "lex";

/// One turn of the session `talk`; the answer in plain form.
pub(super) async fn say(turn: &mut Turn<'_>, lex: &Lex, talk: &str) -> Result<Json, Failure> {
    let words = turn.words(LONGEST)?;
    let auth = Auth::Aws(Box::new(Aws {
        key_id: lex.key_id.clone(),
        secret: lex.secret.clone(),
        session_token: lex.session_token.clone(),
        region: lex.region,
        service: SERVICE,
    }));
    let url = format!("{}{}", lex.url, bot::lex::path(lex.bot, lex.alias, lex.locale, talk));
    let body = JsonBody::Object(vec![("text", JsonBody::Text(words))]);
    let answer = turn.post(Post { url, query: Vec::new(), auth, body }).await?;
    bot::lex::read(&turn::body(&answer, says)?).map_err(|why| turn::misread(&answer, &why))
}

/// What it says of a request that it refuses: ` AccessDeniedException: User … is not authorized`.
fn says(answer: &Answer) -> Option<String> {
    let error = error_type(answer);
    let body = answer.json().ok();
    let message = ["message", "Message"].into_iter().find_map(|name| body.as_ref()?.get(name)?.as_str());
    // Behind the first line of a refused signature all that was signed is told, the session's token, too.
    let message = message.and_then(|message| message.lines().next()).filter(|line| !line.is_empty());
    match (error, message) {
        (Some(error), Some(message)) => Some(format!(" {error}: {message}")),
        (Some(told), None) => Some(format!(" {told}")),
        (None, Some(told)) => Some(format!(": {told}")),
        (None, None) => None,
    }
}
