//! What is due, and where word of it goes.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use countenance_base::{PurposeId, SystemRng, Text, to_hex};
use countenance_oversight::{
    Deadline, Duty, DutyFacts, DutyKind, DutyState, Evidence, PublicVideo, RecordDone, Source, duties, has_feed, list_suppliers,
    list_unanswered, lookup_webhook, read_facts, record_duty_done, renew_feed, set_public_video, set_webhook, warning,
};
use countenance_persons::list_purposes;
use countenance_portal::desk::{
    DuePage, DutyLine, EvidenceLine, FeedView, RecordOption, StateOfDuty, VideoView, audit_words, incident_words,
};
use countenance_portal::{Place, Problem};
use countenance_rules::{Day, Rulebook};
use countenance_storage::StoreError;
use countenance_trace::Trace;
use serde::Deserialize;

use crate::pages::error::{Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::reply;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::state::AppState;

pub(crate) async fn show(desk: Desk, State(state): State<AppState>) -> Response {
    desk.answer(all(&state, &desk, None, None).await)
}

async fn all(state: &AppState, desk: &Desk, address: Option<String>, problem: Option<&'static str>) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(desk.reader()).await?;
    let facts = read_facts(&mut tx, &ctx).await?;
    let names = Names::read(&mut tx, &facts).await?;
    let duties = duties(&mut tx, &ctx).await?;
    let owed = duties.iter().any(|duty| duty.kind == DutyKind::Filing);
    let page = DuePage {
        frame: desk.at(Place::Due),
        warning: warning(facts.persons, &ctx.rulebook.parameters().filing_warning_persons)
            .filter(|_| !owed)
            .map(|(step, _)| step.into()),
        duties: duties.iter().map(|duty| line(state, duty, &names)).collect(),
        recorded: recorded(&mut tx, &facts).await?,
        video: video(state, facts.video),
        feed: FeedView {
            exists: has_feed(&mut tx).await?,
            address,
            webhook: lookup_webhook(&mut tx).await?,
            key: key_name(state),
        },
        problem: problem.map(Problem::new),
    };
    tx.commit().await?;
    Ok(match problem {
        Some(code) => reply::page_with(status_of(code), &page),
        None => reply::page(&page),
    })
}

/// What can be written down as done: what comes again, what is filed, and what an audit found that nothing answers yet.
async fn recorded(tx: &mut Trace, facts: &DutyFacts) -> Result<Vec<RecordOption>, StoreError> {
    let plain = |kind: DutyKind| RecordOption {
        value: kind.word().to_owned(),
        kind: kind.word().to_owned(),
        subject: None,
    };
    let mut options: Vec<RecordOption> = PLAIN.map(plain).to_vec();
    if matches!(facts.video, PublicVideo::Since(_)) {
        options.push(plain(DutyKind::VideoFiling));
    }
    for (kind, audit) in list_unanswered(tx).await? {
        options.push(RecordOption {
            value: format!("{}.{}", kind.word(), audit.number),
            subject: Some(audit_words(&audit.on.to_string())),
            ..plain(kind)
        });
    }
    Ok(options)
}

/// What is written down without anything before it.
const PLAIN: [DutyKind; 4] = [
    DutyKind::LevelAssessment,
    DutyKind::LevelFiling,
    DutyKind::Audit,
    DutyKind::MinorsAudit,
];

fn video(state: &AppState, said: PublicVideo) -> Option<VideoView> {
    state.rulebook().parameters().video_filing_days?;
    let (runs, since) = match said {
        PublicVideo::Unsaid => (None, String::new()),
        PublicVideo::None => (Some(false), String::new()),
        PublicVideo::Since(day) => (Some(true), day.to_string()),
    };
    Some(VideoView {
        runs,
        since,
        article: article(state.rulebook(), Source::Parameter("video_filing_days")).0,
    })
}

/// Sixteen digits of the hash of the site's public key, as messages name it.
pub(crate) fn key_name(state: &AppState) -> String {
    to_hex(&state.site_key().public().fingerprint()).chars().take(16).collect()
}

/// What duties are about, in words of the desk.
#[derive(Debug, Default)]
pub(crate) struct Names {
    purposes: BTreeMap<PurposeId, Text>,
    suppliers: BTreeMap<u32, Text>,
    audits: BTreeMap<u32, Text>,
}

impl Names {
    async fn read(tx: &mut Trace, facts: &DutyFacts) -> Result<Self, StoreError> {
        let purposes = list_purposes(tx).await?;
        let suppliers = list_suppliers(tx).await?;
        Ok(Self {
            purposes: purposes.into_iter().map(|purpose| (purpose.id, purpose.facts.text)).collect(),
            suppliers: suppliers.into_iter().map(|supplier| (supplier.number, supplier.name)).collect(),
            audits: facts
                .done
                .iter()
                .map(|done| (done.number, audit_words(&done.on.to_string())))
                .collect(),
        })
    }

    fn of(&self, duty: &Duty) -> Option<Text> {
        let subject = duty.subject.as_deref()?;
        match duty.kind {
            DutyKind::Assessment => self.purposes.get(&subject.parse().ok()?).cloned(),
            DutyKind::Contract => self.suppliers.get(&subject.parse().ok()?).cloned(),
            DutyKind::AuditFindings | DutyKind::AuditReport => self.audits.get(&subject.parse().ok()?).cloned(),
            DutyKind::IncidentGrade | DutyKind::IncidentReport | DutyKind::IncidentTold | DutyKind::FlawReport => {
                Some(incident_words(subject))
            }
            DutyKind::Filing
            | DutyKind::FilingChange
            | DutyKind::FilingCancel
            | DutyKind::Officer
            | DutyKind::OfficerAdvised
            | DutyKind::OfficerReport
            | DutyKind::Audit
            | DutyKind::MinorsAudit
            | DutyKind::LevelAssessment
            | DutyKind::LevelFiling
            | DutyKind::VideoFiling => None,
        }
    }
}

/// A duty as pages show it.
pub(crate) fn line(state: &AppState, duty: &Duty, names: &Names) -> DutyLine {
    let (article, to_confirm) = article(state.rulebook(), duty.source);
    let (due, time, complete) = match duty.due {
        Some(Deadline::Day(due)) => (Some(due.day.to_string()), None, due.complete),
        Some(Deadline::Time(at)) => (None, Some(at), true),
        None => (None, None, true),
    };
    let done_once = duty.state == DutyState::Done && !comes_again(duty.kind);
    DutyLine {
        kind: duty.kind.word().to_owned(),
        subject: names.of(duty),
        state: match duty.state {
            DutyState::Overdue => StateOfDuty::Overdue,
            DutyState::Open => StateOfDuty::Open,
            DutyState::Done => StateOfDuty::Done,
        },
        since: duty.since.to_string(),
        due: due.filter(|_| !done_once),
        time: time.filter(|_| !done_once),
        complete: complete || done_once,
        article,
        to_confirm,
        evidence: duty.evidence.as_ref().map(|(on, evidence)| shown(*on, evidence)),
        href: Some(href(duty.kind)),
    }
}

const fn comes_again(kind: DutyKind) -> bool {
    matches!(kind, DutyKind::Audit | DutyKind::LevelAssessment | DutyKind::Assessment)
}

fn shown(on: Day, evidence: &Evidence) -> EvidenceLine {
    let (acknowledgement, document) = match evidence {
        Evidence::Acknowledgement(number) => (Some(number.clone()), None),
        Evidence::Document(hash, place) => (None, Some((to_hex(hash), place.clone()))),
        Evidence::Filed { number, document, place } => (Some(number.clone()), Some((to_hex(document), place.clone()))),
        Evidence::Register => (None, None),
    };
    EvidenceLine {
        on: on.to_string(),
        acknowledgement,
        document,
    }
}

/// Where the rulebook says so, and whether that is still to be confirmed.
pub(crate) fn article(rulebook: &Rulebook, source: Source) -> (Option<Text>, bool) {
    match source {
        Source::Parameter(name) => match rulebook.parameters().sources.get(name) {
            Some(parameter) => (Some(parameter.source.clone()), parameter.confidence.to_be_confirmed()),
            None => (None, true),
        },
        Source::Rule(id) => match rulebook.policy(id) {
            Some(policy) => (Some(policy.article.clone()), policy.confidence.to_be_confirmed()),
            None => (None, true),
        },
        Source::Words => (None, false),
    }
}

const fn href(kind: DutyKind) -> &'static str {
    match kind {
        DutyKind::Filing | DutyKind::FilingChange | DutyKind::FilingCancel => "/desk/filing",
        DutyKind::Officer | DutyKind::OfficerAdvised | DutyKind::OfficerReport => "/desk/officer",
        DutyKind::Audit
        | DutyKind::MinorsAudit
        | DutyKind::AuditFindings
        | DutyKind::AuditReport
        | DutyKind::LevelAssessment
        | DutyKind::LevelFiling
        | DutyKind::VideoFiling => "#record",
        DutyKind::Assessment => "/desk",
        DutyKind::Contract => "/desk/suppliers",
        DutyKind::IncidentGrade | DutyKind::IncidentReport | DutyKind::IncidentTold | DutyKind::FlawReport => "/desk/incidents",
    }
}

