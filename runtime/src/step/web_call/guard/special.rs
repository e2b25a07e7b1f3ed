//! Addresses that are no public host's, by IANA's registries "IPv4 Special-Purpose Address Space", "IPv6 Special-Purpose
//! Address Space", "IPv6 Global Unicast Address Assignments", and those of multicast addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use crate::client::{NAT64, embedded};

/// What kind of special address this is; `None` for those of public hosts.
pub(super) fn kind(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => V4.iter().find(|(network, _)| network.contains(&address)).map(|(_, kind)| *kind),
        IpAddr::V6(address) if NAT64.contains(&address) => {
            // RFC 6052, 3.1: it must not stand for an address that is not global. IPv6-only networks reach the others so.
            embedded(address.into()).and_then(kind)
        }
        IpAddr::V6(address) => V6
            .iter()
            .find(|(network, _)| network.contains(&address))
            .map(|(_, kind)| *kind)
            .or_else(|| (!GLOBAL.contains(&address)).then_some("of no public network")),
    }
}

/// All unicast addresses that have been given out; of the rest nobody knows what they will be.
const GLOBAL: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// Blocks with a few public services in them, as 192.0.0.9 for port control, are here as a whole: none of these speaks
/// HTTP.
const V4: &[(Ipv4Net, &str)] = &[
    (v4([0, 0, 0, 0], 8), "of \"this network\""),
    (v4([10, 0, 0, 0], 8), "private"),
    (v4([100, 64, 0, 0], 10), "shared by a provider's customers"),
    (v4([127, 0, 0, 0], 8), "loopback"),
    (v4([169, 254, 0, 0], 16), "link-local"),
    (v4([172, 16, 0, 0], 12), "private"),
    (v4([192, 0, 0, 0], 24), "reserved for protocols"),
    (v4([192, 0, 2, 0], 24), "for documentation"),
    (v4([192, 88, 99, 0], 24), "a 6to4 relay"),
    (v4([192, 168, 0, 0], 16), "private"),
    (v4([198, 18, 0, 0], 15), "for benchmarks"),
    (v4([198, 51, 100, 0], 24), "for documentation"),
    (v4([203, 0, 113, 0], 24), "for documentation"),
    (v4([224, 0, 0, 0], 4), "multicast"),
    (v4([240, 0, 0, 0], 4), "reserved"),
];

/// The more special ones come first.
const V6: &[(Ipv6Net, &str)] = &[
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), "unspecified"),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "loopback"),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), "IPv4-compatible"),
    (v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96), "IPv4-mapped"),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), "of a local translator"),
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), "discarded"),
    // Teredo, benchmarks, ORCHIDs and others.
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), "reserved for protocols"),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), "for documentation"),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), "of 6to4"),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), "for documentation"),
    (v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16), "of segment routing"),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), "unique-local"),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), "link-local"),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), "site-local"),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), "multicast"),
];

const fn v4(address: [u8; 4], length: u8) -> Ipv4Net {
    let [a, b, c, d] = address;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(address: [u16; 8], length: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = address;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn kind_of(text: &str) -> Option<&'static str> {
        kind(text.parse().unwrap())
    }

    /// The first and the last address of each block, and its neighbours that are public.
    #[test]
    fn special_blocks_end_where_they_should() {
        for (first, last, neighbours) in [
            ("0.0.0.0", "0.255.255.255", &["1.0.0.0"][..]),
            ("10.0.0.0", "10.255.255.255", &["9.255.255.255", "11.0.0.0"]),
            ("100.64.0.0", "100.127.255.255", &["100.63.255.255", "100.128.0.0"]),
            ("127.0.0.0", "127.255.255.255", &["126.255.255.255", "128.0.0.0"]),
            ("169.254.0.0", "169.254.255.255", &["169.253.255.255", "169.255.0.0"]),
            ("172.16.0.0", "172.31.255.255", &["172.15.255.255", "172.32.0.0"]),
            ("192.0.0.0", "192.0.0.255", &["191.255.255.255", "192.0.1.0"]),
            ("192.0.2.0", "192.0.2.255", &["192.0.1.255", "192.0.3.0"]),
            ("192.88.99.0", "192.88.99.255", &["192.88.98.255", "192.88.100.0"]),
            ("192.168.0.0", "192.168.255.255", &["192.167.255.255", "192.169.0.0"]),
            ("198.18.0.0", "198.19.255.255", &["198.17.255.255", "198.20.0.0"]),
            ("198.51.100.0", "198.51.100.255", &["198.51.99.255", "198.51.101.0"]),
            ("203.0.113.0", "203.0.113.255", &["203.0.112.255", "203.0.114.0"]),
            ("224.0.0.0", "239.255.255.255", &["223.255.255.255"]),
            ("240.0.0.0", "255.255.255.255", &[]),
            ("::", "::", &[]),
            ("::1", "::1", &[]),
            ("::2", "::ffff:ffff", &[]),
            ("::ffff:0:0", "::ffff:255.255.255.255", &[]),
            ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", &[]),
            ("100::", "100::ffff:ffff:ffff:ffff", &[]),
            ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:200::"]),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:db7:ffff::", "2001:db9::"]),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["2003::"]),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", &["3ffe:ffff::", "3fff:1000::"]),
            ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
            ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
            ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
        ] {
            assert!(kind_of(first).is_some(), "{first}");
            assert_eq!(kind_of(first), kind_of(last), "{first} {last}");
            for neighbour in neighbours {
                assert_eq!(kind_of(neighbour), None, "{neighbour}");
            }
        }
    }

    #[test]
    fn of_ipv6_only_what_was_given_out_is_public() {
        for public in ["2000::", "2606:4700::1111", "2a00:1450::1", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"] {
            assert_eq!(kind_of(public), None, "{public}");
        }
        for other in ["1fff:ffff::", "4000::", "64:ff9b:2::", "64:ff9a::1", "200::1", "fbff::1"] {
            assert_eq!(kind_of(other), Some("of no public network"), "{other}");
        }
    }

    #[test]
    fn a_translated_address_counts_as_what_it_stands_for() {
        assert_eq!(kind_of("64:ff9b::8.8.8.8"), None);
        assert_eq!(kind_of("64:ff9b::127.0.0.1"), Some("loopback"));
        assert_eq!(kind_of("64:ff9b::169.254.169.254"), Some("link-local"));
        assert_eq!(kind_of("64:ff9b::255.255.255.255"), Some("reserved"));
        // Mapped ones are for interfaces of programs and never on the wire (RFC 4291, 2.5.5.2).
        assert_eq!(kind_of("::ffff:8.8.8.8"), Some("IPv4-mapped"));
    }
}
