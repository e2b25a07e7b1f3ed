//! Every path of `flow-runtime` that emitted code uses. The other side is `runtime/src/flow.rs`, and `runtime/src/testing/`
//! for the marks of tests.

use super::Purpose;
use crate::check::cron::Times;
use crate::check::types::{Item, Type, Typed};
use crate::graph::{FailFilter, FailureKind, NodeId, Variable, kept_as};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The imports at the head of the emitted file; `chats`: it has a `chat`.
pub(super) fn imports(chats: bool) -> TokenStream {
    let chat = chats.then(|| {
        quote!(
            use ::flow_runtime::chat::{Chat, Turn};
        )
    });
    quote! {
        #chat
        use ::flow_runtime::flow::*;
        use ::flow_runtime::value::{self, *};
        use ::flow_runtime::{encode, math, state, text};
    }
}

/// The body of `main`.
pub(super) fn run(purpose: Purpose) -> TokenStream {
    match purpose {
        Purpose::Ship => quote!(::flow_runtime::main(&PROGRAM)),
        Purpose::Test => quote!(::flow_runtime::testing::main(&PROGRAM)),
    }
}

/// Tells the player of tests that a run comes to a step; nothing in a program that is shipped.
pub(super) fn mark_at(purpose: Purpose, machine: usize, node: NodeId) -> TokenStream {
    mark(purpose, &quote!(at), machine, node)
}

/// Tells it that a run goes on from the step at which it stood.
pub(super) fn mark_from(purpose: Purpose, machine: usize, node: NodeId) -> TokenStream {
    mark(purpose, &quote!(from), machine, node)
}

