//! The OpenAPI document of a flow: it is one, it is served, and what it says of requests and answers is so.

use std::fs;
use std::process::Command;
use std::time::Duration;

use flow_tests::folder::{Beside, workspace};
use flow_tests::process::run;
use flow_tests::{Program, Scratch, binary_of, flowc, python};
use flowc::source::SourceFile;
use serde_json::{Value, json};

use crate::inbound_api::{FLOW, PATH, TOKEN, start};

/// What `flowc openapi` prints for a flow.
fn printed(flow: &str) -> Value {
    let folder = Scratch::new();
    let file = folder.path().join("a.flow");
    fs::write(&file, flow).unwrap();
    let mut command = flowc();
    command.arg("openapi").arg(&file);
    let ended = run(command, Duration::from_secs(30));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    serde_json::from_str(&ended.out).unwrap()
}

#[test]
fn a_binary_serves_what_flowc_prints() {
    let program = start().start();
    let answer = program.get("/openapi.json");
    assert_eq!((answer.status, answer.header_value("Content-Type")), (200, Some("application/json")));
    assert_eq!(answer.header_value("Cache-Control"), Some("no-cache"));
    let document = answer.json();
    assert_eq!(document, printed(FLOW));
    assert_eq!(document["info"]["title"], "Every type");
    // Both say which flow they are of.
    let identity = document["info"]["version"].as_str().unwrap();
    for path in ["/openapi.json", "/readyz"] {
        let answer = program.get(path);
        assert_eq!(answer.header_value("X-Flow-Identity"), Some(identity), "{path}");
        assert_eq!(answer.header_value("X-Flow-Name"), Some("Every type"), "{path}");
    }
    assert!(!answer.text().contains("DESK"), "where the token comes from is nobody's business");
}

/// The document of an example.
fn example(name: &str) -> Value {
    let path = workspace().join(format!("examples/{name}/{name}.flow"));
    let source = SourceFile::new("a.flow", fs::read_to_string(&path).unwrap());
    flowc::openapi::document(&flowc::graph_of(&source, &Beside(&path)).0.unwrap()).unwrap()
}

#[test]
fn the_example_shows_its_document() {
    let path = workspace().join("examples/order-ready/openapi.json");
    let now = format!("{:#}\n", example("order-ready"));
    if std::env::var_os("FLOW_BLESS").is_some() {
        fs::write(&path, &now).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), now, "FLOW_BLESS=1 writes it anew");
}

#[test]
fn a_flow_that_no_request_starts_has_no_document() {
    let flow = fs::read_to_string(workspace().join("examples/keyword-menu/keyword-menu.flow")).unwrap();
    let program = Program::of(&binary_of("keyword-menu", &flow)).start();
    assert_eq!(program.get("/openapi.json").status, 404);
    assert!(program.get("/readyz").header_value("X-Flow-Identity").is_some_and(|identity| identity.len() == 16));
}

/// Says what is wrong with the document on standard input, by the OpenAPI Initiative's own schema.
const VALIDATE: &str = "import json, sys\nfrom openapi_spec_validator import OpenAPIV31SpecValidator\n\
    for error in OpenAPIV31SpecValidator(json.load(open(sys.argv[1]))).iter_errors(): print(error.message)";

#[test]
fn it_is_an_openapi_document() {
    let Some(python) = python::with("openapi_spec_validator") else { return };
    let examples = ["order-ready", "stay-survey"].map(example);
    let awkward = "on api \"orders<1> \\\" é\" expect a: list<json>, b?: json -> end\non api \"orders<1>\" -> end";
    let folder = Scratch::new();
    let problems = |document: &Value| {
        let path = folder.path().join("openapi.json");
        fs::write(&path, document.to_string()).unwrap();
        let mut command = Command::new(&python);
        command.args(["-c", VALIDATE]).arg(&path);
        let ended = run(command, Duration::from_secs(60));
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        ended.out
    };
    for document in examples.into_iter().chain([printed(FLOW), printed(awkward)]) {
        assert_eq!(problems(&document), "", "{document:#}");
    }
    let mut broken = printed(FLOW);
    broken["paths"][PATH]["post"]["responses"]["202"] = json!({});
    assert_ne!(problems(&broken), "", "the validator sees nothing");
}

#[test]
fn requests_of_all_kinds_are_answered_as_it_says() {
    let Some(python) = python::with("schemathesis") else { return };
    let program = start().with(["--max-runs", "100000", "--log", "off"]).start();
    let folder = Scratch::new();
    let mut command = Command::new(python);
    command.args(["-m", "schemathesis.cli", "run", "--no-color", "--seed", "6", "--max-examples", "40"]);
    command.args(["--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-time", "25"]);
    command.args(["--header", &format!("Authorization: Bearer {TOKEN}"), "--generation-database", "none"]);
    command.arg(format!("http://{}/openapi.json", program.address)).current_dir(folder.path());
    let ended = run(command, Duration::from_secs(150));
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    let runs = program.outbox().len();
    assert!(runs > 10, "{runs} requests of all were taken: {}", ended.out);
    assert_eq!(program.get("/readyz").status, 200);
}

/// What is looked at in each answer. That all well-formed requests are taken is not asked for: no schema can say that
/// `12.0` is no int, or that a name looks like another.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
     response_schema_conformance,negative_data_rejection";
