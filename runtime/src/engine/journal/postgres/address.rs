//! The URL of a database: which server, and how one speaks to it safely.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// Where a database is, and how it is reached.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    /// A certificate authority in PEM that the server's certificate comes from, instead of the public ones.
    pub(super) authority: Option<PathBuf>,
}

impl Address {
    /// Reads a connection URI as PostgreSQL's manual has it ("34.1.1.2. Connection URIs"), with these differences:
    ///
    /// - `sslmode` is `disable`, `require` or `verify-full`. The last two are the same, and always check the server's
    ///   certificate and its name: what is encrypted for anybody protects from nobody. Without it, what leaves this
    ///   machine is encrypted.
    /// - `sslrootcert` is a file in PEM. Without it, the authorities that browsers know are trusted.
    ///
    /// # Errors
    /// What is wrong with it, without its password.
    pub(super) fn parse(url: &str, application: &str) -> Result<Self, String> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut mode = None;
        let mut authority = None;
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let value = || url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned());
            match pair.split_once('=').map_or(pair, |(name, _)| name) {
                "sslmode" => mode = value(),
                "sslrootcert" => authority = value().map(PathBuf::from),
                _ => rest.push(pair),
            }
        }
        let mut config: Config = format!("{base}?{}", rest.join("&")).parse().map_err(|error| told(&error))?;
        config.ssl_mode(match mode.as_deref() {
            None if stays_here(&config) => SslMode::Disable,
            Some("disable") => SslMode::Disable,
            None | Some("require" | "verify-full") => SslMode::Require,
            Some(other) => {
                return Err(format!(
                    "sslmode={other} is none of its modes; write verify-full, which encrypts and checks the server's \
                     certificate, or disable"
                ));
            }
        });
        // A former primary that has become a standby takes nothing in.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.application_name(application);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        // What a vanished server never answers is given up after the time in which it answers anything.
        config.tcp_user_timeout(Duration::from_secs(10));
        config.keepalives_idle(Duration::from_secs(10));
        Ok(Self { config, authority })
    }

    /// The database, for people: `flows at db.example.com`.
    pub(super) fn name(&self) -> String {
        let host = self.config.get_hosts().first().map_or_else(String::new, |host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        let database = self.config.get_dbname().or(self.config.get_user()).unwrap_or_default();
        format!("{database} at {host}")
    }
}

/// Why a URL is none; the crate's own words name what, and never a value.
fn told(error: &tokio_postgres::Error) -> String {
    let cause = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    format!("it is no URL of a PostgreSQL database ({cause}); write it as postgres://user:password@host/database")
}

/// Nobody else hears what is said within one machine.
fn stays_here(config: &Config) -> bool {
    let is_here = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(is_here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn mode(url: &str) -> SslMode {
        Address::parse(url, "test").unwrap().config.get_ssl_mode()
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted() {
        assert_eq!(mode("postgres://a:b@db.example.com/flows"), SslMode::Require);
        assert_eq!(mode("postgres://a:b@db.example.com/flows?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://a:b@localhost/flows?sslmode=verify-full"), SslMode::Require);
        for here in ["postgres://a@127.0.0.1/b", "postgres://a@localhost:5433/b", "postgresql://a@%2Frun%2Fpg/b"] {
            assert_eq!(mode(here), SslMode::Disable, "{here}");
        }
        assert_eq!(mode("postgres://a@localhost,db.example.com/b"), SslMode::Require);
    }

    #[test]
    fn an_authority_and_a_timeout_are_taken() {
        let url = "postgres://a:b@db/flows?connect_timeout=3&sslrootcert=%2Fetc%2Fca.pem&sslmode=require";
        let address = Address::parse(url, "weather").unwrap();
        assert_eq!(address.authority, Some(PathBuf::from("/etc/ca.pem")));
        assert_eq!(address.config.get_connect_timeout(), Some(&Duration::from_secs(3)));
        assert_eq!(address.config.get_application_name(), Some("weather"));
        assert_eq!(address.name(), "flows at db");
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        for (url, told) in [
            ("postgres://a:canary@db/flows?sslmode=prefer", "verify-full"),
            ("postgres://a:canary@db/flows?colour=blue", "colour"),
            ("postgres://a:canary@db:port/flows", "port"),
        ] {
            let error = Address::parse(url, "test").map(|_| ()).unwrap_err();
            assert!(error.contains(told) && !error.contains("canary"), "{error}");
        }
    }
}
