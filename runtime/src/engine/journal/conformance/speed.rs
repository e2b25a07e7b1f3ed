//! How many messages a journal takes, for the figures of `docs/reliability.md`; not a rule.

use std::time::Instant;

use super::*;

/// Messages a second, and the median and the 99th percentile of what an arrival waits for, with so many clients at a
/// time: each message is accepted, its effect begins, and it ends.
pub(crate) async fn messages(journal: Arc<dyn Journal>, clients: usize, messages: usize) -> (f64, [Duration; 2]) {
    let began = Instant::now();
    let clients: Vec<_> = (0..clients)
        .map(|client| {
            let (journal, count) = (Arc::clone(&journal), messages / clients);
            tokio::spawn(async move {
                let person = format!("+1555{client:07}");
                let state = format!("{{\"Sent\":{{\"name\":\"Maria\",\"text\":\"{}\"}}}}", "x".repeat(200));
                let mut waits = Vec::with_capacity(count);
                for _ in 0..count {
                    let start = fresh(&person, &state);
                    let (run, key) = (start.id, key(&random_key()));
                    let before = Instant::now();
                    let arrival = Arrival::Text { key, text: sms(&person, "weather"), start: Some(start) };
                    assert_eq!(journal.accept(arrival).await, Ok(Accepted::Started));
                    waits.push(before.elapsed());
                    let history = vec![done("call")];
                    rests(&*journal, Commit { history, ..commit(run, &state, Phase::Begun) }).await;
                    let (history, durability) = (vec![done("sms")], Durability::Written);
                    rests(&*journal, Commit { history, durability, ..commit(run, &state, ended()) }).await;
                }
                waits
            })
        })
        .collect();
    let mut waits = Vec::new();
    for client in clients {
        waits.extend(client.await.unwrap());
    }
    let rate = waits.len() as f64 / began.elapsed().as_secs_f64();
    waits.sort();
    (rate, [waits[waits.len() / 2], waits[waits.len() * 99 / 100]])
}

/// As carriers name messages: nothing says which came first.
fn random_key() -> String {
    let id = RunId::new().to_string();
    format!("twilio:SM{}", id.chars().rev().collect::<String>())
}
