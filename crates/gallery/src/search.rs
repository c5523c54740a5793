//! Who of the people who consented to be compared is in front of the gate.

use std::collections::BTreeSet;

use countenance_base::PersonId;
use countenance_grant::{Match, Mode, VerifiedGrant};

use crate::template::{Binding, Probe, SealedTemplate, Template};
use crate::{Embedding, PersonKeys};

/// When two faces are one, and among how many people that may be asked. From the model pack's measured error rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchPolicy {
    /// Least cosine at which two faces count as one.
    pub threshold: f32,
    /// How much more alike the first person must be than the second.
    pub margin: f32,
    /// Most people in one search in any mode.
    pub search_max: usize,
    /// Most people in a search of one household or ticket.
    pub few_max: usize,
    /// SHA-256 of what makes a face into numbers: model and conventions. Templates of another recogniser are not opened.
    pub recogniser: [u8; 32],
}

impl Default for MatchPolicy {
    /// Recognises nobody until a model pack's numbers are put in.
    fn default() -> Self {
        Self {
            threshold: f32::INFINITY,
            margin: f32::INFINITY,
            search_max: 0,
            few_max: 20,
            recogniser: [0; 32],
        }
    }
}

/// What a search says. Never how alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Recognised(PersonId),
    /// Nobody of those searched.
    Unknown,
    /// Alike enough to two people.
    Ambiguous,
}

/// A verdict, and whose templates took no part in it though a grant was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    pub verdict: Verdict,
    pub skipped: Vec<(PersonId, Skipped)>,
}

/// Why a granted person was not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// Not enrolled at this gate.
    Missing,
    /// Enrolled under another consent or another version of it: the template was not opened.
    OtherConsent,
    /// Enrolled with another recogniser: its numbers mean something else, the template was not opened.
    OtherRecogniser,
    /// The sealed template does not open: the gate's store is damaged.
    Damaged,
}

/// Why nothing was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SearchRefused {
    #[error("no grant to search with")]
    Nobody,
    #[error("more people than a search may have")]
    TooMany,
    #[error("two grants for one person")]
    Twice,
    #[error("grants of different modes or purposes")]
    Mixed,
    #[error("grants of different attempts")]
    Attempts,
    #[error("no memory for the probe")]
    Memory,
}

/// Compares `probe` with the template of each granted person; `templates` fetches one person's sealed template and keys.
/// Each template is opened, compared and zeroed before the next.
///
/// # Errors
/// [`SearchRefused`], before any template was fetched.
pub fn search<'k>(
    grants: Vec<VerifiedGrant<'_, Match>>,
    probe: &Embedding,
    templates: impl Fn(PersonId) -> Option<(SealedTemplate, &'k PersonKeys)>,
    policy: &MatchPolicy,
) -> Result<Searched, SearchRefused> {
    may_search(&grants, policy)?;
    let probe = Probe::of(probe).ok_or(SearchRefused::Memory)?;
    let mut best = Best::default();
    let mut skipped = Vec::new();
    for grant in grants {
        match compare(&grant, &probe, &templates, policy) {
            Ok(score) => best.take(grant.person(), score),
            Err(why) => skipped.push((grant.person(), why)),
        }
    }
    Ok(Searched {
        verdict: best.verdict(policy),
        skipped,
    })
}

fn may_search(grants: &[VerifiedGrant<'_, Match>], policy: &MatchPolicy) -> Result<(), SearchRefused> {
    let first = grants.first().ok_or(SearchRefused::Nobody)?;
    let most = match first.mode() {
        Mode::OneToOne => 1,
        Mode::OneToFew => policy.few_max,
        Mode::OneToMany => policy.search_max,
    };
    if grants.len() > most.min(policy.search_max) {
        return Err(SearchRefused::TooMany);
    }
    if grants
        .iter()
        .any(|grant| grant.mode() != first.mode() || grant.purpose() != first.purpose())
    {
        return Err(SearchRefused::Mixed);
    }
    if grants.iter().any(|grant| !std::ptr::eq(grant.attempt(), first.attempt())) {
        return Err(SearchRefused::Attempts);
    }
    let people: BTreeSet<PersonId> = grants.iter().map(VerifiedGrant::person).collect();
    if people.len() != grants.len() {
        return Err(SearchRefused::Twice);
    }
    Ok(())
}

fn compare<'k>(
    grant: &VerifiedGrant<'_, Match>,
    probe: &Probe,
    templates: &impl Fn(PersonId) -> Option<(SealedTemplate, &'k PersonKeys)>,
    policy: &MatchPolicy,
) -> Result<f32, Skipped> {
    let (sealed, keys) = templates(grant.person()).ok_or(Skipped::Missing)?;
    if keys.consent() != grant.consent() || keys.version() != grant.consent_version() {
        return Err(Skipped::OtherConsent);
    }
    if *keys.recogniser() != policy.recogniser {
        return Err(Skipped::OtherRecogniser);
    }
    let binding = Binding {
        site: grant.site(),
        gate: grant.gate(),
        person: grant.person(),
        consent: grant.consent(),
        version: grant.consent_version(),
        recogniser: policy.recogniser,
    };
    Ok(Template::open(&sealed, keys.template(), &binding)
        .ok_or(Skipped::Damaged)?
        .score(probe))
}

/// The most alike person and how alike the second is. Kept here only, and gone with the call.
#[derive(Default)]
struct Best {
    first: Option<(PersonId, f32)>,
    second: Option<f32>,
}

impl Best {
    fn take(&mut self, person: PersonId, score: f32) {
        match self.first {
            Some((_, highest)) if score <= highest => self.second = Some(self.second.map_or(score, |second| second.max(score))),
            Some((_, highest)) => {
                self.second = Some(highest);
                self.first = Some((person, score));
            }
            None => self.first = Some((person, score)),
        }
    }

    fn verdict(&self, policy: &MatchPolicy) -> Verdict {
        match self.first {
            // Comparisons stand so that a score that is not a number recognises nobody.
            Some((person, score)) if score >= policy.threshold => match self.second {
                None => Verdict::Recognised(person),
                Some(second) if score - second >= policy.margin => Verdict::Recognised(person),
                Some(_) => Verdict::Ambiguous,
            },
            _ => Verdict::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
