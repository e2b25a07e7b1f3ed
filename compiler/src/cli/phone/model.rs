//! What the phone knows and shows, and what changes it. All of it is pure: the world is told by values.

use serde_json::{Map, Value};

use super::activity::Activity;
use super::chat::{Chat, Entry, Voice};
use super::clock::Zone;
use super::command::{self, Command};
use super::editor::Editor;
use super::flow::Flow;
use super::log;

/// The first phone; the others count on from it. Numbers with 555 and 01 are nobody's (North American Numbering Plan).
const FIRST: u64 = 15_550_100_001;

/// A phone, or several.
#[derive(Clone, Debug)]
pub(super) struct Phone {
    /// The flow that is texted.
    pub(super) flow: Flow,
    /// Where the clock is that it shows.
    pub(super) zone: Zone,
    /// The time, in seconds since 1970.
    pub(super) now: i64,
    /// At least one.
    pub(super) chats: Vec<Chat>,
    /// The conversation that is shown.
    pub(super) current: usize,
    /// What the flow is doing.
    pub(super) activity: Activity,
    /// What is being written.
    pub(super) editor: Editor,
    /// Rows by which the conversation is scrolled back, and what the flow is doing.
    pub(super) back: (usize, usize),
    /// Whether the help is shown.
    pub(super) shows_help: bool,
    /// Whether a screen that has no room for both shows what the flow is doing.
    pub(super) shows_steps: bool,
    /// Texts that were ever sent.
    texts: u64,
}

/// What the world is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Errand {
    /// To bring the flow a text.
    Text(Text),
    /// To trigger an `on api`.
    Api {
        /// The secret that is its token.
        token: Option<String>,
        /// The request's members.
        members: Map<String, Value>,
        /// The person that it is about.
        person: String,
    },
    /// To end.
    Quit,
}

/// A text on its way to the flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// Its number.
    pub(super) id: u64,
    /// The person's number.
    pub(super) from: String,
    /// The flow's.
    pub(super) to: String,
    /// The words.
    pub(super) body: String,
    /// Links to pictures.
    pub(super) media: Vec<String>,
}

/// What the flow said to a text, or to a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A run has it.
    Run(String),
    /// It waits for the text before it.
    Queued,
    /// It is a word that the program itself sees to: STOP, START, HELP.
    Heeded(String),
    /// Nothing came of it, or it was refused: why.
    Nothing(String),
}

/// A message that the flow has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// The flow's number.
    pub(super) from: String,
    /// The person's.
    pub(super) to: String,
    /// The words.
    pub(super) body: String,
    /// Links to pictures.
    pub(super) media: Vec<String>,
    /// The run that sent it; `None`: the program itself has.
    pub(super) run: Option<String>,
}

impl Phone {
    /// A phone that has not texted the flow yet.
    pub(super) fn new(flow: Flow, zone: Zone, now: i64) -> Self {
        let own = flow.numbers.first().cloned().unwrap_or_default();
        Self {
            flow,
            zone,
            now,
            chats: vec![Chat::new(format!("+{FIRST}"), own)],
            current: 0,
            activity: Activity::default(),
            editor: Editor::default(),
            back: (0, 0),
            shows_help: false,
            shows_steps: false,
            texts: 0,
        }
    }

    /// The numbers of the conversation that is shown: the person's, and the flow's.
    pub(super) fn numbers(&self) -> (String, String) {
        self.chats.get(self.current).map(|chat| (chat.person.clone(), chat.own.clone())).unwrap_or_default()
    }

    /// Does what the written line says; what is left for the world comes back.
    pub(super) fn submit(&mut self) -> Option<Errand> {
        let line = self.editor.take();
        self.say(&line)
    }

