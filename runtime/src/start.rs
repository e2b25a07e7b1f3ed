//! The start and the end of the process.

use std::io::Write;
use std::pin::pin;
use std::process::ExitCode;

use futures_util::future::{Either, select};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::info;

use crate::config::{self, Command, Config, StartError};
use crate::flow::Program;
use crate::logging;
use crate::numbers;
use crate::operate;
use crate::server::serve;
use crate::trial;

/// Threads that carry out requests and runs; both mostly wait.
const WORKERS: usize = 2;

/// Runs a flow program: reads its configuration, serves until SIGTERM or SIGINT, drains.
///
/// Exits with 0 when all had ended, with 1 when runs were cut off by a second signal or the end of
/// the grace, with 2 when it could not start.
pub fn main(program: &'static Program) -> ExitCode {
    let environment = |name: &str| std::env::var_os(name);
    match config::read(program, std::env::args_os().skip(1), &environment) {
        Ok(Command::Print(text)) => {
            // Whoever closed the pipe does not want to read it.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Ok(Command::Serve(config)) => start(program, *config).unwrap_or_else(|problems| refuse(program, problems)),
        Ok(Command::Call(command)) => trial::main(program, &command, &environment),
        Ok(Command::Numbers(command)) => numbers::main(program, &command),
        Ok(Command::Runs(command, engine)) => operate::main(program, &command, &engine),
        Ok(Command::OptOuts(command, engine)) => operate::opt_outs::main(&command, &engine),
        Err(error) => fail(&error),
    }
}

fn refuse(program: &'static Program, problems: Vec<String>) -> ExitCode {
    fail(&StartError { program: program.name, command: None, problems })
}

fn fail(error: &StartError) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{error}");
    ExitCode::from(2)
}

fn start(program: &'static Program, config: Config) -> Result<ExitCode, Vec<String>> {
    logging::start(config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|error| vec![format!("the threads could not be started: {error}")])?;
    let ended = runtime.block_on(run(program, config));
    // What is still in flight now was told in the log, and is not waited for.
    runtime.shutdown_background();
    ended
}

async fn run(program: &'static Program, config: Config) -> Result<ExitCode, Vec<String>> {
    let mut signals = Signals::listen().map_err(|error| vec![format!("signals cannot be received: {error}")])?;
    let listener =
        TcpListener::bind(config.listen).await.map_err(|error| vec![format!("--listen {}: {error}", config.listen)])?;
    let address = listener.local_addr().map_err(|error| vec![error.to_string()])?;
    // A second signal must be heard while the first is being heeded.
    let (first, heeded) = tokio::sync::oneshot::channel();
    let second = async {
        signals.next().await;
        let _ = first.send(());
        signals.next().await;
    };
    info!(flow = program.name, source = program.source, flowc = env!("CARGO_PKG_VERSION"), %address, "starting");
    let shutdown = async {
        announce(&address.to_string());
        // The sender lives as long as `second` does.
        let _ = heeded.await;
    };
    match select(pin!(serve(program, config, listener, shutdown)), pin!(second)).await {
        Either::Left((drained, _)) => Ok(ExitCode::from(u8::from(drained?.unfinished > 0))),
        Either::Right(_) => Ok(ExitCode::FAILURE),
    }
}

/// Tells on standard output that requests are taken from now on.
fn announce(address: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "ready on http://{address}").and_then(|()| out.flush());
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        select(pin!(self.terminate.recv()), pin!(self.interrupt.recv())).await;
    }
}
