//! Bytes as text: UTF-8, UTF-16 that says so, or GB18030, which most older exports are in.

use encoding_rs::{Encoding, GB18030};

use super::LabelsRefused;

/// Never with replacement characters: a label in a garbled cell would be overlooked without a word.
pub(super) fn decode(bytes: &[u8]) -> Result<String, LabelsRefused> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        return strictly(encoding, rest);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return readable(text.to_owned());
    }
    strictly(GB18030, bytes)
}

fn strictly(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, LabelsRefused> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    readable(text.ok_or(LabelsRefused::Encoding)?.into_owned())
}

/// A zero is in no text: these bytes are a picture, a database, or UTF-16 that does not say so.
fn readable(text: String) -> Result<String, LabelsRefused> {
    if text.contains('\0') {
        Err(LabelsRefused::Encoding)
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_comes_out_of_each_encoding() {
        let text = "标签,性别\r\n陌生人,女\r\n";
        let utf16 = |order: fn(u16) -> [u8; 2]| {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            units.flat_map(order).collect::<Vec<u8>>()
        };
        let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let gb = GB18030.encode(text).0.into_owned();
        assert!(std::str::from_utf8(&gb).is_err());
        for bytes in [
            text.as_bytes().to_vec(),
            with_mark,
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
            gb,
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_would_be_guessed_at_is_refused() {
        let unmarked: Vec<u8> = "age,sex".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [unmarked.as_slice(), b"\xff\xff\xff", b"\xef\xbb\xbf\xff", b"\xff\xfe\x00\xd8"] {
            assert_eq!(decode(bytes), Err(LabelsRefused::Encoding), "{bytes:02x?}");
        }
    }
}
