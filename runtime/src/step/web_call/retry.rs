//! When a call is tried again.

use std::time::Duration;

use super::answer::Answer;
use crate::flow::{Call, Failure, FailureKind};

/// The attempts that a call has left.
pub(super) struct Retries {
    left: u32,
    made: u32,
}

impl Retries {
    pub(super) fn of(call: &Call) -> Self {
        Self { left: call.retries, made: 0 }
    }

    /// How long to wait before the next attempt; `None`: this answer is the last.
    pub(super) fn pause(&mut self, answer: &Result<Answer, Failure>) -> Option<Duration> {
        let may_pass = match answer {
            Ok(answer) => matches!(answer.status, 429 | 502 | 503 | 504),
            Err(failure) => matches!(failure.kind, FailureKind::Connect | FailureKind::Dns),
        };
        if !may_pass || self.left == 0 {
            return None;
        }
        self.left -= 1;
        self.made += 1;
        Some(Duration::from_millis(250) * 2_u32.pow(self.made.min(5) - 1))
    }
}
