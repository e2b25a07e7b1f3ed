//! A conversation: what two numbers have texted each other.

/// Entries of a conversation that are kept; older ones are forgotten.
const KEPT: usize = 1_000;

/// What a person and a number of the flow's have texted each other.
#[derive(Clone, Debug)]
pub(super) struct Chat {
    /// The person's number.
    pub(super) person: String,
    /// The flow's.
    pub(super) own: String,
    /// Oldest first.
    pub(super) entries: Vec<Entry>,
    /// Messages that came while another conversation was shown.
    pub(super) unread: usize,
}

/// A text, or what is said of one.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// In seconds since 1970.
    pub(super) at: i64,
    /// Who says it.
    pub(super) voice: Voice,
    /// What, with its line breaks.
    pub(super) text: String,
    /// Links to pictures.
    pub(super) media: Vec<String>,
}

/// Who says something in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// The person at this phone. The number is the text's own until the flow has it.
    Person {
        /// Which text it is that is not taken yet.
        waiting: Option<u64>,
    },
    /// The flow.
    Flow,
    /// The phone itself.
    Phone,
}

impl Chat {
    /// An empty conversation.
    pub(super) fn new(person: String, own: String) -> Self {
        Self { person, own, entries: Vec::new(), unread: 0 }
    }

    /// Adds what comes last.
    pub(super) fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
        let surplus = self.entries.len().saturating_sub(KEPT);
        self.entries.drain(..surplus);
    }

    /// Adds a sentence of the phone's.
    pub(super) fn note(&mut self, at: i64, text: String) {
        self.add(Entry { at, voice: Voice::Phone, text, media: Vec::new() });
    }

    /// Takes out all but the texts that the flow does not have yet.
    pub(super) fn take_new(&mut self) -> Vec<Entry> {
        let is_waiting = |entry: &Entry| matches!(entry.voice, Voice::Person { waiting: Some(_) });
        let (kept, new) = std::mem::take(&mut self.entries).into_iter().partition(is_waiting);
        self.entries = kept;
        new
    }

    /// The flow has the text of this number; tells whether the text is of this conversation.
    pub(super) fn taken(&mut self, text: u64) -> bool {
        let waiting = Voice::Person { waiting: Some(text) };
        let found = self.entries.iter_mut().rev().find(|entry| entry.voice == waiting);
        found.map(|entry| entry.voice = Voice::Person { waiting: None }).is_some()
    }
}
