//! What is handed in with a filing, made from the system as it runs. It names no resident and no operator.

use std::collections::BTreeMap;

use countenance_access::{Door, Gate, list_doors, list_gates};
use countenance_base::{Text, to_hex};
use countenance_persons::{Ctx, Purpose, PurposeState, list_purposes};
use countenance_storage::StoreError;
use countenance_trace::Trace;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::duty::{Deadline, DutyKind};
use crate::read_facts::assessed;
use crate::{FilingKind, duties, store};

const FORM: &str = "countenance/filing-pack/v1";

/// The pack. `snapshot` is over what lasts; numbers that move every day are beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pack {
    pub form: String,
    pub kind: String,
    /// RFC 3339, UTC.
    pub made_at: String,
    /// SHA-256 of `lasting` as JSON, in hexadecimal.
    pub snapshot: String,
    pub here: u32,
    pub elsewhere: u32,
    /// Other sites of the handler: their people may be counted several times.
    pub sites: Vec<PackSite>,
    pub threshold: Option<u32>,
    pub reached_on: Option<String>,
    pub due_on: Option<String>,
    /// False when a year without a calendar was counted as Monday to Friday.
    pub due_complete: bool,
    /// Day, here, elsewhere.
    pub series: Vec<(String, u32, u32)>,
    pub lasting: Lasting,
}

/// What a change of must be filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lasting {
    pub site: Words,
    pub operator: Words,
    pub contact: Words,
    pub complaints: Words,
    pub officer: Option<Words>,
    pub other_sites: Vec<String>,
    pub uses: Vec<PackUse>,
    pub doors: Vec<PackDoor>,
    pub gates: Vec<PackGate>,
    /// Codes that the portal has words for.
    pub storage: Vec<String>,
    pub controls: Vec<String>,
    /// Names and numbers of the rulebook.
    pub retention: BTreeMap<String, u32>,
    pub suppliers: Vec<PackSupplier>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl From<Text> for Words {
    fn from(text: Text) -> Self {
        Self { zh: text.zh, en: text.en }
    }
}

