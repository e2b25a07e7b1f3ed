//! The demo: the weather hotline, built and texted with no network, no phone and no file of the user's.

mod stand_in;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use self::stand_in::StandIn;
use super::error::Error;
use super::http;
use super::system::{Command, Running, System};
use crate::sample::Samples;
use crate::source::SourceFile;

const FLOW: &str = include_str!("../../../../examples/weather-forecast/weather-forecast.flow");
const FORECAST: &str = include_str!("../../../../examples/weather-forecast/forecast.json");

const GUEST: &str = "+13055550123";
const HOTEL: &str = "+13055550100";

/// How long the binary may take to be ready, and to answer a text: the flow's own timeout and a little.
const PATIENCE: Duration = Duration::from_secs(15);

/// The flow file that the demo builds.
pub fn flow() -> SourceFile {
    SourceFile::new("weather-forecast.flow", FLOW)
}

/// The sample that it names, beside it.
pub fn samples() -> impl Samples {
    [("forecast.json", FORECAST)]
}

/// The demo's binary and the service it asks, both running. Dropping it ends both.
pub struct Demo<'a> {
    system: &'a dyn System,
    service: StandIn,
    binary: Box<dyn Running>,
    address: SocketAddr,
    /// Messages of the outbox that were already seen.
    seen: usize,
}

/// What came of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The request that reached the stand-in, as `GET /path`; `None` if none did.
    pub request: Option<String>,
    /// The message that the flow sent back.
    pub text: String,
}

impl<'a> Demo<'a> {
    /// Starts the stand-in, and the binary at this path, on ports that are free.
    pub fn start(system: &'a dyn System, binary: &Path) -> Result<Self, Error> {
        let service = StandIn::start(FORECAST).map_err(|cause| stopped("no port is free for the stand-in", &cause))?;
        let command = Command::new(PathBuf::from(binary))
            .with(["--listen", "127.0.0.1:0", "--carrier", "simulator", "--engine", "memory", "--connect-to"])
            .with([format!("api.weather.gov:443=http://{}", service.address)]);
        let mut command = command;
        // What is configured for the user's own flows is not for the demo.
        command.without = system.variables().into_iter().filter(|name| name.starts_with("FLOW_")).collect();
        let mut binary = system.start(&command).map_err(|cause| stopped("its binary does not start", &cause))?;
        let ready = binary.line(PATIENCE).and_then(|line| address_in(&line));
        let Some(address) = ready else {
            let said = binary.stop(Duration::ZERO).map(|exit| exit.errors).unwrap_or_default();
            return Err(stopped("its binary did not get ready", &said.trim()));
        };
        Ok(Self { system, service, binary, address, seen: 0 })
    }

    /// Where the binary listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Texts the hotline, and waits for what it answers.
    pub fn text(&mut self, body: &str) -> Result<Reply, Error> {
        let sms = json!({ "from": GUEST, "to": HOTEL, "body": body }).to_string();
        let taken = http::request(self.address, "POST", "/simulator/sms", Some(&sms))
            .map_err(|cause| stopped("its binary took no text", &cause))?;
        if !(200..300).contains(&taken.status()) {
            return Err(stopped("its binary took no text", &format!("{} {}", taken.first_line, taken.body)));
        }
        let deadline = self.system.now() + PATIENCE;
        while self.system.now() < deadline {
            if let Some(text) = self.next_message()? {
                return Ok(Reply { request: self.service.request(), text });
            }
            self.system.sleep(Duration::from_millis(10));
        }
        Err(stopped("no answer came", &format!("waited {} s", PATIENCE.as_secs())))
    }

    /// Switches the forecast service off.
    pub fn switch_service_off(&mut self) {
        self.service.switch_off();
    }

    /// Stops the binary as a server is stopped.
    pub fn stop(mut self) -> Result<(), Error> {
        let exit = self.binary.stop(PATIENCE).map_err(|cause| stopped("its binary does not stop", &cause))?;
        if exit.is_success() { Ok(()) } else { Err(stopped("its binary did not end well", &exit.errors.trim())) }
    }

    fn next_message(&mut self) -> Result<Option<String>, Error> {
        let outbox = http::request(self.address, "GET", "/simulator/outbox", None)
            .map_err(|cause| stopped("its outbox cannot be read", &cause))?;
        let messages: Value =
            serde_json::from_str(&outbox.body).map_err(|cause| stopped("its outbox cannot be read", &cause))?;
        let text = messages.get(self.seen).and_then(|message| message.get("body")).and_then(Value::as_str);
        self.seen += usize::from(text.is_some());
        Ok(text.map(str::to_owned))
    }
}

fn stopped(what: &str, why: &dyn std::fmt::Display) -> Error {
    Error::Demo(format!("{what}: {why}"))
}

/// The address in the line with which a binary says that it is ready.
fn address_in(line: &str) -> Option<SocketAddr> {
    let address = line.split_once("127.0.0.1:")?.1;
    let port: String = address.chars().take_while(char::is_ascii_digit).collect();
    format!("127.0.0.1:{port}").parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_port_is_read_from_the_ready_line() {
        let port = |line| address_in(line).map(|address| address.port());
        assert_eq!(port("Weather Forecast listens on http://127.0.0.1:41233 (simulator)"), Some(41233));
        assert_eq!(port("127.0.0.1:80"), Some(80));
        assert_eq!(port("listening"), None);
    }

    #[test]
    fn the_sample_holds_what_the_flow_asks_for() {
        let forecast: Value = serde_json::from_str(FORECAST).unwrap();
        let first = forecast.pointer("/properties/periods/0").unwrap();
        for name in ["temperature", "windSpeed", "detailedForecast"] {
            assert!(first.get(name).is_some(), "{name}");
        }
    }
}
