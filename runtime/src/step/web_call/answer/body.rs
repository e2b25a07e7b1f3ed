//! The body of an answer, read up to a limit.

use reqwest::Response;

use crate::flow::{Failure, FailureKind};
use crate::step::web_call::classify;

/// Reads a body of at most `limit` bytes, as it comes over the wire: nothing is decompressed.
pub(crate) async fn read(mut response: Response, limit: usize, upstream: &str) -> Result<Vec<u8>, Failure> {
    let status = response.status().as_u16();
    let too_large = || too_large(upstream, limit).with_status(status);
    let announced = response.content_length().map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced > limit {
        return Err(too_large());
    }
    let mut body = Vec::with_capacity(announced);
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error, upstream).with_status(status))? {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What is told of a body of more than `limit` bytes.
pub(in crate::step::web_call) fn too_large(upstream: &str, limit: usize) -> Failure {
    let told = format!("the answer of {upstream} is larger than {}", size(limit));
    Failure::new(FailureKind::TooLarge, told)
}

/// A number of bytes in the largest unit that divides it.
fn size(bytes: usize) -> String {
    [(1_000_000, "MB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1_000, "kB")]
        .into_iter()
        .find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit))
        .map_or_else(|| format!("{bytes} bytes"), |(unit, name)| format!("{} {name}", bytes / unit))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_limit_is_told_as_it_was_meant() {
        let told = [10_000_000, 64 << 10, 2 << 20, 5_000, 1_001, 0].map(size);
        assert_eq!(told, ["10 MB", "64 KiB", "2 MiB", "5 kB", "1001 bytes", "0 bytes"]);
    }
}
