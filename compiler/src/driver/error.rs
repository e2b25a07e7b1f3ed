//! Why flowc could not do its work, in words that say how to mend it.

use std::io;
use std::path::PathBuf;

/// What keeps the driver from its work; not a mistake in the flow.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A flow file could not be read.
    #[error("cannot read `{}`: {}", path.display(), reason(cause))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A folder was given where a flow file is wanted.
    #[error("`{}` is a folder, not a flow file", .0.display())]
    SourceIsFolder(PathBuf),
    /// A folder was given to look for flow files, and holds none.
    #[error("there is no flow file in {}", place(.0))]
    NoFlows(PathBuf),
    /// A flow file holds bytes that are no text.
    #[error("`{}` is not UTF-8 text: line {line} holds a byte that no character has", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// Line of the first such byte, from 1.
        line: usize,
    },
    /// A file or folder of the user's could not be written.
    #[error("cannot write `{}`: {}", path.display(), reason(cause))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The binary would have to replace a folder.
    #[error("cannot write the binary `{}`: a folder of this name is already there", .0.display())]
    OutputIsFolder(PathBuf),
    /// A file that is no program stands where the binary is to go.
    #[error("`{}` is already there and is no program; it was not replaced", .0.display())]
    OutputIsForeign(PathBuf),
    /// A device, a pipe or a socket stands where the binary is to go.
    #[error("`{}` is no file that a binary can be put into", .0.display())]
    OutputIsDevice(PathBuf),
    /// `flowc new` does not touch what is there.
    #[error("`{}` is already there", .0.display())]
    Exists(PathBuf),
    /// `flowc new` needs a name that can be a file's.
    #[error("`{0}` cannot be the name of a flow")]
    BadName(String),
    /// `--emit` does not write among files that are not its own.
    #[error("`{}` is not empty, and flowc did not write it", .0.display())]
    NotEmission(PathBuf),
    /// No environment variable says where the cache folder is.
    #[error("there is no place for flowc's cache folder: FLOWC_CACHE, XDG_CACHE_HOME and HOME are all unset")]
    NoCache,
    /// The cache folder cannot be written.
    #[error("cannot write flowc's cache folder `{}`: {cause}", folder.display())]
    Cache {
        /// The cache folder.
        folder: PathBuf,
        /// Why, in the system's words.
        cause: String,
    },
    /// There is no cargo.
    #[error("cargo is not here, and flowc needs it to make the binary")]
    NoCargo,
    /// There is no rustc.
    #[error("rustc is not here, and flowc needs it to make the binary")]
    NoRustc,
    /// A program could not be started.
    #[error("cannot start `{program}`: {}", reason(cause))]
    Start {
        /// Its name.
        program: String,
        /// What the system says.
        cause: io::Error,
    },
    /// There is no C compiler, which links every Rust program.
    #[error("no C compiler is here, and Rust needs one to link the binary")]
    NoLinker,
    /// rustc is older than the runtime needs.
    #[error("the Rust compiler here is too old: flowc needs {needed} or newer")]
    OldRust {
        /// The oldest version that will do.
        needed: &'static str,
    },
    /// The crates that the runtime is made of are not here, and could not be downloaded.
    #[error("cannot download the crates that every flow's binary is made of\n\n{}", indent(output))]
    Fetch {
        /// What cargo said.
        output: String,
    },
    /// rustc refuses what flowc has written.
    #[error(
        "flowc has written Rust that does not compile: this is a bug of flowc, not of your flow\n\n{}",
        indent(output)
    )]
    Emitted {
        /// The folder of the emitted package.
        package: PathBuf,
        /// What rustc said.
        output: String,
    },
    /// cargo failed in a way that flowc knows no better words for.
    #[error("cargo could not build the binary\n\n{}", indent(output))]
    Cargo {
        /// The folder of the emitted package.
        package: PathBuf,
        /// What cargo said.
        output: String,
    },
    /// `--static` is for Linux with the GNU C library.
    #[error("--static can make a binary for Linux only, and this is another system")]
    StaticElsewhere,
    /// Standard output could not be written.
    #[error("cannot write to standard output: {}", reason(.0))]
    Print(io::Error),
    /// A flow's binary was started to serve, and does not.
    #[error("the flow's binary {why}{said}")]
    NotServing {
        /// How it ended, as `ended with exit code 2`.
        why: String,
        /// Its last words, each on a line below; empty if it said nothing.
        said: String,
    },
    /// The binary of a flow's tests ended where it should have reported.
    #[error("the binary of the flow's tests {why} in the middle of a play{said}")]
    PlayBroke {
        /// How it ended, as `ended with exit code 2`.
        why: String,
        /// What it said of that, each line on one below; empty if it said nothing.
        said: String,
    },
    /// The binary of a flow's tests did not report in time.
    #[error("a play took over {seconds} s, and the binary of the flow's tests was stopped")]
    PlayTooLong {
        /// How long was waited.
        seconds: u64,
    },
    /// What the binary of a flow's tests reported is no report.
    #[error("the report of the binary of the flow's tests was not understood: {0}")]
    PlayUnread(String),
    /// What a terminal is asked for fails.
    #[error("the terminal cannot be used: {}", reason(.0))]
    Terminal(io::Error),
    /// The demo did not go as it should.
    #[error("the demo stopped: {0}")]
    Demo(String),
}

