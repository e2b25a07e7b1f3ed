//! Which addresses a flow may reach.
