use countenance_base::{ConsentId, EnrolmentCodeId, GateId, GrantId, PersonId, PurposeId, Timestamp};
use countenance_grant::{Mode, PublicKey, Signature};
use countenance_storage::{Row, StoreError};
use countenance_trace::Trace;

use crate::consent::{Consent, ConsentGate, ConsentState, EndedBy};

pub(crate) async fn insert(tx: &mut Trace, consent: &Consent) -> Result<(), StoreError> {
    tx.change_one(
        "INSERT INTO consents (id, person_id, purpose_id, door_id, version, mode, text, notice_hash, state, given_at, until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            consent.id.into(),
            consent.person.into(),
            consent.purpose.into(),
            consent.door.into(),
            consent.version.into(),
            consent.mode.text().into(),
            (&consent.text).into(),
            consent.notice_hash.into(),
            consent.state.word().into(),
            consent.given.into(),
            consent.until.into(),
        ],
    )
    .await?;
    for gate in &consent.gates {
        tx.change_one(
            "INSERT INTO consent_gates (consent_id, gate_id, match_grant_id)
             VALUES ($1, $2, $3)",
            &[consent.id.into(), gate.gate.into(), gate.match_grant.into()],
        )
        .await?;
    }
    Ok(())
}

/// Removes what this person began and never signed: it was no consent.
pub(crate) async fn drop_drafts(tx: &mut Trace, person: PersonId) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM consent_gates
         WHERE consent_id IN (SELECT id FROM consents WHERE person_id = $1 AND state = 'begun')",
        &[person.into()],
    )
    .await?;
    tx.execute("DELETE FROM consents WHERE person_id = $1 AND state = 'begun'", &[person.into()])
        .await?;
    Ok(())
}

/// How many statements this person has signed for this purpose; the next one's version is one more.
pub(crate) async fn count_versions(tx: &mut Trace, person: PersonId, purpose: PurposeId) -> Result<u32, StoreError> {
    let row = tx
        .lookup(
            "SELECT COALESCE(MAX(version), 0) AS version
             FROM consents
             WHERE person_id = $1 AND purpose_id = $2 AND state <> 'begun'",
            &[person.into(), purpose.into()],
        )
        .await?;
    row.map_or(Ok(0), |row| row.get("version"))
}

/// Of how many people some gate holds a template, each person once.
pub(crate) async fn count_stored_persons(tx: &mut Trace) -> Result<u32, StoreError> {
    let row = tx
        .lookup(
            "SELECT COUNT(DISTINCT consents.person_id) AS persons
             FROM consent_gates
             JOIN consents ON consents.id = consent_gates.consent_id
             WHERE consent_gates.enrolled_at IS NOT NULL AND consent_gates.erased_at IS NULL",
            &[],
        )
        .await?;
    row.map_or(Ok(0), |row| row.get("persons"))
}

/// The same people, of whom a guardian must decide.
pub(crate) async fn count_stored_children(tx: &mut Trace) -> Result<u32, StoreError> {
    let row = tx
        .lookup(
            "SELECT COUNT(DISTINCT consents.person_id) AS persons
             FROM consent_gates
             JOIN consents ON consents.id = consent_gates.consent_id
             JOIN persons ON persons.id = consents.person_id
             WHERE consent_gates.enrolled_at IS NOT NULL AND consent_gates.erased_at IS NULL AND persons.under_guardian_age = 1",
            &[],
        )
        .await?;
    row.map_or(Ok(0), |row| row.get("persons"))
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, person_id, purpose_id, door_id, version, mode, text, notice_hash, state, given_at, until,
                    signature, key, signed_at, enrolled_at, ended_at, ended_by
             FROM consents ",
            $tail
        )
    };
}

pub(crate) async fn lookup(tx: &mut Trace, id: ConsentId) -> Result<Option<Consent>, StoreError> {
    let row = tx.lookup(select!("WHERE id = $1"), &[id.into()]).await?;
    match row {
        Some(row) => read(tx, &row).await.map(Some),
        None => Ok(None),
    }
}

pub(crate) async fn lookup_live(tx: &mut Trace, person: PersonId, purpose: PurposeId) -> Result<Option<Consent>, StoreError> {
    let row = tx
        .lookup(
            select!("WHERE person_id = $1 AND purpose_id = $2 AND state IN ('signed', 'enrolled')"),
            &[person.into(), purpose.into()],
        )
        .await?;
    match row {
        Some(row) => read(tx, &row).await.map(Some),
        None => Ok(None),
    }
}

pub(crate) async fn list_of_person(tx: &mut Trace, person: PersonId) -> Result<Vec<Consent>, StoreError> {
    let rows = tx
        .list(
            select!("WHERE person_id = $1 AND state <> 'begun' ORDER BY given_at DESC, id DESC LIMIT 200"),
            &[person.into()],
        )
        .await?;
    read_all(tx, &rows).await
}

