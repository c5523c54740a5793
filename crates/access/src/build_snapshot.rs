//! Everything one gate needs to decide alone, compiled from doors, credentials and consents, and signed.
//!
//! INVARIANT: a match grant is in a snapshot only when the rulebook permitted this match in this very transaction; otherwise the
//! findings are kept where the person and the operator can read them.
//! INVARIANT: what an operator stopped, or the rulebook refuses, is in no snapshot as a grant; its template is named as one that rests.

use std::collections::BTreeMap;

use countenance_base::{GrantId, PersonId, Timestamp};
use countenance_gate_core::policy::{Door as PolicyDoor, FacePolicy, FaceStop, Household, KeptFace, Member, Policy, RefusalText};
use countenance_grant::{Act, Envelope, SigningKey, SnapshotStatement, Statement, encode};
use countenance_persons::{
    Consent, ConsentError, Ctx, MemberKeys, Purpose, epoch, list_live_consents, list_member_keys, lookup_active_purpose, render_notice,
};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::question::{Asked, Compiling, ask_match};
use crate::{Door, Gate, list_stops, lookup_door, method, purpose_stopped, store};

/// Compiles and signs the snapshot of `gate` at the present epoch.
pub async fn build_snapshot(tx: &mut Trace, ctx: &Ctx<'_>, site_key: &SigningKey, gate: &Gate) -> Result<Envelope, StoreError> {
    let door = lookup_door(tx, gate.door).await?.ok_or(StoreError::Column { column: "door_id" })?;
    let epoch = epoch(tx).await?;
    let members = list_member_keys(tx, ctx).await?;
    // A forked gate gets no face policy and no grants: what it holds, it must forget.
    let purpose = if !gate.may_have_faces() || !door.settings.has_face() {
        None
    } else {
        lookup_active_purpose(tx, door.id).await?
    };
    let (permitted, refused) = if let Some(purpose) = &purpose {
        match_grants(tx, ctx, gate, &door, purpose, &members, epoch).await?
    } else {
        store::finding::replace(tx, gate.id, epoch, &[]).await?;
        (Vec::new(), Vec::new())
    };
    let since = match &purpose {
        Some(purpose) => purpose_stopped(tx, purpose.id).await?,
        None => None,
    };
    let (grants, stopped) = split_stopped(tx, permitted).await?;
    let kept: Vec<KeptFace> = stopped.iter().chain(&refused).map(kept_face).collect();
    let mut policy = policy(ctx, &door, purpose.as_ref().filter(|_| since.is_none()), members, &grants);
    policy.stop = (since.is_some() || !kept.is_empty()).then_some(FaceStop { since, kept });
    let statement = SnapshotStatement {
        site: ctx.site.id,
        gate: gate.id,
        epoch,
        issued: ctx.now,
        face_lease_s: ctx.rulebook.parameters().face_lease_hours.saturating_mul(3_600),
        grants,
        body: encode(&policy),
    };
    Ok(statement.sign(site_key))
}

/// A consent that stands under which nothing is compared now: the template rests at the gate, for a gate erases what no word protects,
/// and a reader that is mended or a new assessment would otherwise cost everybody an enrolment.
fn kept_face(statement: &Statement) -> KeptFace {
    KeptFace {
        person: statement.person,
        consent: statement.consent,
        consent_version: statement.consent_version,
        until: statement.until,
    }
}

/// Parts what may be compared from what an operator stopped.
async fn split_stopped(tx: &mut Trace, permitted: Vec<Statement>) -> Result<(Vec<Statement>, Vec<Statement>), StoreError> {
    let stops = list_stops(tx).await?;
    let is_stopped = |statement: &Statement| stops.iter().any(|stop| stop.scope.covers(statement.person, statement.purpose));
    let (stopped, grants) = permitted.into_iter().partition(is_stopped);
    Ok((grants, stopped))
}

