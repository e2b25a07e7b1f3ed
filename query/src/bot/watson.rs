//! IBM Watson Assistant v2: the answer to a message (IBM Cloud API Docs, "watsonx Assistant v2": Send user input to
//! assistant).

use serde_json::{Value, json};

use super::plain::{self, Members};
use super::segment;

/// The skills whose variables are read, the one that wins first, and where each has them.
const SKILLS: [(&str, &str); 2] = [("actions skill", "skill_variables"), ("main skill", "user_defined")];

/// Where a session is begun, behind the base URL; the parts are percent-encoded.
///
/// An assistant of before there were environments goes without one.
pub fn sessions_path(assistant: &str, environment: Option<&str>) -> String {
    let environment = environment.map(|environment| format!("/environments/{}", segment(environment)));
    format!("/v2/assistants/{}{}/sessions", segment(assistant), environment.unwrap_or_default())
}

/// Where a turn of a session is sent to, behind the base URL; the parts are percent-encoded.
pub fn message_path(assistant: &str, environment: Option<&str>, session: &str) -> String {
    format!("{}/{}/message", sessions_path(assistant, environment), segment(session))
}

/// An answer's plain form. `end_flag` names the variable by which the assistant says that it is done.
///
/// A response that names `channels` is meant for IBM's own integrations and no client shall handle it, says the
/// reference; it is not looked at.
///
/// # Errors
/// What is not there or not of its type, as a sentence without a full stop.
pub fn read(answer: &Value, end_flag: Option<&str>) -> Result<Value, String> {
    let whole = plain::answer(answer)?;
    let output =
        plain::member(whole, "output", "output", "object", Value::as_object)?.ok_or("the answer has no \"output\"")?;
    let responses = plain::member(output, "generic", "output.generic", "list", Value::as_array)?;
    let responses: Vec<&Value> =
        responses.into_iter().flatten().filter(|response| plain::list(response, "channels").is_empty()).collect();
    let is_among =
        |kind: &str| responses.iter().any(|response| plain::text(response, &["response_type"]) == Some(kind));
    let messages = responses.iter().filter_map(|response| words(response)).collect();
    let intents = plain::member(output, "intents", "output.intents", "list", Value::as_array)?;
    let intent = intents.and_then(|intents| intents.first());
    let context = variables(answer);
    let is_flagged = end_flag.and_then(|flag| context.get(flag)).is_some_and(says_true);
    let handover = is_among("connect_to_agent");
    let done = is_flagged || handover || is_among("end_session") || is_among("channel_transfer");

    let name = intent.and_then(|intent| plain::text(intent, &["intent"]));
    let confidence = intent.filter(|_| name.is_some()).and_then(|intent| intent.get("confidence"));
    let mut plain = plain::common(messages, name, confidence, done);
    let mut entities = Members::new();
    for entity in plain::member(output, "entities", "output.entities", "list", Value::as_array)?.into_iter().flatten() {
        if let (Some(name), Some(value)) = (plain::text(entity, &["entity"]), plain::text(entity, &["value"])) {
            entities.entry(name).or_insert_with(|| value.into());
        }
    }
    plain.insert("entities".to_owned(), entities.into());
    plain.insert("context".to_owned(), context.into());
    plain.insert("handover".to_owned(), handover.into());
    Ok(plain.into())
}

/// The words of a response that are for a person, a line for each part of it.
fn words(response: &Value) -> Option<String> {
    let labels =
        |name| plain::list(response, name).iter().filter_map(|choice| plain::text(choice, &["label"])).collect();
    let (ways, labels): (&[&[&str]], Vec<&str>) = match plain::text(response, &["response_type"])? {
        "text" | "conversational_search" => (&[&["text"]], Vec::new()),
        "option" => (&[&["title"], &["description"]], labels("options")),
        "suggestion" => (&[&["title"]], labels("suggestions")),
        "image" | "video" | "audio" | "iframe" => (&[&["title"], &["description"], &["source"]], Vec::new()),
        "search" => (&[&["header"]], found(response)),
        "connect_to_agent" => (&[&["agent_available", "message"]], Vec::new()),
        "channel_transfer" => (&[&["message_to_user"]], Vec::new()),
        _ => return None,
    };
    let lines: Vec<&str> = ways.iter().filter_map(|way| plain::text(response, way)).chain(labels).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The best of what a search found: its title, its answer or else its whole text, and its address.
fn found(response: &Value) -> Vec<&str> {
    let best = ["primary_results", "additional_results", "results"]
        .into_iter()
        .find_map(|name| plain::list(response, name).first());
    let Some(best) = best else { return Vec::new() };
    let answer = plain::list(best, "answers").first().and_then(|answer| plain::text(answer, &["text"]));
    let body = answer.or_else(|| plain::text(best, &["body"]));
    [plain::text(best, &["title"]), body, plain::text(best, &["url"])].into_iter().flatten().collect()
}

/// The variables of the skills.
fn variables(answer: &Value) -> Members {
    let mut all = Members::new();
    for (skill, place) in SKILLS {
        let skill =
            answer.get("context").and_then(|context| context.get("skills")?.get(skill)?.get(place)?.as_object());
        for (name, value) in skill.into_iter().flatten() {
            all.entry(name.as_str()).or_insert_with(|| value.clone());
        }
    }
    all
}

/// Whether a variable is true; a skill that has only texts says so with one.
fn says_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true")))
}

