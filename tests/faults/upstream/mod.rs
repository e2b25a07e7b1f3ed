//! Upstreams that break every rule: what the flow's `fail` arm is told of each, how long that takes, and what it costs.

mod bombs;
mod server;

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flow_tests::program::text;
use flow_tests::{Program, Scratch, binary_of, wait};

use self::server::Act::{Drip, Endless, HalfClose, Hold, Request, Send};
use self::server::{Act, Upstream, answer, ok, whole};

/// The text is the path that is asked for, and says how the answer is read.
const FLOW: &str = r#"flow "Upstream"

on sms matching "raw-.*"
  -> call GET "https://up.example/$body" timeout 2s retry 0 < x: text = @body >
     ok   -> sms "${length(x)} characters"
     fail -> sms "$failure.kind|${failure.status ?? 0}|$failure.message"

on sms matching "path-.*"
  -> call GET "https://up.example/$body" timeout 20s retry 0 < x = a.x[1] >
     ok   -> sms "$x"
     fail -> sms "$failure.kind|${failure.status ?? 0}|$failure.message"

on sms matching "long-.*"
  -> call GET "https://up.example/$body" timeout 30s retry 0 < x = x >
     ok   -> sms "$x"
     fail -> sms "$failure.kind|${failure.status ?? 0}|$failure.message"

on sms
  -> call GET "https://up.example/$body" timeout 2s retry 0 < x = x >
     ok   -> sms "$x"
     fail -> sms "$failure.kind|${failure.status ?? 0}|$failure.message"
"#;

/// The calls' timeout, where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(2);

/// What an answer may have, by default.
const LIMIT: usize = 10_000_000;

const JSON: &str = "Content-Type: application/json";

/// What an upstream does, under the path that it does it at, and how the flow's answer to it begins.
struct Case {
    path: &'static str,
    acts: Vec<Act>,
    told: &'static str,
}

fn case(path: &'static str, acts: Vec<Act>, told: &'static str) -> Case {
    Case { path, acts, told }
}

/// What came of a case.
struct Outcome {
    path: &'static str,
    told: String,
    took: Duration,
    sent: usize,
}

struct Trial {
    program: Program,
    outcomes: Vec<Outcome>,
}

/// Starts an upstream that does all of this, and a program that calls it.
fn serve(cases: &[Case]) -> (Program, Upstream) {
    let scripts: HashMap<_, _> = cases.iter().map(|case| (case.path.to_owned(), case.acts.clone())).collect();
    let upstream = Upstream::start(scripts);
    let program = Program::of(&binary_of("upstream", FLOW)).connect("up.example:443", &upstream.url()).start();
    (program, upstream)
}

