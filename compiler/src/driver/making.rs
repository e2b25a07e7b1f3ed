//! What goes into a binary besides its flow: chosen when it is built, for nobody is to pay for what they do not use.

use crate::Emitted;

/// What keeps the runs of a binary, so that they survive it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// A journal in a file.
    #[default]
    Sqlite,
    /// Nothing: they end with the process.
    Memory,
    /// A PostgreSQL database, which many replicas share.
    Postgres,
    /// Restate.
    Restate,
}

impl Engine {
    /// All of them, as the manifest has its features.
    const FEATURES: [&str; 3] = ["sqlite", "postgres", "restate"];

    /// Its name on command lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Memory => "memory",
            Self::Postgres => "postgres",
            Self::Restate => "restate",
        }
    }
}

/// How a binary finds the C library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Linking {
    /// From the system it runs on.
    #[default]
    Dynamic,
    /// It carries all that it needs, and runs in an empty folder; Linux only.
    Static,
}

impl Linking {
    /// `flowc build --static` or not.
    pub fn of(is_static: bool) -> Self {
        if is_static { Self::Static } else { Self::Dynamic }
    }
}

/// What whoever builds a binary chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Making {
    /// What keeps its runs.
    pub engine: Engine,
    /// How it finds the C library.
    pub linking: Linking,
}

impl Making {
    /// The features of the emitted package; those of one binary are its defaults.
    pub(super) fn features(self, emitted: &Emitted) -> Vec<&'static str> {
        // Every binary has the memory engine.
        let engine = Some(self.engine.as_str()).filter(|engine| Engine::FEATURES.contains(engine));
        let linking = (self.linking == Linking::Static).then_some("static");
        engine.into_iter().chain(emitted.has_schedule.then_some("schedule")).chain(linking).collect()
    }

    /// What tells its files from those of another making, behind a name: `-memory-static`; nothing for the usual one.
    pub(super) fn ending(self) -> String {
        let engine =
            if self.engine == Engine::default() { String::new() } else { format!("-{}", self.engine.as_str()) };
        let linking = if self.linking == Linking::Static { "-static" } else { "" };
        engine + linking
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(has_schedule: bool) -> Emitted {
        Emitted { name: "wx".to_owned(), main_rs: String::new(), has_schedule }
    }

    #[test]
    fn a_binary_has_what_it_uses() {
        let making = |engine, linking| Making { engine, linking };
        assert_eq!(Making::default().features(&flow(false)), ["sqlite"]);
        assert_eq!(making(Engine::Memory, Linking::Dynamic).features(&flow(false)), Vec::<&str>::new());
        assert_eq!(making(Engine::Postgres, Linking::Static).features(&flow(true)), ["postgres", "schedule", "static"]);
    }

    #[test]
    fn two_makings_do_not_meet() {
        let endings: Vec<String> = [Engine::Sqlite, Engine::Memory, Engine::Postgres, Engine::Restate]
            .into_iter()
            .flat_map(|engine| [Linking::Dynamic, Linking::Static].map(|linking| Making { engine, linking }.ending()))
            .collect();
        assert_eq!(endings.first().map(String::as_str), Some(""));
        assert!((1..endings.len()).all(|at| !endings.iter().take(at).any(|other| Some(other) == endings.get(at))));
    }
}
