//! Content-Encoding (RFC 9110, section 8.4): what an answer may be compressed with, and how it is taken out again.

use std::error::Error;
use std::fmt;
use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use flate2::bufread::GzDecoder;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue};
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};

/// As many as one after the other may have been applied; nobody needs more than one.
const MOST_CODINGS: usize = 2;

/// The largest window that a zstd frame may ask for, in bytes: RFC 9659 allows no more on the web.
const ZSTD_WINDOW: u64 = 8 << 20;

/// How each member of a gzip stream begins (RFC 1952, 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Bytes that the brotli decoder takes in at a time.
const BROTLI_BUFFER: usize = 4096;

/// One way to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstd,
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Brotli => "brotli",
            Self::Zstd => "zstd",
        })
    }
}

/// Why a body was not decompressed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Undecoded {
    /// It is larger than the limit, decompressed wholly or by half.
    TooLarge,
    /// It ends before it is whole.
    Short(Coding),
    /// It is something else, or was changed on its way.
    Damaged(Coding),
    /// Something follows it.
    Trailing(Coding),
    /// A zstd frame that asks for too large a window.
    Window,
}

impl fmt::Display for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the answer is too large"),
            Self::Short(coding) => write!(f, "the answer says that it is {coding}, and ends before that is whole"),
            Self::Damaged(coding) => write!(f, "the answer says that it is {coding}, and is not, or was damaged"),
            Self::Trailing(coding) => write!(f, "the answer says that it is {coding}, and something else follows that"),
            Self::Window => {
                write!(f, "the answer needs a zstd window of more than {} MiB (RFC 9659)", ZSTD_WINDOW >> 20)
            }
        }
    }
}

/// Offers all codings, unless the flow offers its own.
pub(in crate::step::web_call) fn offer(headers: &mut HeaderMap) {
    headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip, br, zstd"));
}

/// What was applied to a body, in this order.
///
/// # Errors
///
/// A sentence that names what is not known here.
pub(super) fn applied(headers: &HeaderMap) -> Result<Vec<Coding>, String> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let value = String::from_utf8_lossy(value.as_bytes());
        for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name.to_ascii_lowercase().as_str() {
                "identity" => {}
                "gzip" | "x-gzip" => codings.push(Coding::Gzip),
                "br" => codings.push(Coding::Brotli),
                "zstd" => codings.push(Coding::Zstd),
                _ => {
                    let name: String = name.chars().take(24).collect();
                    return Err(format!(
                        "the answer is compressed as {name:?}, which it was not asked to be; gzip, br and zstd are read"
                    ));
                }
            }
        }
    }
    match codings.len() > MOST_CODINGS {
        true => Err(format!("the answer is compressed {} times over; {MOST_CODINGS} times are read", codings.len())),
        false => Ok(codings),
    }
}

/// Takes the codings off, the last that was applied first. Nothing grows beyond `limit` bytes at any time, so this takes
/// a time that is bounded by it as well.
pub(super) fn decode(mut body: Vec<u8>, codings: &[Coding], limit: usize) -> Result<Vec<u8>, Undecoded> {
    for coding in codings.iter().rev() {
        // What says nothing can be said in no bytes, whatever a header promises.
        if !body.is_empty() {
            body = decode_one(&body, *coding, limit)?;
        }
    }
    Ok(body)
}

