use super::*;
use crate::testing::{Fixture, at};

#[test]
fn a_door_opens_only_for_a_complete_way_of_one_known_person() {
    let fixture = Fixture::new();
    let (a, b) = (fixture.a, fixture.b);
    let stranger = PersonId::from_bytes([99; 16]);
    let proof = |lane, person| Proof { lane, person };
    let table: [(&str, Vec<Proof>, Decision); 7] = [
        ("nothing shown", vec![], Decision::Refused("nobody")),
        (
            "qr",
            vec![proof(Lane::Qr, a)],
            Decision::Open {
                person: a,
                lanes: vec![Lane::Qr],
            },
        ),
        (
            "face",
            vec![proof(Lane::Face, a)],
            Decision::Open {
                person: a,
                lanes: vec![Lane::Face],
            },
        ),
        ("unknown person", vec![proof(Lane::Qr, stranger)], Decision::Refused("nobody")),
        (
            "two people",
            vec![proof(Lane::Card, a), proof(Lane::Pin, b)],
            Decision::Refused("nobody"),
        ),
        ("half of card and pin", vec![proof(Lane::Card, a)], Decision::More(vec![Lane::Pin])),
        (
            "lane the door lacks",
            vec![proof(Lane::Remote, a)],
            Decision::Refused("lane.not_here"),
        ),
    ];
    for (name, proofs, expected) in table {
        assert_eq!(decide(&fixture.policy, &fixture.standing, &proofs, at(0)), expected, "{name}");
    }
}

#[test]
fn each_condition_closes_the_face_lane_and_leaves_the_others() {
    use crate::standing::JournalRoom;
    type Change = fn(&mut Fixture);
    let table: [(&str, Change, &str); 7] = [
        ("lease over", |f| f.standing.face_lease_s = 0, "face.lease_over"),
        ("clock set back", |f| f.standing.time_floor = at(60), "face.clock_behind"),
        (
            "journal at 80 %",
            |f| f.standing.journal = JournalRoom::FaceClosed,
            "journal.face_closed",
        ),
        (
            "self-check failed",
            |f| f.standing.faults.push("store.corrupt".into()),
            "face.closed",
        ),
        ("no purpose", |f| f.policy.face = None, "face.closed"),
        ("no field of view", |f| f.standing.camera_ready = false, "camera.none"),
        ("head forked", |f| f.standing.faults.push("head.forked".into()), "face.closed"),
    ];
    for (name, change, code) in table {
        let mut fixture = Fixture::new();
        fixture.standing.last_contact = at(-10);
        change(&mut fixture);
        let face = [Proof {
            lane: Lane::Face,
            person: fixture.a,
        }];
        let qr = [Proof {
            lane: Lane::Qr,
            person: fixture.a,
        }];
        assert_eq!(
            decide(&fixture.policy, &fixture.standing, &face, at(0)),
            Decision::Refused(code),
            "{name}"
        );
        assert!(
            matches!(decide(&fixture.policy, &fixture.standing, &qr, at(0)), Decision::Open { .. }),
            "{name}"
        );
    }
}

#[test]
fn the_last_of_the_journal_serves_erasures_only() {
    use crate::standing::JournalRoom;
    let mut fixture = Fixture::new();
    fixture.standing.journal = JournalRoom::ErasuresOnly;
    let qr = [Proof {
        lane: Lane::Qr,
        person: fixture.a,
    }];
    assert_eq!(
        decide(&fixture.policy, &fixture.standing, &qr, at(0)),
        Decision::Refused("journal.full")
    );
}
