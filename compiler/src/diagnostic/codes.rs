//! Every code, its severity and its page, in one table.

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

impl Code {
    /// `F0201`.
    pub fn id(self) -> &'static str {
        self.page().id
    }

    /// Error or warning.
    pub fn severity(self) -> Severity {
        self.page().severity
    }

    /// Finds a code by its id, without regard to case.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(id))
    }
}

codes! {
    UnknownVariable = "F0201" Error "a variable that is not bound anywhere"
        "A name after `$` must be bound before it is used: by the trigger, by a response variable, by `set` or by `const`. \
         Names match exactly and by case."
        wrong "on sms -> sms \"Hello $nmae\"\n"
        right "on sms -> sms \"Hello $from\"\n";
}
