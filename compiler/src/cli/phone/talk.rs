//! A conversation with a flow that runs: what comes about changes the phone, and what the phone asks for is done.

use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::keys;
use super::model::{Errand, Phone};
use super::wire::{News, Wire};
use crate::driver::system::System;
use crate::driver::{Error, Served, flow_file};

/// Lines of the log that are told if the binary ends.
const LAST_WORDS: usize = 8;

/// A conversation.
pub(super) struct Talk<'a> {
    system: &'a dyn System,
    served: Served,
    wire: Wire,
    /// What is known, and shown.
    pub(super) phone: Phone,
    /// What comes about.
    pub(super) news: Receiver<News>,
    last_words: VecDeque<String>,
    /// Texts and triggers that the flow has not answered yet.
    pub(super) unanswered: usize,
}

/// How it goes on.
#[derive(Debug)]
pub(super) enum Next {
    /// It does.
    On,
    /// The user wants no more.
    Quit,
    /// A line was read.
    Line(String),
    /// There is no more input.
    InputEnds,
    /// The binary has ended.
    Ended,
    /// A signal asks for the end.
    Signal(i32),
}

impl<'a> Talk<'a> {
    /// Begins one. `input` is told where news go, and brings what is typed.
    pub(super) fn new(
        system: &'a dyn System,
        served: Served,
        log: Receiver<String>,
        phone: Phone,
        input: impl FnOnce(Sender<News>) + Send + 'static,
    ) -> Self {
        let (sender, news) = mpsc::channel();
        let wire = Wire::new(served.address, log, sender.clone());
        // Where signals cannot be listened to, they do what they always do.
        if let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) {
            let sender = sender.clone();
            thread::spawn(move || signals.forever().all(|signal| sender.send(News::Signal(signal)).is_ok()));
        }
        thread::spawn(move || input(sender));
        Self { system, served, wire, phone, news, last_words: VecDeque::new(), unanswered: 0 }
    }

    /// Takes news in.
    pub(super) fn hear(&mut self, news: News) -> Next {
        self.phone.now = now(self.system);
        match news {
            News::Answered(text, answer) => {
                self.unanswered = self.unanswered.saturating_sub(1);
                self.phone.answered(&text, answer);
            }
            News::Triggered { person, answer } => {
                self.unanswered = self.unanswered.saturating_sub(1);
                self.phone.triggered(&person, answer);
            }
            News::Received(message) => self.phone.received(message),
            News::Log(line) => {
                self.phone.logged(&line);
                if self.last_words.len() == LAST_WORDS {
                    self.last_words.pop_front();
                }
                self.last_words.push_back(line);
            }
            News::Key(event) => {
                let errand = keys::press(&mut self.phone, &event);
                return self.run(errand);
            }
            News::Line(line) => return Next::Line(line),
            News::InputEnds => return Next::InputEnds,
            News::Ended => return Next::Ended,
            News::Signal(signal) => return Next::Signal(signal),
        }
        Next::On
    }

    /// Does what a line says.
    pub(super) fn say(&mut self, line: &str) -> Next {
        self.phone.now = now(self.system);
        let errand = self.phone.say(line);
        self.run(errand)
    }

    fn run(&mut self, errand: Option<Errand>) -> Next {
        match errand {
            None => return Next::On,
            Some(Errand::Quit) => return Next::Quit,
            Some(Errand::Text(text)) => self.wire.text(text),
            Some(Errand::Api { token, members, person }) => {
                match token.map(|name| secret(self.system, &name)).transpose() {
                    Ok(token) => self.wire.trigger(token, members, person),
                    Err(why) => {
                        self.phone.note(why);
                        return Next::On;
                    }
                }
            }
        }
        self.unanswered += 1;
        Next::On
    }

    /// Ends it. A signal then does to flowc what it does to others; if the binary has ended by itself, that is the error.
    pub(super) fn end(self, next: &Next) -> Result<(), Error> {
        match next {
            Next::Ended => return Err(self.served.ended(self.last_words.iter().map(String::as_str))),
            Next::Signal(signal) => {
                self.served.stop();
                // It returns only where the signal cannot be raised.
                let _ = signal_hook::low_level::emulate_default_handler(*signal);
            }
            _ => self.served.stop(),
        }
        Ok(())
    }
}

/// The time, in seconds since 1970.
pub(super) fn now(system: &dyn System) -> i64 {
    i64::try_from(system.wall().as_secs()).unwrap_or(i64::MAX)
}

/// A secret of the flow's, from where its binary reads it, too.
fn secret(system: &dyn System, name: &str) -> Result<String, String> {
    if let Some(value) = system.variable(name) {
        return value.into_string().map_err(|_| format!("{name} is no text"));
    }
    let file = format!("{name}_FILE");
    let path =
        system.variable(&file).ok_or(format!("the trigger's token is missing: neither {name} nor {file} is set"))?;
    let text = flow_file::read(system, path.as_ref()).map_err(|error| error.to_string())?.text;
    Ok(text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text)).unwrap_or(&text).to_owned())
}
