//! One attempt at an invocation: Restate sends what it has recorded of it, the handler goes over that again, and then on.
//!
//! The state machine of the protocol is Restate's own, `restate-sdk-shared-core`; here are its in- and output.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use restate_sdk_shared_core::{
    AwaitResponse, CoreVM, Error, NonEmptyValue, NotificationHandle, PayloadOptions, ResponseHead, RetryPolicy,
    RunExitResult, Target, TerminalFailure, VM, VMOptions, Value,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::UnboundedSender;

use super::handlers::Handler;
use crate::clock::Time;
use crate::encode;

/// How long Restate may take to close its side of the exchange when all has been said.
const LEAVE: Duration = Duration::from_secs(60);

/// The code of a failure, as HTTP has it.
const FAILED: u16 = 500;

/// Why an attempt goes no further. Restate makes another one when there is something new, or after a pause.
#[derive(Debug)]
pub(super) enum Halt {
    /// Restate knows already, or cannot be told.
    Gone,
    /// It cannot go on now; why, for people.
    Later(String),
    /// An operator has cancelled the invocation.
    Cancelled,
    /// It has failed, and is over; why.
    Over(String),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        if error.is_suspended_error() { Self::Gone } else { Self::Later(error.to_string()) }
    }
}

/// An invocation as this attempt has it. One thing is awaited at a time.
pub(super) struct Attempt {
    vm: CoreVM,
    input: Incoming,
    output: UnboundedSender<Bytes>,
    key: String,
    given: Bytes,
}

/// What was asked of the state machine.
enum Settled {
    Value(Value),
    /// Nothing is recorded: the work is to be done now.
    Undone,
}

impl Attempt {
    /// Reads the protocol's version; with it comes the head of the answer.
    pub(super) fn new(
        headers: HeaderMap,
        input: Incoming,
        output: UnboundedSender<Bytes>,
    ) -> Result<(Self, ResponseHead), Error> {
        let vm = CoreVM::new(headers, VMOptions::default())?;
        let head = vm.get_response_head();
        Ok((Self { vm, input, output, key: String::new(), given: Bytes::new() }, head))
    }

    /// Takes in what Restate has of the invocation.
    pub(super) async fn begin(&mut self) -> Result<(), Halt> {
        while !self.vm.is_ready_to_execute()? {
            self.read().await;
        }
        let input = self.vm.sys_input()?;
        (self.key, self.given) = (input.key, input.input);
        Ok(())
    }

    /// The key of the object that is invoked.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// What the invocation was given.
    pub(super) fn given<T: DeserializeOwned>(&self) -> Result<T, Halt> {
        from_json(&self.given)
    }

    /// Work whose result is recorded: done once, or again if the process ends before Restate has it.
    pub(super) async fn run<T: Serialize + DeserializeOwned>(
        &mut self,
        name: String,
        work: impl Future<Output = Result<T, Halt>>,
    ) -> Result<T, Halt> {
        let handle = self.vm.sys_run(name)?.handle;
        let mut settled = self.settle(handle).await?;
        if let Settled::Undone = settled {
            self.write();
            let done = RunExitResult::Success(to_json(&work.await?)?);
            self.vm.propose_run_completion(handle, done, RetryPolicy::Infinite)?;
            settled = self.settle(handle).await?;
        }
        match settled {
            Settled::Value(Value::Success(json)) => from_json(&json),
            _ => Err(Halt::Later("a recorded result has no value".to_owned())),
        }
    }

    /// A value that the invocation's object keeps.
    pub(super) async fn get<T: DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, Halt> {
        let handle = self.vm.sys_state_get(key.to_owned(), None, PayloadOptions::default())?;
        match self.settle(handle).await? {
            Settled::Value(Value::Success(json)) => from_json(&json).map(Some),
            _ => Ok(None),
        }
    }

    /// Has the invocation's object keep a value.
    pub(super) fn set<T: Serialize>(&mut self, key: &str, value: &T) -> Result<(), Halt> {
        Ok(self.vm.sys_state_set(key.to_owned(), to_json(value)?, None, PayloadOptions::default())?)
    }

    /// Has the invocation's object keep nothing.
    pub(super) fn clear(&mut self) -> Result<(), Halt> {
        Ok(self.vm.sys_state_clear_all(None)?)
    }

    /// Invokes another handler, and does not wait for it.
    pub(super) fn send<T: Serialize>(&mut self, to: &Address, given: &T) -> Result<(), Halt> {
        self.vm.sys_send(to.target(), to_json(given)?, None, None, PayloadOptions::default())?;
        Ok(())
    }

