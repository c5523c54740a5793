//! Opening old copies of a gate's folder with what keys there are, as an attacker would, and by the product's own code.

use std::path::Path;

use anyhow::Context as _;
use countenance_base::{AttemptId, GrantId, PersonId, PurposeId, Rng, Timestamp};
use countenance_gallery::{SealedTemplate, copy};
use countenance_gate::store::SealedStore;
use countenance_grant::{Act, Attempt, CopyGrant, Mode, SigningKey, Statement, letter_key, open_letter, verify_copy};

/// The plain bytes of a person's template out of a gate's folders, by a copy grant that the storyteller minted for itself:
/// who has folder and anchor can do this, and that is what erasing must end.
pub(super) fn plain_template(data: &Path, anchor: &Path, person: PersonId, now: Timestamp, rng: &mut dyn Rng) -> anyhow::Result<Vec<u8>> {
    let store = SealedStore::open(data, anchor, rng)?;
    let keys = store.page().person(person).context("no keys of this person")?;
    let sealed =
        SealedTemplate::from_bytes(&store.template(person).context("no template of this person")?).context("the slot holds no template")?;
    let attempt = Attempt {
        id: AttemptId::new(now, rng),
        site: store.claimed().site,
        gate: store.claimed().gate,
        now,
        last_contact: now,
    };
    let own = SigningKey::generate(rng);
    let secret = countenance_base::rng::bytes::<32>(rng);
    let statement = Statement {
        site: attempt.site,
        id: GrantId::new(now, rng),
        person,
        consent: keys.consent(),
        consent_version: keys.version(),
        act: Act::Copy,
        purpose: PurposeId::new(now, rng),
        mode: Mode::OneToFew,
        gates: vec![attempt.gate],
        not_before: now,
        until: now.plus(std::time::Duration::from_mins(1)),
        epoch: 1,
    };
    let context = copy_context(&statement, keys.recogniser());
    let envelope = CopyGrant {
        statement,
        recipient: letter_key(&secret).context("no key")?,
    }
    .mint(&own);
    let grant = verify_copy(&attempt, &envelope, &own.public(), 1)?;
    let letter = copy(grant, &sealed, keys, rng)?;
    let plain = open_letter(&secret, &context, &letter).context("the letter does not open")?;
    Ok(plain.to_vec())
}

/// What a copied template's letter is bound to; its recipient knows it from the grant.
fn copy_context(statement: &Statement, recogniser: &[u8; 32]) -> Vec<u8> {
    let gate = statement.gates.first().map_or(0, |gate| gate.0);
    [
        b"countenance/copy/v1".as_slice(),
        statement.site.as_bytes(),
        &gate.to_be_bytes(),
        statement.person.as_bytes(),
        statement.consent.as_bytes(),
        &statement.consent_version.to_be_bytes(),
        recogniser,
    ]
    .concat()
}

/// A person's sealed template as it lies in the slot file.
pub(super) fn sealed_template(data: &Path, anchor: &Path, person: PersonId, rng: &mut dyn Rng) -> anyhow::Result<Vec<u8>> {
    let store = SealedStore::open(data, anchor, rng)?;
    Ok(store.template(person).context("no template of this person")?.to_vec())
}

/// Copies a folder as a thief would. A gate at work replaces files under the thief's hands; then the copy is begun anew.
pub(super) fn image(from: &Path, to: &Path) -> anyhow::Result<()> {
    const TRIES: usize = 50;
    let mut last = None;
    for _ in 0..TRIES {
        if to.exists() {
            std::fs::remove_dir_all(to)?;
        }
        match copy_once(from, to) {
            Ok(()) => return Ok(()),
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or_else(|| anyhow::anyhow!("nothing copied"), Into::into))
}

fn copy_once(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_once(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
