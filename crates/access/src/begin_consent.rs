//! A person is told, and asked: the notice, and the text that they may sign. The rulebook is asked first.

use countenance_base::{ConsentId, DoorId, GateId, PersonId, PurposeId};
use countenance_persons::{
    Consent, ConsentError, Ctx, EnrolmentCode, Purpose, draft_consent, issue_code, keep_draft, lookup_active_purpose, lookup_consent,
    lookup_purpose, next_version, render_notice, signing_key,
};
use countenance_rules::Notice;
use countenance_trace::Trace;

use crate::question::{Asked, ask_enrol};
use crate::{Door, face_stopped, list_gates_of_door, lookup_door, method};

/// What is shown before signing.
#[derive(Debug, Clone)]
pub struct BegunConsent {
    /// Its `text` is what the person signs.
    pub consent: Consent,
    pub purpose: Purpose,
    pub notice: Notice,
    pub door: Door,
}

/// Makes the text for `person` and every claimed gate of `door`, and keeps that its notice was shown.
///
/// # Errors
/// `Refused` when the rulebook would not permit the enrolment even with the signature, e.g. because nothing but the face would open this door.
pub async fn begin_consent(tx: &mut Trace, ctx: &mut Ctx<'_>, person: PersonId, door: DoorId) -> Result<BegunConsent, ConsentError> {
    signing_key(tx, person).await?.ok_or(ConsentError::NoAccount)?;
    let door = lookup_door(tx, door).await?.ok_or(ConsentError::NoPurpose)?;
    let purpose = lookup_active_purpose(tx, door.id).await?.ok_or(ConsentError::NoPurpose)?;
    check_stops(tx, person, purpose.id).await?;
    let gates = list_gates_of_door(tx, door.id).await?;
    let gates: Vec<GateId> = gates
        .iter()
        .filter(|gate| gate.device_key.is_some() && gate.may_have_faces())
        .map(|gate| gate.id)
        .collect();
    let first = *gates.first().ok_or(ConsentError::NoPurpose)?;
    let notice = render_notice(ctx, &purpose).map_err(ConsentError::Notice)?;
    let version = next_version(tx, person, &purpose).await?;
    let consent = draft_consent(ctx, person, &purpose, &gates, &notice, version);
    let asked = Asked {
        purpose: &purpose,
        notice: &notice,
        settings: &door.settings,
        method: method(tx, &door, purpose.facts.mode).await?,
        gate: first,
    };
    let ruling = ask_enrol(tx, ctx, &asked, &consent).await?;
    if !ruling.permitted {
        return Err(ConsentError::Refused(Box::new(ruling)));
    }
    keep_draft(tx, ctx, &consent, &purpose, &notice).await?;
    Ok(BegunConsent {
        consent,
        purpose,
        notice,
        door,
    })
}

/// Makes an enrolment code for a signed consent and one of its gates. An older code for the same ends.
pub async fn make_enrolment_code(
    tx: &mut Trace,
    ctx: &mut Ctx<'_>,
    person: PersonId,
    consent: ConsentId,
    gate: GateId,
) -> Result<EnrolmentCode, ConsentError> {
    let consent = lookup_consent(tx, person, consent).await?.ok_or(ConsentError::Unknown)?.consent;
    if !consent.state.is_live() {
        return Err(ConsentError::State);
    }
    if consent.gate(gate).is_none() {
        return Err(ConsentError::Gate);
    }
    check_enrolment(tx, ctx, &consent, gate).await?;
    Ok(issue_code(tx, ctx, &consent, gate).await?)
}

/// Asks the rulebook about a signed consent as it stands now.
pub(crate) async fn check_enrolment(tx: &mut Trace, ctx: &Ctx<'_>, consent: &Consent, gate: GateId) -> Result<(), ConsentError> {
    let purpose = lookup_purpose(tx, consent.purpose).await?.ok_or(ConsentError::NoPurpose)?;
    check_stops(tx, consent.person, purpose.id).await?;
    let door = lookup_door(tx, consent.door).await?.ok_or(ConsentError::NoPurpose)?;
    let notice = render_notice(ctx, &purpose).map_err(ConsentError::Notice)?;
    let asked = Asked {
        purpose: &purpose,
        notice: &notice,
        settings: &door.settings,
        method: method(tx, &door, purpose.facts.mode).await?,
        gate,
    };
    let ruling = ask_enrol(tx, ctx, &asked, consent).await?;
    if ruling.permitted {
        Ok(())
    } else {
        Err(ConsentError::Refused(Box::new(ruling)))
    }
}

/// Nothing new begins while an operator stopped it.
async fn check_stops(tx: &mut Trace, person: PersonId, purpose: PurposeId) -> Result<(), ConsentError> {
    match face_stopped(tx, person, purpose).await? {
        Some(_) => Err(ConsentError::Stopped),
        None => Ok(()),
    }
}
