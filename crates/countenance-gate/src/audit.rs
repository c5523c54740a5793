//! `countenance-gate audit`: looks for what an auditor picked, on the device itself, while the gate stands still. Nothing is copied: a
//! copy of the anchor would outlive what is erased after it.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use countenance_base::{GateId, SystemRng};
use countenance_gate_core::audit::{Pick, Picks, Search};
use countenance_gate_core::journal::{Frame, Leaf, Ratchet};

use crate::journal_file::Journal;
use crate::run::JOURNAL_BYTES;
use crate::store::SealedStore;

/// Entries of one person on one day at one gate that are tried; a face is not compared more often.
const A_DAY: u32 = 512;
/// Entries on disk on which the search is tried first.
const TRIED: u64 = 4096;

/// How a gate is searched.
#[derive(Debug, Clone, clap::Args)]
pub struct AuditArguments {
    #[arg(long)]
    data: PathBuf,
    #[arg(long)]
    anchor: PathBuf,
    /// What the auditor chose (`countenance audit destruction picks`)
    #[arg(long)]
    picks: PathBuf,
}

/// Writes what was searched and found, in the form that `countenance audit destruction report` reads.
pub fn run(arguments: &AuditArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let path = arguments.picks.display();
    let text = std::fs::read_to_string(&arguments.picks).with_context(|| format!("reading `{path}`"))?;
    let picks = Picks::parse(&text).with_context(|| format!("`{path}` holds no picks"))?;
    let store = SealedStore::open(&arguments.data, &arguments.anchor, &mut SystemRng)
        .context("the gate's sealed store does not open\nhint: stop the gate for as long as this takes")?;
    let journal =
        Journal::open(&arguments.data.join("journal"), JOURNAL_BYTES, store.claimed().gate).context("the journal does not open")?;
    let search = search(&store, &journal, &picks)?;
    Ok(out.write_all(search.to_text().as_bytes())?)
}

/// Every key of a person that is here is tried on every picked entry, and first on entries that must be found.
pub fn search(store: &SealedStore, journal: &Journal, picks: &Picks) -> anyhow::Result<Search> {
    let gate = store.claimed().gate;
    let keys: Vec<Ratchet> = store
        .page()
        .people()
        .map(|(_, keys)| {
            let (month, key) = keys.ratchet();
            Ratchet::new(month, key)
        })
        .collect();
    let tied = |leaf: &Leaf| keys.iter().any(|key| key.ties(leaf, A_DAY));
    let frames = frames(journal);
    let here = frames.iter().filter(|frame| tied(&frame.leaf)).count();
    let places = store.used_places().context("the templates cannot be read")?;
    let orphans = places.saturating_sub(keys.len());
    let found = |pick: &Pick| {
        let leaves = [pick.enrolled.as_ref(), Some(&pick.ended)];
        let leaves = leaves.into_iter().flatten().filter_map(|leaf| Leaf::from_bytes(&leaf.0));
        // A template that no key names could be anybody's.
        orphans > 0 || leaves.filter(|leaf| leaf.gate == gate).any(|leaf| tied(&leaf))
    };
    let mine: Vec<&Pick> = picks.picks.iter().filter(|pick| pick.gate == gate && !pick.is_lost()).collect();
    check_journal(&mine, &frames, gate)?;
    Ok(Search {
        certificate: picks.certificate,
        holder: gate,
        copies: mine.iter().map(|pick| (pick.index, found(pick))).collect(),
        searched: vec![format!(
            "gate {gate}: {} keys of persons, {places} places with a template, {orphans} that no key names; {here} of {} entries on disk tied to persons who are here",
            keys.len(),
            frames.len()
        )],
    })
}

fn frames(journal: &Journal) -> Vec<Frame> {
    let size = journal.head().size;
    let mut frames = Vec::new();
    for sequence in size.saturating_sub(TRIED)..size {
        // Older segments ended when the server had them.
        frames.extend(journal.frames_from(sequence, 1).unwrap_or_default());
    }
    frames
}

/// What the auditor was given as this gate's entries is what this gate wrote, as far as its disk still knows.
fn check_journal(picks: &[&Pick], frames: &[Frame], gate: GateId) -> anyhow::Result<()> {
    for pick in picks {
        for leaf in [pick.enrolled.as_ref(), Some(&pick.ended)].into_iter().flatten() {
            let claimed = Leaf::from_bytes(&leaf.0).filter(|leaf| leaf.gate == gate);
            let claimed = claimed.with_context(|| format!("copy {}: no entry of this gate", pick.index))?;
            let own = frames.iter().find(|frame| frame.leaf.sequence == claimed.sequence);
            ensure!(
                own.is_none_or(|own| own.leaf == claimed),
                "copy {}: this gate wrote another entry {} (audit.differs)",
                pick.index,
                claimed.sequence
            );
        }
    }
    Ok(())
}
