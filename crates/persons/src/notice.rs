//! What a person is told before a consent.

use countenance_base::{PersonId, Text};
use countenance_rules::{Notice, NoticeRefused, NoticeValues};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::purpose::Purpose;
use crate::{Ctx, store};

/// Notices of this name, numbered; the rulebook's last one is in force.
const NOTICE: &str = "face-at-door";

/// The notice in force for `purpose` at this site.
pub fn render_notice(ctx: &Ctx<'_>, purpose: &Purpose) -> Result<Notice, NoticeRefused> {
    let version = ctx
        .rulebook
        .notices()
        .filter(|version| version.starts_with(NOTICE))
        .last()
        .unwrap_or(NOTICE);
    ctx.rulebook.notice(
        version,
        &NoticeValues {
            site: ctx.site.name.clone(),
            operator: ctx.site.operator.clone(),
            contact: ctx.site.contact.clone(),
            complaints: ctx.site.complaints.clone(),
            doors: purpose.door.name.clone(),
            purpose: purpose.facts.text.clone(),
            necessity: purpose.facts.necessity.clone(),
            mode: purpose.facts.mode,
            other_ways: purpose.door.other_ways.clone(),
            consent_days: consent_days(ctx, purpose),
            passage_days: purpose.facts.passage_days,
        },
    )
}

/// How long a consent given now holds, days: never longer than the purpose keeps a template.
pub(crate) fn consent_days(ctx: &Ctx<'_>, purpose: &Purpose) -> u32 {
    purpose.facts.template_days.min(ctx.rulebook.parameters().consent_max_days)
}

/// Keeps the text and that this person was shown it.
pub(crate) async fn note_shown(
    tx: &mut Trace,
    ctx: &Ctx<'_>,
    person: PersonId,
    purpose: &Purpose,
    notice: &Notice,
) -> Result<(), StoreError> {
    store::notice::put(tx, ctx.rulebook.id(), notice).await?;
    store::notice::note_shown(tx, person, purpose.id, notice.hash, ctx.now).await
}

/// The notice text of this hash, as it was shown.
pub async fn lookup_notice(tx: &mut Trace, hash: [u8; 32]) -> Result<Option<Text>, StoreError> {
    store::notice::lookup(tx, hash).await
}
