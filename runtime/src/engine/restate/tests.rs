//! Notes in Restate, against a real server; its runs are tested through built binaries (`tests/e2e/restate.rs`).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::net::{SocketAddr, TcpListener as Port};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::*;
use crate::carrier::{Handover, Outgoing, Sending, SmsCarrier};
use crate::client::Network;
use crate::engine::journal::Durability;
use crate::engine::journal::conformance::notes as rules;
use crate::engine::notes::{Note, Notes, Topic};
use crate::engine::parts_of;
use crate::metrics::CarrierName;
use crate::value::Url;

/// How long a server may take to start, and to do what it does later.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server, which ends with this value.
struct Server {
    process: Child,
    folder: PathBuf,
    config: RestateConfig,
}

impl Server {
    /// `None`, with a message, where Restate is not installed.
    fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("FLOW_TEST_RESTATE") else {
            eprintln!("skipped: FLOW_TEST_RESTATE is not set (the npm package @restatedev/restate-server has it)");
            return None;
        };
        // All are held until the last is found, so that they differ.
        let free = [(); 4].map(|()| Port::bind("127.0.0.1:0").unwrap());
        let [node, admin, ingress, listen]: [SocketAddr; 4] = free.map(|port| port.local_addr().unwrap());
        let folder = std::env::temp_dir().join(format!("flow-restate-{}", std::process::id()));
        let mut command = Command::new(program);
        command.env_clear().args(["--node-name", "alone"]).env("RESTATE_BASE_DIR", &folder).envs([
            ("RESTATE_BIND_ADDRESS", node.to_string()),
            ("RESTATE_ADVERTISED_ADDRESS", format!("http://{node}")),
            ("RESTATE_ADMIN__BIND_ADDRESS", admin.to_string()),
            ("RESTATE_INGRESS__BIND_ADDRESS", ingress.to_string()),
            ("RESTATE_DEFAULT_NUM_PARTITIONS", "2".to_owned()),
            ("RESTATE_DISABLE_TELEMETRY", "true".to_owned()),
            ("RESTATE_LOG_FILTER", "error".to_owned()),
        ]);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let url = |address: SocketAddr| Url::parse(&format!("http://{address}")).unwrap();
        let config = RestateConfig { ingress: url(ingress), admin: url(admin), listen, service_url: None };
        Some(Self { process, folder, config })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// No run sends anything here.
struct Nobody;

impl SmsCarrier for Nobody {
    fn name(&self) -> CarrierName {
        CarrierName::Simulator
    }

    fn send<'a>(&'a self, _: Outgoing<'a>) -> Sending<'a> {
        Box::pin(async { Handover::refused(400, "nobody is to be sent anything") })
    }
}

/// Looks again until it is so.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[test]
fn notes_are_kept_by_the_rules_of_all_engines() {
    let Some(server) = Server::start() else { return };
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(async {
        let client = Network::default().client().unwrap();
        let limits = Limits { runs: 8, steps: 100 };
        let parts = parts_of(&Program::TEST, Arc::new(Nobody), limits);
        let keep = Retention { runs: Duration::from_secs(60), keys: Duration::from_secs(60) };
        let engine =
            RestateEngine::start(parts, &client, "notes", &server.config, UnfitRuns::Refuse, keep).await.unwrap();
        until("Restate knows the flow", async || engine.unready().is_none()).await;
        let notes = RestateNotes::new(&client, "notes", &server.config);
        rules::replaced(&notes).await;
        notes.unnote(Topic::Part, "x").await.unwrap();
        rules::noted_by_many(&notes).await;
        notes.unnote(Topic::Part, "x").await.unwrap();
        rules::found(&notes).await;
        notes.unnote(Topic::Sent, "a").await.unwrap();
        rules::over(&notes, async || ()).await;

        // What is over leaves Restate by itself; what was kept anew meanwhile stays.
        let soon = || Some(Time::now() + Duration::from_secs(1));
        let short = |name: &str| Note { until: soon(), ..rules::note(Topic::OptOut, name, "1") };
        notes.note(short("goes"), Durability::Synced).await.unwrap();
        notes.note(short("stays"), Durability::Synced).await.unwrap();
        let stays = rules::note(Topic::OptOut, "stays", "2");
        notes.note(stays.clone(), Durability::Synced).await.unwrap();
        let table = Restate::new(client.clone(), &server.config);
        let sql =
            "SELECT service_key FROM state WHERE service_name = 'notes.note' AND starts_with(service_key, 'opt_out:')";
        until("what is over is forgotten", async || {
            let rows = table.query(sql).await.unwrap();
            rows.len() == 1 && rows[0]["service_key"] == "opt_out:stays"
        })
        .await;
        assert_eq!(notes.notes(Topic::OptOut, "").await, Ok(vec![stays]));
    });
}
