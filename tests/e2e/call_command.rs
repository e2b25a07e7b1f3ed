//! `flowc call`: one call of a flow, tried out.

use std::path::Path;
use std::process::Command;

use flow_tests::build::BUILD_LIMIT;
use flow_tests::folder::shared_data;
use flow_tests::process::{Ended, run};
use flow_tests::stand_in::nobody;
use flow_tests::wait::PATIENCE;
use flow_tests::{Reply, Request, Scratch, StandIn, binary_of, flowc};
use serde_json::{Value, json};

/// A call of each kind, each with a secret wherever one may stand.
const FLOW: &str = r#"flow "Trials"
secret CANARY
secret USER

on sms
  -> call GET "https://api.example/wx/$body?key=$CANARY"
       header "X-Key" = "k $CANARY"
       query "q" = $CANARY
       bearer $CANARY
       < temp = temperature, wind? = windSpeed, note: text = nte >
     ok   -> sms "$temp ${wind ?? ""} $note $from"
     fail -> end

on api "json" expect Room: int, Note?: text, Guest: phone
  -> call POST "https://api.example/json" json { "room": $Room, "note": $Note, "key": ["a $CANARY b"] } < id: int = id >
     ok   -> sms to $Guest from "+13055550100" "$id"
     fail -> end

on api "form" -> call PUT "https://api.example/form" basic $USER $CANARY form { "key": $CANARY, "a b": "ä" } fail -> end

on api "xml" -> call PATCH "https://api.example/xml" xml "<a key=\"$CANARY\">$USER</a>" fail -> end

on api "text" -> call DELETE "https://api.example/text" header "Authorization" = "Key $CANARY" text "<$CANARY>" fail -> end

on api "oauth"
  -> call GET "https://api.example/oauth" oauth token_url "https://id.example/token" client_id $USER client_secret $CANARY < id = id >
     ok   -> sms to "+13055550123" from "+13055550100" "$id"
     fail -> end
"#;

const CANARY: &str = "canary-8f3a\"&=<é>/+ x";
const USER: &str = "user-canary-7b";

fn line_of(flow: &str, words: &str) -> usize {
    1 + flow.lines().position(|line| line.contains(words)).unwrap()
}

/// Runs `flowc call` with these arguments in a folder with the flow, secrets in its environment.
fn call(folder: &Scratch, arguments: &[&str]) -> Ended {
    let mut command = flowc();
    command.current_dir(folder.path()).arg("call").args(arguments);
    command.env("CANARY", CANARY).env("USER", USER);
    run(command, BUILD_LIMIT)
}

fn folder() -> Scratch {
    let folder = Scratch::new();
    folder.write("a.flow", FLOW);
    folder
}

fn connect(url: &str) -> String {
    format!("--connect-to=api.example:443={url}")
}

fn to(service: &StandIn) -> String {
    connect(&service.url())
}

fn assert_hidden(what: &str, ended: &Ended) {
    use base64::Engine as _;
    let base64 = |text: &str| base64::prelude::BASE64_STANDARD.encode(text);
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let forms = [
        "canary-".to_owned(),
        "8f3a".to_owned(),
        hex(CANARY),
        base64(&format!("{USER}:{CANARY}")),
        base64(CANARY),
        base64(USER),
    ];
    for form in forms {
        assert!(!ended.out.contains(&form) && !ended.err.contains(&form), "{what}: {form} in {ended:?}");
    }
}

