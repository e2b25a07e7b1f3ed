//! Samples: every query of a call is tried on the answer that was recorded for it, and what it finds gives the variable
//! its type.

mod bots;
mod fits;
mod library;
mod lost;
mod near;
mod segments;

use super::types::Type;
use super::{rules, service};
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::Names;
use crate::sample::Samples;
use crate::source::Span;
use crate::syntax::ast::{Binding, Call, ClauseKind, File, Query, Segment, Text, TypeName};
use flow_query::{JsonPath, Node, TooMuch};
use library::{Library, Texts};
use lost::Lost;
use std::collections::HashMap;

/// What samples tell of response variables that have no type of their own, by the place of the variable's name.
#[derive(Debug, Default)]
pub(super) struct Found {
    variables: HashMap<Span, OfSample>,
}

/// What a sample tells of a variable.
#[derive(Debug)]
pub(super) struct OfSample {
    /// Its type; [`Type::Unknown`] after a mistake that has been told.
    pub(super) ty: Type,
    /// The sample's name.
    pub(super) sample: String,
}

impl Found {
    /// What is known of the response variable whose name stands here.
    pub(super) fn at(&self, name: Span) -> Option<&OfSample> {
        self.variables.get(&name)
    }
}

/// Reads the samples of a file, each once, and tries all queries on them.
pub(super) fn check(source: &str, file: &File, names: &Names, samples: &dyn Samples) -> (Found, Vec<Diagnostic>) {
    let texts = Texts::read(file, samples);
    let (library, mut diagnostics) = Library::of(file, &texts);
    bots::check(file, names, &library, &mut diagnostics);
    let mut found = Found::default();
    rules::each_call(file, &mut |_, call| {
        let sample = sample_of(file, names, call);
        for binding in call.bindings.iter().filter(|binding| looks_inside(&binding.query)) {
            let ty = match sample {
                Sample::None => None,
                Sample::Unknown => Some(Type::Unknown),
                Sample::Named(name) => match library.root(&name.value) {
                    None => Some(Type::Unknown),
                    Some(root) => Try { source, binding, sample: name, root }.check().unwrap_or_else(|mistake| {
                        diagnostics.push(*mistake);
                        Some(Type::Unknown)
                    }),
                },
            };
            if let (Some(ty), None) = (ty, &binding.field.ty) {
                let sample = sample.name().to_owned();
                found.variables.insert(binding.field.name.span, OfSample { ty, sample });
            }
        }
    });
    (found, diagnostics)
}

/// Status, headers and the body as text are not in a sample.
fn looks_inside(query: &Query) -> bool {
    match query {
        Query::Label(_) | Query::Path(_) | Query::JsonPath(_) => true,
        Query::Status | Query::Header(_) | Query::Body => false,
    }
}

/// The sample of a call.
#[derive(Clone, Copy)]
enum Sample<'a> {
    None,
    Named(&'a Text),
    /// It may have one, but what would tell was not understood, which has been told.
    Unknown,
}

impl Sample<'_> {
    fn name(&self) -> &str {
        match self {
            Sample::Named(name) => &name.value,
            Sample::None | Sample::Unknown => "",
        }
    }
}

fn sample_of<'a>(file: &'a File, names: &Names, call: &'a Call) -> Sample<'a> {
    let named = service::clauses(file, names, call).into_iter().find_map(|clause| match &clause.kind {
        ClauseKind::Sample(name) => Some(name),
        _ => None,
    });
    let of_unknown_service = call.service.as_ref().is_some_and(|name| service::of(file, names, name).is_none());
    match named {
        Some(name) => Sample::Named(name),
        None if call.incomplete || of_unknown_service => Sample::Unknown,
        None => Sample::None,
    }
}

/// One query that is tried on one sample.
struct Try<'a> {
    source: &'a str,
    binding: &'a Binding,
    sample: &'a Text,
    root: Node<'a>,
}

impl<'a> Try<'a> {
    /// The type that the sample gives the variable, if it gives one; or why the query does not fit the sample.
    fn check(&self) -> Result<Option<Type>, Box<Diagnostic>> {
        let field = &self.binding.field;
        if let (Query::JsonPath(_), Node::Xml(_)) = (&self.binding.query, self.root) {
            return Err(Box::new(self.not_json()));
        }
        let value = match self.find() {
            Err(TooMuch) => return Err(Box::new(self.too_much())),
            Ok(found) => found.filter(|value| !value.is_null()),
        };
        let Some(value) = value else {
            // A null is found; what is optional may be missing, but is not misspelt.
            return match field.optional || field.ty.as_ref().is_some_and(|ty| ty.optional) {
                true => match Lost::of(self).filter(Lost::is_misspelt) {
                    Some(lost) => Err(Box::new(lost.explain(&self.sample.value))),
                    None => Ok(None),
                },
                false => Err(Box::new(self.missing())),
            };
        };
        match &field.ty {
            None => fits::inferred(value).map(Some).ok_or_else(|| Box::new(self.not_single(value))),
            Some(written) => match Type::written(written) {
                Ok(ty) => {
                    fits::fits(value, ty).map(|()| Some(ty)).map_err(|misfit| Box::new(self.misfit(written, &misfit)))
                }
                Err(_) => Ok(None),
            },
        }
    }

