//! Why a face may be used at a door: declared, assessed, activated, ended.

use axum::extract::{Path, State};
use axum::response::Response;
use countenance_access::method;
use countenance_base::{PurposeId, SystemRng, Text, Timestamp};
use countenance_grant::Mode;
use countenance_persons::{
    DeclarePurpose, Purpose, PurposeError, PurposeState, activate_purpose, declare_purpose, end_purpose, lookup_purpose,
};
use countenance_portal::desk::{self, DoorPage, PurposeDraft, PurposeView};
use countenance_rules::{LawfulBasis, PurposeFacts};
use serde::Deserialize;

use super::door;
use crate::pages::error::{Trouble, see};
use crate::pages::form::ProtectedForm;
use crate::pages::number::DoorNumber;
use crate::pages::refusals;
use crate::pages::resident::account::NoFields;
use crate::pages::session::Desk;
use crate::state::AppState;

pub(crate) const fn shown_state(state: PurposeState) -> desk::PurposeState {
    match state {
        PurposeState::Declared => desk::PurposeState::Declared,
        PurposeState::Assessed => desk::PurposeState::Assessed,
        PurposeState::Approved => desk::PurposeState::Approved,
        PurposeState::Active => desk::PurposeState::Active,
        PurposeState::Ended => desk::PurposeState::Ended,
    }
}

/// `method`: how faces are used at the door now.
pub(crate) fn shown(purpose: &Purpose, door: u32, method: &[u8; 32]) -> PurposeView {
    PurposeView {
        href: format!("{}/purposes/{}", door::href(door), purpose.id),
        state: shown_state(purpose.state()),
        text: purpose.facts.text.clone(),
        necessity: purpose.facts.necessity.clone(),
        alternatives: purpose.facts.alternatives.clone(),
        template_days: u64::from(purpose.facts.template_days),
        passage_days: u64::from(purpose.facts.passage_days),
        owner: purpose.facts.owner.clone(),
        mode: purpose.facts.mode.text().to_owned(),
        open_search_necessity: purpose.facts.open_search_necessity.clone(),
        approved: purpose
            .assessment
            .as_ref()
            .and_then(|assessment| assessment.approval)
            .map(|approval| approval.at),
        stale: purpose.is_stale(method),
        event_ends: purpose.event_ends,
    }
}

#[derive(Deserialize, Clone)]
pub(crate) struct Declaration {
    zh: String,
    en: String,
    necessity_zh: String,
    necessity_en: String,
    alternatives: String,
    template_days: String,
    passage_days: String,
    owner: String,
    mode: String,
    /// Both are read only for an open search.
    #[serde(default)]
    open_search_necessity: String,
    open_search_apart: Option<String>,
    /// Local time; empty for what is no event.
    #[serde(default)]
    event_ends: String,
}

/// A field that asks for a time is filled with none.
struct NoTime;

impl Declaration {
    /// The facts; `None` when a number or the mode is none.
    fn facts(&self) -> Option<PurposeFacts> {
        Some(PurposeFacts {
            text: Text::new(self.zh.trim(), self.en.trim()),
            necessity: Text::new(self.necessity_zh.trim(), self.necessity_en.trim()),
            alternatives: vec![self.alternatives.clone()],
            basis: LawfulBasis::Consent,
            mode: Mode::from_text(&self.mode)?,
            open_search_necessity: Some(self.open_search_necessity.trim().to_owned()).filter(|why| !why.is_empty()),
            open_search_apart: self.open_search_apart.is_some(),
            template_days: self.template_days.trim().parse().ok()?,
            passage_days: self.passage_days.trim().parse().ok()?,
            owner: self.owner.trim().to_owned(),
        })
    }

    /// When the event ends; none for what is no event.
    fn event_ends(&self, zone: &str) -> Result<Option<Timestamp>, NoTime> {
        match self.event_ends.trim() {
            "" => Ok(None),
            local => Timestamp::parse_local(local, zone).map(Some).ok_or(NoTime),
        }
    }

    fn draft(self) -> PurposeDraft {
        PurposeDraft {
            zh: self.zh,
            en: self.en,
            necessity_zh: self.necessity_zh,
            necessity_en: self.necessity_en,
            alternatives: self.alternatives,
            template_days: self.template_days,
            passage_days: self.passage_days,
            owner: self.owner,
            mode: self.mode,
            open_search_necessity: self.open_search_necessity,
            open_search_apart: self.open_search_apart.is_some(),
            event_ends: self.event_ends,
        }
    }
}

pub(crate) async fn post_declare(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    ProtectedForm(fields): ProtectedForm<Declaration>,
) -> Response {
    desk.answer(declare(&state, &desk, number, fields).await)
}

async fn declare(state: &AppState, desk: &Desk, number: u32, fields: Declaration) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(desk.reader()).await?;
    let door = door::lookup(&mut tx, number).await?;
    let before = door::page(&mut tx, state, desk, &door).await?;
    let Some((facts, event_ends)) = fields.facts().zip(fields.event_ends(&state.site().time_zone).ok()) else {
        return Ok(door::refuse(
            DoorPage {
                draft: fields.draft(),
                ..before
            },
            "form.fields",
            Vec::new(),
        ));
    };
    let input = DeclarePurpose {
        operator: desk.operator.id,
        door: door.words(),
        facts,
        event_ends,
    };
    match declare_purpose(&mut tx, &mut ctx, input).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(saved(number))
        }
        Err(error) => refuse(
            DoorPage {
                draft: fields.draft(),
                ..before
            },
            error,
        ),
    }
}

fn saved(number: u32) -> Response {
    see(&format!("{}?saved=1", door::href(number)))
}

fn refuse(page: DoorPage, error: PurposeError) -> Result<Response, Trouble> {
    let reasons = error.ruling().map(refusals::of).unwrap_or_default();
    match error.into() {
        Trouble::Code(code) => Ok(door::refuse(page, code, reasons)),
        trouble @ Trouble::Store(_) => Err(trouble),
    }
}

pub(crate) async fn post_activate(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    Path((_, id)): Path<(String, String)>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    desk.answer(step(&state, &desk, number, &id, Step::Activate).await)
}

pub(crate) async fn post_end(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    Path((_, id)): Path<(String, String)>,
    ProtectedForm(NoFields {}): ProtectedForm<NoFields>,
) -> Response {
    desk.answer(step(&state, &desk, number, &id, Step::End).await)
}

enum Step {
    Activate,
    End,
}

async fn step(state: &AppState, desk: &Desk, number: u32, id: &str, step: Step) -> Result<Response, Trouble> {
    let purpose: PurposeId = id.parse().map_err(|_| Trouble::Code("purpose.unknown"))?;
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let mut tx = state.trace(desk.reader()).await?;
    let door = door::lookup(&mut tx, number).await?;
    let known = lookup_purpose(&mut tx, purpose).await?.filter(|purpose| purpose.door.id == door.id);
    let mode = known.ok_or(Trouble::Code("purpose.unknown"))?.facts.mode;
    let before = door::page(&mut tx, state, desk, &door).await?;
    let done = match step {
        Step::Activate => {
            let method = method(&mut tx, &door, mode).await?;
            activate_purpose(&mut tx, &mut ctx, purpose, desk.operator.id, &method).await
        }
        Step::End => end_purpose(&mut tx, &mut ctx, purpose).await,
    };
    match done {
        Ok(()) => {
            tx.commit().await?;
            Ok(saved(number))
        }
        Err(error) => refuse(before, error),
    }
}
