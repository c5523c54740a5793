//! The page of one destruction, and the file that it is checked with. Its address is the secret of whoever ordered it; it names nobody.

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use countenance_base::{DestructionId, to_hex};
use countenance_destruction::{Certificate, Destruction, Sample, Stage, held_at, lookup_destruction, make_bundle, standing};
use countenance_gate_core::journal::LeafClass;
use countenance_persons::list_auditors;
use countenance_portal::desk::EndingStage;
use countenance_portal::seal::Seal;
use countenance_portal::{CertificatePage, CertificateView, HeldAt, Place, Sampled, Witnesses};
use countenance_tlog::{Note, NoteKey};
use countenance_trace::{OpenLeaf, Reader, Trace, open_leaf};
use serde::Deserialize;

use super::error::{PageError, Trouble};
use super::reply;
use super::session::Guest;
use crate::ledger::prove;
use crate::state::AppState;

pub(crate) const fn shown_stage(stage: Stage) -> EndingStage {
    match stage {
        Stage::Ordered => EndingStage::Ordered,
        Stage::Destroyed => EndingStage::Destroyed,
        Stage::Certified => EndingStage::Certified,
    }
}

pub(crate) fn href(id: DestructionId) -> String {
    format!("/certificates/{id}")
}

pub(crate) async fn show(guest: Guest, State(state): State<AppState>, Path(id): Path<String>) -> Response {
    match page(&state, &guest, &id).await {
        Ok(response) => guest.reply(response),
        Err(trouble) => PageError::of(guest.frame, &trouble).into_response(),
    }
}

async fn lookup(tx: &mut Trace, id: &str) -> Result<Destruction, Trouble> {
    let id: DestructionId = id.parse().map_err(|_| Trouble::Code("page.not_found"))?;
    lookup_destruction(tx, id).await?.ok_or(Trouble::Code("page.not_found"))
}

async fn page(state: &AppState, guest: &Guest, id: &str) -> Result<Response, Trouble> {
    let mut tx = state.read(Reader::Machine).await?;
    let destruction = lookup(&mut tx, id).await?;
    let waiting = standing(&mut tx, destruction.id).await?.iter().map(|gate| gate.0).collect();
    let certificate = view(state, &mut tx, &destruction).await?;
    let independent = certificate
        .as_ref()
        .and_then(|view| view.witnessed)
        .is_some_and(|seen| seen.is_independent());
    let hash = certificate
        .as_ref()
        .map(|view| Certificate::hash(&view.text))
        .filter(|_| independent);
    let mut frame = guest.frame.clone();
    frame.place = Place::Guest;
    Ok(reply::page(&CertificatePage {
        frame,
        what: destruction.what.word().to_owned(),
        stage: shown_stage(destruction.stage()),
        ordered: destruction.ordered_at,
        waiting,
        href: href(destruction.id),
        seal: hash.map(|hash| Seal::of(&hash, 0)),
        certificate,
    }))
}

/// The signed text of a certified destruction.
fn text_of(destruction: &Destruction) -> Option<String> {
    Some(Note::parse(destruction.certificate.as_ref()?).ok()?.text().to_owned())
}

async fn leaf_of(tx: &mut Trace, text: &str) -> Result<Option<OpenLeaf>, Trouble> {
    Ok(open_leaf(tx, LeafClass::Certificate, &Certificate::leaf_words(text)).await?)
}

async fn view(state: &AppState, tx: &mut Trace, destruction: &Destruction) -> Result<Option<CertificateView>, Trouble> {
    let Some((text, certificate)) = text_of(destruction).and_then(|text| Some((text.clone(), Certificate::parse(&text)?))) else {
        return Ok(None);
    };
    let leaf = leaf_of(tx, &text).await?;
    let witnessed = leaf.and_then(|leaf| leaf.place).and_then(|place| witnesses(state, place));
    Ok(Some(CertificateView {
        site: format!("{} / {}", certificate.name.zh, certificate.name.en),
        ordered: certificate.ordered,
        ended: certificate.ended,
        copies: certificate.copies.0,
        lost: certificate.lost,
        gates: held_at(tx, destruction.id).await?.into_iter().map(shown_held).collect(),
        rows: certificate.rows.as_deref().map(rows).unwrap_or_default(),
        swept: certificate.sweep.is_some(),
        hash: to_hex(&Certificate::hash(&text)),
        stamped: destruction.stamp.is_some(),
        sample: sampled(tx, destruction).await?,
        witnessed,
        text,
    }))
}

