//! The seal: shown only where something is proved.

use countenance_base::spoken_word;

/// What a seal says: the word of the sealed bytes, and who signed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Six letters that two people can compare by voice.
    pub word: String,
    /// Number of the gate whose signature was checked.
    pub gate: u64,
}

impl Seal {
    /// The seal over bytes with this SHA-256, whose signature by `gate` the caller has verified.
    pub fn of(hash: &[u8; 32], gate: u64) -> Self {
        Self {
            word: spoken_word(hash),
            gate,
        }
    }

    /// Upper and lower half of the word, as the seal shows them.
    pub fn lines(&self) -> [String; 2] {
        [self.word.chars().take(3).collect(), self.word.chars().skip(3).collect()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_six_letters_and_follows_the_hash() {
        assert_eq!(Seal::of(&[0; 32], 3).word, "BABABA");
        assert_eq!(Seal::of(&[17; 32], 3).lines(), ["DID", "IDI"]);
    }
}