/// Runs each case as a text of another guest, all at once, and sees that the program has survived them.
fn run(cases: Vec<Case>) -> Trial {
    let (program, upstream) = serve(&cases);
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let ask = |(number, case): (usize, &Case)| {
            let (path, program, upstream) = (case.path, &program, &upstream);
            scope.spawn(move || {
                let (told, took) = converse(program, number, path);
                // The script ends after the flow has been told, when the connection is given up.
                let sent = wait::within(Duration::from_secs(3), || upstream.sent(path)).unwrap_or(0);
                Outcome { path, told, took, sent }
            })
        };
        let threads: Vec<_> = cases.iter().enumerate().map(ask).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut wrong = Vec::new();
    for (outcome, case) in outcomes.iter().zip(&cases) {
        println!("{:22} {:6} ms {:>10} bytes  {}", outcome.path, outcome.took.as_millis(), outcome.sent, outcome.told);
        if !outcome.told.starts_with(case.told) {
            wrong.push(format!("{}: {:?} does not begin with {:?}", case.path, outcome.told, case.told));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(program.get("/healthz").text(), "ok");
    assert!(!program.process.err().contains("panicked"), "{}", program.process.err());
    Trial { program, outcomes }
}

/// Texts the program as one of many guests, and waits for what that guest is answered.
fn converse(program: &Program, guest: usize, body: &str) -> (String, Duration) {
    let guest = format!("+1305555{guest:04}");
    let of_guest = || {
        let outbox = program.outbox();
        outbox
            .into_iter()
            .filter(|sent| sent["to"] == *guest)
            .map(|sent| sent["body"].as_str().unwrap().to_owned())
            .next_back()
    };
    let start = Instant::now();
    assert_eq!(program.send(&text(&guest, body)).status, 202);
    let told = wait::within(2 * wait::PATIENCE, of_guest);
    (told.unwrap_or_else(|| panic!("{body}: no answer: {}", program.process.err())), start.elapsed())
}

/// The most memory that a process has had at a time, in kB.
fn peak(program: &Program) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn connections_that_break() {
    let half = ok(&format!("{JSON}\nContent-Length: 100"), b"{\"x\":");
    run(vec![
        case("reset", vec![], "connect|0|the connection to up.example was lost: "),
        case("reset-in-body", vec![Send(half.clone())], "connect|"),
        case("closed", vec![Request], "connect|0|the connection to up.example was lost: "),
        case(
            "closed-in-head",
            answer("HTTP/1.1 200 OK\r\nContent-Ty"),
            "connect|0|the connection to up.example was lost: ",
        ),
        case("closed-in-body", answer(half.clone()), "connect|200|the connection to up.example was lost: "),
        case(
            "half-closed-in-body",
            vec![Request, Send(half), HalfClose],
            "connect|200|the connection to up.example was lost: ",
        ),
        case("half-closed", vec![Request, Send(ok(JSON, b"{\"x\":84}")), HalfClose], "84"),
        case("unread", vec![Send(whole("application/json", b"{\"x\":84}")), Hold], "84"),
    ]);
}

#[test]
fn upstreams_that_take_their_time() {
    let second = Duration::from_secs(1);
    let head = ok(&format!("{JSON}\nContent-Length: 8"), b"");
    let late = "timeout|0|there was no whole answer from up.example within 2 s";
    let trial = run(vec![
        case("silent", vec![Request, Hold], late),
        case("never-reads", vec![Hold], late),
        case("drips-head", vec![Request, Drip(head.clone(), second)], late),
        case("drips-body", vec![Request, Send(head.clone()), Drip(b"{\"x\":84}".to_vec(), second)], late),
        case("stops-in-body", vec![Request, Send(head), Send(b"{".to_vec()), Hold], late),
        case("continues-for-ever", vec![Request, Endless(b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100))], late),
        case("empty-chunks", vec![Request, Send(ok(JSON, b"")), Drip(b" ".repeat(60), second / 4)], late),
    ]);
    for Outcome { path, took, .. } in &trial.outcomes {
        let off = took.as_secs_f64() / TIMEOUT.as_secs_f64() - 1.0;
        println!("{path}: {:+.1} % of the timeout", off * 100.0);
        // A machine that is busy with other tests is late; what is early is wrong.
        assert!(*took >= TIMEOUT && *took < 2 * TIMEOUT, "{path}: {took:?}");
    }
}

#[test]
fn answers_without_end() {
    let chunk = [b"10000\r\n".to_vec(), b"x".repeat(0x10000), b"\r\n".to_vec()].concat();
    let chunked = ok(&format!("{JSON}\nTransfer-Encoding: chunked"), b"");
    let start = b"HTTP/1.1 200 OK\r\n".to_vec();
    let large = "too_large|200|the answer of up.example is larger than 10 MB, which is what --max-response allows";
    let head = "too_large|0|the headers of the answer of up.example are too many or too large (at most 100 of 408 KiB in all are read), or announce too much";
    let trial = run(vec![
        case("long-chunks", vec![Request, Send(chunked), Endless(chunk)], large),
        case("long-body", vec![Request, Send(ok(JSON, b"")), Endless(b" ".repeat(4096))], large),
        case("announced", vec![Request, Send(ok(&format!("{JSON}\nContent-Length: 10000001"), b"")), Hold], large),
        case(
            "long-headers",
            vec![Request, Send(start.clone()), Endless(b"X-A: aaaaaaaaaaaaaaaa\r\n".repeat(10))],
            head,
        ),
        case("long-header", vec![Request, Send(start), Endless(b"X".repeat(4096))], head),
    ]);
    for Outcome { path, sent, .. } in &trial.outcomes {
        // The rest is in the buffers of the two sockets.
        assert!(*sent < 4 * LIMIT, "{path}: {sent}");
    }
    let peak = peak(&trial.program);
    println!("peak {peak} kB with {} endless answers at once", trial.outcomes.len());
    assert!(peak < 100_000, "{peak} kB");
}

#[test]
fn lengths_that_are_wrong() {
    let length = |length: &str, body: &[u8]| answer(ok(&format!("{JSON}\nConnection: close\n{length}"), body));
    let chunks = |body: &[u8]| length("Transfer-Encoding: chunked", body);
    let no_http = "response|0|the answer of up.example is not HTTP";
    run(vec![
        case("short", length("Content-Length: 5", b"{\"x\":84}"), "response|200|the answer is not valid JSON: EOF"),
        case("long", length("Content-Length: 9", b"{\"x\":84}"), "connect|200|the connection to up.example was lost: "),
        case("negative", length("Content-Length: -1", b"{\"x\":84}"), no_http),
        case("no-number", length("Content-Length: 8x", b"{\"x\":84}"), no_http),
        case("two", length("Content-Length: 8\nContent-Length: 9", b"{\"x\":84}"), no_http),
        case("the-same-twice", length("Content-Length: 8\nContent-Length: 8", b"{\"x\":84}"), "84"),
        case("overflow", length("Content-Length: 18446744073709551616", b""), no_http),
        case(
            "huge",
            length("Content-Length: 18446744073709551614", b""),
            "too_large|0|the headers of the answer of up.example are too many or too large (at most 100 of 408 KiB in all are read), or announce too much",
        ),
        case("chunks", chunks(b"4;a=b\r\n{\"x\"\r\n4\r\n:84}\r\n0\r\nX: y\r\n\r\n"), "84"),
        case(
            "chunk-no-number",
            chunks(b"zz\r\n{\"x\":84}\r\n0\r\n\r\n"),
            "response|200|the body of the answer of up.example is not HTTP",
        ),
        case(
            "chunk-negative",
            chunks(b"-8\r\n{\"x\":84}\r\n0\r\n\r\n"),
            "response|200|the body of the answer of up.example is not HTTP",
        ),
        case(
            "chunk-overflow",
            chunks(b"ffffffffffffffffff\r\n{\"x\":84}\r\n0\r\n\r\n"),
            "response|200|the body of the answer of up.example is not HTTP",
        ),
        case(
            "chunk-short",
            chunks(b"4\r\n{\"x\":84}\r\n0\r\n\r\n"),
            "response|200|the body of the answer of up.example is not HTTP",
        ),
        case(
            "chunk-long",
            chunks(b"9\r\n{\"x\":84}\r\n0\r\n\r\n"),
            "response|200|the body of the answer of up.example is not HTTP",
        ),
        case("chunk-cut", chunks(b"8\r\n{\"x\""), "connect|200|"),
        case("chunks-without-end", chunks(b"8\r\n{\"x\":84}\r\n"), "connect|200|"),
    ]);
}

#[test]
fn what_is_no_http() {
    let no_http = "response|0|the answer of up.example is not HTTP";
    let nul = b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\n{}";
    run(vec![
        case("http-0.9", answer("<html>Hello</html>\r\n\r\n"), no_http),
        case("garbage", answer((0..=255).cycle().take(1000).collect::<Vec<u8>>()), no_http),
        case("smtp", answer("220 mail.example ESMTP\r\n\r\n"), no_http),
        case("tls", answer(b"\x15\x03\x03\x00\x02\x02\x46".repeat(4)), no_http),
        case("nul-in-header", answer(&nul[..]), no_http),
        case("no-version", answer("HTTP/9.9 200 OK\r\n\r\n"), no_http),
        case("no-status", answer("HTTP/1.1 XYZ OK\r\n\r\n"), no_http),
        case(
            "status-999",
            answer("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"),
            "status|999|up.example answered 999",
        ),
        case(
            "early-hints",
            answer(
                [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".to_vec(), whole("text/json", b"{\"x\":84}")]
                    .concat(),
            ),
            "84",
        ),
        case(
            "other-protocol",
            answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
            "status|101|",
        ),
    ]);
}

#[test]
fn bodies_that_are_not_what_they_should_be() {
    let json = |body: &[u8]| answer(whole("application/json", body));
    let xml = |body: &[u8]| answer(whole("text/xml", body));
    let coded = |coding: &str, body: &[u8]| {
        answer(ok(&format!("{JSON}\nContent-Encoding: {coding}\nContent-Length: {}", body.len()), body))
    };
    let keys: Vec<String> = (0..1_000_000).map(|at| format!("\"{at:x}\":1")).collect();
    let deep = |open: &str, close: &str| [open.repeat(100_000), close.repeat(100_000)].concat().into_bytes();
    let elements = format!("<a>{}</a>", (0..500_000).map(|at| format!("<x>{at}</x>")).collect::<String>());
    run(vec![
        case(
            "html",
            answer(whole("text/html", b"<p>Sign in")),
            "response|200|the answer is text/html, not JSON or XML",
        ),
        case("html-as-json", json(b"<!DOCTYPE html><p>"), "response|200|the answer is an HTML page, not JSON"),
        case("html-as-xml", xml(b"<html><p></html>"), "response|200|the answer is an HTML page, not XML"),
        case("xml-as-json", json(b"<x>84</x>"), "response|200|the answer is XML or HTML, and says that it is JSON"),
        case("json-as-xml", xml(b"{\"x\":84}"), "response|200|the answer is not valid XML: "),
        case("empty", json(b""), "response|200|the answer is empty, not JSON"),
        case("null", json(b"{\"x\":null}"), "response|200|response variable `x` (query x): a text, a number or a bool is expected, and `null` was found"),
        case("untyped", answer(ok("Content-Type:\nContent-Length: 8", b"{\"x\":84}")), "response|200|the answer has an empty Content-Type"),
        case("ascii", answer(whole("application/json; charset=us-ascii", "{\"x\":\"é\"}".as_bytes())), "é"),
        case("no-ascii", answer(whole("application/json; charset=us-ascii", b"{\"x\":\"\xe9\"}")), "response|200|the answer is not UTF-8 text: byte 6 of 9 is wrong"),
        case(
            "broken-utf-8",
            json(b"{\"x\":\"\xff\"}"),
            "response|200|the answer is not UTF-8 text: byte 6 of 9 is wrong",
        ),
        case(
            "raw-broken-utf-8",
            answer(whole("text/plain", b"ab\xc3")),
            "response|200|the answer is not UTF-8 text: byte 2",
        ),
        case("lone-surrogate", json(br#"{"x":"\ud800"}"#), "response|200|the answer is not valid JSON: an escape \\uD800 to \\uDFFF stands without its other half"),
        case("nul", json(br#"{"x":"a\u0000b"}"#), "response|200|response variable `x` (query x): "),
        case("bom", json(b"\xef\xbb\xbf{\"x\":84}"), "84"),
        case("twice", json(b"{\"x\":1,\"x\":84}"), "84"),
        case("digits", json(b"{\"x\":12345678901234567890.10}"), "12345678901234567890.10"),
        case("huge-number", json(b"{\"x\":1e999}"), "1e+999"),
        case("deep-json", json(&deep("[", "]")), "response|200|the answer is JSON nested deeper than 128 levels"),
        case(
            "deep-objects",
            json(&deep("{\"a\":", "}")),
            "response|200|the answer is JSON nested deeper than 128 levels",
        ),
        case(
            "deep-xml",
            xml(&deep("<a>", "</a>")),
            "response|200|the answer is not valid XML: its elements are nested deeper",
        ),
        case("long-keys", json(format!("{{{},\"x\":84}}", keys.join(",")).as_bytes()), "84"),
        case("path-elements", xml(elements.as_bytes()), "1"),
        case(
            "entities",
            xml(b"<!DOCTYPE a [<!ENTITY b \"bb\">]><a>&b;</a>"),
            "response|200|the answer is not valid XML: it has a document type",
        ),
        case(
            "path-xml",
            xml(b"<a><x>1</x><x><y/></x></a>"),
            "response|200|response variable `x` (query a.x[1]): a text, a number or a bool is expected, and an element with 1 child was found",
        ),
        case(
            "no-gzip",
            coded("gzip", b"{\"temperature\":84}"),
            "response|200|the answer says that it is gzip, and is not, or was damaged",
        ),
        case(
            "short-gzip",
            coded("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xab"),
            "response|200|the answer says that it is gzip, and ends before",
        ),
        case(
            "long-gzip-tail",
            coded("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\xaa\x50\xb2\xb2\x30\xa9\x05\x00\x49\xdb\x3a\xb0\x08\x00\x00\x00\x0a"),
            "response|200|the answer says that it is gzip, and something else follows that",
        ),
        case("no-brotli", coded("br", b"{\"x\":84}"), "response|200|the answer says that it is brotli, and "),
        case(
            "no-zstd",
            coded("zstd", b"{\"x\":84}"),
            "response|200|the answer says that it is zstd, and is not, or was damaged",
        ),
        case("deflate", coded("deflate", b"{\"x\":84}"), "response|200|the answer is compressed as \"deflate\""),
        case("three-times", coded("gzip, gzip, br", b""), "response|200|the answer is compressed 3 times over"),
    ]);
}

#[test]
fn long_answers_hold_up_nobody() {
    let elements = format!("[{}{{\"x\":84}}]", "{\"y\":1},".repeat(1_200_000));
    let cases = [case("long-list", answer(whole("application/json", elements.as_bytes())), "84")];
    let (program, _upstream) = serve(&cases);
    let longest = std::thread::scope(|scope| {
        let program = &program;
        let calls: Vec<_> = (0..4).map(|guest| scope.spawn(move || converse(program, guest, "long-list").0)).collect();
        let mut longest = Duration::ZERO;
        while calls.iter().any(|call| !call.is_finished()) {
            let start = Instant::now();
            assert_eq!(program.get("/healthz").text(), "ok");
            longest = longest.max(start.elapsed());
        }
        calls.into_iter().for_each(|call| assert_eq!(call.join().unwrap(), "84"));
        longest
    });
    println!("with 4 answers of {} bytes at once, /healthz took {longest:?} at most", elements.len());
    assert!(longest < Duration::from_secs(2), "{longest:?}");
}

#[test]
fn bombs_are_stopped_at_the_limit() {
    let coded = |coding: &str, body: Vec<u8>| {
        answer(ok(&format!("{JSON}\nContent-Encoding: {coding}\nContent-Length: {}", body.len()), &body))
    };
    let large = "too_large|200|the answer of up.example is larger than 10 MB, which is what --max-response allows";
    let mut cases = vec![
        case("long-gzip", coded("gzip", bombs::gzip(9_900_000)), large),
        case("long-zstd", coded("zstd", bombs::zstd(9_900_000)), large),
        // The inner layer alone is already too large.
        case("long-gzip-gzip", coded("gzip, gzip", bombs::gzip(9_900_000)), large),
        case("long-packed", coded("gzip", bombs::gzip(10_000_001)), large),
    ];
    let zeros = vec![0; 256 << 20];
    if let Some(packed) = packed(Command::new("node").args(["-e", &pack("brotliCompressSync")]), &zeros) {
        println!("{} bytes of brotli become {}", packed.len(), zeros.len());
        cases.push(case("long-brotli", coded("br", packed), large));
    }
    let before = { peak(&run(vec![case("small", answer(whole("text/json", b"{\"x\":84}")), "84")]).program) };
    let trial = run(cases);
    let after = peak(&trial.program);
    println!("peak {before} kB before, {after} kB with {} bombs at once", trial.outcomes.len());
    // For each: what came in, what it became until the limit, and room to grow.
    let most = trial.outcomes.len() * 4 * LIMIT / 1000;
    assert!(after < before + u64::try_from(most).unwrap(), "{after} kB");
}

#[test]
fn what_follows_an_answer_is_not_the_next_one() {
    let keep = |body: &str| format!("HTTP/1.1 200 OK\r\n{JSON}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let both = format!("{}{}", keep("{\"x\":84}"), keep("{\"x\":66}"));
    let one = [Request, Send(keep("{\"x\":85}").into_bytes())];
    let next: Vec<Act> = one.iter().cycle().take(40).cloned().collect();
    let late = Drip(keep("{\"x\":66}").into_bytes(), Duration::from_millis(1));
    let scripts = [vec![Request, Send(both.into_bytes())], vec![Request, Send(keep("{\"x\":84}").into_bytes()), late]];
    for script in scripts {
        let cases = [case("smuggled", [script, next.clone()].concat(), "84"), case("next", next.clone(), "85")];
        let (program, _upstream) = serve(&cases);
        assert_eq!(converse(&program, 0, "smuggled").0, "84");
        // By then all has come that nobody has asked for. What comes while the next request is on its way cannot be told
        // from its answer.
        std::thread::sleep(Duration::from_millis(500));
        for guest in 1..10 {
            assert_eq!(converse(&program, guest, "next").0, "85");
        }
    }
}

/// A program of node that compresses what it reads.
fn pack(function: &str) -> String {
    format!("process.stdout.write(require('zlib').{function}(require('fs').readFileSync(0)))")
}

/// What a compressor of others makes of these bytes; `None`, and said, where it is not there.
fn packed(command: &mut Command, bytes: &[u8]) -> Option<Vec<u8>> {
    let folder = Scratch::new();
    let file = folder.path().join("bytes");
    std::fs::write(&file, bytes).unwrap();
    let ended = command.stdin(std::fs::File::open(&file).unwrap()).stderr(Stdio::null()).output();
    match ended {
        Ok(ended) if ended.status.success() => Some(ended.stdout),
        _ => {
            println!("skipped: {}: not there, or it cannot do this", Path::new(command.get_program()).display());
            None
        }
    }
}

#[test]
fn what_others_compress_is_read() {
    let body = format!("{{\"pad\":\"{}\",\"x\":84}}", "A forecast, again and again. ".repeat(10_000));
    let packers: [(&'static str, &str, Vec<String>); 4] = [
        ("node-gzip", "gzip", vec!["node".to_owned(), "-e".to_owned(), pack("gzipSync")]),
        ("node-brotli", "br", vec!["node".to_owned(), "-e".to_owned(), pack("brotliCompressSync")]),
        ("node-zstd", "zstd", vec!["node".to_owned(), "-e".to_owned(), pack("zstdCompressSync")]),
        ("zstd-19", "zstd", ["zstd", "-19", "-c"].map(str::to_owned).to_vec()),
    ];
    let mut cases = Vec::new();
    for (path, coding, command) in packers {
        let Some(packed) = packed(Command::new(&command[0]).args(&command[1..]), body.as_bytes()) else { continue };
        println!("{path}: {} bytes become {}", body.len(), packed.len());
        let head = format!("{JSON}\nContent-Encoding: {coding}\nContent-Length: {}", packed.len());
        cases.push(case(path, answer(ok(&head, &packed)), "84"));
    }
    run(cases);
}