    /// Does what a line says; what is left for the world comes back.
    pub(super) fn say(&mut self, line: &str) -> Option<Errand> {
        if line.trim().is_empty() {
            return None;
        }
        self.back = (0, 0);
        match command::read(line) {
            Ok(Command::Text { body, media }) => return Some(self.text(body, media)),
            Ok(Command::Api { name, inputs }) => return self.api(name, inputs),
            Ok(Command::From(number)) => self.add_phone(number),
            Ok(Command::To(own)) => self.show(self.numbers().0, own),
            Ok(Command::Help) => self.shows_help = true,
            Ok(Command::Quit) => return Some(Errand::Quit),
            Err(told) => self.note(told),
        }
        None
    }

    fn text(&mut self, body: String, media: Vec<String>) -> Errand {
        self.texts += 1;
        let (id, at, (from, to)) = (self.texts, self.now, self.numbers());
        if let Some(chat) = self.chats.get_mut(self.current) {
            let voice = Voice::Person { waiting: Some(id) };
            chat.add(Entry { at, voice, text: body.clone(), media: media.clone() });
        }
        Errand::Text(Text { id, from, to, body, media })
    }

    fn api(&mut self, name: String, inputs: Map<String, Value>) -> Option<Errand> {
        let Some(api) = self.flow.apis.iter().find(|api| api.name == name) else {
            let names: Vec<_> = self.flow.apis.iter().map(|api| format!("`{}`", api.name)).collect();
            let known =
                if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
            self.note(format!("this flow has no `on api \"{name}\"`; {known}"));
            return None;
        };
        let token = api.token.clone();
        let (person, own) = self.numbers();
        let mut members = Map::new();
        members.insert("flowId".to_owned(), name.into());
        // By the names of the Inbound API the destination is ANI, and the source DNIS.
        members.insert("ANI".to_owned(), person.clone().into());
        members.insert("DNIS".to_owned(), own.into());
        members.extend(inputs);
        Some(Errand::Api { token, members, person })
    }

    /// Adds a phone with this number, or with the next one that is free, and shows it.
    pub(super) fn add_phone(&mut self, number: Option<String>) {
        let is_free = |number: &String| !self.chats.iter().any(|chat| chat.person == *number);
        let number = number.or_else(|| (FIRST..).map(|number| format!("+{number}")).find(is_free));
        self.show(number.unwrap_or_default(), self.numbers().1);
    }

    /// Shows the conversation of two numbers.
    fn show(&mut self, person: String, own: String) {
        let place = self.chat(&person, &own);
        self.switch(place);
    }

    /// Shows the next conversation, or the one before.
    pub(super) fn turn(&mut self, is_forward: bool) {
        let count = self.chats.len();
        let step = if is_forward { 1 } else { count - 1 };
        self.switch((self.current + step) % count);
    }

    fn switch(&mut self, place: usize) {
        self.current = place;
        self.back = (0, 0);
        if let Some(chat) = self.chats.get_mut(place) {
            chat.unread = 0;
        }
    }

    /// Where the conversation of two numbers is; a new one is begun if there is none.
    fn chat(&mut self, person: &str, own: &str) -> usize {
        let is_it = |chat: &Chat| chat.person == person && chat.own == own;
        self.chats.iter().position(is_it).unwrap_or_else(|| {
            self.chats.push(Chat::new(person.to_owned(), own.to_owned()));
            self.chats.len() - 1
        })
    }

    /// Says something in the conversation that is shown.
    pub(super) fn note(&mut self, text: String) {
        let now = self.now;
        if let Some(chat) = self.chats.get_mut(self.current) {
            chat.note(now, text);
        }
    }

    /// The flow has a text, or has refused it.
    pub(super) fn answered(&mut self, text: &Text, answer: Answer) {
        let now = self.now;
        let Some(chat) = self.chats.iter_mut().find_map(|chat| chat.taken(text.id).then_some(chat)) else { return };
        match answer {
            Answer::Run(run) => self.activity.belongs(&run, &text.from, true, now),
            Answer::Queued => {}
            Answer::Heeded(word) => self.activity.heeded(&word, &text.from, now),
            Answer::Nothing(why) => chat.note(now, why),
        }
    }

