//! `flowc explore`: every path of a flow, played by its own binary.

use std::fs;

use flow_tests::build::BUILD_LIMIT;
use flow_tests::folder::workspace;
use flow_tests::process::{Ended, run};
use flow_tests::{Scratch, flowc};
use serde_json::Value;

fn flowc_in(folder: &Scratch, arguments: &[&str]) -> Ended {
    let mut command = flowc();
    command.current_dir(folder.path()).arg("-q").args(arguments);
    run(command, BUILD_LIMIT)
}

/// A copy of an example without its tests, and the name of its flow file.
fn example(folder: &Scratch, name: &str) -> String {
    for entry in fs::read_dir(workspace().join("examples").join(name)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let file = format!("{name}.flow");
    let text = fs::read_to_string(folder.path().join(&file)).unwrap();
    let end = text.find("\ntest \"").unwrap_or(text.len());
    folder.write(&file, text[..end].trim_end());
    file
}

/// What is written passes, walks all that was walked, has the canonical layout, and is not written twice.
#[test]
fn every_example_is_walked_and_its_paths_become_tests() {
    for entry in fs::read_dir(workspace().join("examples")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let folder = Scratch::new();
        let file = example(&folder, &name);
        let explored = flowc_in(&folder, &["explore", &file, "--format", "json", "--write-tests"]);
        let found: Value = serde_json::from_str(&explored.out).unwrap_or_else(|_| panic!("{name}: {explored:?}"));
        assert_eq!(found["walked"], found["all"], "{name}: {}", found["gaps"]);
        assert_eq!(found["cut"], serde_json::json!({ "depth": 0, "paths": 0 }), "{name}");
        let mistakes = found["findings"].as_array().unwrap().iter().any(|finding| finding["mistake"] == true);
        assert_eq!(explored.code, Some(i32::from(mistakes)), "{name}: {}", found["findings"]);

        let written = fs::read_to_string(folder.path().join(&file)).unwrap();
        let tests = written.matches("\ntest \"").count();
        assert_eq!(tests, found["paths"].as_array().unwrap().len(), "{name}");
        let tested = flowc_in(&folder, &["test", &file, "--require-coverage", "100"]);
        assert_eq!(tested.code, Some(0), "{name}: {}{}", tested.out, tested.err);
        let formatted = flowc_in(&folder, &["fmt", "--check", &file]);
        assert_eq!(formatted.code, Some(0), "{name}: {}", formatted.out);
        flowc_in(&folder, &["explore", &file, "--write-tests"]);
        assert_eq!(fs::read_to_string(folder.path().join(&file)).unwrap(), written, "{name}");
    }
}

const CONCIERGE: &str = r#"flow "Concierge"

on sms
  -> match lower(trim($body)) {
       "pool" -> sms "8 to 8."
       "late" -> call POST "https://hotel.example/late" timeout 5s
                   ok   -> wait 1h -> sms "It is arranged."
                   fail -> sms "Please call us."
       "\"$$5\"" -> goto menu()
       else   -> sms to "+13055550111" "$from: $body"
     }

path menu()
  -> ask "Which meal?" < meal: int > within 10m
     reply   -> sms "Meal $meal." -> goto menu()
     timeout -> goto menu()
"#;

const CONVERSATIONS: &str = r#" 3  on sms
    ├─ person: pool
 5  │  flow: 8 to 8.
    ├─ person: late
 6  │  call POST https://hotel.example/late
    │  ├─ ok
    │  │  (1h pass)
 7  │  │  flow: It is arranged.
    │  └─ fail (timeout)
 8  │     flow: Please call us.
    ├─ person: something else
10  │  flow to +13055550111: +13055550142: something else
    └─ person: "$5"
14     flow: Which meal?
       ├─ person: something else
14     │  flow: Which meal?
       │  ↺ as above, from line 14 on
       ├─ (no reply in 10m)
14     │  flow: Which meal?
       │  ↺ as above, from line 14 on
       └─ person: 2
15        flow: Meal 2.
14        flow: Which meal?
          ↺ as above, from line 14 on
"#;

#[test]
fn dead_ends_and_loops_are_shown_with_the_conversation_that_leads_there() {
    let folder = Scratch::new();
    folder.write("concierge.flow", CONCIERGE);
    let explored = flowc_in(&folder, &["explore", "concierge.flow"]);
    assert_eq!((explored.code, explored.err.as_str()), (Some(1), ""), "{}", explored.out);
    let (tree, rest) = explored.out.split_once("\n\n").unwrap();
    assert_eq!(format!("{tree}\n"), CONVERSATIONS);
    for told in [
        "a dead end: a person who writes \"late\" gets no answer; as when a person writes late; 1h pass",
        "a dead end: a person who writes \"something else\" gets no answer",
        "a loop without an exit: nothing but a failure leaves `path menu`",
    ] {
        let found = rest.replace("\n  │ ", " ");
        assert!(found.contains(told), "{told}\n{rest}");
    }
    assert!(rest.contains("7 paths, 3 steps deep, all "), "{rest}");
    assert!(rest.contains("longest answer 1 h (line 7, when a person writes late; 1h pass)"), "{rest}");

    let bounded = flowc_in(&folder, &["explore", "concierge.flow", "--depth", "1"]);
    assert!(
        bounded.out.contains("2 conversations would go on beyond 1 step; --depth 2 walks further"),
        "{}",
        bounded.out
    );

    // Quotes and dollars are words of the language in a test.
    let written = flowc_in(&folder, &["explore", "concierge.flow", "--write-tests"]);
    assert_eq!(written.code, Some(1), "{}", written.err);
    let text = fs::read_to_string(folder.path().join("concierge.flow")).unwrap();
    assert!(text.starts_with(CONCIERGE.trim_end()) && text.contains(r#"  when  sms "\"$$5\"" from "#), "{text}");
    let tested = flowc_in(&folder, &["test", "concierge.flow"]);
    assert_eq!(tested.code, Some(0), "{}{}", tested.out, tested.err);
}

#[test]
fn what_cannot_be_explored_is_told() {
    let folder = Scratch::new();
    folder.write("wrong.flow", "on sms -> sms \"$nobody\"\n");
    let wrong = flowc_in(&folder, &["explore", "wrong.flow"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (Some(1), ""));
    assert!(wrong.err.contains("error[F0201]"), "{}", wrong.err);
    let none = flowc_in(&folder, &["explore", "none.flow"]);
    assert_eq!(none.code, Some(2), "{}", none.err);
    let zero = flowc_in(&folder, &["explore", "wrong.flow", "--paths", "0"]);
    assert!(zero.code == Some(2) && zero.err.contains("a number from 1 on"), "{}", zero.err);
}
