//! A PostgreSQL of one test's own: a fresh cluster in a temporary folder, on a Unix socket and a loopback port.
//!
//! The runtime's own tests use this file too, by its path, so it needs nothing but the standard library.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A running server. It ends with this value, and with this process however that ends.
pub struct Postgres {
    binaries: PathBuf,
    folder: PathBuf,
    port: u16,
    /// Waits for its standard input to close, then stops the server and removes the folder.
    guard: Child,
}

/// What becomes of a server that is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Connections are closed, and all is written down.
    Fast,
    /// As if the machine had lost its power, but for what the kernel has already taken.
    Crash,
}

impl Postgres {
    /// Starts one; `None`, with a message, where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Starts one whose configuration has these lines too.
    pub fn start_with(lines: &[&str]) -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Some(binaries) = binaries() else {
            eprintln!("skipped: PostgreSQL is not installed (Debian's package postgresql has it)");
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // A socket's path is at most 107 bytes long: no folder of the project's will do.
        let folder = std::env::temp_dir().join(format!("flow-postgres-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        if is_root() {
            succeed(Command::new("chown").arg(user()).arg(&folder));
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut guard = unprivileged("sh");
        guard.args(["-c", "cat >/dev/null; \"$0/pg_ctl\" -D \"$1/data\" -m immediate stop; rm -rf \"$1\""]);
        guard.arg(&binaries).arg(&folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Self { guard: guard.spawn().unwrap(), binaries, folder, port };
        succeed(server.command("initdb").arg("-D").arg(server.data()).args([
            "-U",
            "flow",
            "--auth=trust",
            "--no-sync",
            "-EUTF8",
            "--locale=C",
        ]));
        let mut configuration = unprivileged("tee");
        configuration.arg("-a").arg(server.data().join("postgresql.conf")).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut tee = configuration.spawn().unwrap();
        let socket = server.folder.display();
        let mut text = format!("listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{socket}'\n");
        lines.iter().for_each(|line| text.push_str(&format!("{line}\n")));
        tee.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(tee.wait().unwrap().success());
        server.run();
        Some(server)
    }

    /// Its URL, through its socket.
    pub fn url(&self) -> String {
        let socket = self.folder.to_str().unwrap().replace('/', "%2F");
        format!("postgres://flow@{socket}:{}/postgres", self.port)
    }

    /// Its port on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of its data, where its log is too.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Puts a copy of a file into the folder of its data, as a file of its own that nobody else may read.
    pub fn adopt(&self, file: &str, name: &str) {
        let copy = self.data().join(name);
        let mut install = Command::new("install");
        install.args(["-m", "600"]);
        if is_root() {
            install.args(["-o", user()]);
        }
        succeed(install.arg(file).arg(copy));
    }

    /// Stops it.
    pub fn stop(&self, how: Stop) {
        let mode = if how == Stop::Fast { "fast" } else { "immediate" };
        succeed(self.command("pg_ctl").arg("-D").arg(self.data()).args(["-m", mode, "-w", "stop"]));
    }

    /// Starts it again.
    pub fn run(&self) {
        let log = self.folder.join("log");
        succeed(self.command("pg_ctl").arg("-D").arg(self.data()).arg("-l").arg(log).args(["-w", "start"]));
    }

    /// What a statement answers, as psql prints it: columns with bars between them.
    pub fn query(&self, statement: &str) -> String {
        let mut psql = self.command("psql");
        psql.arg("-h").arg(&self.folder).args(["-p", &self.port.to_string(), "-U", "flow", "-d", "postgres"]);
        let output = psql.args(["-XAtqc", statement, "-v", "ON_ERROR_STOP=1"]).output().unwrap();
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    fn command(&self, program: &str) -> Command {
        unprivileged(self.binaries.join(program))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// The newest that is installed; Debian keeps them out of the path.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| Some((version.file_name().to_str()?.parse().ok()?, version.path().join("bin"))))
        .filter(|(_, binaries)| binaries.join("initdb").exists())
        .collect();
    found.sort();
    let in_path = || std::env::split_paths(&std::env::var_os("PATH")?).find(|path| path.join("initdb").exists());
    found.pop().map(|(_, binaries)| binaries).or_else(in_path)
}

/// PostgreSQL does not run as root.
fn unprivileged(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(if is_root() { Path::new("setpriv") } else { program.as_ref() });
    if is_root() {
        let user = user();
        command.args(["--reuid", user, "--regid", user, "--clear-groups", "--"]).arg(program.as_ref());
    }
    // What it says is in the language of the tests, and it starts where it may be.
    command.env("LC_ALL", "C").current_dir("/");
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}

/// The packages make a user for it.
fn user() -> &'static str {
    let known = Command::new("id").arg("postgres").output().is_ok_and(|output| output.status.success());
    if known { "postgres" } else { "nobody" }
}

fn succeed(command: &mut Command) {
    // A server that stays behind must not hold a pipe open.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}");
}
