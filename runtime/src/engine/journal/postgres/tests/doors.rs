//! Who comes in: schemas of others, passwords, TLS.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::*;

/// Why it does not connect.
async fn refused(url: &str, settings: &Settings) -> JournalError {
    match PostgresJournal::connect(url, settings.clone()).await {
        Ok(_) => panic!("it connects"),
        Err(error) => error,
    }
}

fn broken(error: JournalError) -> String {
    let JournalError::Broken(why) = error else { panic!("{error:?}") };
    why
}

#[test]
fn a_schema_of_another_flow_or_of_a_newer_binary_is_left_alone() {
    with(shared(), async |server| {
        let settings = Settings::of("who-is-it");
        open(server, &settings).await;
        let other = broken(refused(&server.url(), &Settings::of("who_is_it")).await);
        assert!(other.contains("another flow, \"who-is-it\""), "{other}");
        server.query("update flow_who_is_it.about set version = 99");
        let newer = broken(refused(&server.url(), &settings).await);
        assert!(newer.contains("version 99") && newer.contains("newer binary"), "{newer}");
    });
}

#[test]
fn what_a_person_must_mend_is_told() {
    with(shared(), async |server| {
        let settings = settings();
        server.query("create role plain login");
        let url = server.url();
        let plain = broken(refused(&url.replace("flow@", "plain@"), &settings).await);
        assert!(plain.contains("CREATE SCHEMA flow_test_") && plain.contains("42501"), "{plain}");
        let database = broken(refused(&url.replace("/postgres", "/nowhere"), &settings).await);
        assert!(database.contains("nowhere") && database.contains("does not exist"), "{database}");
        let mode = broken(refused(&format!("{url}?sslmode=prefer"), &settings).await);
        assert!(mode.contains("verify-full"), "{mode}");
        // Nobody is there; that may pass.
        let nobody = refused("postgres://flow:canary@127.0.0.1:1/postgres", &settings).await;
        assert!(matches!(&nobody, JournalError::Unavailable(why) if !why.contains("canary")), "{nobody:?}");
        let none = broken(refused("mysql://flow:canary@127.0.0.1/postgres", &settings).await);
        assert!(!none.contains("canary"), "{none}");
    });
}

#[test]
fn a_role_needs_only_its_schema() {
    with(shared(), async |server| {
        let settings = settings();
        let schema = schema::name_for(&settings.flow);
        server.query("create role modest login");
        server.query(&format!("create schema {schema} authorization modest"));
        let url = server.url().replace("flow@", "modest@");
        let journal = PostgresJournal::connect(&url, settings).await.unwrap();
        assert_eq!(journal.probe().await, Ok(()));
    });
}

/// An authority, a certificate of it for `localhost`, and its key, in a folder of their own.
struct Certificates(PathBuf);

impl Certificates {
    /// `None`, with a message, where openssl is not installed.
    fn make() -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("flow-certificates-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let script = "set -e; \
            openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ca.key -out ca.pem -subj '/CN=an authority' \
                -addext basicConstraints=critical,CA:TRUE; \
            openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost; \
            printf 'subjectAltName=DNS:localhost\\nbasicConstraints=CA:FALSE\\n' >extensions; \
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions \
                -out server.pem";
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).current_dir(&folder).stdout(Stdio::null()).stderr(Stdio::null());
        if shell.status().unwrap().success() {
            return Some(Self(folder));
        }
        eprintln!("skipped: openssl is not installed");
        None
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Certificates {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_server_is_spoken_to_in_tls_and_its_certificate_is_checked() {
    let Some(certificates) = Certificates::make() else { return };
    with(Postgres::start(), async |server| {
        let settings = settings();
        let url = |host: &str, query: &str| format!("postgres://flow@{host}:{}/postgres?{query}", server.port());
        let untold = refused(&url("localhost", "sslmode=require"), &settings).await;
        assert!(untold.to_string().contains("does not support TLS"), "{untold}");

        server.adopt(&certificates.file("server.pem"), "server.pem");
        server.adopt(&certificates.file("server.key"), "server.key");
        server.query("alter system set ssl_cert_file = 'server.pem'");
        server.query("alter system set ssl_key_file = 'server.key'");
        server.query("alter system set ssl = on");
        server.stop(server::Stop::Fast);
        server.run();
        let authority = certificates.file("ca.pem").replace('/', "%2F");
        for mode in ["require", "verify-full"] {
            let url = url("localhost", &format!("sslmode={mode}&sslrootcert={authority}"));
            let journal = PostgresJournal::connect(&url, settings.clone()).await.unwrap();
            assert_eq!(journal.probe().await, Ok(()));
            let spoken = "select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) \
                          where application_name like 'flowc %'";
            assert_eq!(server.query(spoken), "t");
        }
        // No authority that browsers know has signed it, and it is not for this name.
        let unknown = refused(&url("localhost", "sslmode=require"), &settings).await;
        assert!(unknown.to_string().contains("UnknownIssuer"), "{unknown}");
        let name = refused(&url("127.0.0.1", &format!("sslmode=require&sslrootcert={authority}")), &settings).await;
        assert!(name.to_string().contains("not valid for name"), "{name}");
        let nothing = broken(refused(&url("localhost", "sslmode=require&sslrootcert=%2Fnowhere"), &settings).await);
        assert!(nothing.contains("sslrootcert=/nowhere"), "{nothing}");
    });
}
