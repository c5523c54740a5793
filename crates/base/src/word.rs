//! Six letters of a hash that two people can compare by voice, or by eye across a room.

/// Consonants and vowels in turn, so that the word can be spoken. 18 bits: it tells things apart that stand side by side; whoever must
/// be sure compares the whole hash.
pub fn spoken_word(hash: &[u8; 32]) -> String {
    const CONSONANTS: [char; 16] = ['B', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'R', 'S', 'T', 'V', 'Z'];
    const VOWELS: [char; 4] = ['A', 'I', 'O', 'U'];
    hash.iter()
        .take(6)
        .enumerate()
        .filter_map(|(at, byte)| {
            let byte = usize::from(*byte);
            if at % 2 == 0 {
                CONSONANTS.get(byte % 16)
            } else {
                VOWELS.get(byte % 4)
            }
            .copied()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_six_letters_and_follows_the_hash() {
        assert_eq!(spoken_word(&[0; 32]), "BABABA");
        assert_eq!(spoken_word(&[17; 32]), "DIDIDI");
    }
}
