//! `ending COUNT KEYS`: so many people move out of an estate one after another, with so many others in the keyring, and each part of the server's
//! path says how long it took. For the bench; the estate is that of the tests.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "measures what tests show; what fails here fails the measurement"
)]

#[path = "../tests/it/estate.rs"]
#[expect(dead_code, reason = "the tests' estate, of which less is needed here")]
mod estate;
#[path = "../../access/tests/it/world.rs"]
#[expect(dead_code, reason = "the estate of another crate's tests, of which less is needed here")]
mod world;

use std::collections::BTreeMap;
use std::time::Instant;

use countenance_base::{PersonId, SecretKey, rng};
use countenance_destruction::Scope;
use countenance_gate_core::policy::Lane;
use countenance_keyring::{Keyring, PersonKey};
use countenance_testdb::keyring;
use countenance_trace::Writer;

use estate::Estate;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut words = std::env::args().skip(1).map(|word| word.parse::<u32>().unwrap());
    let (count, others) = (words.next().unwrap(), words.next().unwrap());
    let mut estate = Estate::new().await;
    estate.world.activate().await;
    let mut residents = Vec::new();
    for number in 0..count {
        let resident = estate.world.resident(&format!("12-{number}"), false).await;
        estate.world.turn_on(&resident, Lane::Qr).await;
        let consent = estate.world.enrol(&resident).await;
        residents.push((resident, consent));
    }
    estate.log().await;
    fill(&mut estate, others);
    let mut parts: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (resident, consent) in &residents {
        let mut at = Instant::now();
        let mut lap = |part| {
            parts.entry(part).or_default().push(at.elapsed().as_secs_f64() * 1e3);
            at = Instant::now();
        };
        let id = estate.order(Scope::Person(resident.id)).await.unwrap();
        lap("ordered");
        estate.gate_erases(resident, *consent).await;
        lap("answered");
        assert_eq!(estate.waits(id).await, 0);
        estate.finish(id).await;
        lap("finished");
        let size = estate.log().await;
        lap("placed");
        assert_eq!(estate.certify(size).await, 1);
        lap("certified");
        assert!(!estate.keyring_has(resident.id));
    }
    println!("{}", serde_json::to_string(&parts).unwrap());
}

/// People of whom the estate knows nothing but their keys.
fn fill(estate: &mut Estate, others: u32) {
    let month = estate.world.now.month();
    let rng = &mut estate.world.rng;
    let keys: Vec<PersonKey> = (0..others)
        .map(|_| PersonKey {
            person: PersonId::from_bytes(rng::bytes(rng)),
            month,
            key: SecretKey::new(rng::bytes(rng)),
        })
        .collect();
    // The writer holds the keyring's lock: it takes another one meanwhile.
    let folder = estate.world.place.folder().join("keyring");
    estate.writer = Writer::new(keyring(&folder.with_file_name("aside")));
    let mut keyring = Keyring::open(&folder, rng).unwrap();
    keyring.admit(&keys, rng).unwrap();
    estate.writer = Writer::new(keyring);
}
