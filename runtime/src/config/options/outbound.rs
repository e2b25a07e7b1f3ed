//! What is asked about the requests that a flow sends.

use super::{Scope, Setting};
use crate::client::{Place, ProxyUrl};
use crate::config::outbound::RootsChoice;
use crate::step::web_call::ConnectTo;

const SETTING: Setting = Setting { scopes: &[Scope::Serve, Scope::Call], ..Setting::NONE };

/// What all requests go by, those to carriers too.
const OF_NETWORK: Setting = Setting { scopes: &[Scope::Serve, Scope::Call, Scope::Numbers], ..Setting::NONE };

pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        flag: "connect-to",
        variable: "FLOW_CONNECT_TO",
        value: "HOST:PORT=URL",
        help: "Send what the flow addresses to HOST:PORT to URL instead; may be repeated (in the variable: with commas)",
        many: true,
        set: |draft, text| ConnectTo::parse(text).map(|rule| draft.outbound.config.connect_to.push(rule)),
        ..SETTING
    },
    Setting {
        flag: "allow-net",
        variable: "FLOW_ALLOW_NET",
        value: "CIDR|HOST",
        default: "public addresses",
        help: "Let the flow reach a private network, as 10.0.0.0/8, or host; may be repeated (in the variable: with commas)",
        many: true,
        set: |draft, text| Place::parse(text).map(|place| draft.outbound.config.allow_net.add(place)),
        ..SETTING
    },
    Setting {
        flag: "proxy",
        variable: "FLOW_PROXY",
        value: "URL",
        help: "The proxy that all requests go by, as http://user:password@host:port",
        secret: true,
        set: |draft, text| ProxyUrl::parse(text).map(|url| draft.outbound.proxy = Some(url)),
        ..OF_NETWORK
    },
    Setting {
        flag: "no-proxy",
        variable: "FLOW_NO_PROXY",
        value: "CIDR|HOST",
        default: "this machine",
        help: "What goes past the proxy, as 10.0.0.0/8 or .internal.example; may be repeated (in the variable: with commas)",
        many: true,
        set: |draft, text| Place::parse(text).map(|place| draft.outbound.no_proxy.add(place)),
        ..OF_NETWORK
    },
    Setting {
        flag: "tls-roots",
        variable: "FLOW_TLS_ROOTS",
        value: "WHICH",
        default: "bundled",
        help: "The authorities that are trusted: bundled (Mozilla's) or platform (those of this machine)",
        set: |draft, text| {
            draft.outbound.roots = match text {
                "bundled" => RootsChoice::Bundled,
                "platform" => RootsChoice::Platform,
                _ => return Err("write bundled or platform".to_owned()),
            };
            Ok(())
        },
        ..OF_NETWORK
    },
    Setting {
        flag: "tls-ca",
        variable: "FLOW_TLS_CA",
        value: "FILE",
        help: "Trust the authorities in this PEM file too; may be repeated (in the variable: with commas)",
        many: true,
        set: |draft, text| {
            draft.outbound.authorities.push(text.to_owned());
            Ok(())
        },
        ..OF_NETWORK
    },
    Setting {
        flag: "tls-cert",
        variable: "FLOW_TLS_CERT",
        value: "FILE",
        help: "The certificate (PEM) that the flow's calls show to services that ask for one; with --tls-key",
        set: |draft, text| {
            draft.outbound.certificate = Some(text.to_owned());
            Ok(())
        },
        ..SETTING
    },
    Setting {
        flag: "tls-key",
        variable: "FLOW_TLS_KEY",
        value: "FILE",
        help: "The key (PEM) of --tls-cert",
        set: |draft, text| {
            draft.outbound.key = Some(text.to_owned());
            Ok(())
        },
        ..SETTING
    },
    Setting {
        flag: "max-response",
        variable: "FLOW_MAX_RESPONSE",
        value: "BYTES",
        default: "10MB",
        help: "The largest answer that a call reads, as it comes and decoded: 1kB to 1GB",
        set: |draft, text| bytes(text).map(|bytes| draft.outbound.config.max_response = bytes),
        ..SETTING
    },
];

/// A size: `512kB`, `10MB`, `1GB`, in any case; units are powers of 1,000.
fn bytes(text: &str) -> Result<usize, String> {
    let units = [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)];
    let size = units.iter().find_map(|(unit, size)| {
        let (number, written) = text.split_at_checked(text.len().checked_sub(unit.len())?)?;
        let number: usize = written.eq_ignore_ascii_case(unit).then_some(number)?.parse().ok()?;
        number.checked_mul(*size)
    });
    size.filter(|size| (1_000..=1_000_000_000).contains(size))
        .ok_or_else(|| "write a size from 1kB to 1GB with its unit (kB, MB or GB), as 512kB or 10MB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("512kB"), Ok(512_000));
        assert_eq!(bytes("10MB"), Ok(10_000_000));
        assert_eq!(["1KB", "1mb", "1Gb"].map(bytes), [Ok(1_000), Ok(1_000_000), Ok(1_000_000_000)]);
        for wrong in ["", "10", "0MB", "2GB", "1.5MB", "10 MB", "-1MB", "MB", "é", "10MiB", "99999999999999999999GB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
