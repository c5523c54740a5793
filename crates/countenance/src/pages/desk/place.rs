//! A new door, and the place of one that is there: class, camera, sign, zone.

use axum::extract::State;
use axum::response::Response;
use countenance_access::{Door, DoorSettings, SaveDoor, SaveDoorError, list_doors, lookup_door_by_number, save_door};
use countenance_base::{SystemRng, Text};
use countenance_gate_core::policy::Zone;
use countenance_portal::desk::{DoorPlace, PlaceDraft};
use countenance_portal::{Place, Problem};
use countenance_rules::{Area, Place as SiteClass};
use countenance_trace::Trace;
use serde::Deserialize;

use super::door::{self, href};
use crate::pages::error::{Trouble, see, status_of};
use crate::pages::form::ProtectedForm;
use crate::pages::number::DoorNumber;
use crate::pages::session::Desk;
use crate::pages::{refusals, reply};
use crate::state::AppState;

/// A zone is kept in thousandths and written in hundredths; an opening is kept in milliseconds, a distance in millimetres.
const FINER: u16 = 10;
const MS: u32 = 1_000;

#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    number: String,
    zh: String,
    en: String,
    place: String,
    area: String,
    camera: Option<String>,
    sign: Option<String>,
    public_security: Option<String>,
    distance_cm: String,
    left: String,
    top: String,
    right: String,
    bottom: String,
    open_seconds: String,
}

impl Fields {
    /// The settings with what the form says; `None` when a number or a word is none.
    fn on(&self, settings: DoorSettings) -> Option<DoorSettings> {
        let edge = |text: &str| text.trim().parse::<u16>().ok().filter(|edge| *edge <= 100).map(|edge| edge * FINER);
        let times = |text: &str, factor: u32| text.trim().parse::<u32>().ok()?.checked_mul(factor);
        Some(DoorSettings {
            place: SiteClass::from_word(&self.place)?,
            area: Area::from_word(&self.area)?,
            camera: self.camera.is_some(),
            sign: self.sign.is_some(),
            public_security: self.public_security.is_some(),
            distance_max_mm: times(&self.distance_cm, FINER.into())?,
            zone: Zone {
                left: edge(&self.left)?,
                top: edge(&self.top)?,
                right: edge(&self.right)?,
                bottom: edge(&self.bottom)?,
            },
            open_ms: times(&self.open_seconds, MS)?,
            ..settings
        })
    }

    fn name(&self) -> Text {
        Text::new(self.zh.trim(), self.en.trim())
    }

    fn draft(self) -> PlaceDraft {
        PlaceDraft {
            number: self.number,
            zh: self.zh,
            en: self.en,
            place: self.place,
            area: self.area,
            camera: self.camera.is_some(),
            sign: self.sign.is_some(),
            public_security: self.public_security.is_some(),
            distance_cm: self.distance_cm,
            zone: [self.left, self.top, self.right, self.bottom],
            open_seconds: self.open_seconds,
        }
    }
}

fn draft(number: u32, name: &Text, settings: &DoorSettings) -> PlaceDraft {
    let zone = settings.zone;
    PlaceDraft {
        number: number.to_string(),
        zh: name.zh.clone(),
        en: name.en.clone(),
        place: settings.place.word().to_owned(),
        area: settings.area.word().to_owned(),
        camera: settings.camera,
        sign: settings.sign,
        public_security: settings.public_security,
        distance_cm: (settings.distance_max_mm / u32::from(FINER)).to_string(),
        zone: [zone.left, zone.top, zone.right, zone.bottom].map(|edge| (edge / FINER).to_string()),
        open_seconds: (settings.open_ms / MS).to_string(),
    }
}

fn page(desk: &Desk, door: Option<&Door>, draft: PlaceDraft) -> DoorPlace {
    DoorPlace {
        frame: desk.at(Place::Doors),
        door: door.map(|door| (door.name.clone(), href(door.number))),
        draft,
        places: SiteClass::ALL.map(SiteClass::word).to_vec(),
        areas: Area::ALL.map(Area::word).to_vec(),
        refusals: Vec::new(),
        problem: None,
    }
}