/// All of them, the oldest first, however many.
pub(crate) async fn list_all_of_person(tx: &mut Trace, person: PersonId) -> Result<Vec<Consent>, StoreError> {
    let rows = tx
        .list(select!("WHERE person_id = $1 AND state <> 'begun' ORDER BY id"), &[person.into()])
        .await?;
    read_all(tx, &rows).await
}

pub(crate) async fn list_of_purpose(tx: &mut Trace, purpose: PurposeId) -> Result<Vec<Consent>, StoreError> {
    let rows = tx
        .list(select!("WHERE purpose_id = $1 AND state <> 'begun' ORDER BY id"), &[purpose.into()])
        .await?;
    read_all(tx, &rows).await
}

pub(crate) async fn list_live(tx: &mut Trace, purpose: PurposeId) -> Result<Vec<Consent>, StoreError> {
    let rows = tx
        .list(
            select!("WHERE purpose_id = $1 AND state IN ('signed', 'enrolled') ORDER BY id"),
            &[purpose.into()],
        )
        .await?;
    read_all(tx, &rows).await
}

async fn read_all(tx: &mut Trace, rows: &[Row]) -> Result<Vec<Consent>, StoreError> {
    let mut consents = Vec::with_capacity(rows.len());
    for row in rows {
        consents.push(read(tx, row).await?);
    }
    Ok(consents)
}

pub(crate) async fn sign(tx: &mut Trace, id: ConsentId, key: PublicKey, signature: &Signature, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE consents
         SET state = 'signed', key = $2, signature = $3, signed_at = $4
         WHERE id = $1 AND state = 'begun'",
        &[id.into(), key.0.into(), signature.0.into(), now.into()],
    )
    .await
}

pub(crate) async fn end(tx: &mut Trace, id: ConsentId, by: EndedBy, now: Timestamp) -> Result<u64, StoreError> {
    let state = if by == EndedBy::Expired {
        ConsentState::Expired
    } else {
        ConsentState::Withdrawn
    };
    let ended = tx
        .execute(
            "UPDATE consents
             SET state = $2, ended_by = $3, ended_at = $4
             WHERE id = $1 AND state IN ('signed', 'enrolled')",
            &[id.into(), state.word().into(), by.word().into(), now.into()],
        )
        .await?;
    tx.execute(
        "UPDATE enrolment_codes
         SET ended_at = $2
         WHERE consent_id = $1 AND used_at IS NULL AND ended_at IS NULL",
        &[id.into(), now.into()],
    )
    .await?;
    Ok(ended)
}

/// The live consents of an ended purpose.
pub(crate) async fn list_live_of_purpose(tx: &mut Trace, purpose: PurposeId) -> Result<Vec<ConsentId>, StoreError> {
    tx.list(
        "SELECT id FROM consents WHERE purpose_id = $1 AND state IN ('signed', 'enrolled')",
        &[purpose.into()],
    )
    .await?
    .iter()
    .map(|row| row.get("id"))
    .collect()
}

/// The live consents whose time is over.
pub(crate) async fn list_overdue(tx: &mut Trace, now: Timestamp) -> Result<Vec<ConsentId>, StoreError> {
    tx.list(
        "SELECT id FROM consents WHERE state IN ('signed', 'enrolled') AND until <= $1",
        &[now.into()],
    )
    .await?
    .iter()
    .map(|row| row.get("id"))
    .collect()
}

pub(crate) async fn note_enrolled(tx: &mut Trace, id: ConsentId, gate: GateId, at: Timestamp) -> Result<u64, StoreError> {
    tx.change_one(
        "UPDATE consent_gates
         SET enrolled_at = $3, erased_at = NULL
         WHERE consent_id = $1 AND gate_id = $2",
        &[id.into(), gate.into(), at.into()],
    )
    .await?;
    tx.execute(
        "UPDATE consents
         SET state = 'enrolled', enrolled_at = $2
         WHERE id = $1 AND state IN ('signed', 'enrolled')",
        &[id.into(), at.into()],
    )
    .await
}

pub(crate) async fn note_erased(tx: &mut Trace, id: ConsentId, gate: GateId, at: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE consent_gates
         SET erased_at = $3, lost_at = NULL
         WHERE consent_id = $1 AND gate_id = $2",
        &[id.into(), gate.into(), at.into()],
    )
    .await?;
    // A consent that still stands, with no template left anywhere, waits for another enrolment.
    tx.execute(
        "UPDATE consents
         SET state = 'signed'
         WHERE id = $1 AND state = 'enrolled'
           AND NOT EXISTS (SELECT 1 FROM consent_gates WHERE consent_id = $1 AND enrolled_at IS NOT NULL AND erased_at IS NULL)",
        &[id.into()],
    )
    .await?;
    Ok(())
}

