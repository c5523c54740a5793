//! What is held of a person is in two keyrings, and ends in both.

use countenance_base::{DestructionId, Month, PersonId, Rng as _, SecretKey, SeededRng};
use countenance_keyring::{Keyring, PersonKey};
use countenance_testdb::keyring;
use countenance_trace::{Owner, Writer};

const ANN: PersonId = PersonId::from_bytes([1; 16]);
const BEN: PersonId = PersonId::from_bytes([2; 16]);
const DESTRUCTION: DestructionId = DestructionId::from_bytes([3; 16]);

fn key(entry: PersonId, rng: &mut SeededRng) -> PersonKey {
    let mut key = [0; 32];
    rng.fill(&mut key);
    PersonKey {
        person: entry,
        month: Month(0),
        key: SecretKey::new(key),
    }
}

#[test]
fn an_erasure_ends_what_both_keyrings_hold_and_what_one_of_them_holds_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = SeededRng::new(1);
    let (mut monthly, mut backups) = (
        keyring(&folder.path().join("keyring")),
        Keyring::create(&folder.path().join("backup-keys"), &mut rng).unwrap(),
    );
    let all = [ANN, BEN, Owner::Destruction(DESTRUCTION).entry()];
    let before = backups.generation();
    monthly.admit(&all.map(|entry| key(entry, &mut rng))[..1], &mut rng).unwrap();
    backups.admit(&all.map(|entry| key(entry, &mut rng)), &mut rng).unwrap();
    assert!(backups.generation() > before);
    assert_eq!(backups.all().unwrap().len(), 3);
    let mut writer = Writer::new(monthly).with_backup_keys(backups);
    assert_eq!(
        (writer.held_of(ANN).unwrap(), writer.held_of(BEN).unwrap()),
        (Some("keyring"), Some("backup-keys"))
    );
    // A crash after the first keyring: the erasure is done again, and the second one is asked, too.
    writer.erase(&[ANN], DESTRUCTION, &mut rng).unwrap();
    writer.erase(&[ANN], DESTRUCTION, &mut rng).unwrap();
    assert_eq!(
        (writer.held_of(ANN).unwrap(), writer.held_of(BEN).unwrap()),
        (None, Some("backup-keys"))
    );
    let left = writer.backup_keys().unwrap().all().unwrap();
    assert_eq!(
        left.iter().map(|key| key.person).collect::<Vec<_>>(),
        [BEN],
        "the destruction's own key, too"
    );
}