fn decode_one(mut input: &[u8], coding: Coding, limit: usize) -> Result<Vec<u8>, Undecoded> {
    let mut out = Vec::new();
    let wrong = |error: io::Error| wrong(coding, &error);
    match coding {
        Coding::Gzip => {
            while !input.is_empty() {
                // What follows a member and is too short to be one would otherwise look like one that was cut off.
                if !out.is_empty() && !input.starts_with(&GZIP_MAGIC) {
                    return Err(Undecoded::Trailing(coding));
                }
                fill(&mut out, GzDecoder::new(&mut input), limit, wrong)?;
            }
        }
        Coding::Brotli => {
            let mut decoder = Decompressor::new(&mut input, BROTLI_BUFFER);
            fill(&mut out, &mut decoder, limit, wrong)?;
            // Behind the end it tells of what it has taken in and not used.
            let is_used_up = matches!(decoder.read(&mut [0]), Ok(0));
            drop(decoder);
            if !is_used_up || !input.is_empty() {
                return Err(Undecoded::Trailing(coding));
            }
        }
        Coding::Zstd => {
            while !input.is_empty() {
                match StreamingDecoder::new_with_max_window_size(&mut input, ZSTD_WINDOW) {
                    Ok(frame) => fill(&mut out, frame, limit, wrong)?,
                    Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                        length, ..
                    })) => {
                        let skipped = usize::try_from(length).unwrap_or(usize::MAX);
                        input = input.get(skipped..).ok_or(Undecoded::Short(coding))?;
                    }
                    Err(FrameDecoderError::WindowSizeTooBig { .. }) => return Err(Undecoded::Window),
                    Err(_) if !out.is_empty() => return Err(Undecoded::Trailing(coding)),
                    Err(error) => return Err(wrong(io::Error::other(error))),
                }
            }
        }
    }
    Ok(out)
}

/// Appends all that a decoder gives, up to `limit` bytes in all.
fn fill(
    out: &mut Vec<u8>,
    decoder: impl Read,
    limit: usize,
    wrong: impl Fn(io::Error) -> Undecoded,
) -> Result<(), Undecoded> {
    let room = (limit - out.len()).saturating_add(1);
    decoder.take(u64::try_from(room).unwrap_or(u64::MAX)).read_to_end(out).map_err(wrong)?;
    match out.len() > limit {
        true => Err(Undecoded::TooLarge),
        false => Ok(()),
    }
}

