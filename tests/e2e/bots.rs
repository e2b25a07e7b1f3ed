//! Turns and chats with bots, over real sockets: what people read, through crashes and silence, and what nobody reads.

use std::process::Command;

use flow_tests::bots::{self, CANARY, Lex, Watson};
use flow_tests::process::run;
use flow_tests::program::{GUEST, text, watched};
use flow_tests::wait::PATIENCE;
use flow_tests::watch::{metrics, wait_for};
use flow_tests::{Program, Reply, Request, Scratch};
use serde_json::json;

/// Words, and what the person reads next.
fn converse(program: &Program, conversation: &[(&str, &str)]) {
    for (words, answer) in conversation {
        assert_eq!(program.converse(words), *answer, "{words}");
    }
}

#[test]
fn bots_are_asked_and_talked_with_until_they_are_done() {
    let (lex, watson) = (Lex::start(), Watson::start());
    let program = bots::start(&lex.service.url(), &watson.service.url()).start();
    converse(
        &program,
        &[
            ("lex what is there?", "AskMenu 0.83: Fish, or pasta."),
            ("guarded what?", "AskMenu 0.83: Fish, or pasta."),
            ("watson what?", "ask_menu 0.83: Fish, or pasta."),
            ("book lex", "Which room?"),
            // Without words there is nothing to tell it.
            (" ", "Which room?"),
            ("king", "How many nights?"),
            ("2", "Booked: king, 2. king 2"),
            ("book watson", "Which room?"),
            ("twin", "How many nights?"),
            ("3", "Booked: twin, 3. twin 3 false"),
            ("book watson", "Which room?"),
            ("a person", "Somebody will call you. - 0 true"),
            // What follows is no reply to a bot that is done.
            ("lex again", "AskMenu 0.83: Fish, or pasta."),
        ],
    );
    assert_eq!(program.ended(7).iter().filter(|run| run["outcome"] == "completed").count(), 7);
}

#[test]
fn a_chat_goes_on_where_a_crash_has_left_it() {
    let (lex, watson, state) = (Lex::start(), Watson::start(), Scratch::new());
    let start = || bots::start(&lex.service.url(), &watson.service.url()).state(state.path());
    for (bot, booked) in [("book lex", "Booked: king, 2. king 2"), ("book watson", "Booked: king, 2. king 2 false")] {
        for (words, answer) in [(bot, "Which room?"), ("king", "How many nights?"), ("2", booked)] {
            let (program, admin) = watched(start());
            assert_eq!(program.text(words).status, 202);
            assert_eq!(program.messages(1), [answer]);
            match words {
                "2" => drop(program.ended(1)),
                _ => wait_for(admin, "flow_runs{status=\"asked\"}", 1.0),
            }
            // It is killed here, by `kill -9`.
        }
    }
    let sessions = watson.asked().iter().filter(|path| *path == "sessions").count();
    assert_eq!((sessions, lex.service.requests().len()), (1, 3));
}

#[test]
fn who_says_nothing_is_not_waited_for_any_longer() {
    let (lex, watson) = (Lex::start(), Watson::start());
    let program = bots::start(&lex.service.url(), &watson.service.url()).start();
    assert_eq!(program.converse("brief"), "Which room?");
    assert_eq!(program.messages(2)[1], "You said nothing.");
    assert_eq!(lex.service.requests().len(), 1);
}

