//! The samples that lie beside a flow file.

use super::system::System;
use crate::sample::Samples;
use std::path::Path;

/// The folder of a flow file, where its samples are.
pub struct Beside<'a> {
    system: &'a dyn System,
    flow: &'a Path,
}

impl<'a> Beside<'a> {
    /// The samples of the flow file at this path.
    pub fn new(system: &'a dyn System, flow: &'a Path) -> Self {
        Self { system, flow }
    }
}

impl Samples for Beside<'_> {
    fn read(&self, name: &str) -> Result<String, String> {
        let path = self.flow.parent().unwrap_or(Path::new("")).join(name);
        let bytes = self.system.read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file beside the flow".to_owned(),
            _ => error.to_string(),
        })?;
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text; save it as such".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::system::memory::Memory;
    use super::*;

    #[test]
    fn a_sample_lies_beside_its_flow() {
        let memory = Memory::with_files(&[("flows/a.json", "{}")]);
        let beside = Beside::new(&memory, Path::new("flows/a.flow"));
        assert_eq!(beside.read("a.json"), Ok("{}".to_owned()));
        assert_eq!(beside.read("b.json"), Err("there is no such file beside the flow".to_owned()));
        memory.files.borrow_mut().insert("latin".into(), b"\xe9".to_vec());
        let here = Beside::new(&memory, Path::new("a.flow"));
        assert_eq!(here.read("latin"), Err("it is not UTF-8 text; save it as such".to_owned()));
    }
}
