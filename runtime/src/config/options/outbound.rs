//! What is asked about the requests that a flow sends.

use super::{Scope, Setting};
use crate::step::web_call::ConnectTo;

const SETTING: Setting = Setting { scopes: &[Scope::Serve, Scope::Call], ..Setting::NONE };

pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        flag: "connect-to",
        variable: "FLOW_CONNECT_TO",
        value: "HOST:PORT=URL",
        help: "Send what the flow addresses to HOST:PORT to URL instead; may be repeated (in the variable: with commas)",
        many: true,
        set: |draft, text| ConnectTo::parse(text).map(|rule| draft.outbound.connect_to.push(rule)),
        ..SETTING
    },
    Setting {
        flag: "max-response",
        variable: "FLOW_MAX_RESPONSE",
        value: "BYTES",
        default: "10MB",
        help: "The largest answer that a call reads, decoded: 1kB to 1GB",
        set: |draft, text| bytes(text).map(|bytes| draft.outbound.max_response = bytes),
        ..SETTING
    },
];

/// A size: `512kB`, `10MB`, `1GB`; units are powers of 1,000.
fn bytes(text: &str) -> Result<usize, String> {
    let units = [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)];
    let size = units.iter().find_map(|(unit, size)| {
        let number: usize = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*size)
    });
    size.filter(|size| (1..=1_000_000_000).contains(size))
        .ok_or_else(|| "write a size up to 1GB, as 512kB or 10MB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("512kB"), Ok(512_000));
        assert_eq!(bytes("10MB"), Ok(10_000_000));
        for wrong in ["", "10", "0MB", "2GB", "1.5MB", "10 MB", "-1MB", "99999999999999999999GB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
