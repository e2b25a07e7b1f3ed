//! How a report for other programs names a file.

use std::path::{Component, Path, PathBuf};

use super::system::System;

/// A file as a URI: relative to the current folder if it is below it, else a `file:` URI; percent-encoded (RFC 3986).
pub fn uri(system: &dyn System, path: &Path) -> String {
    let is_below = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if is_below {
        return encoded(path);
    }
    // `..` and links are resolved before two paths can be compared.
    let real = system.real_path(path).unwrap_or_else(|_| path.to_owned());
    let here = system.current_folder().and_then(|here| system.real_path(&here)).unwrap_or_else(|_| PathBuf::from("/"));
    match real.strip_prefix(&here) {
        Ok(below) => encoded(below),
        Err(_) => format!("file:///{}", encoded(&real)),
    }
}

fn encoded(path: &Path) -> String {
    let names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    names.map(|name| name.bytes().map(encode).collect::<String>()).collect::<Vec<_>>().join("/")
}

/// A byte of a path's segment: itself if it is unreserved (RFC 3986, 2.3), else percent-encoded.
fn encode(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::system::memory::Memory;
    use super::*;

    #[test]
    fn a_file_below_the_current_folder_is_relative() {
        let memory = Memory::with_files(&[("/home/ada/a.flow", ""), ("/srv/b c.flow", "")]);
        let uri = |path: &str| uri(&memory, Path::new(path));
        assert_eq!(uri("./flows/Grüße: 100%.flow"), "flows/Gr%C3%BC%C3%9Fe%3A%20100%25.flow");
        assert_eq!(uri("/home/ada/a.flow"), "a.flow");
        assert_eq!(uri("/srv/b c.flow"), "file:///srv/b%20c.flow");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