    /// Invokes another handler later. Gives the invocation's id.
    pub(super) async fn send_at<T: Serialize>(&mut self, to: &Address, given: &T, at: Time) -> Result<String, Halt> {
        let at = Duration::from_millis(u64::try_from(at.0).unwrap_or(0));
        let sent = self.vm.sys_send(to.target(), to_json(given)?, Some(at), None, PayloadOptions::default())?;
        match self.settle(sent.invocation_id_notification_handle).await? {
            Settled::Value(Value::InvocationId(id)) => Ok(id),
            _ => Err(Halt::Later("an invocation has no id".to_owned())),
        }
    }

    /// Cancels an invocation that has not begun.
    pub(super) fn cancel(&mut self, invocation: String) -> Result<(), Halt> {
        Ok(self.vm.sys_cancel_invocation(invocation)?)
    }

    /// Tells Restate what came of it, and waits until that is heard.
    pub(super) async fn end<T: Serialize>(mut self, ended: Result<T, Halt>) {
        let told = match ended {
            Ok(output) => to_json(&output).and_then(|json| self.say(NonEmptyValue::Success(json))),
            Err(Halt::Over(message)) => {
                let failure = TerminalFailure { code: FAILED, message, metadata: Vec::new() };
                self.say(NonEmptyValue::Failure(failure))
            }
            Err(halt) => Err(halt),
        };
        match told {
            Err(Halt::Later(why)) => self.vm.notify_error(Error::internal(why), None),
            Err(Halt::Cancelled) => self.vm.notify_error(Error::internal("cancelled"), None),
            Ok(()) | Err(Halt::Gone | Halt::Over(_)) => {}
        }
        self.write();
        // An answer that ends before its request does looks like a broken connection to proxies.
        let heard = async { while let Some(Ok(_)) = self.input.frame().await {} };
        let _ = tokio::time::timeout(LEAVE, heard).await;
    }

    fn say(&mut self, output: NonEmptyValue) -> Result<(), Halt> {
        self.vm.sys_write_output(output, PayloadOptions::default())?;
        Ok(self.vm.sys_end()?)
    }

    async fn settle(&mut self, handle: NotificationHandle) -> Result<Settled, Halt> {
        loop {
            match self.vm.do_await(handle.into())? {
                AwaitResponse::AnyCompleted => {
                    if let Some(value) = self.vm.take_notification(handle)? {
                        return Ok(Settled::Value(value));
                    }
                }
                AwaitResponse::ExecuteRun(_) => return Ok(Settled::Undone),
                AwaitResponse::CancelSignalReceived => return Err(Halt::Cancelled),
                AwaitResponse::WaitingExternalProgress { .. } | AwaitResponse::EphemeralNotificationReady(_) => {
                    self.write();
                    self.read().await;
                }
            }
        }
    }

    async fn read(&mut self) {
        match self.input.frame().await {
            Some(Ok(frame)) => {
                if let Ok(bytes) = frame.into_data() {
                    self.vm.notify_input(bytes);
                }
            }
            Some(Err(error)) => self.vm.notify_error(Error::internal(error.to_string()), None),
            None => self.vm.notify_input_closed(),
        }
    }

    /// Whoever does not listen any more makes another attempt, so a failure to write is none of this one's.
    fn write(&mut self) {
        let bytes = self.vm.take_output();
        if !bytes.is_empty() {
            let _ = self.output.send(bytes);
        }
    }
}

/// A handler of this flow, and the object that it is to be invoked on; without a key, it is of a plain service.
pub(super) struct Address {
    service: String,
    handler: Handler,
    key: String,
}

impl Address {
    pub(super) fn new(service: String, handler: Handler, key: String) -> Self {
        Self { service, handler, key }
    }

    /// Where the ingress takes its invocations.
    pub(super) fn path(&self) -> String {
        let (service, handler) = (&self.service, self.handler.name());
        match self.key.as_str() {
            "" => format!("/{service}/{handler}"),
            key => format!("/{service}/{}/{handler}", encode::segment(&key)),
        }
    }

    fn target(&self) -> Target {
        Target {
            service: self.service.clone(),
            handler: self.handler.name().to_owned(),
            key: (!self.key.is_empty()).then(|| self.key.clone()),
            idempotency_key: None,
            scope: None,
            limit_key: None,
            headers: Vec::new(),
        }
    }
}

fn to_json<T: Serialize>(value: &T) -> Result<Bytes, Halt> {
    serde_json::to_vec(value).map(Bytes::from).map_err(|error| Halt::Later(format!("not JSON: {error}")))
}

fn from_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, Halt> {
    serde_json::from_slice(json).map_err(|error| Halt::Later(format!("what Restate has is of another kind: {error}")))
}
