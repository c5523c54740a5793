use countenance_base::{GateId, PurposeId};
use countenance_grant::{Attempt, Statement};

use super::*;
use crate::testing::{World, embedding, near};

fn run(world: &World, attempt: &Attempt, people: &[PersonId], probe: &Embedding) -> Result<Searched, SearchRefused> {
    let grants = people.iter().map(|person| world.match_grant(attempt, *person, |_| ())).collect();
    search(grants, probe, |person| world.held(person), &world.policy)
}

/// The verdict of a search in which everyone took part.
fn verdict(world: &World, attempt: &Attempt, people: &[PersonId], probe: &Embedding) -> Verdict {
    let searched = run(world, attempt, people, probe).unwrap();
    assert_eq!(searched.skipped, []);
    searched.verdict
}

#[test]
fn the_right_person_is_recognised_and_a_stranger_is_not() {
    let mut world = World::new();
    let people: Vec<PersonId> = (1..=20)
        .map(|number| world.enrolled(number, &embedding(u64::from(number))))
        .collect();
    let attempt = World::attempt();
    for (number, person) in (1..=20).zip(&people) {
        let probe = near(&embedding(number), 900, 0.5);
        assert_eq!(verdict(&world, &attempt, &people, &probe), Verdict::Recognised(*person));
    }
    assert_eq!(verdict(&world, &attempt, &people, &embedding(500)), Verdict::Unknown);
}

#[test]
fn twins_are_ambiguous_until_the_margin_tells_them_apart() {
    let mut world = World::new();
    let face = embedding(1);
    let ann = world.enrolled(1, &face);
    let twin = world.enrolled(2, &near(&face, 40, 0.3));
    let attempt = World::attempt();
    let probe = near(&face, 3, 0.1);
    assert_eq!(verdict(&world, &attempt, &[ann, twin], &probe), Verdict::Ambiguous);
    assert_eq!(verdict(&world, &attempt, &[twin, ann], &probe), Verdict::Ambiguous);
    assert_eq!(verdict(&world, &attempt, &[ann], &probe), Verdict::Recognised(ann));
    world.policy.margin = 0.001;
    assert_eq!(verdict(&world, &attempt, &[twin, ann], &probe), Verdict::Recognised(ann));
}

#[test]
fn pictures_of_one_person_do_not_compete_with_each_other() {
    let mut world = World::new();
    let ann = world.enrolled(1, &embedding(1));
    let ben = world.enrolled(2, &embedding(2));
    let attempt = World::attempt();
    world.policy.margin = 0.3;
    assert_eq!(
        verdict(&world, &attempt, &[ann, ben], &near(&embedding(1), 7, 0.1)),
        Verdict::Recognised(ann)
    );
}

#[test]
fn too_many_none_or_the_same_person_twice_are_refused() {
    let mut world = World::new();
    let ann = world.enrolled(1, &embedding(1));
    let attempt = World::attempt();
    let many: Vec<PersonId> = (1..=31).map(World::person).collect();
    let probe = embedding(1);
    let cases = [
        (Mode::OneToFew, 20, None),
        (Mode::OneToFew, 21, Some(SearchRefused::TooMany)),
        (Mode::OneToOne, 1, None),
        (Mode::OneToOne, 2, Some(SearchRefused::TooMany)),
        (Mode::OneToMany, 30, None),
        (Mode::OneToMany, 31, Some(SearchRefused::TooMany)),
        (Mode::OneToFew, 0, Some(SearchRefused::Nobody)),
    ];
    for (mode, count, refused) in cases {
        world.mode = mode;
        assert_eq!(run(&world, &attempt, &many[..count], &probe).err(), refused, "{mode:?} {count}");
    }
    world.mode = Mode::OneToFew;
    assert_eq!(run(&world, &attempt, &[ann, ann], &probe).err(), Some(SearchRefused::Twice));
    world.policy.search_max = 3;
    assert_eq!(run(&world, &attempt, &many[..4], &probe).err(), Some(SearchRefused::TooMany));
}

