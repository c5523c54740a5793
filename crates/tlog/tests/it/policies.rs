use countenance_tlog::{Checkpoint, KEY_COSIGNER, KEY_LOG, Note, NoteSigner, Policy, PolicyError, cosign};

pub(crate) fn log() -> NoteSigner {
    NoteSigner::new("countenance.example/site", KEY_LOG, &[7; 32]).unwrap()
}

pub(crate) fn witness(seed: u8) -> NoteSigner {
    NoteSigner::new(&format!("witness.example/{seed}"), KEY_COSIGNER, &[seed; 32]).unwrap()
}

/// Four witnesses, of which `least` must have seen a checkpoint.
pub(crate) fn policy_text(least: u8) -> String {
    let witnesses: Vec<String> = (1..=4).map(|seed| format!("witness w{seed} {}", witness(seed).public())).collect();
    let witnesses = witnesses.join("\n");
    format!(
        "# Whom we trust.\nlog {}\n{witnesses}\ngroup all4 {least} w1 w2 w3 w4\nquorum all4\n",
        log().public()
    )
}

pub(crate) fn seen_by(checkpoint: &Checkpoint, seeds: &[u8]) -> Note {
    let mut note = checkpoint.sign(&log());
    for seed in seeds {
        note.add(cosign(&witness(*seed), 1_763_000_000 + u64::from(*seed), note.text()).unwrap());
    }
    note
}

fn checkpoint(root: u8) -> Checkpoint {
    Checkpoint {
        origin: "countenance.example/site".to_owned(),
        size: 12,
        root: [root; 32],
    }
}

#[test]
fn three_of_four_are_enough_and_two_are_not() {
    let policy = Policy::parse(&policy_text(3)).unwrap();
    assert_eq!(policy.open(&seen_by(&checkpoint(1), &[1, 2])), Err(PolicyError::Quorum));
    let (opened, witnessed) = policy.open(&seen_by(&checkpoint(1), &[4, 1, 2])).unwrap();
    assert_eq!(opened, checkpoint(1));
    assert_eq!(
        witnessed.into_iter().collect::<Vec<_>>(),
        [
            ("w1".to_owned(), 1_763_000_001),
            ("w2".to_owned(), 1_763_000_002),
            ("w4".to_owned(), 1_763_000_004)
        ]
    );
}

/// With n witnesses of which f sign anything, two histories can both find k cosigners only if 2k <= n + f.
#[test]
fn with_one_dishonest_witness_three_of_four_have_one_history_and_two_of_three_may_have_two() {
    let four = Policy::parse(&policy_text(3)).unwrap();
    // Witness 4 signs both; of the honest three each signs one.
    for honest in 0u8..8 {
        let (ours, theirs): (Vec<u8>, Vec<u8>) = (1..=3).partition(|seed| honest >> (seed - 1) & 1 == 1);
        let both = [ours, theirs].map(|mut seeds| {
            seeds.push(4);
            seeds
        });
        let met = [(1, &both[0]), (2, &both[1])].map(|(root, seeds)| four.open(&seen_by(&checkpoint(root), seeds)).is_ok());
        assert!(met != [true, true], "{both:?}");
    }
    let two_of_three = policy_text(3).replace("group all4 3 w1 w2 w3 w4", "group all4 2 w1 w2 w3");
    let three = Policy::parse(&two_of_three).unwrap();
    let met = [(1, [1, 3]), (2, [2, 3])].map(|(root, seeds)| three.open(&seen_by(&checkpoint(root), &seeds)).is_ok());
    assert_eq!(met, [true, true], "the rule that we do not use can fail");
}

#[test]
fn a_known_witness_whose_line_does_not_hold_spoils_the_note() {
    let policy = Policy::parse(&policy_text(3)).unwrap();
    let mut note = seen_by(&checkpoint(1), &[1, 2, 3]);
    assert!(policy.open(&note).is_ok());
    note.add(cosign(&witness(4), 1, "another text\n").unwrap());
    assert_eq!(policy.open(&note), Err(PolicyError::Signature));
    // An unknown one is not asked.
    let mut note = seen_by(&checkpoint(1), &[1, 2, 3]);
    note.add(cosign(&witness(9), 1, "another text\n").unwrap());
    assert!(policy.open(&note).is_ok());
}

#[test]
fn a_policy_that_cannot_be_meant_is_refused_with_its_line() {
    let good = policy_text(3);
    for (what, bad, error) in [
        ("a log twice removed", good.replace("log ", "lag "), PolicyError::Line(2)),
        ("more than there are", good.replace("all4 3", "all4 5"), PolicyError::Line(7)),
        ("none", good.replace("all4 3", "all4 0"), PolicyError::Line(7)),
        ("a stranger", good.replace("w3 w4\n", "w3 w9\n"), PolicyError::Line(7)),
        ("one twice", good.replace("w3 w4\n", "w3 w3\n"), PolicyError::Line(7)),
        ("itself", good.replace("w3 w4\n", "w3 all4\n"), PolicyError::Line(7)),
        ("another quorum", good.replace("quorum all4", "quorum all5"), PolicyError::Line(8)),
        ("no quorum", good.replace("quorum all4", "#"), PolicyError::NoQuorum),
        ("two quorums", good.clone() + "quorum w1\n", PolicyError::Line(9)),
        ("nothing", "quorum none\n".to_owned(), PolicyError::NoLog),
        (
            "one key under two names",
            good.replace("group", &format!("witness w5 {}\ngroup", witness(1).public())),
            PolicyError::Line(7),
        ),
        (
            "a log's key as witness",
            good.replace("group", &format!("witness w5 {}\ngroup", log().public())),
            PolicyError::Line(7),
        ),
    ] {
        assert_eq!(Policy::parse(&bad), Err(error), "{what}");
    }
    assert!(Policy::parse(&good).is_ok());
}
