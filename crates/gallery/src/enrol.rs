//! One template from three live pictures, with the person's own consent behind the grant.

use countenance_base::{ConsentId, PersonId, Rng};
use countenance_grant::{Enrol, VerifiedGrant};

use crate::seal::Key;
use crate::template::{Binding, PICTURES, SealedTemplate, Template, TemplateKey};
use crate::{Embedding, MatchPolicy};

/// A new template: its sealed bytes for a slot, and its key for the key page ([`crate::KeyPage::admit`]).
pub struct Enrolled {
    pub(crate) sealed: SealedTemplate,
    pub(crate) key: TemplateKey,
    pub(crate) person: PersonId,
    pub(crate) consent: ConsentId,
    pub(crate) version: u32,
    pub(crate) recogniser: [u8; 32],
}

impl Enrolled {
    pub const fn person(&self) -> PersonId {
        self.person
    }

    pub const fn sealed(&self) -> &SealedTemplate {
        &self.sealed
    }
}

impl std::fmt::Debug for Enrolled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolled(…)")
    }
}

/// Why no template was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnrolRefused {
    #[error("the three pictures do not show one person")]
    NotOnePerson,
    #[error("the template could not be sealed")]
    Seal,
}

/// Makes a template and seals it under a fresh key, bound to site, gate, person, consent and its version.
/// The pictures' embeddings end here.
///
/// # Errors
/// [`EnrolRefused::NotOnePerson`] when any two pictures are less alike than the threshold at which a face opens the door:
/// a template of two people would open it for both.
pub fn enrol(
    grant: VerifiedGrant<'_, Enrol>,
    pictures: [Embedding; PICTURES],
    policy: &MatchPolicy,
    rng: &mut dyn Rng,
) -> Result<Enrolled, EnrolRefused> {
    let binding = Binding {
        site: grant.site(),
        gate: grant.gate(),
        person: grant.person(),
        consent: grant.consent(),
        version: grant.consent_version(),
        recogniser: policy.recogniser,
    };
    // Used up: one grant, one template.
    drop(grant);
    let template = Template::of(&pictures).ok_or(EnrolRefused::Seal)?;
    drop(pictures);
    if template.coherence() < policy.threshold {
        return Err(EnrolRefused::NotOnePerson);
    }
    let key = TemplateKey(Key::generate(rng));
    let sealed = template.seal(&key, &binding, rng).ok_or(EnrolRefused::Seal)?;
    Ok(Enrolled {
        sealed,
        key,
        person: binding.person,
        consent: binding.consent,
        version: binding.version,
        recogniser: binding.recogniser,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, embedding, near};

    #[test]
    fn pictures_of_two_people_make_no_template() {
        let world = World::new();
        let ann = embedding(1);
        for (what, other, made) in [("herself", near(&ann, 4, 0.2), true), ("a stranger", embedding(2), false)] {
            for place in 0..PICTURES {
                let mut pictures = [near(&ann, 1, 0.2), near(&ann, 2, 0.2), near(&ann, 3, 0.2)];
                pictures[place] = near(&other, 0, 0.0);
                let enrolled = world.enrol(World::person(1), pictures);
                assert_eq!(enrolled.is_ok(), made, "{what} at {place}");
            }
        }
    }
}
