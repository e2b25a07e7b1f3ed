//! The wire to the flow's binary: texts and triggers go out, answers, messages and the log come in.
//!
//! One thread does all of it in turn, so that nothing is told before what it follows from: that a run has a text, then the
//! messages of a step, then the step, then the run's end.

use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use ratatui::crossterm::event::Event;
use serde_json::{Map, Value, json};

use super::model::{Answer, Message, Text};
use crate::driver::http;

/// How often the outbox is looked into when nothing is heard: not every message need have a line in the log.
const LOOK: Duration = Duration::from_secs(1);

/// What comes about.
#[derive(Debug)]
pub(super) enum News {
    /// The flow has a text, or has refused it.
    Answered(Text, Answer),
    /// A trigger was taken, or refused.
    Triggered {
        /// The person that it is about.
        person: String,
        /// What was said.
        answer: Answer,
    },
    /// The flow has sent a message.
    Received(Message),
    /// The log has a line.
    Log(String),
    /// The binary has ended.
    Ended,
    /// A key was pressed, or the terminal has another size.
    Key(Event),
    /// A line was read from standard input.
    Line(String),
    /// There is no more input.
    InputEnds,
    /// A signal has come.
    Signal(i32),
}

enum Order {
    Text(Text),
    Api { token: Option<String>, members: Map<String, Value>, person: String },
    Log(String),
    LogEnds,
}

/// The near end of the wire.
pub(super) struct Wire {
    orders: Sender<Order>,
}

impl Wire {
    /// Connects a binary that listens at an address and whose log comes line by line.
    pub(super) fn new(address: SocketAddr, log: Receiver<String>, news: Sender<News>) -> Self {
        let (orders, taken) = mpsc::channel();
        let heard = orders.clone();
        thread::spawn(move || {
            for line in log {
                if heard.send(Order::Log(line)).is_err() {
                    return;
                }
            }
            // Nobody is left to be told if this fails.
            let _ = heard.send(Order::LogEnds);
        });
        thread::spawn(move || Worker { address, news, seen: 0 }.work(&taken));
        Self { orders }
    }

    /// Brings a text.
    pub(super) fn text(&self, text: Text) {
        // The thread at the other end lives as long as somebody wants its news.
        let _ = self.orders.send(Order::Text(text));
    }

    /// Triggers an `on api`, with the token if it wants one.
    pub(super) fn trigger(&self, token: Option<String>, members: Map<String, Value>, person: String) {
        let _ = self.orders.send(Order::Api { token, members, person });
    }
}

struct Worker {
    address: SocketAddr,
    news: Sender<News>,
    /// The number of the last message that was seen.
    seen: u64,
}

impl Worker {
    /// Works until nobody listens any more.
    fn work(&mut self, orders: &Receiver<Order>) {
        let mut is_alive = true;
        while is_alive {
            is_alive = match orders.recv_timeout(LOOK) {
                Ok(Order::Text(text)) => {
                    let answer = self.deliver(&text);
                    self.tell(News::Answered(text, answer)) && self.look()
                }
                Ok(Order::Api { token, members, person }) => {
                    let answer = self.fire(token.as_deref(), members);
                    self.tell(News::Triggered { person, answer }) && self.look()
                }
                Ok(Order::Log(line)) => self.look() && self.tell(News::Log(line)),
                Ok(Order::LogEnds) => {
                    self.tell(News::Ended);
                    false
                }
                Err(RecvTimeoutError::Timeout) => self.look(),
                Err(RecvTimeoutError::Disconnected) => false,
            }
        }
    }

    fn tell(&self, news: News) -> bool {
        self.news.send(news).is_ok()
    }

    fn deliver(&self, text: &Text) -> Answer {
        let Text { from, to, body, media, .. } = text;
        let body = json!({ "from": from, "to": to, "body": body, "media": media }).to_string();
        match http::request(self.address, "POST", "/simulator/sms", Some(&body)) {
            Ok(message) => answer(&message),
            Err(error) => Answer::Nothing(format!("the flow took no text: {error}")),
        }
    }

