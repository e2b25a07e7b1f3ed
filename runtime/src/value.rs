//! The types of the language as a running flow holds them.
