//! Texts whose values are encoded for their places: URLs, XML.

use super::expr;
use super::names::Names;
use crate::check::url::Landing;
use crate::graph::{Part, UrlPart};
use proc_macro2::TokenStream;
use quote::quote;

/// A piece of such a text.
enum Piece<'a> {
    Fixed(&'a str),
    /// A `&str` of the encoded value.
    Value(TokenStream),
}

/// A `String` that holds the URL.
pub(super) fn url(names: Names<'_>, parts: &[UrlPart]) -> TokenStream {
    joined(parts.iter().map(|part| match part {
        UrlPart::Fixed(text) => Piece::Fixed(text),
        UrlPart::Value(expr, landing) => {
            let value = expr::display(names, expr);
            Piece::Value(match landing {
                Landing::Query => quote!(&encode::query(&#value)),
                Landing::Path | Landing::Authority => quote!(&encode::segment(&#value)),
            })
        }
    }))
}

/// A `String` that holds the document.
pub(super) fn xml(names: Names<'_>, parts: &[Part]) -> TokenStream {
    joined(parts.iter().map(|part| match part {
        Part::Literal(text) => Piece::Fixed(text),
        Part::Value(value) => {
            let value = expr::display(names, value);
            Piece::Value(quote!(&encode::xml(&#value)))
        }
    }))
}

fn joined<'a>(pieces: impl Iterator<Item = Piece<'a>>) -> TokenStream {
    let pieces: Vec<Piece<'_>> = pieces.collect();
    match pieces.as_slice() {
        [] => quote!(String::new()),
        [Piece::Fixed(text)] => quote!(#text.to_owned()),
        pieces => {
            let pieces = pieces.iter().map(|piece| match piece {
                Piece::Fixed(text) => quote!(#text),
                Piece::Value(value) => value.clone(),
            });
            quote!([#(#pieces),*].concat())
        }
    }
}
