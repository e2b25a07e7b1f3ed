//! Notes in memory.

use std::ops::Bound;

use super::MemoryJournal;
use super::book::Book;
use crate::clock::Time;
use crate::engine::journal::mention::mentions;
use crate::engine::journal::{Durability, Pending};
use crate::engine::notes::{Note, Notes, Topic};
use crate::value::Phone;

impl Notes for MemoryJournal {
    fn note(&self, note: Note, _: Durability) -> Pending<'_, bool> {
        self.at_once(|book| {
            let before = book.notes.insert((note.topic, note.name.clone()), note);
            Ok(before.is_none_or(|before| !before.holds(Time::now())))
        })
    }

    fn noted<'a>(&'a self, topic: Topic, name: &'a str) -> Pending<'a, Option<Note>> {
        self.at_once(|book| {
            let found = book.notes.get(&(topic, name.to_owned()));
            Ok(found.filter(|note| note.holds(Time::now())).cloned())
        })
    }

    fn unnote<'a>(&'a self, topic: Topic, name: &'a str) -> Pending<'a, bool> {
        self.at_once(|book| {
            let before = book.notes.remove(&(topic, name.to_owned()));
            Ok(before.is_some_and(|before| before.holds(Time::now())))
        })
    }

    fn notes<'a>(&'a self, topic: Topic, prefix: &'a str) -> Pending<'a, Vec<Note>> {
        self.at_once(|book| {
            let now = Time::now();
            let from = book.notes.range((Bound::Included((topic, prefix.to_owned())), Bound::Unbounded));
            let found =
                from.map(|(_, note)| note).take_while(|note| note.topic == topic && note.name.starts_with(prefix));
            Ok(found.filter(|note| note.holds(now)).cloned().collect())
        })
    }
}

impl Book {
    /// Forgets the notes whose time is over.
    pub(super) fn forget_notes(&mut self, now: Time) {
        self.notes.retain(|_, note| note.holds(now));
    }

    /// Removes the parts of messages that name a person.
    pub(super) fn erase_notes(&mut self, number: &Phone) {
        self.notes.retain(|_, note| {
            note.topic != Topic::Part || !(mentions(&note.name, number) || mentions(&note.value, number))
        });
    }
}
