//! From names to addresses: by the C library, or in Rust for static binaries (the feature `dns`).

use std::error::Error;
use std::net::IpAddr;

/// Why a name has no address.
pub(crate) type LookupError = Box<dyn Error + Send + Sync>;

/// All addresses of a name, in the order in which they are to be tried.
///
/// # Errors
///
/// It has none, or nobody could be asked.
#[cfg(not(feature = "dns"))]
pub(crate) async fn lookup(name: &str) -> Result<Vec<IpAddr>, LookupError> {
    Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
}

/// All addresses of a name, in the order in which they are to be tried.
///
/// # Errors
///
/// It has none, or nobody could be asked.
#[cfg(feature = "dns")]
pub(crate) async fn lookup(name: &str) -> Result<Vec<IpAddr>, LookupError> {
    Ok(in_rust::resolver()?.lookup_ip(name).await?.iter().collect())
}

#[cfg(feature = "dns")]
pub(super) use self::in_rust::Unguarded;

#[cfg(feature = "dns")]
mod in_rust {
    use std::net::SocketAddr;
    use std::sync::OnceLock;

    use hickory_resolver::TokioResolver;
    use hickory_resolver::config::{GOOGLE, LookupIpStrategy, ResolverConfig};
    use hickory_resolver::net::runtime::TokioRuntimeProvider;
    use reqwest::dns::{Addrs, Name, Resolve, Resolving};

    use super::LookupError;

    /// The one resolver of the process, made by the first who asks: it keeps what it has learnt.
    pub(super) fn resolver() -> Result<&'static TokioResolver, LookupError> {
        static RESOLVER: OnceLock<TokioResolver> = OnceLock::new();
        if let Some(resolver) = RESOLVER.get() {
            return Ok(resolver);
        }
        // Where there is no /etc/resolv.conf, as in an empty container, public servers are asked.
        let mut builder = TokioResolver::builder_tokio().unwrap_or_else(|_| {
            TokioResolver::builder_with_config(ResolverConfig::udp_and_tcp(&GOOGLE), TokioRuntimeProvider::default())
        });
        builder.options_mut().ip_strategy = LookupIpStrategy::Ipv6AndIpv4;
        let built = builder.build()?;
        Ok(RESOLVER.get_or_init(|| built))
    }

    /// Any address will do.
    pub(in crate::client) struct Unguarded;

    impl Resolve for Unguarded {
        fn resolve(&self, name: Name) -> Resolving {
            Box::pin(async move {
                let addresses = super::lookup(name.as_str()).await?;
                let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
                Ok(addresses)
            })
        }
    }
}
