//! Measuring the asker: liveness, grants, journal, embedding, comparison; in this order, each able to end it.

use countenance_base::Timestamp;
use countenance_gallery::{Embedding, MatchPolicy, SealedTemplate, Verdict, same_person, search};
use countenance_gate_core::challenge::Liveness;
use countenance_gate_core::machine::Measured;
use countenance_gate_core::sight::is_live;
use countenance_grant::{Attempt, GrantAct, Match, VerifiedGrant, verify_match};
use tracing::{error, warn};

use super::Keeper;

/// People of one household or ticket who may answer one claim.
const FEW_MAX: usize = 20;

impl Keeper {
    pub(super) fn measure(&mut self, unit: &str, now: Timestamp) -> Measured {
        match self.try_measure(unit, now) {
            Ok(measured) => measured,
            Err(code) => Measured::Refused(code),
        }
    }

    fn try_measure(&mut self, unit: &str, now: Timestamp) -> Result<Measured, String> {
        if !self.frames_are_live()? {
            return Ok(Measured::NotLive);
        }
        let attempt = self.grant_attempt(now);
        let grants = self.grants_of(unit, &attempt)?;
        // INVARIANT: the trace of a template's use is durable before the template is opened.
        self.trace_search(&grants)?;
        let policy = self.match_policy()?;
        let probe = self.embed_probe()?;
        let first = grants.first().ok_or("grant.refused")?;
        self.expect_same_turned(first, &probe, &policy)?;
        let store = &self.parts.store;
        let searched = search(
            grants,
            &probe,
            |person| Some((SealedTemplate::from_bytes(&store.template(person)?)?, store.page().person(person)?)),
            &policy,
        )
        .map_err(|refused| {
            warn!(%refused, "a search was refused");
            "grant.refused".to_owned()
        })?;
        if searched
            .skipped
            .iter()
            .any(|(_, why)| *why == countenance_gallery::Skipped::Damaged)
        {
            error!("a sealed template does not open");
            self.fault("store.corrupt");
        }
        Ok(match searched.verdict {
            Verdict::Recognised(person) => Measured::Recognised(person),
            Verdict::Unknown => Measured::Unknown,
            Verdict::Ambiguous => Measured::Ambiguous,
        })
    }

    /// The sharpest frame; with a challenge the one against which the turn was measured, since the turn speaks for no other.
    fn embed_probe(&mut self) -> Result<Embedding, String> {
        let stills = &self.kept.stills;
        let best = if self.kept.turned.is_some() {
            stills.first()
        } else {
            stills.iter().max_by(|a, b| a.sharpness.total_cmp(&b.sharpness))
        };
        let best = best.ok_or("face.none")?;
        let models = self.parts.models.as_mut().map_err(|code| code.clone())?;
        let probe = models.vision.embed(&best.picture, &best.landmarks);
        self.kept.embedded += 1;
        probe.map_err(|failed| failed.code().to_owned())
    }

    /// With a challenge: the head that turned must be the face that is measured. Otherwise somebody holds a picture up, takes it away to
    /// turn the own head, and holds it up again.
    pub(super) fn expect_same_turned<A: GrantAct>(
        &mut self,
        grant: &VerifiedGrant<'_, A>,
        front: &Embedding,
        policy: &MatchPolicy,
    ) -> Result<(), String> {
        let asked = self.current.as_ref().and_then(|current| current.policy().face.as_ref());
        let still = match &self.kept.turned {
            Some(still) => still,
            None if asked.is_some_and(|face| face.liveness == Liveness::Passive) => return Ok(()),
            // A turn that was asked for and is not here was not seen.
            None => return Err("face.not_turned".into()),
        };
        let models = self.parts.models.as_mut().map_err(|code| code.clone())?;
        let turned = models.vision.embed(&still.picture, &still.landmarks);
        self.kept.embedded += 1;
        let turned = turned.map_err(|failed| failed.code().to_owned())?;
        if same_person(grant, front, &turned, policy) {
            Ok(())
        } else {
            Err("face.not_followed".into())
        }
    }

    /// Judges the kept frames by the pack's threshold.
    pub(super) fn frames_are_live(&mut self) -> Result<bool, String> {
        let models = self.parts.models.as_mut().map_err(|code| code.clone())?;
        let mut scores = Vec::new();
        for still in &self.kept.stills {
            scores.push(
                models
                    .vision
                    .live(&still.picture, &still.face)
                    .map_err(|failed| failed.code().to_owned())?,
            );
        }
        Ok(is_live(&scores, models.thresholds.live_threshold))
    }

    pub(super) fn match_policy(&self) -> Result<MatchPolicy, String> {
        let models = self.parts.models.as_ref().map_err(Clone::clone)?;
        let thresholds = &models.thresholds;
        Ok(MatchPolicy {
            threshold: thresholds.match_threshold,
            margin: thresholds.match_margin,
            search_max: usize::try_from(thresholds.search_max).unwrap_or(0),
            few_max: FEW_MAX,
            recogniser: models.recogniser,
        })
    }

    pub(super) fn grant_attempt(&self, now: Timestamp) -> Attempt {
        let claimed = self.parts.store.claimed();
        Attempt {
            id: self.machine.attempt(),
            site: claimed.site,
            gate: claimed.gate,
            now,
            last_contact: self.standing.last_contact,
        }
    }

    /// A verified grant for each consenting person of the unit who holds one now.
    fn grants_of<'a>(&self, unit: &str, attempt: &'a Attempt) -> Result<Vec<VerifiedGrant<'a, Match>>, String> {
        let current = self.current.as_ref().ok_or("policy.none")?;
        let household = current.policy().household(unit).ok_or("face.no_consent_here")?;
        let mut grants = Vec::new();
        for member in &household.people {
            let Some(id) = member.face else { continue };
            match verify_match(attempt, current.verified(), member.person, id) {
                Ok(grant) => grants.push(grant),
                Err(refused) => warn!(%refused, "a match grant does not hold"),
            }
        }
        if grants.is_empty() {
            Err("grant.refused".into())
        } else {
            Ok(grants)
        }
    }
}
