//! `flowc check --format sarif`: a log that its standard accepts, and that says what the other forms say.

use std::collections::HashSet;
use std::fs;
use std::process::Command;

use flow_tests::Scratch;
use flow_tests::process::run;
use flow_tests::wait::PATIENCE;
use flowc::diagnostic::{Code, Severity};
use serde_json::Value;

use crate::cli::flowc_in;

/// Flows with what a log has to place: characters beyond the Basic Multilingual Plane, a second label, edits that insert,
/// replace and delete, several lines, a byte order mark.
const FLOWS: [(&str, &str); 7] = [
    ("a.flow", "# 🌷\non sms -> sms \"🌷 Grüße 🚀 $boddy\"\n"),
    ("Gäste & 100%.flow", "\u{feff}on sms sms \"${$from}\"\r\n  -> end\r\n  -> sms \"never\"\r\n"),
    ("sub/dollar.flow", "on sms -> sms \"${$from}\"\n"),
    ("sub/twice.flow", "const A = 1\nconst A = 2\non sms -> sms \"${A}\"\n"),
    ("sub/fine.flow", "on sms -> sms \"Hi\"\n"),
    ("sub/brace.flow", "on sms -> {\n  sms \"a\"\n"),
    ("sub/path.flow", "on sms -> end\npath a() -> goto a()\n"),
];

fn flows() -> Scratch {
    let folder = Scratch::new();
    fs::create_dir(folder.path().join("sub")).unwrap();
    for (name, text) in FLOWS {
        folder.write(name, text);
    }
    folder
}

fn log(folder: &Scratch, line: &str, code: i32) -> Value {
    let ended = flowc_in(folder, line);
    assert_eq!(ended.code, Some(code), "{}", ended.err);
    serde_json::from_str(&ended.out).unwrap()
}

