//! JSONPath and patterns: as others have written down what they should do, and as nobody should write them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod compliance;
mod hostile;
mod messages;
use flow_tests::random;
