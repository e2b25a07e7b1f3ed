//! Colours: those of the terminal's own sixteen, so that they fit what people have chosen; none, if they want none.

use ratatui::style::{Color, Modifier, Style};

/// How things look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Paint {
    /// Whether there are colours.
    pub(in super::super) color: bool,
}

impl Paint {
    /// What stands beside what matters.
    pub(super) fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What one looks for first.
    pub(super) fn bold(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// The conversation that is shown.
    pub(super) fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The person at the phone.
    pub(super) fn person(self) -> Style {
        self.colored(Color::Cyan)
    }

    /// The flow.
    pub(super) fn flow(self) -> Style {
        self.colored(Color::Green)
    }

    /// What went well.
    pub(super) fn good(self) -> Style {
        self.colored(Color::Green)
    }

    /// What failed.
    pub(super) fn bad(self) -> Style {
        self.colored(Color::Red)
    }

    /// What is not over.
    pub(super) fn pending(self) -> Style {
        self.colored(Color::Yellow)
    }

    /// A link.
    pub(super) fn link(self) -> Style {
        self.colored(Color::Blue).add_modifier(Modifier::UNDERLINED)
    }

    fn colored(self, color: Color) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new() }
    }
}
