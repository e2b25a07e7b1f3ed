//! A flow's graph to Rust: a pure state machine for each trigger and path, thin and readable.
//!
//! Text of a flow reaches Rust only as a literal token. The emitted code does no I/O, is not async, and depends on
//! `flow-runtime` alone. The same graph always gives the same bytes.

mod action;
mod border;
mod bot;
mod encoded;
mod expr;
mod idents;
mod machine;
mod names;
mod outcome;
mod transition;
mod trigger;

use crate::graph::{FlowGraph, Identities, NodeKind};
use idents::Idents;
use machine::MachineCode;
use proc_macro2::TokenStream;
use quote::quote;

/// What a program is emitted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It answers people.
    Ship,
    /// Tests are played to it. It marks each step that a run comes to, so that they know the ways it took.
    Test,
}

/// Emits the text of a flow's `main.rs`. `openapi` is the document of its api triggers, if it has any.
pub fn emit(graph: &FlowGraph, openapi: Option<&str>, purpose: Purpose) -> String {
    let tokens = program(graph, openapi, purpose);
    match syn::parse2(tokens.clone()) {
        Ok(file) => spaced(&prettyplease::unparse(&file)),
        // What syn cannot read rustc cannot either; it says where, and the driver tells that it is a bug of flowc.
        Err(_) => tokens.to_string(),
    }
}

/// Sets a blank line before each item, which prettyplease does not do. No literal spans lines in its output.
fn spaced(code: &str) -> String {
    const ITEMS: &[&str] =
        &["///", "#[derive", "use ", "fn ", "pub fn ", "static ", "mod ", "impl ", "enum ", "pub enum "];
    let mut spaced = String::with_capacity(code.len() + code.len() / 16);
    let mut before = "";
    for line in code.lines() {
        let begins_item = ITEMS.iter().any(|item| line.trim_start().starts_with(item));
        let follows_item = before.ends_with(['}', ';']) || before == "#![allow(unused_imports)]";
        let among_imports = before.trim_start().starts_with("use ") && line.trim_start().starts_with("use ");
        if begins_item && follows_item && !among_imports {
            spaced.push('\n');
        }
        spaced.push_str(line);
        spaced.push('\n');
        before = line;
    }
    spaced
}

fn program(graph: &FlowGraph, openapi: Option<&str>, purpose: Purpose) -> TokenStream {
    let idents = Idents::of(graph);
    let identities = Identities::of(graph);
    let machines: Vec<MachineCode<'_>> = graph
        .machines
        .iter()
        .enumerate()
        .map(|(index, machine)| MachineCode::new(graph, &idents, &identities, index, machine, purpose))
        .collect();
    let FlowGraph { name, source, secrets, .. } = graph;
    let nodes = || graph.machines.iter().flat_map(|machine| &machine.nodes);
    let chats = nodes().any(machine::is_chat);
    let asks = chats || nodes().any(|node| matches!(node.kind, NodeKind::Ask { .. }));
    let media = nodes().filter_map(|node| match &node.kind {
        NodeKind::Sms { sms, .. } if !sms.media.is_empty() => Some(node.line),
        _ => None,
    });
    let identity = graph.identity();
    // One long line, so it stands where nobody reads over it.
    let (openapi, document) = match openapi {
        Some(document) => (
            quote!(Some(OPENAPI)),
            quote! {
                /// The OpenAPI document of the flow's requests.
                static OPENAPI: &str = #document;
            },
        ),
        None => (quote!(None), TokenStream::new()),
    };
    let timezone = graph.timezone.as_deref().unwrap_or("UTC");
    let title = format!(" {name}");
    let origin =
        format!(" Emitted by flowc {} from `{source}`: edit the flow, not this file.", env!("CARGO_PKG_VERSION"));
    let imports = border::imports(chats);
    let run = border::run(purpose);
    let derive = border::derive_storable();
    let triggers = machines.iter().filter_map(MachineCode::trigger);
    let modules = machines.iter().map(MachineCode::module);
    let (variants, names): (Vec<_>, Vec<_>) =
        (0..machines.len()).map(|index| (idents.variant(index), idents.module(index))).unzip();
    let stored = (0..machines.len()).map(|index| border::stored_as(identities.machine(index)));
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
            identity: #identity,
            secrets: &[#(#secrets),*],
            timezone: #timezone,
            triggers: &[#(#triggers),*],
            media: &[#(#media),*],
            asks: #asks,
            openapi: #openapi,
            enter,
            resume,
        };

        /// Where a run is: at a step of a trigger or a path, or at its end.
        #derive
        enum Run {
            #(#stored #variants(#names::State),)*
            Completed,
            Failed { line: u32, failure: Failure },
        }

        /// A stored state, and what it asks for.
        fn enter(state: &str, secrets: &Secrets) -> Result<Step, Fault> {
            state::load::<Run>(state)?.step(secrets)
        }

        /// Goes on from a stored state with the outcome of its action.
        fn resume(state: &str, outcome: Outcome, secrets: &Secrets) -> Result<Step, Fault> {
            let next = match state::load(state)? {
                #(Run::#variants(state) => state.resume(outcome)?,)*
                Run::Completed | Run::Failed { .. } => return Err(unasked()),
            };
            next.step(secrets)
        }

        impl Run {
            /// The state in its stored form, and what it asks for.
            fn step(self, secrets: &Secrets) -> Result<Step, Fault> {
                let state = state::save(&self)?;
                let action = match self {
                    #(Run::#variants(state) => state.action(secrets)?,)*
                    Run::Completed => Action::End(End::Completed),
                    Run::Failed { line, failure } => Action::End(End::Failed { line, failure }),
                };
                Ok(Step { state, action })
            }
        }

        fn unasked() -> Fault {
            Fault::Bug("an outcome that its state did not ask for".to_owned())
        }

        #(#modules)*

        #document
    }
}
