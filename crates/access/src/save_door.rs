//! An operator saves a door. A door that only a face opens cannot be saved.

use countenance_base::{DoorId, Text};
use countenance_gate_core::journal::RecordKind;
use countenance_gate_core::policy::Lane;
use countenance_persons::{Ctx, raise_epoch};
use countenance_rules::{Request, Ruling};
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::door::{Door, DoorSettings};
use crate::store;

/// More choices than any sign could explain.
const WAYS_MAX: usize = 8;
/// Longer, and the door is not a door.
const OPEN_MS: std::ops::RangeInclusive<u32> = 500..=30_000;

/// Input of [`save_door`]: a new door when `number` is not known yet.
#[derive(Debug, Clone)]
pub struct SaveDoor {
    pub number: u32,
    pub name: Text,
    pub settings: DoorSettings,
}

/// Why a door was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveDoorError {
    #[error("the rulebook refuses")]
    Refused(Box<Ruling>),
    #[error("a door has one to eight different ways, each of one or two different lanes")]
    Ways,
    #[error("a door opens for half a second to thirty seconds")]
    OpenTime,
    #[error("a door has a name in both languages")]
    Name,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SaveDoorError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "rulebook.refused",
            Self::Ways => "door.ways",
            Self::OpenTime => "door.open_time",
            Self::Name => "door.name",
            Self::Store(_) => "store.failed",
        }
    }

    /// The rulebook's reasons, when it was the rulebook.
    pub fn ruling(&self) -> Option<&Ruling> {
        if let Self::Refused(ruling) = self { Some(ruling) } else { None }
    }
}

/// Saves the door, if the rulebook permits it, and lets its gates know.
pub async fn save_door(tx: &mut Trace, ctx: &mut Ctx<'_>, input: SaveDoor) -> Result<DoorId, SaveDoorError> {
    check_form(&input)?;
    let ruling = ctx.rulebook.rule(&Request::SaveDoor(input.settings.facts()));
    if !ruling.permitted {
        return Err(SaveDoorError::Refused(Box::new(ruling)));
    }
    let known = store::door::lookup_by_number(tx, input.number).await?;
    let id = known.map_or_else(|| DoorId::new(ctx.now, ctx.rng), |door| door.id);
    let door = Door {
        id,
        number: input.number,
        name: input.name,
        settings: input.settings,
        saved_at: ctx.now,
    };
    store::door::put(tx, &door).await?;
    raise_epoch(tx).await?;
    tx.leave(Event::site(RecordKind::Changed, format!("door.saved {}", door.number)));
    Ok(id)
}

fn check_form(input: &SaveDoor) -> Result<(), SaveDoorError> {
    let ways = &input.settings.ways;
    let sorted = |way: &Vec<Lane>| {
        let mut way = way.clone();
        way.sort_unstable();
        way
    };
    let mut all: Vec<Vec<Lane>> = ways.iter().map(sorted).collect();
    all.sort_unstable();
    all.dedup();
    let fine = |way: &Vec<Lane>| match way.as_slice() {
        [_] => true,
        [one, other] => one != other,
        _ => false,
    };
    if ways.is_empty() || ways.len() > WAYS_MAX || all.len() != ways.len() || !ways.iter().all(fine) {
        return Err(SaveDoorError::Ways);
    }
    if !OPEN_MS.contains(&input.settings.open_ms) {
        return Err(SaveDoorError::OpenTime);
    }
    if input.name.zh.trim().is_empty() || input.name.en.trim().is_empty() {
        return Err(SaveDoorError::Name);
    }
    Ok(())
}
