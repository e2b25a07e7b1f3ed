//! `flowc phone`: on a real terminal, which tmux opens, and through pipes.

use std::fs;
use std::process::Command;

use flow_tests::build::BUILD_LIMIT;
use flow_tests::process::{Ended, run};
use flow_tests::wait::{self, PATIENCE};
use flow_tests::{Reply, Scratch, StandIn, Tmux, flowc};
use serde_json::json;

const FLOW: &str = r#"flow "Front desk"
secret KEY

on sms to "+13055550100" matching "weather"
  -> call GET "https://api.weather.example/forecast" < temp = temperature >
     ok   -> sms "It's $temp F."
     fail -> sms "We apologize."

on sms to "+13055550100" matching "book"
  -> ask "For how many guests?" < guests: int > within 10m retry 1 "A number, please."
     reply   -> sms "A table for $guests."
     timeout -> sms "Text BOOK again."

on sms to "+13055550100" matching "desk" -> sms to "+13055550111" "Somebody is at the desk."

on sms to "+13055550101"
  -> sms "You sent ${length(media)}." media "https://pictures.example/rooms/101/with-a-view-of-the-sea.jpg"

on api "ready" token $KEY expect No: int -> sms "Order $No is ready."
"#;

fn weather() -> StandIn {
    StandIn::start(|_| Reply::json(200, &json!({ "temperature": 84 })))
}

/// The command, as a shell reads it.
fn command(service: &StandIn) -> String {
    format!("\"$FLOWC\" phone desk.flow -- --connect-to api.weather.example:443={}", service.url())
}

/// A terminal on which the phone is open.
fn phone(service: &StandIn, columns: u16, rows: u16) -> Option<Tmux> {
    let build = flowc();
    let variable = |name: &str| build.get_envs().find(|(known, _)| *known == name).and_then(|(_, value)| value);
    let cache = variable("FLOWC_CACHE").unwrap().to_str().unwrap().to_owned();
    let program = build.get_program().to_str().unwrap().to_owned();
    let variables = [("FLOWC", program.as_str()), ("FLOWC_CACHE", &cache), ("KEY", "k"), ("TZ", "UTC")];
    let tmux = Tmux::open(columns, rows, &variables)?;
    tmux.folder().write("desk.flow", FLOW);
    let phone = command(service);
    tmux.folder().write("phone.sh", &format!("echo $$ > pid; exec {phone}\n"));
    tmux.folder().write("all.sh", "clear; stty -g > before; sh phone.sh; echo ended with $?; stty -g > after\n");
    tmux.enter("sh all.sh");
    let is_open = |screen: &String| ["write a text", "ended with"].iter().any(|text| screen.contains(text));
    let screen = wait::within(BUILD_LIMIT, || Some(tmux.screen()).filter(is_open));
    assert!(screen.as_ref().is_some_and(|screen| screen.contains("write a text")), "{screen:?}");
    Some(tmux)
}

/// Waits until the phone has ended, and looks whether the terminal is as it was.
fn ended(tmux: &Tmux, code: u8) -> String {
    let screen = tmux.until(&[&format!("ended with {code}")]);
    assert!(!screen.contains("write a text"), "{screen}");
    let read = |name: &str| fs::read_to_string(tmux.folder().path().join(name)).ok().filter(|text| !text.is_empty());
    let after = wait::until("the state of the terminal", || read("after"));
    assert_eq!(read("before").unwrap(), after);
    screen
}

fn pid(tmux: &Tmux) -> String {
    fs::read_to_string(tmux.folder().path().join("pid")).unwrap().trim().to_owned()
}

/// The processes that a process has started.
fn children(pid: &str) -> Vec<String> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    children.split_whitespace().map(str::to_owned).collect()
}

fn signal(name: &str, pid: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), pid]).status().unwrap().success());
}

#[test]
fn people_text_the_flow_and_see_what_it_does() {
    let service = weather();
    let Some(tmux) = phone(&service, 110, 34) else { return };
    tmux.enter("weather");
    let screen = tmux.until(&["It's 84 F.", "ended well"]);
    for text in ["✓  5 │ call GET", "✓  6 │ ok -> sms", "+13055550100", "+15550100001", "Front desk"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    let binary = children(&pid(&tmux));
    assert_eq!(binary.len(), 1, "{binary:?}");

    tmux.press("C-n");
    tmux.enter("book");
    let screen = tmux.until(&["For how many guests?", "waits for a reply until"]);
    assert!(!screen.contains("84 F") && screen.contains("+15550100002"), "{screen}");
    tmux.press("Tab");
    tmux.until(&["It's 84 F."]);
    tmux.enter("desk");
    tmux.until(&["+13055550111 (1)"]);
    tmux.press("BTab");
    tmux.until(&["Somebody is at the desk."]);
    tmux.press("BTab");
    tmux.enter("2");
    tmux.until(&["A table for 2.", "the reply is understood"]);

    tmux.enter("/api ready {\"No\": 7}");
    tmux.until(&["Order 7 is ready."]);
    tmux.enter("/to +13055550101");
    tmux.enter("/picture https://pictures.example/mine.jpg look");
    let screen = tmux.until(&["You sent 1.", "https://pictures.example/mine.jpg"]);
    assert!(screen.contains("→ +13055550101"), "{screen}");
    tmux.enter("/nothing");
    tmux.until(&["there is no command /nothing"]);

    tmux.resize(40, 12);
    let screen = tmux.until(&["ended well"]);
    let small = wait::until("a small screen", || Some(tmux.screen()).filter(|screen| !screen.contains('│')));
    assert!(small.contains("there is no command") && small.contains("Front desk"), "{screen}\n{small}");
    tmux.enter("weather שלום 👩‍👩‍👧");
    tmux.until(&["You sent 0."]);
    tmux.resize(110, 34);
    tmux.until(&["✓", "│", "Ctrl-C quit"]);

    tmux.press("C-c");
    ended(&tmux, 0);
    wait::until("the end of the flow's binary", || {
        binary.iter().all(|pid| !fs::exists(format!("/proc/{pid}")).unwrap()).then_some(())
    });
    let left: Vec<_> = fs::read_dir(tmux.folder().path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".journal")), "{left:?}");
}

