//! Emitted code at work: its states are walked by hand, as an engine walks them, and a new version of a flow takes over
//! what an old one has stored.

use flow_tests::folder::files_below;
use flow_tests::rustc::drive;
use flowc::sample::NoSamples;
use flowc::source::SourceFile;

fn emitted(flow: &str) -> String {
    let compiled = flowc::compile(&SourceFile::new("a.flow", flow), &NoSamples);
    compiled.emitted.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics)).main_rs
}

/// What drivers have in common: the outcome of a step, and what a text begins.
const HELPERS: &str = r#"
    let secrets = Secrets::new(Vec::new());
    let texted = |body: &str| InboundSms {
        from: Phone::literal("+15550123"),
        to: Phone::literal("+13055550100"),
        body: body.to_owned(),
        media: Vec::new(),
    };
    let first = |body: &str| {
        let start = PROGRAM.triggers.iter().find_map(|trigger| match trigger {
            Trigger::Sms(trigger) => Some(trigger.start),
            _ => None,
        });
        start.unwrap()(texted(body), &secrets).unwrap()
    };
    let resume = |state: &str, outcome| resume(state, outcome, &secrets).unwrap();
    let enter = |state: &str| enter(state, &secrets);
    let reply = |name, value| {
        let mut values = Values::default();
        values.push(name, Some(value));
        Outcome::Reply(values)
    };
"#;

#[test]
fn a_question_and_a_pause_rest_and_go_on() {
    let table = files_below(&super::golden(), "flow").into_iter().find(|path| path.ends_with("table.flow")).unwrap();
    let walk = r#"
    let asked = first("Book");
    let Action::Ask(ask) = &asked.action else { panic!("{:?}", asked.action) };
    assert_eq!(ask.place, "ask \"Hello! For how many guests?\"");
    assert_eq!((ask.question.body.as_str(), ask.within, ask.retries), ("Hello! For how many guests?", 600, 2));
    assert_eq!(ask.again.as_deref(), Some("Please answer with a number, like 2. You wrote \"Book\"."));
    let wanted = ask.reply.unwrap();
    assert_eq!((wanted.name, wanted.kind.to_string().as_str(), wanted.optional), ("guests", "an int", false));
    assert_eq!(enter(&asked.state).unwrap().state, asked.state);

    let waits = resume(&asked.state, reply("guests", Value::Int(4)));
    let Action::Wait(wait) = &waits.action else { panic!("{:?}", waits.action) };
    assert_eq!((wait.line, wait.place, wait.seconds), (12, "wait 90s", 90));
    let Action::Wait(again) = enter(&waits.state).unwrap().action else { panic!() };
    assert_eq!(again.seconds, 90);

    let asked_again = resume(&waits.state, Outcome::Done);
    let last = resume(&asked_again.state, reply("at", Value::Text("8 pm".to_owned())));
    let Action::Sms(sms) = &last.action else { panic!("{:?}", last.action) };
    assert_eq!(sms.body, "A table for 4 at 8 pm, thank you.");
    // Without a `timeout` the run is over; without a `fail`, it has failed.
    let over = resume(&asked_again.state, Outcome::TimedOut);
    assert!(matches!(over.action, Action::End(End::Completed)));
    assert!(matches!(enter(&over.state).unwrap().action, Action::End(End::Completed)));
    let refused = Failure { kind: FailureKind::Carrier, status: None, message: "no".to_owned() };
    let failed = resume(&asked.state, Outcome::Failed(refused)).action;
    assert!(matches!(failed, Action::End(End::Failed { line: 7, .. })));
    let Action::Sms(late) = resume(&asked.state, Outcome::TimedOut).action else { panic!() };
    assert_eq!(late.body, "Text Book again when you are ready.");
    assert!(matches!(enter("{\"on sms\":{}}"), Err(Fault::State(_))));

    let Some(Trigger::Schedule(trigger)) = PROGRAM.triggers.get(1) else { panic!() };
    assert_eq!((PROGRAM.timezone, trigger.times.minutes, trigger.times.either_day), ("Europe/Berlin", 1 | 1 << 30, true));
    let now = |hour| Now {
        date: "2026-11-23".to_owned(),
        time: format!("{hour:02}:30"),
        weekday: "Monday".to_owned(),
        year: 2026,
        month: 11,
        day: 23,
        hour,
        minute: 30,
    };
    let morning = (trigger.start)(now(9), &secrets).unwrap();
    let Action::Ask(ask) = &morning.action else { panic!() };
    assert_eq!(ask.question.body, "It is Monday, 09:30: are all tables laid?");
    assert!(ask.reply.is_none() && ask.within == 86_400);
    let jumped = resume(&morning.state, Outcome::TimedOut);
    assert!(matches!(jumped.action, Action::Continue));
    let paused = resume(&jumped.state, Outcome::Done);
    let Action::Sms(sms) = resume(&paused.state, Outcome::Done).action else { panic!() };
    assert_eq!(sms.body, "On 2026-11-23 you did not say whether all tables were laid.");
    let evening = (trigger.start)(now(17), &secrets).unwrap();
    assert!(matches!(resume(&evening.state, Outcome::TimedOut).action, Action::End(End::Completed)));
"#;
    drive(&super::emitted(&table, "table.flow"), &format!("{HELPERS}{walk}"));
}

