//! A Restate of one test's own: the real server, in a temporary folder and on free ports of this machine.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::folder::Scratch;
use crate::http::Answer;
use crate::process::Process;
use crate::program::Start;
use crate::wait::{self, PATIENCE};
use crate::{Program, Request};

/// A server that can be killed and started again. It ends with this value.
pub struct Restate {
    program: PathBuf,
    folder: Scratch,
    ports: [u16; 4],
    process: Option<Process>,
}

impl Restate {
    /// Starts one; `None`, with a message, where Restate is not installed.
    pub fn start() -> Option<Self> {
        let mut server = Self::absent()?;
        server.restart();
        Some(server)
    }

    /// One that is not running yet.
    pub fn absent() -> Option<Self> {
        let Some(program) = std::env::var_os("FLOW_TEST_RESTATE") else {
            eprintln!("skipped: FLOW_TEST_RESTATE is not set (the npm package @restatedev/restate-server has it)");
            return None;
        };
        // All are held until the last is found, so that they differ.
        let free = [(); 4].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let ports = free.map(|listener| listener.local_addr().unwrap().port());
        Some(Self { program: program.into(), folder: Scratch::new(), ports, process: None })
    }

    /// Starts it again, with all that it has kept, and waits until it can be asked.
    pub fn restart(&mut self) {
        self.kill();
        let [node, admin, ingress, _] = self.ports.map(|port| format!("127.0.0.1:{port}"));
        let mut command = Command::new(&self.program);
        command.env_clear().args(["--node-name", "alone"]).env("RESTATE_BASE_DIR", self.folder.path()).envs([
            ("RESTATE_BIND_ADDRESS", node.as_str()),
            ("RESTATE_ADVERTISED_ADDRESS", &format!("http://{node}")),
            ("RESTATE_ADMIN__BIND_ADDRESS", &admin),
            ("RESTATE_INGRESS__BIND_ADDRESS", &ingress),
            ("RESTATE_DEFAULT_NUM_PARTITIONS", "4"),
            ("RESTATE_DISABLE_TELEMETRY", "true"),
            ("RESTATE_LOG_FILTER", "warn"),
        ]);
        let process = self.process.insert(Process::start(command));
        let address = ingress.parse().unwrap();
        let is_there = wait::within(PATIENCE, || {
            Request::new("GET", "/restate/health").try_send(address).ok().filter(|answer| answer.status == 200)
        });
        assert!(is_there.is_some(), "Restate did not start: {} {}", process.out(), process.err());
    }

    /// Ends it as abruptly as a power failure would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.signal("KILL");
            process.wait(PATIENCE);
        }
    }

    /// Invokes a handler through the ingress.
    pub fn invoke(&self, path: &str) -> Answer {
        let [_, _, ingress, _] = self.ports;
        Request::new("POST", path).send(([127, 0, 0, 1], ingress).into())
    }

    /// What it answers to an SQL query of its own state, head and all; binary values are in hexadecimal digits.
    pub fn query(&self, sql: &str) -> String {
        let [_, admin, ..] = self.ports;
        let mut stream = TcpStream::connect(("127.0.0.1", admin)).unwrap();
        let body = json!({ "query": sql }).to_string();
        // HTTP/1.0, so that the answer comes in one piece and not in chunks.
        let head = format!("POST /query HTTP/1.0\r\nAccept: application/json\r\nContent-Length: {}", body.len());
        write!(stream, "{head}\r\nContent-Type: application/json\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(" 200 OK"), "{answer}");
        answer
    }

    /// The options by which a flow's binary finds it.
    pub fn doors(&self) -> [String; 2] {
        let [_, admin, ingress, _] = self.ports;
        [format!("--restate-ingress=http://127.0.0.1:{ingress}"), format!("--restate-admin=http://127.0.0.1:{admin}")]
    }

    /// A flow's binary that has this server keep its runs. Restate finds all that are started here, one after the other,
    /// at one address.
    pub fn program(&self, binary: &Path) -> Start {
        let ([_, _, _, service], [ingress, admin]) = (self.ports, self.doors());
        let listen = format!("--restate-listen=127.0.0.1:{service}");
        Program::of(binary).with(["--engine=restate", &ingress, &admin, &listen])
    }
}
