use countenance_base::SeededRng;

use super::*;
use crate::Anchor;
use crate::testing::{World, embedding};

const BOUND: [u8; 32] = [6; 32];
const AT: Timestamp = Timestamp::from_seconds(1_763_000_000);

fn ids(page: &KeyPage) -> Vec<(PersonId, u32)> {
    page.people().map(|(person, keys)| (person, keys.slot())).collect()
}

#[test]
fn a_page_opens_under_its_anchor_and_generation_only() {
    let mut world = World::new();
    let people = [world.enrolled(1, &embedding(1)), world.enrolled(2, &embedding(2))];
    let mut rng = SeededRng::new(2);
    let anchor = Anchor::generate(&mut rng);
    world.page.use_grant(GrantId::from_bytes([7; 16]), AT, AT).unwrap();
    world.page.set_snapshot(5, StoreKey::generate(&mut rng));
    let sealed = world.page.seal(&anchor, 9, &BOUND, &mut rng).unwrap();
    let opened = KeyPage::open(&sealed, &Anchor::from_bytes(anchor.bytes()), 9, &BOUND).unwrap();
    assert_eq!(ids(&opened), ids(&world.page));
    for person in people {
        let (held, before) = (opened.person(person).unwrap(), world.page.person(person).unwrap());
        assert_eq!(held.template.0.bytes(), before.template.0.bytes());
        assert_eq!(
            (held.consent(), held.version(), held.enrolled_at()),
            (before.consent(), before.version(), before.enrolled_at())
        );
        assert_eq!(held.ratchet().0, before.ratchet().0);
        assert_eq!(held.ratchet().1.expose(), before.ratchet().1.expose());
    }
    assert_eq!(opened.device_seed(), world.page.device_seed());
    assert_eq!(opened.transit(1).unwrap().0.bytes(), world.page.transit(1).unwrap().0.bytes());
    assert_eq!(opened.snapshot().0, 5);
    assert_eq!(opened.snapshot().1.0.bytes(), world.page.snapshot().1.0.bytes());
    assert_eq!(opened.used, world.page.used);
    assert!(KeyPage::open(&sealed, &anchor, 8, &BOUND).is_none());
    assert!(KeyPage::open(&sealed, &anchor, 9, &[1; 32]).is_none());
    assert!(KeyPage::open(&sealed, &Anchor::generate(&mut rng), 9, &BOUND).is_none());
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 4;
        assert!(KeyPage::open(&altered, &anchor, 9, &BOUND).is_none(), "byte {at}");
        assert!(KeyPage::open(&sealed[..at], &anchor, 9, &BOUND).is_none(), "cut at {at}");
    }
}

#[test]
fn a_sealed_page_shows_no_key() {
    let mut world = World::new();
    let ann = world.enrolled(1, &embedding(1));
    let mut rng = SeededRng::new(2);
    let sealed = world.page.seal(&Anchor::generate(&mut rng), 1, &BOUND, &mut rng).unwrap();
    let key = world.page.person(ann).unwrap().template.0.bytes();
    let finds = |bytes: &[u8]| bytes.windows(32).any(|window| window == key);
    // The search finds the key where it is written plainly.
    let mut length = Vec::new();
    minicbor::Encoder::new(&mut length).bytes(key).unwrap();
    assert!(finds(&length));
    assert!(!finds(&sealed));
}

#[test]
fn an_erased_person_is_not_in_the_next_page() {
    let mut world = World::new();
    let (ann, ben) = (world.enrolled(1, &embedding(1)), world.enrolled(2, &embedding(2)));
    assert_eq!(world.page.erase(ann), Some(0));
    assert_eq!(world.page.erase(ann), None);
    assert_eq!(ids(&world.page), [(ben, 1)]);
    assert_eq!(world.page.free_slot(), 0);
}

#[test]
fn a_grant_is_used_once_and_remembered_until_it_ends() {
    let mut page = KeyPage::new(&mut SeededRng::new(1));
    let (one, two) = (GrantId::from_bytes([1; 16]), GrantId::from_bytes([2; 16]));
    let end = Timestamp(AT.0 + 10);
    assert_eq!(page.use_grant(one, end, AT), Ok(()));
    assert_eq!(page.use_grant(one, end, AT), Err(GrantUsed));
    assert_eq!(page.use_grant(two, Timestamp(AT.0 + 99), Timestamp(AT.0 + 10)), Ok(()));
    assert_eq!(page.used.keys().collect::<Vec<_>>(), [&two]);
}

#[test]
fn ratchets_turn_forward_only_and_transit_keys_end_in_order() {
    let mut world = World::new();
    let ann = world.enrolled(1, &embedding(1));
    let (month, _) = world.page.person(ann).unwrap().ratchet();
    for (to, holds) in [(month.0 + 1, 8), (month.0, 8), (month.0 + 1, 8)] {
        let key = if to > month.0 { 8 } else { 9 };
        world.page.turn_ratchet(ann, Month(to), &SecretKey::new([key; 32]));
        assert_eq!(world.page.person(ann).unwrap().ratchet().1.expose(), &[holds; 32]);
    }
    let mut rng = SeededRng::new(1);
    assert_eq!(world.page.current_transit().unwrap().0, 1);
    assert_eq!((world.page.add_transit(&mut rng), world.page.add_transit(&mut rng)), (2, 3));
    world.page.end_transit_before(3);
    assert!(world.page.transit(2).is_none());
    assert_eq!(world.page.current_transit().unwrap().0, 3);
}
