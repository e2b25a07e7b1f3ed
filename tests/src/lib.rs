//! Tests that see compiler and runtime together.
