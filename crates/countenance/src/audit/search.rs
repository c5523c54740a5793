//! The server's machine, while the server stands still: rows and keys are asked about each picked copy, and first about what must be
//! there.

use std::path::Path;

use anyhow::{Context as _, ensure};
use countenance_access::count_passages_at;
use countenance_base::{GateId, SystemRng};
use countenance_destruction::{Certificate, What};
use countenance_gate_core::audit::{Pick, Picks, Search};
use countenance_gate_core::journal::Leaf;
use countenance_keyring::Keyring;
use countenance_persons::{any_receipt, count_receipts_at, list_everybody};
use countenance_trace::{Reader, Trace};

use super::read;
use crate::data::Home;
use crate::serve::open_site;

/// The server's own keys are opened, so that no server may run beside.
pub(super) async fn search(home: &Home, certificate: &Certificate, picks: &Path) -> anyhow::Result<Search> {
    let picks = Picks::parse(&read(picks)?).with_context(|| format!("`{}` holds no picks", picks.display()))?;
    ensure!(
        picks.certificate == Certificate::hash(&certificate.to_text()),
        "these picks are of another certificate"
    );
    let keyring = Keyring::open(&home.keyring(), &mut SystemRng)
        .context("the server's keys do not open\nhint: stop the server for as long as this takes")?;
    let state = open_site(home).await?;
    let mut tx = state.read(Reader::Machine).await?;
    let orphans = orphans(&mut tx, &keyring).await?;
    let tried = match any_receipt(&mut tx).await? {
        Some((gate, sequence)) => count_receipts_at(&mut tx, gate, sequence).await?,
        None => 0,
    };
    // Whoever stays keeps what gates signed for them: the evidence of their own consent. Whoever is gone keeps no row.
    let gone = matches!(certificate.what, What::Person | What::Site);
    let (mut copies, mut rows) = (Vec::new(), 0);
    for pick in &picks.picks {
        let left = rows_about(&mut tx, pick).await?;
        rows += left;
        copies.push((pick.index, orphans > 0 || (gone && left > 0)));
    }
    let searched = format!(
        "server: {rows} rows about the picked entries, the same question finds {tried} about one of somebody who is here; {} keys of persons, {orphans} of nobody",
        keyring.count()?
    );
    let stays = (!gone && rows > 0).then(|| "server: rows of people who stay are the evidence of their consents".to_owned());
    drop(tx);
    state.db().close().await;
    Ok(Search {
        certificate: picks.certificate,
        holder: GateId::SERVER,
        copies,
        searched: [Some(searched), stays].into_iter().flatten().collect(),
    })
}

/// Keys that belong to no person of the database.
async fn orphans(tx: &mut Trace, keyring: &Keyring) -> anyhow::Result<usize> {
    let mut held = 0;
    for person in list_everybody(tx).await? {
        held += usize::from(keyring.person(person)?.is_some());
    }
    Ok(keyring.count()?.saturating_sub(held))
}

async fn rows_about(tx: &mut Trace, pick: &Pick) -> anyhow::Result<u64> {
    let leaves = [pick.enrolled.as_ref(), Some(&pick.ended)];
    let mut rows = 0;
    for leaf in leaves.into_iter().flatten().filter_map(|leaf| Leaf::from_bytes(&leaf.0)) {
        rows += count_receipts_at(tx, leaf.gate, leaf.sequence).await?;
        rows += count_passages_at(tx, leaf.gate, leaf.sequence).await?;
    }
    Ok(rows)
}