/// From here on a template may exist at this gate.
pub(crate) async fn note_redeemed(tx: &mut Trace, id: ConsentId, gate: GateId, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE consent_gates
         SET redeemed_at = $3, erased_at = NULL
         WHERE consent_id = $1 AND gate_id = $2",
        &[id.into(), gate.into(), now.into()],
    )
    .await
}

/// Whatever may still be at this gate counts as lost with it.
pub(crate) async fn note_lost(tx: &mut Trace, gate: GateId, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE consent_gates
         SET lost_at = $2
         WHERE gate_id = $1 AND redeemed_at IS NOT NULL AND erased_at IS NULL AND lost_at IS NULL",
        &[gate.into(), now.into()],
    )
    .await
}

async fn read(tx: &mut Trace, row: &Row) -> Result<Consent, StoreError> {
    let (mode, state): (String, String) = (row.get("mode")?, row.get("state")?);
    let (id, person) = (row.get("id")?, row.get("person_id")?);
    tx.looked_at(person);
    let ended_by: Option<String> = row.get_optional("ended_by")?;
    Ok(Consent {
        id,
        person,
        purpose: row.get("purpose_id")?,
        door: row.get("door_id")?,
        version: row.get("version")?,
        mode: Mode::from_text(&mode).ok_or(StoreError::Column { column: "mode" })?,
        text: row.get("text")?,
        notice_hash: row.get("notice_hash")?,
        state: ConsentState::from_word(&state).ok_or(StoreError::Column { column: "state" })?,
        given: row.get("given_at")?,
        until: row.get("until")?,
        signature: row.get_optional("signature")?.map(Signature),
        key: row.get_optional("key")?.map(PublicKey),
        signed_at: row.get_optional("signed_at")?,
        enrolled_at: row.get_optional("enrolled_at")?,
        ended_at: row.get_optional("ended_at")?,
        ended_by: ended_by
            .map(|word| EndedBy::from_word(&word).ok_or(StoreError::Column { column: "ended_by" }))
            .transpose()?,
        gates: gates(tx, id).await?,
    })
}

async fn gates(tx: &mut Trace, id: ConsentId) -> Result<Vec<ConsentGate>, StoreError> {
    tx.list(
        "SELECT gate_id, match_grant_id, redeemed_at, enrolled_at, erased_at, lost_at
         FROM consent_gates
         WHERE consent_id = $1
         ORDER BY gate_id",
        &[id.into()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(ConsentGate {
            gate: row.get("gate_id")?,
            match_grant: row.get("match_grant_id")?,
            redeemed_at: row.get_optional("redeemed_at")?,
            enrolled_at: row.get_optional("enrolled_at")?,
            erased_at: row.get_optional("erased_at")?,
            lost_at: row.get_optional("lost_at")?,
        })
    })
    .collect()
}

/// An enrolment code as stored.
pub(crate) struct CodeRow {
    pub(crate) id: EnrolmentCodeId,
    pub(crate) person: PersonId,
    pub(crate) consent: ConsentId,
    pub(crate) gate: GateId,
    pub(crate) expires_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
}

/// Stores a code and ends every older one of this consent and gate.
pub(crate) async fn put_code(tx: &mut Trace, code: &CodeRow, hash: [u8; 32], now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE enrolment_codes
         SET ended_at = $3
         WHERE consent_id = $1 AND gate_id = $2 AND used_at IS NULL AND ended_at IS NULL",
        &[code.consent.into(), code.gate.into(), now.into()],
    )
    .await?;
    tx.change_one(
        "INSERT INTO enrolment_codes (id, code_hash, person_id, consent_id, gate_id, made_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            code.id.into(),
            hash.into(),
            code.person.into(),
            code.consent.into(),
            code.gate.into(),
            now.into(),
            code.expires_at.into(),
        ],
    )
    .await
}

pub(crate) async fn lookup_code(tx: &mut Trace, hash: [u8; 32]) -> Result<Option<CodeRow>, StoreError> {
    let row = tx
        .lookup(
            "SELECT id, person_id, consent_id, gate_id, expires_at, used_at, ended_at
             FROM enrolment_codes
             WHERE code_hash = $1",
            &[hash.into()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(CodeRow {
        id: row.get("id")?,
        person: row.get("person_id")?,
        consent: row.get("consent_id")?,
        gate: row.get("gate_id")?,
        expires_at: row.get("expires_at")?,
        used_at: row.get_optional("used_at")?,
        ended_at: row.get_optional("ended_at")?,
    }))
}

pub(crate) async fn use_code(tx: &mut Trace, id: EnrolmentCodeId, grant: GrantId, now: Timestamp) -> Result<(), StoreError> {
    tx.change_one(
        "UPDATE enrolment_codes
         SET used_at = $3, grant_id = $2
         WHERE id = $1 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $3",
        &[id.into(), grant.into(), now.into()],
    )
    .await
}

/// Removes codes that ended long enough ago.
pub(crate) async fn forget_codes(tx: &mut Trace, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM enrolment_codes WHERE expires_at < $1", &[before.into()])
        .await
}