const OLD: &str = r#"on sms
  -> wait 1d
  -> ask "How was it, $body?" < score: int >
     reply -> ask "What should we do better?" < wish > reply -> sms "$body: $score, $wish"
"#;

/// The states of the old flow at its three places.
fn stored() -> Vec<String> {
    let walk = r#"
    let waits = first("Maria");
    let asked = resume(&waits.state, Outcome::Done);
    let wished = resume(&asked.state, reply("score", Value::Int(5)));
    for state in [waits.state, asked.state, wished.state] {
        println!("{state}");
    }
"#;
    let told = drive(&emitted(OLD), &format!("{HELPERS}{walk}"));
    told.lines().map(str::to_owned).collect()
}

#[test]
fn a_new_version_takes_over_what_is_still_there_and_refuses_the_rest() {
    let stored = stored();
    assert_eq!(stored.len(), 3);
    let takes_over = |new: &str| {
        let states: Vec<String> = stored.iter().map(|state| format!("{state:?}")).collect();
        let walk = format!(
            r#"for state in [{}] {{
                println!("{{}}", match enter(state) {{ Ok(_) => "fits".to_owned(), Err(fault) => format!("{{fault:?}}") }});
            }}"#,
            states.join(", ")
        );
        let helpers = HELPERS.replace("    let first", "    let _first").replace("let reply", "let _reply");
        let helpers = helpers.replace("let resume", "let _resume");
        let told = drive(&emitted(new), &format!("{helpers}{walk}"));
        told.lines().map(str::to_owned).collect::<Vec<String>>()
    };

    // Moved, written otherwise, and with a new step before and behind.
    let new = format!("# Later.\n\n{}", OLD.replace("-> wait 1d", "-> sms \"Welcome.\" -> wait 24h"));
    assert_eq!(takes_over(&new), ["fits", "fits", "fits"]);

    // The question's words are others; what it led to is still there.
    let told = takes_over(&OLD.replace("How was it", "How did you like it"));
    assert!(told[0] == "fits" && told[2] == "fits", "{told:?}");
    assert!(told[1].starts_with("State(\"unknown variant `ask "), "{told:?}");

    // A variable that was not kept, and one of another type, are missed; one that nothing needs any more is not.
    let told = takes_over(&OLD.replace("$score, $wish", "$score, $wish, $from"));
    assert!(told.iter().all(|told| told.contains("missing field `from: phone`")), "{told:?}");
    let told = takes_over(&OLD.replace("$score, $wish", "$wish"));
    assert_eq!(told, ["fits", "fits", "fits"]);
    let told = takes_over(&OLD.replace(" -> sms \"$body: $score, $wish\"", " -> end").replace("$body", "Maria"));
    assert!(told[0] == "fits" && told[2] == "fits", "{told:?}");
}
