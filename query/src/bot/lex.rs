//! Amazon Lex V2: the answer of RecognizeText (Amazon Lex API Reference, "RecognizeText" of the Lex Runtime V2).

use serde_json::{Value, json};

use super::plain::{self, Members};
use super::segment;

/// The name of the intent that Lex gives to words it does not understand.
const FALLBACK: &str = "FallbackIntent";

/// Where a turn is sent to, behind the base URL; the parts are percent-encoded.
pub fn path(bot: &str, alias: &str, locale: &str, session: &str) -> String {
    let [bot, alias, locale, session] = [bot, alias, locale, session].map(segment);
    format!("/bots/{bot}/botAliases/{alias}/botLocales/{locale}/sessions/{session}/text")
}

/// An answer's plain form.
///
/// Words that were not understood have Lex's own intent for that, usually `FallbackIntent`, without a confidence. A
/// custom payload is data for a program and no words for a person.
///
/// # Errors
/// What is not there or not of its type, as a sentence without a full stop.
pub fn read(answer: &Value) -> Result<Value, String> {
    let whole = plain::answer(answer)?;
    let state = plain::member(whole, "sessionState", "sessionState", "object", Value::as_object)?
        .ok_or("the answer has no \"sessionState\"")?;
    let said = plain::member(whole, "messages", "messages", "list", Value::as_array)?;
    let messages = said.into_iter().flatten().filter_map(words).collect();
    let intent =
        plain::member(state, "intent", "sessionState.intent", "object", |intent| intent.is_object().then_some(intent))?;
    let name = intent.and_then(|intent| plain::text(intent, &["name"]));
    let progress = intent.and_then(|intent| plain::text(intent, &["state"]));
    let is_closed = state.get("dialogAction").and_then(|action| plain::text(action, &["type"])) == Some("Close");
    let done = is_closed || matches!(progress, Some("Fulfilled" | "Failed"));

    let score = plain::list(answer, "interpretations")
        .iter()
        .find(|reading| reading.get("intent").and_then(|intent| plain::text(intent, &["name"])) == name)
        .and_then(|reading| reading.get("nluConfidence")?.get("score"));
    let mut plain = plain::common(messages, name, score.filter(|_| name.is_some()), done);
    if let Some(progress) = progress {
        plain.insert("state".to_owned(), progress.into());
    }
    let slots = intent.and_then(|intent| intent.get("slots")?.as_object()).into_iter().flatten();
    let filled: Members = slots.filter_map(|(name, slot)| Some((name.clone(), slot_value(slot)?.into()))).collect();
    plain.insert("slots".to_owned(), filled.into());
    let attributes =
        plain::member(state, "sessionAttributes", "sessionState.sessionAttributes", "object", Value::as_object)?;
    plain.insert("attributes".to_owned(), attributes.cloned().unwrap_or_default().into());
    Ok(plain.into())
}

/// The words of a message that are for a person.
fn words(message: &Value) -> Option<String> {
    match plain::text(message, &["contentType"]) {
        Some("ImageResponseCard") => {
            let card = message.get("imageResponseCard")?;
            let buttons = plain::list(card, "buttons").iter().filter_map(|button| plain::text(button, &["text"]));
            let heading = ["title", "subtitle"].into_iter().filter_map(|name| plain::text(card, &[name]));
            let lines: Vec<&str> = heading.chain(buttons).collect();
            (!lines.is_empty()).then(|| lines.join("\n"))
        }
        Some("CustomPayload") => None,
        Some("SSML") => plain::text(message, &["content"]).map(spoken).filter(|words| !words.is_empty()),
        _ => plain::text(message, &["content"]).map(str::to_owned),
    }
}