fn wrong(coding: Coding, error: &io::Error) -> Undecoded {
    let inner = error.get_ref().map(|inner| inner as &(dyn Error + 'static));
    let mut causes = std::iter::successors(inner, |&cause| cause.source());
    let is_short = |error: &io::Error| error.kind() == io::ErrorKind::UnexpectedEof;
    match is_short(error) || causes.any(|cause| cause.downcast_ref::<io::Error>().is_some_and(is_short)) {
        true => Undecoded::Short(coding),
        false => Undecoded::Damaged(coding),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use Coding::{Brotli, Gzip, Zstd};
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    /// `{"temperature":84}`, compressed by others.
    const TEXT: &[u8] = br#"{"temperature":84}"#;
    const PACKED: [(Coding, &str); 3] = [
        (Gzip, "H4sIAAAAAAAAA6tWKknNLUgtSiwpLUpVsrIwqQUAC+7cixIAAAA="),
        (Brotli, "iwiAeyJ0ZW1wZXJhdHVyZSI6ODR9Aw=="),
        (Zstd, "KLUv/QRYkQAAeyJ0ZW1wZXJhdHVyZSI6ODR9Dx7oXA=="),
    ];

    fn packed() -> impl Iterator<Item = (Coding, Vec<u8>)> {
        PACKED.into_iter().map(|(coding, text)| (coding, BASE64_STANDARD.decode(text).unwrap()))
    }

    fn encodings(values: &[&'static str]) -> Result<Vec<Coding>, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
        }
        applied(&headers)
    }

    #[test]
    fn codings_are_read_from_the_header() {
        assert_eq!(encodings(&[]), Ok(vec![]));
        assert_eq!(encodings(&["identity", "X-GZIP, br"]), Ok(vec![Gzip, Brotli]));
        assert_eq!(encodings(&["zstd,"]), Ok(vec![Zstd]));
        assert!(encodings(&["deflate"]).unwrap_err().contains("compressed as \"deflate\""));
        assert!(encodings(&["gzip, gzip", "gzip"]).unwrap_err().contains("3 times over"));
    }

    #[test]
    fn the_flows_own_offer_stands() {
        let mut headers = HeaderMap::new();
        offer(&mut headers);
        assert_eq!(headers[ACCEPT_ENCODING], "gzip, br, zstd");
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        offer(&mut headers);
        assert_eq!(headers[ACCEPT_ENCODING], "identity");
    }

    #[test]
    fn what_others_have_packed_is_unpacked() {
        for (coding, packed) in packed() {
            assert_eq!(decode(packed, &[coding], 100).unwrap(), TEXT, "{coding}");
            assert_eq!(decode(vec![], &[coding], 100).unwrap(), b"");
        }
        assert_eq!(decode(TEXT.to_vec(), &[], 100).unwrap(), TEXT);
    }

    #[test]
    fn nothing_grows_beyond_the_limit() {
        for (coding, packed) in packed() {
            assert_eq!(decode(packed.clone(), &[coding], TEXT.len()).unwrap(), TEXT, "{coding}");
            assert_eq!(decode(packed, &[coding], TEXT.len() - 1), Err(Undecoded::TooLarge), "{coding}");
        }
    }

    #[test]
    fn members_and_frames_may_follow_each_other_and_nothing_else() {
        for (coding, packed) in packed() {
            let twice = decode([packed.clone(), packed.clone()].concat(), &[coding], 100);
            match coding {
                Brotli => assert_eq!(twice, Err(Undecoded::Trailing(Brotli))),
                _ => assert_eq!(twice.unwrap(), TEXT.repeat(2)),
            }
            for garbage in [&b"<html> and a little more"[..], b"\0\0\0\0\0\0\0\0\0\0\0\0"] {
                let told = decode([&packed, garbage].concat(), &[coding], 100);
                assert!(told.is_err(), "{coding}: {told:?}");
            }
        }
        let gzip = BASE64_STANDARD.decode(PACKED[0].1).unwrap();
        for garbage in [&b"\0"[..], b"\n", b"\x1f", b"0123456789"] {
            assert_eq!(decode([&gzip, garbage].concat(), &[Gzip], 100), Err(Undecoded::Trailing(Gzip)), "{garbage:?}");
        }
        assert_eq!(decode([&gzip, &gzip[..12]].concat(), &[Gzip], 100), Err(Undecoded::Short(Gzip)));
        let skipped = [&b"\x50\x2a\x4d\x18\x03\0\0\0abc"[..], &BASE64_STANDARD.decode(PACKED[2].1).unwrap()].concat();
        assert_eq!(decode(skipped.clone(), &[Zstd], 100).unwrap(), TEXT);
        assert_eq!(decode(skipped[..10].to_vec(), &[Zstd], 100), Err(Undecoded::Short(Zstd)));
    }

    #[test]
    fn a_stream_that_is_cut_short_is_refused() {
        for (coding, packed) in packed() {
            for length in 1..packed.len() {
                let told = decode(packed[..length].to_vec(), &[coding], 100);
                assert!(told.is_err(), "{coding}, {length} bytes: {told:?}");
            }
        }
        let gzip = BASE64_STANDARD.decode(PACKED[0].1).unwrap();
        assert_eq!(decode(gzip[..20].to_vec(), &[Gzip], 100), Err(Undecoded::Short(Gzip)));
    }

    #[test]
    fn no_bytes_break_a_decoder() {
        for (coding, packed) in packed() {
            assert_eq!(decode(b"<html>not compressed at all</html>".to_vec(), &[coding], 100).ok(), None, "{coding}");
            for at in 0..packed.len() {
                for flip in 0..8 {
                    let mut bytes = packed.clone();
                    bytes[at] ^= 1 << flip;
                    let out = decode(bytes, &[coding], 4096);
                    assert!(out.is_err() || out.unwrap().len() <= 4096);
                }
            }
        }
    }

    #[test]
    fn a_zstd_window_is_bounded() {
        // A frame header of RFC 8878, section 3.1.1.1, whose window is 2^27 bytes.
        let huge = b"\x28\xb5\x2f\xfd\x00\x88\x01\0\0";
        assert_eq!(decode(huge.to_vec(), &[Zstd], 100), Err(Undecoded::Window));
    }
}