#[test]
fn the_terminal_is_given_back_however_it_ends() {
    let service = weather();
    let Some(tmux) = phone(&service, 80, 24) else { return };
    let (flowc, binary) = (pid(&tmux), children(&pid(&tmux)));
    signal("TERM", &flowc);
    ended(&tmux, 143);
    assert!(
        binary.iter().all(|pid| !fs::exists(format!("/proc/{pid}")).unwrap()),
        "the flow's binary outlives the phone"
    );

    let Some(tmux) = phone(&service, 80, 24) else { return };
    let binary = children(&pid(&tmux));
    signal("KILL", &binary[0]);
    let screen = ended(&tmux, 2);
    assert!(screen.contains("error: the flow's binary was ended by SIGKILL"), "{screen}");
}

#[test]
fn what_the_program_sees_to_is_no_run_on_the_screen() {
    let service = weather();
    let Some(tmux) = phone(&service, 110, 34) else { return };
    tmux.enter("stop");
    let screen = tmux.until(&["You will get", "STOP: the program sees to it"]);
    assert!(!screen.contains("at work"), "{screen}");
    tmux.press("C-c");
    ended(&tmux, 0);
}

#[test]
fn without_a_terminal_a_word_that_the_program_sees_to_is_answered_before_the_end() {
    let service = weather();
    for (input, words) in [("STOP\n", &["STOP"][..]), ("help\nSTOP\nstart\ndesk\n", &["HELP", "STOP", "START"])] {
        let ended = piped(&service, input);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let answers = ended.out.lines().filter(|line| line.starts_with("< +13055550100: ")).count();
        assert_eq!(answers, words.len(), "{ended:?}");
        for word in words {
            assert!(ended.err.contains(&format!("{word}: the program sees to it\n")), "{ended:?}");
        }
        assert!(!ended.err.contains("! "), "{ended:?}");
        assert_eq!(ended.out.contains("Somebody is at the desk."), input.ends_with("desk\n"), "{ended:?}");
    }
}

/// Runs the phone with this input, which comes through a pipe.
fn piped(service: &StandIn, input: &str) -> Ended {
    let folder = Scratch::new();
    folder.write("desk.flow", FLOW);
    folder.write("input", input);
    let build = flowc();
    let mut shell = Command::new("sh");
    shell.current_dir(folder.path()).env("FLOWC", build.get_program()).env("KEY", "k");
    shell.envs(build.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.args(["-c", &format!("{} < input", command(service))]);
    run(shell, BUILD_LIMIT + PATIENCE)
}

#[test]
fn without_a_terminal_each_line_is_a_text() {
    let service = weather();
    let input = "weather\nbook\nmany\n2\n\n/from\nweather\ndesk\n/to +13055550101\n/picture https://a.example/1.jpg\n/api ready {\"No\":7}";
    let ended = piped(&service, input);
    let wanted = "\
< +13055550100: It's 84 F.
< +13055550100: For how many guests?
< +13055550100: A number, please.
< +13055550100: A table for 2.
< +13055550100: It's 84 F.
< +13055550100 to +13055550111: Somebody is at the desk.
< +13055550101: You sent 1.
  https://pictures.example/rooms/101/with-a-view-of-the-sea.jpg
< +13055550101: Order 7 is ready.
";
    assert_eq!((ended.out.as_str(), ended.code), (wanted, Some(0)), "{}", ended.err);
    assert!(!ended.out.contains('\u{1b}'));
}

#[test]
fn without_a_terminal_what_fails_is_told_on_standard_error() {
    let service = weather();
    let gone = StandIn::start(|_| Reply::status(503));
    let ended =
        piped(&gone, "weather\nnobody takes this\n/weather\n/api redy\n/api ready {\"No\":\"7\"}\n/quit\nweather\n");
    assert_eq!((ended.out.as_str(), ended.code), ("< +13055550100: We apologize.\n", Some(0)), "{}", ended.err);
    for told in [
        "! line 5: call failed, status: ",
        "! no `on sms` of this flow takes this message",
        "! there is no command /weather; /help lists them, and //weather texts it\n",
        "! this flow has no `on api \"redy\"`; it has `ready`\n",
        "\"No\"",
    ] {
        assert!(ended.err.contains(told), "{told}: {}", ended.err);
    }
    drop(service);
}

#[test]
fn what_does_not_start_says_why() {
    let folder = Scratch::new();
    folder.write("bad.flow", "on sms -> sms \"$boddy\"\n");
    folder.write("desk.flow", FLOW);
    let phone = |arguments: &[&str]| {
        let mut command = flowc();
        command.current_dir(folder.path()).arg("phone").args(arguments).env_remove("KEY");
        run(command, BUILD_LIMIT)
    };
    let ended = phone(&["bad.flow"]);
    assert!(ended.code == Some(1) && ended.err.contains("F0201"), "{ended:?}");
    let ended = phone(&["desk.flow"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{}", ended.err);
    assert!(ended.err.contains("error: the flow's binary ended with exit code 2\n"), "{}", ended.err);
    assert!(ended.err.contains("the flow's secret KEY is missing"), "{}", ended.err);
    let ended = phone(&["desk.flow", "--", "--carrier=twilio"]);
    assert!(ended.code == Some(2) && ended.err.contains("`--carrier=twilio` cannot be given"), "{ended:?}");
}
