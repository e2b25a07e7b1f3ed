//! Samples: recorded answers that a flow names beside its calls, `sample "forecast.json"`.

/// Where samples are read from. The compiler itself touches no file.
pub trait Samples {
    /// The text of a sample; `name` is as the flow has it, relative to the flow's own folder, with `/`.
    ///
    /// # Errors
    /// Why it cannot be read, as a person would say it behind a colon: "no such file".
    fn read(&self, name: &str) -> Result<String, String>;
}

/// A place without any sample: for texts that come from no folder.
#[derive(Clone, Copy, Debug)]
pub struct NoSamples;

impl Samples for NoSamples {
    fn read(&self, _: &str) -> Result<String, String> {
        Err("this text comes from no folder".to_owned())
    }
}

impl<const N: usize> Samples for [(&str, &str); N] {
    fn read(&self, name: &str) -> Result<String, String> {
        let found = self.iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| "no such file".to_owned())
    }
}
