//! Services behind TLS, with authorities of the tests' own. Made by `openssl` and `node`, where these are there.

use std::process::Command;

use serde_json::Value;

use crate::folder::Scratch;
use crate::process::{Process, run};
use crate::wait::{self, PATIENCE};

/// An authority, and what it has signed; in a folder that goes with it.
pub struct Authority {
    folder: Scratch,
}

impl Authority {
    /// Makes one; `None`, with a message, where openssl or node is missing.
    pub fn new() -> Option<Self> {
        for (program, argument) in [("openssl", "version"), ("node", "--version")] {
            if !Command::new(program).arg(argument).output().is_ok_and(|output| output.status.success()) {
                println!("skipped: there is no {program}");
                return None;
            }
        }
        let made = Self { folder: Scratch::new() };
        made.openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=tests");
        Some(made)
    }

    /// A file in its folder: `ca.pem`, or of a certificate that it has signed `NAME.pem` and `NAME.key`.
    pub fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Signs a certificate for a host, or for a client.
    pub fn sign(&self, name: &str, host: &str, days: i32) {
        self.openssl(&format!(
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}"
        ));
        self.folder.write(&format!("{name}.ext"), &format!("subjectAltName=DNS:{host}\nbasicConstraints=CA:FALSE\n"));
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days {days} -extfile {name}.ext -out {name}.pem"
        ));
    }

    /// Makes a certificate for a host that no authority has signed; `as_authority` says that it is one itself, as openssl
    /// does where nothing is said.
    pub fn sign_itself(&self, name: &str, host: &str, as_authority: bool) {
        let is = if as_authority { "TRUE" } else { "FALSE" };
        self.openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.pem -days 2 \
             -subj /CN={name} -addext subjectAltName=DNS:{host} -addext basicConstraints=critical,CA:{is}"
        ));
    }

    fn openssl(&self, arguments: &str) {
        let mut command = Command::new("openssl");
        command.args(arguments.split(' ')).current_dir(self.folder.path());
        let ended = run(command, PATIENCE);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }

    /// A service with the certificate of this name.
    pub fn serve(&self, name: &str) -> Service {
        self.serve_clients(name, "")
    }

    /// The same, for clients with a certificate alone, by this version of TLS, as `TLSv1.3`.
    pub fn serve_clients(&self, name: &str, version: &str) -> Service {
        let mut command = Command::new("node");
        let files = [format!("{name}.pem"), format!("{name}.key"), "ca.pem".to_owned()].map(|file| self.file(&file));
        command.arg("--input-type=module").arg("-e").arg(include_str!("secure.mjs")).args(files).arg(version);
        let process = Process::start(command);
        let port =
            wait::until("a service behind TLS", || process.out().lines().next().and_then(|line| line.parse().ok()));
        Service { process, port }
    }
}

/// Speaks HTTP/2 and HTTP/1.1 at `localhost`.
pub struct Service {
    process: Process,
    /// Where it listens.
    pub port: u16,
}

impl Service {
    /// What it has seen: for each request its `version`, `path`, `connection` (their number), `client` (a certificate's
    /// name) and `headers`.
    pub fn requests(&self) -> Vec<Value> {
        self.process.out().lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
