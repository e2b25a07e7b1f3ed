//! Where traces go, by the variables that all programs with OpenTelemetry know.
//!
//! "OpenTelemetry Environment Variable Specification" and "OpenTelemetry Protocol Exporter". As these ask for, a value
//! that cannot be used is told and passed by: the variables are often set for many programs at once.

use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use crate::value::Url;

/// Where traces go; made only where somebody wants them.
pub(crate) struct TelemetryConfig {
    /// The whole URL.
    pub(crate) endpoint: Url,
    /// May hold credentials.
    pub(crate) headers: Vec<(String, String)>,
    /// `service.name` first.
    pub(crate) resource: Vec<(String, String)>,
    pub(crate) timeout: Duration,
    /// Of how many runs traces are made: 0 to 1.
    pub(crate) ratio: f64,
    /// How long spans wait for others to be sent with.
    pub(crate) delay: Duration,
}

impl fmt::Debug for TelemetryConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryConfig").field("resource", &self.resource).finish_non_exhaustive()
    }
}

/// Reads the variables; `warnings` are sentences without values that may be secret. `name` is the service's if nobody
/// gives it another.
pub(super) fn read(
    name: &str,
    environment: &dyn Fn(&str) -> Option<OsString>,
    warnings: &mut Vec<String>,
) -> Option<TelemetryConfig> {
    let mut variables = Variables { environment, warnings };
    let off = variables.get("OTEL_SDK_DISABLED").is_some_and(|(_, value)| value.eq_ignore_ascii_case("true"))
        || variables.get("OTEL_TRACES_EXPORTER").is_some_and(|(_, value)| value == "none");
    if off {
        return None;
    }
    let endpoint = variables.endpoint()?;
    // The same path takes JSON and protobuf, by the Content-Type; gRPC has a port of its own.
    if let Some((variable, protocol)) = variables.of_traces("PROTOCOL")
        && protocol == "grpc"
    {
        variables.warn(variable, "this program speaks http/json: give it the collector's port for HTTP, mostly 4318");
        return None;
    }
    let mut resource = variables.pairs("OTEL_RESOURCE_ATTRIBUTES");
    let named = resource.iter().position(|(key, _)| key == "service.name").map(|at| resource.remove(at).1);
    let service = variables.get("OTEL_SERVICE_NAME").map(|(_, value)| value).or(named);
    resource.insert(0, ("service.name".to_owned(), service.unwrap_or_else(|| name.to_owned())));
    let headers = match variables.get("OTEL_EXPORTER_OTLP_TRACES_HEADERS") {
        Some(_) => variables.pairs("OTEL_EXPORTER_OTLP_TRACES_HEADERS"),
        None => variables.pairs("OTEL_EXPORTER_OTLP_HEADERS"),
    };
    let timeout = variables.of_traces("TIMEOUT");
    Some(TelemetryConfig {
        endpoint,
        headers,
        resource,
        timeout: variables.milliseconds(timeout, 10_000),
        ratio: variables.ratio(),
        delay: {
            let delay = variables.get("OTEL_BSP_SCHEDULE_DELAY").map(|(_, value)| ("OTEL_BSP_SCHEDULE_DELAY", value));
            variables.milliseconds(delay, 5_000)
        },
    })
}

struct Variables<'a> {
    environment: &'a dyn Fn(&str) -> Option<OsString>,
    warnings: &'a mut Vec<String>,
}

