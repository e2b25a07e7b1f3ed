//! What was found as one JSON object, for programs.

use serde_json::{Value as Json, json};

use super::Exploration;
use crate::explore::{End, Finding, Kind, Timed, Turn};
use crate::source::{LineIndex, SourceFile};

/// The object, with a line end.
pub(super) fn json(file: &SourceFile, flow: &str, exploration: &Exploration) -> String {
    let lines = LineIndex::new(&file.text);
    let paths = exploration.trails.iter().zip(&exploration.names).map(|(trail, name)| {
        json!({ "name": name, "turns": trail.turns.iter().map(turn).collect::<Vec<_>>(), "end": end(&trail.end) })
    });
    let slowest =
        exploration.slowest.map(|slowest| json!({ "ms": slowest.ms, "line": slowest.line, "path": slowest.trail }));
    let document = json!({
        "file": file.name,
        "flow": flow,
        "paths": paths.collect::<Vec<_>>(),
        "findings": exploration.findings.iter().map(finding).collect::<Vec<_>>(),
        "gaps": exploration.gaps.iter().map(|gap| lines.line(gap.span.start)).collect::<Vec<_>>(),
        "walked": exploration.share.walked,
        "all": exploration.share.all,
        "slowest": slowest,
        "cut": { "depth": exploration.cuts.depth, "paths": exploration.cuts.paths },
    });
    format!("{document:#}\n")
}

fn turn(Timed { ms, turn }: &Timed) -> Json {
    match turn {
        Turn::Start { line, head } => json!({ "ms": ms, "start": { "line": line, "head": head } }),
        Turn::Person { from, to, body, media } => {
            json!({ "ms": ms, "person": { "from": from, "to": to, "body": body, "media": media } })
        }
        Turn::Api { members } => {
            let members: Json = serde_json::from_str(members).unwrap_or_default();
            json!({ "ms": ms, "request": members })
        }
        Turn::Schedule { at } => json!({ "ms": ms, "schedule": at }),
        Turn::Time { seconds, is_silence } => {
            json!({ "ms": ms, "time": { "seconds": seconds, "no_reply": is_silence } })
        }
        Turn::Call { line, method, url } => {
            json!({ "ms": ms, "call": { "line": line, "method": method, "url": url } })
        }
        Turn::Talk { line, keyword, bot, words } => {
            json!({ "ms": ms, (*keyword): { "line": line, "bot": bot, "words": words } })
        }
        Turn::Outcome { label, detail } => json!({ "ms": ms, "outcome": { "label": label, "values": detail } }),
        Turn::Flow { line, to, from, body, media, is_refused } => json!({
            "ms": ms,
            "sms": { "line": line, "to": to, "from": from, "body": body, "media": media, "refused": is_refused },
        }),
        Turn::Word(word) => json!({ "ms": ms, "word": word }),
    }
}

fn end(end: &End) -> Json {
    match end {
        End::Completed { line } => json!({ "kind": "completed", "line": line }),
        End::Failed { line, kind, reason } => {
            json!({ "kind": "failed", "line": line, "failure": kind, "reason": reason })
        }
        End::Untaken(reasons) => json!({ "kind": "untaken", "reasons": reasons }),
        End::Again(line) => json!({ "kind": "again", "line": line }),
        End::Cut => json!({ "kind": "cut" }),
    }
}

fn finding(finding: &Finding) -> Json {
    let (kind, detail) = match &finding.kind {
        Kind::DeadEnd(words) => ("dead_end", json!(words)),
        Kind::MeantSilence(words) => ("meant_silence", json!(words)),
        Kind::EndlessLoop(head) => ("endless_loop", json!(head)),
        Kind::Fault(reason) => ("fault", json!(reason)),
        Kind::TooManyMessages(number) => ("too_many_messages", json!(number)),
        Kind::Unhandled(kind) => ("unhandled", json!(kind)),
    };
    json!({
        "kind": kind,
        "detail": detail,
        "line": finding.line,
        "path": finding.trail,
        "mistake": finding.kind.is_mistake(),
    })
}
