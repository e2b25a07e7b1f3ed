//! What tests walk, told by `flowc test` and drawn by `flowc graph`.

use flow_tests::build::BUILD_LIMIT;
use flow_tests::process::{Ended, run};
use flow_tests::{Scratch, flowc};
use std::fs;
use std::process::Command;
use std::time::Duration;

const FLOW: &str = r#"flow "Prices"

on sms
  -> match lower(trim($body)) {
       "price" -> call GET "https://shop.example/price" < price: number = price, until? = until >
                  ok           -> { if $until != null -> set note = "until $until" else -> set note = "today" }
                                  -> if $price > 100 -> sms "It is dear $note: $price."
                                     else -> sms "It is $price $note."
                  fail timeout -> sms "Later."
                  fail         -> goto sorry
       else    -> ask "Text price." < again: text > within 10m
                  reply   -> sms "You wrote $again."
                  timeout -> goto sorry
     }

path sorry -> sms "Sorry." fail -> end
"#;

const DEAR: &str = r#"
test "dear"
  given GET "https://shop.example/price" -> 200 json { "price": 120, "until": "May" }
  when  sms "price" from "+15550123"
  then  sms "It is dear until May: 120."
"#;

const OTHERS: &str = r#"
test "cheap"
  given GET "https://shop.example/price" -> 200 json { "price": 12 }
  when  sms "price" from "+15550123"
  then  sms "It is 12 today."

test "slow"
  given GET "https://shop.example/price" -> timeout
  when  sms "price" from "+15550123"
  then  sms "Later."

test "down, and nobody can be told"
  given GET "https://shop.example/price" -> 500
  given sms to "+15550123" -> refused
  when  sms "price" from "+15550123"
  then  call GET "https://shop.example/price"

test "asked again"
  when  sms "hello" from "+15550123"
  then  sms "Text price."
  when  sms "what?" from "+15550123"
  then  sms "You wrote what?."

test "asked in vain"
  when  sms "hello" from "+15550123"
  then  sms "Text price."
  when  10m pass
  then  sms "Sorry."
"#;

fn flowc_in(folder: &Scratch, arguments: &[&str]) -> Ended {
    let mut command = flowc();
    command.current_dir(folder.path()).arg("-q").args(arguments);
    run(command, BUILD_LIMIT)
}

#[test]
fn what_no_test_walks_is_shown_where_it_begins() {
    let folder = Scratch::new();
    folder.write("prices.flow", &format!("{FLOW}{DEAR}"));
    let ended = flowc_in(&folder, &["test", "prices.flow", "--coverage", "--require-coverage", "50"]);
    let expected = r#"  ☞ tests leave off here: 18 of 28 steps and ways are not walked
    ╭─[prices.flow:6:84]
  5 │        "price" -> call GET "https://shop.example/price" < price: number = price, until? = until >
  6 │                   ok           -> { if $until != null -> set note = "until $until" else -> set note = "today" }
    ·                                                                                    ──┬─
    ·                                                                                      ╰── no test walks this `else`
  7 │                                   -> if $price > 100 -> sms "It is dear $note: $price."
  8 │                                      else -> sms "It is $price $note."
    ·                                      ──┬─
    ·                                        ╰── no test walks this `else`
  9 │                   fail timeout -> sms "Later."
    ·                   ──────┬─────
    ·                         ╰── no test walks this `fail timeout`
 10 │                   fail         -> goto sorry
    ·                   ──┬─
    ·                     ╰── no test walks this `fail`
 11 │        else    -> ask "Text price." < again: text > within 10m
    ·        ──┬─
    ·          ╰── no test walks this `else`
 12 │                   reply   -> sms "You wrote $again."
    ╰────

coverage: 10 of 28 (35 %) of steps and ways in prices.flow
"#;
    assert_eq!(ended.out, expected, "{}{}", ended.out, ended.err);
    assert_eq!(ended.code, Some(1));
    let lacking = "error: tests walk 10 of 28 (35 %) of all steps and ways, and 50 % is required\n";
    assert_eq!(ended.err, format!("{lacking}  help: 4 more are to be walked\n"));

    let enough = flowc_in(&folder, &["test", "prices.flow", "--require-coverage", "35"]);
    assert_eq!((enough.code, enough.err.as_str()), (Some(0), ""));
    let lacking = flowc_in(&folder, &["test", "prices.flow", "--require-coverage", "36"]);
    assert_eq!(lacking.code, Some(1));
    assert!(lacking.err.contains("1 more is to be walked; `--coverage` shows where"), "{}", lacking.err);
    let wrong = flowc_in(&folder, &["test", "prices.flow", "--require-coverage", "101"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.err);

    let json = flowc_in(&folder, &["test", "prices.flow", "--coverage", "--format", "json"]);
    let lines: Vec<serde_json::Value> = json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines[1]["coverage"]["walked"].as_u64(), lines[1]["coverage"]["all"].as_u64()), (Some(10), Some(28)));
    assert_eq!(lines[1]["coverage"]["gaps"][0]["line"], 6);

    let graph = flowc_in(&folder, &["graph", "prices.flow", "--coverage"]);
    assert_eq!((graph.code, graph.err.as_str()), (Some(0), ""));
    assert!(graph.out.contains("Prices: 35 % tested"), "{}", graph.out);
    let text = flowc_in(&folder, &["graph", "prices.flow", "--coverage", "--format", "mermaid"]);
    assert!(text.out.contains(":::is_walked") && text.out.contains(":::is_missed"), "{}", text.out);
}

