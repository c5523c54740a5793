//! Something was done that this system cannot see: an audit, a yearly assessment, a filing with the police. Kept are its day, the hash
//! of its document, where that lies, and the authority's number; the document itself is not taken in.

use countenance_base::from_hex;
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_rules::Day;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::due::day_of;
use crate::error::{OversightError, words};
use crate::{DoneFacts, DutyKind, PublicVideo, settle, store};

/// The duties that are recorded so.
pub const RECORDED: [DutyKind; 7] = [
    DutyKind::LevelFiling,
    DutyKind::LevelAssessment,
    DutyKind::VideoFiling,
    DutyKind::Audit,
    DutyKind::MinorsAudit,
    DutyKind::AuditFindings,
    DutyKind::AuditReport,
];

/// What somebody wrote down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordDone {
    pub kind: DutyKind,
    pub on: Day,
    /// SHA-256 in hexadecimal.
    pub document: String,
    pub place: String,
    /// The authority's number; nothing is filed without.
    pub acknowledgement: String,
    /// Of an audit: the authority ordered it.
    pub ordered: bool,
    /// Of an audit: it found something.
    pub findings: bool,
    /// The audit that this answers.
    pub about: Option<u32>,
}

/// What is kept of it.
pub(crate) struct Checked {
    pub(crate) kind: DutyKind,
    pub(crate) on: Day,
    pub(crate) document: [u8; 32],
    pub(crate) place: String,
    pub(crate) acknowledgement: Option<String>,
    pub(crate) ordered: bool,
    pub(crate) findings: bool,
    pub(crate) about: Option<u32>,
}

/// Everything that was written down, oldest first.
pub async fn list_done(tx: &mut Trace) -> Result<Vec<DoneFacts>, StoreError> {
    store::done::list(tx).await
}

pub async fn record_duty_done(tx: &mut Trace, ctx: &Ctx<'_>, record: &RecordDone) -> Result<(), OversightError> {
    let today = day_of(ctx.now, &ctx.site.time_zone).ok_or(OversightError::Day)?;
    if record.on > today {
        return Err(OversightError::Day);
    }
    fits(tx, record).await?;
    let checked = checked(record)?;
    store::done::insert(tx, &checked, ctx.now).await?;
    tx.leave(Event::site(RecordKind::Changed, format!("duty.done {}", checked.kind.word())));
    settle(tx, ctx).await?;
    Ok(())
}

/// Audits that the authority ordered, that found something, and that nothing answers yet: what stands of them, by their number.
pub async fn list_unanswered(tx: &mut Trace) -> Result<Vec<(DutyKind, DoneFacts)>, StoreError> {
    let done = store::done::list(tx).await?;
    let of = |audit: &DoneFacts| {
        let kinds = [DutyKind::AuditFindings, DutyKind::AuditReport];
        let open = kinds.into_iter().find(|kind| answer(&done, *kind, audit.number).is_none())?;
        Some((open, audit.clone()))
    };
    Ok(done.iter().filter(|done| done.to_put_right).filter_map(of).collect())
}

/// What was written down of `kind` about the audit of this number.
pub(crate) fn answer(done: &[DoneFacts], kind: DutyKind, audit: u32) -> Option<&DoneFacts> {
    done.iter().find(|done| done.kind == kind && done.about == Some(audit))
}

async fn fits(tx: &mut Trace, record: &RecordDone) -> Result<(), OversightError> {
    if !RECORDED.contains(&record.kind) {
        return Err(OversightError::Unknown);
    }
    if answers(record.kind) {
        return fits_audit(tx, record).await;
    }
    if record.kind != DutyKind::VideoFiling {
        return Ok(());
    }
    match store::video::lookup(tx).await? {
        PublicVideo::Since(since) if record.on < since => Err(OversightError::Day),
        PublicVideo::Since(_) => Ok(()),
        PublicVideo::Unsaid | PublicVideo::None => Err(OversightError::State),
    }
}

/// The audit must be there, come before, and not be answered yet; its report comes after its findings were put right.
async fn fits_audit(tx: &mut Trace, record: &RecordDone) -> Result<(), OversightError> {
    let unanswered = list_unanswered(tx).await?;
    let open = unanswered.iter().find(|(_, audit)| Some(audit.number) == record.about);
    let (kind, audit) = open.ok_or(OversightError::Unknown)?;
    if *kind != record.kind {
        return Err(OversightError::State);
    }
    let done = store::done::list(tx).await?;
    let before = answer(&done, DutyKind::AuditFindings, audit.number).map_or(audit.on, |righted| righted.on);
    if record.on < before { Err(OversightError::Day) } else { Ok(()) }
}

const fn answers(kind: DutyKind) -> bool {
    matches!(kind, DutyKind::AuditFindings | DutyKind::AuditReport)
}

fn checked(record: &RecordDone) -> Result<Checked, OversightError> {
    let audit = record.kind == DutyKind::Audit;
    let filed = matches!(record.kind, DutyKind::LevelFiling | DutyKind::VideoFiling);
    let number = record.acknowledgement.trim();
    Ok(Checked {
        kind: record.kind,
        on: record.on,
        document: from_hex(&record.document.trim().to_lowercase()).ok_or(OversightError::Document)?,
        place: words(&record.place, 200)?,
        acknowledgement: if number.is_empty() && !filed {
            None
        } else {
            Some(words(number, 80).map_err(|_| OversightError::Acknowledgement)?)
        },
        ordered: audit && record.ordered,
        findings: audit && record.findings,
        about: record.about.filter(|_| answers(record.kind)),
    })
}
