//! A flow's calls reach public addresses only, unless the operator has opened others.

use std::net::{Ipv6Addr, UdpSocket};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use flow_tests::process::run;
use flow_tests::reach::{self, Canary, LITERALS, PORT, pointing};
use flow_tests::{Program, Reply, Scratch, StandIn, build};

fn how(host: &str) -> String {
    format!("; the program's operator opens it with --allow-net {host}")
}

#[test]
fn this_machine_is_not_reached() {
    let canary = Canary::at(&format!("127.0.0.1:{PORT}"));
    let nobody = pointing(302, "/");
    let program = reach::start(&nobody).start();
    for (word, told) in LITERALS {
        let host = told.split(' ').next().unwrap();
        assert_eq!(program.converse(word), format!("blocked: {told}{}", how(host)));
    }
    let told = program.converse("localhost");
    assert!(told.starts_with("blocked: localhost was not asked: its address "), "{told}");
    assert!(told.ends_with(&format!(" is loopback{}", how("localhost"))), "{told}");

    for host in ["127.0.0.1", "0x7f.1", "2130706433", "127.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "localhost"] {
        for scheme in ["http", "https"] {
            let first = pointing(302, &canary.url(host).replacen("http", scheme, 1));
            let told = reach::start(&first).start().converse("get");
            assert!(told.starts_with("blocked: ") && told.contains("--allow-net"), "{host}: {told}");
            assert!(told.ends_with(" (start.example points there)"), "{told}");
        }
    }
    let first = pointing(302, "http://169.254.169.254/latest/meta-data/");
    let told = reach::start(&first).start().converse("get");
    assert!(told.starts_with("blocked: 169.254.169.254 was not asked: the address is link-local"), "{told}");
    assert_eq!(canary.connections(), 0);
}

#[test]
fn operators_open_networks_and_names() {
    let there = StandIn::start(|_| Reply::new(200, "text/plain", "there"));
    let port = there.url().rsplit(':').next().unwrap().to_owned();
    let pointing_to = |host: &str| pointing(302, &format!("http://{host}:{port}/"));
    for (open, host) in [
        ("127.0.0.0/8", "127.0.0.1"),
        ("127.0.0.0/8", "localhost"),
        ("127.0.0.1", "0x7f.1"),
        ("LocalHost", "localhost"),
        ("localhost", "LOCALHOST"),
        ("10.0.0.0/8,127.0.0.0/8", "[::ffff:127.0.0.1]"),
    ] {
        let first = pointing_to(host);
        assert_eq!(reach::start(&first).variable("FLOW_ALLOW_NET", open).start().converse("get"), "ok there", "{open}");
    }
    for (open, host) in
        [("10.0.0.0/8", "127.0.0.1"), ("localhost", "127.0.0.1"), ("*.localhost", "localhost"), ("::1", "127.0.0.1")]
    {
        let first = pointing_to(host);
        let told = reach::start(&first).with(["--allow-net", open]).start().converse("get");
        assert!(told.starts_with("blocked: "), "{open}: {told}");
    }
}

#[test]
fn variables_of_other_programs_lead_nowhere_else() {
    let (there, elsewhere) = (StandIn::start(|_| Reply::new(200, "text/plain", "there")), Canary::at("127.0.0.1:0"));
    let first = pointing(302, &there.url());
    let start = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .into_iter()
        .fold(reach::start(&first), |start, name| start.variable(name, elsewhere.url("127.0.0.1")));
    assert_eq!(start.with(["--allow-net", "127.0.0.1"]).start().converse("get"), "ok there");
    assert_eq!((first.requests().len(), there.requests().len(), elsewhere.connections()), (1, 1, 0));
}

/// A public address; within its own network this machine has it.
const PUBLIC: &str = "93.184.216.34";

/// Says that the test runs within a network of its own.
const INSIDE: &str = "FLOW_TEST_INSIDE";

#[test]
fn a_name_that_changes_its_answer_gains_nothing() {
    if std::env::var_os(INSIDE).is_some() {
        inside();
        return;
    }
    let binaries = [reach::binary(), build::binary_for("reach", &reach::flow(), &["--static"])];
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "--map-root-user"]).arg(std::env::current_exe().unwrap());
    command.args(["--exact", "guard::a_name_that_changes_its_answer_gains_nothing", "--nocapture"]);
    command.env(INSIDE, std::env::join_paths(binaries).unwrap());
    if !run_quietly(&["unshare", "--net", "--mount", "--map-root-user", "ip", "link", "set", "lo", "up"]) {
        println!("skipped: no network of one's own can be made here (unshare, ip)");
        return;
    }
    let ended = run(command, 4 * flow_tests::wait::PATIENCE);
    assert!(ended.code == Some(0) && ended.out.contains("1 passed"), "{} {}", ended.out, ended.err);
}

