//! Texts that are no queries, and answers that were made to keep a query busy.

use std::time::{Duration, Instant};

use flow_query::{JsonPath, ParseError, Pattern, TooMuch, Value, check_pattern};
use serde_json::json;

use crate::random::Random;

const QUERY_PARTS: [&str; 48] = [
    "$",
    "@",
    ".",
    "..",
    "*",
    "[",
    "]",
    "?",
    "(",
    ")",
    "!",
    "&&",
    "||",
    "&",
    "==",
    "!=",
    "<=",
    ">",
    "=",
    ",",
    ":",
    "-",
    "0",
    "1",
    "-1",
    "01",
    "9007199254740992",
    "1.5e3",
    "'",
    "\"",
    "'a'",
    "\"é\\u00e9\"",
    "\\",
    "\\ud83d",
    "\\n",
    "a",
    "length(",
    "count(",
    "match(",
    "value(",
    "true",
    "null",
    " ",
    "\n",
    "😀",
    "\u{0}",
    "@.a",
    "$..b",
];

const PATTERN_PARTS: [&str; 46] = [
    "a",
    "é",
    "(",
    ")",
    "(?",
    "(?:",
    "(?i)",
    "(?x)",
    "(?<n>",
    "(?P<",
    "(?=",
    "[",
    "]",
    "^",
    "$",
    "-",
    "--",
    "&&",
    "[:alpha:]",
    "[[:",
    "*",
    "+",
    "?",
    "{",
    "}",
    "{2}",
    "{2,",
    "{5,1}",
    "{x}",
    "|",
    "\\",
    "\\d",
    "\\b",
    "\\b{start}",
    "\\b{",
    "\\1",
    "\\p{L}",
    "\\x",
    "\\x{41}",
    "\\u0041",
    "\\U",
    "\\é",
    ".",
    "#",
    " ",
    "\n",
];

fn text(random: &mut Random, parts: &[&str]) -> String {
    let length = random.below(14);
    (0..length).map(|_| *random.pick(parts)).collect()
}

/// An error points between characters of its text and says something.
fn assert_told(text: &str, error: &ParseError) {
    assert!(text.get(error.span.clone()).is_some() && !error.message.is_empty(), "{text:?}: {error:?}");
}

#[test]
fn no_text_breaks_the_parser() {
    let document = json!({ "a": [{ "a": 1, "b": ["é", null] }, "a"], "b": { "b": { "a": true } } });
    let mut random = Random::new(9535);
    let mut parsed = 0;
    for _ in 0..60_000 {
        let text = text(&mut random, &QUERY_PARTS);
        let begin = if random.one_in(2) { "$[?" } else { "$" };
        for text in [format!("{begin}{text}]"), format!("{begin}{text}"), text] {
            let text = text.as_str();
            match JsonPath::parse(text) {
                Err(error) => assert_told(text, &error),
                Ok(query) => {
                    parsed += 1;
                    assert_eq!(query.first(&document), query.all(&document).first().copied(), "{text}");
                }
            }
        }
    }
    assert!(parsed > 1_000, "{parsed}: hardly any text is a query");
}

#[test]
fn no_text_breaks_a_pattern() {
    let mut random = Random::new(9485);
    let (mut parsed, mut unplaced) = (0, 0);
    for _ in 0..60_000 {
        let text = text(&mut random, &PATTERN_PARTS);
        match Pattern::whole(&text) {
            Err(error) => {
                assert_told(&text, &error);
                unplaced += usize::from(error.message.starts_with("this is no pattern"));
            }
            Ok(pattern) => {
                parsed += 1;
                pattern.is_match("aé 41\n");
            }
        }
    }
    assert!(parsed > 1_000 && unplaced < 600, "{parsed} are patterns, of {unplaced} the mistake was not found");
}

#[test]
fn nesting_is_bounded() {
    for part in ["$[?", "$[?(", "$[?!(", "$[?length(", "$[?count($[?"] {
        let text = part.repeat(50_000);
        assert_told(&text, &JsonPath::parse(&text).unwrap_err());
    }
    let long = format!("${}", "[0]".repeat(100_000));
    assert_eq!(JsonPath::parse(&long).unwrap().first(&json!([[1]])), None);
    assert!(check_pattern(&"(".repeat(100_000)).is_err());
}

#[test]
fn no_answer_keeps_a_query_busy() {
    let deep = format!("{}{}", "[".repeat(126), "]".repeat(126));
    let busy = [
        ("$[?count($..*) < 0]", format!("[{}1]", "1,".repeat(300_000))),
        ("$..[?$..[?$..[?@ == 7]]]", format!("[{}{deep}]", format!("{deep},").repeat(2_000))),
        ("$[?match(@, $[-1])].x", format!("[{}\"(a{{9}}){{9}}\"]", "\"aaaaaaaaaaaaaaaaaaaaaaaa\",".repeat(20_000))),
    ];
    for (query, text) in busy {
        let document: Value = serde_json::from_str(&text).unwrap();
        let started = Instant::now();
        assert_eq!(JsonPath::parse(query).unwrap().try_first(&document), Err(TooMuch), "{query}");
        // A second in an optimised build, some in this one; without the bound, hours to years.
        assert!(started.elapsed() < Duration::from_secs(60), "{query}: {:?}", started.elapsed());
    }
}

#[test]
fn the_bound_does_not_stop_honest_queries() {
    let text = format!("[{}{{\"t\":0}}]", r#"{"name":"period","day":true,"t":84},"#.repeat(100_000));
    let document: Value = serde_json::from_str(&text).unwrap();
    let found = |query: &str| JsonPath::parse(query).unwrap().try_first(&document).unwrap().cloned();
    assert_eq!(found("$..[?@.day == false].t"), None);
    assert_eq!(found("$[?!@.day].t"), Some(json!(0)));
    assert_eq!(found("$[?match(@.name, 'per.*d') && @.t < 1]"), None);
    assert_eq!(found("$..t"), Some(json!(84)));
}

#[test]
fn numbers_keep_their_digits() {
    let document: Value = serde_json::from_str("[12345678901234567890, 12345678901234567891, 1.0, 1e400]").unwrap();
    let found = |query: &str| Value::from_iter(JsonPath::parse(query).unwrap().all(&document).into_iter().cloned());
    assert_eq!(found("$[?@ == 12345678901234567891]").to_string(), "[12345678901234567891]");
    assert_eq!(found("$[?@ < 12345678901234567891]").to_string(), "[12345678901234567890,1.0]");
    assert_eq!(found("$[?@ == 1]").to_string(), "[1.0]");
    assert_eq!(found("$[?@ > 12345678901234567891]").to_string(), "[1e+400]");
}
