//! From a query and JSON to nodes: RFC 9535, sections 2.3 to 2.5.

mod compare;
mod decimal;
mod filter;
mod function;
mod slice;

use std::cell::Cell;
use std::ops::ControlFlow;

use serde_json::Value;

use super::TooMuch;
use super::ast::{Segment, Selector};

/// Steps of one evaluation; each takes some nanoseconds, so that all of them take about a second.
const STEPS: usize = 30_000_000;

/// Values and filters within each other. serde_json reads 128 levels; filters inside filters begin anew at each.
const DEPTH: usize = 512;

/// Takes nodes one by one, and may have enough of them.
type Sink<'s, 'a> = &'s mut dyn FnMut(&'a Value) -> ControlFlow<()>;

/// How a walk ended before it had seen all.
enum Stop {
    /// The sink has enough.
    Enough,
    TooMuch,
}

/// One evaluation of one query on one document.
///
/// Nodes are given to a sink as they are found, depth-first, which is the order of the RFC: each segment's nodelist is its
/// selectors' nodes, one input node after the other. So no nodelist is ever held, and the first node costs what it costs
/// to find it.
pub(super) struct Evaluation<'a> {
    root: &'a Value,
    steps: Cell<usize>,
    depth: Cell<usize>,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self { root, steps: Cell::new(STEPS), depth: Cell::new(DEPTH) }
    }

    /// Gives all nodes of a query on the whole document.
    pub(super) fn query(&self, segments: &[Segment], sink: Sink<'_, 'a>) -> Result<(), TooMuch> {
        match self.walk(segments, self.root, sink) {
            Ok(()) | Err(Stop::Enough) => Ok(()),
            Err(Stop::TooMuch) => Err(TooMuch),
        }
    }

    fn walk(&self, segments: &[Segment], node: &'a Value, sink: Sink<'_, 'a>) -> Result<(), Stop> {
        self.spend(1)?;
        let Some((segment, rest)) = segments.split_first() else {
            return match sink(node) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(Stop::Enough),
            };
        };
        self.deeper(|| match segment.descendants {
            false => self.select(&segment.selectors, rest, node, sink),
            true => self.descend(&segment.selectors, rest, node, sink),
        })
    }

    /// The selectors for a node, then for its children and theirs: section 2.5.2.2.
    fn descend(
        &self,
        selectors: &[Selector],
        rest: &[Segment],
        node: &'a Value,
        sink: Sink<'_, 'a>,
    ) -> Result<(), Stop> {
        self.select(selectors, rest, node, sink)?;
        for child in children(node) {
            self.spend(1)?;
            if child.is_array() || child.is_object() {
                self.deeper(|| self.descend(selectors, rest, child, sink))?;
            }
        }
        Ok(())
    }

    fn select(
        &self,
        selectors: &[Selector],
        rest: &[Segment],
        node: &'a Value,
        sink: Sink<'_, 'a>,
    ) -> Result<(), Stop> {
        for selector in selectors {
            match selector {
                Selector::Name(name) => {
                    if let Some(member) = node.as_object().and_then(|members| members.get(name)) {
                        self.walk(rest, member, sink)?;
                    }
                }
                Selector::Index(index) => {
                    let elements = node.as_array().map_or(&[][..], Vec::as_slice);
                    if let Some(element) = slice::position(*index, elements.len()).and_then(|at| elements.get(at)) {
                        self.walk(rest, element, sink)?;
                    }
                }
                Selector::Slice(slice) => {
                    let elements = node.as_array().map_or(&[][..], Vec::as_slice);
                    for element in slice::positions(*slice, elements.len()).filter_map(|at| elements.get(at)) {
                        self.walk(rest, element, sink)?;
                    }
                }
                Selector::Wildcard => {
                    for child in children(node) {
                        self.walk(rest, child, sink)?;
                    }
                }
                Selector::Filter(condition) => {
                    for child in children(node) {
                        self.spend(1)?;
                        if self.deeper(|| self.holds(condition, child))? {
                            self.walk(rest, child, sink)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes from what may still be done.
    fn spend(&self, steps: usize) -> Result<(), Stop> {
        let left = self.steps.get().checked_sub(steps).ok_or(Stop::TooMuch)?;
        self.steps.set(left);
        Ok(())
    }

    fn deeper<T>(&self, work: impl FnOnce() -> Result<T, Stop>) -> Result<T, Stop> {
        let left = self.depth.get().checked_sub(1).ok_or(Stop::TooMuch)?;
        self.depth.set(left);
        let done = work();
        self.depth.set(left + 1);
        done
    }
}

/// The elements of a list or the members' values of an object, in document order; nothing else has children.
fn children(node: &Value) -> impl Iterator<Item = &Value> {
    let elements = node.as_array().map(|elements| elements.iter());
    let members = node.as_object().map(|members| members.values());
    elements.into_iter().flatten().chain(members.into_iter().flatten())
}