impl Error {
    /// How to mend it, where that is known.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Read { cause, .. } if cause.kind() == io::ErrorKind::NotFound => {
                "check the path, or start a flow with `flowc new NAME`".to_owned()
            }
            Self::SourceIsFolder(path) => {
                format!("name a file in it, like `{}`", path.join("NAME.flow").display())
            }
            Self::NoFlows(_) => {
                "flow files end in `.flow`; hidden folders, `target` and `node_modules` are passed by".to_owned()
            }
            Self::NotText { .. } => "save it as UTF-8; every editor can".to_owned(),
            Self::OutputIsFolder(_) | Self::OutputIsForeign(_) | Self::OutputIsDevice(_) => {
                "choose another path with `-o OUT`".to_owned()
            }
            Self::Exists(_) => "choose another name; nothing was changed".to_owned(),
            Self::BadName(_) => {
                "use letters, digits, `-` and `_`, and begin with a letter: `flowc new weather`".to_owned()
            }
            Self::NotEmission(_) => "name a new or an empty folder; nothing was changed".to_owned(),
            Self::NoCache => "set FLOWC_CACHE to a folder that you can write".to_owned(),
            Self::Cache { .. } => {
                "make it writable and see that its disk has room, or set FLOWC_CACHE to another folder".to_owned()
            }
            Self::NoCargo | Self::NoRustc => {
                "install Rust with rustup (https://rustup.rs), then see `flowc doctor`".to_owned()
            }
            Self::NoLinker => {
                "install one: `apt install gcc libc6-dev`, `dnf install gcc`, or on macOS `xcode-select --install`"
                    .to_owned()
            }
            Self::OldRust { .. } => "run `rustup update stable`".to_owned(),
            Self::Fetch { .. } => {
                "connect to the network once; after that flowc builds offline (`flowc doctor` tells)".to_owned()
            }
            Self::Emitted { package, .. } => format!(
                "please report it with your flow, the message above and `{}`: {}/issues",
                package.join("src/main.rs").display(),
                env!("CARGO_PKG_REPOSITORY"),
            ),
            Self::Cargo { package, .. } => {
                format!("see `flowc doctor`; `cargo build --release` in `{}` shows it again", package.display())
            }
            Self::Demo(_) => "see `flowc doctor`".to_owned(),
            Self::PlayBroke { .. } | Self::PlayTooLong { .. } | Self::PlayUnread(_) => format!(
                "this is a bug of flowc, not of your flow; please report it with your flow: {}/issues",
                env!("CARGO_PKG_REPOSITORY"),
            ),
            _ => return None,
        })
    }
}

fn place(folder: &std::path::Path) -> String {
    if folder == std::path::Path::new(".") { "this folder".to_owned() } else { format!("`{}`", folder.display()) }
}

/// The system's words without the error's number, which helps nobody.
fn reason(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = cause.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}

impl Error {
    /// The cache folder could not be written.
    pub(super) fn cache(folder: &std::path::Path, cause: &io::Error) -> Self {
        Self::Cache { folder: folder.to_owned(), cause: reason(cause) }
    }
}

fn indent(text: &str) -> String {
    let lines = text.trim_end().lines().map(|line| format!("    {line}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}