    /// A trigger was taken, or refused.
    pub(super) fn triggered(&mut self, person: &str, answer: Answer) {
        match answer {
            Answer::Run(run) => self.activity.belongs(&run, person, true, self.now),
            Answer::Queued | Answer::Heeded(_) => {}
            Answer::Nothing(why) => self.note(why),
        }
    }

    /// The flow has sent a message.
    pub(super) fn received(&mut self, message: Message) {
        let Message { from, to, body, media, run } = message;
        if let Some(run) = run {
            self.activity.belongs(&run, &to, false, self.now);
        }
        let place = self.chat(&to, &from);
        let (now, is_shown) = (self.now, place == self.current);
        if let Some(chat) = self.chats.get_mut(place) {
            chat.unread += usize::from(!is_shown);
            chat.add(Entry { at: now, voice: Voice::Flow, text: body, media });
        }
    }

    /// The log has a line.
    pub(super) fn logged(&mut self, line: &str) {
        let Some(told) = log::read(line) else { return };
        let chats = &self.chats;
        let whose = |masked: &str| {
            let end = masked.trim_start_matches('*');
            let mut fitting = chats.iter().map(|chat| &chat.person).filter(|person| person.ends_with(end));
            let person = fitting.next()?;
            // Of several that end alike nobody knows which one is meant.
            fitting.all(|other| other == person).then(|| person.clone())
        };
        self.activity.told(told, self.now, whose);
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

    use super::super::activity::{Item, State};
    use super::super::flow::tests::flow_of;
    use super::*;

    pub(in super::super) const WEATHER: &str = "\
# Hotline\nflow \"Weather Forecast\"\n\non sms\n  -> call GET \"https://api.weather.example/forecast\" < temp = temperature >\n\
     ok   -> sms \"It's currently $temp F.\"\n     fail -> sms \"We apologize.\"\n";

    pub(in super::super) fn phone() -> Phone {
        Phone::new(flow_of(WEATHER), Zone::default(), 50_000)
    }

    pub(in super::super) fn text(phone: &mut Phone, line: &str) -> Text {
        match phone.say(line) {
            Some(Errand::Text(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    pub(in super::super) fn message(to: &str, run: &str, body: &str) -> Message {
        let (from, to) = ("+15550199999".to_owned(), to.to_owned());
        Message { from, to, body: body.to_owned(), media: Vec::new(), run: Some(run.to_owned()) }
    }

    fn states(phone: &Phone) -> Vec<State> {
        let state = |item: &Item| match item {
            Item::Run(run) => Some(run.state.clone()),
            Item::Note { .. } => None,
        };
        phone.activity.newest().filter_map(state).collect()
    }

    #[test]
    fn a_text_is_sent_taken_and_answered() {
        let mut phone = phone();
        let sent = text(&mut phone, "weather");
        assert_eq!((sent.from.as_str(), sent.to.as_str()), ("+15550100001", "+15550199999"));
        assert_eq!(phone.chats[0].entries[0].voice, Voice::Person { waiting: Some(1) });
        phone.answered(&sent, Answer::Run("r1".into()));
        assert_eq!(phone.chats[0].entries[0].voice, Voice::Person { waiting: None });
        assert!(phone.activity.is_working());
        phone.logged(r#"{"message":"run accepted","run":"r1","line":4,"person":"********0001"}"#);
        phone.logged(r#"{"message":"step","run":"r1","line":5,"step":"call","outcome":"ok","ms":12}"#);
        phone.received(message("+15550100001", "r1", "It's currently 84 F."));
        phone.logged(r#"{"message":"run ended","run":"r1","outcome":"completed","ms":15}"#);
        assert_eq!(phone.chats[0].entries[1].text, "It's currently 84 F.");
        assert_eq!(states(&phone), [State::Completed(15)]);
        assert!(!phone.activity.is_working());
        assert!(phone.say("  ").is_none());
        let refused = text(&mut phone, "again");
        phone.answered(&refused, Answer::Nothing("busy".into()));
        assert_eq!((phone.chats[0].entries[3].voice, phone.chats[0].entries[3].text.as_str()), (Voice::Phone, "busy"));
    }

    #[test]
    fn what_the_program_sees_to_is_no_run() {
        let mut phone = phone();
        let sent = text(&mut phone, "stop");
        phone.answered(&sent, Answer::Heeded("STOP".into()));
        phone.received(Message { run: None, ..message("+15550100001", "", "No more messages.") });
        assert!(states(&phone).is_empty() && !phone.activity.is_working());
        let entries = &phone.chats[0].entries;
        assert_eq!(
            (entries.len(), entries[0].voice, entries[1].voice),
            (2, Voice::Person { waiting: None }, Voice::Flow)
        );
        match phone.activity.newest().next() {
            Some(Item::Note { person, text, is_bad: false, .. }) => {
                assert_eq!((person.as_deref(), text.as_str()), (Some("+15550100001"), "STOP: the program sees to it"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_phone_has_its_own_conversations() {
        let mut phone = phone();
        phone.say("/from");
        phone.say("/from");
        assert_eq!(phone.numbers().0, "+15550100003");
        phone.received(message("+15550100001", "r", "one"));
        phone.received(message("+13055550199", "r", "to somebody else"));
        let unread: Vec<_> = phone.chats.iter().map(|chat| (chat.person.as_str(), chat.unread)).collect();
        let wanted = [("+15550100001", 1), ("+15550100002", 0), ("+15550100003", 0), ("+13055550199", 1)];
        assert_eq!(unread, wanted);
        phone.turn(true);
        phone.turn(true);
        assert_eq!((phone.current, phone.chats[0].unread), (0, 0));
        phone.turn(false);
        assert_eq!(phone.numbers().0, "+13055550199");
        phone.say("/from +15550100002");
        phone.say("/to +13055550100");
        assert_eq!(phone.numbers(), ("+15550100002".into(), "+13055550100".into()));
        phone.say("/to +15550199999");
        assert_eq!((phone.chats.len(), phone.current), (5, 1));
    }

    #[test]
    fn a_run_is_known_by_its_person() {
        let mut phone = phone();
        phone.say("/from +15550100022");
        phone.say("/from +13055550022");
        let person = |phone: &Phone| match phone.activity.newest().next() {
            Some(Item::Run(run)) => run.person.clone(),
            other => panic!("{other:?}"),
        };
        phone.logged(r#"{"message":"run accepted","run":"a","line":4,"person":"********0001"}"#);
        assert_eq!(person(&phone).as_deref(), Some("+15550100001"));
        phone.logged(r#"{"message":"run accepted","run":"b","line":4,"person":"********0022"}"#);
        assert_eq!(person(&phone), None, "two end alike");
        phone.received(message("+13055550022", "b", "hi"));
        assert_eq!(person(&phone).as_deref(), Some("+13055550022"));
    }

    #[test]
    fn a_trigger_is_about_this_phone_unless_it_says_otherwise() {
        let flow = "secret KEY\non api \"ready\" token $KEY expect No: int -> sms \"$No\"\n";
        let mut phone = Phone::new(flow_of(flow), Zone::default(), 0);
        let Some(Errand::Api { token, members, person }) = phone.say("/api ready {\"No\":7,\"DNIS\":\"+13055550100\"}")
        else {
            panic!()
        };
        assert_eq!((token.as_deref(), person.as_str()), (Some("KEY"), "+15550100001"));
        let wanted = serde_json::json!({ "flowId": "ready", "ANI": "+15550100001", "DNIS": "+13055550100", "No": 7 });
        assert_eq!(Value::Object(members), wanted);
        assert!(phone.say("/api redy").is_none());
        assert!(phone.chats[0].entries[0].text.ends_with("it has `ready`"));
        phone.triggered(&person, Answer::Nothing("\"No\" should be an int".into()));
        assert_eq!(phone.chats[0].entries.len(), 2);
        assert_eq!(phone.say("/quit"), Some(Errand::Quit));
    }
}
