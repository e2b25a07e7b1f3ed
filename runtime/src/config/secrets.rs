//! Secrets, from a variable or from a file that a variable names.

use std::ffi::OsString;

/// Reads `NAME`, or the file that `NAME_FILE` names, less the line break at its end. A problem is a
/// sentence that holds nothing of the value.
pub(super) fn read(name: &str, what: &str, environment: &dyn Fn(&str) -> Option<OsString>) -> Result<String, String> {
    match given(name, what, environment)? {
        Some(value) if value.is_empty() => Err(format!("{what} {name} is empty")),
        Some(value) => Ok(value),
        None => {
            Err(format!("{what} {name} is missing: set {name}, or {name}_FILE to the path of a file that holds it"))
        }
    }
}

/// The same where it need not be given.
pub(super) fn given(
    name: &str,
    what: &str,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Option<String>, String> {
    let file_name = format!("{name}_FILE");
    match (environment(name), environment(&file_name)) {
        (Some(_), Some(_)) => Err(format!("{what} {name} is given twice: set {name} or {file_name}, not both")),
        (Some(value), None) => value.into_string().map(Some).map_err(|_| format!("{what} {name} is not UTF-8")),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("{what} {name} cannot be read: {file_name} names {path:?}: {error}"))?;
            let line = text.strip_suffix('\n').unwrap_or(&text);
            Ok(Some(line.strip_suffix('\r').unwrap_or(line).to_owned()))
        }
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read_of(variables: &[(&str, &str)]) -> Result<String, String> {
        read("A", "the flow's secret", &|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn a_secret_comes_from_variable_or_file() {
        let path = std::env::temp_dir().join(format!("flow-runtime-secret-{}", std::process::id()));
        std::fs::write(&path, "from file \r\n").unwrap();
        assert_eq!(read_of(&[("A", "direct\n")]), Ok("direct\n".to_owned()));
        assert_eq!(read_of(&[("A_FILE", path.to_str().unwrap())]), Ok("from file ".to_owned()));
        std::fs::remove_file(&path).unwrap();
        assert!(read_of(&[("A_FILE", path.to_str().unwrap())]).unwrap_err().contains("cannot be read"));
    }

    #[test]
    fn what_is_missing_or_doubtful_is_told() {
        assert!(read_of(&[]).unwrap_err().contains("is missing"));
        assert!(read_of(&[("A", "")]).unwrap_err().contains("is empty"));
        assert!(read_of(&[("A", "x"), ("A_FILE", "y")]).unwrap_err().contains("given twice"));
    }
}