    fn fire(&self, token: Option<&str>, members: Map<String, Value>) -> Answer {
        let token = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<_> = token.iter().map(|token| ("Authorization", token.as_str())).collect();
        let body = Value::Object(members).to_string();
        match http::request_with(self.address, "POST", "/_rest/v4/sfgen/apitriggers", &headers, Some(&body)) {
            Ok(message) => match message.header("X-Flow-Run") {
                Some(run) => Answer::Run(run.to_owned()),
                None => answer(&message),
            },
            Err(error) => Answer::Nothing(format!("the trigger was not taken: {error}")),
        }
    }

    /// Tells of the messages that are new.
    fn look(&mut self) -> bool {
        let target = format!("/simulator/outbox?after={}", self.seen);
        // A binary that has gone is told of by the end of its log.
        let Ok(answer) = http::request(self.address, "GET", &target, None) else { return true };
        let messages: Vec<Value> = serde_json::from_str(&answer.body).unwrap_or_default();
        messages.iter().all(|message| {
            self.seen = message.get("number").and_then(Value::as_u64).unwrap_or(self.seen);
            self.tell(News::Received(read(message)))
        })
    }
}

/// What the simulator says to a text.
fn answer(message: &http::Message) -> Answer {
    let body: Value = serde_json::from_str(&message.body).unwrap_or_default();
    let words = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let errors = body.get("errors").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let errors = errors.collect::<Vec<_>>().join("; ");
    if let Some(word) = words("word") {
        return Answer::Heeded(word);
    }
    match (words("run"), message.status()) {
        (Some(run), 202) => Answer::Run(run),
        (None, 202) => Answer::Queued,
        (_, status) if errors.is_empty() => {
            Answer::Nothing(words("reason").unwrap_or(format!("the flow answered {status}")))
        }
        _ => Answer::Nothing(errors),
    }
}

/// A message of the outbox.
fn read(message: &Value) -> Message {
    let words = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let media = message.get("media").and_then(Value::as_array).into_iter().flatten();
    let media = media.filter_map(Value::as_str).map(str::to_owned).collect();
    let run = message.get("run").and_then(Value::as_str).map(str::to_owned);
    Message { from: words("from"), to: words("to"), body: words("body"), media, run }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, body: &str) -> Answer {
        let first_line = format!("HTTP/1.1 {status} x");
        answer(&http::Message { first_line, headers: Vec::new(), body: body.to_owned() })
    }

    #[test]
    fn the_simulator_is_understood() {
        assert_eq!(said(202, r#"{"run":"a","reply":true}"#), Answer::Run("a".into()));
        assert_eq!(said(202, r#"{"run":null,"reason":"it waits for the message before it"}"#), Answer::Queued);
        assert_eq!(said(200, r#"{"run":null,"reason":"no trigger"}"#), Answer::Nothing("no trigger".into()));
        let heeded = r#"{"run":null,"word":"STOP","reason":"STOP is seen to by the program itself"}"#;
        assert_eq!(said(200, heeded), Answer::Heeded("STOP".into()));
        assert_eq!(said(400, r#"{"errors":["a","b"]}"#), Answer::Nothing("a; b".into()));
        assert_eq!(said(502, "<html>"), Answer::Nothing("the flow answered 502".into()));
    }

    #[test]
    fn a_message_is_read() {
        let message = read(
            &json!({ "from": "1", "to": "2", "body": "b", "media": ["https://a.example"], "run": "r", "number": 3 }),
        );
        let media = vec!["https://a.example".to_owned()];
        assert_eq!(
            message,
            Message { from: "1".into(), to: "2".into(), body: "b".into(), media, run: Some("r".into()) }
        );
        assert_eq!(read(&json!({ "from": "1", "to": "2", "body": "b", "media": [], "run": null })).run, None);
    }
}