/// What the rulebook permits to be compared at this gate, and what it refuses now though the consent stands.
async fn match_grants(
    tx: &mut Trace,
    ctx: &Ctx<'_>,
    gate: &Gate,
    door: &Door,
    purpose: &Purpose,
    members: &[MemberKeys],
    epoch: u64,
) -> Result<(Vec<Statement>, Vec<Statement>), StoreError> {
    let Ok(notice) = render_notice(ctx, purpose) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let asked = Asked {
        purpose,
        notice: &notice,
        settings: &door.settings,
        method: method(tx, door, purpose.facts.mode).await?,
        gate: gate.id,
    };
    let by_person: BTreeMap<PersonId, &MemberKeys> = members.iter().map(|member| (member.person, member)).collect();
    let consents = list_live_consents(tx, purpose.id).await?;
    let candidates: Vec<(&Consent, &MemberKeys)> = consents
        .iter()
        .filter(|consent| consent.may_be_at(gate.id))
        .filter_map(|consent| by_person.get(&consent.person).map(|member| (consent, *member)))
        .collect();
    let mut sizes: BTreeMap<&str, u32> = BTreeMap::new();
    for (_, member) in &candidates {
        *sizes.entry(member.unit.as_str()).or_default() += 1;
    }
    let everyone = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
    let other_way_worked = other_way_worked(tx, gate).await?;
    let (mut permitted, mut refused, mut findings) = (Vec::new(), Vec::new(), Vec::new());
    for (consent, member) in candidates {
        let search_size = match purpose.facts.mode {
            countenance_grant::Mode::OneToOne => 1,
            countenance_grant::Mode::OneToFew => sizes.get(member.unit.as_str()).copied().unwrap_or(u32::MAX),
            countenance_grant::Mode::OneToMany => everyone,
        };
        let ruling = match ask_match(
            tx,
            ctx,
            &asked,
            consent,
            &member.credentials,
            Compiling {
                search_size,
                other_way_worked,
            },
        )
        .await
        {
            Ok(ruling) => ruling,
            Err(ConsentError::Store(error)) => return Err(error),
            // Without an account there is no lane at all.
            Err(_) => continue,
        };
        let statement = match_statement(ctx, gate, consent, epoch);
        if ruling.permitted {
            permitted.extend(statement);
        } else {
            refused.extend(statement);
            findings.extend(ruling.findings.into_iter().map(|finding| (consent.id, finding)));
        }
    }
    store::finding::replace(tx, gate.id, epoch, &findings).await?;
    Ok((permitted, refused))
}

fn match_statement(ctx: &Ctx<'_>, gate: &Gate, consent: &Consent, epoch: u64) -> Option<Statement> {
    Some(Statement {
        site: ctx.site.id,
        id: consent.gate(gate.id)?.match_grant,
        person: consent.person,
        consent: consent.id,
        consent_version: consent.version,
        act: Act::Match,
        purpose: consent.purpose,
        mode: consent.mode,
        gates: vec![gate.id],
        not_before: consent.given,
        until: consent.until,
        epoch,
    })
}

/// The gate checks its readers itself and says so with each poll: one without an alarm about them proves the other ways as well as a passage does.
pub(crate) async fn other_way_worked(tx: &mut Trace, gate: &Gate) -> Result<Option<Timestamp>, StoreError> {
    let lane_dead = store::gate::list_alarms(tx)
        .await?
        .iter()
        .any(|alarm| alarm.gate == gate.id && alarm.code.starts_with("lane."));
    let checked = if lane_dead { None } else { gate.last_seen_at };
    Ok(checked.max(store::passage::last_opened_without_face(tx, gate.door).await?))
}

fn policy(ctx: &Ctx<'_>, door: &Door, purpose: Option<&Purpose>, members: Vec<MemberKeys>, grants: &[Statement]) -> Policy {
    let faces: BTreeMap<PersonId, GrantId> = grants.iter().map(|grant| (grant.person, grant.id)).collect();
    let mut households: Vec<Household> = Vec::new();
    // People without any lane are not named: the gate needs nothing of them.
    for member in members
        .into_iter()
        .filter(|member| !member.credentials.is_empty() || faces.contains_key(&member.person))
    {
        let entry = Member {
            person: member.person,
            pin: member.pin,
            qr_key: member.qr_key,
            face: faces.get(&member.person).copied(),
            record_key: Some(member.record_key),
        };
        match households.last_mut().filter(|household| household.unit == member.unit) {
            Some(household) => household.people.push(entry),
            None => households.push(Household {
                unit: member.unit,
                people: vec![entry],
            }),
        }
    }
    Policy {
        door: PolicyDoor {
            id: door.id,
            name: door.name.clone(),
            ways: door.settings.ways.clone(),
            open_ms: door.settings.open_ms,
        },
        time_zone: ctx.site.time_zone.clone(),
        other_lease_s: ctx.rulebook.parameters().other_lease_days.saturating_mul(86_400),
        face: purpose.map(|purpose| FacePolicy {
            purpose: purpose.id,
            purpose_text: purpose.facts.text.clone(),
            mode: purpose.facts.mode,
            distance_max_mm: door.settings.distance_max_mm,
            liveness: door.settings.liveness,
            zone: door.settings.zone,
        }),
        households,
        texts: refusal_texts(ctx),
        evidence_key: ctx.site.evidence_key,
        rulebook: ctx.rulebook.id().to_owned(),
        stop: None,
    }
}

fn refusal_texts(ctx: &Ctx<'_>) -> Vec<RefusalText> {
    let rules = ctx.rulebook.policies().iter().filter(|policy| !policy.permit);
    rules
        .map(|rule| RefusalText {
            code: rule.id.clone(),
            text: rule.text.clone(),
            article: rule.article.zh.clone(),
        })
        .collect()
}