const fn shown_held(held: countenance_destruction::HeldAt) -> HeldAt {
    HeldAt {
        gate: held.gate.0,
        erased: held.erased,
        lost: held.lost,
    }
}

/// `accounts 1, passages 41`, as it is signed.
fn rows(signed: &str) -> Vec<(String, u64)> {
    let row = |row: &str| {
        let (table, count) = row.rsplit_once(' ')?;
        Some((table.to_owned(), count.parse().ok()?))
    };
    signed.split(", ").filter_map(row).collect()
}

/// Who saw the checkpoint that covers this place.
fn witnesses(state: &AppState, place: u64) -> Option<Witnesses> {
    let handle = state.ledger()?;
    let published = handle.published.borrow().clone()?;
    (place < published.size).then(|| {
        let seen = published.witnessed.len() as u64;
        Witnesses {
            seen,
            all: handle.witnesses as u64,
            operator: seen.saturating_sub(published.independent as u64),
        }
    })
}

async fn sampled(tx: &mut Trace, destruction: &Destruction) -> Result<Option<Sampled>, Trouble> {
    let Some(note) = &destruction.sample else { return Ok(None) };
    let auditors = list_auditors(tx).await?;
    let keys: Vec<NoteKey> = auditors
        .iter()
        .filter_map(|auditor| NoteKey::parse(auditor.key.as_deref()?))
        .collect();
    Ok(Sample::open(note, &keys).map(|(sample, auditor)| Sampled {
        auditor,
        sampled: sample.copies.len() as u64,
        count: sample.count,
        found: sample.found() as u64,
    }))
}

/// Which copies a file is to carry: `copies=3,17`; all of them when left out, as far as they fit into one file.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    copies: Option<String>,
}

impl Wanted {
    /// What is no number is none of the copies.
    fn indexes(&self) -> Option<Vec<u64>> {
        let copies = self.copies.as_deref()?;
        Some(copies.split(',').filter_map(|index| index.parse().ok()).collect())
    }
}

pub(crate) async fn file(guest: Guest, State(state): State<AppState>, Path(id): Path<String>, Query(wanted): Query<Wanted>) -> Response {
    match bundle(&state, &id, wanted.indexes().as_deref()).await {
        Ok((name, json)) => (
            [
                (header::CONTENT_TYPE, "application/json; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ],
            json,
        )
            .into_response(),
        Err(trouble) => PageError::of(guest.frame, &trouble).into_response(),
    }
}

async fn bundle(state: &AppState, id: &str, only: Option<&[u64]>) -> Result<(String, String), Trouble> {
    let waits = || Trouble::Code("ledger.waits");
    let mut tx = state.read(Reader::Machine).await?;
    let destruction = lookup(&mut tx, id).await?;
    let text = text_of(&destruction).ok_or_else(waits)?;
    let leaf = leaf_of(&mut tx, &text).await?.ok_or_else(waits)?;
    let place = leaf.place.ok_or_else(waits)?;
    let handle = state.ledger().ok_or_else(waits)?;
    let proof = prove(handle, leaf.leaf, place, Some(leaf.opened)).await;
    let proof = proof.map_err(|_| Trouble::Code("ledger.stopped"))?.ok_or_else(waits)?;
    let authority = handle.authority.as_ref().and_then(|authority| authority.certificates.clone());
    let bundle = make_bundle(&mut tx, &destruction, proof, authority, only)
        .await?
        .ok_or_else(waits)?;
    let json = serde_json::to_string_pretty(&bundle).map_err(|_| Trouble::Code("internal"))?;
    Ok((format!("certificate-{}.json", destruction.id), json))
}