#[test]
fn each_person_has_one_session_and_nobody_elses() {
    let (lex, watson) = (Lex::start(), Watson::start());
    let program = bots::start(&lex.service.url(), &watson.service.url()).start();
    let people = [GUEST, "+13055550124"];
    for turn in
        [["book lex", "book lex"], ["king", "twin"], ["1", "2"], ["watson a", "watson b"], ["watson c", "watson d"]]
    {
        let before = program.outbox().len();
        for (person, words) in people.iter().zip(turn) {
            assert_eq!(program.send(&text(person, words)).status, 202);
        }
        program.messages(before + 2);
    }
    let read = |person: &str| -> Vec<String> {
        let outbox = program.outbox();
        let to = outbox.iter().filter(|sent| sent["to"] == person);
        to.map(|sent| sent["body"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(read(people[0])[..3], ["Which room?", "How many nights?", "Booked: king, 1. king 1"]);
    assert_eq!(read(people[1])[..3], ["Which room?", "How many nights?", "Booked: twin, 2. twin 2"]);
    for (service, turns) in [(&lex.service, 3), (&watson.service, 2)] {
        let mut paths: Vec<String> = service.requests().iter().map(|request| request.path().to_owned()).collect();
        paths.retain(|path| path.contains("/sessions/"));
        assert_eq!(paths.len(), 2 * turns);
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), 2, "{paths:?}");
        assert!(paths.iter().all(|path| !path.contains("1305555")), "{paths:?}");
    }
    assert_eq!(watson.asked().iter().filter(|path| *path == "sessions").count(), 2);
    // Nobody's number leaves in a body either.
    for request in lex.service.requests().iter().chain(&watson.service.requests()) {
        assert!(!String::from_utf8_lossy(&request.body).contains("305555"), "{request:?}");
    }
}

#[test]
fn words_are_told_without_their_line_breaks_and_not_in_part() {
    let (lex, watson) = (Lex::start(), Watson::start());
    let program = bots::start(&lex.service.url(), &watson.service.url()).start();
    program.converse("lex two\r\nnights\tplease\n");
    program.converse("watson two\r\nnights\tplease\n");
    assert_eq!(lex.service.requests()[0].json_body()["text"], "lex two nights please");
    assert_eq!(watson.service.requests()[2].json_body()["input"]["text"], "watson two nights please");

    let long = |word: &str, length: usize| format!("{word} {}", "é".repeat(length - word.len() - 1));
    assert!(program.converse(&long("lex", 1_024)).starts_with("AskMenu"));
    assert!(program.converse(&long("watson", 2_048)).starts_with("ask_menu"));
    let before = lex.service.requests().len() + watson.service.requests().len();
    for (word, bot, length, longest) in [("lex", "concierge", 1_025, "1024"), ("watson", "desk", 2_049, "2048")] {
        let told = program.converse(&long(word, length));
        let expected = format!(
            "request 0: {bot} was told nothing: the words have {length} characters, and it takes {longest} at a time"
        );
        assert_eq!(told, expected);
    }
    assert_eq!(lex.service.requests().len() + watson.service.requests().len(), before);
}

/// All that a service was sent, as it may come back in its words.
fn echo(request: &Request) -> String {
    let headers: Vec<&str> = request.headers.iter().map(|(_, value)| value.as_str()).collect();
    format!("{} {} {}", request.target, headers.join(" "), String::from_utf8_lossy(&request.body))
}

/// The ways in which a service that fails may show what it was sent.
const ECHOES: [fn(&Request) -> Reply; 4] = [
    |request| {
        Reply::json(400, &json!({ "message": echo(request), "error": echo(request), "errorMessage": echo(request) }))
    },
    |request| Reply::json(200, &json!({ "sessionState": echo(request), "output": echo(request), "access_token": 1 })),
    |request| Reply::new(403, "text/plain", &echo(request)),
    |request| Reply::raw(format!("{} no HTTP\r\n\r\n", echo(request).replace(['\r', '\n'], " ")).as_bytes()),
];

#[test]
fn no_secret_shows_anywhere() {
    let assert_hidden = |place: &str, text: &str| {
        // The secrets themselves, and what a token begins with.
        for shown in [CANARY, bots::token(1).split('.').next().unwrap()] {
            assert!(!text.contains(shown), "{shown} stands in {place}: {text}");
        }
    };
    let places: [(&str, &str); 5] = [
        ("lex a", "/text"),
        ("guarded a", "/text"),
        ("watson a", "/identity/token"),
        ("watson a", "/sessions"),
        ("watson a", "/message"),
    ];
    // The last one of all is a flow in which nothing fails.
    let failing = places.iter().flat_map(|place| ECHOES.iter().map(move |echoed| (*place, Some(*echoed))));
    for ((words, path), echoed) in failing.chain([(("book watson", ""), None), (("book lex", ""), None)]) {
        let refuse =
            move |request: &Request| echoed.filter(|_| request.path().ends_with(path)).map(|echoed| echoed(request));
        let (lex, watson, state) = (Lex::refusing(refuse), Watson::refusing(refuse), Scratch::new());
        let start = bots::start(&lex.service.url(), &watson.service.url()).state(state.path());
        let (program, admin) = watched(start.variable("FLOW_LOG", "debug"));
        let message = program.converse(words);
        assert_eq!(echoed.is_some(), message.contains(": "), "{words}, {path}: {message}");
        assert_hidden("the message", &message);
        assert_hidden("the metrics", &Request::new("GET", "/metrics").send(admin).text());
        let run_id = program.outbox()[0]["run"].as_str().unwrap().to_owned();
        for arguments in
            [vec!["runs", "show", &run_id, "--reveal"], vec!["runs", "list", "--format", "json", "--reveal"]]
        {
            let mut runs = Command::new(bots::binary());
            runs.env_clear().env("STATE_DIRECTORY", state.path()).args(&arguments);
            let shown = run(runs, PATIENCE);
            assert!(shown.out.contains(&run_id), "{shown:?}");
            assert_hidden("the runs", &(shown.out + &shown.err));
        }
        let ended = program.stop();
        assert!(ended.err.contains("run accepted"), "{}", ended.err);
        assert_hidden("the log", &(ended.out + &ended.err));
        for file in std::fs::read_dir(state.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert_hidden("the journal", &String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn turns_are_counted() {
    let (lex, watson) = (Lex::start(), Watson::refusing(|_| Some(Reply::status(500))));
    let (program, admin) = watched(bots::start(&lex.service.url(), &watson.service.url()));
    program.converse("lex a");
    program.converse("watson a");
    let known = metrics(admin);
    for outcome in ["ok", "status"] {
        let sample = format!("flow_steps_total{{kind=\"bot\",outcome=\"{outcome}\"}}");
        assert_eq!(known.get(&sample), Some(&1.0), "{sample}");
    }
    for (bot, outcome) in [("concierge", "ok"), ("desk", "fail")] {
        let logged = program.log(&[("step", json!("bot")), ("bot", json!(bot)), ("outcome", json!(outcome))]);
        assert_eq!(logged.len(), 1, "{}", program.process.err());
    }
}