fn mark(purpose: Purpose, what: &TokenStream, machine: usize, node: NodeId) -> TokenStream {
    let (machine, node) = (Literal::usize_unsuffixed(machine), Literal::usize_unsuffixed(node.0));
    match purpose {
        Purpose::Ship => TokenStream::new(),
        Purpose::Test => quote!(::flow_runtime::testing::#what(#machine, #node);),
    }
}

/// What makes an enum storable.
pub(super) fn derive_storable() -> TokenStream {
    quote! {
        #[derive(::flow_runtime::serde::Serialize, ::flow_runtime::serde::Deserialize)]
        #[serde(crate = "::flow_runtime::serde")]
    }
}

/// The name under which a variant is stored.
pub(super) fn stored_as(name: &str) -> TokenStream {
    quote!(#[serde(rename = #name)])
}

/// The name under which a variable is stored: with its type, so that none is ever read as another. One that may be
/// missing is stored all the same, and one that was always there may be read as one that may be missing.
pub(super) fn variable_stored_as(name: &str, typed: Typed) -> TokenStream {
    let stored = kept_as(name, typed);
    if !typed.optional {
        return stored_as(&stored);
    }
    let always_there = kept_as(name, Typed::of(typed.ty));
    quote! {
        #[serde(rename = #stored, alias = #always_there, deserialize_with = "::flow_runtime::state::stored")]
    }
}

/// The Rust type that holds a value.
pub(super) fn rust_type(typed: Typed) -> TokenStream {
    let ty = match typed.ty {
        Type::Text | Type::Unknown => quote!(String),
        Type::Int => quote!(i64),
        Type::Number => quote!(Number),
        Type::Bool => quote!(bool),
        Type::Phone => quote!(Phone),
        Type::Url => quote!(Url),
        Type::Json => quote!(Json),
        Type::Scalar => quote!(Scalar),
        Type::Failure => quote!(Failure),
        Type::Now => quote!(Now),
        // `null` is no value.
        Type::Null => quote!(()),
        Type::List(item) => {
            let item = rust_type(Typed::of(item.into()));
            quote!(Vec<#item>)
        }
    };
    if typed.optional { quote!(Option<#ty>) } else { ty }
}

/// Whether its Rust type is `Copy`.
pub(super) fn is_copy(typed: Typed) -> bool {
    matches!(typed.ty, Type::Int | Type::Number | Type::Bool)
}

/// The pattern of `(kind, status)` that takes the failures of a narrowed `fail`.
pub(super) fn failure_pattern(filter: FailFilter) -> TokenStream {
    let kind = match filter {
        FailFilter::Status(first, last) => {
            let is_one = first == last;
            let (first, last) = (Literal::u16_unsuffixed(first), Literal::u16_unsuffixed(last));
            let status = if is_one { quote!(#first) } else { quote!(#first..=#last) };
            return quote!((FailureKind::Status, Some(#status)));
        }
        FailFilter::Kind(kind) => kind,
        // A graph is built only of what was understood.
        FailFilter::Bad => return quote!(_),
    };
    let kind = match kind {
        FailureKind::Timeout => quote!(Timeout),
        FailureKind::Connect => quote!(Connect),
        FailureKind::Tls => quote!(Tls),
        FailureKind::Dns => quote!(Dns),
        FailureKind::Status => quote!(Status),
        FailureKind::Response => quote!(Response),
        FailureKind::Blocked => quote!(Blocked),
        FailureKind::TooLarge => quote!(TooLarge),
        FailureKind::Request => quote!(Request),
        FailureKind::Carrier => quote!(Carrier),
    };
    quote!((FailureKind::#kind, _))
}

/// The runtime's `Times` of a schedule, in binary: a digit for each value.
pub(super) fn times(times: Times) -> TokenStream {
    let Times { minutes, hours, days, months, weekdays, either_day } = times;
    let bits = |field: u64| format!("{field:#b}").parse::<Literal>().unwrap_or_else(|_| Literal::u64_unsuffixed(field));
    let (minutes, hours, days) = (bits(minutes), bits(hours.into()), bits(days.into()));
    let (months, weekdays) = (bits(months.into()), bits(weekdays.into()));
    quote! {
        Times {
            minutes: #minutes,
            hours: #hours,
            days: #days,
            months: #months,
            weekdays: #weekdays,
            either_day: #either_day,
        }
    }
}

/// The runtime's `Kind` of a type.
pub(super) fn kind(ty: Type) -> TokenStream {
    match ty {
        Type::Int => quote!(Kind::Int),
        Type::Number => quote!(Kind::Number),
        Type::Bool => quote!(Kind::Bool),
        Type::Phone => quote!(Kind::Phone),
        Type::Url => quote!(Kind::Url),
        Type::Json => quote!(Kind::Json),
        Type::Scalar => quote!(Kind::Scalar),
        Type::List(item) => {
            let item = kind(item.into());
            quote!(Kind::List(&#item))
        }
        Type::Text | Type::Failure | Type::Now | Type::Null | Type::Unknown => quote!(Kind::Text),
    }
}

/// The runtime's `Input` of an Expected Input or a reply.
pub(super) fn input(variable: &Variable) -> TokenStream {
    let name = &variable.name;
    let kind = kind(variable.typed.ty);
    let optional = variable.typed.optional;
    quote!(Input { name: #name, kind: #kind, optional: #optional })
}

/// The accessor of the runtime's `Values` that takes a value of this type out.
pub(super) fn accessor(typed: Typed) -> &'static str {
    match (typed.ty, typed.optional) {
        (Type::Int, false) => "int",
        (Type::Int, true) => "int_opt",
        (Type::Number, false) => "number",
        (Type::Number, true) => "number_opt",
        (Type::Bool, false) => "bool",
        (Type::Bool, true) => "bool_opt",
        (Type::Phone, false) => "phone",
        (Type::Phone, true) => "phone_opt",
        (Type::Url, false) => "url",
        (Type::Url, true) => "url_opt",
        (Type::Json, false) => "json",
        (Type::Json, true) => "json_opt",
        (Type::Scalar, false) => "scalar",
        (Type::Scalar, true) => "scalar_opt",
        (Type::List(item), optional) => list_accessor(item, optional),
        (Type::Text | Type::Failure | Type::Now | Type::Null | Type::Unknown, false) => "text",
        (Type::Text | Type::Failure | Type::Now | Type::Null | Type::Unknown, true) => "text_opt",
    }
}

fn list_accessor(item: Item, optional: bool) -> &'static str {
    match (item, optional) {
        (Item::Text, false) => "texts",
        (Item::Text, true) => "texts_opt",
        (Item::Int, false) => "ints",
        (Item::Int, true) => "ints_opt",
        (Item::Number, false) => "numbers",
        (Item::Number, true) => "numbers_opt",
        (Item::Bool, false) => "bools",
        (Item::Bool, true) => "bools_opt",
        (Item::Phone, false) => "phones",
        (Item::Phone, true) => "phones_opt",
        (Item::Url, false) => "urls",
        (Item::Url, true) => "urls_opt",
        (Item::Json, false) => "jsons",
        (Item::Json, true) => "jsons_opt",
    }
}