/// What is said of a text in SSML (W3C, "Speech Synthesis Markup Language"): the words without how they are said.
fn spoken(ssml: &str) -> String {
    let Ok(document) = roxmltree::Document::parse(ssml) else { return ssml.to_owned() };
    let texts: String =
        document.descendants().filter(roxmltree::Node::is_text).filter_map(|node| node.text()).collect();
    texts.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The value of a slot, while it has one: what Lex understood, or else what was said; of a list, its values.
fn slot_value(slot: &Value) -> Option<String> {
    let one = |slot: &Value| {
        let value = slot.get("value")?;
        plain::text(value, &["interpretedValue"]).or_else(|| plain::text(value, &["originalValue"])).map(str::to_owned)
    };
    let values: Vec<String> = plain::list(slot, "values").iter().filter_map(one).collect();
    if values.is_empty() { one(slot) } else { Some(values.join(", ")) }
}

/// The answer of a bot whose plain form this is, as whole as Lex's own.
///
/// What the plain form leaves out is made up so that it fits: an intent is in progress, or fulfilled where the bot is
/// done. A list as a slot's value makes a list slot; `null` is the slot that the bot asks for.
pub fn write(form: &Value) -> Value {
    let messages = plain::messages(form).into_iter().map(|text| json!({ "content": text, "contentType": "PlainText" }));
    let messages: Vec<Value> = messages.collect();
    let done = plain::flag(form, "done");
    let slots = plain::members(form, "slots");
    let asked = slots.iter().find(|(_, value)| value.is_null()).map(|(name, _)| name.clone());
    let progress = form.get("state").and_then(plain::written);
    let name = form.get("intent").and_then(plain::written);
    let has_intent = name.is_some() || progress.is_some() || !slots.is_empty();

    let action = match (done, &asked) {
        (true, _) => json!({ "type": "Close" }),
        (false, Some(slot)) => json!({ "type": "ElicitSlot", "slotToElicit": slot }),
        (false, None) if has_intent => json!({ "type": "ConfirmIntent" }),
        (false, None) => json!({ "type": "ElicitIntent" }),
    };
    let attributes = plain::members(form, "attributes").into_iter();
    let attributes: Members =
        attributes.filter_map(|(name, value)| Some((name, plain::written(&value)?.into()))).collect();
    let mut state = json!({ "dialogAction": action, "sessionAttributes": attributes });
    let mut readings = Vec::new();
    if has_intent {
        let progress = progress.unwrap_or_else(|| if done { "Fulfilled" } else { "InProgress" }.to_owned());
        let slots: Members = slots.iter().map(|(name, value)| (name.clone(), written_slot(value))).collect();
        let intent = json!({
            "name": name.as_deref().unwrap_or(FALLBACK), "slots": slots, "state": progress, "confirmationState": "None",
        });
        let mut reading = json!({ "intent": intent, "interpretationSource": "Lex" });
        if let (Some(score @ Value::Number(_)), Some(reading)) = (form.get("confidence"), reading.as_object_mut()) {
            reading.insert("nluConfidence".to_owned(), json!({ "score": score }));
        }
        readings.push(reading);
        if let Some(state) = state.as_object_mut() {
            state.insert("intent".to_owned(), intent);
        }
    }
    json!({ "messages": messages, "sessionState": state, "interpretations": readings, "requestAttributes": {} })
}

/// A slot of this value; `null` is a slot that is not filled.
fn written_slot(value: &Value) -> Value {
    let scalar = |text: String| {
        json!({
            "shape": "Scalar",
            "value": { "originalValue": text, "interpretedValue": text, "resolvedValues": [text] },
        })
    };
    match value {
        Value::Array(values) => {
            let values: Vec<Value> = values.iter().filter_map(plain::written).map(scalar).collect();
            json!({ "shape": "List", "values": values })
        }
        value => plain::written(value).filter(|text| !text.is_empty()).map_or(Value::Null, scalar),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn booking() -> Value {
        json!({
            "messages": [
                { "content": "For how many nights?", "contentType": "PlainText" },
                { "content": "{\"chips\":[1,2]}", "contentType": "CustomPayload" },
                { "content": "<speak>Say <emphasis>one</emphasis>\n or two &amp; no more.</speak>", "contentType": "SSML" },
                {
                    "contentType": "ImageResponseCard",
                    "imageResponseCard": {
                        "title": "Nights", "imageUrl": "https://example.com/bed.png",
                        "buttons": [{ "text": "One", "value": "1" }, { "text": "Two", "value": "2" }],
                    },
                },
            ],
            "sessionState": {
                "dialogAction": { "type": "ElicitSlot", "slotToElicit": "Nights" },
                "intent": {
                    "name": "BookRoom", "state": "InProgress", "confirmationState": "None",
                    "slots": {
                        "Nights": null,
                        "RoomType": { "shape": "Scalar", "value": {
                            "originalValue": "a kings", "interpretedValue": "king", "resolvedValues": ["king"],
                        } },
                        "Guest": { "shape": "Scalar", "value": { "originalValue": "Ada", "resolvedValues": [] } },
                        "Extras": { "shape": "List", "values": [
                            { "shape": "Scalar", "value": { "originalValue": "cot", "interpretedValue": "cot" } },
                            { "shape": "Scalar", "value": { "originalValue": "Sauna", "interpretedValue": "sauna" } },
                        ] },
                    },
                },
                "originatingRequestId": "d2c7",
                "sessionAttributes": { "tier": "gold" },
            },
            "interpretations": [
                { "intent": { "name": "Cancel" }, "nluConfidence": { "score": 0.97 } },
                { "intent": { "name": "BookRoom" }, "nluConfidence": { "score": 0.81 } },
                { "intent": { "name": "FallbackIntent" } },
            ],
            "sessionId": "s-1",
        })
    }

    #[test]
    fn a_turn_that_asks_for_a_slot_is_read() {
        let asks = "For how many nights?";
        let expected = json!({
            "message": format!("{asks}\nSay one or two & no more.\nNights\nOne\nTwo"),
            "messages": [asks, "Say one or two & no more.", "Nights\nOne\nTwo"],
            "intent": "BookRoom",
            "confidence": 0.81,
            "done": false,
            "state": "InProgress",
            "slots": { "RoomType": "king", "Guest": "Ada", "Extras": "cot, sauna" },
            "attributes": { "tier": "gold" },
        });
        assert_eq!(read(&booking()), Ok(expected));
    }

    #[test]
    fn a_bot_is_done_when_it_closes_or_its_intent_has_come_to_an_end() {
        let ends = [
            ("Close", "InProgress", true),
            ("ElicitIntent", "Fulfilled", true),
            ("ElicitIntent", "Failed", true),
            ("Delegate", "ReadyForFulfillment", false),
        ];
        for (action, state, done) in ends {
            let mut answer = booking();
            let session = answer.get_mut("sessionState").unwrap();
            *session.get_mut("dialogAction").unwrap() = json!({ "type": action });
            *session.get_mut("intent").unwrap().get_mut("state").unwrap() = state.into();
            assert_eq!(read(&answer).unwrap().get("done"), Some(&done.into()), "{action} {state}");
        }
    }

    #[test]
    fn little_may_be_there_but_what_is_there_has_its_type() {
        let nothing = json!({ "messages": [], "done": false, "slots": {}, "attributes": {} });
        assert_eq!(read(&json!({ "sessionState": {} })), Ok(nothing));
        let refused = [
            (json!([]), "the answer is no object: there is an empty list"),
            (json!({ "message": "Too many" }), "the answer has no \"sessionState\""),
            (json!({ "sessionState": 1 }), "the answer's \"sessionState\" is no object: there is the number 1"),
            (
                json!({ "sessionState": {}, "messages": "hello" }),
                "the answer's \"messages\" is no list: there is the text \"hello\"",
            ),
        ];
        for (answer, sentence) in refused {
            assert_eq!(read(&answer), Err(sentence.to_owned()));
        }
    }

    #[test]
    fn what_is_written_of_a_plain_form_is_read_as_that_form() {
        let talks = &[json!([]), json!(["One night?"]), json!(["Hello", "two\nlines"])];
        let intents = &[None, Some(("Fulfilled", true)), Some(("Failed", true)), Some(("InProgress", false))];
        let slots = &[json!({}), json!({ "Nights": "2", "RoomType": "king" })];
        let mut forms = 0;
        for (talk, intent, slots) in
            talks.iter().flat_map(|t| intents.iter().flat_map(move |i| slots.iter().map(move |s| (t, i, s))))
        {
            for (done, score) in [(false, None), (true, None), (false, Some("0.50")), (true, Some("1"))] {
                let messages: Vec<String> = talk.as_array().unwrap().iter().filter_map(plain::written).collect();
                let score: Option<Value> = score.map(|score| serde_json::from_str(score).unwrap());
                let name = intent.map(|_| "BookRoom");
                let done = done || intent.is_some_and(|(_, done)| done);
                let mut form = plain::common(messages, name, score.as_ref().filter(|_| name.is_some()), done);
                if let Some((state, _)) = intent {
                    form.insert("state".to_owned(), (*state).into());
                }
                form.insert("slots".to_owned(), if name.is_some() { slots.clone() } else { json!({}) });
                form.insert("attributes".to_owned(), json!({ "tier": "gold" }));
                let form = Value::from(form);
                assert_eq!(read(&write(&form)), Ok(form));
                forms += 1;
            }
        }
        assert_eq!(forms, 96);
    }

    #[test]
    fn what_a_test_leaves_out_is_made_up_as_lex_would_have_it() {
        let form =
            json!({ "intent": "BookRoom", "message": "Nights?", "slots": { "Nights": null, "Extras": ["cot", 2] } });
        let answer = write(&form);
        assert_eq!(
            answer.pointer("/sessionState/dialogAction"),
            Some(&json!({ "type": "ElicitSlot", "slotToElicit": "Nights" }))
        );
        let plain = read(&answer).unwrap();
        assert_eq!(plain.get("state"), Some(&json!("InProgress")));
        assert_eq!(plain.get("messages"), Some(&json!(["Nights?"])));
        assert_eq!(plain.get("slots"), Some(&json!({ "Extras": "cot, 2" })));
        let done = read(&write(&json!({ "intent": "BookRoom", "done": true }))).unwrap();
        assert_eq!(done.get("state"), Some(&json!("Fulfilled")));
    }

    #[test]
    fn a_turn_has_a_path_of_its_session() {
        let expected = "/bots/ABCDEFGHIJ/botAliases/TSTALIASID/botLocales/en_US/sessions/s%3A1/text";
        assert_eq!(path("ABCDEFGHIJ", "TSTALIASID", "en_US", "s:1"), expected);
    }
}