/// Again the page, with what was wrong; a database that failed is another matter.
async fn refuse(state: &AppState, desk: &Desk, trouble: Trouble) -> Result<Response, Trouble> {
    match trouble {
        Trouble::Code(code) => all(state, desk, None, Some(code)).await,
        Trouble::Store(error) => Err(Trouble::Store(error)),
    }
}

#[derive(Deserialize)]
pub(crate) struct DoneFields {
    kind: String,
    day: String,
    document: String,
    place: String,
    #[serde(default)]
    number: String,
    /// `on` where it is ticked.
    ordered: Option<String>,
    findings: Option<String>,
}

pub(crate) async fn post_done(desk: Desk, State(state): State<AppState>, ProtectedForm(fields): ProtectedForm<DoneFields>) -> Response {
    let answer = match done(&state, &desk, &fields).await {
        Ok(()) => Ok(see("/desk/due")),
        Err(trouble) => refuse(&state, &desk, trouble).await,
    };
    desk.answer(answer)
}

async fn done(state: &AppState, desk: &Desk, fields: &DoneFields) -> Result<(), Trouble> {
    let unknown = || Trouble::Code("oversight.unknown");
    let (word, about) = match fields.kind.split_once('.') {
        Some((word, number)) => (word, Some(number.parse().map_err(|_| unknown())?)),
        None => (fields.kind.as_str(), None),
    };
    let record = RecordDone {
        kind: DutyKind::from_word(word).ok_or_else(unknown)?,
        on: day(&fields.day)?,
        document: fields.document.clone(),
        place: fields.place.clone(),
        acknowledgement: fields.number.clone(),
        ordered: fields.ordered.is_some(),
        findings: fields.findings.is_some(),
        about,
    };
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    record_duty_done(&mut tx, &state.ctx(&mut rng), &record).await?;
    Ok(tx.commit().await?)
}

