//! Codes that people read from paper or a screen and type.

use countenance_base::{Rng, rng};

/// 32 characters without 0/O and 1/I, so that five random bits make one and nobody confuses two.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// An enrolment code: 40 bits that live for minutes, at one gate.
pub const ENROLMENT_CODE_CHARS: usize = 8;
/// A claim code: 60 bits, since a letter lies about for weeks.
pub const CLAIM_CODE_CHARS: usize = 12;

/// A new code of `chars` characters.
pub fn make_code(chars: usize, rng: &mut dyn Rng) -> String {
    (0..chars)
        .map(|_| {
            let [byte] = rng::bytes::<1>(rng);
            // 256 is a multiple of 32: no character is likelier than another.
            char::from(ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'A'))
        })
        .collect()
}

/// What was typed, without case, spaces and dashes. `None` when it can be no code.
pub fn read_code(typed: &str) -> Option<String> {
    /// Beyond any code of ours; what is longer is not read.
    const TYPED_MAX: usize = 64;
    if typed.len() > TYPED_MAX {
        return None;
    }
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let known = code.bytes().all(|byte| ALPHABET.contains(&byte));
    (known && !code.is_empty()).then_some(code)
}

/// `ABCD-EFGH-JKLM`, the form for paper.
pub fn print_code(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    chars
        .chunks(4)
        .map(|four| four.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use countenance_base::SeededRng;

    #[test]
    fn a_printed_code_reads_back_however_it_is_typed() {
        let code = make_code(CLAIM_CODE_CHARS, &mut SeededRng::new(4));
        assert_eq!(code.len(), CLAIM_CODE_CHARS);
        for typed in [code.clone(), print_code(&code), format!(" {} ", code.to_lowercase())] {
            assert_eq!(read_code(&typed), Some(code.clone()));
        }
        for bad in ["", " - ", "ABCD-0O1I", "ABCD\u{4e2d}EFG", &"A".repeat(65)] {
            assert_eq!(read_code(bad), None, "{bad}");
        }
    }
}
