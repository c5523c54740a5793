//! A gate exchanges an enrolment code for an enrol grant: minted now, under the law and the policy of now.

use std::time::Duration;

use countenance_base::GrantId;
use countenance_gate_core::wire::Redeemed;
use countenance_grant::{Act, EnrolGrant, SigningKey, Statement};
use countenance_persons::{CodeRefused, Consent, ConsentError, Ctx, GoodCode, check_enrolment_code, use_enrolment_code};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::Gate;
use crate::begin_consent::check_enrolment;

/// How far a gate's clock may stand behind ours; the same that requests are allowed.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

/// Checks the code, asks the rulebook, uses the code up and mints, all in `tx`. A refusal changes nothing.
pub async fn redeem_code(
    tx: &mut Trace,
    ctx: &mut Ctx<'_>,
    site_key: &SigningKey,
    gate: &Gate,
    typed: &str,
) -> Result<Redeemed, StoreError> {
    if !gate.may_have_faces() {
        let code = if gate.forked_at.is_some() { "gate.forked" } else { "gate.lost" };
        return Ok(Redeemed::Refused(code.to_owned()));
    }
    let code = match check_enrolment_code(tx, ctx, gate.id, typed).await {
        Ok(code) => code,
        Err(CodeRefused::Store(error)) => return Err(error),
        Err(refused) => return Ok(Redeemed::Refused(refused.code().to_owned())),
    };
    match check_enrolment(tx, ctx, &code.consent, gate.id).await {
        Ok(()) => {}
        Err(ConsentError::Store(error)) => return Err(error),
        Err(ConsentError::Refused(ruling)) => {
            let rule = ruling.findings.first().map_or("engine.error", |finding| finding.id.as_str());
            return Ok(Redeemed::Refused(rule.to_owned()));
        }
        Err(refused) => return Ok(Redeemed::Refused(refused.code().to_owned())),
    }
    mint(tx, ctx, site_key, gate, &code).await
}

async fn mint(tx: &mut Trace, ctx: &mut Ctx<'_>, site_key: &SigningKey, gate: &Gate, code: &GoodCode) -> Result<Redeemed, StoreError> {
    let Some(consent) = code.consent.signed() else {
        return Ok(Redeemed::Refused("consent.state".to_owned()));
    };
    let id = GrantId::new(ctx.now, ctx.rng);
    let epoch = match use_enrolment_code(tx, ctx, code, gate.id, id).await {
        Ok(epoch) => epoch,
        Err(CodeRefused::Store(error)) => return Err(error),
        Err(refused) => return Ok(Redeemed::Refused(refused.code().to_owned())),
    };
    let statement = enrol_statement(ctx, gate, &code.consent, id, epoch);
    Ok(Redeemed::Granted(EnrolGrant { statement, consent }.mint(site_key)))
}

fn enrol_statement(ctx: &Ctx<'_>, gate: &Gate, consent: &Consent, id: GrantId, epoch: u64) -> Statement {
    let life = Duration::from_secs(u64::from(ctx.rulebook.parameters().enrolment_code_minutes) * 60);
    Statement {
        site: ctx.site.id,
        id,
        person: consent.person,
        consent: consent.id,
        consent_version: consent.version,
        act: Act::Enrol,
        purpose: consent.purpose,
        mode: consent.mode,
        gates: vec![gate.id],
        not_before: ctx.now.minus(CLOCK_TOLERANCE),
        until: ctx.now.plus(life).min(consent.until),
        epoch,
    }
}
