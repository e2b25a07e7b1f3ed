//! Secrets, from a variable or from a file that a variable names.

use std::ffi::OsString;

/// Reads `NAME`, or the file that `NAME_FILE` names, less the line break at its end. A problem is a
/// sentence that holds nothing of the value.
pub(super) fn read(name: &str, what: &str, environment: &dyn Fn(&str) -> Option<OsString>) -> Result<String, String> {
    let file_name = format!("{name}_FILE");
    let value = match (environment(name), environment(&file_name)) {
        (Some(_), Some(_)) => {
            return Err(format!("{what} {name} is given twice: set {name} or {file_name}, not both"));
        }
        (Some(value), None) => value.into_string().map_err(|_| format!("{what} {name} is not UTF-8"))?,
        (None, Some(path)) => {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("{what} {name} cannot be read: {file_name} names {path:?}: {error}"))?;
            let line = text.strip_suffix('\n').unwrap_or(&text);
            line.strip_suffix('\r').unwrap_or(line).to_owned()
        }
        (None, None) => {
            return Err(format!(
                "{what} {name} is missing: set {name}, or {file_name} to the path of a file that holds it"
            ));
        }
    };
    if value.is_empty() { Err(format!("{what} {name} is empty")) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn given(variables: &[(&str, &str)]) -> Result<String, String> {
        read("A", "the flow's secret", &|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn a_secret_comes_from_variable_or_file() {
        let path = std::env::temp_dir().join(format!("flow-runtime-secret-{}", std::process::id()));
        std::fs::write(&path, "from file \r\n").unwrap();
        assert_eq!(given(&[("A", "direct\n")]), Ok("direct\n".to_owned()));
        assert_eq!(given(&[("A_FILE", path.to_str().unwrap())]), Ok("from file ".to_owned()));
        std::fs::remove_file(&path).unwrap();
        assert!(given(&[("A_FILE", path.to_str().unwrap())]).unwrap_err().contains("cannot be read"));
    }

    #[test]
    fn what_is_missing_or_doubtful_is_told() {
        assert!(given(&[]).unwrap_err().contains("is missing"));
        assert!(given(&[("A", "")]).unwrap_err().contains("is empty"));
        assert!(given(&[("A", "x"), ("A_FILE", "y")]).unwrap_err().contains("given twice"));
    }
}