/// A variable's name and its value.
type Given = Option<(&'static str, String)>;

impl Variables<'_> {
    fn warn(&mut self, variable: &str, why: &str) {
        self.warnings.push(format!("{variable} is not obeyed: {why}"));
    }

    fn get(&self, variable: &'static str) -> Given {
        let value = (self.environment)(variable)?.into_string().ok()?;
        let value = value.trim();
        (!value.is_empty()).then(|| (variable, value.to_owned()))
    }

    /// A setting of the exporter: that of traces wins over that of all signals.
    fn of_traces(&self, setting: &str) -> Given {
        let (traces, all) = match setting {
            "PROTOCOL" => ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"),
            _ => ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"),
        };
        self.get(traces).or_else(|| self.get(all))
    }

    /// The endpoint of traces as it is, or that of all signals with the path of traces.
    fn endpoint(&mut self) -> Option<Url> {
        let (variable, text) = match self.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
            Some(given) => given,
            None => {
                let (variable, base) = self.get("OTEL_EXPORTER_OTLP_ENDPOINT")?;
                (variable, format!("{}/v1/traces", base.trim_end_matches('/')))
            }
        };
        let url = Url::parse(&text);
        if let Err(error) = &url {
            self.warn(variable, &error.to_string());
        }
        url.ok()
    }

    /// `key=value,key=value`, the values percent-encoded (W3C Baggage, without properties).
    fn pairs(&mut self, variable: &'static str) -> Vec<(String, String)> {
        let Some((_, list)) = self.get(variable) else { return Vec::new() };
        let mut pairs = Vec::new();
        for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let pair = entry.split_once('=').map(|(key, value)| (key.trim(), decoded(value.trim())));
            match pair {
                Some((key, Some(value))) if !key.is_empty() => pairs.push((key.to_owned(), value)),
                _ => self.warn(variable, "write key=value, with commas between, and %2C for a comma in a value"),
            }
        }
        pairs
    }

    fn milliseconds(&mut self, given: Given, default: u64) -> Duration {
        let number = given.and_then(|(variable, text)| {
            let number = text.parse().ok().filter(|number| *number > 0);
            if number.is_none() {
                self.warn(variable, "write a number of milliseconds");
            }
            number
        });
        Duration::from_millis(number.unwrap_or(default))
    }

    /// No trace comes in from outside, so a sampler that goes by its parent is the one that it has for no parent.
    fn ratio(&mut self) -> f64 {
        let Some((variable, sampler)) = self.get("OTEL_TRACES_SAMPLER") else { return 1.0 };
        match sampler.strip_prefix("parentbased_").unwrap_or(&sampler) {
            "always_on" => 1.0,
            "always_off" => 0.0,
            "traceidratio" => {
                let Some((argument, text)) = self.get("OTEL_TRACES_SAMPLER_ARG") else { return 1.0 };
                let ratio = text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
                if ratio.is_none() {
                    self.warn(argument, "write a number from 0 to 1");
                }
                ratio.unwrap_or(1.0)
            }
            _ => {
                self.warn(variable, "the samplers are always_on, always_off and traceidratio");
                1.0
            }
        }
    }
}

/// The text that `%2C` and the like stand for; `None` if it is not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| after.get(..2)).flatten();
        let byte = escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn given(variables: &[(&str, &str)]) -> (Option<TelemetryConfig>, Vec<String>) {
        let mut warnings = Vec::new();
        let find =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
        (read("weather", &find, &mut warnings), warnings)
    }

    const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318/");

    #[test]
    fn nobody_asked_for_traces() {
        assert!(given(&[]).0.is_none());
        assert!(given(&[ENDPOINT, ("OTEL_SDK_DISABLED", "True")]).0.is_none());
        assert!(given(&[ENDPOINT, ("OTEL_TRACES_EXPORTER", "none")]).0.is_none());
    }

    #[test]
    fn the_variables_are_obeyed() {
        let (config, warnings) = given(&[
            ENDPOINT,
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20canary, x=a=b"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,deployment.environment.name=test"),
            ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ]);
        let config = config.unwrap();
        assert_eq!(warnings, [""; 0]);
        assert_eq!(config.endpoint.as_str(), "http://127.0.0.1:4318/v1/traces");
        assert_eq!(config.headers[0], ("authorization".to_owned(), "Bearer canary".to_owned()));
        assert_eq!(config.headers[1], ("x".to_owned(), "a=b".to_owned()));
        assert_eq!(config.resource[0].1, "other");
        assert_eq!(config.resource.len(), 2);
        assert_eq!((config.ratio, config.timeout.as_secs(), config.delay.as_secs()), (0.25, 10, 5));
        assert!(!format!("{config:?}").contains("canary"));
    }

    #[test]
    fn traces_may_go_elsewhere() {
        let traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://a.example/in");
        let (config, _) = given(&[ENDPOINT, traces, ("OTEL_SERVICE_NAME", "s")]);
        let config = config.unwrap();
        assert_eq!((config.endpoint.as_str(), config.resource[0].1.as_str()), ("https://a.example/in", "s"));
    }

    #[test]
    fn what_is_not_obeyed_is_told() {
        let (config, warnings) = given(&[
            ENDPOINT,
            ("OTEL_TRACES_SAMPLER", "jaeger_remote"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "canary"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
        ]);
        assert_eq!(config.unwrap().ratio, 1.0);
        assert_eq!(warnings.len(), 3, "{warnings:?}");
        assert!(!warnings.concat().contains("canary"));
        let (config, warnings) = given(&[ENDPOINT, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]);
        assert!(config.is_none() && warnings[0].contains("http/json"), "{warnings:?}");
        let (config, warnings) = given(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318")]);
        assert!(config.is_none() && warnings.len() == 1, "{warnings:?}");
    }
}
