//! What starts a machine: its row among the triggers, and its function `start`.

use super::border;
use super::machine::MachineCode;
use super::transition::Transitions;
use crate::graph::{Api, Entry};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

impl MachineCode<'_> {
    /// The row of this machine in the program's triggers; `None` for a path.
    pub(super) fn trigger(&self) -> Option<TokenStream> {
        let module = self.idents.module(self.index);
        let line = Literal::u32_unsuffixed(self.machine.line);
        match &self.machine.entry {
            Entry::Sms { to, matching } => {
                let option =
                    |text: &Option<String>| text.as_ref().map_or_else(|| quote!(None), |text| quote!(Some(#text)));
                let (to, matching) = (option(to), option(matching));
                Some(quote! {
                    Trigger::Sms(SmsTrigger { line: #line, to: #to, matching: #matching, start: #module::start })
                })
            }
            Entry::Api(api) => {
                let Api { name, needs_ani, needs_dnis, .. } = api;
                let token = api.token.as_ref().map_or_else(|| quote!(None), |token| quote!(Some(#token)));
                let inputs = api.inputs.iter().map(border::input);
                Some(quote! {
                    Trigger::Api(ApiTrigger {
                        line: #line,
                        name: #name,
                        token: #token,
                        inputs: &[#(#inputs),*],
                        needs_ani: #needs_ani,
                        needs_dnis: #needs_dnis,
                        start: #module::start,
                    })
                })
            }
            Entry::Schedule { cron, times } => {
                let times = border::times(*times);
                Some(quote! {
                    Trigger::Schedule(ScheduleTrigger { line: #line, text: #cron, times: #times, start: #module::start })
                })
            }
            Entry::Path { .. } => None,
        }
    }

    /// `start`: from what came in to the first state.
    pub(super) fn start(&self, transitions: &Transitions<'_>) -> TokenStream {
        let start = self.machine.start;
        let live: Vec<(Ident, &str, _)> = self
            .machine
            .node(start)
            .into_iter()
            .flat_map(|node| &node.live)
            .map(|(name, typed)| (self.idents.variable(name), name.as_str(), *typed))
            .collect();
        let (argument, bind): (TokenStream, Vec<TokenStream>) = match &self.machine.entry {
            Entry::Path { .. } => return quote!(),
            Entry::Schedule { .. } => {
                let now = live.first().map_or_else(|| quote!(_now), |(now, ..)| quote!(#now));
                (quote!(#now: Now), Vec::new())
            }
            Entry::Sms { .. } => {
                let members: Vec<&str> = live.iter().map(|(_, name, _)| member_of_sms(name)).collect();
                let bind = live.iter().enumerate().map(|(at, (variable, name, _))| {
                    let member = member_of_sms(name);
                    let is_read_again = members.iter().skip(at + 1).any(|other| *other == member);
                    let member = format_ident!("{member}");
                    if is_read_again {
                        quote!(let #variable = sms.#member.clone();)
                    } else {
                        quote!(let #variable = sms.#member;)
                    }
                });
                (if live.is_empty() { quote!(_sms: InboundSms) } else { quote!(sms: InboundSms) }, bind.collect())
            }
            Entry::Api(api) => {
                let mut takes_values = false;
                let bind: Vec<_> = live
                    .iter()
                    .map(|(variable, name, typed)| {
                        if api.inputs.iter().any(|input| input.name == *name) {
                            takes_values = true;
                            let accessor = format_ident!("{}", border::accessor(*typed));
                            quote!(let #variable = api.inputs.#accessor(#name)?;)
                        } else {
                            let member = format_ident!("{}", if *name == "ANI" { "ani" } else { "dnis" });
                            let missing = format!("${name} is needed and was not asked for");
                            quote! {
                                let #variable = api.#member.ok_or_else(|| Fault::Bug(#missing.to_owned()))?;
                            }
                        }
                    })
                    .collect();
                let argument = match (live.is_empty(), takes_values) {
                    (true, _) => quote!(_api: InboundApi),
                    (false, true) => quote!(mut api: InboundApi),
                    (false, false) => quote!(api: InboundApi),
                };
                (argument, bind)
            }
        };
        let next = transitions.to(start);
        quote! {
            pub fn start(#argument, secrets: &Secrets) -> Result<Step, Fault> {
                #(#bind)*
                let next = #next;
                next.step(secrets)
            }
        }
    }
}

/// The member of a message that a variable of its trigger is taken from.
fn member_of_sms(name: &str) -> &'static str {
    match name {
        "to" | "DNIS" => "to",
        "body" => "body",
        "media" => "media",
        _ => "from",
    }
}
