//! Places in the net as operators write them: networks, addresses, hosts.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};
use url::Host;

/// One place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `10.0.0.0/8`, or one address.
    Network(IpNet),
    /// `crm.internal.example`, in lower case.
    Name(String),
    /// `*.internal.example` or `.internal.example`: the names below it; kept with the first dot.
    Below(String),
}

/// A list of places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places(Vec<Place>);

/// IPv4 addresses as programs for IPv6 see them (RFC 4291, 2.5.5.2).
const MAPPED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96);
/// The well-known prefix of translators (RFC 6052, 2.1).
pub(crate) const NAT64: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// The IPv4 address in the last 32 bits of an address that stands for one.
pub(crate) fn embedded(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(address) = address else { return None };
    let [.., a, b, c, d] = address.octets();
    (MAPPED.contains(&address) || NAT64.contains(&address)).then(|| IpAddr::from([a, b, c, d]))
}

impl Place {
    /// Reads one as operators write it.
    ///
    /// # Errors
    ///
    /// A sentence that says how to write it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        const HOW: &str = "write a network as 10.0.0.0/8, an address, or a host as crm.internal.example or *.internal.example, without scheme and port";
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network.trunc()));
        }
        if let Ok(address) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Ok(Self::Network(address.into()));
        }
        let below = text.strip_prefix('*').unwrap_or(text);
        let is_below = below.starts_with('.');
        // The parser of URLs takes stars and commas in names, and `127.0.0` as an address, which was hardly meant.
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if below.len() < text.len() && !is_below || below.contains(['*', ',']) || is_number {
            return Err(HOW.to_owned());
        }
        match Host::parse(below.strip_prefix('.').unwrap_or(below)) {
            Ok(Host::Domain(name)) if is_below => Ok(Self::Below(format!(".{}", plain(&name)))),
            Ok(Host::Domain(name)) => Ok(Self::Name(plain(&name))),
            Ok(Host::Ipv4(address)) if !is_below => Ok(Self::Network(IpAddr::V4(address).into())),
            _ => Err(HOW.to_owned()),
        }
    }
}

impl Places {
    pub(crate) fn add(&mut self, place: Place) {
        self.0.push(place);
    }

    /// Whether a host name is among them; case and a dot at the end do not matter.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        let name = plain(name);
        self.0.iter().any(|place| match place {
            Place::Network(_) => false,
            Place::Name(known) => *known == name,
            Place::Below(domain) => name.len() > domain.len() && name.ends_with(domain.as_str()),
        })
    }

    /// Whether an address is among them, as itself or by the IPv4 address that it stands for.
    pub(crate) fn has_address(&self, address: IpAddr) -> bool {
        let within = |address: IpAddr| {
            self.0.iter().any(|place| matches!(place, Place::Network(network) if network.contains(&address)))
        };
        within(address) || embedded(address).is_some_and(within)
    }
}

fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn places(texts: &[&str]) -> Places {
        let mut places = Places::default();
        texts.iter().for_each(|text| places.add(Place::parse(text).unwrap()));
        places
    }

    #[test]
    fn addresses_are_found_by_network() {
        let places = places(&["10.1.2.3/8", "192.168.0.7", "[fd00::7]", "fd01::/16", "0x7f.1"]);
        for inside in
            ["10.255.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "192.168.0.7", "fd00::7", "fd01::1", "127.0.0.1"]
        {
            assert!(places.has_address(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["11.0.0.0", "192.168.0.8", "fd00::8", "2002:a00:1::", "64:ff9b:1::a00:1", "127.0.0.2"] {
            assert!(!places.has_address(outside.parse().unwrap()), "{outside}");
        }
        assert!(!places.has_name("10.1.2.3"));
    }

    #[test]
    fn names_are_found_whole_or_below() {
        let places = places(&["CRM.example", "*.internal.example", ".corp", "bücher.example"]);
        for inside in ["crm.example", "Crm.Example.", "a.internal.example", "a.b.corp", "xn--bcher-kva.example"] {
            assert!(places.has_name(inside), "{inside}");
        }
        for outside in ["a.crm.example", "internal.example", "ainternal.example", "corp", "crm.example.org"] {
            assert!(!places.has_name(outside), "{outside}");
        }
    }

    #[test]
    fn a_mistake_says_how_to_write_it() {
        for text in [
            "",
            "*",
            "*.",
            "http://a.example",
            "a.example:80",
            "10.0.0.0/33",
            "*a.example",
            "a b",
            "*.10.0.0.1",
            "a.*.example",
            "a*",
            "*.*.example",
            "127.0.0",
            "127.1",
            "2130706433",
            "10.0.0.0.",
            "10.0.0.1,10.0.0.2",
            "a.example,b.example",
        ] {
            assert!(Place::parse(text).is_err_and(|told| told.starts_with("write a network")), "{text}");
        }
    }
}
