//! Few bytes that become many, written by hand: no compressor makes them this bad.

/// A gzip member (RFC 1952) of about this many bytes, which grows to 158 times as many: one block of fixed codes (RFC 1951,
/// section 3.2.6) in which "the byte before, 258 times" is said in 13 bits.
pub(super) fn gzip(length: usize) -> Vec<u8> {
    let mut bits = Bits { bytes: b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec(), held: 0, count: 0 };
    // The last block, of fixed codes; then the literal 0.
    bits.push(0b011, 3);
    bits.push(reversed(0b0011_0000, 8), 8);
    while bits.bytes.len() < length {
        bits.push(reversed(0b1100_0101, 8), 8);
        bits.push(0, 5);
    }
    // The end of the block. The checksum behind it is left out: nobody should come so far.
    bits.push(0, 7);
    bits.push(0, 7);
    bits.bytes
}

/// A zstd frame (RFC 8878) of about this many bytes, which grows to 32,768 times as many: blocks that say "this byte,
/// 131,072 times" in four bytes.
pub(super) fn zstd(length: usize) -> Vec<u8> {
    // No checksum and no content size; a window of 1 MiB.
    let mut frame = b"\x28\xb5\x2f\xfd\x00\x50".to_vec();
    let block = |is_last: u32| ((128_u32 << 10) << 3 | 1 << 1 | is_last).to_le_bytes();
    while frame.len() + 4 < length {
        frame.extend([&block(0)[..3], b"0"].concat());
    }
    frame.extend([&block(1)[..3], b"0"].concat());
    frame
}

/// Bits, from the lowest of each byte on.
struct Bits {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, bits: u32, count: u32) {
        self.held |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push((self.held & 0xff) as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }
}

/// Huffman codes are written from their highest bit on.
fn reversed(code: u32, count: u32) -> u32 {
    code.reverse_bits() >> (32 - count)
}
