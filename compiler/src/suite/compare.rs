//! What a message or a request has that is other than a test expects.

use flow_query::Pattern;
use serde_json::Value as Json;

use super::address;
use super::bot::Told;
use super::play::{WantedBody, WantedBot, WantedCall, WantedSms, Words};
use super::report::{Call, Sms};
use super::same::same;

/// A part that is other than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which part: `words`, `to`, `header Accept`.
    pub part: String,
    /// What is expected of it.
    pub expected: Expected,
    /// What it is; `None`: there is none.
    pub found: Option<String>,
}

impl Difference {
    /// What it is, as it is shown.
    pub fn found(&self) -> &str {
        self.found.as_deref().unwrap_or(NOTHING)
    }
}

/// What is shown in the place of a part that is not there.
const NOTHING: &str = "(none)";

/// What is expected of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This text, or one that says the same.
    Exactly(String),
    /// A text with this in it: a URL with stars, a regular expression.
    Like(String),
    /// That there is no such part.
    Nothing,
}

impl Expected {
    /// As it is shown.
    pub fn text(&self) -> &str {
        match self {
            Self::Exactly(text) | Self::Like(text) => text,
            Self::Nothing => NOTHING,
        }
    }
}

/// A difference of a part that is a plain text.
fn plain(part: &str, expected: &str, found: &str) -> Option<Difference> {
    let expected = Expected::Exactly(expected.to_owned());
    let difference = Difference { part: part.to_owned(), expected, found: Some(found.to_owned()) };
    (difference.expected.text() != found).then_some(difference)
}

/// What a message has that is other than it should be.
pub(super) fn of_sms(wanted: &WantedSms, sms: &Sms) -> Vec<Difference> {
    let to = wanted.to.as_ref().and_then(|to| plain("to", to, &sms.to));
    let from = wanted.from.as_ref().and_then(|from| plain("from", from, &sms.from));
    let words = match &wanted.words {
        None => None,
        Some(Words::Exactly(words)) => plain("words", words, &sms.body),
        Some(Words::Matching(pattern)) => {
            // The check of the flow has seen that it is one.
            let is_found = Pattern::part(pattern).is_ok_and(|pattern| pattern.is_match(&sms.body));
            // In a pattern only a quote is escaped.
            let expected = Expected::Like(format!("matching \"{}\"", pattern.replace('"', "\\\"")));
            (!is_found).then(|| Difference { part: "words".to_owned(), expected, found: Some(sms.body.clone()) })
        }
    };
    let media = match wanted.media.is_empty() {
        true => None,
        false => plain("media", &wanted.media.join(" "), &sms.media.join(" ")),
    };
    to.into_iter().chain(from).chain(words).chain(media).collect()
}

/// What a bot was told other than it should be.
pub(super) fn of_bot(wanted: &WantedBot, told: &Told<'_>) -> Vec<Difference> {
    let bot = plain("bot", &wanted.bot, &told.bot.name);
    let words = wanted.words.as_ref().and_then(|words| plain("words", words, &told.words));
    bot.into_iter().chain(words).collect()
}

/// What a request has that is other than it should be; what `wanted` does not name may be anything.
pub(super) fn of_call(wanted: &WantedCall, call: &Call) -> Vec<Difference> {
    let method = plain("method", &wanted.method, &call.method);
    let url = (!address::fits(&wanted.url, &call.url)).then(|| Difference {
        part: "URL".to_owned(),
        expected: match wanted.url.contains('*') {
            true => Expected::Like(wanted.url.clone()),
            false => Expected::Exactly(wanted.url.clone()),
        },
        found: Some(call.url.clone()),
    });
    let header = wanted.headers.iter().filter_map(|(name, value)| {
        let named = call.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        lacking("header", name, value, 1, named.map(|(_, value)| value.as_str()).collect())
    });
    let query = among("query", &wanted.query, &address::query(&call.url));
    let body = wanted.body.as_ref().map(|wanted| of_body(wanted, call.body.as_deref())).unwrap_or_default();
    method.into_iter().chain(url).chain(header).chain(query).chain(body).collect()
}

fn of_body(wanted: &WantedBody, body: Option<&str>) -> Vec<Difference> {
    let whole = |expected: String| Difference {
        part: "body".to_owned(),
        expected: Expected::Exactly(expected),
        found: body.map(str::to_owned),
    };
    match wanted {
        WantedBody::Text(text) => (body != Some(text)).then(|| whole(text.clone())).into_iter().collect(),
        WantedBody::Form(pairs) => match body {
            Some(body) => among("form", pairs, &address::form(body)),
            None => {
                let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
                vec![whole(pairs.collect::<Vec<_>>().join("&"))]
            }
        },
        WantedBody::Json(json) => match body.and_then(|body| serde_json::from_str::<Json>(body).ok()) {
            Some(found) => of_json(json, &found, ""),
            None => vec![whole(json.to_string())],
        },
    }
}

/// Where two JSON values differ: by their members, as far as both have the same ones.
fn of_json(wanted: &Json, found: &Json, path: &str) -> Vec<Difference> {
    match (wanted, found) {
        _ if same(wanted, found) => Vec::new(),
        (Json::Object(wanted), Json::Object(found)) => {
            let dot = if path.is_empty() { "" } else { "." };
            let member = |name: &str| format!("{path}{dot}{name}");
            let of_wanted = wanted.iter().flat_map(|(name, value)| match found.get(name) {
                Some(found) => of_json(value, found, &member(name)),
                None => vec![of_value(Some(value), None, &member(name))],
            });
            let more = found.iter().filter(|(name, _)| !wanted.contains_key(*name));
            of_wanted.chain(more.map(|(name, value)| of_value(None, Some(value), &member(name)))).collect()
        }
        (Json::Array(wanted), Json::Array(found)) if wanted.len() == found.len() => {
            let pairs = wanted.iter().zip(found).enumerate();
            pairs.flat_map(|(at, (wanted, found))| of_json(wanted, found, &format!("{path}[{at}]"))).collect()
        }
        _ => vec![of_value(Some(wanted), Some(found), path)],
    }
}

