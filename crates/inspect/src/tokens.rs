//! Texts as tokens, so that a word is found where it is a word: `isVIP` holds one, `vipera` does not.

/// Lower-case Latin words, numbers, and single characters of scripts that write no spaces.
pub(crate) type Tokens = Vec<String>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gap,
    Digit,
    Lower,
    Upper,
    /// A token of its own.
    Alone,
}

pub(crate) fn tokens(text: &str) -> Tokens {
    let chars: Vec<char> = text.chars().map(narrow).collect();
    let mut tokens = Tokens::new();
    let mut open = false;
    for (at, char) in chars.iter().enumerate() {
        let kind = kind(*char);
        let before = at
            .checked_sub(1)
            .and_then(|at| chars.get(at))
            .map_or(Kind::Gap, |char| self::kind(*char));
        let after = chars.get(at + 1).map_or(Kind::Gap, |char| self::kind(*char));
        let goes_on = open
            && match kind {
                Kind::Gap | Kind::Alone => false,
                Kind::Digit => before == Kind::Digit,
                Kind::Lower => matches!(before, Kind::Lower | Kind::Upper),
                // `VIPLevel`: the L begins a word because a small letter follows it.
                Kind::Upper => before == Kind::Upper && after != Kind::Lower,
            };
        if kind != Kind::Gap {
            let lower = char.to_lowercase();
            match tokens.last_mut().filter(|_| goes_on) {
                Some(token) => token.extend(lower),
                None => tokens.push(lower.collect()),
            }
        }
        open = kind != Kind::Gap;
    }
    tokens
}

fn kind(char: char) -> Kind {
    match char {
        _ if char.is_numeric() && char.is_ascii() => Kind::Digit,
        _ if !char.is_alphanumeric() => Kind::Gap,
        _ if char.is_uppercase() => Kind::Upper,
        _ if char.is_lowercase() => Kind::Lower,
        _ => Kind::Alone,
    }
}

/// The full-width forms that Chinese keyboards make of ASCII.
fn narrow(char: char) -> char {
    match char {
        '\u{ff01}'..='\u{ff5e}' => u32::from(char).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(char),
        '\u{3000}' => ' ',
        _ => char,
    }
}

/// The items of a cell that holds a list; the cell itself when it holds none.
pub(crate) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '|', '/', '，', '；', '、', '｜', '\n', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_as_people_and_programs_write_them() {
        for (text, expected) in [
            ("isVIP", vec!["is", "vip"]),
            ("VIPLevel2", vec!["vip", "level", "2"]),
            ("black-list_ID", vec!["black", "list", "id"]),
            ("ＶＩＰ客户", vec!["vip", "客", "户"]),
            ("走vip通道", vec!["走", "vip", "通", "道"]),
            ("Vipera berus", vec!["vipera", "berus"]),
            ("FaceID", vec!["face", "id"]),
            ("", vec![]),
        ] {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }
}
