//! One call of a flow, tried out by itself: which one is meant, the state of a run that stands at it, and what an answer
//! holds that could be asked for.

pub mod answer;
mod field;
mod pick;
mod state;
mod value;
mod variables;

pub use crate::check::types::Type;
pub use crate::graph::Binding;
pub use pick::{Place, Unpicked, Where, pick};
pub use state::state;
pub use variables::{Given, Problem, Values, Wanted, type_clause, wanted};
