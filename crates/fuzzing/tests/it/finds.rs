//! The harness finds what is planted; a search that never finds anything would look the same as good code.

use countenance_fuzzing::{Verdict, replay};

/// Takes `length, content`, and falls when the length is one more than what is there.
fn with_a_planted_panic(bytes: &[u8]) -> Verdict {
    let Some((length, content)) = bytes.split_first() else {
        return Verdict::Refused;
    };
    assert!(usize::from(*length) != content.len() + 1, "planted: off by one");
    if usize::from(*length) == content.len() {
        Verdict::Accepted
    } else {
        Verdict::Refused
    }
}

fn without(bytes: &[u8]) -> Verdict {
    if bytes.first().map(|length| usize::from(*length)) == Some(bytes.len().wrapping_sub(1)) {
        Verdict::Accepted
    } else {
        Verdict::Refused
    }
}

#[test]
fn a_planted_panic_is_found_with_the_input_that_shows_it() {
    let pool = [b"\x05hello".to_vec(), b"\x00".to_vec()];
    let fall = replay(with_a_planted_panic, &pool, 20_000, 1).unwrap_err();
    assert_eq!(fall.said, "planted: off by one");
    assert_eq!(usize::from(fall.input[0]), fall.input.len(), "the input shows it: {fall:?}");
    let clean = replay(without, &pool, 20_000, 1).unwrap();
    assert_eq!(clean.accepted + clean.refused, 20_002);
    assert!(clean.accepted > 100 && clean.refused > 1_000, "both sides are reached: {clean:?}");
}

#[test]
fn the_same_seed_makes_the_same_run() {
    let pool = [b"\x05hello".to_vec()];
    let counts = [1, 1, 2].map(|seed| replay(without, &pool, 20_000, seed).unwrap());
    assert_eq!(counts[0], counts[1]);
    assert_ne!(counts[0], counts[2]);
}
