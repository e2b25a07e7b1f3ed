//! URLs whose variables are encoded for their places.

use super::expr;
use super::names::Names;
use crate::check::url::Landing;
use crate::graph::UrlPart;
use proc_macro2::TokenStream;
use quote::quote;

/// A `String` that holds the URL.
pub(super) fn text(names: Names<'_>, parts: &[UrlPart]) -> TokenStream {
    match parts {
        [] => quote!(String::new()),
        [UrlPart::Fixed(url)] => quote!(#url.to_owned()),
        parts => {
            let parts = parts.iter().map(|part| match part {
                UrlPart::Fixed(text) => quote!(#text),
                UrlPart::Value(expr, landing) => {
                    let value = expr::display(names, expr);
                    match landing {
                        Landing::Query => quote!(&encode::query(&#value)),
                        Landing::Path | Landing::Authority => quote!(&encode::segment(&#value)),
                    }
                }
            });
            quote!([#(#parts),*].concat())
        }
    }
}
