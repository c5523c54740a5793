//! Many people at gates and at the server, some of them erased at both: for who has every byte and every key that is left, and an image of
//! the disks from before, nothing about them opens, and everything about everybody else does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use countenance_base::SeededRng;
use countenance_keyring::{Keyring, KeyringError, PersonKey};

use crate::planted::{Gate, MONTH, Somebody, pages, sealed};

const AT_A_GATE: u32 = 2_500;
/// At the server this many end one by one, as people move out; the others together, as when a site closes.
const ONE_BY_ONE: usize = 50;

/// How many people are planted, and one in how many is erased; `COUNTENANCE_SOAK` asks for more.
fn gates() -> u32 {
    if std::env::var_os("COUNTENANCE_SOAK").is_some() { 40 } else { 4 }
}

const fn ends(somebody: Somebody) -> bool {
    somebody.slot % 100 == somebody.gate % 100
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn of_many_people_at_gates_and_server_nothing_about_the_erased_opens_and_everybody_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let ring = Ring::plant(folder.path(), gates());
    let (mut people, mut erased) = (0, Vec::new());
    for number in 0..gates() {
        let gate = Gate::plant(folder.path().join(format!("gate-{number}")), number, AT_A_GATE);
        people += gate.everybody().count();
        erased.extend(at_a_gate(&gate));
        // A soak's disk need not hold all of them.
        fs::remove_dir_all(&gate.folder).unwrap();
    }
    assert_eq!(people, erased.len() * 100);
    ring.erase_and_attack(&erased);
    println!(
        "soak: {people} people at {} gates and the server, {} erased at both: nothing of them opens, out of what is left or out of images, {} open as before",
        gates(),
        erased.len(),
        people - erased.len()
    );
}

/// Erases at one gate and attacks it; who was erased.
fn at_a_gate(gate: &Gate) -> Vec<Somebody> {
    let everybody: Vec<Somebody> = gate.everybody().collect();
    let (gone, here): (Vec<Somebody>, Vec<Somebody>) = everybody.iter().partition(|somebody| ends(**somebody));
    let image = gate.folder.join("image");
    copy(&gate.data(), &image);
    let old_places = fs::read(image.join("templates")).unwrap();
    // Positive first: the same attack opens all of them while their keys are there.
    let before = pages(&[&image, &gate.data()], &gate.anchor());
    assert_eq!(before.len(), 2, "the page, and its image");
    assert_eq!(gate.opens(&before[0], &old_places, &everybody), everybody);

    let mut store = gate.open();
    for somebody in &gone {
        store
            .erase_person(somebody.id(), &mut SeededRng::new(u64::from(somebody.slot)))
            .unwrap();
    }
    drop(store);

    // Every page, of now and of the image, with every key that is left.
    let left = pages(&[&image, &gate.data()], &gate.anchor());
    assert_eq!(left.len(), 1, "only the page of now");
    let places = fs::read(gate.data().join("templates")).unwrap();
    for places in [&places, &old_places] {
        assert_eq!(gate.opens(&left[0], places, &everybody), here, "templates");
    }
    let old: BTreeSet<&[u8]> = everybody.iter().map(|somebody| place(&old_places, *somebody)).collect();
    for somebody in &everybody {
        assert_eq!(
            old.contains(place(&places, *somebody)),
            !ends(*somebody),
            "the sealed bytes themselves"
        );
        // The gate's monthly secret about them, and what else it knew.
        let (is, was) = (left[0].person(somebody.id()), before[0].person(somebody.id()).unwrap());
        assert_eq!(is.is_none(), ends(*somebody));
        if let Some(is) = is {
            assert_eq!((is.slot(), is.consent(), is.version()), (was.slot(), was.consent(), was.version()));
            assert_eq!(is.ratchet().1.expose(), somebody.secret(1).expose());
        }
    }
    // What others' keys make of the bytes of who is gone.
    for somebody in &gone {
        let with = |other| Some((sealed(&old_places, *somebody)?, other));
        assert_eq!(gate.opens_by(&here[..40], with, &left[0]), [], "with another's key");
    }
    gone
}

