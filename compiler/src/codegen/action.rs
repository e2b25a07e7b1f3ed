//! What a state asks the runtime to do: the parts of a call and of a message.

use super::border;
use super::encoded;
use super::expr;
use super::names::Names;
use crate::check::types::Type;
use crate::graph::{Ask, Auth, Binding, Body, Call, Expr, ExprKind, Json, Node, Oauth, Query, Segment, Sms};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

/// The constant table of a call's response variables.
pub(super) fn bindings(name: &Ident, bindings: &[Binding]) -> TokenStream {
    let rows = bindings.iter().map(|binding| {
        let name = &binding.variable.name;
        let kind = border::kind(binding.variable.typed.ty);
        let optional = binding.variable.typed.optional;
        let query = query(&binding.query);
        quote!(Binding { name: #name, kind: #kind, optional: #optional, query: #query })
    });
    quote!(static #name: &[Binding] = &[#(#rows),*];)
}

fn query(query: &Query) -> TokenStream {
    match query {
        Query::Label(label) => quote!(Query::Label(#label)),
        Query::Path(segments) => {
            let segments = segments.iter().map(|segment| match segment {
                Segment::Member(name) => quote!(Segment::Member(#name)),
                Segment::Index(index) => {
                    let index = Literal::usize_unsuffixed(*index);
                    quote!(Segment::Index(#index))
                }
            });
            quote!(Query::Path(&[#(#segments),*]))
        }
        Query::JsonPath(text) => quote!(Query::JsonPath(#text)),
        Query::Status => quote!(Query::Status),
        Query::Header(name) => {
            let name = &name.value;
            quote!(Query::Header(#name))
        }
        Query::Body => quote!(Query::Body),
    }
}

/// `Action::Call(…)`
pub(super) fn call(names: Names<'_>, line: u32, call: &Call, table: Option<&Ident>) -> TokenStream {
    let line = Literal::u32_unsuffixed(line);
    let timeout = Literal::u32_unsuffixed(call.timeout);
    let retries = Literal::u32_unsuffixed(call.retries());
    let method = match call.method.as_str() {
        "POST" => quote!(Method::Post),
        "PATCH" => quote!(Method::Patch),
        "PUT" => quote!(Method::Put),
        "DELETE" => quote!(Method::Delete),
        _ => quote!(Method::Get),
    };
    let url = encoded::url(names, &call.url);
    let query = pairs(names, &call.query);
    let headers = pairs(names, &call.headers);
    let auth = match &call.auth {
        Some(Auth::Basic(user, password)) => {
            let (user, password) = (expr::value(names, user), expr::value(names, password));
            quote!(Some(Auth::Basic { user: #user, password: #password }))
        }
        Some(Auth::Bearer(token)) => {
            let token = expr::value(names, token);
            quote!(Some(Auth::Bearer(#token)))
        }
        Some(Auth::Oauth(oauth)) => {
            let oauth = self::oauth(names, oauth);
            quote!(Some(Auth::Oauth(Box::new(#oauth))))
        }
        None => quote!(None),
    };
    let body = match &call.body {
        Some(Body::Json(value)) => {
            let value = json(names, value);
            quote!(Some(Body::Json(#value)))
        }
        Some(Body::Form(fields)) => {
            let fields = pairs(names, fields);
            quote!(Some(Body::Form(#fields)))
        }
        Some(Body::Xml(parts)) => {
            let xml = encoded::xml(names, parts);
            quote!(Some(Body::Xml(#xml)))
        }
        Some(Body::Text(text)) => {
            let text = expr::value(names, text);
            quote!(Some(Body::Text(#text)))
        }
        None => quote!(None),
    };
    let bindings = table.map_or_else(|| quote!(&[]), |table| quote!(#table));
    quote! {
        Action::Call(Box::new(Call {
            line: #line,
            method: #method,
            url: #url,
            query: #query,
            headers: #headers,
            auth: #auth,
            timeout: #timeout,
            retries: #retries,
            body: #body,
            bindings: #bindings,
        }))
    }
}

fn oauth(names: Names<'_>, oauth: &Oauth) -> TokenStream {
    let token_url = encoded::url(names, &oauth.token_url);
    let (client_id, client_secret) = (expr::value(names, &oauth.client_id), expr::value(names, &oauth.client_secret));
    let scope = optional(oauth.scope.as_ref().map(|scope| expr::value(names, scope)));
    let audience = optional(oauth.audience.as_ref().map(|audience| expr::value(names, audience)));
    let auth_method = match oauth.auth_method.as_deref() {
        Some("client_secret_post") => quote!(ClientAuth::Post),
        _ => quote!(ClientAuth::Basic),
    };
    quote! {
        Oauth {
            token_url: #token_url,
            client_id: #client_id,
            client_secret: #client_secret,
            scope: #scope,
            audience: #audience,
            auth_method: #auth_method,
        }
    }
}

pub(super) fn optional(value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(|| quote!(None), |value| quote!(Some(#value)))
}

/// A `Vec` of these; not by `vec!`, whose inside prettyplease leaves as it is.
fn vector(items: impl Iterator<Item = TokenStream>) -> TokenStream {
    let items: Vec<TokenStream> = items.collect();
    if items.is_empty() { quote!(Vec::new()) } else { quote!(Vec::from([#(#items),*])) }
}

fn pairs(names: Names<'_>, pairs: &[(String, Expr)]) -> TokenStream {
    vector(pairs.iter().map(|(name, value)| {
        let value = expr::value(names, value);
        quote!((#name, #value))
    }))
}

fn json(names: Names<'_>, value: &Json) -> TokenStream {
    match value {
        Json::Null => quote!(JsonBody::Null),
        Json::Value(value) => match &value.kind {
            ExprKind::Literal(text) => quote!(JsonBody::from(#text)),
            _ => {
                let value = expr::value(names, value);
                quote!(JsonBody::from(#value))
            }
        },
        Json::List(items) => {
            let items = vector(items.iter().map(|item| json(names, item)));
            quote!(JsonBody::List(#items))
        }
        Json::Object(members) => {
            let members = vector(members.iter().map(|(name, value)| {
                let value = json(names, value);
                quote!((#name, #value))
            }));
            quote!(JsonBody::Object(#members))
        }
    }
}

/// `Action::Sms(…)`
pub(super) fn sms(names: Names<'_>, line: u32, sms: &Sms) -> TokenStream {
    let message = message(names, line, sms);
    quote!(Action::Sms(#message))
}

/// `Action::Ask(…)`
pub(super) fn ask(names: Names<'_>, node: &Node, ask: &Ask) -> TokenStream {
    let question = message(names, node.line, &ask.question);
    let place = node.kind.title();
    let reply = ask.reply.as_ref().map_or_else(
        || quote!(None),
        |reply| {
            let input = border::input(reply);
            quote!(Some(#input))
        },
    );
    let within = Literal::u32_unsuffixed(ask.within);
    let retries = Literal::u32_unsuffixed(ask.retries);
    let again = ask.again.as_ref().map_or_else(
        || quote!(None),
        |again| {
            let again = expr::value(names, again);
            quote!(Some(#again))
        },
    );
    quote! {
        Action::Ask(Box::new(Ask {
            question: #question,
            place: #place,
            reply: #reply,
            within: #within,
            retries: #retries,
            again: #again,
        }))
    }
}

/// `Action::Wait(…)`
pub(super) fn wait(node: &Node, seconds: u32) -> TokenStream {
    let (line, seconds) = (Literal::u32_unsuffixed(node.line), Literal::u32_unsuffixed(seconds));
    let place = node.kind.title();
    quote!(Action::Wait(Wait { line: #line, place: #place, seconds: #seconds }))
}

fn message(names: Names<'_>, line: u32, sms: &Sms) -> TokenStream {
    let line = Literal::u32_unsuffixed(line);
    let phone = |phone: &Option<Expr>| match phone {
        Some(phone) => {
            let phone = expr::value(names, phone);
            quote!(Some(#phone))
        }
        None => quote!(None),
    };
    let (to, from) = (phone(&sms.to), phone(&sms.from));
    let body = expr::value(names, &sms.text);
    let media = media(names, &sms.media);
    quote!(Sms { line: #line, to: #to, from: #from, body: #body, media: #media })
}

fn media(names: Names<'_>, media: &[Expr]) -> TokenStream {
    let is_list = |expr: &Expr| matches!(expr.typed.ty, Type::List(_));
    let list = |expr: &Expr| {
        let list = expr::value(names, expr);
        if expr.typed.optional { quote!(#list.unwrap_or_default()) } else { list }
    };
    match media {
        [only] if is_list(only) => list(only),
        media if media.iter().any(is_list) => {
            let lists = media.iter().map(|expr| {
                if is_list(expr) {
                    return list(expr);
                }
                let url = expr::value(names, expr);
                quote!(Vec::from([#url]))
            });
            quote!([#(#lists),*].concat())
        }
        media => vector(media.iter().map(|expr| expr::value(names, expr))),
    }
}
