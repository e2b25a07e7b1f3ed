//! Types in tests: what a test sends and expects is fixed.

use super::Infer;
use crate::check::place::Place;
use crate::syntax::ast::{Answer, AnswerBody, BotAnswer, ClauseKind, Json, TestStepKind, Words};
use crate::syntax::visit;

impl<'a> Infer<'a> {
    pub(super) fn test_step(&mut self, step: &'a TestStepKind) {
        match step {
            TestStepKind::Given(given) => given.answers.iter().for_each(|answer| self.answer(answer)),
            TestStepKind::WhenSms(sms) => {
                sms.to.iter().for_each(|to| self.fixed(to, Place::SmsTo));
                sms.from.iter().for_each(|from| self.fixed(from, Place::SmsFrom));
                sms.text.iter().for_each(|text| self.fixed(text, Place::Sms));
                sms.media.iter().for_each(|media| self.fixed(media, Place::Media));
            }
            TestStepKind::WhenApi(_, members) => self.fixed_json(members),
            TestStepKind::ThenSms(then) => {
                then.to.iter().for_each(|to| self.fixed(to, Place::SmsTo));
                then.from.iter().for_each(|from| self.fixed(from, Place::SmsFrom));
                then.media.iter().for_each(|media| self.fixed(media, Place::Media));
                if let Some(Words::Exactly(words)) = &then.words {
                    self.fixed(words, Place::Sms);
                }
            }
            TestStepKind::ThenCall(then) => {
                for clause in &then.clauses {
                    match &clause.kind {
                        ClauseKind::Header(_, value) => self.fixed(value, Place::Header),
                        ClauseKind::Query(_, value) => self.fixed(value, Place::UrlQuery),
                        ClauseKind::Json(json) => self.fixed_json(json),
                        ClauseKind::Form(fields) => {
                            fields.iter().for_each(|(_, value)| self.fixed(value, Place::TextBody));
                        }
                        ClauseKind::Xml(text) | ClauseKind::Text(text) => self.fixed(text, Place::TextBody),
                        _ => {}
                    }
                }
            }
            TestStepKind::GivenBot(given) => {
                for answer in &given.answers {
                    if let BotAnswer::Plain(json, _) = answer {
                        self.fixed_json(json);
                    }
                }
            }
            TestStepKind::ThenBot(_, words) => words.iter().for_each(|words| self.fixed(words, Place::Bot)),
            TestStepKind::GivenSms(to) => to.iter().for_each(|to| self.fixed(to, Place::SmsTo)),
            TestStepKind::WhenSchedule(_)
            | TestStepKind::WhenPass(_)
            | TestStepKind::ThenNothing
            | TestStepKind::ThenWaits
            | TestStepKind::ThenFails => {}
        }
    }

    fn answer(&mut self, answer: &'a Answer) {
        let Answer::Response { headers, body, .. } = answer else { return };
        headers.iter().for_each(|(_, value)| self.fixed(value, Place::Header));
        match body {
            Some(AnswerBody::Json(json)) => self.fixed_json(json),
            Some(AnswerBody::Text(text)) => self.fixed(text, Place::TextBody),
            Some(AnswerBody::JsonFile(_) | AnswerBody::TextFile(_)) | None => {}
        }
    }

    fn fixed_json(&mut self, json: &'a Json) {
        visit::json_exprs(json, &mut |expr| self.fixed(expr, Place::JsonBody));
    }
}
