//! A flow's graph to Rust: a pure state machine for each trigger and path, thin and readable.
//!
//! Text of a flow reaches Rust only as a literal token. The emitted code does no I/O, is not async, and depends on
//! `flow-runtime` alone. The same graph always gives the same bytes.

mod action;
mod border;
mod expr;
mod idents;
mod machine;
mod transition;

use crate::graph::{FlowGraph, NodeKind};
use idents::Idents;
use machine::MachineCode;
use proc_macro2::TokenStream;
use quote::quote;

/// Emits the text of a flow's `main.rs`.
pub fn emit(graph: &FlowGraph) -> String {
    let tokens = program(graph);
    match syn::parse2(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        // What syn cannot read rustc cannot either; it says where, and the driver tells that it is a bug of flowc.
        Err(_) => tokens.to_string(),
    }
}

fn program(graph: &FlowGraph) -> TokenStream {
    let idents = Idents::of(graph);
    let machines: Vec<MachineCode<'_>> = graph
        .machines
        .iter()
        .enumerate()
        .map(|(index, machine)| MachineCode::new(graph, &idents, index, machine))
        .collect();
    let FlowGraph { name, source, secrets, .. } = graph;
    let title = format!(" {name}");
    let origin = format!(" Emitted by flowc {} from `{source}`: edit the flow, not this file.", env!("CARGO_PKG_VERSION"));
    let imports = border::imports();
    let run = border::run();
    let derive = border::derive_storable();
    let triggers = machines.iter().filter_map(MachineCode::trigger);
    let modules = machines.iter().map(MachineCode::module);
    let (variants, names): (Vec<_>, Vec<_>) =
        (0..machines.len()).map(|index| (idents.variant(index), idents.module(index))).unzip();
    quote! {
        #![doc = #title]
        #![doc = ""]
        #![doc = #origin]
        #![allow(unused_imports)]

        #imports

        fn main() -> ::std::process::ExitCode {
            #run
        }

        static PROGRAM: Program = Program {
            name: #name,
            source: #source,
            secrets: &[#(#secrets),*],
            triggers: &[#(#triggers),*],
            resume,
        };

        /// Where a run is: at a step of a trigger or a path, or at its end.
        #derive
        enum State {
            #(#variants(#names::State),)*
            Completed,
            Failed { line: u32, failure: Failure },
        }

        /// Goes on from a stored state with the outcome of its action.
        fn resume(state: &str, outcome: Outcome, secrets: &Secrets) -> Result<Step, Fault> {
            let next = match state::load(state)? {
                #(State::#variants(state) => state.resume(outcome)?,)*
                State::Completed | State::Failed { .. } => return Err(unasked()),
            };
            next.step(secrets)
        }

        impl State {
            /// The state in its stored form, and what it asks for.
            fn step(self, secrets: &Secrets) -> Result<Step, Fault> {
                let state = state::save(&self)?;
                let action = match self {
                    #(State::#variants(state) => state.action(secrets)?,)*
                    State::Completed => Action::End(End::Completed),
                    State::Failed { line, failure } => Action::End(End::Failed { line, failure }),
                };
                Ok(Step { state, action })
            }
        }

        fn unasked() -> Fault {
            Fault::Bug("an outcome that its state did not ask for".to_owned())
        }

        #(#modules)*
    }
}

impl NodeKind {
    /// The step in a few words, for comments.
    fn title(&self) -> String {
        match self {
            Self::Start { .. } => "the path is entered".to_owned(),
            Self::Call { call, .. } => format!("`call {}`", call.method),
            _ => "`sms`".to_owned(),
        }
    }
}