fn place(places: &[u8], somebody: Somebody) -> &[u8] {
    let begin = somebody.slot as usize * 2_048;
    &places[begin..begin + countenance_gallery::SEALED_TEMPLATE_BYTES]
}

/// The server's keyring with the same people.
struct Ring {
    now: std::path::PathBuf,
    before: std::path::PathBuf,
    everybody: Vec<Somebody>,
}

impl Ring {
    fn plant(folder: &Path, gates: u32) -> Self {
        let (now, before) = (folder.join("keyring"), folder.join("keyring-before"));
        let everybody: Vec<Somebody> = (0..gates)
            .flat_map(|gate| (0..AT_A_GATE).map(move |slot| Somebody { gate, slot }))
            .collect();
        let keys: Vec<PersonKey> = everybody
            .iter()
            .map(|somebody| PersonKey {
                person: somebody.id(),
                month: MONTH,
                key: somebody.secret(0),
            })
            .collect();
        let mut rng = SeededRng::new(5);
        let mut held = Keyring::create(&now, &mut rng).unwrap();
        held.admit(&keys, &mut rng).unwrap();
        drop(held);
        copy(&now, &before);
        Self { now, before, everybody }
    }

    fn known(&self, held: &Keyring) -> Vec<Somebody> {
        let knows = |somebody: &Somebody| {
            let key = held.person(somebody.id()).unwrap();
            key.is_some_and(|key| key.key.expose() == somebody.secret(0).expose())
        };
        self.everybody.iter().copied().filter(knows).collect()
    }

    fn erase_and_attack(&self, erased: &[Somebody]) {
        let mut rng = SeededRng::new(6);
        // Positive first: the image opens with its own anchor, for everybody.
        let held = Keyring::open(&self.before, &mut rng).unwrap();
        assert_eq!(self.known(&held), self.everybody);
        drop(held);
        let mut held = Keyring::open(&self.now, &mut rng).unwrap();
        let (one_by_one, together) = erased.split_at(ONE_BY_ONE);
        for somebody in one_by_one {
            assert_eq!(held.erase(&[somebody.id()], &mut rng).unwrap(), 1);
        }
        let ids: Vec<_> = together.iter().map(|somebody| somebody.id()).collect();
        assert_eq!(held.erase(&ids, &mut rng).unwrap(), ids.len());
        drop(held);

        let gone: BTreeSet<Somebody> = erased.iter().copied().collect();
        let here: Vec<Somebody> = self.everybody.iter().copied().filter(|somebody| !gone.contains(somebody)).collect();
        // The image with the anchor that is left; then both laid over one another.
        let thief = self.now.with_file_name("thief");
        copy(&self.before, &thief);
        fs::copy(self.now.join("anchor"), thief.join("anchor")).unwrap();
        assert!(matches!(Keyring::open(&thief, &mut rng), Err(KeyringError::Anchor(_))));
        copy(&self.now, &thief);
        let held = Keyring::open(&thief, &mut rng).unwrap();
        assert_eq!(self.known(&held), here);
        drop(held);
        // Every page of before in the place of its newer one: it does not open with the key that is left for that place.
        self.lay_old_pages(&thief);
        let held = Keyring::open(&thief, &mut rng).unwrap();
        for somebody in erased {
            assert!(held.person(somebody.id()).is_err(), "an old page under a new key");
        }
    }

    fn lay_old_pages(&self, thief: &Path) {
        let number = |name: &str| Some(name.strip_prefix("page-")?.split_once('.')?.0.to_owned());
        let names = |folder: &Path| -> Vec<String> {
            let read = fs::read_dir(folder).unwrap();
            read.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        };
        let old = names(&self.before);
        let mut laid = 0;
        for newer in names(&self.now).iter().filter(|name| !old.contains(name)) {
            let Some(page) = number(newer) else { continue };
            let older = old.iter().find(|name| number(name).as_ref() == Some(&page)).unwrap();
            fs::copy(self.before.join(older), thief.join(newer)).unwrap();
            laid += 1;
        }
        assert!(laid > 0, "no page was written anew");
    }
}
