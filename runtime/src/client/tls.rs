//! TLS: whom clients trust, and as whom they come.

use std::fmt;
use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{CertificateError, ClientConfig, RootCertStore};

/// The authorities whose certificates are trusted.
#[derive(Clone)]
pub(crate) struct Roots(Arc<RootCertStore>);

/// A client certificate with its key.
#[derive(Clone)]
pub(crate) struct Identity(Arc<dyn ResolvesClientCert>);

impl Roots {
    /// Mozilla's, compiled in, so that a static binary needs nothing from the machine.
    pub(crate) fn bundled() -> Self {
        Self(Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }))
    }

    /// Those that this machine trusts.
    ///
    /// # Errors
    ///
    /// A sentence, if there are none.
    pub(crate) fn of_platform() -> Result<Self, String> {
        let found = rustls_native_certs::load_native_certs();
        let mut store = RootCertStore::empty();
        // Machines have authorities that are too old to be read; the others are no worse for that.
        if store.add_parsable_certificates(found.certs).0 > 0 {
            return Ok(Self(Arc::new(store)));
        }
        let why = found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        Err(format!(
            "this machine has no authorities{why}: install them, as the package ca-certificates, or take bundled"
        ))
    }

    /// Trusts the authorities of a PEM file too.
    ///
    /// # Errors
    ///
    /// A sentence: it cannot be read, or holds no certificate, or one that is no authority's.
    pub(crate) fn add(&mut self, path: &str) -> Result<(), String> {
        for certificate in certificates(path)? {
            Arc::make_mut(&mut self.0)
                .add(certificate)
                .map_err(|error| format!("a certificate in it cannot be used as an authority: {}", reason(&error)))?;
        }
        Ok(())
    }
}

impl Identity {
    /// Reads the certificate, with those between it and its authority behind it, and its key, both in PEM.
    ///
    /// # Errors
    ///
    /// A sentence: `--tls-cert` or `--tls-key` cannot be used, or they do not belong together.
    pub(crate) fn read(certificate: &str, key: &str) -> Result<Self, String> {
        let chain = certificates(certificate).map_err(|why| format!("--tls-cert {certificate:?}: {why}"))?;
        let read =
            PrivateKeyDer::from_pem_file(key).map_err(|error| format!("--tls-key {key:?}: {}", of_key(&error, key)))?;
        let pair = CertifiedKey::from_der(chain, read, &provider()).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                format!("--tls-key {key:?} is not the key of the certificate in --tls-cert {certificate:?}")
            }
            error => format!("--tls-cert {certificate:?} with --tls-key {key:?}: {}", reason(&error)),
        })?;
        Ok(Self(Arc::new(SingleCertAndKey::from(pair))))
    }
}

/// The configuration of clients: HTTP/2 where the server speaks it, else HTTP/1.1 (RFC 7301).
pub(super) fn config(roots: &Roots, identity: Option<&Identity>) -> Result<ClientConfig, String> {
    let builder = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(Arc::clone(&roots.0));
    let mut config = match identity {
        Some(identity) => builder.with_client_cert_resolver(Arc::clone(&identity.0)),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn provider() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}

/// The certificates of a PEM file, at least one.
fn certificates(path: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if certificates.is_empty() => Err(told(&pem::Error::NoItemsFound, CERTIFICATE)),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(told(&error, CERTIFICATE)),
    }
}

/// What a PEM file should hold, and the line that it begins with there.
type Held = (&'static str, &'static str);
const CERTIFICATE: Held = ("certificate", "BEGIN CERTIFICATE");
const KEY: Held = ("key", "BEGIN PRIVATE KEY");

fn told(error: &pem::Error, (what, line): Held) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => format!("there is no {what} in it; it should be PEM, with a line {line}"),
        error => format!("it is not PEM: {error}"),
    }
}

/// A key behind a passphrase says so: in its first line (RFC 7468, 11), or in the one below (RFC 1421, 4.6.1.1).
fn of_key(error: &pem::Error, path: &str) -> String {
    let is_encrypted = std::fs::read_to_string(path).is_ok_and(|text| {
        text.lines().any(|line| {
            line.starts_with("-----BEGIN ENCRYPTED") || (line.starts_with("Proc-Type:") && line.ends_with("ENCRYPTED"))
        })
    });
    match is_encrypted {
        true => "it is encrypted, and nobody is here to type the passphrase; `openssl pkey -in FILE -out PLAIN` takes \
                 it off"
            .to_owned(),
        false => told(error, KEY),
    }
}

/// What is wrong with a certificate, without rustls's words around it.
fn reason(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::BadEncoding) => {
            "what stands between its lines BEGIN and END is no certificate of X.509, or was cut off".to_owned()
        }
        rustls::Error::InvalidCertificate(error) => error.to_string(),
        error => error.to_string(),
    }
}

impl Default for Roots {
    fn default() -> Self {
        Self::bundled()
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roots({})", self.0.len())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}
