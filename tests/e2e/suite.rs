//! `flowc test` through the real thing: flows are built, and their tests are played.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use flow_tests::build::BUILD_LIMIT;
use flow_tests::folder::{files_below, workspace};
use flow_tests::process::{Ended, run};
use flow_tests::{Scratch, StandIn, flowc, python};
use serde_json::Value;

/// `flowc test` in a folder.
fn test(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = flowc();
    command.arg("test").args(arguments).current_dir(folder);
    run(command, BUILD_LIMIT)
}

/// An output without the times that it took.
fn timeless(text: &str) -> String {
    let is_time = |words: &[&str]| matches!(words, [number, "ms" | "s"] if number.parse::<f64>().is_ok());
    let line = |line: &str| match line.rsplit_once("  ") {
        Some((rest, end)) if is_time(&end.split(' ').collect::<Vec<_>>()) => format!("{rest}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn the_tests_of_every_example_pass() {
    let examples = workspace().join("examples");
    let ended = test(&examples, &["-v"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let flows = files_below(&examples, "flow");
    for flow in &flows {
        let name = flow.strip_prefix(&examples).unwrap().display().to_string();
        let tests = fs::read_to_string(flow).unwrap().lines().filter(|line| line.starts_with("test ")).count();
        assert!(tests > 0, "{name} has no tests");
        assert!(timeless(&ended.out).contains(&format!("\n{name}  {tests} passed\n")), "{name}: {}", ended.out);
    }
    assert!(ended.err.contains(&format!("{} flows: ", flows.len())), "{}", ended.err);
}

#[test]
fn what_is_said_of_each_failure_is_as_it_was_designed() {
    let folder = workspace().join("tests/suite");
    let ended = test(&folder, &["failures.flow", "--junit", "/dev/null"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    let (told, path) = (timeless(&ended.out), folder.join("failures.txt"));
    if std::env::var_os("FLOW_BLESS").is_some() {
        fs::write(&path, &told).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(told, golden, "FLOW_BLESS=1 takes over what is told now");
    let flow = fs::read_to_string(folder.join("failures.flow")).unwrap();
    let tests = flow.lines().filter(|line| line.starts_with("test ")).count();
    assert_eq!(told.matches("FAIL ").count(), tests);
}

/// A folder with a flow that passes, one that fails, one without tests and one with errors.
fn several() -> Scratch {
    let folder = Scratch::new();
    let flow = |answer: &str| {
        format!(
            "on sms -> sms \"Hi\"\n\n\
             test \"a greeting\"\n  when  sms \"x\" from \"+15550123\"\n  then  sms \"Hi\"\n\n\
             test \"a guest's <answer> & more\"\n  when  sms \"x\" from \"+15550123\"\n  then  sms \"{answer}\"\n"
        )
    };
    folder.write("good.flow", &flow("Hi"));
    folder.write("wrong.flow", &flow("Ho"));
    folder.write("bare.flow", "on sms -> sms \"Hi\"\n");
    folder.write("broken.flow", "on sms -> sms \"$nmae\"\n");
    folder
}

#[test]
fn one_bad_flow_does_not_keep_the_others_from_being_tested() {
    let folder = several();
    let ended = test(folder.path(), &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(ended.err.contains("error[F0201]") && ended.err.contains("broken.flow:1:16"), "{}", ended.err);
    let told = timeless(&ended.out);
    for line in ["bare.flow  no tests\n", "good.flow  2 passed\n", "wrong.flow  1 passed, 1 failed\n"] {
        assert!(told.contains(line), "{told}");
    }
    assert!(ended.err.ends_with("4 flows: 3 passed, 1 failed, 1 flow could not be tested\n"), "{}", ended.err);

    // What a failure says last plays that test alone.
    let again = told.lines().find_map(|line| line.trim().strip_prefix("flowc test ")).unwrap();
    assert_eq!(again, r"wrong.flow --filter 'a guest'\''s <answer> & more'");
    let mut shell = Command::new("sh");
    let flowc = flowc();
    shell.arg("-c").arg(format!("\"$FLOWC\" test {again}")).current_dir(folder.path());
    shell.env("FLOWC", flowc.get_program()).envs(flowc.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ended = run(shell, BUILD_LIMIT);
    assert_eq!(
        (ended.code, timeless(&ended.out).contains("\nwrong.flow  1 failed\n")),
        (Some(1), true),
        "{}",
        ended.out
    );
}

#[test]
fn nothing_leaves_the_machine() {
    // The flow would reach it: it is there, and it answers.
    let service = StandIn::of_json(serde_json::json!({ "temperature": 84 }));
    let call = |test: &str| {
        format!(
            "on sms -> call GET \"{}/wx\" < temp = temperature > ok -> sms \"It is $temp F.\" fail -> sms \"Sorry.\"\n\n\
             test \"a guest asks\"\n{test}  when  sms \"x\" from \"+15550123\"\n  then  sms \"It is 84 F.\"\n",
            service.url()
        )
    };
    let folder = Scratch::new();
    folder.write("wx.flow", &call(""));
    let ended = test(folder.path(), &["wx.flow"]);
    let told = format!("no `given` answers GET {}/wx", service.url());
    assert!(ended.code == Some(1) && ended.out.contains(&told), "{}{}", ended.out, ended.err);

    // The line that it offers is one that can be copied.
    let given = ended.out.lines().find_map(|line| line.trim().strip_prefix("given ")).unwrap();
    assert_eq!(given, format!("GET \"{}/wx\" -> 200 json {{ … }}", service.url()));
    let given = given.replace("{ … }", "{ \"temperature\": 84 }");
    folder.write("wx.flow", &call(&format!("  given {given}\n")));
    let ended = test(folder.path(), &["wx.flow"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    assert!(service.requests().is_empty());
}

#[test]
fn tests_are_chosen_by_their_names() {
    let folder = several();
    let ended = test(folder.path(), &["good.flow", "bare.flow", "--filter", "greet", "-v"]);
    // What is left of one flow needs no summary; that it waits for another build, it may say.
    assert_eq!((ended.code, ended.err.contains("flows")), (Some(0), false), "{}", ended.err);
    assert_eq!(timeless(&ended.out), "ok   good.flow:3  a greeting\ngood.flow  1 passed\n");
    let ended = test(folder.path(), &["good.flow", "--filter", "a greetnig"]);
    let told = "error: no test has `a greetnig` in its name\n  help: did you mean `a greeting`?\n";
    assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (Some(2), "", told));
    let ended = test(folder.path(), &["bare.flow"]);
    assert_eq!((ended.code, timeless(&ended.out).as_str()), (Some(0), "bare.flow  no tests\n"));
    let ended = test(folder.path(), &["none.flow"]);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
}

#[test]
fn the_outcome_is_there_for_programs() {
    let folder = several();
    let ended = test(folder.path(), &["--format", "json", "--junit", "out.xml"]);
    assert_eq!(ended.code, Some(1));
    let lines: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let passed: Vec<_> = lines.iter().map(|line| (line["file"].as_str().unwrap(), &line["passed"])).collect();
    let (yes, no) = (Value::Bool(true), Value::Bool(false));
    assert_eq!(passed, [("good.flow", &yes), ("good.flow", &yes), ("wrong.flow", &yes), ("wrong.flow", &no)]);
    let failure = &lines[3]["failure"];
    assert_eq!((&lines[3]["line"], &failure["line"]), (&Value::from(7), &Value::from(9)));
    assert_eq!(failure["differences"][0], serde_json::json!({ "part": "words", "expected": "Ho", "found": "Hi" }));
    assert_eq!(failure["story"][1]["text"], "on sms");

    let xml = fs::read_to_string(folder.path().join("out.xml")).unwrap();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    let count = |name: &str| root.attribute(name).unwrap().parse::<u32>().unwrap();
    assert_eq!((count("tests"), count("failures"), count("errors")), (5, 1, 1));
    let failed = root.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    let case = failed.parent().unwrap();
    assert_eq!(case.attribute("name"), Some("a guest's <answer> & more"));
    assert!(failed.text().unwrap().contains("\n    expected  Ho\n"), "{xml}");

    let Some(python) = python::with("junitparser") else { return };
    let script = "import sys, junitparser\n\
                  xml = junitparser.JUnitXml.fromfile(sys.argv[1])\n\
                  xml.update_statistics()\n\
                  cases = [case for suite in xml for case in suite]\n\
                  print(xml.tests, xml.failures, xml.errors, len(cases), sum(case.is_passed for case in cases))";
    let mut command = Command::new(python);
    command.args(["-c", script]).arg(folder.path().join("out.xml"));
    let read = run(command, Duration::from_secs(60));
    assert_eq!(read.out.trim(), "5 1 1 5 3", "{}", read.err);
}
