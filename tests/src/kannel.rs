//! A Kannel of one test's own: the real gateway, on free ports of this machine, and its fakesmsc as the phone network.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use crate::folder::Scratch;
use crate::http::Request;
use crate::process::Process;
use crate::program::{GUEST, HOTEL, Start};
use crate::wait;

/// The user of the gateway.
pub const USERNAME: &str = "flow";

/// The user's password.
pub const PASSWORD: &str = "canary-pass-71";

/// The token of the webhook. It has what a URL must encode.
pub const TOKEN: &str = "canary+tökén%d";

/// The same, encoded.
pub const ENCODED_TOKEN: &str = "canary%2Bt%C3%B6k%C3%A9n%25d";

const FAKESMSC: &str = "/usr/lib/kannel/test/fakesmsc";

/// A gateway that can be stopped and started again. It ends with this value.
pub struct Kannel {
    folder: Scratch,
    ports: Ports,
    boxes: Option<[Process; 2]>,
    /// Each was the network for a while; the last one is.
    networks: Vec<Process>,
}

#[derive(Clone, Copy)]
struct Ports {
    admin: u16,
    smsbox: u16,
    network: u16,
    sendsms: u16,
    program: u16,
}

/// A message that has come to the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Who sent it.
    pub from: String,
    /// For whom it is.
    pub to: String,
    /// What its bytes are: `text`, `ucs-2`, or `udh` for a part of a longer message.
    pub kind: String,
    /// Its text; of a part, the part's.
    pub text: String,
}

impl Kannel {
    /// One that is not running yet; `None`, with a message, where it is not installed.
    pub fn absent() -> Option<Self> {
        if !Path::new("/usr/sbin/smsbox").exists() || !Path::new(FAKESMSC).exists() {
            println!("skipped: there is no Kannel (Debian's packages kannel and kannel-extras have it)");
            return None;
        }
        // All are held until the last is found, so that they differ.
        let held = [(); 5].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [admin, smsbox, network, sendsms, program] = held.map(|held| held.local_addr().unwrap().port());
        let ports = Ports { admin, smsbox, network, sendsms, program };
        Some(Self { folder: Scratch::new(), ports, boxes: None, networks: Vec::new() })
    }

    /// Has a program use this gateway, and be where the gateway looks for it.
    pub fn carrier(&self, start: Start) -> Start {
        let Ports { sendsms, program, .. } = self.ports;
        let (gateway, public) = (format!("http://127.0.0.1:{sendsms}"), format!("http://127.0.0.1:{program}"));
        start
            .at(program)
            .with(["--carrier", "kannel", "--carrier-url", &gateway, "--public-url", &public])
            .variable("KANNEL_USERNAME", USERNAME)
            .variable("KANNEL_PASSWORD", PASSWORD)
            .variable("KANNEL_TOKEN", TOKEN)
    }

    /// The configuration that docs/carriers.md shows, with these ports.
    fn configuration(&self) -> String {
        let Ports { admin, smsbox, network, sendsms, program } = self.ports;
        // A percent sign begins an escape code.
        let token = ENCODED_TOKEN.replace('%', "%%");
        format!(
            r#"
group = core
admin-port = {admin}
admin-password = admin
smsbox-port = {smsbox}
box-allow-ip = "127.0.0.1"
box-deny-ip = "*.*.*.*"

group = smsc
smsc = fake
smsc-id = network
port = {network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
http-request-retry = 60
http-queue-delay = 1

group = sendsms-user
username = {USERNAME}
password = {PASSWORD}
concatenation = true
max-messages = 20

group = sms-service
keyword = default
post-url = "http://127.0.0.1:{program}/carrier/kannel?token={token}&id=%I&from=%q&to=%Q&charset=%C"
catch-all = true
max-messages = 0
"#
        )
    }

    /// Starts it, and waits until it can be asked to send.
    pub fn start(&mut self) {
        let configuration = self.folder.write("kannel.conf", &self.configuration());
        let started = |program: &str, port: u16| {
            let mut command = Command::new(format!("/usr/sbin/{program}"));
            let mut process = Process::start({
                command.args(["-v", "1"]).arg(&configuration).current_dir(self.folder.path());
                command
            });
            wait::until(program, || {
                assert!(process.status().is_none(), "{program} ended: {}", process.err());
                Request::new("GET", "/status.txt").try_send(SocketAddr::from(([127, 0, 0, 1], port))).ok()
            });
            process
        };
        self.boxes = Some([started("bearerbox", self.ports.admin), started("smsbox", self.ports.sendsms)]);
    }

    /// Stops it. Whatever it has not passed on is lost, as it is told to store nothing.
    pub fn stop(&mut self) {
        self.boxes = None;
    }

    /// Brings a text of [`GUEST`] to [`HOTEL`] to it, from the network.
    pub fn text(&mut self, body: &str) {
        self.bring(&format!("text {body}"));
    }

    /// The same for what is no plain text, as fakesmsc has it: `ucs2 %00a`.
    pub fn bring(&mut self, what: &str) {
        let mut command = Command::new(FAKESMSC);
        command.args(["-H", "127.0.0.1", "-r", &self.ports.network.to_string(), "-i", "0.01", "-m", "1"]);
        command.arg(format!("{GUEST} {HOTEL} {what}"));
        // The gateway speaks with one network at a time.
        if let Some(former) = self.networks.last_mut() {
            former.signal("KILL");
            former.wait(wait::PATIENCE);
        }
        let network = Process::start(command);
        wait::until("a text on its way", || network.err().contains("sent message 1").then_some(()));
        self.networks.push(network);
    }

    /// Waits until this many messages have come to the network, and returns them.
    pub fn wait_for(&self, count: usize) -> Vec<Delivered> {
        let delivered = || self.networks.iter().flat_map(|network| delivered(&network.err())).collect::<Vec<_>>();
        let enough = wait::within(wait::PATIENCE, || Some(delivered()).filter(|delivered| delivered.len() >= count));
        enough.unwrap_or_else(|| {
            let log = self.boxes.as_ref().map(|[_, smsbox]| smsbox.err());
            panic!("no message {count}, but {:?}: {}", delivered(), log.unwrap_or_default())
        })
    }
}

/// The messages of fakesmsc's log, a line each: `… Got message 1: <+13055550100 +13055550123 text hello>`.
fn delivered(log: &str) -> Vec<Delivered> {
    let lines =
        log.lines().filter_map(|line| line.split_once(": Got message ")?.1.split_once(": <")?.1.strip_suffix('>'));
    lines
        .map(|message| {
            let mut words = message.splitn(4, ' ');
            let mut word = || words.next().unwrap_or_default().to_owned();
            let (from, to, kind, rest) = (word(), word(), word(), word());
            let text = match kind.as_str() {
                "ucs-2" => utf16(&bytes(&rest)),
                "udh" => String::from_utf8(bytes(rest.rsplit(' ').next().unwrap_or_default())).unwrap(),
                _ => rest,
            };
            Delivered { from, to, kind, text }
        })
        .collect()
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).unwrap()
}

/// Percent-encoded bytes, with `+` for spaces.
fn bytes(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let plain = |part: &str| part.replace('+', " ").into_bytes();
    let mut bytes = plain(parts.next().unwrap_or_default());
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(plain(&part[2..]));
    }
    bytes
}
