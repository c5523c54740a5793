//! Filing: how many people there are, what is handed in, what the authority answered, and the handler's other sites.

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use countenance_base::{SystemRng, to_hex};
use countenance_oversight::{
    Deadline, Duty, DutyFacts, DutyKind, DutyState, Filing, FilingKind, HandlerSite, Pack, Source, acknowledge_filing, duties,
    end_handler_site, list_filings, list_handler_sites, lookup_filing, make_filing, pack_of, put_handler_site, read_facts, warning,
};
use countenance_portal::desk::filing::UseView;
use countenance_portal::desk::{CountView, FilingLine, FilingPack, FilingPage, OtherSite, PackView};
use countenance_portal::{Place, Problem};
use serde::Deserialize;

use super::after;
use super::due::{article, day};
use crate::pages::error::{Trouble, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::reply;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::state::AppState;

/// How many days of the series a page shows; the JSON has all.
const DAYS_SHOWN: usize = 31;
/// What is handed in beside the pack and never enters this system; the portal has the words.
const ALSO: [&str; 7] = [
    "forms",
    "report",
    "credit_code",
    "representative",
    "agent",
    "authorisation",
    "commitment",
];

pub(crate) async fn show(desk: Desk, State(state): State<AppState>) -> Response {
    desk.answer(all(&state, &desk, None).await)
}

async fn all(state: &AppState, desk: &Desk, problem: Option<&'static str>) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(desk.reader()).await?;
    let facts = read_facts(&mut tx, &ctx).await?;
    let duties = duties(&mut tx, &ctx).await?;
    let sites = list_handler_sites(&mut tx).await?;
    let page = FilingPage {
        frame: desk.at(Place::Due),
        count: count(state, &facts, &sites, duties.iter().find(|duty| duty.kind == DutyKind::Filing)),
        sites: sites.into_iter().map(site_line).collect(),
        filings: list_filings(&mut tx).await?.iter().map(filing_line).collect(),
        kinds: kinds(&facts),
        problem: problem.map(Problem::new),
    };
    tx.commit().await?;
    Ok(match problem {
        Some(code) => reply::page_with(status_of(code), &page),
        None => reply::page(&page),
    })
}

fn count(state: &AppState, facts: &DutyFacts, sites: &[HandlerSite], filing: Option<&Duty>) -> CountView {
    let parameters = state.rulebook().parameters();
    let elsewhere: u64 = sites.iter().map(|site| u64::from(site.persons)).sum();
    let due = filing.and_then(|duty| match duty.due {
        Some(Deadline::Day(due)) => Some(due),
        Some(Deadline::Time(_)) | None => None,
    });
    let open = filing.is_some_and(|duty| duty.state != DutyState::Done);
    CountView {
        here: u64::from(facts.persons).saturating_sub(elsewhere),
        elsewhere,
        persons: u64::from(facts.persons),
        threshold: parameters.filing_threshold_persons.map(u64::from),
        warning: warning(facts.persons, &parameters.filing_warning_persons).map(|(step, _)| u64::from(step)),
        reached_on: filing.map(|duty| duty.since.to_string()),
        due_on: due.filter(|_| open).map(|due| due.day.to_string()),
        due_complete: !open || due.is_none_or(|due| due.complete),
        overdue: filing.is_some_and(|duty| duty.state == DutyState::Overdue),
        filed: facts
            .filed
            .as_ref()
            .map(|filed| (filed.acknowledgement.clone(), filed.on.to_string())),
        article: article(state.rulebook(), Source::Parameter("filing_threshold_persons")).0,
    }
}

fn kinds(facts: &DutyFacts) -> Vec<String> {
    let fits = |kind: &FilingKind| match kind {
        FilingKind::First => facts.filed.is_none(),
        FilingKind::Change => facts.filed.is_some(),
        FilingKind::Cancel => facts.filed.is_some() && !facts.uses.active,
    };
    FilingKind::ALL
        .iter()
        .filter(|kind| fits(kind))
        .map(|kind| kind.word().to_owned())
        .collect()
}

fn site_line(site: HandlerSite) -> OtherSite {
    OtherSite {
        number: site.number.into(),
        name: site.name,
        persons: site.persons.into(),
        counted_on: site.counted_on.to_string(),
        said_by: site.said_by,
    }
}

fn filing_line(filing: &Filing) -> FilingLine {
    FilingLine {
        number: filing.number.into(),
        kind: filing.kind.word().to_owned(),
        made: filing.made_at,
        snapshot: to_hex(&filing.snapshot),
        acknowledged: acknowledged(filing),
    }
}

fn acknowledged(filing: &Filing) -> Option<(String, String)> {
    filing.acknowledged.as_ref().map(|(number, on)| (number.clone(), on.to_string()))
}

async fn answer(state: &AppState, desk: &Desk, done: Result<(), Trouble>, place: &str) -> Response {
    let again = |code| all(state, desk, Some(code));
    desk.answer(after(done, place, again).await)
}

/// One that was made, or none for the site as it is now.
#[derive(Deserialize)]
pub(crate) struct Which {
    number: Option<u32>,
}

async fn pack(state: &AppState, desk: &Desk, which: &Which) -> Result<(Pack, Option<Filing>, String), Trouble> {
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(desk.reader()).await?;
    let found = if let Some(number) = which.number {
        let filing = lookup_filing(&mut tx, number).await?.ok_or(Trouble::Code("oversight.unknown"))?;
        let pack = Pack::from_json(&filing.pack).ok_or(Trouble::Code("oversight.unknown"))?;
        let json = filing.pack.clone();
        (pack, Some(filing), json)
    } else {
        let facts = read_facts(&mut tx, &ctx).await?;
        let kind = if facts.filed.is_some() {
            FilingKind::Change
        } else {
            FilingKind::First
        };
        let pack = pack_of(&mut tx, &ctx, kind).await?;
        let json = pack.to_json();
        (pack, None, json)
    };
    tx.commit().await?;
    Ok(found)
}

pub(crate) async fn show_pack(desk: Desk, State(state): State<AppState>, Query(which): Query<Which>) -> Response {
    let answer = pack(&state, &desk, &which).await.map(|(pack, filing, _)| {
        let json = "/desk/filing/pack.json";
        reply::page(&FilingPack {
            frame: desk.at(Place::Due),
            pack: view(pack),
            json: which
                .number
                .map_or_else(|| json.to_owned(), |number| format!("{json}?number={number}")),
            acknowledged: filing.as_ref().and_then(acknowledged),
            also: ALSO.map(str::to_owned).to_vec(),
        })
    });
    desk.answer(answer)
}

pub(crate) async fn show_json(desk: Desk, State(state): State<AppState>, Query(which): Query<Which>) -> Response {
    let answer = pack(&state, &desk, &which).await.map(|(.., json)| {
        let headers = [
            (header::CONTENT_TYPE, "application/json"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"filing-pack.json\""),
        ];
        (headers, json).into_response()
    });
    desk.answer(answer)
}

fn view(pack: Pack) -> PackView {
    let lasting = pack.lasting;
    let skipped = pack.series.len().saturating_sub(DAYS_SHOWN);
    let doors = lasting.doors;
    PackView {
        kind: pack.kind,
        made: pack.made_at,
        snapshot: pack.snapshot,
        site: lasting.site.into(),
        operator: lasting.operator.into(),
        contact: lasting.contact.into(),
        complaints: lasting.complaints.into(),
        officer: lasting.officer.map(Into::into),
        here: pack.here.into(),
        elsewhere: pack.elsewhere.into(),
        reached_on: pack.reached_on,
        due_on: pack.due_on,
        due_complete: pack.due_complete,
        sites: pack
            .sites
            .into_iter()
            .map(|site| (site.name, site.persons.into(), site.counted_on))
            .collect(),
        series: pack
            .series
            .into_iter()
            .skip(skipped)
            .map(|(day, here, elsewhere)| (day, here.into(), elsewhere.into()))
            .collect(),
        uses: lasting
            .uses
            .into_iter()
            .map(|used| UseView {
                door: used.door.into(),
                purpose: used.purpose.into(),
                necessity: used.necessity.into(),
                other_ways: used.other_ways.into(),
                mode: used.mode.replace(':', "-"),
                template_days: used.template_days.into(),
                passage_days: used.passage_days.into(),
                assessment: used.assessment,
            })
            .collect(),
        gates: lasting
            .gates
            .into_iter()
            .filter_map(|gate| {
                let door = doors.iter().find(|door| door.number == gate.door)?;
                Some((gate.door.into(), door.name.clone().into(), gate.number, gate.models))
            })
            .collect(),
        storage: lasting.storage,
        controls: lasting.controls,
        retention: lasting.retention.into_iter().map(|(name, number)| (name, number.into())).collect(),
        suppliers: lasting
            .suppliers
            .into_iter()
            .map(|supplier| {
                (
                    supplier.name.into(),
                    supplier.purpose.into(),
                    supplier.kinds.into(),
                    supplier.contract,
                )
            })
            .collect(),
    }
}

#[derive(Deserialize)]
pub(crate) struct MakeFields {
    kind: String,
}

pub(crate) async fn post_make(desk: Desk, State(state): State<AppState>, ProtectedForm(fields): ProtectedForm<MakeFields>) -> Response {
    let done = make(&state, &desk, &fields.kind).await;
    answer(&state, &desk, done, "/desk/filing").await
}

async fn make(state: &AppState, desk: &Desk, kind: &str) -> Result<(), Trouble> {
    let kind = FilingKind::from_word(kind).ok_or(Trouble::Code("form.fields"))?;
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    make_filing(&mut tx, &state.ctx(&mut rng), kind).await?;
    Ok(tx.commit().await?)
}

/// The authority's number and its day.
#[derive(Deserialize)]
pub(crate) struct AnswerFields {
    pub(crate) acknowledgement: String,
    pub(crate) day: String,
}

pub(crate) async fn post_acknowledge(
    desk: Desk,
    State(state): State<AppState>,
    Path(number): Path<u32>,
    ProtectedForm(fields): ProtectedForm<AnswerFields>,
) -> Response {
    let done = acknowledge(&state, &desk, number, &fields).await;
    answer(&state, &desk, done, "/desk/filing").await
}

async fn acknowledge(state: &AppState, desk: &Desk, number: u32, fields: &AnswerFields) -> Result<(), Trouble> {
    let on = day(&fields.day)?;
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    acknowledge_filing(&mut tx, &state.ctx(&mut rng), number, &fields.acknowledgement, on).await?;
    Ok(tx.commit().await?)
}

#[derive(Deserialize)]
pub(crate) struct SiteFields {
    name: String,
    persons: String,
    day: String,
    said_by: String,
}

pub(crate) async fn post_site(desk: Desk, State(state): State<AppState>, ProtectedForm(fields): ProtectedForm<SiteFields>) -> Response {
    let done = put_site(&state, &desk, &fields).await;
    answer(&state, &desk, done, "/desk/filing").await
}

async fn put_site(state: &AppState, desk: &Desk, fields: &SiteFields) -> Result<(), Trouble> {
    let persons = fields.persons.trim().parse().map_err(|_| Trouble::Code("oversight.number"))?;
    let on = day(&fields.day)?;
    let mut rng = SystemRng;
    let mut tx = state.trace(desk.reader()).await?;
    put_handler_site(&mut tx, &state.ctx(&mut rng), &fields.name, persons, on, &fields.said_by).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn post_site_end(
    desk: Desk,
    State(state): State<AppState>,
    Path(number): Path<u32>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    let done = async {
        let mut rng = SystemRng;
        let mut tx = state.trace(desk.reader()).await?;
        end_handler_site(&mut tx, &state.ctx(&mut rng), number).await?;
        Ok(tx.commit().await?)
    };
    let done = done.await;
    answer(&state, &desk, done, "/desk/filing#sites").await
}