/// The answer of an assistant whose plain form this is, as whole as Watson's own.
///
/// The end of a talk is an `end_session` where neither a handover nor the variable `end_flag` says it.
pub fn write(form: &Value, end_flag: Option<&str>) -> Value {
    let context = plain::members(form, "context");
    let is_flagged = end_flag.and_then(|flag| context.get(flag)).is_some_and(says_true);
    let mut generic: Vec<Value> =
        plain::messages(form).into_iter().map(|text| json!({ "response_type": "text", "text": text })).collect();
    if plain::flag(form, "handover") {
        generic.push(json!({ "response_type": "connect_to_agent", "message_to_human_agent": "", "topic": "" }));
    } else if plain::flag(form, "done") && !is_flagged {
        generic.push(json!({ "response_type": "end_session" }));
    }
    let mut intents = Vec::new();
    if let Some(name) = form.get("intent").and_then(plain::written) {
        let mut intent = json!({ "intent": name });
        if let (Some(confidence @ Value::Number(_)), Some(intent)) = (form.get("confidence"), intent.as_object_mut()) {
            intent.insert("confidence".to_owned(), confidence.clone());
        }
        intents.push(intent);
    }
    let entities = plain::members(form, "entities").into_iter();
    let entities: Vec<Value> = entities
        .filter_map(|(entity, value)| Some(json!({ "entity": entity, "value": plain::written(&value)? })))
        .collect();
    json!({
        "output": { "generic": generic, "intents": intents, "entities": entities },
        "context": {
            "global": { "system": { "turn_count": 1 } },
            "skills": { "actions skill": { "skill_variables": context } },
        },
        "user_id": "user",
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn answer(generic: Value) -> Value {
        json!({
            "output": {
                "generic": generic,
                "intents": [{ "intent": "book_room", "confidence": 0.92, "skill": "actions skill" }],
                "entities": [
                    { "entity": "sys-number", "location": [4, 7], "value": "2", "confidence": 1 },
                    { "entity": "sys-number", "value": "3" },
                ],
            },
            "context": {
                "global": { "system": { "turn_count": 2 }, "session_id": "s-1" },
                "skills": {
                    "main skill": { "user_defined": { "room": "twin", "guests": [1, null] }, "system": { "state": "x" } },
                    "actions skill": { "skill_variables": { "room": "king", "finished": false } },
                },
            },
            "user_id": "u-1",
        })
    }

    #[test]
    fn a_turn_is_read_with_what_was_recognized_and_the_variables_of_both_skills() {
        let expected = json!({
            "message": "Two nights?",
            "messages": ["Two nights?"],
            "intent": "book_room",
            "confidence": 0.92,
            "done": false,
            "entities": { "sys-number": "2" },
            "context": { "room": "king", "finished": false, "guests": [1, null] },
            "handover": false,
        });
        assert_eq!(
            read(&answer(json!([{ "response_type": "text", "text": "Two nights?" }])), Some("finished")),
            Ok(expected)
        );
    }

    #[test]
    fn each_type_of_response_has_its_words_or_none() {
        let cases = [
            (json!({ "response_type": "text", "text": "Hello" }), Some("Hello")),
            (json!({ "response_type": "text", "text": "" }), None),
            (
                json!({ "response_type": "option", "title": "Which?", "options": [{ "label": "King" }, { "label": "Twin" }] }),
                Some("Which?\nKing\nTwin"),
            ),
            (
                json!({ "response_type": "suggestion", "title": "Did you mean", "suggestions": [{ "label": "Book" }] }),
                Some("Did you mean\nBook"),
            ),
            (
                json!({ "response_type": "image", "source": "https://x.y/a.png", "title": "Map" }),
                Some("Map\nhttps://x.y/a.png"),
            ),
            (
                json!({
                    "response_type": "search", "header": "Found:", "additional_results": [],
                    "primary_results": [{ "title": "Pool", "body": "Long …", "url": "https://x.y", "answers": [{ "text": "To 9" }] }],
                }),
                Some("Found:\nPool\nTo 9\nhttps://x.y"),
            ),
            (
                json!({
                    "response_type": "connect_to_agent", "message_to_human_agent": "Angry",
                    "agent_available": { "message": "One moment." },
                }),
                Some("One moment."),
            ),
            (json!({ "response_type": "channel_transfer", "message_to_user": "Go on there." }), Some("Go on there.")),
            (json!({ "response_type": "pause", "time": 500 }), None),
            (json!({ "response_type": "user_defined", "user_defined": { "text": "x" } }), None),
            (json!({ "response_type": "text", "text": "Web only", "channels": [{ "channel": "chat" }] }), None),
        ];
        for (response, expected) in cases {
            let plain = read(&answer(json!([response])), None).unwrap();
            assert_eq!(plain.get("message").and_then(Value::as_str), expected, "{response}");
        }
    }

    #[test]
    fn an_assistant_is_done_by_a_response_or_by_its_variable() {
        let done = |answer: &Value, flag| read(answer, flag).unwrap().get("done").and_then(Value::as_bool).unwrap();
        for kind in ["end_session", "connect_to_agent", "channel_transfer"] {
            let ended = answer(json!([{ "response_type": kind }]));
            assert!(done(&ended, None), "{kind}");
            assert_eq!(read(&ended, None).unwrap().get("handover"), Some(&(kind == "connect_to_agent").into()));
        }
        for (value, is_done) in [(json!(true), true), (json!("True"), true), (json!(false), false), (json!(1), false)] {
            let mut flagged = answer(json!([]));
            *flagged.pointer_mut("/context/skills/actions skill/skill_variables/finished").unwrap() = value;
            assert_eq!(done(&flagged, Some("finished")), is_done);
            assert!(!done(&flagged, None));
        }
    }

    #[test]
    fn little_may_be_there_but_what_is_there_has_its_type() {
        let nothing = json!({ "messages": [], "done": false, "entities": {}, "context": {}, "handover": false });
        assert_eq!(read(&json!({ "output": {} }), Some("finished")), Ok(nothing));
        let refused = [
            (json!("x"), "the answer is no object: there is the text \"x\""),
            (json!({ "error": "Invalid Session", "code": 404 }), "the answer has no \"output\""),
            (
                json!({ "output": { "generic": {} } }),
                "the answer's \"output.generic\" is no list: there is an empty object",
            ),
        ];
        for (answer, sentence) in refused {
            assert_eq!(read(&answer, None), Err(sentence.to_owned()));
        }
    }

    #[test]
    fn what_is_written_of_a_plain_form_is_read_as_that_form() {
        let talks: &[&[&str]; 3] = &[&[], &["One night?"], &["Hello", "two\nlines"]];
        let intents = &[None, Some(("book_room", json!(0.5)))];
        let contexts = &[json!({}), json!({ "room": "king", "finished": false }), json!({ "finished": true })];
        let ends = [(false, false), (true, false), (true, true)];
        let mut forms = 0;
        for (talk, intent, context) in
            talks.iter().flat_map(|t| intents.iter().flat_map(move |i| contexts.iter().map(move |c| (t, i, c))))
        {
            for (done, handover) in ends {
                for flag in [None, Some("finished")] {
                    let messages = talk.iter().map(|&text| text.to_owned()).collect();
                    let is_flagged = flag.is_some() && context.get("finished") == Some(&json!(true));
                    let (name, score) = intent.as_ref().map(|(name, score)| (*name, score)).unzip();
                    let mut form = plain::common(messages, name, score, done || is_flagged);
                    form.insert("entities".to_owned(), json!({ "sys-number": "2" }));
                    form.insert("context".to_owned(), context.clone());
                    form.insert("handover".to_owned(), handover.into());
                    let form = Value::from(form);
                    assert_eq!(read(&write(&form, flag), flag), Ok(form));
                    forms += 1;
                }
            }
        }
        assert_eq!(forms, 108);
    }

    #[test]
    fn sessions_are_of_an_assistant_and_its_environment() {
        assert_eq!(sessions_path("a b", None), "/v2/assistants/a%20b/sessions");
        assert_eq!(
            message_path("a", Some("draft"), "s/1"),
            "/v2/assistants/a/environments/draft/sessions/s%2F1/message"
        );
    }
}
