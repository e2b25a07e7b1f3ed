//! What is known of a code, and the form of the table in `codes.rs`.

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The flow is built all the same.
    Warning,
    /// The flow is not built.
    Error,
}

impl Severity {
    /// As it is written in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A row of the table: all that is known of a code.
#[derive(Debug)]
pub struct Page {
    /// `F0201`; stable for ever.
    pub id: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// The rule in one line.
    pub title: &'static str,
    /// Why the rule is there and how to mend it: a paragraph or two of Markdown.
    pub text: &'static str,
    /// A whole flow that breaks this rule and no other.
    pub wrong: &'static str,
    /// The same flow, mended.
    pub right: &'static str,
}

/// Declares `Code` and its pages from one table.
macro_rules! codes {
    ($($name:ident = $id:literal $severity:ident $title:literal
        $text:literal
        wrong $wrong:literal
        right $right:literal;)*) => {
        /// A rule of the language, named.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// All codes, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// All that is known of this code.
            pub fn page(self) -> &'static Page {
                match self {
                    $(Self::$name => &Page {
                        id: $id,
                        severity: Severity::$severity,
                        title: $title,
                        text: $text,
                        wrong: $wrong,
                        right: $right,
                    },)*
                }
            }
        }
    };
}
pub(super) use codes;
