//! The phone without a terminal: a line of input is a text, and each answer is a line.

use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::mpsc::{RecvTimeoutError, Sender};
use std::time::Duration;

use super::super::console::Console;
use super::super::harmless::harmless;
use super::chat::{Entry, Voice};
use super::command::COMMANDS;
use super::log::{self, Outcome, What};
use super::model::Answer;
use super::talk::{Next, Talk};
use super::wire::News;
use crate::driver::Error;

/// For how long nothing may happen after the end of the input before the conversation is over.
const QUIET: Duration = Duration::from_secs(1);

/// Sends lines of standard input on, from a thread of its own.
pub(super) fn read_lines(news: Sender<News>) {
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        if news.send(News::Line(text.trim_end_matches(['\n', '\r']).to_owned())).is_err() {
            return;
        }
        line.clear();
    }
    // Nobody is left to be told if this fails.
    let _ = news.send(News::InputEnds);
}

/// Texts the flow line by line, each once the flow rests after the one before it, and prints what it answers.
pub(super) fn run(console: &Console<'_>, mut talk: Talk<'_>) -> Result<(), Error> {
    let (mut lines, mut is_over) = (VecDeque::new(), false);
    let end = loop {
        let is_busy = talk.unanswered > 0 || talk.phone.activity.is_working();
        let next = match lines.pop_front_if(|_: &mut String| !is_busy) {
            Some(line) => talk.say(&line),
            None => match talk.news.recv_timeout(QUIET) {
                Ok(news) => {
                    tell_of(console, &news);
                    talk.hear(news)
                }
                Err(RecvTimeoutError::Timeout) if is_over && !is_busy => Next::Quit,
                Err(RecvTimeoutError::Timeout) => Next::On,
                Err(RecvTimeoutError::Disconnected) => Next::Quit,
            },
        };
        print(console, &mut talk)?;
        match next {
            Next::On => {}
            Next::Line(line) => lines.push_back(line),
            Next::InputEnds => is_over = true,
            end => break end,
        }
    };
    talk.end(&end)
}

/// Prints what the flow has written, and tells what the phone has to say.
fn print(console: &Console<'_>, talk: &mut Talk<'_>) -> Result<(), Error> {
    let (person, _) = talk.phone.numbers();
    if std::mem::take(&mut talk.phone.shows_help) {
        COMMANDS.iter().for_each(|(what, does)| console.notice(&format!("{what:<21} {does}")));
    }
    for chat in &mut talk.phone.chats {
        for entry in chat.take_new() {
            match entry.voice {
                Voice::Flow if chat.person == person => console.result(&answer(&chat.own, &entry))?,
                Voice::Flow => console.result(&answer(&format!("{} to {}", chat.own, chat.person), &entry))?,
                Voice::Phone => console.system.report(&format!("! {}\n", harmless(&entry.text))),
                Voice::Person { .. } => {}
            }
        }
    }
    Ok(())
}

/// `< from: text`; further lines of the text, and links to pictures, stand indented below.
fn answer(from: &str, entry: &Entry) -> String {
    let words = entry.text.lines().chain(entry.media.iter().map(String::as_str)).map(harmless);
    let words = words.collect::<Vec<_>>().join("\n  ");
    format!("< {}: {words}\n", harmless(from))
}

/// Tells of what has failed, and of what no run was needed for.
fn tell_of(console: &Console<'_>, news: &News) {
    if let News::Answered(_, Answer::Heeded(word)) = news {
        return console.notice(&format!("{}: the program sees to it", harmless(word)));
    }
    let News::Log(line) = news else { return };
    let Some(told) = log::read(line) else { return };
    let why = match told.what {
        What::Step(step) => match step.outcome {
            Outcome::Failed(why) => format!("{} failed, {why}", step.word),
            Outcome::Ok | Outcome::Again(_) | Outcome::NotUnderstood => return,
        },
        What::Failed { kind, reason } => format!("the run failed, {kind}: {reason}"),
        What::Note { text, is_bad: true } => text,
        _ => return,
    };
    let place = if told.line > 0 { format!("line {}: ", told.line) } else { String::new() };
    console.notice(&format!("! {place}{}", harmless(&why)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_line_and_what_is_indented_below() {
        let entry = |text: &str, media: &[&str]| Entry {
            at: 0,
            voice: Voice::Flow,
            text: text.to_owned(),
            media: media.iter().map(|url| (*url).to_owned()).collect(),
        };
        assert_eq!(answer("+1", &entry("Hi", &[])), "< +1: Hi\n");
        assert_eq!(
            answer("+1", &entry("Hi\u{1b}[2J\nyou", &["https://a.example"])),
            "< +1: Hi\u{fffd}[2J\n  you\n  https://a.example\n"
        );
        assert_eq!(answer("+1", &entry("", &["https://a.example"])), "< +1: https://a.example\n");
    }
}
