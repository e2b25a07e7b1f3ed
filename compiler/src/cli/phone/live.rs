//! The phone on a terminal.

use std::sync::mpsc::{RecvTimeoutError, Sender};
use std::time::Duration;

use ratatui::crossterm::event;

use super::draw::Paint;
use super::screen::Screen;
use super::talk::{Next, Talk, now};
use super::wire::News;
use crate::driver::Error;
use crate::driver::system::System;

/// How often the screen is drawn anew while something on it depends on the time.
const TICK: Duration = Duration::from_secs(1);

/// How long it is asleep when nothing depends on the time.
const LONG: Duration = Duration::from_secs(3_600);

/// Sends keys on, from a thread of its own.
pub(super) fn read_keys(news: Sender<News>) {
    while let Ok(event) = event::read() {
        if news.send(News::Key(event)).is_err() {
            return;
        }
    }
    // Nobody is left to be told if this fails.
    let _ = news.send(News::InputEnds);
}

/// Lets the user text the flow, until one of the two ends it.
pub(super) fn run(system: &dyn System, mut talk: Talk<'_>, paint: Paint) -> Result<(), Error> {
    let knows_links = system.variable("TERM").is_none_or(|name| name != "linux");
    let mut screen = Screen::open(paint, knows_links).map_err(Error::Terminal)?;
    let next = loop {
        if let Err(cause) = screen.show(&mut talk.phone) {
            drop(screen);
            // The terminal is what failed; how the binary stops matters no more.
            let _ = talk.end(&Next::Quit);
            return Err(Error::Terminal(cause));
        }
        match wait(system, &mut talk) {
            Next::On | Next::Line(_) => {}
            end => break end,
        }
    };
    drop(screen);
    talk.end(&next)
}

/// Takes in all that has come about, once something has.
fn wait(system: &dyn System, talk: &mut Talk<'_>) -> Next {
    let patience = if talk.phone.activity.is_waiting() { TICK } else { LONG };
    let first = match talk.news.recv_timeout(patience) {
        Ok(news) => news,
        Err(RecvTimeoutError::Timeout) => {
            talk.phone.now = now(system);
            return Next::On;
        }
        Err(RecvTimeoutError::Disconnected) => return Next::InputEnds,
    };
    let mut next = talk.hear(first);
    while let (Next::On, Ok(news)) = (&next, talk.news.try_recv()) {
        next = talk.hear(news);
    }
    next
}