fn run_quietly(words: &[&str]) -> bool {
    let output = Command::new(words[0]).args(&words[1..]).output();
    output.is_ok_and(|output| output.status.success())
}

fn inside() {
    let folder = Scratch::new();
    let resolv = folder.write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n");
    assert!(run_quietly(&["ip", "link", "set", "lo", "up"]));
    for address in [PUBLIC, "169.254.169.254"] {
        assert!(run_quietly(&["ip", "address", "add", &format!("{address}/32"), "dev", "lo"]));
    }
    assert!(run_quietly(&["mount", "--bind", resolv.to_str().unwrap(), "/etc/resolv.conf"]));
    let private = Canary::at(&format!("127.0.0.1:{PORT}"));
    let metadata = Canary::at("169.254.169.254:80");
    let public = Canary::at(&format!("{PUBLIC}:{PORT}"));
    answer_names();
    for binary in std::env::split_paths(&std::env::var_os(INSIDE).unwrap()) {
        let start = || Program::of(&binary).variable("KEY", reach::KEY).start();
        PRIVATE.store(false, Ordering::SeqCst);
        let (program, before) = (start(), public.connections());
        // Whoever listens there closes the connection.
        let told = program.converse("rebind");
        assert!(told.starts_with("connect: the connection to rebind.example"), "{told}");
        assert!(public.connections() > before);

        PRIVATE.store(true, Ordering::SeqCst);
        for program in [program, start()] {
            let told = "rebind.example was not asked: its address 127.0.0.1 is loopback";
            assert_eq!(program.converse("rebind"), format!("blocked: {told}{}", how("rebind.example")));
        }
        // Of both at once the public one is tried, and no other when it fails.
        let (program, before) = (start(), public.connections());
        let told = program.converse("both");
        assert!(told.starts_with("connect: the connection to both.example"), "{told}");
        assert!(public.connections() > before);
        let told = "translator.example was not asked: its address 64:ff9b::7f00:1 is loopback";
        assert_eq!(program.converse("translator"), format!("blocked: {told}{}", how("translator.example")));
        assert!(program.converse("metadata").starts_with("blocked: "));
    }
    assert_eq!((private.connections(), metadata.connections()), (0, 0));
}

/// Whether `rebind.example` is on this machine now, and not on a public one.
static PRIVATE: AtomicBool = AtomicBool::new(false);

/// Answers the questions of names (RFC 1035) on port 53, until the process ends.
fn answer_names() {
    let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let _ = socket.send_to(&answer(&buffer[..length]), from);
        }
    });
}

fn answer(asked: &[u8]) -> Vec<u8> {
    let end = 12 + asked[12..].iter().position(|byte| *byte == 0).unwrap();
    let label = &asked[13..13 + usize::from(asked[12])];
    let kind = u16::from_be_bytes([asked[end + 1], asked[end + 2]]);
    let (public, here) = (vec![93, 184, 216, 34], vec![127, 0, 0, 1]);
    let addresses = match (label, kind) {
        (b"rebind", A) => vec![if PRIVATE.load(Ordering::SeqCst) { here } else { public }],
        (b"both", A) => vec![here, public],
        (b"translator", AAAA) => vec!["64:ff9b::7f00:1".parse::<Ipv6Addr>().unwrap().octets().to_vec()],
        _ => vec![],
    };
    // The question's id; an answer, and recursion is available; one question, and the answers.
    let mut reply = vec![asked[0], asked[1], 0x81, 0x80, 0, 1, 0, addresses.len() as u8, 0, 0, 0, 0];
    reply.extend(&asked[12..end + 5]);
    for address in addresses {
        // The question's name; its kind, class IN, no time to live, so many bytes.
        reply.extend([0xc0, 12, 0, kind as u8, 0, 1, 0, 0, 0, 0, 0, address.len() as u8]);
        reply.extend(address);
    }
    reply
}

const A: u16 = 1;
const AAAA: u16 = 28;