#[test]
fn a_template_of_another_recogniser_is_not_opened() {
    let mut world = World::new();
    let ann = world.enrolled(1, &embedding(1));
    let attempt = World::attempt();
    assert_eq!(verdict(&world, &attempt, &[ann], &embedding(1)), Verdict::Recognised(ann));
    world.policy.recogniser = [8; 32];
    let searched = run(&world, &attempt, &[ann], &embedding(1)).unwrap();
    assert_eq!(searched.verdict, Verdict::Unknown);
    assert_eq!(searched.skipped, [(ann, Skipped::OtherRecogniser)]);
    // Enrolled anew, the same face is known again.
    world.enrolled(1, &embedding(1));
    assert_eq!(verdict(&world, &attempt, &[ann], &embedding(1)), Verdict::Recognised(ann));
}

/// What differs, how, whether the second grant is of another attempt, and what is refused.
type Case = (&'static str, fn(&mut Statement), bool, Option<SearchRefused>);

#[test]
fn grants_do_not_mix() {
    let mut world = World::new();
    let (ann, ben) = (world.enrolled(1, &embedding(1)), world.enrolled(2, &embedding(2)));
    let (attempt, other_attempt) = (World::attempt(), World::attempt());
    let cases: [Case; 4] = [
        ("alike", |_| (), false, None),
        ("modes", |grant| grant.mode = Mode::OneToMany, false, Some(SearchRefused::Mixed)),
        (
            "purposes",
            |grant| grant.purpose = PurposeId::from_bytes([9; 16]),
            false,
            Some(SearchRefused::Mixed),
        ),
        ("attempts", |_| (), true, Some(SearchRefused::Attempts)),
    ];
    for (what, change, elsewhere, refused) in cases {
        let second = world.match_grant(if elsewhere { &other_attempt } else { &attempt }, ben, change);
        let grants = vec![world.match_grant(&attempt, ann, |_| ()), second];
        let searched = search(grants, &embedding(1), |person| world.held(person), &world.policy);
        assert_eq!(searched.err(), refused, "{what}");
    }
}

#[test]
fn who_cannot_be_compared_is_skipped_and_named() {
    let mut world = World::new();
    let [ann, ben, cai] = [1, 2, 3].map(|number| world.enrolled(number, &embedding(u64::from(number))));
    let absent = World::person(4);
    let mut damaged = world.slots[&ben].as_bytes().to_vec();
    damaged[100] ^= 1;
    world.slots.insert(ben, SealedTemplate::from_bytes(&damaged).unwrap());
    let attempt = World::attempt();
    let grants = vec![
        world.match_grant(&attempt, ann, |_| ()),
        world.match_grant(&attempt, ben, |_| ()),
        world.match_grant(&attempt, cai, |grant| grant.consent_version = 2),
        world.match_grant(&attempt, absent, |_| ()),
    ];
    let searched = search(grants, &near(&embedding(1), 5, 0.2), |person| world.held(person), &world.policy).unwrap();
    assert_eq!(searched.verdict, Verdict::Recognised(ann));
    assert_eq!(
        searched.skipped,
        [(ben, Skipped::Damaged), (cai, Skipped::OtherConsent), (absent, Skipped::Missing)]
    );
    // A face whose own template is skipped is nobody.
    let only = vec![world.match_grant(&attempt, cai, |grant| grant.consent_version = 2)];
    let searched = search(only, &embedding(3), |person| world.held(person), &world.policy).unwrap();
    assert_eq!(searched.verdict, Verdict::Unknown);
}

#[test]
fn a_template_carried_to_another_gate_does_not_open() {
    let mut world = World::new();
    let ann = world.enrolled(1, &embedding(1));
    let attempt = Attempt {
        gate: GateId(4),
        ..World::attempt()
    };
    let grants = vec![world.match_grant(&attempt, ann, |grant| grant.gates.push(GateId(4)))];
    let searched = search(grants, &embedding(1), |person| world.held(person), &world.policy).unwrap();
    assert_eq!(searched.skipped, [(ann, Skipped::Damaged)]);
}

#[test]
fn scores_that_are_no_numbers_recognise_nobody() {
    let policy = World::new().policy;
    let (ann, ben) = (PersonId::from_bytes([1; 16]), PersonId::from_bytes([2; 16]));
    for scores in [[f32::NAN, f32::NAN], [0.9, f32::NAN], [f32::NAN, 0.9]] {
        let mut best = Best::default();
        best.take(ann, scores[0]);
        best.take(ben, scores[1]);
        assert!(!matches!(best.verdict(&policy), Verdict::Recognised(_)), "{scores:?}");
    }
}
