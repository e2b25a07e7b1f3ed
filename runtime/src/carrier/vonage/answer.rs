//! What Vonage answers to a message: whatever became of it, the status is 200 ("Troubleshooting SMS" in Vonage's
//! documentation).

use serde::Deserialize;

use super::WHO;
use crate::carrier::{Handover, api};

/// One entry for each part of a long text.
#[derive(Deserialize)]
struct Answer {
    messages: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    /// `0`: it was taken.
    status: String,
    #[serde(rename = "message-id")]
    id: Option<String>,
    #[serde(rename = "error-text")]
    reason: Option<String>,
}

/// What became of a message.
pub(super) fn handover(answer: &api::Answer) -> Handover {
    let status = answer.status;
    let parts = answer.json().map_or_else(Vec::new, |Answer { messages }| messages);
    let refused = |part: &&Part| part.status != "0";
    let Some(first) = parts.iter().find(refused) else {
        return match parts.into_iter().next() {
            Some(part) if answer.is_success() => Handover::Sent(part.id),
            _ if answer.is_success() => {
                Handover::Unknown { why: format!("{WHO}'s answer was not understood"), status: Some(status) }
            }
            _ => answer.refusal(format!("{WHO} answered {status}")),
        };
    };
    let reason = first.reason.as_deref().unwrap_or("no reason was given").trim_end_matches('.');
    let (code, all) = (first.status.as_str(), parts.len());
    let taken = parts.iter().filter(|part| !refused(part)).count();
    let why = if taken == 0 {
        format!("{WHO} refused the message with error {code}: {reason}")
    } else {
        format!(
            "{WHO} took only {taken} of the {all} parts of the message, and refused others with error {code}: {reason}"
        )
    };
    match code {
        // What has gone out in part would go out in part twice.
        _ if taken > 0 => Handover::refused(status, why),
        // The account's throughput, and its connections.
        "1" | "10" => answer.busy(why),
        "5" => Handover::Unknown { why, status: Some(status) },
        _ => Handover::refused(status, why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::carrier::{NotSent, Obstacle};

    fn answered(status: u16, body: &str) -> Handover {
        handover(&api::Answer { status, headers: Default::default(), body: body.to_owned().into() })
    }

    fn obstacle(handover: Handover) -> Option<Obstacle> {
        match handover {
            Handover::NotSent(NotSent { obstacle, .. }) => Some(obstacle),
            _ => None,
        }
    }

    #[test]
    fn a_message_is_known_by_its_first_part() {
        let taken = |body| answered(200, body);
        let one = r#"{"message-count":"1","messages":[{"to":"1","message-id":"A","status":"0","network":"310"}]}"#;
        assert_eq!(taken(one), Handover::Sent(Some("A".to_owned())));
        let two =
            r#"{"message-count":"2","messages":[{"message-id":"A","status":"0"},{"message-id":"B","status":"0"}]}"#;
        assert_eq!(taken(two), Handover::Sent(Some("A".to_owned())));
    }

    #[test]
    fn what_a_code_means_is_known() {
        for (code, expected) in [
            ("1", Some(Obstacle::Passing(None))),
            ("2", Some(Obstacle::Final)),
            ("3", Some(Obstacle::Final)),
            ("4", Some(Obstacle::Final)),
            ("5", None),
            ("6", Some(Obstacle::Final)),
            ("7", Some(Obstacle::Final)),
            ("8", Some(Obstacle::Final)),
            ("9", Some(Obstacle::Final)),
            ("10", Some(Obstacle::Passing(None))),
            ("11", Some(Obstacle::Final)),
            ("12", Some(Obstacle::Final)),
            ("14", Some(Obstacle::Final)),
            ("15", Some(Obstacle::Final)),
            ("22", Some(Obstacle::Final)),
            ("23", Some(Obstacle::Final)),
            ("29", Some(Obstacle::Final)),
            ("33", Some(Obstacle::Final)),
        ] {
            let body = format!(r#"{{"messages":[{{"status":"{code}","error-text":"x"}}]}}"#);
            assert_eq!(obstacle(answered(200, &body)), expected, "{code}");
        }
        let why = "Vonage refused the message with error 9: Quota Exceeded - rejected";
        let body = r#"{"messages":[{"status":"9","error-text":"Quota Exceeded - rejected"}]}"#;
        assert_eq!(answered(200, body), Handover::refused(200, why));
    }

    #[test]
    fn what_has_gone_out_in_part_is_told_and_not_sent_again() {
        let body =
            r#"{"messages":[{"message-id":"A","status":"0"},{"status":"1","error-text":"Throttled"},{"status":"5"}]}"#;
        let why = "Vonage took only 1 of the 3 parts of the message, and refused others with error 1: Throttled";
        assert_eq!(answered(200, body), Handover::refused(200, why));
    }

    #[test]
    fn an_answer_that_is_none_of_these_is_judged_by_its_status() {
        assert_eq!(obstacle(answered(401, "")), Some(Obstacle::Final));
        assert_eq!(obstacle(answered(429, "<html>")), Some(Obstacle::Passing(None)));
        for (status, body) in [(200, ""), (200, "{}"), (200, r#"{"messages":[]}"#), (503, "")] {
            assert!(matches!(answered(status, body), Handover::Unknown { status: Some(told), .. } if told == status));
        }
    }
}
