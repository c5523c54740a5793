use countenance_tlog::{Checkpoint, KEY_COSIGNER, KEY_LOG, Note, NoteError, NoteKey, NoteSigner, cosign, open_cosignature};

/// The example of the Go project's package `note`, whose form C2SP took over.
const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n\n\
                    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn log() -> NoteSigner {
    NoteSigner::new("countenance.example/site", KEY_LOG, &[7; 32]).unwrap()
}

fn witness(seed: u8) -> NoteSigner {
    NoteSigner::new(&format!("witness.example/{seed}"), KEY_COSIGNER, &[seed; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: "countenance.example/site".to_owned(),
        size: 70_000,
        root: [9; 32],
    }
}

#[test]
fn the_published_example_is_signed_by_its_key() {
    let key = NoteKey::parse(KEY).unwrap();
    assert_eq!(key.to_string(), KEY);
    let note = Note::parse(NOTE).unwrap();
    assert_eq!(note.verify(&key), Ok(()));
    assert_eq!(note.to_string(), NOTE);
    for at in 0..NOTE.len() {
        let mut bytes = NOTE.as_bytes().to_vec();
        bytes[at] ^= 1;
        let Ok(text) = String::from_utf8(bytes) else { continue };
        assert!(Note::parse(&text).and_then(|note| note.verify(&key)).is_err(), "byte {at}");
    }
}

#[test]
fn a_key_has_one_spelling() {
    let public = log().public().clone();
    assert_eq!(NoteKey::parse(&public.to_string()), Some(public.clone()));
    for text in [
        public.to_string().to_uppercase(),
        public.to_string() + "=",
        "name+00000000+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".to_owned(),
        KEY.replace("+ARpc", "+ZRpc"),
        "a b+c74f20a3+AQ==".to_owned(),
        String::new(),
    ] {
        assert_eq!(NoteKey::parse(&text), None, "{text}");
    }
    assert!(NoteKey::new("", KEY_LOG, [1; 32]).is_none());
    assert!(NoteKey::new("a+b", KEY_LOG, [1; 32]).is_none());
    assert!(NoteKey::new("a b", KEY_LOG, [1; 32]).is_none());
}

#[test]
fn a_checkpoint_is_three_lines_and_nothing_else() {
    let text = checkpoint().to_text();
    assert_eq!(Checkpoint::parse(&text), Some(checkpoint()));
    for other in [
        text.replace("70000", "070000"),
        text.replace('\n', "\r\n"),
        text.clone() + "extension\n",
        text.trim_end().to_owned(),
        text.replace("countenance.example/site", ""),
        String::new(),
    ] {
        assert_eq!(Checkpoint::parse(&other), None, "{other:?}");
    }
}

#[test]
fn a_checkpoint_of_another_log_is_not_opened() {
    let note = checkpoint().sign(&log());
    assert_eq!(Checkpoint::open(&note, log().public()), Ok(checkpoint()));
    let other = NoteSigner::new("countenance.example/site", KEY_LOG, &[8; 32]).unwrap();
    assert_eq!(Checkpoint::open(&note, other.public()), Err(NoteError::Unsigned));
    let elsewhere = Checkpoint {
        origin: "countenance.example/other".to_owned(),
        ..checkpoint()
    };
    assert_eq!(Checkpoint::open(&elsewhere.sign(&log()), log().public()), Err(NoteError::Form));
}

#[test]
fn a_cosignature_says_when_and_covers_the_text() {
    let mut note = checkpoint().sign(&log());
    note.add(cosign(&witness(1), 1_763_000_000, note.text()).unwrap());
    assert_eq!(
        open_cosignature(&note, witness(1).public()).map(|seen| seen.time),
        Ok(1_763_000_000)
    );
    assert_eq!(open_cosignature(&note, witness(2).public()), Err(NoteError::Unsigned));
    let forged = Note::parse(&note.to_string().replace("70000", "70001")).unwrap();
    assert_eq!(open_cosignature(&forged, witness(1).public()), Err(NoteError::Signature));
    // A log's key is no witness's, and the other way round.
    assert_eq!(cosign(&log(), 1, note.text()), None);
    assert_eq!(open_cosignature(&note, log().public()), Err(NoteError::Signature));
    assert_eq!(note.verify(witness(1).public()), Err(NoteError::Signature));
}

#[test]
fn two_lines_by_one_key_are_none() {
    let mut note = checkpoint().sign(&log());
    note.add(cosign(&witness(1), 1, note.text()).unwrap());
    note.add(cosign(&witness(1), 2, note.text()).unwrap());
    assert_eq!(open_cosignature(&note, witness(1).public()), Err(NoteError::Signature));
}

#[test]
fn what_is_no_note_is_refused() {
    let good = checkpoint().sign(&log()).to_string();
    assert!(Note::parse(&good).is_ok());
    let line = good.lines().last().unwrap().to_owned();
    for bad in [
        String::new(),
        "text\n".to_owned(),
        good.trim_end().to_owned(),
        good.clone() + "\n",
        good.replace('\n', "\r\n"),
        good.replace("— ", "- "),
        good.clone() + "— name AAAA\n",
        good.clone() + "— a\u{3000}b AAAAAAAA\n",
        good.clone() + "— a\u{2028}b AAAAAAAA\n",
        good.clone() + "— a+b AAAAAAAA\n",
        good.clone() + &format!("{line}\n").repeat(64),
        "a".repeat(70_000) + &good,
        good.replace("70000", "7\t0000"),
    ] {
        assert_eq!(Note::parse(&bad), Err(NoteError::Form), "{bad:.80}");
    }
}
