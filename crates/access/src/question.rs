//! What the rulebook is asked about one person, one consent and one gate.

use countenance_base::{GateId, Timestamp};
use countenance_gate_core::policy::Lane;
use countenance_persons::{
    Consent, ConsentError, Credential, Ctx, FacePerson, FaceQuestion, Purpose, face_facts, list_credentials, lookup_person, signing_key,
    site_facts,
};
use countenance_rules::{EnrolFace, MatchFace, Notice, OtherWayFacts, Request, Ruling};
use countenance_trace::Trace;

use crate::door::DoorSettings;

/// Everything beside the consent that an answer depends on.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) purpose: &'a Purpose,
    pub(crate) notice: &'a Notice,
    pub(crate) settings: &'a DoorSettings,
    /// How faces are used at the door now ([`crate::method()`]).
    pub(crate) method: [u8; 32],
    pub(crate) gate: GateId,
}

/// Whether this person may be enrolled under this consent at this gate now.
pub(crate) async fn ask_enrol(tx: &mut Trace, ctx: &Ctx<'_>, asked: &Asked<'_>, consent: &Consent) -> Result<Ruling, ConsentError> {
    let code_minutes = ctx.rulebook.parameters().enrolment_code_minutes;
    let credentials = list_credentials(tx, consent.person).await?;
    let face = facts(tx, ctx, asked, consent, &credentials).await?;
    let site = site_facts(tx, ctx).await?;
    Ok(ctx.rulebook.rule(&Request::EnrolFace(EnrolFace { face, site, code_minutes })))
}

/// What is known beside one person when a snapshot is compiled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compiling {
    /// How many people one claim of this household compares with.
    pub(crate) search_size: u32,
    /// When a way without a face last proved to work at this door.
    pub(crate) other_way_worked: Option<Timestamp>,
}

/// Whether this person's face may be compared at this gate from now until the consent ends.
pub(crate) async fn ask_match(
    tx: &mut Trace,
    ctx: &Ctx<'_>,
    asked: &Asked<'_>,
    consent: &Consent,
    credentials: &[Credential],
    compiling: Compiling,
) -> Result<Ruling, ConsentError> {
    let face = facts(tx, ctx, asked, consent, credentials).await?;
    Ok(ctx.rulebook.rule(&Request::MatchFace(MatchFace {
        face,
        lease_hours: ctx.rulebook.parameters().face_lease_hours,
        search_size: compiling.search_size,
        other_way_worked: compiling.other_way_worked,
    })))
}

async fn facts(
    tx: &mut Trace,
    ctx: &Ctx<'_>,
    asked: &Asked<'_>,
    consent: &Consent,
    credentials: &[Credential],
) -> Result<countenance_rules::FaceFacts, ConsentError> {
    let person = lookup_person(tx, consent.person).await?.ok_or(ConsentError::NoAccount)?;
    let key = signing_key(tx, consent.person).await?.ok_or(ConsentError::NoAccount)?;
    Ok(face_facts(FaceQuestion {
        now: ctx.now,
        until: consent.until,
        purpose: asked.purpose,
        method: &asked.method,
        notice: &asked.notice.facts(),
        notice_hash: asked.notice.hash,
        person: FacePerson {
            person: person.id,
            under_guardian_age: person.under_guardian_age,
            key,
        },
        consent,
        gate: asked.gate,
        door: asked.settings.facts(),
        other_way: other_way(&asked.settings.ways, credentials, consent.until),
    }))
}

/// How these credentials pass the door without a face. Ours have no hours, no end and no fee; what would give them one must say so here.
fn other_way(ways: &[Vec<Lane>], credentials: &[Credential], until: Timestamp) -> Option<OtherWayFacts> {
    let began = |lane: &Lane| {
        credentials
            .iter()
            .find(|credential| credential.lane == *lane)
            .map(|credential| credential.began_at)
    };
    let complete = |way: &Vec<Lane>| -> Option<Timestamp> { way.iter().map(began).collect::<Option<Vec<_>>>()?.into_iter().max() };
    let from = ways.iter().filter(|way| !way.contains(&Lane::Face)).filter_map(complete).min()?;
    Some(OtherWayFacts {
        opens_this_door: true,
        same_hours: true,
        from,
        until,
        free_of_charge: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(lane: Lane, began: i64) -> Credential {
        Credential {
            lane,
            began_at: Timestamp(began),
        }
    }

    #[test]
    fn another_way_is_one_that_the_person_can_complete_here() {
        let ways = [vec![Lane::Face], vec![Lane::Qr, Lane::Pin], vec![Lane::Card]];
        let until = Timestamp(90);
        for (held, expected) in [
            (vec![], None),
            (vec![credential(Lane::Qr, 1)], None),
            (vec![credential(Lane::Face, 1)], None),
            (vec![credential(Lane::Qr, 1), credential(Lane::Pin, 5)], Some(5)),
            (
                vec![credential(Lane::Qr, 1), credential(Lane::Pin, 5), credential(Lane::Card, 3)],
                Some(3),
            ),
        ] {
            let found = other_way(&ways, &held, until).map(|way| way.from.0);
            assert_eq!(found, expected, "{held:?}");
        }
    }
}
