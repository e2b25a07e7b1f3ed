//! What a picture shows, before anybody says where: shapes, and ways between them.
//!
//! Layout and the three formats know this model alone, so a new kind of step costs an arm in `outline.rs`.

/// A flow to be drawn.
#[derive(Debug, Default)]
pub(super) struct Picture {
    /// The flow's name.
    pub(super) name: String,
    /// The flow in a sentence or two, for who cannot see the picture.
    pub(super) summary: String,
    /// A cluster for each trigger and each path, in the order of the file.
    pub(super) clusters: Vec<Cluster>,
    /// All shapes, cluster after cluster; in each, a shape stands before those it leads to.
    pub(super) shapes: Vec<Shape>,
    /// All ways; those of one shape are in the order of the file.
    pub(super) ways: Vec<Way>,
}

/// A trigger or a path with all its steps.
#[derive(Debug)]
pub(super) struct Cluster {
    /// The words of its head: `on sms`, `path menu(greeting)`.
    pub(super) title: String,
    /// The shapes that are its own, the first of them its head.
    pub(super) shapes: std::ops::Range<usize>,
}

/// What is drawn for a step.
#[derive(Debug)]
pub(super) struct Shape {
    /// Unlike all others; letters and digits.
    pub(super) id: String,
    /// Its form.
    pub(super) kind: ShapeKind,
    /// Line in the file, from 1.
    pub(super) line: u32,
    /// The words that say what kind of step it is: `call GET`.
    pub(super) keyword: String,
    /// The rest of what it says, in the language's own words.
    pub(super) words: String,
    /// What is said in small type.
    pub(super) notes: Vec<String>,
    /// Whether tests have come to it.
    pub(super) walk: Walk,
}

/// The forms that shapes have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShapeKind {
    /// What starts a run.
    Trigger,
    /// The head of a path.
    Path,
    /// Something is asked of a web service.
    Call,
    /// Something is said to a person.
    Message,
    /// The way on depends on a value.
    Decision,
    /// A step that only goes on.
    Plain,
    /// The run goes on in a path.
    Jump,
    /// The run is completed.
    Done,
    /// The run has failed.
    Failed,
}

impl ShapeKind {
    /// Its name in files.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Path => "path",
            Self::Call => "call",
            Self::Message => "message",
            Self::Decision => "decision",
            Self::Plain => "plain",
            Self::Jump => "jump",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Whether it is a small mark without a box.
    pub(super) fn is_mark(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// A way from one shape to another.
#[derive(Debug)]
pub(super) struct Way {
    /// Index of the shape it leaves.
    pub(super) from: usize,
    /// Index of the shape it leads to.
    pub(super) to: usize,
    /// When it is taken; empty if always.
    pub(super) label: String,
    /// How it is drawn.
    pub(super) kind: WayKind,
    /// Whether tests have taken it.
    pub(super) walk: Walk,
}

/// What a picture tells of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Walk {
    /// Nothing: it is no picture of coverage.
    #[default]
    Untold,
    /// Tests walk it.
    Walked,
    /// No test does.
    Missed,
    /// No test does, and none is asked to.
    Unasked,
}

impl Walk {
    /// What was found, if it was looked for.
    pub(super) fn of(found: Option<bool>) -> Self {
        match found {
            None => Self::Untold,
            Some(true) => Self::Walked,
            Some(false) => Self::Missed,
        }
    }

    /// Its name in files; empty if there is nothing to tell.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Untold => "",
            Self::Walked => "walked",
            Self::Missed => "missed",
            Self::Unasked => "unasked",
        }
    }
}

/// The kinds of ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WayKind {
    /// All is as it should be.
    Plain,
    /// Something failed.
    Fail,
    /// Into another cluster, or back to the head of its own.
    Jump,
}