    fn find(&self) -> Result<Option<Node<'a>>, TooMuch> {
        Ok(match (&self.binding.query, self.root) {
            (Query::Label(name), root) => root.label(name),
            (Query::Path(segments), root) => root.path(segments.iter().map(Segment::of_query)),
            (Query::JsonPath(text), Node::Json(json)) => match JsonPath::parse(text) {
                Ok(path) => path.try_first(json)?.map(Node::Json),
                Err(_) => None,
            },
            (Query::JsonPath(_), Node::Xml(_)) | (Query::Status | Query::Header(_) | Query::Body, _) => None,
        })
    }

    fn not_json(&self) -> Diagnostic {
        let message = format!("JSONPath looks into JSON, and {} is XML", self.sample.value);
        self.diagnostic(message, "JSONPath")
            .with_help("labels and dotted paths look into both: `order.items.item[0].name`")
    }

    fn missing(&self) -> Diagnostic {
        let sample = &self.sample.value;
        match Lost::of(self) {
            Some(lost) => lost.explain(sample),
            None => {
                let name = &self.binding.field.name.text;
                let null = if matches!(self.root, Node::Json(_)) { "null" } else { "nil" };
                let message = format!("`${name}` is `{null}` in {sample}, and {null} counts as missing");
                self.diagnostic(message, format!("{null} in the sample")).with_help(format!(
                    "write `{name}? = …` if it is not always there, or record an answer that has it"
                ))
            }
        }
    }

    fn not_single(&self, value: Node<'_>) -> Diagnostic {
        let name = &self.binding.field.name.text;
        let what = value.describe();
        let message = format!("`${name}` takes a single value, and {} has {what} there", self.sample.value);
        let deeper = match near::deeper(value) {
            Some(deeper) => format!("go on to what is inside, as in `{}`", self.extended(&deeper)),
            None => "ask for what would be inside".to_owned(),
        };
        self.diagnostic(message, what).with_help(match value {
            Node::Json(_) => format!("{deeper}, or take it whole: `{name}: json`"),
            Node::Xml(_) => deeper,
        })
    }

    /// The query, one step deeper.
    fn extended(&self, deeper: &str) -> String {
        match (&self.binding.query, self.root) {
            // A label may be anywhere, and a path begins at the root.
            (Query::Label(label), Node::Xml(_)) => {
                format!("{}{deeper}", near::way_to(self.root, label).unwrap_or_default())
            }
            (Query::Label(label), Node::Json(_)) => format!("\"$..{label}{deeper}\""),
            (Query::JsonPath(text), _) => format!("\"{}{deeper}\"", text.replace('"', "\\\"")),
            _ => format!("{}{deeper}", self.written()),
        }
    }

    fn misfit(&self, declared: &TypeName, misfit: &fits::Misfit) -> Diagnostic {
        let name = &self.binding.field.name.text;
        let ty = match &declared.item {
            Some(item) => format!("{}<{}>", declared.name.text, item.text),
            None => declared.name.text.clone(),
        };
        let message = format!("`${name}` is declared as `{ty}`, and {} has {} there", self.sample.value, misfit.found);
        let diagnostic = self
            .diagnostic(message, misfit.found.as_str())
            .with_label(declared.name.span, format!("declared as `{ty}`"));
        diagnostic.with_help(match (&misfit.why, misfit.instead) {
            (Some(why), _) => (*why).to_owned(),
            (None, Some(instead)) => format!("types are strict, at run time as well: write `{name}: {instead}`"),
            (None, None) => "types are strict, at run time as well".to_owned(),
        })
    }

    fn too_much(&self) -> Diagnostic {
        let message = format!("this query takes too long on {}", self.sample.value);
        self.diagnostic(message, "tens of millions of steps")
            .with_help("a filter that looks at the whole answer for each of its elements does: name where to look")
    }

    fn diagnostic(&self, message: String, label: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Code::NotInSample, self.binding.query_span, message, label)
    }

    /// The query as it stands in the flow.
    fn written(&self) -> &'a str {
        self.source.get(self.binding.query_span.range()).unwrap_or_default()
    }
}