fn refuse(page: DoorPlace, code: &'static str) -> Response {
    let problem = Some(Problem::new(code));
    reply::page_with(status_of(code), &DoorPlace { problem, ..page })
}

/// A door as it is before anybody says otherwise; nothing is ticked that somebody has not seen.
fn new_settings(state: &AppState) -> DoorSettings {
    DoorSettings {
        sign: false,
        ..DoorSettings::entrance(state.rulebook().parameters().distance_default_mm)
    }
}

pub(crate) async fn show_new(desk: Desk, State(state): State<AppState>) -> Response {
    desk.answer(new(&state, &desk).await)
}

async fn new(state: &AppState, desk: &Desk) -> Result<Response, Trouble> {
    let mut tx = state.read(desk.reader()).await?;
    let doors = list_doors(&mut tx).await?;
    let next = doors.iter().map(|door| door.number).max().unwrap_or(0).saturating_add(1);
    let settings = new_settings(state);
    Ok(reply::page(&page(desk, None, draft(next, &Text::default(), &settings))))
}

pub(crate) async fn post_new(desk: Desk, State(state): State<AppState>, ProtectedForm(fields): ProtectedForm<Fields>) -> Response {
    desk.answer(save_new(&state, &desk, fields).await)
}

async fn save_new(state: &AppState, desk: &Desk, fields: Fields) -> Result<Response, Trouble> {
    let mut tx = state.trace(desk.reader()).await?;
    let number: Option<u32> = fields.number.trim().parse().ok().filter(|number| *number > 0);
    let Some((number, settings)) = number.zip(fields.on(new_settings(state))) else {
        return Ok(refuse(page(desk, None, fields.draft()), "form.fields"));
    };
    if lookup_door_by_number(&mut tx, number).await?.is_some() {
        return Ok(refuse(page(desk, None, fields.draft()), "door.taken"));
    }
    save(state, desk, tx, None, number, settings, fields).await
}

pub(crate) async fn show(desk: Desk, State(state): State<AppState>, DoorNumber(number): DoorNumber) -> Response {
    desk.answer(one(&state, &desk, number).await)
}

async fn one(state: &AppState, desk: &Desk, number: u32) -> Result<Response, Trouble> {
    let mut tx = state.read(desk.reader()).await?;
    let known = door::lookup(&mut tx, number).await?;
    let draft = draft(number, &known.name, &known.settings);
    Ok(reply::page(&page(desk, Some(&known), draft)))
}

pub(crate) async fn post(
    desk: Desk,
    State(state): State<AppState>,
    DoorNumber(number): DoorNumber,
    ProtectedForm(fields): ProtectedForm<Fields>,
) -> Response {
    desk.answer(change(&state, &desk, number, fields).await)
}

async fn change(state: &AppState, desk: &Desk, number: u32, fields: Fields) -> Result<Response, Trouble> {
    let mut tx = state.trace(desk.reader()).await?;
    let known = door::lookup(&mut tx, number).await?;
    let Some(settings) = fields.on(known.settings.clone()) else {
        return Ok(refuse(page(desk, Some(&known), fields.draft()), "form.fields"));
    };
    save(state, desk, tx, Some(&known), number, settings, fields).await
}

async fn save(
    state: &AppState,
    desk: &Desk,
    mut tx: Trace,
    known: Option<&Door>,
    number: u32,
    settings: DoorSettings,
    fields: Fields,
) -> Result<Response, Trouble> {
    let mut rng = SystemRng;
    let mut ctx = state.ctx(&mut rng);
    let name = fields.name();
    match save_door(&mut tx, &mut ctx, SaveDoor { number, name, settings }).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(see(&format!("{}?saved=1", href(number))))
        }
        Err(SaveDoorError::Refused(ruling)) => {
            let page = DoorPlace {
                refusals: refusals::of(&ruling),
                ..page(desk, known, fields.draft())
            };
            Ok(reply::page_with(status_of("rulebook.refused"), &page))
        }
        Err(error) => match error.into() {
            Trouble::Code(code) => Ok(refuse(page(desk, known, fields.draft()), code)),
            trouble @ Trouble::Store(_) => Err(trouble),
        },
    }
}
