//! Starts a flow: a folder with all that a project of one flow has.
//!
//! Its files lie beside this one, as they are written but for three words: `{{name}}` is the flow's name, `{{binary}}` its
//! binary's, and `{{about}}` what README.md says of a template.

use std::path::Path;

use super::error::Error;
use super::package_name;
use super::system::System;

/// A flow to begin with.
#[derive(Debug)]
pub struct Template {
    /// What it is chosen by.
    pub name: &'static str,
    /// What its flow does, for people who choose.
    pub summary: &'static str,
    flow: &'static str,
    about: &'static str,
    /// A file beside the flow and its text: an answer of a service that is called, or a request that starts the flow.
    sample: Option<(&'static str, &'static str)>,
}

/// All there are; the first is what who chooses none gets.
pub static TEMPLATES: [Template; 5] = [
    Template {
        name: "weather",
        summary: "a text is answered with what a web service says",
        flow: include_str!("weather/flow.flow"),
        about: include_str!("weather/about.md"),
        sample: Some(("forecast.json", include_str!("weather/forecast.json"))),
    },
    Template {
        name: "sms-lookup",
        summary: "who texts is looked up in a CRM by their number",
        flow: include_str!("sms-lookup/flow.flow"),
        about: include_str!("sms-lookup/about.md"),
        sample: Some(("customer.json", include_str!("sms-lookup/customer.json"))),
    },
    Template {
        name: "order-ready",
        summary: "another system has a customer texted, by the Inbound API",
        flow: include_str!("order-ready/flow.flow"),
        about: include_str!("order-ready/about.md"),
        sample: Some(("request.json", include_str!("order-ready/request.json"))),
    },
    Template {
        name: "menu",
        summary: "words and numbers are answered, a question is asked, and colleagues are texted",
        flow: include_str!("menu/flow.flow"),
        about: include_str!("menu/about.md"),
        sample: None,
    },
    Template {
        name: "survey",
        summary: "a question is asked hours later, and its answer kept by a web service",
        flow: include_str!("survey/flow.flow"),
        about: include_str!("survey/about.md"),
        sample: Some(("request.json", include_str!("survey/request.json"))),
    },
];

impl Template {
    /// The template of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.name == name)
    }

    /// Starts a flow: a folder `name` with `name.flow` and its tests, its sample, a README, a `.gitignore`, and a workflow for
    /// GitHub Actions.
    ///
    /// # Errors
    ///
    /// Nothing that is there is changed: a file or folder of this name is [`Error::Exists`].
    pub fn create(&self, system: &dyn System, name: &str) -> Result<(), Error> {
        let fits = |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || !name.chars().all(fits) {
            return Err(Error::BadName(name.to_owned()));
        }
        let folder = Path::new(name);
        if system.entry(folder).is_some() {
            return Err(Error::Exists(folder.to_owned()));
        }
        let flow = format!("{name}.flow");
        let files = [
            (flow.as_str(), self.flow),
            ("README.md", include_str!("README.md")),
            (".gitignore", include_str!("gitignore")),
            (".github/workflows/flow.yml", include_str!("flow.yml")),
        ];
        for (file, text) in files.into_iter().chain(self.sample) {
            let path = folder.join(file);
            let text = self.filled(text, name);
            let written = path.parent().map_or(Ok(()), |parent| system.create_folder(parent));
            let written = written.and_then(|()| system.write(&path, text.as_bytes()));
            written.map_err(|cause| Error::Write { path, cause })?;
        }
        Ok(())
    }

    fn filled(&self, text: &str, name: &str) -> String {
        let text = text.replace("{{about}}", self.about.trim_end());
        text.replace("{{name}}", name).replace("{{binary}}", &package_name(name))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::ErrorKind;

    use super::super::samples::Beside;
    use super::super::system::memory::Memory;
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn a_new_flow_compiles_as_it_stands_in_its_one_layout() {
        for template in &TEMPLATES {
            for name in ["wx", "A_flow-with_a-name-that-is-much-longer-than-any-that-people-would-choose-and-type"] {
                let memory = Memory::default();
                template.create(&memory, name).unwrap();
                let path = format!("{name}/{name}.flow");
                let file = SourceFile::new(path.as_str(), memory.text(&path));
                let diagnostics = crate::check(&file, &Beside::new(&memory, Path::new(&path)));
                assert_eq!(diagnostics, [], "{}", template.name);
                assert_eq!(crate::format(&file).ok().as_deref(), Some(file.text.as_str()), "{}", template.name);
            }
        }
    }

    #[test]
    fn no_word_is_left_to_be_filled_in() {
        for template in &TEMPLATES {
            let memory = Memory::default();
            template.create(&memory, "My_Flow").unwrap();
            for (path, text) in memory.files.borrow().iter() {
                let text = String::from_utf8_lossy(text);
                let left = ["{{name}}", "{{binary}}", "{{about}}"].into_iter().find(|word| text.contains(word));
                assert_eq!(left, None, "{}: {}", template.name, path.display());
            }
            assert!(memory.text("My_Flow/.gitignore").contains("\n/my-flow\n"));
            assert!(memory.text("My_Flow/README.md").contains("flowc run My_Flow.flow"));
            assert!(memory.text("My_Flow/.github/workflows/flow.yml").contains("flowc build My_Flow.flow\n"));
        }
    }

    #[test]
    fn a_new_flow_overwrites_nothing() {
        let memory = Memory::with_files(&[("wx/notes", ""), ("file", "")]);
        let [template, ..] = &TEMPLATES;
        for name in ["wx", "file"] {
            assert!(matches!(template.create(&memory, name), Err(Error::Exists(_))));
        }
        for name in ["", "../x", "a b", "-q", "ü", "1st"] {
            assert!(matches!(template.create(&memory, name), Err(Error::BadName(_))), "{name}");
        }
        assert!(memory.writes.borrow().is_empty());
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let broken = Some(("wx/.github".into(), ErrorKind::StorageFull));
        let memory = Memory { broken, ..Memory::default() };
        let [template, ..] = &TEMPLATES;
        let error = template.create(&memory, "wx").unwrap_err().to_string();
        assert!(error.starts_with("cannot write `wx/.github/workflows/flow.yml`"), "{error}");
    }
}