#[test]
fn tests_can_walk_all_of_a_flow() {
    let folder = Scratch::new();
    folder.write("prices.flow", &format!("{FLOW}{DEAR}{OTHERS}"));
    let line = ["test", "prices.flow", "--coverage", "--require-coverage", "100", "--lcov", "out.info"];
    let ended = flowc_in(&folder, &line);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{}", ended.out);
    assert_eq!(ended.out, "coverage: 28 of 28 (100 %) of steps and ways in prices.flow\n");

    let record = fs::read_to_string(folder.path().join("out.info")).unwrap();
    for line in ["SF:prices.flow", "FN:3,on sms", "FN:16,path sorry", "FNDA:6,on sms", "FNDA:2,path sorry", "DA:5,4"] {
        assert!(record.lines().any(|found| found == line), "{line}:\n{record}");
    }
    assert!(!record.contains(",0\n"), "{record}");

    let graph = flowc_in(&folder, &["graph", "prices.flow", "--coverage"]);
    assert!(graph.out.contains("Prices: 100 % tested") && !graph.out.contains(" missed\""), "{}", graph.out);
}

#[test]
fn a_failing_test_walks_too() {
    let folder = Scratch::new();
    folder.write("prices.flow", &format!("{FLOW}{}", DEAR.replace("is dear until", "is cheap until")));
    let ended = flowc_in(&folder, &["test", "prices.flow", "--coverage", "--require-coverage", "35"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.ends_with("coverage: 10 of 28 (35 %) of steps and ways in prices.flow\n"), "{}", ended.out);
    let mut graph = flowc();
    graph.current_dir(folder.path()).args(["graph", "prices.flow", "--coverage"]);
    let graph = run(graph, BUILD_LIMIT);
    assert_eq!(graph.code, Some(0));
    assert!(graph.err.ends_with("1 test failed, and `flowc test` shows why\n"), "{}", graph.err);
}

#[test]
fn lcov_reads_the_record() {
    if Command::new("genhtml").arg("--version").output().is_err() {
        println!("skipped: `genhtml` of LCOV is not here");
        return;
    }
    let folder = Scratch::new();
    folder.write("prices.flow", &format!("{FLOW}{DEAR}"));
    let test = flowc_in(&folder, &["test", "prices.flow", "--lcov", "out.info"]);
    assert_eq!(test.code, Some(0), "{}", test.err);

    let mut genhtml = Command::new("genhtml");
    genhtml.current_dir(folder.path()).args(["--branch-coverage", "--function-coverage", "-o", "html", "out.info"]);
    let ended = run(genhtml, Duration::from_secs(60));
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    for share in ["branches...: 30.8% (4 of 13 branches)", "functions..: 50.0% (1 of 2 functions)"] {
        assert!(ended.out.contains(share), "{share}: {}", ended.out);
    }
}