/// The part of a text that a region covers, read by the rules of the standard: lines and characters from 1, the end
/// exclusive, a byte order mark not counted.
fn covered(text: &str, region: &Value) -> String {
    let number = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    let offset = |line: usize, column: usize| {
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        start + text[start..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
    };
    text[offset(number("startLine"), number("startColumn"))..offset(number("endLine"), number("endColumn"))].to_owned()
}

fn decoded(uri: &str) -> String {
    url::Url::parse(&format!("file:///{uri}")).unwrap().to_file_path().unwrap().to_string_lossy()[1..].to_owned()
}

#[test]
fn the_log_says_what_the_json_lines_say() {
    let folder = flows();
    let log = log(&folder, "check --format sarif .", 1);
    let run = &log["runs"][0];
    assert_eq!((log["version"].as_str(), log["runs"].as_array().unwrap().len()), (Some("2.1.0"), 1));
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let lines = flowc_in(&folder, "check --format json .").out;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(results.len(), lines.len());
    let mut seen = HashSet::new();
    for (result, line) in results.iter().zip(&lines) {
        let text = FLOWS.iter().find(|(name, _)| *name == line["file"].as_str().unwrap()).unwrap().1;
        let bytes = |span: &Value| {
            let number = |end: &str| usize::try_from(span[end].as_u64().unwrap()).unwrap();
            text[number("start")..number("end")].to_owned()
        };
        assert_eq!(result["ruleId"], line["code"]);
        assert_eq!(rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"], line["code"]);
        assert_eq!(result["level"], line["severity"]);
        assert!(result["message"]["text"].as_str().unwrap().starts_with(line["message"].as_str().unwrap()));
        let place = &result["locations"][0]["physicalLocation"];
        let artifact = &place["artifactLocation"];
        assert_eq!(decoded(artifact["uri"].as_str().unwrap()), line["file"].as_str().unwrap());
        assert_eq!(artifact["uriBaseId"], "%SRCROOT%");
        let index = usize::try_from(artifact["index"].as_u64().unwrap()).unwrap();
        assert_eq!(run["artifacts"][index]["location"]["uri"], artifact["uri"]);
        assert_eq!(covered(text, &place["region"]), bytes(&line["span"]));
        for (at, label) in line["labels"].as_array().unwrap().iter().enumerate() {
            seen.insert("label");
            let related = &result["relatedLocations"][at];
            assert_eq!(related["message"]["text"], label["text"]);
            assert_eq!(covered(text, &related["physicalLocation"]["region"]), bytes(&label["span"]));
        }
        if line["fix"].is_object() {
            let change = &result["fixes"][0]["artifactChanges"][0];
            let replacement = &change["replacements"][0];
            assert_eq!(change["artifactLocation"], *artifact);
            assert_eq!(covered(text, &replacement["deletedRegion"]), bytes(&line["fix"]["span"]));
            let inserted = replacement["insertedContent"]["text"].as_str().unwrap_or_default();
            assert_eq!(inserted, line["fix"]["replacement"].as_str().unwrap());
            let deleted = bytes(&line["fix"]["span"]);
            seen.insert(if inserted.is_empty() {
                "deletion"
            } else if deleted.is_empty() {
                "insertion"
            } else {
                "both"
            });
        } else {
            assert!(result.get("fixes").is_none());
        }
    }
    assert_eq!(seen, HashSet::from(["label", "deletion", "insertion", "both"]));
}

#[test]
fn the_rules_are_the_table_of_codes() {
    let log = log(&flows(), "check --format sarif sub/fine.flow", 0);
    let driver = &log["runs"][0]["tool"]["driver"];
    assert_eq!((driver["name"].as_str(), driver["version"].as_str()), (Some("flowc"), Some(env!("CARGO_PKG_VERSION"))));
    let rules = driver["rules"].as_array().unwrap();
    assert_eq!(rules.len(), Code::ALL.len());
    for (rule, code) in rules.iter().zip(Code::ALL) {
        let page = code.page();
        assert_eq!((rule["id"].as_str(), rule["shortDescription"]["text"].as_str()), (Some(page.id), Some(page.title)));
        let level = if page.severity == Severity::Error { "error" } else { "warning" };
        assert_eq!(rule["defaultConfiguration"]["level"], level);
        assert!(rule["help"]["markdown"].as_str().unwrap().contains(page.wrong.trim_end()));
    }
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_file_that_cannot_be_read_is_in_the_log() {
    let log = log(&flows(), "check --format sarif a.flow none.flow", 2);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let message = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(message.contains("`none.flow`"), "{message}");
    assert!(!log["runs"][0]["results"].as_array().unwrap().is_empty());
}

#[test]
fn a_file_elsewhere_has_a_whole_uri() {
    let (here, there) = (Scratch::new(), flows());
    let path = there.path().join("a.flow");
    let log = log(&here, &format!("check --format sarif {}", path.display()), 1);
    let artifact = &log["runs"][0]["artifacts"][0]["location"];
    let found = url::Url::parse(artifact["uri"].as_str().unwrap()).unwrap().to_file_path().unwrap();
    assert_eq!(found, path.canonicalize().unwrap());
    assert!(artifact.get("uriBaseId").is_none());
}

#[test]
fn the_standard_accepts_the_log() {
    let (Some(python), Some(schema)) =
        (std::env::var_os("FLOW_TEST_PYTHON"), std::env::var_os("FLOW_TEST_SARIF_SCHEMA"))
    else {
        println!("skipped: FLOW_TEST_PYTHON or FLOW_TEST_SARIF_SCHEMA is not set");
        return;
    };
    let folder = flows();
    let ended = flowc_in(&folder, "check --format sarif . none.flow");
    folder.write("log.sarif", &ended.out);
    folder.write(
        "validate.py",
        "import json, sys\n\
         try:\n    from jsonschema import validators\n\
         except ImportError:\n    sys.exit(77)\n\
         schema, log = (json.load(open(path)) for path in sys.argv[1:])\n\
         validator = validators.validator_for(schema)\n\
         validator.check_schema(schema)\n\
         def faults(log):\n    return [f'{fault.json_path}: {fault.message}' for fault in validator(schema).iter_errors(log)]\n\
         print('\\n'.join(faults(log)))\n\
         log['runs'][0]['results'][0]['level'] = 'fatal'\n\
         assert len(faults(log)) == 1, 'the schema refuses nothing'\n",
    );
    let mut command = Command::new(python);
    command.current_dir(folder.path()).arg("validate.py").arg(schema).arg("log.sarif");
    let judged = run(command, PATIENCE);
    if judged.code == Some(77) {
        println!("skipped: this Python has no jsonschema");
        return;
    }
    assert_eq!((judged.code, judged.out.trim()), (Some(0), ""), "{}", judged.err);
}