fn of_value(wanted: Option<&Json>, found: Option<&Json>, path: &str) -> Difference {
    let part = if path.is_empty() { "json".to_owned() } else { format!("json {path}") };
    let expected = wanted.map_or(Expected::Nothing, |wanted| Expected::Exactly(wanted.to_string()));
    Difference { part, expected, found: found.map(Json::to_string) }
}

/// Which of the pairs that are wanted are not among these.
fn among(part: &str, wanted: &[(String, String)], found: &[(String, String)]) -> Vec<Difference> {
    let lacks = wanted.iter().enumerate().filter_map(|(at, pair)| {
        let (name, value) = pair;
        // One that is wanted twice has to be there twice.
        let times = wanted.iter().take(at + 1).filter(|other| *other == pair).count();
        let named = found.iter().filter(|(other, _)| other == name);
        lacking(part, name, value, times, named.map(|(_, value)| value.as_str()).collect())
    });
    lacks.collect()
}

/// That the wanted value is not so many times among those of this name.
fn lacking(part: &str, name: &str, wanted: &str, times: usize, values: Vec<&str>) -> Option<Difference> {
    let found = (!values.is_empty()).then(|| values.join(", "));
    let expected = Expected::Exactly(vec![wanted; times].join(", "));
    let count = values.iter().filter(|value| **value == wanted).count();
    (count < times).then(|| Difference { part: format!("{part} {name}"), expected, found })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(url: &str, body: Option<&str>) -> Call {
        Call {
            method: "POST".to_owned(),
            url: url.to_owned(),
            headers: vec![("accept".to_owned(), "a/b".to_owned())],
            body: body.map(str::to_owned),
            given: Some(0),
        }
    }

    fn told(differences: &[Difference]) -> Vec<String> {
        differences.iter().map(|d| format!("{}: {} / {}", d.part, d.expected.text(), d.found())).collect()
    }

    #[test]
    fn each_part_of_a_request_is_compared_by_its_nature() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let wanted = |body| WantedCall {
            method: "POST".to_owned(),
            url: "https://a.example/*".to_owned(),
            query: vec![pair("guests", "2")],
            headers: vec![pair("Accept", "a/b")],
            body: Some(body),
        };
        let json = wanted(WantedBody::Json(json!({ "a": { "n": 1.0 }, "l": [1, 2] })));
        let url = "https://a.example/x?view=sea&guests=2";
        assert_eq!(of_call(&json, &call(url, Some(r#"{"l":[1,2],"a":{"n":1}}"#))), []);
        let other = of_call(&json, &call("https://b.example/x?guests=3", Some(r#"{"l":[1,3],"a":{"n":"1"},"z":0}"#)));
        let words = [
            "URL: https://a.example/* / https://b.example/x?guests=3",
            "query guests: 2 / 3",
            "json a.n: 1.0 / \"1\"",
            "json l[1]: 2 / 3",
            "json z: (none) / 0",
        ];
        assert_eq!(told(&other), words);
        let twice = WantedCall { query: vec![pair("guests", "2"), pair("guests", "2")], body: None, ..json.clone() };
        assert_eq!(told(&of_call(&twice, &call(url, None))), ["query guests: 2, 2 / 2"]);
        assert_eq!(of_call(&twice, &call(&format!("{url}&guests=2"), None)), []);
        assert_eq!(told(&of_call(&json, &call(url, None))), [r#"body: {"a":{"n":1.0},"l":[1,2]} / (none)"#]);

        let form = wanted(WantedBody::Form(vec![pair("a", "b c"), pair("d", "")]));
        assert_eq!(told(&of_call(&form, &call(url, Some("e=f&a=b+c")))), ["form d:  / (none)"]);
        let text = wanted(WantedBody::Text("a".to_owned()));
        assert_eq!(told(&of_call(&text, &call(url, Some("a ")))), ["body: a / a "]);
    }

    #[test]
    fn a_part_of_a_message_may_be_enough() {
        let sms = Sms {
            from: "+1".to_owned(),
            to: "+2".to_owned(),
            body: "We apologize, Ann.".to_owned(),
            media: vec!["https://a.example/a.png".to_owned()],
            refused: false,
        };
        let matching =
            |pattern: &str| WantedSms { words: Some(Words::Matching(pattern.to_owned())), ..WantedSms::default() };
        assert_eq!(of_sms(&matching("apologi[sz]e"), &sms), []);
        assert_eq!(told(&of_sms(&matching("(?i)ANNA"), &sms)), ["words: matching \"(?i)ANNA\" / We apologize, Ann."]);
        let wanted = WantedSms {
            to: Some("+3".to_owned()),
            from: Some("+1".to_owned()),
            words: Some(Words::Exactly("We apologize".to_owned())),
            media: vec!["https://a.example/b.png".to_owned()],
        };
        let words = [
            "to: +3 / +2",
            "words: We apologize / We apologize, Ann.",
            "media: https://a.example/b.png / https://a.example/a.png",
        ];
        assert_eq!(told(&of_sms(&wanted, &sms)), words);
    }
}
