//! Lines, numbers and base64, each with one spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Hash;

/// A decimal number without sign, leading zero or space.
pub(crate) fn number(text: &str) -> Option<u64> {
    let plain = text == "0" || text.starts_with(|first: char| matches!(first, '1'..='9')) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Padded standard base64 in its canonical spelling.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn hash(text: &str) -> Option<Hash> {
    decode(text)?.try_into().ok()
}

/// Takes one line off `rest`, without its end. `None` when no line end is left.
pub(crate) fn line<'t>(rest: &mut &'t str) -> Option<&'t str> {
    let (line, more) = rest.split_once('\n')?;
    *rest = more;
    Some(line)
}

/// Takes lines of hashes up to, and with, an empty line.
pub(crate) fn hashes(rest: &mut &str, most: usize) -> Option<Vec<Hash>> {
    let mut hashes = Vec::new();
    loop {
        match line(rest)? {
            "" => return Some(hashes),
            _ if hashes.len() == most => return None,
            text => hashes.push(hash(text)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("18446744073709551615"), Some(u64::MAX));
        for text in ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "１", "18446744073709551616"] {
            assert_eq!(number(text), None, "{text:?}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(decode("AQ=="), Some(vec![1]));
        for text in ["AQ", "AR==", "AQ==\n", "AQ==AQ==", "A-=="] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
