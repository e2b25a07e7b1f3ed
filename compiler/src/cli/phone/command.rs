//! What a line means: a text, or a command that begins with `/`.

use serde_json::{Map, Value};

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// To text this.
    Text {
        /// The words.
        body: String,
        /// Links to pictures.
        media: Vec<String>,
    },
    /// To trigger an `on api`.
    Api {
        /// Its `flowId`.
        name: String,
        /// The inputs.
        inputs: Map<String, Value>,
    },
    /// To text from another phone; without a number, a new one.
    From(Option<String>),
    /// To text another number of the flow's.
    To(String),
    /// To say what can be done.
    Help,
    /// To end.
    Quit,
}

/// What can be written, and what it does.
pub(super) const COMMANDS: [(&str, &str); 6] = [
    ("/picture URL [TEXT]", "send a picture, as a link"),
    ("/from [NUMBER]", "text from another phone; without a number, from a new one"),
    ("/to NUMBER", "text another number of the flow's"),
    ("/api NAME {JSON}", "trigger an `on api`; the person is this phone unless ANI says otherwise"),
    ("/help", "this"),
    ("/quit", "end; so does Ctrl-C"),
];

/// Reads a line; `//` begins a text that begins with a slash.
///
/// # Errors
///
/// A sentence that says how it is written.
pub(super) fn read(line: &str) -> Result<Command, String> {
    let text = |body: &str| Ok(Command::Text { body: body.to_owned(), media: Vec::new() });
    let Some(command) = line.strip_prefix('/') else { return text(line) };
    if command.starts_with('/') {
        return text(command);
    }
    let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let rest = rest.trim();
    let (first, second) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let number = || phone(rest).ok_or(format!("`{rest}` is no number: write it as +15550100002"));
    match name {
        "picture" if url::Url::parse(first).is_ok_and(|url| url.has_host()) => {
            Ok(Command::Text { body: second.trim().to_owned(), media: vec![first.to_owned()] })
        }
        "picture" => Err("write the picture's link behind it: /picture https://example.com/room.jpg".to_owned()),
        "from" if rest.is_empty() => Ok(Command::From(None)),
        "from" => Ok(Command::From(Some(number()?))),
        "to" => Ok(Command::To(number()?)),
        "api" if first.is_empty() => {
            Err("write the trigger's name behind it: /api order-ready {\"OrderNo\": 7}".to_owned())
        }
        "api" => Ok(Command::Api { name: first.to_owned(), inputs: inputs(second.trim())? }),
        "help" => Ok(Command::Help),
        "quit" => Ok(Command::Quit),
        _ => Err(format!("there is no command /{name}; /help lists them, and //{name} texts it")),
    }
}

fn inputs(text: &str) -> Result<Map<String, Value>, String> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(text).map_err(|error| format!("the inputs are no JSON object: {error}"))
}

/// A number in E.164, or a short code, as the binary takes it; without the blanks and dashes that people write.
fn phone(text: &str) -> Option<String> {
    let number: String = text.chars().filter(|character| !" -().".contains(*character)).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    let is_number = digits.bytes().all(|digit| digit.is_ascii_digit()) && (3..=15).contains(&digits.len());
    is_number.then_some(number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn text(body: &str, media: &[&str]) -> Result<Command, String> {
        Ok(Command::Text { body: body.to_owned(), media: media.iter().map(|url| (*url).to_owned()).collect() })
    }

    #[test]
    fn a_line_is_a_text_or_a_command() {
        assert_eq!(read(" weather "), text(" weather ", &[]));
        assert_eq!(read("//help"), text("/help", &[]));
        assert_eq!(read("/picture https://a.example/1.jpg  our room "), text("our room", &["https://a.example/1.jpg"]));
        assert_eq!(read("/from"), Ok(Command::From(None)));
        assert_eq!(read("/from +1 (555) 010-0002"), Ok(Command::From(Some("+15550100002".into()))));
        assert_eq!(read("/to 911"), Ok(Command::To("911".into())));
        assert_eq!((read("/help"), read("/quit")), (Ok(Command::Help), Ok(Command::Quit)));
        let Ok(Command::Api { name, inputs }) = read("/api ready {\"No\": 7}") else { panic!() };
        assert_eq!((name.as_str(), inputs.get("No")), ("ready", Some(&Value::from(7))));
        assert_eq!(read("/api ready"), Ok(Command::Api { name: "ready".into(), inputs: Map::new() }));
    }

    #[test]
    fn what_is_wrong_says_how_it_is_written() {
        for (line, told) in [
            ("/picture room.jpg", "/picture https://"),
            ("/from ada", "`ada` is no number"),
            ("/to", "is no number"),
            ("/api", "/api order-ready"),
            ("/api ready [1]", "no JSON object"),
            ("/weather", "//weather texts it"),
        ] {
            assert!(read(line).unwrap_err().contains(told), "{line}");
        }
    }
}
