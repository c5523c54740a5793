//! What was found, signed: every picked copy has been looked for at the server, and at its gate unless that was lost.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use countenance_base::GateId;
use countenance_destruction::Sample;
use countenance_gate_core::audit::{Pick, Picks, Search};

use super::folder::{Folder, Nonce};
use super::{CertificateArguments, Certified, SiteArguments, picks, print, read};

/// False when something was found.
pub(super) async fn report(site: &SiteArguments, certificate: &CertificateArguments, searches: &[PathBuf]) -> anyhow::Result<bool> {
    let certified = Certified::read(certificate)?;
    let folder = Folder::open(&site.folder)?;
    let nonce = folder.nonce(&certified)?;
    let source = site.source()?;
    let picks = picks::make(&certified, &nonce, certificate.most, &source).await?;
    let search = |path: &PathBuf| Search::parse(&read(path)?).with_context(|| format!("`{}` is no search", path.display()));
    let searches: Vec<Search> = searches.iter().map(search).collect::<anyhow::Result<_>>()?;
    let sample = merge(&certified, &nonce, &picks, &searches)?;
    let note = sample.sign(folder.signer()).to_string();
    print(&note);
    source
        .post(&format!("/audit/samples/{}", certified.certificate.destruction), note)
        .await?;
    Ok(sample.found() == 0)
}

fn merge(certified: &Certified, nonce: &Nonce, picks: &Picks, searches: &[Search]) -> anyhow::Result<Sample> {
    let mut holders = BTreeSet::new();
    for search in searches {
        ensure!(search.certificate == certified.hash, "a search is of another certificate");
        ensure!(holders.insert(search.holder), "two searches of the same holder");
    }
    let mut copies = Vec::new();
    for pick in &picks.picks {
        let mut found = answered(searches, GateId::SERVER, pick)?;
        if !pick.is_lost() {
            found |= answered(searches, pick.gate, pick)?;
        }
        copies.push((pick.index, found));
    }
    let lost = picks.picks.iter().filter(|pick| pick.is_lost()).count();
    let mut words: Vec<String> = searches.iter().flat_map(|search| search.searched.clone()).collect();
    if lost > 0 {
        words.push(format!("lost holders: {lost} of the picked copies could not be looked for there"));
    }
    Ok(Sample {
        certificate: certified.hash,
        promised: nonce.promised,
        nonce: nonce.bytes,
        seed: nonce.seed,
        count: certified.certificate.copies.0,
        copies,
        searched: words,
    })
}

/// What this holder's search says of the copy.
fn answered(searches: &[Search], holder: GateId, pick: &Pick) -> anyhow::Result<bool> {
    let search = searches.iter().find(|search| search.holder == holder);
    let Some(search) = search else {
        if holder == GateId::SERVER {
            bail!("the server was not searched\nhint: countenance audit destruction search, on its machine");
        }
        bail!("gate {holder} was not searched\nhint: countenance-gate audit, on its device");
    };
    let answer = search.copies.iter().find(|(index, _)| *index == pick.index);
    let (_, found) = answer.with_context(|| format!("copy {} was not looked for at every holder of it", pick.index))?;
    Ok(*found)
}
