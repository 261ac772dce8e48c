//! Small files in MaxMind's format, for tests.

/// A file that says the same of a block of IPv4 addresses, and nothing of others.
pub fn file(first: [u8; 4], length: u32, data: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    for depth in 0..length {
        // As many as there are nodes: nothing is known. 16 more: the first byte of the data.
        let on = if depth + 1 == length { length + 16 } else { depth + 1 };
        let records = match u32::from_be_bytes(first) >> (31 - depth) & 1 {
            0 => [on, length],
            _ => [length, on],
        };
        records.iter().for_each(|record| file.extend(&record.to_be_bytes()[1..]));
    }
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    file.extend(map(&[
        ("binary_format_major_version", number(U16, 2)),
        ("binary_format_minor_version", number(U16, 0)),
        ("build_epoch", [vec![1, 2], vec![1]].concat()),
        ("database_type", text("Test")),
        ("description", map(&[])),
        ("ip_version", number(U16, 4)),
        ("languages", vec![0, 4]),
        ("node_count", number(U32, length)),
        ("record_size", number(U16, 24)),
    ]));
    file
}

const TEXT: u8 = 2;
const U16: u8 = 5;
pub const U32: u8 = 6;
const MAP: u8 = 7;

pub fn text(text: &str) -> Vec<u8> {
    [&[TEXT << 5 | text.len() as u8], text.as_bytes()].concat()
}

pub fn number(kind: u8, number: u32) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let bytes = &bytes[number.leading_zeros() as usize / 8..];
    [&[kind << 5 | bytes.len() as u8], bytes].concat()
}

pub fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let entries_in = entries.iter().flat_map(|(name, value)| [text(name), value.clone()].concat());
    std::iter::once(MAP << 5 | entries.len() as u8).chain(entries_in).collect()
}
