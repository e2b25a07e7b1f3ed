//! Which addresses a flow may reach: public ones, and what the operator has opened.
//!
//! Names are checked where they are resolved for the connection, so what is checked is what is dialled: a name that changes
//! its answer in between gains nothing. Addresses in a URL never come to a resolver, so they are checked before.

mod special;

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Host;

use crate::client::{Places, lookup};

/// Lets public addresses pass, and what is open.
#[derive(Clone)]
pub(super) struct Guard {
    open: Arc<Places>,
}

/// A host that was not asked, since it would have been at this address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// As in the flow; `None`: the address itself stood there.
    name: Option<String>,
    address: IpAddr,
    /// What kind of address it is, as `loopback`.
    kind: &'static str,
}

impl Guard {
    pub(super) fn new(open: &Places) -> Self {
        Self { open: Arc::new(open.clone()) }
    }

    /// Refuses a URL with an address as its host. The parser of the URL has understood `0x7f.1` and the like already.
    pub(super) fn check_literal(&self, url: &Url) -> Result<(), Refused> {
        match url.host() {
            Some(Host::Ipv4(address)) => self.check(None, address.into()),
            Some(Host::Ipv6(address)) => self.check(None, address.into()),
            Some(Host::Domain(_)) | None => Ok(()),
        }
    }

    pub(super) fn check(&self, name: Option<&str>, address: IpAddr) -> Result<(), Refused> {
        match special::kind(address) {
            Some(kind) if !self.open.has_address(address) => {
                Err(Refused { name: name.map(str::to_owned), address, kind })
            }
            _ => Ok(()),
        }
    }

    /// Those addresses of a name that may be dialled.
    fn passing(&self, name: &str, addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, Refused> {
        if self.open.has_name(name) {
            return Ok(addresses);
        }
        let mut refused = None;
        let mut passing = Vec::with_capacity(addresses.len());
        for address in addresses {
            match self.check(Some(name), address) {
                Ok(()) => passing.push(address),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        match refused {
            Some(refused) if passing.is_empty() => Err(refused),
            _ => Ok(passing),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let addresses = lookup(name.as_str()).await?;
            let passing = guard.passing(name.as_str(), addresses)?;
            let passing: Addrs = Box::new(passing.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(passing)
        })
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, address, kind } = self;
        match name {
            Some(name) => write!(f, "{name} was not asked: its address {address} is {kind}")?,
            None => write!(f, "{address} was not asked: the address is {kind}")?,
        }
        f.write_str("; the program's operator opens it with --allow-net ")?;
        match name {
            Some(name) => f.write_str(name),
            None => address.fmt(f),
        }
    }
}

impl Error for Refused {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::client::Place;

    fn guard(open: &[&str]) -> Guard {
        let mut places = Places::default();
        open.iter().for_each(|text| places.add(Place::parse(text).unwrap()));
        Guard::new(&places)
    }

    fn literal(guard: &Guard, host: &str) -> Result<(), String> {
        let url = Url::parse(&format!("http://{host}/")).unwrap();
        guard.check_literal(&url).map_err(|refused| refused.to_string())
    }

    #[test]
    fn literals_are_refused_however_they_are_written() {
        let told = "127.0.0.1 was not asked: the address is loopback; \
                    the program's operator opens it with --allow-net 127.0.0.1";
        for host in ["127.0.0.1", "0x7f.1", "2130706433", "127.1", "0177.0.0.1", "127。0。0。1"] {
            assert_eq!(literal(&guard(&[]), host).unwrap_err(), told, "{host}");
        }
        for host in ["[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[::1]", "169.254.169.254", "0", "[::]", "[fe80::1]"] {
            assert!(literal(&guard(&[]), host).is_err(), "{host}");
        }
        assert_eq!(literal(&guard(&[]), "93.184.216.34"), Ok(()));
        assert_eq!(literal(&guard(&[]), "[64:ff9b::5db8:d822]"), Ok(()));
    }

    #[test]
    fn operators_open_networks() {
        let guard = guard(&["127.0.0.0/8"]);
        for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"] {
            assert_eq!(literal(&guard, host), Ok(()), "{host}");
        }
        assert!(literal(&guard, "[::1]").is_err());
        assert!(literal(&guard, "10.0.0.1").is_err());
    }

    #[test]
    fn of_a_names_addresses_the_public_ones_are_left() {
        let [public, private] = ["93.184.216.34", "10.0.0.1"].map(|text| text.parse().unwrap());
        let closed = guard(&[]);
        assert_eq!(closed.passing("a.example", vec![private, public]), Ok(vec![public]));
        let told = "a.example was not asked: its address 10.0.0.1 is private; \
                    the program's operator opens it with --allow-net a.example";
        assert_eq!(closed.passing("a.example", vec![private]).unwrap_err().to_string(), told);
        assert_eq!(guard(&["A.example"]).passing("a.example", vec![private]), Ok(vec![private]));
        assert_eq!(guard(&["10.0.0.0/8"]).passing("a.example", vec![private]), Ok(vec![private]));
        assert_eq!(closed.passing("a.example", vec![]), Ok(vec![]));
    }
}
