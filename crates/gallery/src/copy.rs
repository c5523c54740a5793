//! A template onto the person's own card or phone, or to a further gate that the consent names.

use countenance_base::Rng;
use countenance_grant::{Copy, VerifiedGrant, seal_letter};

use crate::PersonKeys;
use crate::template::{Binding, SealedTemplate, Template};

/// Why no copy was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CopyRefused {
    #[error("the template belongs to another consent than the grant")]
    OtherConsent,
    #[error("the sealed template does not open")]
    Damaged,
    #[error("the recipient's key cannot be sealed to")]
    Recipient,
}

/// Seals the plain template to the recipient that the signed grant names, as a letter bound to site, gate, person, consent and version.
///
/// # Errors
/// See [`CopyRefused`]; nothing was copied.
pub fn copy(grant: VerifiedGrant<'_, Copy>, sealed: &SealedTemplate, keys: &PersonKeys, rng: &mut dyn Rng) -> Result<Vec<u8>, CopyRefused> {
    if keys.consent() != grant.consent() || keys.version() != grant.consent_version() {
        return Err(CopyRefused::OtherConsent);
    }
    let binding = Binding {
        site: grant.site(),
        gate: grant.gate(),
        person: grant.person(),
        consent: grant.consent(),
        version: grant.consent_version(),
        recogniser: *keys.recogniser(),
    };
    let recipient = *grant.recipient();
    // Used up: one grant, one copy.
    drop(grant);
    let template = Template::open(sealed, keys.template(), &binding).ok_or(CopyRefused::Damaged)?;
    seal_letter(&[recipient], &binding.context("countenance/copy/v1"), template.bytes(), rng).ok_or(CopyRefused::Recipient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SEALED_TEMPLATE_BYTES;
    use crate::testing::{World, embedding, near};
    use countenance_base::SeededRng;
    use countenance_grant::{letter_key, open_letter};

    #[test]
    fn a_copy_opens_for_the_recipient_in_the_grant_only() {
        let mut world = World::new();
        let ann = embedding(1);
        let person = world.enrolled(1, &ann);
        let (sealed, keys) = world.held(person).unwrap();
        let recipient = letter_key(&[5; 32]).unwrap();
        let attempt = World::attempt();
        let grant = world.copy_grant(&attempt, person, recipient);
        let mut rng = SeededRng::new(4);
        let letter = copy(grant, &sealed, keys, &mut rng).unwrap();
        let context = world.binding(person).context("countenance/copy/v1");
        let plain = open_letter(&[5; 32], &context, &letter).unwrap();
        assert!(plain.len() < SEALED_TEMPLATE_BYTES && !plain.is_empty());
        assert!(open_letter(&[6; 32], &context, &letter).is_none());
        let other = world.copy_grant_of_version(&attempt, person, recipient, 99);
        assert_eq!(copy(other, &sealed, keys, &mut rng).err(), Some(CopyRefused::OtherConsent));
        let stranger = world.enrolled(2, &near(&ann, 1, 0.1));
        let theirs = world.held(stranger).unwrap().0;
        let keys = world.held(person).unwrap().1;
        let grant = world.copy_grant(&attempt, person, recipient);
        assert_eq!(copy(grant, &theirs, keys, &mut rng).err(), Some(CopyRefused::Damaged));
    }
}