#[test]
fn the_request_is_shown_and_nothing_is_sent() {
    let folder = folder();
    let target = format!("a.flow:{}", line_of(FLOW, "bearer $CANARY"));
    let mut command = flowc();
    command.current_dir(folder.path()).args(["call", &target, "--var", "body=Miami Beach"]);
    let shown = run(command, BUILD_LIMIT);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    let request = "\
GET https://api.example/wx/Miami%20Beach?key=[CANARY]&q=[CANARY]
  x-key: k [CANARY]
  authorization: Bearer [CANARY]
  accept-encoding: gzip, br, zstd
  host: api.example
  accept: */*
  user-agent: flowc/0.1.0
";
    assert_eq!(shown.out, request);
    assert!(shown.err.ends_with("Nothing was sent; --send sends it.\n"), "{}", shown.err);

    let line = |words| format!("a.flow:{}", line_of(FLOW, words));
    let json = call(&folder, &[&line("call POST"), "--var", "Room=12"]);
    let body = "{\n  \"room\": 12,\n  \"note\": null,\n  \"key\": [\n    \"a [CANARY] b\"\n  ]\n}\n";
    assert!(json.out.ends_with(body) && json.out.contains("\n  content-type: application/json\n"), "{}", json.out);
    let form = call(&folder, &[&line("call PUT")]);
    assert!(form.out.contains("\n  authorization: Basic base64([USER]:[CANARY])\n"), "{}", form.out);
    assert!(form.out.ends_with("\n\nkey=[CANARY]&a+b=%C3%A4\n"), "{}", form.out);
    let oauth = call(&folder, &[&line("oauth token_url")]);
    assert!(oauth.out.contains("\n  authorization: Bearer [token from https://id.example/token]\n"), "{}", oauth.out);
}

/// Sends back all that it was sent, in the encodings in which it came and in JSON.
fn echo(request: &Request) -> Reply {
    let body = String::from_utf8(request.body.clone()).unwrap();
    let form = if request.path() == "/form" { request.form() } else { Vec::new() };
    let parts = json!({ "target": request.target, "query": request.query(), "headers": request.headers, "body": body,
                        "form": form, "id": 7, "temperature": 84 });
    Reply::json(200, &parts)
}

#[test]
fn no_secret_is_in_any_output() {
    let folder = folder();
    let service = StandIn::start(echo);
    let connect = to(&service);
    let calls: [(&str, &[&str]); 5] = [
        ("bearer $CANARY", &["--var", "body=x"]),
        ("call POST", &["--var", "Room=12"]),
        ("call PUT", &[]),
        ("call PATCH", &[]),
        ("call DELETE", &[]),
    ];
    for (words, vars) in calls {
        let target = format!("a.flow:{}", line_of(FLOW, words));
        let with = |more: &[&str]| {
            let arguments: Vec<&str> = [target.as_str()].into_iter().chain(vars.iter().chain(more).copied()).collect();
            let ended = call(&folder, &arguments);
            assert_hidden(words, &ended);
            ended
        };
        let shown: Value = serde_json::from_str(&with(&["--format", "json"]).out).unwrap();
        let before = service.requests().len();
        let sent = with(&["--send", "--format", "json", "--", &connect]);
        let sent: Value = serde_json::from_str(&sent.out).unwrap_or_else(|_| panic!("{sent:?}"));
        assert_eq!(shown["request"], sent["request"], "what is shown is the same, sent or not");
        assert_eq!((&shown["sent"], &sent["sent"]), (&json!(false), &json!(true)));
        assert!(with(&["--send", "--full", "--", &connect]).out.contains("(secret)"), "{words}: the echo is not empty");

        // What was shown is what went over the wire.
        let wire = &service.requests()[before];
        assert_eq!(shown["request"]["method"], wire.method);
        let headers = shown["request"]["headers"].as_array().unwrap();
        let mut told: Vec<&str> = headers.iter().map(|header| header["name"].as_str().unwrap()).collect();
        let mut went: Vec<&str> = wire.headers.iter().map(|(name, _)| name.as_str()).collect();
        told.sort_unstable();
        went.sort_unstable();
        assert_eq!(told, went);
        for header in headers {
            let value = header["value"].as_str().unwrap().replace("[CANARY]", CANARY);
            let is_masked = header["name"] == "content-length" || value.starts_with("Basic ");
            let name = header["name"].as_str().unwrap();
            assert!(is_masked || wire.header_value(name) == Some(&value), "{name}: {value}, {wire:?}");
        }
    }
}

#[test]
fn the_answer_is_shown_with_what_its_queries_found() {
    let folder = folder();
    let service = StandIn::of_json(json!({
        "periods": [{ "temperature": 84, "note": "warm", "x": "\u{1b}[2J" }, { "temperature": 71, "note": "mild" }]
    }));
    let target = format!("a.flow:{}", line_of(FLOW, "bearer $CANARY"));
    let connect = to(&service);
    let sent = call(&folder, &[&target, "--var", "body=x", "--send", "--", &connect]);
    assert_eq!(sent.code, Some(1), "{}", sent.err);
    let parts = [
        "\n200 in ",
        "\n  content-type: application/json\n",
        "\n    {\n      \"temperature\": 84,\n",
        "\nresponse variables\n",
        "  temp = 84                temperature → 2 matches; first at $.periods[0].temperature\n",
        "  wind? is missing         windSpeed\n",
        "  note: text has no value  nte: the answer does not hold it; did you mean `note`?\n",
        "\nthe answer also has\n  note → 2 matches; first at $.periods[0].note\n  x → 1 match, at $.periods[0].x\n",
        "\nfail response: response variable `note` (query nte): the answer does not hold it\n",
    ];
    for part in parts {
        assert!(sent.out.contains(part), "{part}: {}", sent.out);
    }
    assert!(!sent.out.contains('\u{1b}') && !sent.err.contains("Nothing was sent"), "{sent:?}");

    let json = call(&folder, &[&target, "--var", "body=x", "--send", "--format=json", "--", &connect]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let temp = json!({ "name": "temp", "type": null, "optional": false, "query": "temperature", "value": 84, "problem": null,
                       "matches": 2, "at": "$.periods[0].temperature", "near": [] });
    assert_eq!((&json["line"], &json["variables"][0]), (&json!(6), &temp));
    assert_eq!(json["labels"][0], json!({ "query": "note", "matches": 2, "at": "$.periods[0].note" }));
    assert_eq!(json["failure"]["kind"], "response");
}

#[test]
fn what_fails_says_why() {
    let folder = folder();
    let target = format!("a.flow:{}", line_of(FLOW, "call POST"));
    let send = |more: &[&str]| {
        let arguments: Vec<&str> =
            [&*target, "--var", "Room=12", "--send", "--"].into_iter().chain(more.iter().copied()).collect();
        call(&folder, &arguments)
    };
    let ok = StandIn::of_json(json!({ "id": 7 }));
    let sent = send(&[&to(&ok)]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    assert!(
        sent.out.contains("id: int = 7") && sent.out.ends_with("\nok: the call takes its `ok` path\n"),
        "{}",
        sent.out
    );

    let missing = StandIn::start(|_| Reply::new(404, "text/plain", "no such room"));
    let sent = send(&[&to(&missing)]);
    assert_eq!(sent.code, Some(1));
    assert!(sent.out.contains("\n404 in ") && sent.out.contains("\nno such room\n"), "{}", sent.out);
    assert!(sent.out.ends_with("\nfail status: api.example answered 404\n"), "{}", sent.out);

    let sent = send(&[&connect(&nobody())]);
    assert_eq!(sent.code, Some(1));
    assert!(sent.out.contains("\nno answer, after ") && sent.out.contains("\nfail connect: "), "{}", sent.out);

    let wrong = send(&["--conect-to=x", "--listen=127.0.0.1:1"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (Some(2), ""));
    assert!(wrong.err.contains("unknown option --conect-to; did you mean --connect-to?"), "{}", wrong.err);
    assert!(wrong.err.contains("unknown option --listen"), "{}", wrong.err);
    let help = format!("flowc call {target} -- --help\n");
    assert!(wrong.err.ends_with(&help), "{}", wrong.err);
    let help = send(&["--help"]);
    assert!(help.code == Some(0) && help.out.contains("--connect-to") && !help.out.contains("--listen"), "{help:?}");

    let image = StandIn::start(|_| {
        Reply::raw(b"HTTP/1.1 200 X\r\nContent-Type: image/png\r\nContent-Length: 4\r\n\r\n\x89PNG")
    });
    let sent = send(&[&to(&image)]);
    assert!(sent.out.contains("\nthe body is no text: 4 bytes\n"), "{}", sent.out);
}

#[test]
fn only_secrets_of_the_call_are_needed_and_only_to_send_it() {
    let folder = folder();
    let service = StandIn::of_json(json!({ "id": 7 }));
    let send = |words: &str, secrets: &[(&str, &str)]| {
        let mut command = flowc();
        command.current_dir(folder.path()).args(["call", &format!("a.flow:{}", line_of(FLOW, words))]);
        command.args(["--var", "Room=1"].into_iter().filter(|_| words == "call POST"));
        command.env_remove("USER").args(["--send", "--", &to(&service)]);
        command.envs(secrets.iter().copied());
        run(command, BUILD_LIMIT)
    };
    assert_eq!(send("call POST", &[("CANARY", CANARY)]).code, Some(0));
    let missing = send("call PUT", &[]);
    assert_eq!((missing.code, missing.out.as_str()), (Some(2), ""));
    for name in ["CANARY", "USER"] {
        let told = format!("error: the flow's secret {name} is missing: set {name}, or {name}_FILE to the path");
        assert!(missing.err.contains(&told), "{}", missing.err);
    }
    let broken = send("call DELETE", &[("CANARY", "a\nb")]);
    assert_eq!(broken.code, Some(1), "{broken:?}");
    assert!(broken.out.contains("fail request: header \"Authorization\" was not sent: its value"), "{}", broken.out);
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn a_call_is_picked_and_its_values_are_checked() {
    let folder = folder();
    folder.write("none.flow", "on sms -> end\n");
    folder.write("bad.flow", "on sms -> sms \"$nobody\"\n");
    let several = call(&folder, &["a.flow"]);
    assert_eq!((several.code, several.out.as_str()), (Some(2), ""));
    assert!(
        several.err.starts_with("error: a.flow has several calls; say which one\n  a.flow:6   GET "),
        "{}",
        several.err
    );
    assert!(several.err.ends_with("  help: flowc call a.flow:6\n"), "{}", several.err);
    let elsewhere = call(&folder, &["a.flow:5"]);
    assert!(elsewhere.err.starts_with("error: no call of a.flow stands there; these do\n"), "{}", elsewhere.err);
    assert!(call(&folder, &["none.flow"]).err.starts_with("error: none.flow has no call\n  help: a call looks like "));
    let bad = call(&folder, &["bad.flow"]);
    assert!(bad.code == Some(1) && bad.err.contains("error[F0201]"), "{bad:?}");
    let unlined = call(&folder, &["a.flow:x"]);
    assert_eq!(unlined.code, Some(2));
    assert!(unlined.err.starts_with("error: `x` is no line: lines count from 1\n  help: "), "{}", unlined.err);
    assert!(call(&folder, &["gone.flow:3"]).err.starts_with("error: cannot read `gone.flow`: "));

    let post = format!("a.flow:{}", line_of(FLOW, "call POST"));
    let wrong = call(&folder, &[&post, "--var", "room=1", "--var", "Note=it's late"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (Some(2), ""));
    let told = format!(
        "error: {post}: the call cannot be made with these values\n  - `$Room: int` has no value\n  \
         - the call uses no `$room`; did you mean `$Room`?\n  \
         help: as in: flowc call {post} --var Note='it'\\''s late' --var Room=2\n"
    );
    assert_eq!(wrong.err, told);
    let unnamed = call(&folder, &[&post, "--var", "Room"]);
    assert!(unnamed.code == Some(2) && unnamed.err.contains("write it as NAME=VALUE"), "{unnamed:?}");
}

#[test]
fn an_answer_becomes_the_sample_of_its_call() {
    let folder = folder();
    let flow = "on sms\n  -> call GET \"https://api.example/wx\" < temp = temperature >\n     ok -> sms \"$temp\"\n     fail -> end\n";
    folder.write("wx.flow", flow);
    let body = "{\"periods\": [{\"temperature\": 84}]}\n";
    let service = StandIn::start(move |_| Reply::new(200, "application/geo+json", body));
    let connect = to(&service);
    let save =
        |more: &[&str]| call(&folder, &[&["wx.flow", "--send", "--save-sample"], more, &["--", &connect]].concat());
    let saved = save(&["wx.json"]);
    assert_eq!(saved.code, Some(0), "{saved:?}");
    let told = "wrote wx.json; add `sample \"wx.json\"` to the call, and flowc checks its queries on it\n";
    assert!(saved.err.ends_with(told), "{}", saved.err);
    assert_eq!(std::fs::read_to_string(folder.path().join("wx.json")).unwrap(), body);

    let before = service.requests().len();
    let again = save(&["wx.json"]);
    assert_eq!((again.code, again.out.as_str()), (Some(2), ""));
    assert!(
        again
            .err
            .starts_with("error: `wx.json` is already there, and is not the sample of this call; nothing was sent")
    );
    assert_eq!(service.requests().len(), before);
    assert_eq!(save(&["wx.json", "--force"]).code, Some(0));

    folder.write("wx.flow", &flow.replace(" < temp = temperature", " sample \"wx.json\" < temp = temprature"));
    let checked = crate::cli::flowc_in(&folder, "check wx.flow");
    assert!(checked.code == Some(1) && checked.err.contains("temperature"), "{}", checked.err);
    folder.write("wx.flow", &flow.replace(" < temp", " sample \"wx.json\" < temp"));
    assert_eq!(crate::cli::flowc_in(&folder, "check wx.flow").code, Some(0));
    assert_eq!(save(&["wx.json"]).code, Some(0), "its own sample is recorded anew");

    let html = StandIn::start(|_| Reply::new(200, "text/html", "<p>Hi</p>"));
    let refused = call(&folder, &["wx.flow", "--send", "--save-sample=page.json", "--", &to(&html)]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("`page.json` was not written: the answer is neither JSON nor XML"), "{}", refused.err);
    let missing = StandIn::start(|_| Reply::new(404, "application/json", "{\"temperature\": 1}"));
    let refused = call(&folder, &["wx.flow", "--send", "--save-sample=page.json", "--", &to(&missing)]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("`page.json` was not written: the answer's status is 404"), "{}", refused.err);
    assert!(!refused.out.contains("the answer also has"), "{}", refused.out);
    assert!(!folder.path().join("page.json").exists());
}

#[test]
fn a_sample_replaces_nothing_else_and_lies_beside_its_flow() {
    let folder = Scratch::new();
    let flow = "on sms -> call GET \"https://api.example/wx\" < temp = temperature > ok -> sms \"$temp\" fail -> end\n";
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    folder.write("flows/wx.flow", flow);
    folder.write("flows/notes.txt", "dear diary");
    folder.write("wx.json", "{}");
    let service = StandIn::of_json(json!({ "temperature": 84 }));
    let link = folder.path().join("flows/link.json");
    std::os::unix::fs::symlink("wx.flow", link).unwrap();
    for (to_file, why) in [
        ("flows/wx.flow", "`flows/wx.flow` is the flow itself"),
        ("flows/../flows/wx.flow", "`flows/../flows/wx.flow` is the flow itself"),
        ("flows/link.json", "`flows/link.json` is the flow itself"),
        ("flows/notes.txt", "`flows/notes.txt` is already there, and is no sample"),
        ("wx.json", "`wx.json` is outside the flow's folder"),
        ("new.json", "`new.json` is outside the flow's folder"),
        ("flows/none/wx.json", "the folder of `flows/none/wx.json` is missing"),
        ("flows", "`flows` is no file"),
    ] {
        let refused =
            call(&folder, &["flows/wx.flow", "--send", "--save-sample", to_file, "--force", "--", &to(&service)]);
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{to_file}");
        let told =
            refused.err.starts_with(&format!("error: {why}")) && refused.err.contains("; nothing was sent\n  help: ");
        assert!(told, "{to_file}: {}", refused.err);
    }
    assert!(service.requests().is_empty());
    assert_eq!(std::fs::read_to_string(folder.path().join("flows/wx.flow")).unwrap(), flow);
    assert_eq!(std::fs::read_to_string(folder.path().join("flows/notes.txt")).unwrap(), "dear diary");
}

#[test]
fn a_secret_in_an_answer_is_blotted_out_and_the_answer_stays_a_document() {
    let folder = folder();
    let answer = format!("{{\n  \"temperature\": 4815162342, \"nte\": {}, \"windSpeed\": 5\n}}", Value::from(CANARY));
    let service = StandIn::start(move |_| Reply::new(200, "application/json", &answer));
    let target = format!("a.flow:{}", line_of(FLOW, "bearer $CANARY"));
    let send = |canary: &str, more: &[&str]| {
        let mut command = flowc();
        command.current_dir(folder.path()).args(["call", &target, "--var", "body=x", "--send"]).args(more);
        command.args(["--", &to(&service)]).env("CANARY", canary);
        run(command, BUILD_LIMIT)
    };
    let sent = send("4815162342", &["--save-sample", "wx.json"]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    assert!(!format!("{sent:?}").contains("48151"), "{sent:?}");
    let told = ["  \"temperature\": \"(secret)\",\n", "\n1 place that holds a secret was blotted out\n"];
    assert!(told.iter().all(|part| sent.out.contains(part)), "{}", sent.out);
    let variable = "  temp = \"(secret)\" ";
    let found = "temperature → 1 match, at $.temperature\n";
    assert!(sent.out.contains(variable) && sent.out.contains(found), "{}", sent.out);
    assert!(sent.err.contains("`(secret)` stands in it where the answer held a secret.\n"), "{}", sent.err);
    let saved = std::fs::read_to_string(folder.path().join("wx.json")).unwrap();
    assert!(saved.starts_with("{\n  \"temperature\": \"(secret)\", \"nte\": \"canary-"), "{saved}");
    assert_eq!(serde_json::from_str::<Value>(&saved).unwrap()["windSpeed"], 5);

    let json = send(CANARY, &["--format=json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&json["answer"]["blotted"], &json["variables"][2]["value"]), (&json!(1), &json!("(secret)")));
    assert_eq!(json["variables"][0]["value"], json!(4815162342_u64));
}

#[test]
fn no_match_is_shown_where_the_binary_does_not_look() {
    let folder = folder();
    let service = StandIn::start(|_| Reply::new(200, "text/html", "{\"id\": 7}"));
    let target = format!("a.flow:{}", line_of(FLOW, "call POST"));
    let sent = call(&folder, &[&target, "--var", "Room=1", "--send", "--", &to(&service)]);
    let told = "  id: int has no value  id: the answer is text/html, not JSON or XML\n\nfail response: ";
    assert!(sent.code == Some(1) && sent.out.contains(told), "{}", sent.out);
}

#[test]
fn labels_of_a_real_forecast_are_suggested() {
    let Some(path) = shared_data("nws/afg-368-294.json") else { return };
    let forecast = std::fs::read_to_string(path).unwrap();
    let service = StandIn::start(move |_| Reply::new(200, "application/geo+json", &forecast));
    let folder = Scratch::new();
    folder.write(
        "wx.flow",
        "on sms -> call GET \"https://api.example/wx\" < units = units > ok -> sms \"$units\" fail -> end\n",
    );
    let sent = call(&folder, &["wx.flow", "--send", "--", &to(&service)]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let line = "\n  temperature → 14 matches; first at $.properties.periods[0].temperature\n";
    assert!(sent.out.contains(line), "{}", sent.out);
    assert!(sent.out.contains(" lines more; --full shows all\n"), "{}", sent.out);
    let labels = sent.out.split("the answer also has\n").nth(1).unwrap().lines().take_while(|line| line.contains('→'));
    assert_eq!(labels.count(), 20);
}

#[test]
fn xml_is_told_as_json_is() {
    let folder = Scratch::new();
    folder
        .write("wx.flow", "on sms -> call GET \"https://api.example/wx\" < t = temp > ok -> sms \"$t\" fail -> end\n");
    let service = StandIn::start(|_| Reply::new(200, "text/xml", "<wx><temp>84</temp><wind unit='kn'>5</wind></wx>"));
    let connect = to(&service);
    let sent = call(&folder, &["wx.flow", "--send", "--save-sample=wx.xml", "--", &connect]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    for part in [
        "t = \"84\"  temp → 1 match, at wx.temp\n",
        "  wind → 1 match, at wx.wind\n",
        "  unit → 1 match, at wx.wind.unit\n",
    ] {
        assert!(sent.out.contains(part), "{part}: {}", sent.out);
    }
    assert!(folder.path().join("wx.xml").is_file());
}

/// Runs a line of shell on a terminal of 60 columns, which tmux opens, and gives what is to be seen there, colours and all.
fn on_a_terminal(folder: &Path, line: &str) -> Option<String> {
    if !Command::new("tmux").arg("-V").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: there is no tmux to open a terminal");
        return None;
    }
    let tmux = |arguments: &[&str]| {
        let mut command = Command::new("tmux");
        command.arg("-S").arg(folder.join("tmux")).args(arguments).current_dir(folder);
        command.env("CANARY", CANARY).env("USER", USER).env_remove("NO_COLOR").env_remove("TMUX");
        run(command, PATIENCE)
    };
    let script = format!("{line}; echo; echo ended; sleep 100");
    let opened = tmux(&["-f", "/dev/null", "new-session", "-d", "-s", "call", "-x", "60", "-y", "120", &script]);
    assert_eq!(opened.code, Some(0), "{opened:?}");
    let seen = flow_tests::wait::within(PATIENCE, || {
        let seen = tmux(&["capture-pane", "-p", "-e", "-t", "call"]).out;
        seen.contains("\nended").then_some(seen)
    });
    tmux(&["kill-server"]);
    Some(seen.unwrap_or_else(|| panic!("the line did not end")))
}

#[test]
fn a_terminal_has_colours_and_its_width_is_kept() {
    let folder = folder();
    let long = "sun ".repeat(40);
    let body = json!({ "temperature": 84, "nte": long }).to_string();
    let head =
        format!("Content-Type: application/json\r\nX-Long: {}\r\nContent-Length: {}", "y".repeat(90), body.len());
    let service = StandIn::start(move |_| Reply::raw(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").as_bytes()));
    let target = format!("a.flow:{} --var body=more-than-fits-there --send", line_of(FLOW, "bearer $CANARY"));
    let (flowc, cache) = (flowc().get_program().to_owned(), flow_tests::folder::cache());
    // Built before, so that the terminal waits for nothing else.
    let connect = to(&service);
    assert_eq!(call(&folder, &["a.flow:6", "--var", "body=x"]).code, Some(0));
    let line = format!("FLOWC_CACHE='{}' '{}' call {target} -- '{connect}'", cache.display(), flowc.display());
    let Some(seen) = on_a_terminal(folder.path(), &line) else { return };
    assert!(seen.contains("\u{1b}[36m\"temperature\"\u{1b}[39m: \u{1b}[33m84"), "{seen:?}");
    assert!(seen.contains("long lines are cut; --full shows them whole"), "{seen}");
    let cut = seen.lines().find(|line| line.contains("\"nte\"")).unwrap();
    assert!(cut.contains('…') && seen.matches("\"nte\"").count() == 1, "{seen}");
    let Some(plain) = on_a_terminal(folder.path(), &format!("NO_COLOR=1 {line}")) else { return };
    assert!(plain.contains("\"temperature\": 84") && !plain.contains('\u{1b}'), "{plain:?}");
    for begin in ["GET https://", "  x-long: yyy", "  note: text = "] {
        // A line that went on below would not end so.
        let cut = plain.lines().find(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("{begin}: {plain}"));
        assert!(cut.ends_with('…') && cut.chars().count() == 60, "{cut}");
    }
}

#[test]
fn the_binary_refuses_what_is_no_state_of_a_call() {
    let binary = binary_of("trials", FLOW);
    let told = |state: &str, arguments: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("printf '%s' \"$STATE\" | \"$BINARY\" call {arguments}")]);
        command.env("STATE", state).env("BINARY", &binary).env_remove("USER");
        let ended = run(command, PATIENCE);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{state}");
        ended.err
    };
    assert!(told("", "").starts_with("error: `call` reads the state of a run that is at the call from standard input"));
    assert!(told("{}", "").starts_with("error: the stored state is not of this program"));
    assert_eq!(told("\"Completed\"", ""), "error: a run in this state is at no call\n");
    assert!(told("\"Completed\"", "me").starts_with("error: \"me\" is not expected here\n"));
    let mut help = Command::new(&binary);
    help.arg("--help");
    assert!(run(help, PATIENCE).out.contains("`call --help` says how to try one call of the flow out"));
}