impl From<Words> for Text {
    fn from(words: Words) -> Self {
        Self::new(words.zh, words.en)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackSite {
    pub name: String,
    pub persons: u32,
    pub counted_on: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackUse {
    pub door: Words,
    pub purpose: Words,
    pub necessity: Words,
    pub alternatives: Vec<String>,
    pub other_ways: Words,
    pub mode: String,
    pub template_days: u32,
    pub passage_days: u32,
    /// SHA-256 of the approved assessment, in hexadecimal.
    pub assessment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackDoor {
    pub number: u32,
    pub name: Words,
    pub place: String,
    pub area: String,
    pub distance_max_mm: u32,
    pub liveness: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackGate {
    pub number: u64,
    pub door: u32,
    /// SHA-256 of the model pack's manifest, in hexadecimal.
    pub models: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackSupplier {
    pub name: Words,
    pub purpose: Words,
    pub kinds: Words,
    pub contract: String,
    pub contract_until: Option<String>,
}

/// Where what is kept; none of it depends on a setting.
const STORAGE: [&str; 4] = ["template_gate", "picture_memory", "passage_server", "evidence_sealed"];
/// What protects it, as this program does it; what the operator adds is handed in beside it.
const CONTROLS: [&str; 6] = ["encryption", "access", "authorisation", "audit", "alarms", "erasure"];

impl Lasting {
    /// SHA-256 over the canonical JSON: fields in the order of the form, no spaces.
    pub fn snapshot(&self) -> [u8; 32] {
        Sha256::digest(serde_json::to_vec(self).unwrap_or_default()).into()
    }
}

impl Pack {
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads what [`Self::to_json`] wrote.
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// The pack of the site as it is now.
pub async fn pack_of(tx: &mut Trace, ctx: &Ctx<'_>, kind: FilingKind) -> Result<Pack, StoreError> {
    let lasting = lasting(tx, ctx).await?;
    let duties = duties(tx, ctx).await?;
    let filing = duties.iter().find(|duty| duty.kind == DutyKind::Filing);
    let due = filing.and_then(|duty| match duty.due {
        Some(Deadline::Day(due)) => Some(due),
        Some(Deadline::Time(_)) | None => None,
    });
    let sites = store::site::list(tx).await?;
    Ok(Pack {
        form: FORM.to_owned(),
        kind: kind.word().to_owned(),
        made_at: ctx.now.rfc3339(),
        snapshot: to_hex(&lasting.snapshot()),
        here: countenance_persons::count_stored(tx).await?.persons,
        elsewhere: store::site::sum(tx).await?,
        sites: sites
            .into_iter()
            .map(|site| PackSite {
                name: site.name,
                persons: site.persons,
                counted_on: site.counted_on.to_string(),
            })
            .collect(),
        threshold: ctx.rulebook.parameters().filing_threshold_persons,
        reached_on: filing.map(|duty| duty.since.to_string()),
        due_on: due.map(|due| due.day.to_string()),
        due_complete: due.is_none_or(|due| due.complete),
        series: store::count::list(tx)
            .await?
            .iter()
            .map(|count| (count.day.to_string(), count.here, count.elsewhere))
            .collect(),
        lasting,
    })
}

pub(crate) async fn lasting(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<Lasting, StoreError> {
    let mut purposes = list_purposes(tx).await?;
    purposes.retain(|purpose| purpose.state() == PurposeState::Active);
    purposes.sort_by_key(|purpose| purpose.id);
    let doors = list_doors(tx).await?;
    let gates = list_gates(tx).await?;
    let suppliers = store::supplier::list_live(tx).await?;
    Ok(Lasting {
        site: ctx.site.name.clone().into(),
        operator: ctx.site.operator.clone().into(),
        contact: ctx.site.contact.clone().into(),
        complaints: ctx.site.complaints.clone().into(),
        officer: store::officer::lookup(tx).await?.map(|officer| officer.contact.into()),
        other_sites: store::site::list(tx).await?.into_iter().map(|site| site.name).collect(),
        uses: purposes.iter().map(pack_use).collect(),
        doors: doors.iter().filter(|door| door.settings.has_face()).map(pack_door).collect(),
        gates: gates.iter().filter_map(|gate| pack_gate(gate, &doors)).collect(),
        storage: STORAGE.map(str::to_owned).to_vec(),
        controls: CONTROLS.map(str::to_owned).to_vec(),
        retention: retention(ctx),
        suppliers: suppliers
            .into_iter()
            .map(|supplier| PackSupplier {
                name: supplier.name.into(),
                purpose: supplier.purpose.into(),
                kinds: supplier.kinds.into(),
                contract: supplier.contract,
                contract_until: supplier.contract_until.map(|day| day.to_string()),
            })
            .collect(),
    })
}

fn pack_use(purpose: &Purpose) -> PackUse {
    PackUse {
        door: purpose.door.name.clone().into(),
        purpose: purpose.facts.text.clone().into(),
        necessity: purpose.facts.necessity.clone().into(),
        alternatives: purpose.facts.alternatives.clone(),
        other_ways: purpose.door.other_ways.clone().into(),
        mode: purpose.facts.mode.text().to_owned(),
        template_days: purpose.facts.template_days,
        passage_days: purpose.facts.passage_days,
        assessment: assessed(purpose).map(|assessed| to_hex(&assessed.hash)),
    }
}

fn pack_door(door: &Door) -> PackDoor {
    PackDoor {
        number: door.number,
        name: door.name.clone().into(),
        place: door.settings.place.word().to_owned(),
        area: door.settings.area.word().to_owned(),
        distance_max_mm: door.settings.distance_max_mm,
        liveness: door.settings.liveness.word().to_owned(),
    }
}

/// Of gates that may have templates.
fn pack_gate(gate: &Gate, doors: &[Door]) -> Option<PackGate> {
    gate.device_key.as_ref().filter(|_| gate.lost_at.is_none())?;
    Some(PackGate {
        number: gate.id.0,
        door: doors.iter().find(|door| door.id == gate.door)?.number,
        models: gate.pack.map(|pack| to_hex(&pack)),
    })
}

fn retention(ctx: &Ctx<'_>) -> BTreeMap<String, u32> {
    let parameters = ctx.rulebook.parameters();
    [
        ("consent_max_days", parameters.consent_max_days),
        ("passage_retention_days", parameters.passage_retention_days),
        ("passage_retention_max_days", parameters.passage_retention_max_days),
        ("consent_receipt_keep_days", parameters.consent_receipt_keep_days),
        ("assessment_keep_days", parameters.assessment_keep_days),
    ]
    .map(|(name, number)| (name.to_owned(), number))
    .into()
}