#[derive(Deserialize)]
pub(crate) struct VideoFields {
    runs: String,
    #[serde(default)]
    since: String,
}

pub(crate) async fn post_video(desk: Desk, State(state): State<AppState>, ProtectedForm(fields): ProtectedForm<VideoFields>) -> Response {
    let answer = match say_video(&state, &desk, &fields).await {
        Ok(()) => Ok(see("/desk/due#video")),
        Err(trouble) => refuse(&state, &desk, trouble).await,
    };
    desk.answer(answer)
}

async fn say_video(state: &AppState, desk: &Desk, fields: &VideoFields) -> Result<(), Trouble> {
    let said = match fields.runs.as_str() {
        "yes" => PublicVideo::Since(day(&fields.since)?),
        "no" => PublicVideo::None,
        _ => return Err(Trouble::Code("oversight.unknown")),
    };
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    set_public_video(&mut tx, &state.ctx(&mut rng), said).await?;
    Ok(tx.commit().await?)
}

/// A day as a form sends it.
pub(crate) fn day(text: &str) -> Result<Day, Trouble> {
    Day::parse(text.trim()).ok_or(Trouble::Code("oversight.day"))
}

/// A day, or nothing.
pub(crate) fn day_if_any(text: &str) -> Result<Option<Day>, Trouble> {
    if text.trim().is_empty() { Ok(None) } else { day(text).map(Some) }
}

/// The address is on this answer and nowhere else, so it is no redirect.
pub(crate) async fn post_feed(desk: Desk, State(state): State<AppState>, ProtectedForm(NoFields {}): ProtectedForm<NoFields>) -> Response {
    let answer = async {
        let mut rng = SystemRng;
        let mut tx = state.trace(desk.reader()).await?;
        let code = renew_feed(&mut tx, &mut state.ctx(&mut rng)).await?;
        tx.commit().await?;
        all(&state, &desk, Some(format!("/feed/{code}.ics")), None).await
    };
    desk.answer(answer.await)
}

#[derive(Deserialize)]
pub(crate) struct WebhookFields {
    address: String,
}

pub(crate) async fn post_webhook(
    desk: Desk,
    State(state): State<AppState>,
    ProtectedForm(fields): ProtectedForm<WebhookFields>,
) -> Response {
    let answer = match webhook(&state, &desk, &fields.address).await {
        Ok(()) => Ok(see("/desk/due#webhook")),
        Err(trouble) => refuse(&state, &desk, trouble).await,
    };
    desk.answer(answer)
}

async fn webhook(state: &AppState, desk: &Desk, address: &str) -> Result<(), Trouble> {
    let mut tx = state.trace(desk.reader()).await?;
    set_webhook(&mut tx, address).await?;
    Ok(tx.commit().await?)
}
